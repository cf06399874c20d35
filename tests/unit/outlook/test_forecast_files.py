"""A forecast goes to files and comes back the same; what was changed on the way is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tutela.data.store.artifacts import Store
from tutela.data.store.folders import write_out
from tutela.engine.outlook.forecasting import Asked, Forecast, forecast_all
from tutela.engine.outlook.histories import History
from tutela.engine.outlook.levels import UnitNames, name_cells
from tutela.engine.outlook.own_history import Conflictology
from tutela.engine.outlook.panels import Panel
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import OUTSIDER
from tutela.kernel.problems import Problem
from tutela.studies.outlooks.forecast_files import (
    KIND,
    lay_out,
    load_forecast,
    open_forecast,
    out_files,
)
from tutela.studies.owner import OWNER

HEADER = {
    "target": "civilians", "level": "grid", "origin": "2001-06", "vintage": "invented", "model": "mixture-grid",
    "shown": "conflictology-12", "verdict": {"shown": False, "words": "no better than the past twelve months"},
    "not_said": ["who"], "marking": "Confidential", "invented": True,
}  # fmt: skip


@pytest.fixture
def forecast(panel: Panel) -> Forecast:
    return forecast_all(Conflictology(), History.of(panel), Asked((1, 2, 3), np.arange(0), 60, 4))


@pytest.fixture
def folder(forecast: Forecast, tmp_path: Path) -> Path:
    content = lay_out(forecast, name_cells(forecast.units + 1), HEADER)
    write_out(tmp_path / "out", out_files(content, Manifest(KIND, "a test", content.digest)))
    return tmp_path / "out"


def test_what_is_read_back_is_what_was_forecast(forecast: Forecast, folder: Path) -> None:
    kept = open_forecast(folder)
    assert (kept.target, kept.level, kept.origin, kept.model) == (
        "civilians",
        "grid",
        "2001-06",
        "conflictology-12",
    )
    assert not kept.is_better
    assert kept.words == "no better than the past twelve months"
    rows = kept.rows
    assert len(rows) == 3 * 9
    for i in range(len(rows)):
        lead, unit = rows.lead[i] - 1, rows.unit[i]
        np.testing.assert_array_equal(kept.draws[rows.row[i]], forecast.of(lead, unit))
    assert rows.q05[0] <= rows.q25[0] <= rows.q50[0] <= rows.q75[0] <= rows.q95[0]
    assert set(rows.basis[rows.active]) == {"own"}
    assert set(rows.basis[~rows.active]) == {"base-rate"}
    assert kept.header["bases"].keys() >= set(rows.basis)


def test_the_columns_promised_are_there_in_parquet_and_csv(folder: Path) -> None:
    promised = {
        "unit", "code", "label", "lat", "lon", "month", "lead", "mean", "q05", "q25", "q50", "q75", "q95",
        "chance_any", "chance_25", "active", "basis", "row",
    }  # fmt: skip
    assert set(pl.read_parquet(folder / "forecast.parquet").columns) == promised
    assert set(pl.read_csv(folder / "forecast.csv").columns) == promised


def _change_table(folder: Path) -> None:
    path = folder / "forecast.parquet"
    pl.read_parquet(path).with_columns(pl.col("mean") * 1.0001).write_parquet(path)


def _change_draw(folder: Path) -> None:
    path = folder / "draws.parquet"
    pl.read_parquet(path).with_columns(pl.col("draw_0003") + 1).write_parquet(path)


def _change_words(folder: Path) -> None:
    path = folder / "forecast.json"
    path.write_text(path.read_text().replace("no better", "better"))


def _lose_draws(folder: Path) -> None:
    (folder / "draws.parquet").unlink()


def _cut_table(folder: Path) -> None:
    path = folder / "forecast.parquet"
    path.write_bytes(path.read_bytes()[:-20])


def _another_layout(folder: Path) -> None:
    path = folder / "forecast.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"layout": 99}))


@pytest.mark.parametrize(
    "change", [_change_table, _change_draw, _change_words, _lose_draws, _cut_table, _another_layout]
)
def test_a_changed_file_is_refused(change, folder: Path) -> None:
    change(folder)
    with pytest.raises(Problem) as refused:
        open_forecast(folder)
    assert refused.value.code == "forecast-unusable"


def test_rows_in_another_order_are_the_same_forecast(folder: Path) -> None:
    path = folder / "draws.parquet"
    pl.read_parquet(path).reverse().write_parquet(path)
    assert np.all(np.diff(open_forecast(folder).draws, axis=1) >= 0)


def test_a_folder_that_holds_another_forecast_is_refused(folder: Path) -> None:
    digest = open_forecast(folder).digest
    assert open_forecast(folder, digest).digest == digest
    with pytest.raises(Problem, match="another forecast"):
        open_forecast(folder, "0" * 64)
    with pytest.raises(Problem, match="no forecast here"):
        open_forecast(folder.parent)


def test_a_home_keeps_the_same_forecast_for_those_who_may_read_it(forecast: Forecast, tmp_path: Path) -> None:
    names = UnitNames(np.array(["AAA"] * 9), np.array(["A"] * 9), np.full(9, np.nan), np.full(9, np.nan))
    content = lay_out(forecast, names, HEADER)
    store = Store(tmp_path / "store")
    manifest = store.write(Manifest(KIND, "a test", content.digest), content)
    kept = load_forecast(store, manifest.content, OWNER)
    write_out(tmp_path / "out", out_files(content, manifest))
    again = open_forecast(tmp_path / "out", manifest.content)
    np.testing.assert_array_equal(kept.draws, again.draws)
    np.testing.assert_array_equal(kept.rows.label, again.rows.label)
    assert dict(kept.header) == dict(again.header)
    with pytest.raises(Problem) as refused:
        load_forecast(store, manifest.content, OUTSIDER)
    assert refused.value.code in {"not-allowed", "artifact-unknown"}


def test_another_artifact_is_no_forecast(forecast: Forecast, tmp_path: Path) -> None:
    content = lay_out(forecast, name_cells(forecast.units + 1), HEADER)
    store = Store(tmp_path / "store")
    store.write(Manifest("events", "a test", content.digest), content)
    with pytest.raises(Problem, match="no forecast"):
        load_forecast(store, content.digest, OWNER)
