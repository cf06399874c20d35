"""The radius join against its peers, side by side in one run: same points, same pairs, best of several repeats.

    python -m bench.vicinity [--full]

Space only, since the peers know no days: every event with every site at most 50 km away. Ours does more than
they: it gives exact great-circle distances and pairs in a canonical order. With --full at full size, and then
the main job on the real files if they lie beside the project.
"""

from __future__ import annotations

import argparse
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn
from rich.console import Console
from rich.table import Table
from scipy.spatial import cKDTree
from sklearn.neighbors import BallTree

import tutela
from tutela.data.sources.events import read_events
from tutela.data.sources.presence import read_sites
from tutela.engine.reach.joins import find_near
from tutela.engine.reach.rings import vicinity_json
from tutela.engine.reach.vicinity import VicinitySpec, compute_vicinity
from tutela.kernel.places import EARTH_RADIUS_KM, chord_of_km, unit_vectors

WITHIN_KM = 50.0
N_SITES = 1_000
N_EVENTS = 100_000
N_EVENTS_FULL = 400_000
REPEATS = 5
LIMIT = 1.3
"""How many times the best peer's time ours may take."""

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
EVENTS = SHARED / "ged" / "ged211_global_whereprec12_1989_2020.parquet"
SITES = SHARED / "presence" / "geopko_v2.1_full.csv.gz"

Points = tuple[Any, Any]


@dataclass(frozen=True)
class Row:
    """One method: its best time, the pairs it found, its time over that of the fastest peer."""

    method: str
    version: str
    seconds: float
    pairs: int
    ratio: float


def draw_points(n_events: int) -> tuple[Points, Points]:
    """Events and sites in the same clusters, as war and peacekeeping are."""
    dice = np.random.default_rng(20)
    centres = dice.uniform((-15, -25), (45, 20), (60, 2))

    def draw(n: int, width: float) -> Points:
        points = centres[dice.integers(0, len(centres), n)] + dice.normal(0, width, (n, 2))
        return points[:, 0].copy(), points[:, 1].copy()

    return draw(n_events, 0.8), draw(N_SITES, 0.8)


def count_ours(events: Points, sites: Points) -> int:
    return len(find_near(events, sites, WITHIN_KM))


def count_ball_tree(events: Points, sites: Points) -> int:
    tree = BallTree(np.radians(np.column_stack(events[::-1])), metric="haversine")
    found = tree.query_radius(np.radians(np.column_stack(sites[::-1])), WITHIN_KM / EARTH_RADIUS_KM)
    return sum(len(rows) for rows in found)


def count_ball_tree_distances(events: Points, sites: Points) -> int:
    tree = BallTree(np.radians(np.column_stack(events[::-1])), metric="haversine")
    radius = WITHIN_KM / EARTH_RADIUS_KM
    found, _ = tree.query_radius(np.radians(np.column_stack(sites[::-1])), radius, return_distance=True)
    return sum(len(rows) for rows in found)


def count_kd_tree(events: Points, sites: Points) -> int:
    tree = cKDTree(unit_vectors(*events))
    found = tree.query_ball_point(unit_vectors(*sites), chord_of_km(WITHIN_KM), workers=2)
    return sum(len(rows) for rows in found)


METHODS: tuple[tuple[str, str, Callable[[Points, Points], int]], ...] = (
    ("Tutela: exact distances, ordered pairs", tutela.__version__, count_ours),
    ("scikit-learn BallTree, haversine", sklearn.__version__, count_ball_tree),
    ("scikit-learn BallTree, haversine, distances", sklearn.__version__, count_ball_tree_distances),
    ("scipy cKDTree, unit sphere, 2 workers", scipy.__version__, count_kd_tree),
)


def run(full: bool) -> list[Row]:
    """Time every method, in turns so that a busy machine is busy for all; ours is the first row."""
    points = draw_points(N_EVENTS_FULL if full else N_EVENTS)
    best = [float("inf")] * len(METHODS)
    pairs = [0] * len(METHODS)
    for _ in range(REPEATS):
        for number, (_, _, count) in enumerate(METHODS):
            start = time.perf_counter()
            pairs[number] = count(*points)
            best[number] = min(best[number], time.perf_counter() - start)
    fastest_peer = min(best[1:])
    return [
        Row(name, version, seconds, found, seconds / fastest_peer)
        for (name, version, _), seconds, found in zip(METHODS, best, pairs, strict=True)
    ]


def time_main_job() -> list[tuple[str, float]]:
    """The steps of the main job on the real files, in seconds."""
    steps = []
    start = time.perf_counter()

    def note(step: str) -> None:
        nonlocal start
        steps.append((step, time.perf_counter() - start))
        start = time.perf_counter()

    as_of = date(2020, 12, 31)
    events = read_events(EVENTS, today=as_of).table
    note(f"read {len(events):,} events")
    sites = read_sites(SITES, today=as_of).table
    note(f"read {len(sites):,} site periods")
    vicinity = compute_vicinity(events, sites, VicinitySpec((5, 30, 50, 100), None, as_of))
    note(f"{len(vicinity.pairs):,} pairs and the nearest site of each event")
    vicinity_json(vicinity, events)
    note("four rings counted")
    vicinity.digest(events)
    note("digest of the pairs")
    return steps


def show(rows: list[Row], console: Console) -> None:
    table = Table(title=f"Radius join, {WITHIN_KM:g} km, {N_SITES:,} sites, best of {REPEATS}")
    for heading in ("method", "version", "seconds", "pairs", "times the best peer"):
        table.add_column(heading, justify="left" if heading in ("method", "version") else "right")
    for row in rows:
        table.add_row(row.method, row.version, f"{row.seconds:.3f}", f"{row.pairs:,}", f"{row.ratio:.2f}")
    console.print(table)
    console.print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}")


def main() -> int:
    """Print the table; 1 if the methods disagree or ours is too slow."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--full", action="store_true", help="400,000 events, and the main job on the real files")
    full = parser.parse_args().full
    console = Console()
    rows = run(full)
    show(rows, console)
    if full and EVENTS.exists() and SITES.exists():
        for step, seconds in time_main_job():
            console.print(f"{seconds:8.2f} s  {step}")
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        console.print(f"{peak_mb:8.0f} MB at most, this benchmark included")
    if len({row.pairs for row in rows}) > 1:
        console.print("The methods do not find the same pairs.")
        return 1
    if rows[0].ratio > LIMIT:
        console.print(f"Ours takes more than {LIMIT} times as long as the best peer.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
