"""Addresses of the comparisons of releases."""

from __future__ import annotations

from typing import Final

from django.urls import path

from tutela.web.releases import views

app_name: Final = "releases"
urlpatterns: Final = [
    path("", views.list_comparisons, name="list"),
    path("comparison.css", views.send_style, name="style"),
    path("<str:digest>/", views.show_comparison, name="comparison"),
]
