"""Pages of exports: what was asked for, what is ready, what it may not be used for."""

from __future__ import annotations

from django.apps import AppConfig


class ExportPagesConfig(AppConfig):
    """Under another label than the apps of the register."""

    name = "tutela.web.exports"
    label = "export_pages"
