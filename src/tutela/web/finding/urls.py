"""Addresses of this area."""

from __future__ import annotations

from typing import Final

from django.urls import path

from tutela.web.finding import views

app_name: Final = "finding"
urlpatterns: Final = [path("", views.show_search, name="search")]
