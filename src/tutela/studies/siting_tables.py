"""From the files of a siting spec to arrays: every row is placed or left out by a named reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tutela.data.store.artifacts import Store
from tutela.data.store.folders import digest_file
from tutela.data.surfaces import digest_raster
from tutela.engine.scenario.siting.cover import Cover, Demand, build_cover
from tutela.engine.scenario.siting.rules import Aim, Rules
from tutela.kernel.accounting import Accounting
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Marking
from tutela.kernel.places import EARTH_RADIUS_KM, chord_of_km, unit_vectors
from tutela.kernel.problems import Problem
from tutela.studies.owner import OWNER
from tutela.studies.siting_minutes import minutes_over
from tutela.studies.siting_reach import load_reach, minutes_kept
from tutela.studies.siting_specs import Scenario, SitingSpec

Array = NDArray[Any]
Frame = pl.DataFrame

NO_REGION: Final = "no region"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a question inherits from the artifact that its cover was taken from; without one it inherits nothing."""

    reach: str = ""
    marking: Marking = Marking.UNCLASSIFIED
    compartments: frozenset[str] = frozenset()
    licence: str = ""
    attribution: str = ""
    invented: bool = True
    redistributable: bool = True

    @classmethod
    def of(cls, manifest: Manifest, reach: str) -> Terms:
        """The terms that stand in a manifest."""
        return cls(
            reach, manifest.marking, manifest.compartments, manifest.licence, manifest.attribution,
            manifest.invented, manifest.redistributable,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SitingTables:
    """The three tables as they were read, with the digests of their files, what was left out, and their terms."""

    demand: Frame
    candidates: Frame
    pairs: Frame | None
    digests: dict[str, str]
    accounts: tuple[Accounting, ...]
    terms: Terms = Terms()

    @property
    def regions(self) -> list[str]:
        """The regions, in alphabetical order."""
        return sorted(set(self.demand["region"].to_list()))


def read_tables(spec: SitingSpec, folder: Path, store: Store | None = None) -> SitingTables:
    """Read what a spec names; a kept reach from the store of its home.

    Raises the problems of files, "id-conflict", "spec-invalid", and of a reach those of `load_reach`.
    """
    weights = list(dict.fromkeys(scenario.weight for scenario in spec.scenarios))
    demand, demand_digest = _read(folder / spec.demand, ["point_id", *weights])
    candidates, candidate_digest = _read(folder / spec.candidates, ["site_id", "type"])
    digests = {"demand": demand_digest, "candidates": candidate_digest}
    if "region" not in demand.columns:
        demand = demand.with_columns(pl.lit("").alias("region"))
    demand = demand.with_columns(pl.col("region").cast(pl.Utf8).fill_null("").replace("", NO_REGION))
    demand, account = _usable_demand(demand, weights)
    _require_unique(demand, ["point_id"], spec.demand)
    _require_unique(candidates, ["site_id", "type"], spec.candidates)
    for name in spec.budget:
        _require_columns(candidates, [f"cost_{name}"], spec.candidates)
        _require_costs(candidates, f"cost_{name}", spec.candidates)
    accounts, pairs = [account], None
    name = spec.cover.file or spec.cover.minutes
    if name:
        values = [s.cover for s in spec.scenarios] if spec.cover.file else ["minutes"]
        pairs, digests["cover"] = _read(folder / name, ["site_id", "point_id", *dict.fromkeys(values)])
        pairs, lost = _usable_pairs(pairs, demand, candidates)
        accounts.append(lost)
        return SitingTables(demand, candidates, pairs, digests, tuple(accounts))
    for frame, file in ((demand, spec.demand), (candidates, spec.candidates)):
        _require_columns(frame, ["lon", "lat"], file)
    longest = max(spec.cover.within.values(), default=0.0)
    if spec.cover.reach:
        kept = load_reach(_require_store(store), spec.cover.reach, OWNER)
        pairs, stood = minutes_kept(kept, demand, candidates, longest)
        terms = Terms.of(kept.manifest, kept.manifest.content)
        return SitingTables(demand, candidates, pairs, digests, (*accounts, *stood), terms)
    if spec.cover.surface:
        path = folder / spec.cover.surface
        pairs, stood = minutes_over(path, demand, candidates, longest)
        digests["surface"] = digest_raster(path)
        accounts += stood
    return SitingTables(demand, candidates, pairs, digests, tuple(accounts))


def make_cover(spec: SitingSpec, tables: SitingTables) -> Cover:
    """Rows for each point in each scenario, in groups by scenario and region."""
    regions = tables.regions
    place = {region: i for i, region in enumerate(regions)}
    region = np.array([place[name] for name in tables.demand["region"].to_list()], np.int32)
    parts = []
    for s, scenario in enumerate(spec.scenarios):
        pairs = pairs_of(spec, tables, scenario)
        weight = tables.demand[scenario.weight].cast(pl.Float64).to_numpy()
        parts.append(Demand(weight, region + np.int32(s * len(regions)), pairs))
    shape = (len(regions) * len(spec.scenarios), len(tables.candidates))
    return build_cover(parts, shape, spec.kind, spec.k)


def make_aim(spec: SitingSpec, tables: SitingTables, weights: Array) -> Aim:
    """What is raised, with floors over the expectation of scenarios. `weights`: all demand by group."""
    regions, chance = tables.regions, np.array([scenario.chance for scenario in spec.scenarios])
    n, s = len(regions), len(spec.scenarios)
    unknown = sorted(set(spec.floors) - set(regions))
    if unknown:
        raise Problem(
            "spec-invalid",
            f"The demand has no region {unknown[0]!r}.",
            where=f"floors.{unknown[0]}",
            remedy=f"Regions there: {', '.join(regions[:8])}{' …' if n > 8 else ''}.",
        )
    floors = []
    for name, share in spec.floors.items():
        of = np.zeros(n * s)
        of[np.arange(s) * n + regions.index(name)] = chance
        floors.append((f"floor {name}", of, share * float(of @ weights)))
    if spec.risk == "worst-region":
        rows = np.zeros((n, n * s))
        for r in range(n):
            rows[r, np.arange(s) * n + r] = chance
        total = rows @ weights
        kept = total > 0
        return Aim(
            rows[kept] / total[kept][:, None], "worst", np.full(int(kept.sum()), 1 / kept.sum()), 1.0, (*floors,)
        )
    outcomes = np.kron(np.eye(s), np.ones(n))
    if spec.risk == "expected":
        return Aim(outcomes, "expected", chance, 1.0, tuple(floors))
    return Aim(outcomes, "worst" if spec.risk == "worst" else "cvar", chance, spec.tail, tuple(floors))


def make_rules(spec: SitingSpec, tables: SitingTables) -> tuple[Rules, Array]:
    """Budgets with costs of closing, fixed places, prerequisites; and what is open now (`now`, or fixed open)."""
    frame = tables.candidates
    n = len(frame)
    fixed = _text(frame, "fixed")
    wrong = sorted(set(fixed) - {"", "open", "closed"})
    if wrong:
        raise Problem(
            "spec-invalid",
            f"{wrong[0]!r} is no way to fix a site.",
            where="fixed",
            remedy='Use "open", "closed" or nothing.',
        )
    is_open, is_closed = np.array(fixed) == "open", np.array(fixed) == "closed"
    now = is_open | np.isin(_text(frame, "now"), ["open", "yes", "1", "true"])
    rows: list[tuple[str, Array, float]] = []
    for name, amount in spec.budget.items():
        cost, closing = _number(frame, f"cost_{name}"), _number(frame, f"close_cost_{name}")
        # A place that is open now costs its upkeep if kept, or what closing it costs.
        at_closing = np.where(now, closing, 0.0)
        rows.append((name, cost - at_closing, amount - float(at_closing.sum())))
        least = float((np.where(is_open, cost, 0.0) + np.where(is_open, 0.0, at_closing)).sum())
        if least > amount * (1 + 1e-9):
            raise Problem(
                "plan-impossible",
                f"What is fixed open costs {least:g} of {name}, more than the budget of {amount:g}.",
                where=f"budget.{name}",
                remedy="Raise the budget, or let a fixed site close.",
            )
    rows += _requirements(spec, frame)
    rules = Rules.of(rows, is_open.astype(float), np.where(is_closed, 0.0, 1.0)) if n else Rules.at_most(0, 0)
    return rules, now.astype(float)


def _requirements(spec: SitingSpec, frame: Frame) -> list[tuple[str, Array, float]]:
    types, sites = np.array(_text(frame, "type")), np.array(_text(frame, "site_id"))
    rows = []
    for need in spec.requires:
        escorts = np.isin(types, need.needs)
        near = sites[:, None] == sites[None, :]
        if need.within_km > 0:
            _require_columns(frame, ["lon", "lat"], spec.candidates)
            points = unit_vectors(_number(frame, "lon"), _number(frame, "lat"))
            near = near | (
                np.linalg.norm(points[:, None, :] - points[None, :, :], axis=2) <= chord_of_km(need.within_km)
            )
        for c in np.flatnonzero(types == need.type).tolist():
            row = -(near[c] & escorts).astype(float)
            row[c] = 1.0
            rows.append((f"{need.type} at {sites[c]} needs {' or '.join(need.needs)}", row, 0.0))
    return rows


def pairs_of(spec: SitingSpec, tables: SitingTables, scenario: Scenario) -> tuple[Array, Array, Array]:
    """Pairs by row of demand in one scenario: start, candidate, value."""
    if tables.pairs is None:
        point, column, value = _pairs_by_distance(spec, tables)
    else:
        joined = _join_pairs(tables)
        point, column = joined["point"].to_numpy(), joined["column"].to_numpy()
        if spec.cover.file:
            value = joined[scenario.cover].cast(pl.Float64).fill_null(0.0).to_numpy()
        else:
            types = np.array(_text(tables.candidates, "type"))[column]
            value = _fade(spec, types, joined["minutes"].cast(pl.Float64).to_numpy())
    if (len(value) and not (value >= 0).all()) or (value > 1).any():
        raise Problem(
            "spec-invalid",
            "A value of cover is not between 0 and 1.",
            where=spec.cover.file,
            remedy="Correct the file.",
        )
    kept = value > 0
    point, column, value = point[kept], column[kept], value[kept]
    order = np.lexsort((column, point))
    start = np.concatenate([[0], np.cumsum(np.bincount(point, minlength=len(tables.demand)))])
    one = np.unique(value)
    return start, column[order].astype(np.int32), one if len(one) == 1 else value[order]


def _join_pairs(tables: SitingTables) -> Frame:
    assert tables.pairs is not None
    points = tables.demand.select(pl.col("point_id").cast(pl.Utf8)).with_row_index("point")
    keys = ["site_id", "type"] if "type" in tables.pairs.columns else ["site_id"]
    columns = tables.candidates.select([pl.col(key).cast(pl.Utf8) for key in keys]).with_row_index("column")
    pairs = tables.pairs.with_columns([pl.col(key).cast(pl.Utf8) for key in ["point_id", *keys]])
    return pairs.join(points, on="point_id").join(columns, on=keys).sort("point", "column")


def _pairs_by_distance(spec: SitingSpec, tables: SitingTables) -> tuple[Array, Array, Array]:
    demand, frame = tables.demand, tables.candidates
    points = unit_vectors(_number(demand, "lon"), _number(demand, "lat"))
    sites = unit_vectors(_number(frame, "lon"), _number(frame, "lat"))
    types = np.array(_text(frame, "type"))
    tree = cKDTree(points)
    point, column, distance = [], [], []
    for c in range(len(frame)):
        near = np.sort(tree.query_ball_point(sites[c], chord_of_km(_within(spec, types[c])))).astype(np.int64)
        point.append(near)
        column.append(np.full(len(near), c))
        chord = np.linalg.norm(points[near] - sites[c], axis=1)
        distance.append(2 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2, 0, 1)))
    if not point:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    where = np.concatenate(column)
    return np.concatenate(point), where, _fade(spec, types[where], np.concatenate(distance))


def _fade(spec: SitingSpec, types: Array, measured: Array) -> Array:
    """The value by type, down to 0 at the edge where it fades; nothing beyond the edge."""
    names = np.unique(types)
    edge, full = np.empty(len(types)), np.empty(len(types))
    for name in names.tolist():
        edge[types == name] = _within(spec, name)
        full[types == name] = spec.cover.value.get(name, spec.cover.value.get("", 1.0))
    inside = measured <= edge * (1 + 1e-12)
    faded = full * (1 - measured / np.maximum(edge, 1e-9)) if spec.cover.decay == "linear" else full
    value: Array = np.where(inside, faded, 0.0)
    return value


def _within(spec: SitingSpec, name: str) -> float:
    within = spec.cover.within.get(name, spec.cover.within.get(""))
    if within is None:
        raise Problem(
            "spec-invalid",
            f"Nothing is said of how far {name!r} reaches.",
            where=f"cover.within_{spec.cover.unit}",
            remedy="Give a number for every type of candidate.",
        )
    return within


def _require_store(store: Store | None) -> Store:
    if store is None:
        raise Problem(
            "home-missing",
            "The spec names a kept reach, and no home was found that could hold it.",
            where="cover.reach",
            remedy="Name the home that the reach was made in with --home.",
        )
    return store


def _read(path: Path, needed: list[str]) -> tuple[Frame, str]:
    if not path.is_file():
        raise Problem(
            "file-missing", "The file is not there.", where=str(path), remedy="Correct its name in the spec."
        )
    try:
        read = pl.read_parquet if path.suffix == ".parquet" else pl.read_csv
        frame = read(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=None)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError):
        raise Problem(
            "file-unreadable",
            "The file cannot be read as a table.",
            where=str(path),
            remedy="Save it as CSV (UTF-8, commas) or Parquet.",
        ) from None
    del read
    if frame.is_empty():
        raise Problem("file-empty", "The file has no rows.", where=str(path), remedy="Give it at least one.")
    _require_columns(frame, needed, str(path))
    return frame, digest_file(path)


def _require_columns(frame: Frame, needed: list[str], where: str) -> None:
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise Problem("file-header", f"The column {missing[0]} is missing.", where=where, remedy="Add it.")


def _require_unique(frame: Frame, keys: list[str], where: str) -> None:
    if frame.select(keys).is_duplicated().any():
        raise Problem(
            "id-conflict", f"Two rows have one {' and '.join(keys)}.", where=where, remedy="Keep one of them."
        )


def _require_costs(frame: Frame, name: str, where: str) -> None:
    cost = frame[name].cast(pl.Float64, strict=False)
    if cost.null_count() or not bool(((cost >= 0) & cost.is_finite()).all()):
        raise Problem(
            "spec-invalid",
            f"{name} is not a number of at least 0 in every row.",
            where=where,
            remedy="Correct the file.",
        )


def _usable_demand(frame: Frame, weights: list[str]) -> tuple[Frame, Accounting]:
    numbers = frame.with_columns([pl.col(name).cast(pl.Float64, strict=False) for name in weights])
    good = pl.all_horizontal([pl.col(name).is_finite() & (pl.col(name) >= 0) for name in weights]).fill_null(
        value=False
    )
    kept = numbers.filter(good)
    lost = len(frame) - len(kept)
    if lost > 0.01 * len(frame):
        raise Problem(
            "too-many-bad-rows",
            f"{lost:,} of {len(frame):,} points have no usable weight.",
            where="demand",
            remedy="Correct the file.",
        )
    return kept, Accounting("demand", len(frame), len(kept), {"no usable weight": lost} if lost else {})


def _usable_pairs(pairs: Frame, demand: Frame, candidates: Frame) -> tuple[Frame, Accounting]:
    known_points = pairs["point_id"].cast(pl.Utf8).is_in(demand["point_id"].cast(pl.Utf8).to_list())
    known_sites = pairs["site_id"].cast(pl.Utf8).is_in(candidates["site_id"].cast(pl.Utf8).to_list())
    lost = {
        "point not in the demand": int((~known_points).sum()),
        "site not among the candidates": int((known_points & ~known_sites).sum()),
    }
    kept = pairs.filter(known_points & known_sites)
    return kept, Accounting("cover", len(pairs), len(kept), {reason: n for reason, n in lost.items() if n})


def _text(frame: Frame, name: str) -> list[str]:
    return frame[name].cast(pl.Utf8).fill_null("").to_list() if name in frame.columns else [""] * len(frame)


def _number(frame: Frame, name: str) -> Array:
    if name not in frame.columns:
        return np.zeros(len(frame))
    return frame[name].cast(pl.Float64, strict=False).fill_null(0.0).to_numpy().astype(np.float64)
