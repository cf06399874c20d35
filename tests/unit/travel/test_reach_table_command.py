"""`tutela reach-table` from files to tables, kept, traced, and refused without anything half-written."""

import json

import numpy as np
import polars as pl
import pytest

from tutela.cli.main import run
from tutela.data.surfaces import friction_bytes
from tutela.kernel.grids import Grid

SITES = """site_id,mission,name,lon,lat,opened,closed,status,military,police,civilian,air,kind
a,M,A,20.05,5.0,2015-01-01,,open,10,0,0,1,
lake,M,L,20.25,5.0,2015-01-01,,open,10,0,0,0,
off,M,O,9.0,5.0,2015-01-01,,open,10,0,0,0,
"""
HURDLES = """[[may-move]]
item = "escort"
chance = 0.5
source = "us"
"""


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    grid = Grid(20.0, 5.1, 0.01, 0.01, 20, 40)
    friction = np.full(grid.shape, 0.012, np.float32)
    friction[8:13, 23:28] = np.nan
    for mode, factor in (("foot", 1.0), ("motorised", 0.4)):
        (tmp_path / f"{mode}.tif").write_bytes(
            friction_bytes(grid, friction * np.float32(factor), {"mode": mode, "season": "dry"})
        )
    (tmp_path / "sites.csv").write_text(SITES)
    (tmp_path / "hurdles.toml").write_text(HURDLES)
    (tmp_path / "places.csv").write_text("place_id,name,lon,lat,country,people\n1,Ford,20.1,5.0,CAF,100\n")
    return tmp_path


GROUND = ("--sites", "sites.csv", "--surface", "foot.tif", "--surface", "motorised.tif", "--out", "out")


def ask(*more):
    asked = ("--within-min", "60,120", "--draws", "5", "--as-of", "2020-01-01", "--json")
    return run(["reach-table", *GROUND, *asked, *more])


def test_a_book_is_written_kept_and_computed_again(world, capsys):
    more = ("--air", "helicopter", "--hurdles", "hurdles.toml", "--places", "places.csv", "--snap-km", "5")
    assert ask(*more, "--home", "h") == 0
    report = json.loads(capsys.readouterr().out)
    assert [way["mode"] for way in report["ways"]] == ["foot", "motorised", "air: helicopter, then foot"]
    assert report["ways"][0]["moved"][0]["site_id"] == "lake"
    assert report["ways"][0]["starting_points"]["excluded"] == {"outside-surface": 1}
    table = pl.read_parquet("out/reach.parquet")
    assert {"site_id", "cell", "mode", "season", "minutes", "low", "high", "chance", "chance_60"} <= set(
        table.columns
    )
    assert len(table) == report["rows"]
    hexagons = pl.read_parquet("out/reach-hexagons.parquet")
    assert hexagons.select("site_id", "mode", "season", "h3").is_duplicated().sum() == 0
    assert run(["trace", report["artifact"], "--home", "h", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recomputed"]["same"]


@pytest.mark.parametrize(
    "more",
    [
        ("--within-min", "60,30"),
        ("--draws", "-1"),
        ("--ready", "nobody"),
        ("--convoy", "none"),
        ("--hurdles", "sites.csv"),
        ("--contacts", "sites.csv"),
        ("--conditions", "missing.csv"),
        ("--air", "balloon"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(world, capsys, more):
    assert ask(*more) == 2
    problem = json.loads(capsys.readouterr().err)
    assert problem["message"]
    assert problem["remedy"]
    assert not (world / "out").exists()
