"""Pages of early warning."""

from __future__ import annotations

from django.apps import AppConfig


class OutlookPagesConfig(AppConfig):
    """Under another label than the apps of the register."""

    name = "tutela.web.outlook"
    label = "outlook_pages"
