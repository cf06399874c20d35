"""`tutela outlook track`: the record of forecasts, what came of them, and what a later release changed of that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutela.cli.main import run
from tutela.data.store.homes import open_home
from tutela.studies.outlooks import record
from tutela.studies.outlooks.forecast_files import load_forecast


def write_events(path: Path, months: int = 132, extra: str = "") -> Path:
    """Attacks around two towns of an invented country from 2010 on."""
    dice = np.random.default_rng(8)
    lines = ["event_id,date,lon,lat,violence,best,low,high,civilians,precision,country,adm_1,invented"]
    for number in range(4 * months):
        year, month = divmod(number // 4, 12)
        lon, lat, province = ((10.2, 5.2, "South"), (12.3, 6.1, "North"))[number % 2]
        killed = int(dice.geometric(0.2))
        day = f"{2010 + year}-{month + 1:02d}-{dice.integers(1, 28):02d}"
        lines.append(
            f"e{number},{day},{lon},{lat},one_sided,{killed},{killed},{killed},{killed},1,XIA,{province},yes"
        )
    path.write_text("\n".join([*lines, *([extra] if extra else [])]))
    return path


def tell(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(record, "_now", lambda: "2019-12-05T08:00:00Z")
    return tmp_path / "home"


def predict(folder: Path, home: Path, *more: str) -> list[str]:
    events = write_events(folder / "known.csv", 119)
    options = ["--origin", "2019-11", "--leads", "4", "--model", "conflictology-12"]
    return [
        "outlook", "predict", "--events", str(events), "--out", str(folder / "out"), "--home", str(home), *options,
        *more,
    ]  # fmt: skip


def test_with_nothing_recorded_it_says_so_and_is_no_error(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.delenv("TUTELA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    empty = tell(["outlook", "track"], capsys)
    assert empty["forecasts"] == []
    assert "No forecast was made" in empty["words"]
    assert run(["outlook", "track"]) == 0
    assert "No forecast was made" in capsys.readouterr().out


def test_every_forecast_is_recorded_once_and_listed(tmp_path, home, capsys) -> None:
    made = tell(predict(tmp_path, home), capsys)
    assert made["recorded"]["digest"]
    kept = load_forecast(open_home(home).store, made["digest"], record.OWNER)
    past = kept.header["past"]
    assert past["columns"] == ["unit", "origin", "month", "chance_any", "mean", "killed"]
    history = kept.header["history"]
    assert {row[1] for row in history["rows"]} >= {"2019-11", "2017-12"}
    assert set(map(int, kept.header["reasons"])) <= set(kept.rows.unit.tolist())
    tell(predict(tmp_path, home), capsys)
    tell(predict(tmp_path, home, "--seed", "2", "--level", "admin-1"), capsys)
    listed = tell(["outlook", "track", "--home", str(home)], capsys)
    assert [item["level"] for item in listed["forecasts"]] == ["grid", "admin-1"]
    first = listed["forecasts"][0]
    assert first["digest"] == made["digest"]
    assert (first["at"], first["origin"], first["state"]) == ("2019-12-05T08:00:00Z", "2019-11", "open")
    assert first["months"] == ["2019-12", "2020-03"]
    assert listed["unrecorded"] == []


def test_what_came_is_scored_and_the_month_that_had_begun_stands_apart(tmp_path, home, capsys) -> None:
    tell(predict(tmp_path, home), capsys)
    later = write_events(tmp_path / "later.csv", 122)
    scored = tell(["outlook", "track", "--home", str(home), "--events", str(later)], capsys)
    look = scored["forecasts"][0]["outcomes"][0]
    assert look["until"] == "2020-02"
    assert look["months"] == ["2019-12", "2020-01", "2020-02"]
    assert set(look["late"]["by_lead"]) == {"1"}
    assert set(look["foretold"]["by_lead"]) == {"2", "3"}
    lead = look["foretold"]["by_lead"]["2"]
    assert lead["low"] <= lead["gain"] <= lead["high"]
    pooled = scored["pooled"][0]
    assert (pooled["level"], pooled["forecasts"]) == ("grid", 1)
    assert pooled["gain"]["gain"] == pytest.approx(0, abs=1e-9)  # the benchmark against itself
    assert pooled["words"].startswith("no better")
    again = tell(["outlook", "track", "--home", str(home), "--events", str(later)], capsys)
    assert len(again["forecasts"][0]["outcomes"]) == 1
    assert again["record"]["lines"] == scored["record"]["lines"] == 2
    assert run(["outlook", "track", "--home", str(home), "--events", str(later)]) == 0
    assert "no better than the past twelve months" in capsys.readouterr().out.replace("\n", " ")


def test_a_later_release_shows_what_it_changed(tmp_path, home, capsys) -> None:
    tell(predict(tmp_path, home), capsys)
    first = write_events(tmp_path / "first.csv", 122)
    revised = write_events(
        tmp_path / "revised.csv", 122, "late,2020-01-09,10.2,5.2,one_sided,90,90,90,90,1,XIA,South,yes"
    )
    for events in (first, revised):
        scored = tell(["outlook", "track", "--home", str(home), "--events", str(events)], capsys)
    item = scored["forecasts"][0]
    assert len(item["outcomes"]) == 2
    change = item["revised"][0]
    assert change["unit_months_changed"] == 1
    assert change["killed_after"] - change["killed_before"] == pytest.approx(90)


def test_months_still_to_come_leave_a_forecast_open(tmp_path, home, capsys) -> None:
    tell(predict(tmp_path, home), capsys)
    known = tmp_path / "known.csv"
    scored = tell(["outlook", "track", "--home", str(home), "--events", str(known)], capsys)
    assert scored["forecasts"][0]["state"] == "open"
    assert scored["forecasts"][0]["not_scored"] == "none of its months has come yet"
    assert scored["pooled"] == []


def test_a_record_that_was_edited_is_refused(tmp_path, home, capsys) -> None:
    tell(predict(tmp_path, home), capsys)
    tell(predict(tmp_path, home, "--seed", "2", "--model", "last", "--leads", "2"), capsys)
    path = home / "store" / "forecasts.jsonl"
    path.write_text(path.read_text().replace("2019-12-05T", "2019-11-05T", 1))
    assert run(["outlook", "track", "--home", str(home), "--json"]) == 3
    assert json.loads(capsys.readouterr().err)["problem"] == "artifact-damaged"


def test_a_record_that_lost_its_end_is_missed(tmp_path, home, capsys) -> None:
    made = tell(predict(tmp_path, home), capsys)
    (home / "store" / "forecasts.jsonl").write_text("")
    assert tell(["outlook", "track", "--home", str(home)], capsys)["unrecorded"] == [made["digest"]]


@pytest.mark.parametrize("level", ["grid", "country", "admin-1", "vicinity", "presence"])
def test_trace_makes_the_same_forecast_again(level, tmp_path, home, capsys) -> None:
    sites = tmp_path / "sites.csv"
    sites.write_text(
        "site_id,mission,name,lon,lat,opened,closed,status\na,XM,Alpha,10.3,5.2,2015-01-01,,open\n"
        "b,XM,Beta,12.3,6.1,2015-01-01,2018-01-01,open\n"
    )
    around = ["--sites", str(sites), "--within-km", "30"]
    more = {
        "vicinity": ["--level", "vicinity", *around],
        "presence": ["--level", "vicinity", *around, "--each", "presence"],
    }.get(level, ["--level", level])
    made = tell(predict(tmp_path, home, *more), capsys)
    if level in ("vicinity", "presence"):
        assert made["units"] == 1  # the other site was closed before the origin
        assert made["highest"][0]["label"] == ("Alpha (XM)" if level == "vicinity" else "XM")
    traced = tell(["trace", made["digest"][:16], "--home", str(home)], capsys)
    assert traced["recomputed"]["same"]
    assert made["digest"] in traced["recomputed"]["artifacts"]
    assert {link["kind"] for link in traced["chain"]} >= {"outlook", "events"}


@pytest.mark.parametrize(
    ("options", "where"),
    [
        (["--level", "vicinity"], "--sites"),
        (["--level", "vicinity", "--sites", "s.csv"], "--within-km"),
        (["--level", "vicinity", "--sites", "s.csv", "--within-min", "60"], "--surface"),
        (["--level", "country", "--within-km", "30"], "--sites"),
        (["--level", "country", "--boundaries", "b.json"], "--boundaries"),
        (["--level", "country", "--begins", "Sudan=2011-07"], "--begins"),
    ],
)
def test_options_that_do_not_fit_the_level_are_refused(options, where, tmp_path, home, capsys) -> None:
    assert run([*predict(tmp_path, home, *options), "--json"]) == 2
    assert json.loads(capsys.readouterr().err)["where"] == where
    assert not (tmp_path / "out").exists()


def test_provinces_may_be_those_of_a_file_of_boundaries(tmp_path, home, capsys) -> None:
    def feature(name: str, west: float, east: float) -> dict[str, Any]:
        ring = [[west, 4], [east, 4], [east, 8], [west, 8], [west, 4]]
        return {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {
                "shapeName": name, "shapeISO": f"HT-{name}", "shapeID": f"1-{name}", "shapeGroup": "HTI",
                "shapeType": "ADM1",
            },
        }  # fmt: skip

    path = tmp_path / "provinces.geojson"
    features = [feature("West", 9, 11), feature("East", 11, 14)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    made = tell(predict(tmp_path, home, "--level", "admin-1", "--boundaries", str(path)), capsys)
    assert made["units"] == 2
    assert made["killed"]["outside the units or the months"] == 0
    traced = tell(["trace", made["digest"][:16], "--home", str(home)], capsys)
    assert traced["recomputed"]["same"]
    assert open_home(home).store.find(made["digest"], record.OWNER).parameters["ground"]["by"] == "boundaries"
