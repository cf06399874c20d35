"""`tutela outlook score`: the shape of its answer, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tutela.cli.main import run


def write_panel(path: Path, first: int, months: int, column: str = "ged_sb", units: int = 6) -> Path:
    dice = np.random.default_rng(3)
    month = np.repeat(np.arange(first, first + months), units)
    unit = np.tile(np.arange(1, units + 1), months)
    frame = pl.DataFrame({"month_id": month, "country_id": unit, column: dice.poisson(unit * 2.0)})
    (frame.write_parquet if path.suffix == ".parquet" else frame.write_csv)(path)
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    history = write_panel(tmp_path / "history.parquet", 433, 48)
    actuals = write_panel(tmp_path / "actuals.csv", 469, 24)
    return ["outlook", "score", "--history", str(history), "--actuals", str(actuals)]


def ask(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    code = run([*arguments, "--json", "--workers", "1"])
    said = capsys.readouterr()
    return code, json.loads(said.out or said.err)


def test_the_answer_has_windows_means_and_gains_with_their_interval(files, capsys) -> None:
    code, answer = ask([*files, "--model", "negative-binomial"], capsys)
    assert code == 0
    assert answer["protocol"] == "views-2023"
    assert answer["vintage"] == "ged-25.1 + views-2023"
    assert set(answer["models"]) == {"zero", "last", "conflictology-12", "negative-binomial"}
    model = answer["models"]["negative-binomial"]
    assert set(model["by_window"]) == {"2019", "2020"}
    assert {"crps", "crps_log1p", "ign", "mis"} <= set(model["by_window"]["2019"])
    assert model["mean"]["crps"] == pytest.approx(
        np.mean([model["by_window"][y]["crps"] for y in ("2019", "2020")])
    )
    gain = model["versus"]["conflictology-12"]
    assert gain["low"] <= gain["gain"] <= gain["high"]
    assert len(model["by_lead"]) == 12
    assert sum(model["calibration"]["share"]) == pytest.approx(1)


def test_a_model_scores_the_same_whoever_is_scored_beside_it(files, capsys) -> None:
    alone = ask([*files, "--model", "last"], capsys)[1]
    beside = ask([*files, "--model", "negative-binomial", "--model", "last"], capsys)[1]
    assert alone["models"]["last"]["by_window"] == beside["models"]["last"]["by_window"]


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (["--protocol", "other"], "option-invalid", "--protocol"),
        (["--model", "oracle"], "option-invalid", "--model"),
        (["--target", "everybody"], "option-invalid", "--target"),
        (["--target", "civilians"], "file-header", "history.parquet"),
        (["--vintages", "one"], "option-invalid", "--vintages"),
        (["--vintages", "same,same"], "panel-unusable", "--vintages"),
        (["--begins", "x=2011-07"], "option-invalid", "--begins"),
        (["--begins", "3=July"], "date-invalid", "--begins"),
        (["--history", "nowhere.parquet"], "file-missing", "nowhere.parquet"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(change, code, where, files, capsys) -> None:
    exit_code, problem = ask([*files, *change], capsys)
    assert exit_code == 2
    assert problem["problem"] == code
    assert where in problem["where"]


def test_actuals_without_a_whole_year_are_refused(tmp_path, files, capsys) -> None:
    short = write_panel(tmp_path / "short.csv", 470, 8)
    assert ask([*files[:-1], str(short)], capsys)[1]["problem"] == "nothing-to-study"


def test_a_file_with_a_gap_is_refused_by_its_path(tmp_path, files, capsys) -> None:
    frame = pl.read_csv(files[-1])
    frame.filter((pl.col("month_id") != 475) | (pl.col("country_id") != 2)).write_csv(tmp_path / "gap.csv")
    problem = ask([*files[:-1], str(tmp_path / "gap.csv")], capsys)[1]
    assert problem["problem"] == "panel-unusable"
    assert problem["where"].endswith("gap.csv")
    assert "first unit 2 in 2019-07" in problem["message"]


def test_a_file_that_is_no_table_is_refused(tmp_path, files, capsys) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    assert ask([*files[:-1], str(tmp_path / "broken.parquet")], capsys)[1]["problem"] == "file-unreadable"
