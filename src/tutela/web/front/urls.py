"""Addresses of the front."""

from __future__ import annotations

from typing import Final

from django.urls import path

from tutela.web.front import views

app_name: Final = "front"
urlpatterns: Final = [
    path("", views.show_first_page, name="first"),
    path("about/", views.show_method, name="about"),
    path("guide/", views.show_guide, name="guide"),
    path("language/<slug:code>/", views.choose_language, name="language"),
    path("figures.css", views.send_figures_style, name="figures-style"),
    path("favicon.ico", views.send_mark, name="mark"),
    path("healthz", views.answer_health, name="health"),
]
