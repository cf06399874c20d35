"""Forecasts of others in their published layouts: read, kept, recorded, and scored by the same code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats
from tests.unit.outlook.test_track import tell, write_events

from tutela.cli.main import run
from tutela.data.sources.outside_forecasts import read_outside
from tutela.data.store.homes import open_home
from tutela.engine.outlook.panels import number_month
from tutela.kernel.problems import Problem
from tutela.studies.outlooks import record
from tutela.studies.outlooks.forecast_files import load_forecast
from tutela.studies.owner import OWNER

ORIGIN = number_month(2019, 10)
UNITS = (10, 20, 30)


def submission(path: Path, unit: str = "country_id", draws: int = 20) -> Path:
    """The challenge's layout: a row for each month, unit and draw."""
    dice = np.random.default_rng(2)
    rows = [
        {"month_id": ORIGIN + lead, unit: number, "draw": draw, "outcome": int(dice.poisson(number / 5))}
        for lead in range(3, 15)
        for number in UNITS
        for draw in range(draws)
    ]
    pl.DataFrame(rows).write_parquet(path)
    return path


def views(path: Path, **more: Any) -> Path:
    """VIEWS' country-months; the names are invented."""
    rows = [
        {
            "country_id": number, "month_id": ORIGIN + lead, "name": f"Land {number}", "gwcode": number,
            "isoab": f"XA{number // 10}", "year": 2019, "month": 1, "main_mean_ln": np.log1p(number / 5),
            "main_mean": number / 5, "main_dich": 0.25,
        } | more
        for number in UNITS
        for lead in range(1, 4)
    ]  # fmt: skip
    if path.suffix == ".json":
        path.write_text(json.dumps({"next_page": "", "row_count": len(rows), "data": rows}))
    else:
        pl.DataFrame(rows).write_csv(path)
    return path


def cast(path: Path, months: int = 3, since: int = -14) -> Path:
    """CAST's provinces: real names of countries, invented provinces and counts."""
    names = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"]
    names += ["November", "December"]
    rows = []
    for lead in range(since, months + 1):
        year, month = divmod(ORIGIN + lead - 1, 12)
        for province in ("Upper", "Lower"):
            seen = None if lead > 3 else 4 + lead % 3
            rows.append(
                {
                    "country": "Haiti", "admin1": province, "month": names[month], "year": 1980 + year,
                    "total_forecast": 9, "battles_forecast": 3, "erv_forecast": 1, "vac_forecast": 5,
                    "total_observed": seen, "battles_observed": seen, "erv_observed": seen, "vac_observed": seen,
                }
            )  # fmt: skip
    pl.DataFrame(rows).write_csv(path)
    return path


def history(path: Path, months: int = 30) -> Path:
    dice = np.random.default_rng(4)
    rows = [
        {"month_id": ORIGIN - 20 + month, "country_id": number, "ged_sb": int(dice.poisson(number / 5))}
        for month in range(months)
        for number in UNITS
    ]
    pl.DataFrame(rows).write_parquet(path)
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(record, "_now", lambda: "2019-11-20T08:00:00Z")
    return tmp_path / "home"


def bring(path: Path, home: Path, *more: str) -> list[str]:
    return ["outlook", "import", str(path), "--origin", "2019-10", "--name", "Others 1", "--home", str(home), *more]


def test_a_submission_keeps_its_own_draws(tmp_path, home, capsys) -> None:
    done = tell(bring(submission(tmp_path / "s.parquet"), home), capsys)
    assert done["layout"] == "views-submission"
    kept = load_forecast(open_home(home).store, done["recorded"]["digest"], OWNER)
    assert (kept.level, kept.target, kept.model, kept.is_better) == ("country", "state_based", "Others 1", False)
    assert kept.header["draws_are"] == "its own"
    assert kept.draws.shape == (36, 20)
    assert kept.rows.lead.min() == 3
    frame = pl.read_parquet(tmp_path / "s.parquet").filter(
        (pl.col("month_id") == ORIGIN + 5) & (pl.col("country_id") == 20)
    )
    row = kept.rows.row[(kept.rows.lead == 5) & (kept.rows.unit == 20)][0]
    assert kept.draws[row].tolist() == sorted(frame["outcome"].to_list())


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_a_point_forecast_becomes_a_poisson_count_and_says_so(suffix, tmp_path, home, capsys) -> None:
    done = tell(bring(views(tmp_path / f"v.{suffix}"), home), capsys)
    store = open_home(home).store
    kept = load_forecast(store, done["recorded"]["digest"], OWNER)
    assert "Poisson" in kept.header["draws_are"]
    assert set(kept.rows.code) == {"XA1", "XA2", "XA3"}
    one = kept.draws[kept.rows.row[kept.rows.unit == 20][0]]
    assert one.mean() == pytest.approx(4, abs=0.05)
    assert one.tolist() == stats.poisson.ppf((np.arange(200) + 0.5) / 200, 4).tolist()
    assert store.load_table(kept.digest, "said", OWNER)["main_dich"].tolist() == [0.25] * 9


def test_cells_are_known_by_any_of_their_columns(tmp_path, home, capsys) -> None:
    done = tell(bring(submission(tmp_path / "g.parquet", "priogrid_gid"), home), capsys)
    assert done["recorded"]["level"] == "grid"
    frame = pl.read_csv(views(tmp_path / "v.csv")).rename({"country_id": "pg_id"}).drop("isoab")
    frame.write_csv(tmp_path / "p.csv")
    assert read_outside(tmp_path / "p.csv").layout == "views-pgm"


def test_a_submission_is_scored_beside_the_past_twelve_months(tmp_path, home, capsys) -> None:
    tell(bring(submission(tmp_path / "s.parquet"), home), capsys)
    track = ["outlook", "track", "--home", str(home), "--actuals", str(history(tmp_path / "a.parquet"))]
    scored = tell([*track, "--vintage", "invented-2"], capsys)
    look = scored["forecasts"][0]["outcomes"][0]
    assert look["vintage"] == "invented-2"
    assert look["months"] == ["2020-01", "2020-02", "2020-03", "2020-04", "2020-05", "2020-06", "2020-07"]
    assert look["foretold"]["mean"]["crps"] > 0
    assert scored["pooled"][0]["model"] == "Others 1"


def test_cast_is_scored_on_the_events_that_it_says_were_observed(tmp_path, home, capsys) -> None:
    done = tell(bring(cast(tmp_path / "now.csv", 3, 1), home, "--target", "acled-against-civilians"), capsys)
    assert (done["recorded"]["level"], done["recorded"]["target"]) == ("admin-1", "acled-against-civilians")
    later = cast(tmp_path / "later.csv", 5)
    scored = tell(["outlook", "track", "--home", str(home), "--actuals", str(later)], capsys)
    look = scored["forecasts"][0]["outcomes"][0]
    assert look["months"] == ["2019-11", "2019-12", "2020-01"]
    assert set(look["late"]["by_lead"]) == {"1"}
    assert set(look["foretold"]["by_lead"]) == {"2", "3"}


def test_a_forecast_of_events_is_never_scored_on_people(tmp_path, home, capsys) -> None:
    tell(bring(cast(tmp_path / "now.csv", 3, 1), home), capsys)
    events = write_events(tmp_path / "e.csv", 132)
    scored = tell(["outlook", "track", "--home", str(home), "--events", str(events)], capsys)
    assert "count people" in scored["forecasts"][0]["not_scored"]


def test_what_its_makers_published_in_time_was_not_late(tmp_path, home, monkeypatch, capsys) -> None:
    monkeypatch.setattr(record, "_now", lambda: "2026-11-20T08:00:00Z")
    tell(bring(submission(tmp_path / "s.parquet"), home, "--published", "2019-11-15"), capsys)
    actuals = history(tmp_path / "a.parquet")
    scored = tell(["outlook", "track", "--home", str(home), "--actuals", str(actuals)], capsys)
    assert scored["forecasts"][0]["published"] == "2019-11-15"
    assert scored["forecasts"][0]["outcomes"][0]["late"] is None


def test_trace_reads_a_forecast_of_others_without_making_it(tmp_path, home, capsys) -> None:
    done = tell(bring(views(tmp_path / "v.csv"), home), capsys)
    traced = tell(["trace", done["recorded"]["digest"][:16], "--home", str(home)], capsys)
    assert traced["recomputed"]["same"]


def _change(path: Path, change: str) -> None:
    frame = pl.read_parquet(path)
    if change == "no number":
        frame = frame.with_columns(
            pl.when(pl.col("draw") == 3).then(None).otherwise(pl.col("outcome")).alias("outcome")
        )
    elif change == "negative":
        frame = frame.with_columns(pl.col("outcome") - 50)
    elif change == "too few draws":
        frame = frame.filter(pl.col("draw") < 10)
    elif change == "a draw missing":
        frame = frame.filter((pl.col("draw") != 3) | (pl.col("country_id") != 20))
    elif change == "a month missing":
        frame = frame.filter((pl.col("month_id") != ORIGIN + 5) | (pl.col("country_id") != 20))
    elif change == "repeated":
        frame = pl.concat([frame, frame.head(20)])
    elif change == "another unit":
        frame = frame.with_columns(pl.col("outcome").cast(pl.Float64) * 1e7)
    elif change == "column":
        frame = frame.drop("outcome")
    frame.write_parquet(path)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ("no number", "forecast-unusable", "no numbers"),
        ("negative", "forecast-unusable", "negative"),
        ("too few draws", "forecast-unusable", "15 are the fewest"),
        ("a draw missing", "forecast-unusable", "missing or repeated draws, first unit 20"),
        ("a month missing", "forecast-unusable", "1 unit-months are missing"),
        ("repeated", "forecast-unusable", "missing or repeated draws"),
        ("another unit", "forecast-unusable", "unit of the numbers is wrong"),
        ("column", "source-unknown", "No reader knows"),
    ],
)
def test_what_is_no_forecast_is_refused_and_nothing_kept(change, code, words, tmp_path, home, capsys) -> None:
    path = submission(tmp_path / "s.parquet")
    _change(path, change)
    assert run([*bring(path, home), "--json"]) == 2
    problem = json.loads(capsys.readouterr().err)
    assert problem["problem"] == code
    assert words in problem["message"]
    assert not list(home.glob("store/forecasts.jsonl"))


def test_a_forecast_of_months_that_it_knew_is_refused(tmp_path, home, capsys) -> None:
    path = submission(tmp_path / "s.parquet")
    assert run([*bring(path, home), "--origin", "2020-03", "--json"]) == 2
    assert "knew already" in json.loads(capsys.readouterr().err)["message"]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("country", "Nowhereland", "in no list"), ("month", "Brumaire", "no month and year"), ("admin1", "", "twice")],
)
def test_a_cast_file_is_refused_by_its_first_offender(column, value, words, tmp_path) -> None:
    path = cast(tmp_path / "c.csv")
    frame = pl.read_csv(path).with_row_index()
    changed = pl.when(pl.col("index") == 1).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    frame.with_columns(changed).drop("index").write_csv(path)
    with pytest.raises(Problem, match=words):
        read_outside(path)
