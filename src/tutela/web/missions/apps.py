"""The pages of missions; the rows themselves are an app of the register."""

from __future__ import annotations

from django.apps import AppConfig


class MissionPagesConfig(AppConfig):
    """Under another label than the app of the register."""

    name = "tutela.web.missions"
    label = "mission_pages"
