"""Minutes from candidates to points of demand over a friction raster: no table of them need be brought."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.engine.reach.traveltime import Starts, compute_travel
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.studies.surfaces import load_surface

Array = NDArray[Any]
Frame = pl.DataFrame


def minutes_over(path: Path, demand: Frame, candidates: Frame, longest: float) -> tuple[Frame, list[Accounting]]:
    """Site, point and minutes of each pair within the longest time; sites and points that stand off are counted.

    A candidate outside the surface or on ground that nobody passes reaches nobody: it is reported, and never moved.
    Raises what `load_surface` raises, and "nothing-to-study" where nobody can set out or no point lies there.
    """
    surface = load_surface(path)
    sites = candidates.unique("site_id", keep="first", maintain_order=True)
    starts = Starts(
        np.array(sites["site_id"].cast(pl.Utf8).to_list()), degrees(sites, "lon"), degrees(sites, "lat")
    )
    points = np.array(demand["point_id"].cast(pl.Utf8).to_list())
    cells = surface.grid.find_cells(degrees(demand, "lon"), degrees(demand, "lat"))
    wanted = np.zeros(surface.grid.n_rows * surface.grid.n_cols, dtype=bool)
    wanted[cells[cells >= 0]] = True
    travel = compute_travel(surface, starts, longest, wanted=wanted)
    on_ground = (cells >= 0) & travel.passable.ravel()[np.maximum(cells, 0)]
    if not travel.usable.any() or not on_ground.any():
        raise Problem(
            "nothing-to-study",
            f"Of {len(starts):,} sites {int(travel.usable.sum()):,} and of {len(points):,} points "
            f"{int(on_ground.sum()):,} lie on passable ground of this surface.",
            where=str(path),
            remedy="Bring a surface that covers both, in degrees of WGS 84.",
        )
    table = travel.table
    reached = pl.DataFrame(
        {
            "cell": table.row.astype(np.int64) * surface.grid.n_cols + table.col,
            "site_id": starts.site_id[table.site],
            "minutes": table.minutes,
        }
    )
    stood = [travel.accounting, account_for_points(cells, on_ground)]
    return pair_up(reached, cells, points, on_ground), stood


def pair_up(reached: Frame, cells: Array, points: Array, on_ground: Array) -> Frame:
    """Site, point and minutes from minutes by site and cell; `cells` and `on_ground` are of the points."""
    there = pl.DataFrame({"cell": cells[on_ground].astype(np.int64), "point_id": points[on_ground]})
    return reached.join(there, on="cell").select("site_id", "point_id", "minutes").sort("site_id", "point_id")


def account_for_points(cells: Array, on_ground: Array) -> Accounting:
    """How many points somebody could come to, and why not to the others."""
    outside, there = int((cells < 0).sum()), int(on_ground.sum())
    lost = {"outside-surface": outside, "on-impassable-cell": len(cells) - outside - there}
    return Accounting("points", len(cells), there, {why: n for why, n in lost.items() if n})


def degrees(frame: Frame, name: str) -> Array:
    """A column of degrees, NaN where it holds none."""
    values: Array = frame[name].cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy().astype(np.float64)
    return values
