"""Pages of the threat register."""

from __future__ import annotations

from django.apps import AppConfig


class ThreatPagesConfig(AppConfig):
    """Under another label than the apps of the register."""

    name = "tutela.web.threats"
    label = "threat_pages"
