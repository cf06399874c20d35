"""Addresses of this area."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter

from tutela.web.exports import views
from tutela.web.shared.references import RowReference

register_converter(RowReference, "export")

app_name: Final = "exports"
urlpatterns: Final = [
    path("", views.show_exports, name="list"),
    path("<export:job>/", views.show_export, name="export"),
    path("<export:job>/file/", views.fetch_file, name="file"),
    path("<export:job>/manifest/", views.fetch_manifest, name="manifest"),
]
