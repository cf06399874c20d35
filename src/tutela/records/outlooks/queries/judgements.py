"""The flashpoint matrix: what colleagues judge, where the model disagrees, and who was nearer the truth later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.engine.outlook.warnings import CHANCES, PairScores, compare_pairs, disagree
from tutela.kernel.markings import Principal
from tutela.records.ledger.acts import action
from tutela.records.missions.models import Population, Site
from tutela.records.outlooks.finding import known_compartments, needs_to_know, note_search, see_presence
from tutela.records.outlooks.models import Forecast, Judgement
from tutela.records.outlooks.queries.records import outcomes_of

LEAST_PLACES: Final = 5
"""On fewer places no interval can be drawn: nothing is said of who was nearer the truth."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement with the name of its place; `is_apart` where the model says something else, None if nothing."""

    row: Judgement
    place: str
    is_apart: bool | None
    happened: bool | None


@dataclass(frozen=True, slots=True)
class Flashpoints:
    """`cells[likelihood - 1][impact - 1]` holds the newest judgement of each place and month.

    scores   of model and analysts on the same places and months, once outcomes of five places are known
    pairs    on how many
    """

    month: str
    months: tuple[str, ...]
    cells: tuple[tuple[tuple[Judged, ...], ...], ...]
    every: tuple[Judged, ...]
    scores: tuple[PairScores, ...]
    pairs: int


@action("outlook.flashpoints")
def flashpoints(*, by: Principal, presence: int, month: str = "") -> Flashpoints:
    """The judgements of a presence for a month (the newest one judged), and the scores over all months."""
    home = see_presence(by, presence)
    note_search(by, home.compartment_id, Judgement)
    rows = Judgement.visible_to(by).filter(presence_id=home.pk, compartment_id__in=known_compartments(by))
    held = [row for row in rows.order_by("pk") if needs_to_know(by, row.compartment_id, row.marking)]
    people = dict(Population.visible_to(by).filter(presence_id=home.pk).values_list("pk", "name"))
    sites = dict(Site.visible_to(by).filter(presence_id=home.pk).values_list("pk", "name"))
    held = [row for row in held if row.population_id in people or row.site_id in sites]
    newest = {(row.population_id, row.site_id, row.month): row for row in held}
    happened = _outcomes(by, list(newest.values()))
    every = [_judged(row, people, sites, happened) for row in newest.values()]
    months = tuple(sorted({row.month for row in newest.values()}, reverse=True))
    chosen = month if month in months else next(iter(months), "")
    cells: list[list[list[Judged]]] = [[[] for _ in range(5)] for _ in range(5)]
    for item in every:
        if item.row.month == chosen:
            cells[item.row.likelihood - 1][item.row.impact - 1].append(item)
    scored = [item for item in every if item.happened is not None and item.row.model_chance is not None]
    return Flashpoints(
        chosen,
        months,
        tuple(tuple(tuple(cell) for cell in line) for line in cells),
        tuple(sorted(every, key=lambda item: (item.row.month, item.place), reverse=True)),
        tuple(_compare(scored)),
        len(scored),
    )


def _judged(
    row: Judgement, people: Mapping[int, str], sites: Mapping[int, str], happened: Mapping[int, bool]
) -> Judged:
    name = people.get(row.population_id or 0, "") or sites.get(row.site_id or 0, "")
    apart = None if row.model_chance is None else disagree(row.likelihood, row.model_chance)
    return Judged(row, name, apart, happened.get(row.pk))


def _outcomes(by: Principal, rows: list[Judgement]) -> dict[int, bool]:
    """Whether anybody was killed in the unit and month, by the vintage written down last."""
    found: dict[int, bool] = {}
    forecasts = {row.forecast_id for row in rows if row.forecast_id is not None and row.code}
    for forecast in Forecast.visible_to(by).filter(pk__in=sorted(forecasts)[:500]):
        happened = outcomes_of(by, forecast)
        for row in rows:
            held = next((months[row.month] for months in happened.values() if row.month in months), None)
            if row.forecast_id == forecast.pk and row.code and held is not None:
                found[row.pk] = held.get(row.code, 0) > 0
    return found


def _compare(scored: list[Judged]) -> list[PairScores]:
    if len({_number_of(item.row) for item in scored}) < LEAST_PLACES:
        return []
    model = np.array([item.row.model_chance for item in scored], dtype=np.float64)
    analyst = np.array([CHANCES[item.row.likelihood - 1] for item in scored])
    happened = np.array([bool(item.happened) for item in scored])
    block = np.array([_number_of(item.row) for item in scored])
    return compare_pairs(model, analyst, happened, block, np.random.default_rng(len(scored)))


def _number_of(row: Judgement) -> int:
    """One number for each place: its months are drawn again together."""
    return (row.population_id or 0) * 2 + 1 if row.population_id else (row.site_id or 0) * 2
