"""Taking files of events into the inbox: staged, checked, made reports in one transaction, undone as a whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.places import distances_km
from tutela.kernel.problems import Problem, said
from tutela.kernel.tables import PERPETRATORS, VIOLENCE, Events
from tutela.records.accounts.principals import require
from tutela.records.accounts.roles import May
from tutela.records.incidents.fields import UN_OR_SUPPORTED, text
from tutela.records.incidents.finding import change, default_marking, find_row, see_presence
from tutela.records.incidents.models import Batch, Report
from tutela.records.incidents.staging import Staged, drop_staged, insert_staged, stage
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population, Presence, Site, SiteState

LISTED_LINES: Final = 1_000
"""Rows left out that a batch lists by line; all of them are counted."""

BEYOND: Final = "beyond-the-vicinity"
NO_PLACE: Final = "no-place"
OF_UN: Final = "belongs-in-restricted-intake"
TWICE: Final = "twice-in-these-files"
THERE: Final = "already-in-the-inbox"

_WORKING: Final = (SiteState.OPEN, SiteState.REDUCED, SiteState.CLOSING)
_AT_ONCE: Final = 50_000


@dataclass(frozen=True, slots=True)
class Incoming:
    """What the readers made of files: events, the source of each file, and what they left out.

    excluded   line and reason of every row that the readers left out;  digest  over the files
    may_be_passed_on   whether the terms of every source let its rows go further
    """

    events: Events
    sources: tuple[str, ...]
    excluded: tuple[tuple[int, str], ...]
    digest: str
    may_be_passed_on: bool


@action("incidents.import_events")
def import_events(
    *, by: Principal, presence: int, incoming: Incoming, everywhere: str = "", marking: Marking | None = None
) -> Batch:
    """Make a report of every event in the vicinity of the presence, or of all with a reason (`everywhere`).

    Rows read = reports made + rows left out by reason. An event that stands in the inbox already stays as it is.
    What may concern UN or UN-supported personnel is left out by name: it belongs in restricted intake.
    """
    home = see_presence(by, presence)
    marked = default_marking(by, home.compartment_id, marking, home.marking)
    require(by, May.TRIAGE, home.compartment_id, marked)
    reason = text(everywhere, "everywhere", 280)
    events = incoming.events
    left = _leave_out(by, home, events, is_everywhere=bool(reason))
    keep = np.flatnonzero(left == "")
    excluded: list[tuple[int, str]] = list(incoming.excluded)
    excluded += [(int(events.source_line[row]), str(left[row])) for row in np.flatnonzero(left != "")]
    batch = Batch(
        compartment_id=home.compartment_id,
        marking=int(marked),
        presence_id=home.pk,
        recorded_by=by.actor,
        sources=", ".join(sorted(set(incoming.sources)))[:120],
        digest=incoming.digest,
        rows=len(events.event_id) + len(incoming.excluded),
        placed=0,
        everywhere=reason,
        may_be_passed_on=incoming.may_be_passed_on,
    )
    batch.save(force_insert=True)
    stage(make_staged(events, incoming.sources, keep))
    placed, doubled = insert_staged(batch)
    drop_staged()
    excluded += [(line, TWICE if is_twice else THERE) for line, is_twice in doubled]
    if placed + len(excluded) != batch.rows:
        raise RuntimeError("an import lost rows")
    values = {"placed": placed, "excluded": dict(Counter(why for _, why in excluded)), "lines": _list(excluded)}
    return change(by, batch, batch.version, **values)


@action("incidents.undo_import")
def undo_import(*, by: Principal, batch: int, reason: str, expected_version: int) -> Batch:
    """Take all reports of a batch out of the inbox; refused as a whole where somebody sorted one of them."""
    row = find_row(by, Batch, batch, May.TRIAGE)
    why = text(reason, "reason", 280, required=True)
    if row.undone_at is not None:
        raise _not_possible("This import was undone before.", "Look at the list of imports.")
    reports = Report.visible_to(by).filter(batch=row.pk)
    sorted_ = reports.exclude(incident__isnull=True, triaged_at__isnull=True).count()
    if sorted_:
        raise _not_possible(
            said("{sorted} of its reports were sorted already.", sorted=sorted_),
            "Sort out those first, or reject reports one by one.",
        )
    reports.delete()
    return change(by, row, expected_version, undone_at=datetime.now(UTC), undone_reason=why)


@action("incidents.list_imports")
def list_imports(*, by: Principal, presence: int) -> tuple[Batch, ...]:
    """The imports of a presence, the newest first."""
    see_presence(by, presence, Batch)
    return tuple(Batch.visible_to(by).filter(presence_id=presence).order_by("-recorded", "-pk")[:100])


def make_staged(events: Events, sources: tuple[str, ...], keep: NDArray[np.int64]) -> Staged:
    """The columns of reports for these rows of the table."""
    precision = np.select(
        [events.precision == 1, events.precision == 2, events.precision == 3, events.precision > 3],
        ["point", "settlement", "district", "region"],
        "unknown",
    )
    has_point = np.isfinite(events.lat) & np.isfinite(events.lon)
    killed = np.where(np.isfinite(events.best), events.best, 0) > 0
    names = np.array(PERPETRATORS, dtype=object)
    kinds = np.array(VIOLENCE, dtype=object)
    where = np.where(events.adm_2 != "", events.adm_2, events.adm_1)
    sides = zip(kinds[events.violence][keep], events.side_a[keep], events.side_b[keep], strict=True)
    said = [f"{kind.replace('_', ' ')}: {one} / {other}"[:280] for kind, one, other in sides]
    return Staged(
        line=events.source_line[keep].tolist(),
        source=np.array(sources, dtype=object)[events.source_file[keep]].tolist(),
        source_id=[str(text_)[:80] for text_ in events.event_id[keep]],
        day=np.datetime_as_string(events.day[keep], unit="D").tolist(),
        lat=_optional(events.lat, has_point, keep),
        lon=_optional(events.lon, has_point, keep),
        precision=np.where(has_point, precision, "unknown")[keep].tolist(),
        place=[str(name)[:120] for name in where[keep]],
        people_low=_optional(events.low, killed & np.isfinite(events.low), keep, whole=True),
        people_high=_optional(events.high, killed & np.isfinite(events.high), keep, whole=True),
        what=np.where(killed, "killed", "other")[keep].tolist(),
        perpetrator=names[events.perpetrator][keep].tolist(),
        summary=said,
    )


def _optional(values: Any, known: Any, keep: Any, *, whole: bool = False) -> list[Any]:
    made = [value if is_known else None for value, is_known in zip(values[keep].tolist(), known[keep], strict=True)]
    return [int(value) if value is not None else None for value in made] if whole else made


def _leave_out(by: Principal, home: Presence, events: Events, *, is_everywhere: bool) -> NDArray[np.object_]:
    """For each event why it does not enter the inbox; "" where it does."""
    left = np.full(len(events.event_id), "", dtype=object)
    if not is_everywhere:
        placed = np.isfinite(events.lat) & np.isfinite(events.lon)
        left[~placed] = NO_PLACE
        near = np.zeros(len(left), dtype=bool)
        widest = max(ring.km for ring in load_doctrine().rings)
        for lat, lon in _points(by, home):
            for start in range(0, len(left), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                near[part] |= distances_km(events.lon[part], events.lat[part], lon, lat) <= widest
        left[placed & ~near] = BEYOND
    left[events.perpetrator == PERPETRATORS.index(UN_OR_SUPPORTED)] = OF_UN
    return left


def _points(by: Principal, home: Presence) -> list[tuple[float, float]]:
    """Where working sites and people at risk are, as far as this person may read."""
    sites = Site.visible_to(by).filter(presence_id=home.pk, status__in=_WORKING)
    people = Population.visible_to(by).filter(presence_id=home.pk).exclude(status=Population.Status.LEFT)
    points = (point for rows in (sites, people) for point in rows.values_list("lat", "lon"))
    return sorted({(lat, lon) for lat, lon in points if lat is not None and lon is not None})


def _list(excluded: list[tuple[int, str]]) -> list[list[Any]]:
    return [[line, why] for line, why in sorted(excluded)[:LISTED_LINES]]


def _not_possible(message: str, remedy: str) -> Problem:
    return Problem("not-possible", message, where="batch", remedy=remedy)
