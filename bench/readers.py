"""Reading a table of events and placing it, beside readers that check nothing, in one run on one file.

    python -m bench.readers [--full]

The file is invented, in the 49 columns of UCDP's GED, with notes and headlines as long as theirs. Ours reads it,
checks every row, compares each point with borders, and joins all with 1,000 sites; the peers only parse it. Each
method has a process of its own, whose wall clock and largest memory are taken. With --full 2,000,000 rows, which
must take less than 60 s and 2 GB.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

import tutela
from bench._invented_ged import draw_sites, write_borders, write_events
from tutela.engine.events.summary import summarise
from tutela.engine.reach.rings import vicinity_json
from tutela.engine.reach.vicinity import VicinitySpec, compute_vicinity
from tutela.studies.intake import ReadingSpec, take_in_events

ROWS = 100_000
ROWS_FULL = 2_000_000
N_SITES = 1_000
DICT_READER_ROWS = 100_000
LIMIT_SECONDS = 60.0
LIMIT_MB = 2_000.0
TODAY = date(2026, 1, 1)
SPEC = VicinitySpec((5.0, 30.0, 50.0, 100.0), None, date(2025, 12, 31))


@dataclass(frozen=True)
class Row:
    """One method on one file: seconds and memory of its process, and what it says of the file."""

    method: str
    file: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    said: dict[str, Any]


def read_ours(path: Path, borders: Path) -> dict[str, Any]:
    """The whole way of a file: read, checked, compared with borders, added up, joined with sites."""
    steps: dict[str, float] = {}
    start = time.perf_counter()

    def note(step: str) -> None:
        nonlocal start
        steps[step] = round(time.perf_counter() - start, 2)
        start = time.perf_counter()

    intake = take_in_events([path], ReadingSpec(today=TODAY, boundaries=borders))
    note("read, checked, compared with borders")
    totals = summarise(intake.table).totals
    note("added up")
    vicinity = compute_vicinity(intake.table, draw_sites(N_SITES), SPEC)
    note("joined with the sites")
    vicinity_json(vicinity, intake.table)
    note("four rings counted")
    return {
        "rows": intake.accounting.input,
        "placed": intake.accounting.placed,
        "excluded": dict(intake.accounting.excluded),
        "snapped": sum(len(reading.snapped) for reading in intake.readings),
        "best": totals.best.value,
        "pairs": len(vicinity.pairs),
        "steps": steps,
    }


def read_with_polars(path: Path, borders: Path) -> dict[str, Any]:  # noqa: ARG001
    """Parse all columns, guess their types, check nothing."""
    frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=10_000)
    return {"rows": frame.height, "best": float(frame["best"].sum())}


def read_with_csv(path: Path, borders: Path) -> dict[str, Any]:  # noqa: ARG001
    """The first rows through csv.DictReader, one dictionary for each; its time is scaled to the file."""
    rows = best = 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            best += int(row["best"])
            if rows == DICT_READER_ROWS:
                break
    return {"rows": rows, "best": float(best)}


METHODS: dict[str, tuple[str, Callable[[Path, Path], dict[str, Any]]]] = {
    "ours": (f"Tutela {tutela.__version__}: read, check, borders, totals, sites", read_ours),
    "polars": (f"polars {pl.__version__}: parse only, nothing checked", read_with_polars),
    "csv": (f"csv.DictReader of Python {platform.python_version()}: parse only", read_with_csv),
}


def measure(method: str, path: Path, borders: Path) -> Row:
    """Run one method in a process of its own; its memory is the most that process ever held."""
    out = path.with_name("said.json")
    command = [sys.executable, "-m", "bench.readers", "--method", method, "--file", str(path)]
    start = time.perf_counter()
    child = os.posix_spawn(sys.executable, [*command, "--borders", str(borders), "--out", str(out)], os.environ)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{method} failed on {path.name}")
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Row(method, path.name, seconds, cpu_seconds, usage.ru_maxrss / 1024, json.loads(out.read_text("utf-8")))


def run(rows: int, folder: Path) -> list[Row]:
    """Write the files, then measure every method on every file that it reads."""
    events, borders = folder / "events.csv", folder / "borders.geojson"
    # In a process of its own: a large parent would lend its memory to the figures of its children.
    make = [sys.executable, "-m", "bench.readers", "--make", str(rows), "--file", str(events)]
    child = os.posix_spawn(sys.executable, [*make, "--borders", str(borders)], os.environ)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise SystemExit("The invented file could not be written.")
    parquet = events.with_suffix(".parquet")
    turns = [("ours", events), ("polars", events), ("csv", events), ("ours", parquet), ("polars", parquet)]
    return [measure(method, path, borders) for method, path in turns]


def seconds_of(row: Row, rows: int) -> float:
    """Seconds for the whole file; for a method that read a part of it, scaled."""
    return row.seconds * rows / int(row.said["rows"])


def show(found: list[Row], rows: int, folder: Path, console: Console) -> None:
    table = Table(title=f"{rows:,} invented events in 49 columns, 1,000 sites")
    for heading in ("method", "file", "seconds", "of a core", "ours takes times that", "peak MB"):
        table.add_column(heading, justify="left" if heading in ("method", "file") else "right")
    for row in found:
        ours = next(item for item in found if item.method == "ours" and item.file == row.file)
        scaled = " (scaled)" if row.said["rows"] < rows else ""
        seconds = seconds_of(row, rows)
        ratio = f"{seconds_of(ours, rows) / seconds:.2f}"
        cpu = f"{row.cpu_seconds * rows / int(row.said['rows']):.1f}"
        peak = f"{row.peak_mb:,.0f}"
        table.add_row(METHODS[row.method][0], row.file, f"{seconds:.1f}{scaled}", cpu, ratio, peak)
    console.print(table)
    for row in found:
        if row.method == "ours":
            size = (folder / row.file).stat().st_size / 1e6
            console.print(f"{row.file}: {size:,.0f} MB; {json.dumps(row.said)}")
    console.print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}")


def judge(found: list[Row], rows: int, console: Console) -> int:
    """1 if rows are lost, if the two files disagree, or if ours misses the bar at full size."""
    ours = [row for row in found if row.method == "ours"]
    whole = [row for row in found if row.said["rows"] == rows]
    for row in ours:
        account = row.said["placed"] + sum(row.said["excluded"].values())
        if row.said["rows"] != rows or account != rows:
            console.print(f"{row.file}: {account:,} of {rows:,} rows are accounted for.")
            return 1
    if len({json.dumps({**row.said, "steps": None}) for row in ours}) > 1:
        console.print("The two files do not read the same.")
        return 1
    if rows == ROWS_FULL and any(row.seconds > LIMIT_SECONDS or row.peak_mb > LIMIT_MB for row in ours):
        console.print(f"Ours takes more than {LIMIT_SECONDS:g} s or {LIMIT_MB:,.0f} MB.")
        return 1
    return 0 if whole else 1


def main() -> int:
    """Print the table; 1 if ours misses the bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--full", action="store_true", help=f"{ROWS_FULL:,} rows instead of {ROWS:,}")
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--method", choices=list(METHODS), help=argparse.SUPPRESS)
    for name in ("--file", "--borders", "--out"):
        parser.add_argument(name, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        write_events(options.file, options.make)
        write_borders(options.borders)
        return 0
    if options.method:
        said = METHODS[options.method][1](options.file, options.borders)
        options.out.write_text(json.dumps(said), "utf-8")
        return 0
    console = Console()
    rows = ROWS_FULL if options.full else ROWS
    with tempfile.TemporaryDirectory(prefix="tutela-bench-") as folder:
        found = run(rows, Path(folder))
        show(found, rows, Path(folder), console)
    return judge(found, rows, console)


if __name__ == "__main__":
    sys.exit(main())
