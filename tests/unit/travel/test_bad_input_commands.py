"""What a planner gets wrong, through the commands: one message names the offender, nothing is half-written."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tutela.cli.main import run

HEADER = "site_id,mission,name,lon,lat,opened,closed,status,military,police,civilian,air,kind\n"
ISLAND, MAINLAND, SEA, BEYOND = (10.15, 5.05), (10.75, 5.05), (10.45, 5.05), (30.0, 5.05)


@pytest.fixture
def world(tmp_path: Path, monkeypatch, write_raster) -> Path:
    """Ground of ten by ten cells with a sea between an island in the west and the mainland in the east."""
    friction = np.full((10, 10), 0.01, np.float32)
    friction[:, 3:6] = np.nan
    write_raster("ground.tif", friction, west=10.0, north=5.5, nodata=float("nan"))
    write_sites(tmp_path, island=ISLAND, mainland=MAINLAND, sea=SEA, beyond=BEYOND)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUTELA_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nothing"))
    return tmp_path


def write_sites(folder: Path, **places: tuple[float, float]) -> None:
    rows = [
        f"MINUSCA/{name},MINUSCA,{name.title()},{lon},{lat},2019-01-01,,open,150,,12,1,base\n"
        for name, (lon, lat) in places.items()
    ]
    (folder / "sites.csv").write_text(HEADER + "".join(rows), "utf-8")


def reach() -> int:
    return run(["reach", "--sites", "sites.csv", "--surface", "ground.tif", "--out", "out", "--json"])


def refusal(capsys) -> dict[str, str]:
    said: dict[str, str] = json.loads(capsys.readouterr().err)
    assert said["message"]
    assert said["remedy"]
    return said


def test_a_site_in_the_sea_or_outside_is_reported_and_never_moved(world: Path, capsys) -> None:
    assert reach() == 0
    said = json.loads(capsys.readouterr().out)
    reasons = {site["site_id"]: site["reason"] for site in said["sites"]}
    assert reasons == {
        "MINUSCA/island": None, "MINUSCA/mainland": None,
        "MINUSCA/sea": "on-impassable-cell", "MINUSCA/beyond": "outside-surface",
    }  # fmt: skip
    assert set(pl.read_parquet("out/travel.parquet")["site_id"]) == {"MINUSCA/island", "MINUSCA/mainland"}


def test_an_island_without_a_crossing_reaches_its_own_shore_and_no_further(world: Path, capsys) -> None:
    assert reach() == 0
    capsys.readouterr()
    reached = pl.read_parquet("out/travel.parquet").filter(pl.col("site_id") == "MINUSCA/island")
    assert reached["col"].max() == 2
    assert len(reached) > 1


def test_sites_of_which_nobody_can_set_out_are_refused_with_their_reasons(world: Path, capsys) -> None:
    write_sites(world, sea=SEA, beyond=BEYOND)
    assert reach() == 2
    said = refusal(capsys)
    assert said["problem"] == "nothing-to-study"
    assert "on-impassable-cell: 1" in said["message"]
    assert "outside-surface: 1" in said["message"]
    assert not Path("out").exists()


@pytest.mark.parametrize("value", [0.0, -0.01, float("inf")])
def test_friction_that_cannot_be_is_refused_with_its_cell(world: Path, write_raster, capsys, value: float) -> None:
    friction = np.full((10, 10), 0.01, np.float32)
    friction[4, 7] = value
    write_raster("ground.tif", friction, west=10.0, north=5.5)
    assert reach() == 2
    said = refusal(capsys)
    assert said["problem"] == "surface-unusable"
    assert "ground.tif" in said["where"]
    assert "row 4, column 7" in said["where"]
    assert not Path("out").exists()


def test_friction_of_nothing_but_gaps_is_refused(world: Path, write_raster, capsys) -> None:
    write_raster("ground.tif", np.full((10, 10), np.nan, np.float32), west=10.0, north=5.5)
    assert reach() == 2
    assert refusal(capsys)["problem"] == "surface-unusable"
    assert not Path("out").exists()


@pytest.mark.parametrize("command", ["reach", "reach-table", "site"])
def test_a_surface_in_metres_is_refused_by_every_command(world: Path, write_raster, capsys, command: str) -> None:
    ground = np.full((10, 10), 0.01, np.float32)
    write_raster("ground.tif", ground, crs="EPSG:32634", west=500_000, north=600_000, step=1000)
    siting_files(world)
    asked = {"site": ["scenario", "site", "siting.toml"]}
    sites = [command, "--sites", "sites.csv", "--surface", "ground.tif"]
    assert run([*asked.get(command, sites), "--out", "out", "--json"]) == 2
    said = refusal(capsys)
    assert said["problem"] == "raster-projection"
    assert "ground.tif" in said["where"]
    assert "EPSG:4326" in said["remedy"]
    assert not Path("out").exists()


def siting_files(folder: Path, budget: float = 5.0, floors: str = "", fixed: str = "") -> None:
    """Candidates on the island, the mainland, in the sea and beyond; a village on each shore and one beyond."""
    places = {"island": ISLAND, "mainland": MAINLAND, "sea": SEA, "beyond": BEYOND}
    rows = [f"{name},post,{lon},{lat},3,{fixed}\n" for name, (lon, lat) in places.items()]
    (folder / "candidates.csv").write_text("site_id,type,lon,lat,cost_money,fixed\n" + "".join(rows), "utf-8")
    villages = "west,West,10.05,5.05,5\neast,East,10.85,5.05,7\nfar,East,40.0,5.05,11\n"
    (folder / "demand.csv").write_text("point_id,region,lon,lat,weight\n" + villages, "utf-8")
    (folder / "siting.toml").write_text(
        'invented = true\n[demand]\nfile = "demand.csv"\n[candidates]\nfile = "candidates.csv"\n'
        '[cover]\nwithin_min = 300\nsurface = "ground.tif"\n'
        f"[budget]\nmoney = {budget:g}\n{floors}",
        "utf-8",
    )


def site() -> int:
    return run(["scenario", "site", "siting.toml", "--out", "out", "--json"])


def test_siting_counts_who_stands_off_the_ground_and_moves_nobody(world: Path, capsys) -> None:
    siting_files(world)
    assert site() == 0
    said = json.loads(capsys.readouterr().out)
    assert [row["site_id"] for row in said["plan"]] == ["mainland"]
    assert (said["value"], said["bound"]) == (7.0, 7.0)
    lost = {reason: n for account in said["accounting"] for reason, n in account["excluded"].items()}
    assert lost == {"outside-surface": 1, "on-impassable-cell": 1}
    assert sum(account["excluded"].get("outside-surface", 0) for account in said["accounting"]) == 2


def test_a_budget_below_the_sites_that_must_stay_is_named(world: Path, capsys) -> None:
    siting_files(world, fixed="open")
    assert site() == 2
    said = refusal(capsys)
    assert said["problem"] == "plan-impossible"
    assert "money" in said["where"]
    assert not Path("out").exists()


def test_floors_that_cannot_be_met_together_are_named_with_what_could_be_had(world: Path, capsys) -> None:
    siting_files(world, floors="[floors]\nWest = 0.9\nEast = 0.3\n")
    assert site() == 2
    said = refusal(capsys)
    assert said["problem"] == "plan-impossible"
    for name in ("floor West", "floor East", "money"):
        assert name in said["where"]
    assert "alone at most 100.0% can be had" in said["message"]
    assert not Path("out").exists()


def test_a_surface_that_covers_no_event_is_refused_by_vicinity(world: Path, write_raster, capsys) -> None:
    write_raster("ground.tif", np.full((10, 10), 0.01, np.float32), west=50.0, north=5.5)
    (world / "events.csv").write_text(
        "event_id,date,lon,lat,country,violence,best,low,high,civilians,precision,side_a,side_b\n"
        "e1,2020-03-01,10.05,5.05,CAF,one_sided,4,3,6,4,1,Group A,Civilians\n",
        "utf-8",
    )
    asked = ["vicinity", "--events", "events.csv", "--sites", "sites.csv", "--as-of", "2020-12-31"]
    assert run([*asked, "--within-min", "30,200", "--surface", "ground.tif", "--out", "out", "--json"]) == 2
    assert refusal(capsys)["problem"] == "nothing-to-study"
    assert not Path("out").exists()
