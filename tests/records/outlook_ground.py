"""Invented forecasts over the presence of `incident_ground`: cells around its site, some with a past."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from incident_ground import TODAY

from tutela.engine.outlook.cells import number_cells
from tutela.engine.outlook.forecasting import Forecast as Drawn
from tutela.engine.outlook.levels import name_cells
from tutela.engine.outlook.panels import Vintage, name_month, number_month
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Marking
from tutela.studies.outlooks.forecast_files import KeptForecast, lay_out, open_forecast, out_files

THIS_MONTH = number_month(TODAY.year, TODAY.month)
ORIGIN = THIS_MONTH - 1
LEADS = np.array([1, 2, 3])
MONTH = name_month(THIS_MONTH)
NEAR = int(number_cells(np.array([25.0]), np.array([5.0]))[0])
"""The cell of the invented base and the invented town."""
CAMP = int(number_cells(np.array([25.0]), np.array([6.5]))[0])
FAR = int(number_cells(np.array([40.0]), np.array([-20.0]))[0])
QUIET = FAR + 3


def make_forecast(
    folder: Path, *, better: bool = True, invented: bool = False, back: int = 0, **changed: Any
) -> KeptForecast:
    """A forecast of four cells, from files as the command writes them; the far cell is the gravest by far."""
    cells = np.array(sorted({NEAR, CAMP, FAR, QUIET}))
    rate = {NEAR: 0.6, CAMP: 0.2, FAR: 30.0, QUIET: 0.0} | changed.pop("rate", {})
    dice = np.random.default_rng(4)
    active = np.array([cell != QUIET for cell in cells])
    held = [np.zeros((len(LEADS), 60), dtype=np.float32)]
    row = np.zeros((len(LEADS), len(cells)), dtype=np.int32)
    row[:] = np.arange(len(LEADS))[:, None]
    for place, cell in enumerate(cells):
        if active[place]:
            row[:, place] = len(LEADS) * len(held) + np.arange(len(LEADS))
            held.append(np.sort(dice.poisson(rate[int(cell)], (len(LEADS), 60)), axis=1).astype(np.float32))
    drawn = Drawn(
        "mixture-grid" if better else "conflictology-12", "grid", "civilians", ORIGIN - back, LEADS, cells,
        (Vintage(1, "invented"),), np.concatenate(held), row, active, {},
    )  # fmt: skip
    marking = Marking.UNCLASSIFIED if invented else Marking.CONFIDENTIAL
    header = {
        "target": "civilians",
        "level": "grid",
        "origin": name_month(ORIGIN - back),
        "vintage": "invented 1",
        "model": "mixture-grid",
        "shown": drawn.model,
        "verdict": {
            "shown": better,
            "words": "better than the past twelve months" if better else "no better than the past twelve months",
            "gain": {"score": "crps_log1p", "gain": 0.06, "low": 0.02, "high": 0.1, "wins": 4, "windows": 5},
        },
        "not_said": ["Who would do harm, and why."],
        "marking": marking.label,
        "invented": invented,
        **_past(dice),
        **changed,
    }
    content = lay_out(drawn, name_cells(cells), header)
    about = Manifest(
        kind="outlook", title="Invented", content=content.digest, inputs=(), parameters={}, seed=1, algorithms={},
        accounting=(), marking=marking, licence="CC0", attribution="", invented=invented, redistributable=True,
        about={},
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in out_files(content, about).items():
        (folder / name).write_bytes(data)
    return open_forecast(folder)


def _past(dice: np.random.Generator) -> dict[str, Any]:
    rows = []
    for origin in (ORIGIN - 24, ORIGIN - 12):
        for lead in (1, 2, 3):
            for cell in (NEAR, CAMP, FAR):
                chance = round(float(dice.random()), 3)
                killed = int(dice.poisson(2 * chance))
                rows.append([int(cell), name_month(origin), name_month(origin + lead), chance, chance * 2, killed])
    history = [
        [int(cell), name_month(ORIGIN - 11 + i), int(dice.poisson(1))]
        for cell in (NEAR, CAMP, FAR)
        for i in range(12)
    ]
    return {
        "past": {"columns": ["unit", "origin", "month", "chance_any", "mean", "killed"], "rows": rows},
        "history": {"columns": ["unit", "month", "killed"], "rows": history},
        "reasons": {str(NEAR): ["12 people killed here in the year before, 3 in the last month."]},
    }
