"""What pages show of many rows at once, in as many questions as for one."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.models import User
from tutela.records.ledger.acts import action
from tutela.records.missions.lookups import find_row, record_look
from tutela.records.missions.models import Access, Capacity, CutReview, Population, Presence, Site, StoppedTask

_CHUNK: Final = 800
"""Keys in one question: SQLite takes fewer than a thousand."""


@dataclass(frozen=True, slots=True)
class Overview:
    """One presence as a list shows it; `strengths` by component and measure, the latest known on the day.

    marking  that of the highest row that was counted in
    """

    presence: Presence
    sites: Mapping[str, int]
    strengths: Mapping[tuple[str, str], Capacity]
    populations: int
    marking: Marking


@action("missions.list_overviews")
def list_overviews(*, by: Principal, day: date) -> tuple[Overview, ...]:
    """Every presence that they may read, by name, with what is counted of each."""
    presences = list(Presence.visible_to(by).order_by("name", "pk"))
    sites = list(Site.visible_to(by).only("presence_id", "status", "marking", "compartment_id"))
    people = list(Population.visible_to(by).only("presence_id", "status", "marking", "compartment_id"))
    whole = Capacity.visible_to(by).filter(site__isnull=True, profile="", superseded=False, as_of__lte=day)
    strengths = list(whole.order_by("as_of", "pk"))
    for looked in (presences, sites, people, strengths):
        record_look("search", list(looked))
    held = [_by(rows, "presence_id") for rows in (sites, people, strengths)]
    return tuple(_overview(row, *(rows.get(row.pk, []) for rows in held)) for row in presences)


@action("missions.list_access_to_all")
def list_access_to_all(*, by: Principal, presence: int) -> dict[int, list[Access]]:
    """Who can reach each population of a presence, by the population's number."""
    parent = find_row(by, Presence, presence)
    people = list(Population.visible_to(by).filter(presence_id=parent.pk).values_list("pk", flat=True))
    found = [row for part in _parts(people) for row in Access.visible_to(by).filter(population_id__in=part)]
    record_look("search", found)
    return _by(found, "population_id")


@action("missions.list_reviews_of_all")
def list_reviews_of_all(*, by: Principal, presence: int) -> dict[int, list[CutReview]]:
    """What was found of each stopped task of a presence, by the task's number."""
    parent = find_row(by, Presence, presence)
    stopped = list(StoppedTask.visible_to(by).filter(presence_id=parent.pk).values_list("pk", flat=True))
    found = [
        row
        for part in _parts(stopped)
        for row in CutReview.visible_to(by).filter(stopped_id__in=part).order_by("after_days")
    ]
    record_look("search", found)
    return _by(found, "stopped_id")


def name_actors(actors: Iterable[str | None]) -> Mapping[str, str]:
    """The names of those who wrote, for people who may read what they wrote."""
    numbers = [number for actor in set(actors) if (number := _number(actor)) is not None]
    return {str(user.pk): user.name for user in User.objects.filter(pk__in=numbers[:_CHUNK])}


def _overview(row: Presence, sites: list[Any], people: list[Any], strengths: list[Any]) -> Overview:
    highest = max(item.marking for item in (row, *sites, *people, *strengths))
    return Overview(
        row,
        Counter(site.status for site in sites),
        {(item.component, item.measure): item for item in strengths},
        sum(item.status != Population.Status.LEFT for item in people),
        Marking(highest),
    )


def _by(rows: Iterable[Any], column: str) -> dict[int, list[Any]]:
    held: dict[int, list[Any]] = {}
    for row in rows:
        held.setdefault(getattr(row, column), []).append(row)
    return held


def _parts(numbers: list[int]) -> Iterator[list[int]]:
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))


def _number(actor: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(actor or "")
    except ValueError:
        return None
