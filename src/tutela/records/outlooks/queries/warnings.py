"""This month's warnings with what was decided, how often such warnings were false before, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from tutela.engine.outlook.warnings import Past, Rates, rate_budget
from tutela.kernel.markings import Principal
from tutela.records.incidents.finding import chunks
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population, Site
from tutela.records.outlooks.actions.warnings import setting_of
from tutela.records.outlooks.finding import find_known, known_compartments, needs_to_know, note_search, see_presence
from tutela.records.outlooks.models import Forecast, Sitting, Warned, WarnedPlace, WarningDecision
from tutela.records.outlooks.queries.forecasts import list_concerns


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """People at risk or a site under a warning, by name."""

    name: str
    km: float
    marking: int
    population: int | None
    site: int | None


@dataclass(frozen=True, slots=True)
class WarningFile:
    """One warning, for whose sake it stands, and what was decided on it, the newest last."""

    warned: Warned
    places: tuple[NamedPlace, ...]
    decisions: tuple[WarningDecision, ...]

    @property
    def decision(self) -> WarningDecision | None:
        """What stands."""
        return self.decisions[-1] if self.decisions else None

    def is_overdue(self, today: date) -> bool:
        """Whether its day to look again has passed."""
        held = self.decision
        return held is not None and held.look_again is not None and held.look_again < today


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits at a presence: warnings without a decision, decisions to look at again, the next sitting.

    sitting   the last one; None where there was none yet
    """

    undecided: tuple[WarningFile, ...]
    overdue: tuple[WarningFile, ...]
    sitting: Sitting | None

    def is_sitting_overdue(self, today: date) -> bool:
        """Whether the next review should have been held."""
        return self.sitting is not None and self.sitting.next_on < today


@action("outlook.list_warnings")
def list_warnings(*, by: Principal, presence: int, forecast: int | None = None) -> tuple[WarningFile, ...]:
    """The warnings of a presence, of one forecast where one is given: the newest month first, then by chance."""
    home = see_presence(by, presence)
    note_search(by, home.compartment_id, Warned)
    rows = Warned.visible_to(by).filter(presence_id=home.pk, compartment_id__in=known_compartments(by))
    rows = rows if forecast is None else rows.filter(forecast_id=forecast)
    held = [row for row in rows if needs_to_know(by, row.compartment_id, row.marking)]
    held.sort(key=lambda row: (-row.chance, row.code))
    held.sort(key=lambda row: row.month, reverse=True)
    return _files(by, held)


@action("outlook.view_warning")
def view_warning(*, by: Principal, warned: int) -> WarningFile:
    """One warning."""
    row = find_known(by, Warned, warned)
    see_presence(by, row.presence_id)
    return _files(by, [row])[0]


@action("outlook.waiting")
def waiting(*, by: Principal, presence: int, today: date) -> Waiting:
    """What waits here for somebody who needs to know."""
    every = list_warnings(by=by, presence=presence)
    sat = Sitting.visible_to(by).filter(presence_id=presence, compartment_id__in=known_compartments(by))
    return Waiting(
        tuple(file for file in every if file.decision is None),
        tuple(file for file in every if file.is_overdue(today)),
        sat.order_by("-held_on", "-pk").first(),
    )


@action("outlook.rate")
def rate(*, by: Principal, presence: int, forecast: int) -> Rates | None:
    """False alarms and misses of the presence's budget on the past windows of its units; None without any."""
    row = find_known(by, Forecast, forecast)
    budget = setting_of(by=by, compartment=row.compartment_id, presence=presence).budget
    held = list_concerns(by=by, presence=presence, forecast=forecast)
    past = past_of(item.unit.past for item in held)
    if past is None:
        return None
    return rate_budget(past, budget, np.random.default_rng(int(row.digest[:12] or "0", 16)))


def past_of(held: Iterable[list[list[Any]]]) -> Past | None:
    """The past windows of these units as arrays; a quarter of a window is drawn again as a whole."""
    lines = [(place, line) for place, past in enumerate(held) for line in past]
    if not lines:
        return None
    names = sorted({(str(line[0]), str(line[1])) for _, line in lines})
    number = {name: place for place, name in enumerate(names)}
    quarters = sorted({(origin, _quarter(month)) for origin, month in names})
    block = {name: quarters.index((name[0], _quarter(name[1]))) for name in names}
    month = [number[str(line[0]), str(line[1])] for _, line in lines]
    return Past(
        np.array(month, dtype=np.int64),
        np.array([block[names[place]] for place in month], dtype=np.int64),
        np.array([place for place, _ in lines], dtype=np.int64),
        np.array([float(line[2]) for _, line in lines]),
        np.array([float(line[3]) for _, line in lines]),
        np.array([float(line[4]) > 0 for _, line in lines]),
    )


def _files(by: Principal, rows: list[Warned]) -> tuple[WarningFile, ...]:
    keys = [row.pk for row in rows]
    decisions: dict[int, list[WarningDecision]] = {}
    places: dict[int, list[WarnedPlace]] = {}
    for some in chunks(keys):
        for made in WarningDecision.visible_to(by).filter(warned_id__in=some).order_by("number"):
            decisions.setdefault(made.warned_id, []).append(made)
        for place in WarnedPlace.visible_to(by).filter(warned_id__in=some).order_by("km", "pk"):
            places.setdefault(place.warned_id, []).append(place)
    every = [place for some_places in places.values() for place in some_places]
    people = _names(by, Population, [place.population_id for place in every])
    sites = _names(by, Site, [place.site_id for place in every])
    return tuple(
        WarningFile(
            row,
            tuple(
                _named(place, people, sites) for place in places.get(row.pk, ()) if _is_read(place, people, sites)
            ),
            tuple(decisions.get(row.pk, ())),
        )
        for row in rows
    )


def _names(by: Principal, model: type[Population] | type[Site], keys: list[int | None]) -> dict[int, str]:
    names: dict[int, str] = {}
    for some in chunks(key for key in keys if key is not None):
        names |= dict(model.visible_to(by).filter(pk__in=some).values_list("pk", "name"))
    return names


def _is_read(place: WarnedPlace, people: Mapping[int, str], sites: Mapping[int, str]) -> bool:
    return place.population_id in people or place.site_id in sites


def _named(place: WarnedPlace, people: Mapping[int, str], sites: Mapping[int, str]) -> NamedPlace:
    name = people.get(place.population_id or 0, "") or sites.get(place.site_id or 0, "")
    return NamedPlace(name, place.km, place.marking, place.population_id, place.site_id)


def _quarter(month: str) -> str:
    return f"{month[:4]}-{(int(month[5:7]) - 1) // 3}"
