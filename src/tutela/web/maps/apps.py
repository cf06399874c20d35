"""The map of incidents, sites and rings."""

from __future__ import annotations

from django.apps import AppConfig


class MapPagesConfig(AppConfig):
    """Under another label than the apps of the register."""

    name = "tutela.web.maps"
    label = "map_pages"
