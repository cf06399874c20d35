"""Addresses of the presences of the register."""

from __future__ import annotations

from typing import Final

from django.urls import path, register_converter

from tutela.web.missions import histories, pages, records, rights, writing
from tutela.web.shared.references import RowReference

register_converter(RowReference, "row")

_PRESENCE: Final = "presences/<row:presence>"

app_name: Final = "missions"
urlpatterns: Final = [
    path("", pages.list_presences, name="list"),
    path("presences/new/", writing.add_presence, name="new"),
    path("presences/import/", writing.import_presence, name="import"),
    path(f"{_PRESENCE}/", pages.show_presence, name="presence"),
    path(f"{_PRESENCE}/sites/", records.show_sites, name="sites"),
    path(f"{_PRESENCE}/sites/<row:number>/", records.show_site, name="site"),
    path(f"{_PRESENCE}/strengths/", records.show_strengths, name="strengths"),
    path(f"{_PRESENCE}/consent/", records.show_consent, name="consent"),
    path(f"{_PRESENCE}/people/", records.show_people, name="people"),
    path(f"{_PRESENCE}/people/<row:number>/", records.show_population, name="population"),
    path(f"{_PRESENCE}/influence/", records.show_influence, name="influence"),
    path(f"{_PRESENCE}/activities/", pages.show_activities, name="activities"),
    path(f"{_PRESENCE}/policies/", rights.show_policies, name="policies"),
    path(f"{_PRESENCE}/human-rights/", rights.show_posts, name="posts"),
    path(f"{_PRESENCE}/human-rights/<row:number>/", rights.write_post, name="post"),
    path(f"{_PRESENCE}/calendar/", records.show_calendar, name="calendar"),
    path(f"{_PRESENCE}/stopped/", records.show_stopped, name="stopped"),
    path(f"{_PRESENCE}/history/<slug:kind>/<row:number>/", histories.show_history, name="history"),
    path(f"{_PRESENCE}/write/<slug:deed>/", writing.write_to_presence, name="write"),
    path(f"{_PRESENCE}/write/<slug:deed>/<row:number>/", writing.write_to_row, name="write-row"),
]
