"""What whoever looks ahead gets wrong, through the commands: the offender is named, and nothing is published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import rasterio
from rasterio.transform import Affine

from tutela.cli.main import run

EVENTS = "event_id,date,lon,lat,violence,best,low,high,civilians,precision,country,adm_1,invented"
UNITS = 5
HISTORY_FROM, ACTUALS_FROM = 433, 469
CONFLICT = ["--model", "conflictology-12"]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten years of attacks around two towns of an invented country, two panels, and a home with nothing in it."""
    dice = np.random.default_rng(8)
    rows = []
    for number in range(476):
        year, month = divmod(number // 4, 12)
        lon, lat, province = ((10.2, 5.2, "South"), (12.3, 6.1, "North"))[number % 2]
        killed = int(dice.geometric(0.2))
        day = f"{2010 + year}-{month + 1:02d}-{dice.integers(1, 28):02d}"
        rows.append(
            f"e{number},{day},{lon},{lat},one_sided,{killed},{killed},{killed},{killed},1,XIA,{province},yes"
        )
    (tmp_path / "events.csv").write_text("\n".join([EVENTS, *rows]))
    panel(HISTORY_FROM, 48).write_csv(tmp_path / "history.csv")
    panel(ACTUALS_FROM, 24).write_csv(tmp_path / "actuals.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def panel(first: int, months: int) -> pl.DataFrame:
    month = np.repeat(np.arange(first, first + months), UNITS)
    unit = np.tile(np.arange(1, UNITS + 1), months)
    killed = np.random.default_rng(3).poisson(unit * 2.0)
    return pl.DataFrame({"month_id": month, "country_id": unit, "ged_sb": killed})


def score(*more: str, model: str = "last") -> int:
    files = ["--history", "history.csv", "--actuals", "actuals.csv", "--workers", "1"]
    return run(["outlook", "score", *files, "--model", model, *more, "--json"])


def predict(*more: str) -> int:
    asked = ["--events", "events.csv", "--origin", "2019-11", "--leads", "3", "--out", "out", "--home", "home"]
    return run(["outlook", "predict", *asked, *more, "--json"])


def refusal(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What was said; no figure beside it, no folder, and no home that holds anything."""
    heard = capsys.readouterr()
    assert heard.out == ""
    said: dict[str, str] = json.loads(heard.err)
    assert said["message"]
    assert said["remedy"]
    assert not Path("out").exists()
    assert not [path for path in Path("home").rglob("*") if path.is_file() and "store" in path.parts]
    return said


def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


MONTH, UNIT, KILLED = pl.col("month_id"), pl.col("country_id"), pl.col("ged_sb")
CHANGES = {
    "a gap": (lambda rows: rows.filter((MONTH != 475) | (UNIT != 2)), ("1 unit-months", "unit 2 in 2019-07")),
    "a repeated row": (lambda rows: pl.concat([rows, rows.head(1)]), ("more than once", "unit 1 in 2019-01")),
    "a negative count": (
        lambda rows: rows.with_columns(ged_sb=pl.when(MONTH == 470).then(-1).otherwise(KILLED)),
        ("5 counts are negative", "unit 1 in 2019-02"),
    ),
    "no count": (
        lambda rows: rows.with_columns(ged_sb=pl.when(MONTH == 470).then(float("nan")).otherwise(KILLED)),
        ("5 counts are negative or no numbers", "unit 1 in 2019-02"),
    ),
    "two vintages": (
        lambda rows: rows.with_columns(vintage=pl.when(MONTH < 480).then(pl.lit("a-23")).otherwise(pl.lit("b-24"))),
        ("2 vintages", "a-23, b-24"),
    ),
    "months as years and months": (lambda rows: rows.with_columns(month_id=MONTH + 201_433), ("first 201902",)),
    "months as seconds": (lambda rows: rows.with_columns(month_id=MONTH * 10**10), ("not numbered",)),
    "parts of months": (lambda rows: rows.with_columns(month_id=MONTH + 0.4), ("values of month_id", "row 2")),
    "another unit": (lambda rows: rows.with_columns(country_id=UNIT + 1), ("not of the same units", "first 1")),
    "a gap between the files": (lambda rows: rows.with_columns(month_id=MONTH + 36), ("between them is a gap",)),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_panel_that_is_none_is_refused_and_no_score_is_said(name: str, world: Path, capsys) -> None:
    change, words = CHANGES[name]
    change(pl.read_csv("actuals.csv")).write_csv("actuals.csv")
    assert score() == 2
    said = refusal(capsys)
    assert said["problem"] == "panel-unusable"
    assert all(word in said["message"] for word in words), said["message"]


def test_a_vintage_that_is_one_is_no_mix(world: Path, capsys) -> None:
    pl.read_csv("actuals.csv").with_columns(vintage=pl.lit("b-24")).write_csv("actuals.csv")
    assert score() == 0
    assert answer(capsys)["vintage"] == "ged-25.1 + views-2023"


def test_two_files_under_one_vintage_are_an_undeclared_mix(world: Path, capsys) -> None:
    assert score("--vintages", "ged-25.1,ged-25.1") == 2
    assert refusal(capsys)["where"] == "--vintages"


def test_a_country_that_split_is_named_and_has_no_zeros_once_it_is_declared(world: Path, capsys) -> None:
    pl.read_csv("history.csv").filter((UNIT != 4) | (MONTH >= 440)).write_csv("history.csv")
    assert score() == 2
    said = refusal(capsys)
    assert "first unit 4 in 2016-01" in said["message"]
    assert "--begins 4=2016-08" in said["remedy"]
    assert score("--begins", "4=2016-08") == 0


MODELS = {
    "no numbers": "np.full(shape, np.nan)",
    "draws below zero": "np.full(shape, -1.0)",
    "15 are the fewest": "np.zeros((*shape[:2], 5))",
    "of the shape": "np.zeros(shape[:2])",
    "the unit is wrong": "np.full(shape, 1e9)",
}


def install(folder: Path, gives: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forecaster as others bring one: a module and the entry point that names it."""
    (folder / f"{name}.py").write_text(
        "import numpy as np\nclass Model:\n"
        f"    name, algorithm = '{name}', 1\n"
        "    def forecast(self, history, asked):\n"
        "        shape = (len(asked.leads), len(asked.units), asked.draws)\n"
        f"        return {gives}\n"
    )
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[tutela.forecasters]\n{name} = {name}:Model\n")
    monkeypatch.syspath_prepend(str(folder))


@pytest.mark.parametrize(("words", "gives"), MODELS.items())
def test_a_model_that_gives_no_forecast_is_refused_by_its_name(words, gives, world, monkeypatch, capsys) -> None:
    name = f"unfit_{list(MODELS).index(words)}"
    install(world, gives, name, monkeypatch)
    for asked in (predict, score):
        assert (asked("--model", name) if asked is predict else score(model=name)) == 2
        said = refusal(capsys)
        assert (said["problem"], said["where"]) == ("forecast-unusable", name)
        assert words in said["message"]


def test_a_model_of_others_that_keeps_the_contract_is_judged(world: Path, monkeypatch, capsys) -> None:
    install(world, "np.zeros(shape)", "fit_zeros", monkeypatch)
    assert predict("--model", "fit_zeros") == 0
    said = answer(capsys)
    assert (said["model"], said["shown"]) == ("fit_zeros", "conflictology-12")


@pytest.mark.parametrize("origin", ["2019-12", "2031-01"])
def test_an_origin_that_the_events_do_not_reach_is_refused(origin: str, world: Path, capsys) -> None:
    """Months of which nobody told yet would count as months of peace."""
    assert predict(*CONFLICT, "--origin", origin) == 2
    said = refusal(capsys)
    assert (said["problem"], said["where"]) == ("panel-unusable", "--origin")
    assert "end in 2019-11" in said["message"]
    assert f"--until {origin}" in said["remedy"]


def test_quiet_months_are_months_of_peace_only_where_somebody_says_so(world: Path, capsys) -> None:
    assert predict(*CONFLICT, "--origin", "2020-01", "--until", "2020-01") == 0
    made = answer(capsys)
    assert made["months"][0] == "2020-02"
    assert run(["trace", made["digest"][:16], "--home", "home", "--json"]) == 0
    assert answer(capsys)["recomputed"]["same"]


def test_what_came_after_the_origin_changes_no_figure(world: Path, capsys) -> None:
    """A file that goes on for a year gives the forecast of one that ends at the origin, byte for byte."""
    assert predict("--model", "recent", "--origin", "2018-11", "--out", "with") == 0
    rows = Path("events.csv").read_text().splitlines()
    known = [row for row in rows if row == EVENTS or row.split(",")[1] < "2018-12"]
    assert len(known) < len(rows)
    Path("events.csv").write_text("\n".join(known))
    assert predict("--model", "recent", "--origin", "2018-11", "--out", "without") == 0
    for name in ("forecast.csv", "draws.parquet"):
        assert Path("with", name).read_bytes() == Path("without", name).read_bytes()


def test_an_event_that_stands_twice_counts_once_and_a_negative_count_not_at_all(world: Path, capsys) -> None:
    assert predict(*CONFLICT) == 0
    told = answer(capsys)
    rows = Path("events.csv").read_text().splitlines()
    bad = "bad,2019-10-03,10.2,5.2,one_sided,-4,-4,-4,-4,1,XIA,South,yes"
    Path("events.csv").write_text("\n".join([*rows, rows[-1], bad]))
    assert predict(*CONFLICT, "--out", "again") == 0
    assert answer(capsys)["killed"] == told["killed"]


def write_ground(folder: Path, friction: float = 0.01) -> None:
    """Ground around one of the two towns; the other lies beyond it."""
    values = np.full((20, 20), friction, np.float32)
    shape = {"height": 20, "width": 20, "count": 1, "dtype": "float32", "crs": "EPSG:4326", "driver": "GTiff"}
    where = Affine(0.1, 0, 9.45, 0, -0.1, 6.05)
    with rasterio.open(folder / "ground.tif", "w", transform=where, **shape) as raster:
        raster.write(values, 1)
    (folder / "sites.csv").write_text(
        "site_id,mission,name,lon,lat,opened,closed,status\na,XM,Alpha,10.3,5.2,2015-01-01,,open\n"
    )


def near(minutes: int, out: str) -> int:
    asked = ["--level", "vicinity", "--sites", "sites.csv", "--within-min", str(minutes), "--surface", "ground.tif"]
    return predict(*CONFLICT, *asked, "--out", out)


def test_a_vicinity_by_minutes_counts_whom_a_site_can_reach_and_is_made_again(world: Path, capsys) -> None:
    write_ground(world)
    rows = [row.split(",") for row in Path("events.csv").read_text().splitlines()[1:]]
    around = sum(float(row[8]) for row in rows if row[2] == "10.2")
    assert near(200, "far") == 0  # eleven kilometres take 111 minutes at 0.01 a metre
    far = answer(capsys)
    assert (far["units"], far["highest"][0]["label"]) == (1, "Alpha (XM)")
    assert far["ground"]["within_min"] == 200
    assert far["killed"]["placed"] == pytest.approx(around)
    assert run(["trace", far["digest"][:16], "--home", "home", "--json"]) == 0
    assert answer(capsys)["recomputed"]["same"]
    assert near(30, "close") == 0
    close = answer(capsys)["killed"]
    assert close["placed"] == 0
    assert sum(close.values()) == pytest.approx(sum(far["killed"].values()))


def test_ground_that_nobody_can_cross_is_refused_with_its_cell(world: Path, capsys) -> None:
    write_ground(world, friction=-1.0)
    assert near(60, "out") == 2
    said = refusal(capsys)
    assert said["problem"] == "surface-unusable"
    assert "ground.tif" in said["where"]
