"""Forecasts of harm against peers, side by side in one run: same months, same draws counted, same scorer.

    python -m bench.outlook [--full]

The scorer first, against scoringrules on the same draws. Then models on the windows of the prediction challenge of
VIEWS: zero, last month, conflictology-12, a negative binomial on each country's own past, and ours, with the
seconds that each takes. On the deployment's data (../shared/data) where they are there, otherwise on an invented
panel, and the table says which. With --full all windows, one-sided violence in Africa and the Central African
Republic; by hand, on a quiet machine.

NGBoost, the challenge's published comparator (CRPS 18.12), is not here: it needs an older scikit-learn than ours.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import scoringrules
from rich.console import Console
from rich.table import Table

from tutela.data.sources.panels import read_panel_file
from tutela.engine.outlook import scores
from tutela.engine.outlook.cells import find_rings
from tutela.engine.outlook.comparisons import compare
from tutela.engine.outlook.forecasting import Asked, forecast_all
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.panels import Panel, PanelRows, PanelSpec, Vintage, assemble_panel, number_month
from tutela.engine.outlook.scoring import Scored, score_forecast
from tutela.studies.outlooks.models import find_backend, find_model
from tutela.studies.outlooks.panels import PanelFiles, open_spliced_panel
from tutela.studies.outlooks.scoring import PROTOCOLS

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "earlywarning"
"""Real panels, where a deployment has them beside the code; nothing of them is in the project."""

PROTOCOL = PROTOCOLS["views-2023"]
DRAWS = 1000
AS_NEAR = 1e-4
"""Float32 draws against float64: so near the two scorers must be."""

NO_SLOWER = 3.0
"""How many times longer than scoringrules the scorer may take on a busy machine."""

Models = dict[str, Callable[[], Any]]


def compare_scorers(console: Console, rows: int, draws: int) -> bool:
    """The table of the scorer; False where the two differ or ours is far slower."""
    dice = np.random.default_rng(3)
    held = np.sort(dice.negative_binomial(1, 0.02, (rows, draws)), axis=1).astype(np.float32)
    outcome = dice.negative_binomial(1, 0.02, rows).astype(np.float64)
    table = Table(title=f"CRPS of {rows:,} distributions of {draws:,} draws", title_justify="left", box=None)
    for name in ("", "version", "mean", "seconds"):
        table.add_column(name, justify="left" if not name else "right")
    ours, seconds = _time(lambda: scores.crps(held, outcome))
    table.add_row("Tutela", importlib.metadata.version("tutela"), f"{ours.mean():.6f}", f"{seconds:.2f}")
    theirs, slower = _time(lambda: scoringrules.crps_ensemble(outcome, held.astype(np.float64), estimator="qd"))
    version = importlib.metadata.version("scoringrules")
    table.add_row("scoringrules", version, f"{float(np.mean(theirs)):.6f}", f"{slower:.2f}")
    console.print(table)
    same = np.allclose(ours, theirs, atol=AS_NEAR * max(1.0, float(outcome.max())))
    return bool(same and seconds < NO_SLOWER * slower)


def open_panel() -> tuple[Panel, int, str]:
    """The countries of the challenge on its own vintage, or an invented world; the first year of the windows."""
    history, actuals = (
        DATA / "cm_sb_global_1989_2021.parquet",
        DATA / "views_cm_actuals_2018_2021_OLD_vintage.parquet",
    )
    if history.is_file() and actuals.is_file():
        files = PanelFiles("state_based", history, actuals, ("ged-25.1", "views-2023"))
        return open_spliced_panel(files)[0], 2018, "191 countries, state-based, vintage of 2023"
    return invent_panel(), 2018, "an invented world of 60 countries"


def invent_panel(units: int = 60) -> Panel:
    """Wars that begin, smoulder and end; most countries never see one."""
    dice = np.random.default_rng(6)
    first, last = number_month(1990, 1), number_month(2021, 12)
    counts = np.zeros((last - first + 1, units))
    for unit in range(units // 3):
        level = 0.0
        for month in range(len(counts)):
            level = 0.92 * level + (dice.exponential(60) if dice.random() < 0.03 else 0.0)
            counts[month, unit] = dice.poisson(level * dice.gamma(1.0))
    exists = np.ones(counts.shape, dtype=bool)
    return Panel("country", "state_based", first, np.arange(units), counts, (Vintage(first, "invented"),), exists)


def score(panel: Panel, models: Models, years: list[int]) -> dict[str, tuple[list[Scored], float]]:
    """Each model on each window from its own origin; models take turns, so that a busy machine is busy for all."""
    found: dict[str, tuple[list[Scored], float]] = {name: ([], 0.0) for name in models}
    for year in years:
        origin = number_month(year - 1, PROTOCOL.origin_month)
        for name, make in models.items():
            history = History.of(panel.until(origin))
            asked = Asked(PROTOCOL.leads, np.arange(0), DRAWS, year, find_backend(), 1)
            forecast, seconds = _time(partial(forecast_all, make(), history, asked))
            scored, spent = found[name]
            scored.append(score_forecast(forecast, panel, np.random.default_rng(year)))
            found[name] = (scored, spent + seconds)
    return found


def show(title: str, found: dict[str, tuple[list[Scored], float]], console: Console) -> None:
    """One line for each model, its gain over conflictology-12 with the block interval."""
    table = Table(title=title, title_justify="left", box=None)
    for name in ("model", "CRPS", "log CRPS", "ignorance", "90 % held, active", "won", "s a window"):
        table.add_column(name, justify="left" if name == "model" else "right")
    table.add_column("gain over conflictology-12 (90 %)", justify="right")
    base = found["conflictology-12"][0]
    for name, (scored, seconds) in found.items():
        means = {key: np.mean([item.summary()[key] for item in scored]) for key in scored[0].summary()}
        gain = compare(scored, base, "crps", np.random.default_rng(1))
        table.add_row(
            name,
            f"{means['crps']:.4g}",
            f"{means['crps_log1p']:.4f}",
            f"{means['ign']:.3f}",
            f"{means['coverage_active']:.2f}",
            f"{gain.wins}/{gain.windows}",
            f"{seconds / len(scored):.1f}",
            "" if name == "conflictology-12" else f"{gain.gain:+.1%} ({gain.low:+.1%} to {gain.high:+.1%})",
        )
    console.print(table)


def run_full(console: Console) -> None:
    """One-sided violence in Africa, and civilians in the Central African Republic by cell, where data are."""
    africa = DATA / "cm_africa_sb_os_ns_1990_2020.parquet"
    car = DATA / "pgm_CAR_1989_2022.parquet"
    models = _named("zero", "last", "conflictology-12", "mixture")
    for path, title, years, target in (
        (africa, "One-sided violence, Africa, country-months", range(2014, 2020), "one_sided"),
        (car, "Civilians of all kinds, Central African Republic, 242 cells", range(2017, 2023), "civilians"),
    ):
        if not path.is_file():
            console.print(f"{title}: not run, the panel is not here.")
            continue
        panel = _open_alone(path, target)
        if panel.level == "grid":
            models = _named("zero", "last", "conflictology-12", "neighbours-12", "mixture-grid")
        show(title, score(panel, models, list(years)), console)


def _open_alone(path: Path, target: str) -> Panel:
    file = read_panel_file(path, target)
    spec = PanelSpec(file.level, target, (Vintage(1, path.stem),))
    panel = assemble_panel(PanelRows(file.month, file.unit, file.count), spec)
    return replace(panel, neighbours=find_rings(panel.units)) if panel.level == "grid" else panel


def _named(*names: str) -> Models:
    return {name: partial(find_model, name) for name in names}


def _time(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    done = work()
    return done, time.perf_counter() - begun


def main() -> int:
    """Print the tables; 1 if the scorers differ, or ours is no better than the past twelve months."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--full", action="store_true", help="all windows, Africa and the Central African Republic")
    full = parser.parse_args().full
    console = Console(width=150)
    failed = []
    if not compare_scorers(console, *((20_000, 999) if full else (4_000, 500))):
        failed.append("The scorer is not that of scoringrules, or takes much longer.")
    panel, first, what = open_panel()
    years = list(range(first, 2022)) if full else [2020]
    models = _named("zero", "last", "conflictology-12", "negative-binomial", "mixture")
    found = score(panel, models, years)
    show(f"{what}, windows {years[0]} to {years[-1]}", found, console)
    if full:
        run_full(console)
    peers = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("scoringrules", "numpy"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"Python {platform.python_version()}, {peers}, trees by {find_backend()}, peak {peak:,.0f} MB")
    ours, theirs = (
        [item.means()["crps_log1p"] for item in found[name][0]] for name in ("mixture", "conflictology-12")
    )
    if np.mean(ours) >= np.mean(theirs):
        failed.append("Ours is no better than the past twelve months.")
    for line in failed:
        console.print(line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
