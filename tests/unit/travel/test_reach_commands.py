"""`tutela surface build`, `tutela reach`, and rings in minutes of `tutela vicinity`."""

import json

import numpy as np
import polars as pl
import pytest
import typer

from tutela.cli import reach
from tutela.cli.main import run
from tutela.kernel.problems import Problem

EVENTS = """event_id,date,lon,lat,country,violence,best,low,high,civilians,precision,side_a,side_b
e1,2020-03-01,10.05,5.05,CAF,one_sided,4,3,6,4,1,Group A,Civilians
e2,2020-03-02,10.15,5.05,CAF,one_sided,10,8,20,10,1,Group A,Civilians
e3,2020-04-01,10.75,5.05,CAF,one_sided,7,7,7,7,2,Group A,Civilians
e4,2020-05-01,20.0,5.0,CAF,one_sided,2,2,2,2,1,Group A,Civilians
e5,2020-05-02,10.0,5.0,CAF,one_sided,9,9,9,9,5,Group A,Civilians
"""
SITES = """site_id,mission,name,lon,lat,opened,closed,status,military,police,civilian,air,kind
MINUSCA/one,MINUSCA,One,10.05,5.05,2019-01-01,,open,150,,12,1,base
MINUSCA/two,MINUSCA,Two,30.0,5.0,2019-01-01,,open,35,,,0,post
"""


@pytest.fixture
def world(tmp_path, monkeypatch, write_raster):
    (tmp_path / "events.csv").write_text(EVENTS)
    (tmp_path / "sites.csv").write_text(SITES)
    write_raster("cover.tif", np.full((10, 10), 9, np.uint8), west=10.0, north=5.5)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUTELA_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nothing"))
    return tmp_path


@pytest.fixture
def ask(capsys):
    """ask(command, *arguments): what it printed; Problems come through."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.add_typer(reach.app, name="surface")
    app.command("reach")(reach.reach)

    def call(*arguments):
        app([str(argument) for argument in arguments], standalone_mode=False)
        return capsys.readouterr().out

    return call


@pytest.fixture
def ground(world, ask):
    return json.loads(ask(*build_arguments(), "--json"))


def build_arguments(**changes):
    options = {"landcover": "cover.tif", "bbox": "10,4.5,11,5.5", "cell-deg": 0.1, "out": "surface", "mode": "foot"}
    return [
        "surface",
        "build",
        *(text for name, value in (options | changes).items() for text in (f"--{name}", value)),
    ]


def vicinity_arguments(*more):
    return [
        "vicinity",
        "--events",
        "events.csv",
        "--sites",
        "sites.csv",
        "--as-of",
        "2020-12-31",
        "--out",
        "v",
        *more,
    ]


def by_minutes(*more):
    return vicinity_arguments("--within-min", "30,200", "--surface", "surface/friction.tif", *more)


def test_build_writes_a_raster_and_its_manifest(world, ground):
    manifest = json.loads((world / "surface" / "manifest.json").read_text())
    assert (world / "surface" / "friction.tif").is_file()
    assert manifest["digest"] == ground["digest"]
    assert ground["mode"] == "foot"
    assert ground["river_minutes"] == 30


def test_build_tells_people_its_limits(world, ask):
    said = ask(*build_arguments(**{"river-minutes": "none"}))
    assert "understated" in said
    assert "What decided" in said


@pytest.mark.parametrize("changes", [{"bbox": "1,2,3"}, {"bbox": "170,0,-170,5"}, {"cell-deg": -1}])
def test_build_refuses_and_writes_nothing(world, ask, changes):
    with pytest.raises(Problem):
        ask(*build_arguments(**changes))
    assert not (world / "surface").exists()


def test_a_number_of_river_minutes_is_taken(world, ask):
    assert json.loads(ask(*build_arguments(**{"river-minutes": "15"}), "--json"))["river_minutes"] == 15


def test_reach_writes_cells_hexagons_and_a_report(world, ground, ask):
    report = json.loads(
        ask("reach", "--sites", "sites.csv", "--surface", "surface/friction.tif", "--out", "r", "--json")
    )
    assert [site["reason"] for site in report["sites"]] == [None, "outside-surface"]
    cells, hexagons = pl.read_parquet("r/travel.parquet"), pl.read_parquet("r/hexagons.parquet")
    assert cells.columns == ["site_id", "row", "col", "lon", "lat", "minutes", "geometry"]
    assert hexagons.columns == ["site_id", "h3", "minutes", "geometry"]
    assert cells["minutes"].max() <= 360
    assert json.loads((world / "r" / "reach.json").read_text()) == report


def test_reach_tells_people_who_cannot_set_out(world, ground, ask):
    arguments = ["--sites", "sites.csv", "--surface", "surface/friction.tif", "--out", "r", "--as-of", "2020-06-01"]
    said = ask("reach", *arguments, "--max-min", "200")
    assert "MINUSCA/one" in said
    assert "outside-surface: 1" in said


def test_vicinity_counts_by_minutes(world, ground, capsys):
    assert run(by_minutes("--json", "--home", "h")) == 0
    report = json.loads(capsys.readouterr().out)
    assert [ring["within_min"] for ring in report["rings"]] == [30.0, 200.0]
    assert [ring["events_inside"] for ring in report["rings"]] == [1, 2]
    assert report["excluded"] == {"outside-surface": 1}
    assert report["unplaceable"]["events"] == 1
    assert report["rings"][0]["events_outside"] == 2
    assert report["definition"]["travel"]["mode"] == "foot"
    # The artifact can be computed again from what the store holds.
    assert run(["trace", report["artifact"], "--home", "h", "--json"]) == 0
    traced = json.loads(capsys.readouterr().out)
    assert traced["recomputed"]["same"]
    assert sorted(link["kind"] for link in traced["chain"]) == ["events", "sites", "surface", "vicinity"]


def test_vicinity_shows_minutes_beside_distance(world, ground, capsys):
    assert run(by_minutes("--within-km", "5,50", "--json")) == 0
    report = json.loads(capsys.readouterr().out)
    assert [ring.get("within_km") for ring in report["rings"]] == [5.0, 50.0, None, None]
    assert [ring.get("within_min") for ring in report["rings"]] == [None, None, 30.0, 200.0]
    assert report["excluded"] == {}
    assert report["minutes"]["excluded"] == {"outside-surface": 1}
    assert report["minutes"]["artifact"] != report["artifact"]
    names = {path.name for path in (world / "v").iterdir()}
    assert {"vicinity.json", "sites.csv", "minutes-vicinity.json", "minutes-sites.csv"} <= names


def test_the_distances_are_the_same_with_and_without_minutes(world, ground, capsys):
    run(vicinity_arguments("--within-km", "5,50", "--json"))
    alone = json.loads(capsys.readouterr().out)
    run(by_minutes("--within-km", "5,50", "--json"))
    assert json.loads(capsys.readouterr().out)["artifact"] == alone["artifact"]


def test_people_read_in_which_mode_and_season(world, ground, capsys):
    assert run(by_minutes()) == 0
    said = capsys.readouterr().out
    assert "travel foot, season dry" in said
    assert "left out, outside-surface: 1" in said
    assert "starting points that could not be used, outside-surface: 1" in said


@pytest.mark.parametrize(
    ("more", "where"),
    [(["--within-min", "30"], "--surface"), (["--surface", "surface/friction.tif"], "--within-min")],
)
def test_minutes_and_surface_belong_together(world, ground, capsys, more, where):
    assert run(vicinity_arguments(*more, "--json")) == 2
    assert json.loads(capsys.readouterr().err)["where"] == where
    assert not (world / "v").exists()


def test_a_surface_elsewhere_is_refused(world, ask, write_raster, capsys):
    write_raster("far.tif", np.full((10, 10), 9, np.uint8), west=50.0, north=5.5)
    ask(*build_arguments(landcover="far.tif", bbox="50,4.5,51,5.5"))
    assert run(by_minutes("--json")) == 2
    problem = json.loads(capsys.readouterr().err)
    assert problem["problem"] == "nothing-to-study"
    assert "surface build" in problem["remedy"]
    assert not (world / "v").exists()


def test_spread_and_minutes_do_not_go_together(world, ground, capsys):
    assert run(by_minutes("--spread", "area-months", "--json")) == 2
    assert json.loads(capsys.readouterr().err)["where"] == "spread"


def test_minutes_by_air_stand_on_their_own_and_can_be_repeated(world, ground, capsys):
    assert run(by_minutes("--within-km", "50", "--aircraft", "helicopter", "--json", "--home", "h")) == 0
    report = json.loads(capsys.readouterr().out)
    assert [ring.get("within_min") for ring in report["rings"]] == [None, 30.0, 200.0]
    assert not any("by" in ring for ring in report["rings"])
    air = report["air"]
    assert [(ring["within_min"], ring["by"]) for ring in air["rings"]] == [
        (30.0, "air: helicopter"),
        (200.0, "air: helicopter"),
    ]
    assert [ring["events_inside"] for ring in air["rings"]] == [0, 3]
    assert air["steps"][1]["excluded"] == {"no-landing-site": 1}
    assert len({report["artifact"], report["minutes"]["artifact"], air["artifact"]}) == 3
    assert (world / "v" / "air-sites.csv").read_text("utf-8-sig").startswith("within_min_by_air,site_id")
    manifest = json.loads((world / "v" / "air-manifest.json").read_text())
    assert manifest["parameters"]["aircraft"]["cruise_kmh"] == 220
    assert [item["role"] for item in manifest["inputs"]] == ["events", "sites"]
    assert run(["trace", air["artifact"], "--home", "h", "--json"]) == 0
    traced = json.loads(capsys.readouterr().out)
    assert traced["recomputed"]["same"]
    assert sorted(link["kind"] for link in traced["chain"]) == ["events", "sites", "vicinity"]


def test_an_aircraft_needs_no_surface_and_people_read_what_is_left_out(world, capsys):
    assert run(vicinity_arguments("--within-min", "120", "--aircraft", "helicopter")) == 0
    said = capsys.readouterr().out
    assert "minutes by air (helicopter)" in said
    assert "without ground after landing" in " ".join(said.split())
    assert "min by air" in said
    assert "travel air: helicopter, season not modelled" in said
    assert "starting points that could not be used, no-landing-site: 1" in said


def test_people_read_air_beside_ground(world, ground, capsys):
    assert run(by_minutes("--aircraft", "helicopter")) == 0
    said = capsys.readouterr().out
    assert said.index("minutes of travel of a site") < said.index("minutes by air (helicopter)")


def test_an_aircraft_that_the_table_lacks_is_refused(world, capsys):
    assert run(vicinity_arguments("--within-min", "120", "--aircraft", "balloon", "--json")) == 2
    problem = json.loads(capsys.readouterr().err)
    assert (problem["where"], "helicopter" in problem["remedy"]) == ("aircraft", True)
