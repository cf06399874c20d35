"""A book of reach: from each site, by each mode, in each season, how long to each cell and with what chance.

It holds the first of three times. What decides the other two (who may move, who can act) and who hears of
danger without anybody moving is kept beside it as it was brought, and put side by side on a page, never added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.data.surfaces import burn_areas
from tutela.engine.presence.strength import staffed_rows
from tutela.engine.reach.chances import Chances, Question, answer_draw, answer_usually, weigh
from tutela.engine.reach.conditions import NOTHING, ONE, Conditions, Span
from tutela.engine.reach.flights import Aircraft
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.landings import Flight, Pads, chance_to_fly, fly_to_pads, go_on_from_pads
from tutela.engine.reach.standing import Standing, find_standing
from tutela.engine.reach.travel_rings import find_starts
from tutela.engine.reach.traveltime import Starts, refuse_long
from tutela.kernel.grids import Grid
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Sites
from tutela.studies.executor import Executor, Serial, Shared

Columns = dict[str, NDArray[Any]]
Told = Callable[[str, int, int], None]

WITHIN_MIN: Final = (30.0, 120.0, 360.0)
FOOT: Final = "foot"


@dataclass(frozen=True, slots=True)
class BookSpec:
    """What is asked of all sites: times, day, draws, and the spans that hold (by their key in the table).

    aircraft   None for ground alone;  spans   pace/all, pace/patch, ready/..., night/..., insecurity/..., ...
    """

    within_min: tuple[float, ...] = WITHIN_MIN
    as_of: date | None = None
    draws: int = 0
    seed: int = 20
    snap_km: float = 0.0
    knights: bool = False
    aircraft: Aircraft | None = None
    spans: Mapping[str, Span] = field(default_factory=dict)

    def span(self, kind: str, otherwise: Span, code: str = "") -> Span:
        """The span of a kind, of that code where it is given."""
        keys = [key for key in self.spans if key.startswith(f"{kind}/") and (not code or key == f"{kind}/{code}")]
        return self.spans[keys[0]] if keys else otherwise


@dataclass(frozen=True, slots=True)
class BookGround:
    """Surfaces on one grid, one for each mode and season; polygons that are closed or insecure; places to land."""

    surfaces: tuple[Surface, ...]
    closed: tuple[Any, ...] = ()
    insecure: tuple[Any, ...] = ()
    pads: Pads | None = None

    @property
    def grid(self) -> Grid:
        """The grid of all surfaces. Raises Problem "surface-unusable" where they have more than one."""
        grids = {surface.grid for surface in self.surfaces}
        if len(grids) != 1:
            raise Problem(
                "surface-unusable",
                f"The {len(self.surfaces)} surfaces lie on {len(grids)} different grids.",
                where="surface",
                remedy="Build them with the same --bbox and --cell-deg, so that a cell is the same cell in all.",
            )
        return next(iter(grids))


@dataclass(frozen=True, slots=True)
class Way:
    """One mode in one season: where sites stand on its ground, and how many starts it serves."""

    mode: str
    season: str
    standing: Standing
    chance_of_flight: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """The table, one row for each site, cell, mode and season that is reached at all, and what it rests on.

    columns   site_id, cell (row * columns + column), mode, season, minutes (NaN beyond the longest time), low,
              high (infinite where somebody does not come at all), chance (to be there within the longest time),
              and chance_N for every other time
    presences   whose sites they are, in alphabetical order
    """

    grid: Grid
    within_min: tuple[float, ...]
    starts: Starts
    ways: tuple[Way, ...]
    columns: Columns
    presences: tuple[str, ...] = ()


def study_book(
    sites: Sites, ground: BookGround, spec: BookSpec, executor: Executor | None = None, told: Told | None = None
) -> Book:
    """Compute the book. Raises "nothing-to-study" where no site can set out in any way, and "option-invalid"."""
    check_times(spec)
    open_sites = open_on(staffed_rows(sites), spec.as_of)
    grid, starts = ground.grid, find_starts(open_sites)
    masks = {name: burn_areas(grid, list(shapes)) if shapes else None for name, shapes in _areas(ground)}
    ways, parts, rows = [], [], 0
    modes = [*((surface, "") for surface in ground.surfaces), *_flights(ground, spec)]
    for number, (surface, flies) in enumerate(modes):
        if told:
            told(f"{flies or surface.mode}, {surface.season}", number, len(modes))
        standing = find_standing(surface, starts, spec.snap_km)
        if flies:
            way, part = _fly(surface, (starts, standing), sites, ground, spec)
        else:
            way = Way(surface.mode, surface.season, standing)
            part = _travel((surface, masks), (starts, standing), spec, executor or Serial())
        ways.append(way)
        n = len(part["cell"])
        parts.append({"mode": np.full(n, way.mode), "season": np.full(n, way.season), **part})
        rows += n
        refuse_long(rows, len(starts))
    if not rows:
        raise Problem(
            "nothing-to-study",
            f"None of the {len(starts):,} starting points can be used in any of the {len(ways)} ways.",
            where="surface",
            remedy="Build surfaces over these sites, or name sites that are open and where somebody is.",
        )
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    presences = tuple(np.unique(open_sites.mission[open_sites.mission != ""]).tolist())
    return Book(grid, spec.within_min, starts, tuple(ways), columns, presences)


def open_on(sites: Sites, day: date | None) -> Sites:
    """The sites that are open on a day, all where none is given."""
    if day is None:
        return sites
    moment = np.datetime64(day)
    return sites.take((sites.opened <= moment) & (np.isnat(sites.closed) | (sites.closed > moment)))


def check_times(spec: BookSpec) -> None:
    """Refuse times that do not rise and draws that cannot be. Raises "option-invalid"."""
    times = np.array(spec.within_min)
    if not (len(times) and np.isfinite(times).all() and times[0] > 0 and (np.diff(times) > 0).all()):
        raise Problem(
            "option-invalid", "The times do not rise from above 0.", where="within-min", remedy="Try 30,120,360."
        )
    if not 0 <= spec.draws <= 10_000:
        raise Problem("option-invalid", "That many draws cannot be.", where="draws", remedy="Use 0 to 10,000.")


def conditions_of(surface: Surface, masks: Mapping[str, NDArray[np.bool_] | None], spec: BookSpec) -> Conditions:
    """What holds on one surface by the spans that were chosen."""
    night = f"night/{surface.mode}"
    factors: list[tuple[Span, NDArray[np.bool_] | None]] = (
        [(spec.spans[night], None)] if night in spec.spans else []
    )
    if masks["insecure"] is not None:
        factors.append((spec.span("insecurity", ONE), masks["insecure"]))
    convoy = spec.span("convoy", NOTHING) if surface.mode != FOOT else NOTHING
    return Conditions(
        pace=spec.span("pace", ONE, "all"),
        patch=spec.span("pace", ONE, "patch"),
        factors=tuple(factors),
        closed=masks["closed"],
        cap_kmh=convoy if convoy.value > 0 else None,
        ready=spec.span("ready", NOTHING),
    )


def _areas(ground: BookGround) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return ("closed", ground.closed), ("insecure", ground.insecure)


def _flights(ground: BookGround, spec: BookSpec) -> Iterator[tuple[Surface, str]]:
    """For each season the ground that people go on over after landing: on foot, where there is such a surface."""
    if spec.aircraft is None:
        return
    for season in dict.fromkeys(surface.season for surface in ground.surfaces):
        of_season = [surface for surface in ground.surfaces if surface.season == season]
        surface = next((item for item in of_season if item.mode == FOOT), of_season[0])
        yield surface, f"air: {spec.aircraft.name}, then {surface.mode}"


def _travel(
    world: tuple[Surface, Mapping[str, NDArray[np.bool_] | None]],
    stands: tuple[Starts, Standing],
    spec: BookSpec,
    executor: Executor,
) -> Columns:
    surface, masks = world
    starts, standing = stands
    usable = np.flatnonzero(standing.usable)
    sources, place = np.unique(standing.cells[usable], return_inverse=True)
    question = Question(
        surface, conditions_of(surface, masks, spec), sources, spec.within_min, spec.draws, spec.seed, spec.knights
    )
    draws = executor.run(answer_draw, Shared(question, range(spec.draws)))
    return _name_sites(weigh(question, answer_usually(question), draws), (starts.site_id[usable], place), spec)


def _name_sites(chances: Chances, sites: tuple[NDArray[Any], NDArray[Any]], spec: BookSpec) -> Columns:
    """From source cells to sites: of several points of one site the one that is there first counts."""
    site_id, place = sites
    begin, end = np.searchsorted(chances.source, place), np.searchsorted(chances.source, place, side="right")
    row = np.concatenate([np.empty(0, np.int64), *(np.arange(b, e) for b, e in zip(begin, end, strict=True))])
    named = np.repeat(site_id, end - begin)
    minutes = chances.minutes[row]
    order = np.lexsort((np.where(np.isnan(minutes), np.inf, minutes), chances.cell[row], named))
    row, named = row[order], named[order]
    is_first = np.ones(len(row), dtype=bool)
    is_first[1:] = (named[1:] != named[:-1]) | (chances.cell[row[1:]] != chances.cell[row[:-1]])
    row, named = row[is_first], named[is_first]
    return {
        "site_id": named,
        "cell": chances.cell[row],
        "minutes": np.round(chances.minutes[row], 3),
        "low": np.round(chances.low[row], 3),
        "high": np.round(chances.high[row], 3),
        **_name_chances(chances.within[row], spec),
    }


def _name_chances(within: NDArray[np.float64], spec: BookSpec) -> Columns:
    last = len(spec.within_min) - 1
    return {
        "chance": within[:, last],
        **{f"chance_{limit:g}": within[:, i] for i, limit in enumerate(spec.within_min[:last])},
    }


def _fly(
    surface: Surface, stands: tuple[Starts, Standing], sites: Sites, ground: BookGround, spec: BookSpec
) -> tuple[Way, Columns]:
    """By air from every site where aircraft are known to land, then over the ground from where they land."""
    starts, standing = stands
    assert spec.aircraft is not None
    flight = Flight(spec.aircraft, spec.span("turnaround", Span(30.0, 30.0, 30.0)).value)
    light = spec.span("daylight", ONE), spec.span("weather", ONE, surface.season)
    chance = chance_to_fly(*light)
    lands = sites.take(sites.air == 1)
    pads = ground.pads or Pads(lands.lon, lands.lat, np.ones(len(lands), dtype=bool))
    parts: list[Columns] = []
    flying = set(zip(lands.lon.tolist(), lands.lat.tolist(), strict=True))
    for number in range(len(starts)):
        lon, lat = float(starts.lon[number]), float(starts.lat[number])
        if (lon, lat) not in flying:
            continue
        landed = fly_to_pads(lon, lat, pads, flight)
        cells, minutes = go_on_from_pads(surface, pads, landed, spec.within_min[-1])
        within = np.where(minutes[:, None] <= np.array(spec.within_min), chance.mid, 0.0)
        parts.append(
            {
                "site_id": np.full(len(cells), starts.site_id[number]),
                "cell": cells,
                "minutes": np.round(minutes, 3),
                "low": np.round(minutes, 3),
                "high": np.full(len(cells), np.inf if chance.low < 1 else 0.0) + np.round(minutes, 3),
                **_name_chances(within, spec),
            }
        )
    mode = f"air: {spec.aircraft.name}, then {surface.mode}"
    way = Way(mode, surface.season, standing, chance.as_json())
    return way, _keep_quickest(parts, spec)


def _keep_quickest(parts: list[Columns], spec: BookSpec) -> Columns:
    none: Columns = {
        "site_id": np.empty(0, np.str_), "cell": np.empty(0, np.int64), "minutes": np.empty(0), "low": np.empty(0),
        "high": np.empty(0), **_name_chances(np.zeros((0, len(spec.within_min))), spec),
    }  # fmt: skip
    joined = {name: np.concatenate([part[name] for part in [none, *parts]]) for name in none}
    order = np.lexsort((joined["minutes"], joined["cell"], joined["site_id"]))
    site, cell = joined["site_id"][order], joined["cell"][order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (site[1:] != site[:-1]) | (cell[1:] != cell[:-1])
    return {name: column[order[is_first]] for name, column in joined.items()}
