"""Search over what one may see."""

from __future__ import annotations

from django.apps import AppConfig


class FindingPagesConfig(AppConfig):
    """Under another label than the apps of the register."""

    name = "tutela.web.finding"
    label = "finding_pages"
