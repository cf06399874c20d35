"""What a map is asked to show: read from the address, and refused with the name of what cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import Member, refused
from tutela.records.incidents.fields import statuses, whats
from tutela.records.incidents.mapping import Box, Wanted
from tutela.records.missions import queries
from tutela.records.missions.models import Presence
from tutela.web.shared.references import read_reference

USUAL_DAYS: Final = 90
USUAL_RINGS: Final = (5.0, 30.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """Days (both inclusive), kind, status, and the rings around sites in kilometres."""

    since: date | None
    until: date | None
    what: str
    status: str
    rings_km: tuple[float, ...]

    def wanted(self, box: Box | None = None) -> Wanted:
        """The same for the register."""
        first = datetime.combine(self.since, time(), UTC) if self.since else None
        after = datetime.combine(self.until, time(), UTC) + timedelta(days=1) if self.until else None
        return Wanted(since=first, until=after, what=self.what, status=self.status, box=box)


def choose_presence(request: HttpRequest, by: Member) -> tuple[Presence | None, Sequence[Presence]]:
    """The presence that was asked for, else the first that they read; with all that they read."""
    every = queries.list_presences(by=by)
    asked = request.GET.get("presence", "")
    if not asked:
        return next(iter(every), None), every
    chosen = next((row for row in every if row.pk == read_reference(asked)), None)
    if chosen is None:
        raise refused()
    return chosen, every


def read_asked(request: HttpRequest, today: date) -> Asked:
    """The filters of the address; without any, the last ninety days and the usual rings."""
    given = request.GET
    since = _day(given.get("since"), "since", today - timedelta(days=USUAL_DAYS))
    until = _day(given.get("until"), "until", None)
    what = _one_of(given.get("what", ""), whats(), "what")
    status = _one_of(given.get("status", ""), statuses(), "status")
    rings = tuple(sorted({_ring(text) for text in given.getlist("km")}))
    return Asked(since, until, what, status, rings if "km" in given or "since" in given else USUAL_RINGS)


def read_box(request: HttpRequest) -> Box | None:
    """West, south, east and north of the part that is asked for; None for the whole."""
    text = request.GET.get("box", "")
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise _invalid("box", _("This is no part of the Earth.")) from None
    if not (-90 <= south < north <= 90 and abs(west) <= 540 and east - west > 0):
        raise _invalid("box", _("This is no part of the Earth."))
    if east - west >= 360:
        return -180.0, south, 180.0, north
    turned = (west + 180) % 360 - 180
    end = turned + (east - west)
    return turned, south, end - 360 if end > 180 else end, north


def _day(text: str | None, field: str, usual: date | None) -> date | None:
    if text is None:
        return usual
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _invalid(field, _("This is no day.")) from None


def _one_of(text: str, known: Sequence[str], field: str) -> str:
    if text and text not in known:
        raise _invalid(field, _("This is not in the list."))
    return text


def _ring(text: str) -> float:
    for ring in load_doctrine().rings:
        if ring.km > 0 and text == f"{ring.km:g}":
            return ring.km
    raise _invalid("km", _("This is no ring of the vicinity."))


def _invalid(field: str, message: str) -> Problem:
    return Problem("field-invalid", message, where=field, remedy=_("Choose again on the page of the map."))
