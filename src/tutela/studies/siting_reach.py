"""Minutes from candidates to points of demand out of reach that is kept: nothing is searched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.data.store.artifacts import Store
from tutela.engine.presence.strength import staffed_rows
from tutela.engine.reach.travel_rings import find_starts
from tutela.kernel.accounting import Accounting
from tutela.kernel.grids import Grid
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Sites
from tutela.studies.reaches import open_on
from tutela.studies.siting_minutes import account_for_points, degrees, pair_up
from tutela.studies.surfaces import restore_surface

Array = NDArray[Any]
Frame = pl.DataFrame

_NAMED: Final = 5
"""So many of those that are refused are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class KeptReach:
    """Minutes of `tutela reach` as its home holds them.

    cells   by site the cells that it stood in, -1 outside the ground
    unused   why a site could not set out, by site; None where it could
    table   site_id, cell, minutes: the fewest
    passable   mask of the cells that somebody can come to, flat
    """

    manifest: Manifest
    grid: Grid
    cells: Mapping[str, set[int]]
    unused: Mapping[str, str | None]
    table: Frame
    passable: Array


def load_reach(store: Store, digest: str, principal: Principal) -> KeptReach:
    """Reach by the digest of its artifact. Raises what the store raises, and "spec-invalid" for another kind."""
    manifest = store.find(digest.removeprefix("sha256:").lower(), principal)
    if manifest.kind != "reach":
        raise _refusal(
            f"The artifact is no reach but of another kind: {manifest.kind}.",
            "Give the digest that `tutela reach` printed as its artifact.",
        )
    made_from = {item.role: item.content for item in manifest.inputs}
    surface = restore_surface(store, store.find(made_from["surface"], principal), principal)
    sites = Sites.from_columns(store.load_table(made_from["sites"], "sites", principal))
    report = json.loads(store.load_document(manifest.content, "reach.json", principal))
    travel = store.load_table(manifest.content, "travel", principal)
    cell = travel["row"].astype(np.int64) * surface.grid.n_cols + travel["col"]
    table = pl.DataFrame({"cell": cell, "site_id": travel["site_id"], "minutes": travel["minutes"]})
    # By air one comes to the middle of every cell.
    is_by_air = manifest.parameters["aircraft"] is not None
    passable = np.ones(surface.friction.size, bool) if is_by_air else ~np.isnan(surface.friction.ravel())
    return KeptReach(
        manifest,
        surface.grid,
        _standing(sites, surface.grid, manifest.parameters),
        {row["site_id"]: None if row["usable_points"] else row["reason"] for row in report["sites"]},
        table.group_by("cell", "site_id").agg(pl.col("minutes").min()),
        passable,
    )


def minutes_kept(
    kept: KeptReach, demand: Frame, candidates: Frame, longest: float
) -> tuple[Frame, list[Accounting]]:
    """What `minutes_over` gives for the same surface: site, point and minutes within the longest time, with counts.

    Raises "spec-invalid" where the reach lacks a candidate or a point, has a candidate elsewhere, or was searched
    less far: nobody is taken for out of reach because nobody looked. "nothing-to-study" where none can set out.
    """
    searched = float(kept.manifest.parameters["max_min"])
    if longest > searched:
        raise _refusal(
            f"The reach was searched for {searched:g} minutes, and {longest:g} are asked about.",
            f"Make it again with --max-min {longest:g}, or ask about less.",
        )
    sites = candidates.unique("site_id", keep="first", maintain_order=True)
    names = sites["site_id"].cast(pl.Utf8).to_list()
    _refuse_sites(kept, dict(zip(names, _cells(kept.grid, sites), strict=True)))
    points, cells = demand["point_id"].cast(pl.Utf8).to_numpy(), _cells(kept.grid, demand)
    _refuse_named(
        points[cells < 0].tolist(),
        "points that the reach does not hold: they lie outside its surface",
        "Make the reach over a surface that covers them, or leave them out of the demand.",
    )
    why = [reason for name in names if (reason := kept.unused[name]) is not None]
    lost = {reason: why.count(reason) for reason in sorted(set(why))}
    account = Accounting("starting points", len(names), len(names) - len(why), lost)
    on_ground = kept.passable[cells]
    if not account.placed or not on_ground.any():
        raise Problem(
            "nothing-to-study",
            f"Of {len(names):,} sites {account.placed:,} could set out in this reach, and {int(on_ground.sum()):,} "
            f"of {len(points):,} points lie where anybody comes.",
            where="cover.reach",
            remedy="Name a reach over passable ground under both.",
        )
    reached = kept.table.filter(pl.col("site_id").is_in(names) & (pl.col("minutes") <= longest))
    return pair_up(reached, cells, points, on_ground), [account, account_for_points(cells, on_ground)]


def _refuse_sites(kept: KeptReach, cells: Mapping[str, int]) -> None:
    _refuse_named(
        [name for name in cells if name not in kept.unused],
        "sites that the reach does not hold",
        "Make the reach from a file of sites that has them under these ids, or leave them out of the candidates.",
    )
    _refuse_named(
        [name for name in cells if len(kept.cells[name]) > 1],
        "sites that stood in several places in this reach",
        "Make the reach with --as-of, for the sites of one day.",
    )
    _refuse_named(
        [name for name, cell in cells.items() if kept.cells[name] != {cell}],
        "sites that stand elsewhere in the reach than among the candidates",
        "Correct lon and lat in one of the files, or give the other place an id of its own.",
    )


def _refuse_named(names: list[str], which: str, remedy: str) -> None:
    if names:
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        raise _refusal(f"There are {which}: {', '.join(names[:_NAMED])}{more}.", remedy)


def _refusal(message: str, remedy: str) -> Problem:
    return Problem("spec-invalid", message, where="cover.reach", remedy=remedy)


def _standing(sites: Sites, grid: Grid, said: Mapping[str, Any]) -> dict[str, set[int]]:
    """The cells of the sites that were counted in a reach, by site."""
    if said["missions"] is not None:
        sites = sites.take(np.isin(sites.mission, np.array(said["missions"], np.str_)))
    day = None if said["as_of"] is None else date.fromisoformat(said["as_of"])
    starts = find_starts(open_on(staffed_rows(sites), day))
    found: dict[str, set[int]] = {}
    cells = grid.find_cells(starts.lon, starts.lat).tolist()
    for name, cell in zip(starts.site_id.tolist(), cells, strict=True):
        found.setdefault(name, set()).add(cell)
    return found


def _cells(grid: Grid, frame: Frame) -> Array:
    return grid.find_cells(degrees(frame, "lon"), degrees(frame, "lat"))
