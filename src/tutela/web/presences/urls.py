"""Addresses of the presences."""

from __future__ import annotations

from typing import Final

from django.urls import path

from tutela.web.presences import views

app_name: Final = "presences"
urlpatterns: Final = [
    path("", views.list_presences, name="list"),
    path("<str:presence_id>/", views.show_presence, name="presence"),
    path("<str:presence_id>/statement/", views.show_statement, name="statement"),
    path("<str:presence_id>/claims.json", views.send_claims, name="claims"),
]
