"""1,000 draws of the ground over more and more workers: one after the other, in processes, on a Dask cluster.

    python -m bench.draws [--full]

Every row answers the same question and must give the same chances to the last digit; starting workers counts. Where
there are two cores nothing past two workers can be faster. Without --full 100 draws.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import numpy as np
from rich.console import Console
from rich.table import Table

from tutela.engine.reach.chances import Question, answer_draw, answer_usually, weigh
from tutela.engine.reach.conditions import Conditions, Span
from tutela.engine.reach.friction import Surface
from tutela.kernel.grids import Grid
from tutela.studies.cluster import open_cluster
from tutela.studies.executor import Executor, Pool, Serial, Shared

SIDE = 400
SITES = 50
WITHIN = (30.0, 120.0, 360.0)

Way = tuple[str, Callable[[], AbstractContextManager[Executor]]]


def draw_question(draws: int) -> Question:
    """Ground of 1 km cells with a pace that is known within a third, and sites on it."""
    dice = np.random.default_rng(4)
    minutes = dice.lognormal(np.log(12.0), 0.5, (SIDE, SIDE))
    surface = Surface(Grid(0.0, SIDE * 0.009 / 2, 0.009, 0.009, SIDE, SIDE), (minutes / 1000.0).astype(np.float32))
    pace = Span(0.75, 1.0, 1.33)
    sources = np.sort(dice.choice(SIDE * SIDE, SITES, replace=False))
    return Question(surface, Conditions(pace=pace, patch=pace), sources, WITHIN, draws, 20, False)


def answer(question: Question, executor: Executor) -> str:
    """The digest of all chances."""
    draws = executor.run(answer_draw, Shared(question, range(question.draws)))
    chances = weigh(question, answer_usually(question), draws)
    parts = (chances.source, chances.cell, chances.minutes, chances.low, chances.high, chances.within)
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()


def ways(most: int) -> list[Way]:
    """Serial, then pools and clusters of 1, 2, ... workers."""
    found: list[Way] = [("one after the other", lambda: nullcontext(Serial()))]
    for n in range(1, most + 1):
        found.append((f"pool of {n}", lambda n=n: nullcontext(Pool(n))))  # type: ignore[misc]
        found.append((f"Dask, {n} workers", lambda n=n: open_cluster(workers=n)))  # type: ignore[misc]
    return found


def main() -> int:
    """Print the table; 1 where digests differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--full", action="store_true", help="1,000 draws in place of 100")
    question = draw_question(1_000 if parser.parse_args().full else 100)
    answer(draw_question(1), Serial())  # compiles
    rows: list[tuple[str, float, str]] = []
    for name, way in ways(os.cpu_count() or 1):
        began = time.perf_counter()
        with way() as executor:
            digest = answer(question, executor)
        rows.append((name, time.perf_counter() - began, digest))
    table = Table(
        "executor", "seconds", "times as fast", "digest", title=f"{question.draws:,} draws, {SITES} sites"
    )
    for name, seconds, digest in rows:
        table.add_row(name, f"{seconds:.1f}", f"{rows[0][1] / seconds:.2f}", digest[:12])
    Console(width=100).print(table)
    return int(len({digest for _, _, digest in rows}) > 1)


if __name__ == "__main__":
    sys.exit(main())
