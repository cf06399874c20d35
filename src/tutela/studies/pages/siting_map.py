"""A map of a plan, drawn on the server: how well each point is covered, and where teams are, come and go."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.studies.siting_tables import pairs_of
from tutela.studies.sitings import SitingCase

Array = NDArray[Any]

WIDTH: Final = 640.0
EDGE: Final = 24.0

_ACTIONS: Final = {"open": "#0b6e4f", "keep": "#12565c", "close": "#a04000"}
_SHAPES: Final = {"open": "+", "close": "×"}


def draw_siting(case: SitingCase, y: Array) -> str:
    """SVG without style or script; "" where the tables have no coordinates."""
    demand, sites = case.tables.demand, case.tables.candidates
    if not {"lon", "lat"} <= set(demand.columns) & set(sites.columns):
        return ""
    points = _degrees(demand)
    both = np.vstack([points, _degrees(sites)])
    west, south = both.min(axis=0)
    east, north = both.max(axis=0)
    narrow = np.cos(np.radians((south + north) / 2))
    scale = (WIDTH - 2 * EDGE) / max((east - west) * narrow, (north - south) * 1.0, 1e-6)
    height = (north - south) * scale + 2 * EDGE

    def place(lon: float, lat: float) -> tuple[float, float]:
        return round(EDGE + (lon - west) * narrow * scale, 1), round(EDGE + (north - lat) * scale, 1)

    covered, weight = _covered(case, y), demand[case.spec.scenarios[0].weight].cast(pl.Float64).to_numpy()
    radius = 3 + 11 * np.sqrt(weight / max(weight.max(), 1e-9))
    said = escape(f"{int((y > 0.5).sum())} teams; circles are where people live, darker where covered better")
    frame = f'viewBox="0 0 {WIDTH:g} {height:.0f}" role="img" aria-label="{said}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>',
        f'<rect width="{WIDTH:g}" height="{height:.0f}" fill="#f6f5ef"/>',
    ]
    for j in np.argsort(-weight, kind="stable").tolist():
        x, top = place(*points[j])
        shade, name = 0.08 + 0.8 * covered[j], f"{_point_name(demand, j)}: {covered[j]:.0%}"
        parts.append(
            f'<circle cx="{x}" cy="{top}" r="{radius[j]:.1f}" fill="#12565c" fill-opacity="{shade:.2f}"'
            f' stroke="#5b6d72" stroke-width="0.8"><title>{name}</title></circle>'
        )
    parts += _teams(case, y, place)
    return "".join([*parts, "</svg>"])


def _teams(case: SitingCase, y: Array, place: Any) -> list[str]:
    """One mark for each site: its first letters of types that are there, and whether anything opens or closes."""
    by_site: dict[str, list[dict[str, str]]] = {}
    for row in case.plan(y):
        by_site.setdefault(row["site_id"], []).append(row)
    where = {
        str(site): (lon, lat) for site, lon, lat in case.tables.candidates.select("site_id", "lon", "lat").rows()
    }
    parts = []
    for site, rows in by_site.items():
        x, top = place(*where[site])
        actions = {row["action"] for row in rows}
        main = "open" if "open" in actions else "keep" if "keep" in actions else "close"
        letters = "".join(sorted(row["type"][:1].upper() for row in rows if row["action"] != "close"))
        text = escape(letters + "".join(sign for action, sign in _SHAPES.items() if action in actions))
        full = escape("; ".join(f"{row['action']} {row['type']}" for row in rows))
        fill = _ACTIONS[main] if main != "close" else "#fff"
        ink = "#fff" if main != "close" else _ACTIONS["close"]
        wide = 12 + 8 * len(text)
        parts.append(
            f'<g><rect x="{x - wide / 2:.1f}" y="{top - 10}" width="{wide}" height="20" fill="{fill}"'
            f' stroke="{_ACTIONS[main]}"/><text x="{x}" y="{top + 5}" font-size="13" text-anchor="middle"'
            f' fill="{ink}" font-family="sans-serif">{text}</text><title>{escape(site)}: {full}</title></g>'
        )
    return parts


def _covered(case: SitingCase, y: Array) -> Array:
    """The share of each point in the first scenario, from its own pairs: rows of the cover are aggregated."""
    start, index, value = pairs_of(case.spec, case.tables, case.spec.scenarios[0])
    rows = np.repeat(np.arange(len(start) - 1), np.diff(start))
    worth = np.full(len(index), value[0]) if len(value) == 1 else value
    is_open = y[index] > 0.5
    if case.spec.kind == "cooperative":
        missed = np.ones(len(start) - 1)
        np.multiply.at(missed, rows[is_open], 1 - worth[is_open])
        shared: Array = 1 - missed
        return shared
    total = np.bincount(rows[is_open], weights=worth[is_open], minlength=len(start) - 1)
    full: Array = np.minimum(1.0, total / (case.spec.k if case.spec.kind == "backup" else 1))
    return full


def _point_name(demand: pl.DataFrame, j: int) -> str:
    row = demand.row(j, named=True)
    return escape(str(row.get("name") or row["point_id"]))


def _degrees(frame: pl.DataFrame) -> Array:
    return np.column_stack([frame["lon"].cast(pl.Float64).to_numpy(), frame["lat"].cast(pl.Float64).to_numpy()])
