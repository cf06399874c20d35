"""`tutela reach --areas`: shares by P-code as Parquet, CSV and JSON, kept in the home, traced and repeated."""

import json

import numpy as np
import polars as pl
import pytest
import shapely

from tutela.cli.main import run
from tutela.data.areas import read_areas
from tutela.data.geoparquet import parquet_bytes, write_points
from tutela.data.store.artifacts import Store
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.studies.reach_keeping import repeat_reach

OWNER = Principal("owner", Marking.STRICTLY_CONFIDENTIAL)

SITES = """site_id,mission,name,lon,lat,opened,closed,status,military,police,civilian,air,kind
MINUSCA/one,MINUSCA,One,10.05,5.05,2019-01-01,,open,150,,12,1,base
MINUSCA/two,MINUSCA,Two,30.0,5.0,2019-01-01,,open,35,,,0,post
"""
PCODES = """Location,Admin Level,P-Code,Name,Parent P-Code,Valid from date
CAF,1,CF1,West,CAF,2020-01-01
CAF,1,CF2,East,CAF,2020-01-01
CAF,1,CF3,Nowhere drawn,CAF,2020-01-01
"""


def cod(code, name, west, east, **more):
    ring = [[west, 4.5], [east, 4.5], [east, 5.5], [west, 5.5], [west, 4.5]]
    properties = {"adm1_pcode": code, "adm1_en": name, "adm0_pcode": "CAF"} | more
    return ("Polygon", [ring], properties)


@pytest.fixture
def world(tmp_path, monkeypatch, write_raster, write_geojson):
    (tmp_path / "sites.csv").write_text(SITES)
    (tmp_path / "pcodes.csv").write_text(PCODES)
    write_geojson(
        "areas.geojson", cod("CF1", "=West", 10, 10.5), cod("CF2", "East", 10.5, 12), cod("CF9", "Far", 40, 41)
    )
    write_raster("friction.tif", np.full((10, 10), 0.01, np.float32), west=10.0, north=5.5)
    write_raster("people.tif", np.full((10, 40), 5.0, np.float32), west=10.0, north=5.5, step=0.1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUTELA_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nothing"))
    return tmp_path


@pytest.fixture
def ask(capsys):
    """ask(*more): the report of `tutela reach` in JSON, or the Problem."""

    def call(*more, json_out=True):
        base = ["reach", "--sites", "sites.csv", "--surface", "friction.tif", "--out", "r"]
        code = run([*base, *(str(item) for item in more), *(["--json"] if json_out else [])])
        printed = capsys.readouterr()
        if not json_out:
            return printed.out
        return json.loads(printed.out if code == 0 else printed.err)

    return call


def test_every_unit_has_its_shares_by_pcode(world, ask):
    report = ask("--areas", "areas.geojson", "--pcodes", "pcodes.csv", "--people", "people.tif")
    units = {unit["pcode"]: unit for unit in report["areas"]["units"]}
    assert {code: unit["status"] for code, unit in units.items()} == {
        "CF1": "covered",
        "CF2": "partly covered",
        "CF3": "no polygon",
        "CF9": "not covered",
    }
    assert {code: unit["pcode_by"] for code, unit in units.items()} == {
        "CF1": "code",
        "CF2": "code",
        "CF3": "list",
        "CF9": "polygons alone",
    }
    for unit in units.values():
        for name in ("km2", "people"):
            for time in ("30", "120", "360", "1440"):
                if unit[name] is not None:
                    parts = (
                        unit[f"{name}_within_{time}"],
                        unit[f"{name}_beyond_{time}"],
                        unit[f"{name}_not_covered"],
                    )
                    assert sum(parts) == pytest.approx(unit[name], abs=2)
    west = units["CF1"]
    assert west["people"] == 50 * 5
    assert (west["people_within_30"], west["minutes_least"]) == (5, 0.0)
    assert west["minutes_median"] > 120
    assert units["CF9"]["km2_share_within_30"] is None
    assert units["CF3"]["km2"] is None
    assert report["definition"]["max_min"] == 1440
    assert report["areas"]["by_status"] == {"covered": 1, "no polygon": 1, "not covered": 1, "partly covered": 1}


def test_the_tables_open_in_a_gis_and_in_a_spreadsheet(world, ask):
    report = ask("--areas", "areas.geojson")
    names = {path.name for path in (world / "r").iterdir()}
    assert names == {
        *("areas.parquet", "areas.csv", "areas.json", "travel.parquet", "hexagons.parquet"),
        *("reach.json", "manifest.json", "tutela-out.json"),
    }
    for name, kind in (("areas", shapely.MultiPolygon | shapely.Polygon), ("travel", shapely.Point)):
        geo = json.loads(pl.read_parquet_metadata(world / "r" / f"{name}.parquet")["geo"])
        assert geo["columns"][geo["primary_column"]]["encoding"] == "WKB"
        frame = pl.read_parquet(world / "r" / f"{name}.parquet")
        assert all(isinstance(shapely.from_wkb(held), kind) for held in frame["geometry"])
    travel = pl.read_parquet(world / "r" / "travel.parquet")
    point = shapely.from_wkb(travel["geometry"][0])
    assert (point.x, point.y) == (travel["lon"][0], travel["lat"][0])
    hexagon = shapely.from_wkb(pl.read_parquet(world / "r" / "hexagons.parquet")["geometry"][0])
    assert 9.5 < hexagon.centroid.x < 11.5
    lines = (world / "r" / "areas.csv").read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("code,pcode,pcode_by,name,level,parent,country,status,minutes_least")
    assert lines[1].startswith("CF1,CF1,polygons,'=West,1,")
    assert len(lines) == 1 + len(report["areas"]["units"])
    assert json.loads((world / "r" / "areas.json").read_text())["marking"] == "Confidential"


def test_reach_is_kept_and_computed_again_from_the_store_alone(world, ask):
    report = ask("--areas", "areas.geojson", "--pcodes", "pcodes.csv", "--people", "people.tif", "--home", "h")
    assert report["marking"] == "Confidential"
    for name in ("areas.geojson", "pcodes.csv", "people.tif", "friction.tif", "sites.csv"):
        (world / name).unlink()
    store = Store(world / "h" / "store")
    manifest = store.find(report["artifact"], OWNER)
    assert manifest.kind == "reach"
    assert manifest.marking == Marking.CONFIDENTIAL
    assert [item.role for item in manifest.inputs] == ["sites", "surface", "areas", "people"]
    assert repeat_reach(store, manifest, OWNER).manifest.content == manifest.content


def test_only_the_sites_of_a_mission_set_out(world, ask):
    report = ask("--mission", "MINUSCA", "--home", "h")
    assert len(report["sites"]) == 2
    store = Store(world / "h" / "store")
    manifest = store.find(report["artifact"], OWNER)
    assert repeat_reach(store, manifest, OWNER).manifest.content == manifest.content
    assert ask("--mission", "NOBODY")["problem"] == "nothing-to-study"


def test_invented_units_are_read_and_what_is_all_invented_is_marked_so(world, ask, write_geojson):
    ring = [[10, 4.5], [10.5, 4.5], [10.5, 5.5], [10, 5.5], [10, 4.5]]
    invented = {"invented": True, "country": "XIA", "code": "XIA01", "name": "A", "level": 1, "within": ""}
    path = write_geojson(
        "inv.geojson",
        ("Polygon", [ring], invented),
        ("Polygon", [ring], invented | {"code": "XIA0101", "level": 2, "within": "XIA01"}),
    )
    (one, other), origin = read_areas(path).units, read_areas(path).origin
    assert (one.code, one.parent, one.country, one.level) == ("XIA01", "XIA", "XIA", 1)
    assert (other.parent, other.level) == ("XIA01", 2)
    assert origin.invented
    assert ask("--areas", "inv.geojson")["areas"]["by_status"] == {"covered": 2}
    with pytest.raises(Problem, match="level-unreadable"):
        read_areas(write_geojson("bad.geojson", ("Polygon", [ring], invented | {"level": "one"})))


def test_reach_by_air_is_computed_again_with_the_aircraft_that_flew(world, ask, monkeypatch):
    report = ask("--air", "helicopter", "--home", "h", "--as-of", "2020-06-01")
    assert report["definition"]["max_min"] == 360
    store = Store(world / "h" / "store")
    manifest = store.find(report["artifact"], OWNER)
    monkeypatch.setattr("tutela.studies.reaches.find_aircraft", lambda name: {})
    assert repeat_reach(store, manifest, OWNER).manifest.content == manifest.content


def test_trace_repeats_reach(world, ask, capsys, monkeypatch):
    report = ask("--areas", "areas.geojson", "--home", "h")
    assert run(["trace", report["artifact"], "--home", "h", "--json"]) == 0
    traced = json.loads(capsys.readouterr().out)
    assert traced["recomputed"]["same"]
    assert sorted(link["kind"] for link in traced["chain"]) == ["areas", "reach", "sites", "surface"]
    assert {file["path"]: file["found"] for file in traced["files"]} == {
        "sites.csv": "unchanged",
        "areas.geojson": "unchanged",
    }
    monkeypatch.setattr("tutela.engine.reach.searching.DECIMALS", 1)
    assert run(["trace", report["artifact"], "--home", "h", "--json"]) != 0
    assert json.loads(capsys.readouterr().err)["problem"] == "artifact-differs"


def test_people_read_what_was_covered(world, ask):
    said = ask("--areas", "areas.geojson", json_out=False)
    assert "covered: 1, not covered: 1, partly covered: 1" in " ".join(said.split())
    assert "Marked confidential" in said


def test_units_without_pcodes_are_named_by_the_list_where_only_one_has_the_name(world, ask, write_geojson):
    ring = [[10, 4.5], [10.5, 4.5], [10.5, 5.5], [10, 5.5], [10, 4.5]]
    maker = {"shapeGroup": "CAF", "shapeType": "ADM1"}
    write_geojson(
        "gb.geojson",
        ("Polygon", [ring], maker | {"shapeName": "WÉST", "shapeISO": "CF-W"}),
        ("Polygon", [ring], maker | {"shapeName": "Other", "shapeISO": "CF-O"}),
    )
    report = ask("--areas", "gb.geojson", "--pcodes", "pcodes.csv")
    named = {unit["name"]: (unit["code"], unit["pcode"], unit["pcode_by"]) for unit in report["areas"]["units"]}
    assert named["WÉST"] == ("CF-W", "CF1", "name")
    assert named["Other"] == ("CF-O", "", "")


@pytest.mark.parametrize(
    ("more", "where"),
    [
        (["--pcodes", "pcodes.csv"], "--pcodes"),
        (["--people", "people.tif"], "--people"),
        (["--areas", "areas.geojson", "--max-min", "60"], "within-min"),
        (["--areas", "far.geojson"], "areas"),
    ],
)
def test_what_cannot_be_counted_is_refused(world, ask, write_geojson, more, where):
    write_geojson("far.geojson", cod("CF9", "Far", 40, 41))
    assert ask(*more)["where"] == where
    assert not (world / "r").exists()


def test_a_table_without_geometry_is_plain_parquet(tmp_path):
    path = tmp_path / "plain.parquet"
    path.write_bytes(parquet_bytes({"name": np.array(["a"]), "n": np.array([1.5])}))
    assert "geo" not in pl.read_parquet_metadata(path)
    assert write_points(np.empty(0), np.empty(0)) == []
