"""Addresses of this area."""

from __future__ import annotations

from typing import Final

from django.urls import path

from tutela.web.siting import views

app_name: Final = "siting"
urlpatterns: Final = [
    path("", views.list_cases, name="list"),
    path("<str:digest>/", views.show_options, name="options"),
    path("<str:digest>/plan/", views.show_plan, name="plan"),
    path("<str:digest>/cuts/", views.show_cuts, name="cuts"),
]
