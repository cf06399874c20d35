"""Addresses of early warning."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter

from tutela.web.outlook import judging, pages, places, records, reviewing, taking
from tutela.web.shared.references import RowReference

register_converter(RowReference, "of_outlook")

app_name: Final = "outlook"
urlpatterns: Final = [
    path("", pages.show_first, name="first"),
    path("method/", pages.show_method, name="method"),
    path("take-in/", taking.show_take_in, name="take-in"),
    path("review/", reviewing.show_review, name="review"),
    path("warnings/<of_outlook:warned>/", reviewing.show_warning, name="warning"),
    path("map/", places.show_map, name="map"),
    path("places/<slug:code>/", places.show_place, name="place"),
    path("changes/", places.show_changes, name="changes"),
    path("judgements/", judging.show_judgements, name="judgements"),
    path("record/", records.show_record, name="record"),
    path("record/<of_outlook:forecast>/", records.show_forecast, name="forecast"),
]
