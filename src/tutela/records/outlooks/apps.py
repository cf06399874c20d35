"""Forecasts in the register: warnings, decisions, judgements beside the model, and the record of all of it."""

from __future__ import annotations

from django.apps import AppConfig


class OutlooksConfig(AppConfig):
    """Nothing of this app may leave the register as a file: place-level forecasts stay with their members."""

    name = "tutela.records.outlooks"
    label = "outlook"
    default_auto_field = "django.db.models.BigAutoField"
