"""Addresses of the threat register."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter

from tutela.web.shared.references import RowReference
from tutela.web.threats import lists, pages

register_converter(RowReference, "threat")

app_name: Final = "threats"
urlpatterns: Final = [
    path("", lists.show_matrix, name="first"),
    path("all/", lists.show_list, name="list"),
    path("new/", pages.new_threat, name="new"),
    path("<threat:threat>/", pages.show_threat, name="threat"),
    path("<threat:threat>/revise/", pages.revise_threat, name="revise"),
    path("<threat:threat>/host/", pages.show_intent, name="intent"),
]
