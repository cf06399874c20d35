"""Addresses of this area."""

from __future__ import annotations

from typing import Final

from django.urls import path

from tutela.web.maps import views

app_name: Final = "maps"
urlpatterns: Final = [
    path("", views.show_map, name="show"),
    path("points.json", views.send_points, name="points"),
    path("ground.json", views.send_ground, name="ground"),
]
