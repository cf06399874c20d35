"""Addresses of the pages of reach."""

from __future__ import annotations

from typing import Final

from django.urls import path

from tutela.web.reach import views

app_name: Final = "reach"
urlpatterns: Final = [
    path("", views.list_books, name="list"),
    path("<str:digest>/", views.show_map, name="map"),
    path("<str:digest>/place/", views.show_place, name="place"),
]
