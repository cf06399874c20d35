"""What was done, where nothing was, and how far it rests on human rights posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any, Final

from django.db.models import Count, Max, Q

from tutela.catalogue.doctrine import Doctrine, find_activities, load_doctrine
from tutela.kernel.estimates import Estimate
from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.principals import Member, refused
from tutela.records.ledger.acts import action, record_access
from tutela.records.ledger.closed import ClosedQuerySet
from tutela.records.missions.inputs import require_order
from tutela.records.missions.lookups import find_row, find_site, record_look
from tutela.records.missions.models import Activity, HumanRightsLink, Presence

_CHUNK: Final = 800
"""Keys in one question: SQLite takes fewer than a thousand."""

PAGE: Final = 200

Days = tuple[date | None, date | None]
"""From a day up to another; None where there is no such end."""

DayMark = tuple[date, int]
"""Where a page ended: the day and the number of its last row."""

_BASIS: Final = "activities in the log, each counted once; low: those said to rest on human rights posts alone"


@dataclass(frozen=True, slots=True)
class Cell:
    """One tier, phase and component. `number` is 0 where nothing was logged, None where this presence does nothing
    of the kind: no activity of the catalogue that it can take stands there."""

    tier: str
    phase: str
    component: str
    number: int | None
    warned: int
    codes: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether something could stand here and nothing does."""
        return self.number == 0


@dataclass(frozen=True, slots=True)
class CoverageGrid:
    """Every tier x phase x component with its number, blanks shown; marked as the highest row counted in it."""

    presence: int
    site: int | None
    since: date
    until: date
    cells: tuple[Cell, ...]
    activities: int
    warned: int
    marking: Marking

    def cell(self, tier: str, phase: str, component: str) -> Cell:
        """The cell there."""
        wanted = (tier, phase, component)
        return next(cell for cell in self.cells if (cell.tier, cell.phase, cell.component) == wanted)


@dataclass(frozen=True, slots=True)
class HumanRightsShare:
    """The share of protection work that rests on human rights posts, 0 to 1; None where nothing was logged.

    low: only what was said to rest on them; mid: among those of which it was said; high: all of which it was
    not denied. Strictly confidential, always: it is a target list for cuts.
    """

    estimate: Estimate | None
    activities: int
    rests: int
    partly: int
    not_resting: int
    not_said: int
    since: date
    until: date
    marking: Marking = Marking.STRICTLY_CONFIDENTIAL


@action("missions.list_activities")
def list_activities(
    *, by: Principal, presence: int, site: int | None = None, since: date, until: date, most: int = 500
) -> list[Activity]:
    """What was done in those days, the newest first; at most so many."""
    found = list(_between(by, presence, site, since, until).order_by("-day", "-pk")[:most])
    record_look("search", found)
    return found


@action("missions.page_activities")
def page_activities(
    *,
    by: Principal,
    presence: int,
    site: int | None = None,
    days: Days = (None, None),
    before: DayMark | None = None,
) -> list[Activity]:
    """What was done, the newest day first, a page at a time; of these days, both ends included."""
    require_order(*days, "until")
    parent = find_row(by, Presence, presence)
    place = find_site(by, parent, site)
    rows = Activity.visible_to(by).filter(presence_id=parent.pk)
    rows = rows.filter(site_id=place.pk) if place else rows
    rows = rows.filter(day__gte=days[0]) if days[0] else rows
    rows = rows.filter(day__lte=days[1]) if days[1] else rows
    if before is not None:
        rows = rows.filter(Q(day__lt=before[0]) | Q(day=before[0], pk__lt=before[1]))
    found = list(rows.order_by("-day", "-pk")[:PAGE])
    record_look("search", found)
    return found


@action("missions.list_basis_requests")
def list_basis_requests(*, by: Principal, presence: int) -> list[Activity]:
    """Activities that wait for a basis, or for one that fits, the oldest first."""
    parent = find_row(by, Presence, presence)
    found = list(Activity.visible_to(by).filter(presence_id=parent.pk, warned=True).order_by("day", "pk"))
    record_look("search", found)
    return found


@action("missions.coverage_grid")
def coverage_grid(
    *, by: Principal, presence: int, site: int | None = None, since: date, until: date
) -> CoverageGrid:
    """Tier x phase x component of a presence, or of one site, over some days, both ends included."""
    rows = _between(by, presence, site, since, until)
    counted = rows.values("tier", "phase", "component", "code").annotate(
        number=Count("pk"), warned_number=Count("pk", filter=Q(warned=True)), highest=Max("marking")
    )
    held: dict[tuple[str, str, str], list[Any]] = {}
    for row in counted.order_by("code"):
        held.setdefault((row["tier"], row["phase"], row["component"]), []).append(row)
    parent = find_row(by, Presence, presence)
    doctrine = load_doctrine()
    names = doctrine.enumerations
    possible = _possible(doctrine, parent)
    cells = tuple(
        _cell(place, held.get(place, []), is_possible=place in possible)
        for place in product(names["poc_tier"], names["poc_phase"], names["component"])
    )
    highest = max((row["highest"] for found in held.values() for row in found), default=parent.marking)
    record_access(
        "search", Activity._meta.db_table, compartment=parent.compartment_id, marking=max(highest, parent.marking)
    )
    return CoverageGrid(
        parent.pk,
        site,
        since,
        until,
        cells,
        sum(cell.number or 0 for cell in cells),
        sum(cell.warned for cell in cells),
        Marking(max(highest, parent.marking)),
    )


@action("missions.human_rights_share")
def human_rights_share(
    *, by: Principal, presence: int, site: int | None = None, since: date, until: date
) -> HumanRightsShare:
    """How much of the logged work rests on human rights posts; for readers of the strictly confidential."""
    parent = find_row(by, Presence, presence)
    if not isinstance(by, Member) or not by.reads(parent.compartment_id, Marking.STRICTLY_CONFIDENTIAL):
        raise refused()
    numbers = list(_between(by, presence, site, since, until).order_by("pk").values_list("pk", flat=True))
    said = Counter(_rests(by, numbers))
    rests, partly, denied = (said[HumanRightsLink.Rests(name)] for name in ("yes", "partly", "no"))
    record_access(
        "view",
        HumanRightsLink._meta.db_table,
        compartment=parent.compartment_id,
        marking=int(Marking.STRICTLY_CONFIDENTIAL),
    )
    return HumanRightsShare(
        _estimate_share(len(numbers), rests, partly, denied),
        len(numbers),
        rests,
        partly,
        denied,
        len(numbers) - rests - partly - denied,
        since,
        until,
    )


def _estimate_share(activities: int, rests: int, partly: int, denied: int) -> Estimate | None:
    if not activities:
        return None
    low, high = rests / activities, (activities - denied) / activities
    said = rests + partly + denied
    mid = (rests + partly / 2) / said if said else (low + high) / 2
    return Estimate(low, min(max(mid, low), high), high, _BASIS)


def _rests(by: Principal, activities: list[int]) -> Iterable[str]:
    for start in range(0, len(activities), _CHUNK):
        rows = HumanRightsLink.visible_to(by).filter(activity_id__in=activities[start : start + _CHUNK])
        yield from rows.values_list("rests", flat=True)


def _between(by: Principal, presence: int, site: int | None, since: date, until: date) -> ClosedQuerySet[Activity]:
    require_order(since, until, "until")
    parent = find_row(by, Presence, presence)
    place = find_site(by, parent, site)
    rows = Activity.visible_to(by).filter(presence_id=parent.pk, day__gte=since, day__lte=until)
    return rows.filter(site_id=place.pk) if place else rows


def _possible(doctrine: Doctrine, presence: Presence) -> set[tuple[str, str, str]]:
    return {
        place
        for item in find_activities(doctrine, presence.kind, presence.force_authority)
        for place in product(item.tiers, item.phases, item.components)
    }


def _cell(place: tuple[str, str, str], rows: list[Any], *, is_possible: bool) -> Cell:
    number = sum(row["number"] for row in rows)
    return Cell(
        *place,
        number=number if number or is_possible else None,
        warned=sum(row["warned_number"] for row in rows),
        codes=tuple(row["code"] for row in rows),
    )
