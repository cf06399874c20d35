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


def test_scores_by_region_add_up_and_a_unit_without_one_is_not_lost(tmp_path, files, capsys) -> None:
    (tmp_path / "regions.csv").write_text("unit,region\n1,North\n2,North\n3,South\n")
    answer = ask([*files, "--model", "last", "--regions", str(tmp_path / "regions.csv")], capsys)[1]
    last = answer["models"]["last"]
    regions = last["by_region"]
    assert {name: item["units"] for name, item in regions.items()} == {
        "North": 2, "South": 1, "no region named": 3,
    }  # fmt: skip
    assert sum(item["units"] * item["crps"] for item in regions.values()) / 6 == pytest.approx(last["mean"]["crps"])
    assert regions["South"]["by_rule"]["low"] <= regions["South"]["by_rule"]["high"]
    assert answer["models"]["conflictology-12"]["by_region"]["North"]["by_rule"] is None
    (tmp_path / "regions.csv").write_text("a,b\n1,2\n")
    assert ask([*files, "--regions", str(tmp_path / "regions.csv")], capsys)[1]["problem"] == "file-header"


def test_the_grid_is_scored_beside_its_neighbours_too(tmp_path, capsys) -> None:
    paths = []
    for name, first, months in (("h.parquet", 433, 48), ("a.parquet", 469, 24)):
        frame = pl.read_parquet(write_panel(tmp_path / name, first, months)).rename({"country_id": "priogrid_gid"})
        frame.write_parquet(tmp_path / name)
        paths.append(str(tmp_path / name))
    arguments = ["outlook", "score", "--history", paths[0], "--actuals", paths[1], "--model", "last"]
    assert "neighbours-12" in ask(arguments, capsys)[1]["models"]


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


def write_events(path: Path) -> Path:
    """Ten years of attacks around two towns of an invented country, and one event without an exact place."""
    dice = np.random.default_rng(8)
    lines = ["event_id,date,lon,lat,violence,best,low,high,civilians,precision"]
    for number in range(400):
        year, month = divmod(int(dice.integers(0, 120)), 12)
        lon, lat = ((10.2, 5.2), (12.3, 6.1))[number % 2]
        killed = int(dice.geometric(0.2))
        day = f"{2010 + year}-{month + 1:02d}-{dice.integers(1, 28):02d}"
        lines.append(f"e{number},{day},{lon},{lat},one_sided,{killed},{killed},{killed},{killed},1")
    path.write_text("\n".join([*lines, "late,2019-12-20,10.2,5.2,one_sided,3,3,3,3,1"]))
    return path


def test_a_forecast_is_judged_first_and_holds_what_it_rests_on(tmp_path, capsys) -> None:
    events = write_events(tmp_path / "events.csv")
    out, home = tmp_path / "out", tmp_path / "home"
    arguments = ["outlook", "predict", "--events", str(events), "--origin", "2019-11", "--out", str(out)]
    options = ["--leads", "3", "--model", "negative-binomial", "--home", str(home), "--json"]
    assert run([*arguments, *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["months"] == ["2019-12", "2020-01", "2020-02"]
    assert answer["shown"] in {"negative-binomial", "conflictology-12"}
    assert len(answer["verdict"]["windows"]) == 5
    assert answer["events"]["excluded"]["ends after the origin"] >= 1
    assert answer["marking"] == "Confidential"
    assert answer["highest"][0]["next_month"]["low_90"] <= answer["highest"][0]["next_month"]["high_90"]
    assert {path.name for path in out.iterdir()} >= {
        "forecast.json", "manifest.json", "forecast.csv", "forecast.parquet", "draws.parquet",
    }  # fmt: skip
    header = json.loads((out / "forecast.json").read_text("utf-8"))
    past = [dict(zip(header["past"]["columns"], row, strict=True)) for row in header["past"]["rows"]]
    assert {row["origin"] for row in past} == {item["origin"] for item in answer["verdict"]["windows"]}
    assert all(0 <= row["chance_any"] <= 1 and row["origin"] < row["month"] < "2019-12" for row in past)
    assert any(row["killed"] > 0 for row in past)
    table = pl.read_csv(out / "forecast.csv")
    assert set(table["month"]) == set(answer["months"])
    assert (table["q05"] <= table["q95"]).all()
    assert run([*arguments[:-1], str(tmp_path / "again"), *options]) == 0
    assert json.loads(capsys.readouterr().out)["artifact"] == answer["artifact"]


def test_the_past_twelve_months_may_be_asked_for_themselves(tmp_path, capsys) -> None:
    events = write_events(tmp_path / "events.csv")
    arguments = ["outlook", "predict", "--events", str(events), "--origin", "2019-11", "--out", str(tmp_path / "o")]
    assert run([*arguments, "--model", "conflictology-12", "--leads", "2"]) == 0
    said = capsys.readouterr().out
    assert "The past twelve months themselves" in said
    assert "no report is not no event" in said


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (["--origin", "November"], "date-invalid"),
        (["--origin", "1994-01"], "nothing-to-study"),
        (["--target", "everybody"], "option-invalid"),
        (["--model", "oracle"], "option-invalid"),
        (["--events", "nowhere.csv"], "file-missing"),
    ],
)
def test_a_forecast_that_cannot_be_made_leaves_nothing(change, code, tmp_path, capsys) -> None:
    events = write_events(tmp_path / "events.csv")
    given = dict(zip(change[::2], change[1::2], strict=True))
    options = {"--events": str(events), "--origin": "2019-11", "--out": str(tmp_path / "out")} | given
    exit_code, problem = ask_predict([part for pair in options.items() for part in pair], capsys)
    assert (exit_code, problem["problem"]) == (2, code)
    assert not (tmp_path / "out").exists()


def ask_predict(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    code = run(["outlook", "predict", *arguments, "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out or said.err)


def test_a_file_that_is_no_table_is_refused(tmp_path, files, capsys) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    assert ask([*files[:-1], str(tmp_path / "broken.parquet")], capsys)[1]["problem"] == "file-unreadable"
