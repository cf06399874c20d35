"""The words of the exports for what stands as a code, and what a page says after something was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from tutela.records.jobs.models import State
from tutela.web.shared.desks import Area
from tutela.web.shared.words import Word

TABLES: Final[Mapping[str, Word]] = {
    "activities": _("Activities"),
    "capacities": _("Capacities"),
    "incidents": _("Incidents"),
    "plans": _("Response plans"),
    "populations": _("Populations at risk"),
    "presences": _("Presences"),
    "reports": _("Reports"),
    "sites": _("Sites"),
    "threats": _("Threats"),
}

STATES: Final[Mapping[str, Word]] = {
    State.WAITING: _("waiting"),
    State.RUNNING: _("being made"),
    State.DONE: _("ready"),
    State.FAILED: _("failed"),
    State.CANCELLED: _("cancelled"),
}

EXPORTS: Final = Area(
    "exports",
    "exports",
    {
        "ask": _("The export was asked for. It is made behind the pages; you may leave this one."),
        "cancel": _("The export was cancelled, and nothing of it was kept."),
        "destroy": _("The file was destroyed. That you had it stays written down."),
    },
)
