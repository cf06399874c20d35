"""Borders, roads, rasters: every way in which such a file may be wrong, in an invented file of that shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine

from tutela.data.areas import read_areas
from tutela.data.roads import load_roads
from tutela.data.sources.events import read_events

TODAY = date(2024, 1, 1)
HEADER = "event_id,date,lon,lat,country,violence,best,low,high,civilians,precision,side_a,side_b\n"
ROWS = "".join(
    f"i{number},2020-03-{number % 28 + 1:02d},10.5,5.5,CAF,one_sided,4,3,6,4,1,Invented Group,Civilians\n"
    for number in range(200)
)


def shape(kind: str, coordinates: Any, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def collection(*features: object, **members: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features, **members})


def square(west: float, south: float, size: float = 5.0) -> list[list[list[float]]]:
    east, north = west + size, south + size
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def country(code: str, name: str, ring: list[list[list[float]]]) -> dict[str, object]:
    return shape("Polygon", ring, ADM0_A3=code, NAME=name, SOVEREIGNT=name, ISO_A3="-99")


def test_natural_earths_own_codes_are_iso_codes_here(write: Any) -> None:
    names = {"SDS": "S. Sudan", "KOS": "Kosovo", "SAH": "W. Sahara", "PSX": "Palestine"}
    features = [country(code, name, square(10.0 * i, 5)) for i, (code, name) in enumerate(names.items())]
    reading = read_areas(write("countries.geojson", collection(*features)))
    assert [unit.country for unit in reading.units] == ["SSD", "XKX", "ESH", "PSE"]


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::3857", "EPSG:32634", ""])
@pytest.mark.parametrize("kind", ["Polygon", "LineString"])
def test_another_projection_is_refused_by_the_crs_member(write: Any, name: str, kind: str, refused: Any) -> None:
    ring = square(1_000_000, 500_000, 5000)
    feature = (
        country("CAF", "Invented", ring) if kind == "Polygon" else shape("LineString", ring[0], highway="trunk")
    )
    path = write("x.geojson", collection(feature, crs={"type": "name", "properties": {"name": name}}))
    problem = refused(path)
    assert problem.code in ("shape-projection", "source-unknown")
    assert problem.where in (f"{path}, crs", str(path))


@pytest.mark.parametrize(
    "ring", [square(178, 5), square(1_000_000, 500_000), square(10, 88), square(-999, -999, 1)]
)
def test_a_shape_beyond_the_globe_is_refused_by_its_number(
    write: Any, ring: list[list[list[float]]], refused: Any
) -> None:
    path = write("x.geojson", collection(country("CAF", "One", square(15, 5)), country("SDN", "Two", ring)))
    problem = refused(path)
    assert (problem.code, problem.where) == ("shape-projection", f"{path}, feature 2, geometry")


@pytest.mark.parametrize("ring", [[[[1, 1], ["x", 2], [3, 3], [1, 1]]], [[[1, 1], [2, 2]]]])
def test_a_ring_that_is_none_is_refused_by_its_number(write: Any, ring: Any, refused: Any) -> None:
    path = write("x.geojson", collection(country("CAF", "One", square(15, 5)), country("SDN", "Two", ring)))
    assert refused(path).where == f"{path}, feature 2, geometry"


def test_a_ring_that_crosses_itself_is_mended_and_keeps_its_ground(write: Any) -> None:
    bow = [[[15.0, 5.0], [20.0, 10.0], [20.0, 5.0], [15.0, 10.0], [15.0, 5.0]]]
    reading = read_areas(write("x.geojson", collection(country("CAF", "Invented", bow))))
    ground = reading.areas[0].shape
    assert ground is not None
    assert shapely.is_valid(ground)
    assert shapely.area(ground) == pytest.approx(12.5)


def test_events_after_a_split_keep_their_country_where_the_borders_are_of_before(write: Any) -> None:
    before = write("before.geojson", collection(country("SDN", "Sudan", square(25, 4, 15))))
    rows = ROWS.replace("10.5,5.5,CAF", "31.5,4.9,SSD")
    reading = read_events(write("events.csv", HEADER + rows), today=TODAY, boundaries=before)
    assert set(reading.table.country.tolist()) == {"SSD"}
    assert len(reading.snapped) == 200
    assert any("The borders have no SSD, of which there are 200 events" in note for note in reading.notes)
    assert any("200 events of SSD lie in SDN" in note for note in reading.notes)


def test_events_before_a_split_keep_their_country_where_the_borders_are_of_after(write: Any) -> None:
    features = country("SDN", "Sudan", square(25, 12, 8)), country("SDS", "S. Sudan", square(25, 4, 8))
    after = write("after.geojson", collection(*features))
    rows = ROWS.replace("10.5,5.5,CAF", "31.5,4.9,SDN").replace("2020-", "1995-")
    reading = read_events(write("events.csv", HEADER + rows), today=TODAY, boundaries=after)
    assert set(reading.table.country.tolist()) == {"SDN"}
    assert not any("have no" in note for note in reading.notes)
    assert any("200 events of SDN lie in SSD" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("feature", "kind"),
    [
        (shape("LineString", [[15, 5], [16, 6]], highway="trunk"), "roads"),
        (shape("LineString", [[15, 5], [16, 6]], featurecla="River"), "rivers"),
        (shape("Polygon", square(15, 5), featurecla="Lake", name="Invented"), "lakes"),
        (shape("LineString", [[15, 5], [16, 6]], featurecla="Disputed (please verify)"), "disputed"),
        (shape("Polygon", square(15, 5), sr_brk_a3="X01", name="Invented"), "disputed"),
        (country("CAF", "Invented", square(15, 5)), "countries"),
    ],
)
def test_lines_and_areas_are_told_by_their_properties(write: Any, feature: object, kind: str, read: Any) -> None:
    found = read(write("x.geojson", collection(feature)))
    assert (found.kind, found.accounting.placed, found.unit) == (
        kind,
        1,
        "lines" if kind == "roads" else "features",
    )


def test_points_of_nobodys_properties_are_refused_by_the_feature(write: Any, refused: Any) -> None:
    path = write("x.geojson", collection(shape("Point", [15, 5], colour="red")))
    problem = refused(path)
    assert (problem.code, problem.where) == ("source-unknown", f"{path}, feature 1")


def test_features_without_geometry_are_counted(write: Any, read: Any) -> None:
    empty = {"type": "Feature", "properties": {"featurecla": "Lake"}, "geometry": None}
    lake = shape("Polygon", square(15, 5), featurecla="Lake")
    assert dict(read(write("x.geojson", collection(empty, lake))).accounting.excluded) == {"no-geometry": 1}
    point = shape("Point", [15, 5])
    road = shape("LineString", [[15, 5], [16, 6]])
    assert dict(read(write("y.geojson", collection(road, point))).accounting.excluded) == {"no-line": 1}


KML = (
    "<?xml version='1.0'?>{}<kml><Document><Placemark><LineString><coordinates>{}</coordinates></LineString>"
    "</Placemark></Document></kml>"
)


def test_kml_with_heights_is_read_as_roads(write: Any, read: Any) -> None:
    path = write("roads.kml", KML.format("", "15,5,0 16,6,120\n17,7,0"))
    assert read(path).kind == "roads"
    assert load_roads(path).lines[0].coords[:] == [(15.0, 5.0), (16.0, 6.0), (17.0, 7.0)]


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE kml [<!ENTITY a "1"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE kml SYSTEM "file:///etc/hostname">',
        '<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        "<!DOCTYPE kml>",
    ],
)
def test_kml_that_declares_anything_is_refused(write: Any, declared: str, refused: Any) -> None:
    problem = refused(write("roads.kml", KML.format(declared, "15,5 16,6")))
    assert problem.code == "source-unknown"
    assert "line 1" in str(problem.where)


@pytest.mark.parametrize("bad", ["15,95 16,6", "1000000,500000 1000001,500000", "15,x 16,6", "-999,-999 15,5"])
def test_a_road_beyond_the_globe_is_refused_by_its_line_or_feature(write: Any, bad: str, refused: Any) -> None:
    path = write("roads.kml", "\n" * 2 + KML.format("", bad).removeprefix("<?xml version='1.0'?>"))
    assert refused(path).where == f"{path}, line 3"
    if "x" not in bad:
        points = [[float(part) for part in pair.split(",")] for pair in bad.split()]
        good = shape("LineString", [[15, 5], [16, 6]], highway="trunk")
        path = write("roads.geojson", collection(good, shape("LineString", points, highway="trunk")))
        assert refused(path).where == f"{path}, feature 2"


# Rasters


@pytest.fixture
def put_raster(tmp_path: Path) -> Callable[..., Path]:
    def put(name: str, values: Any, **changes: Any) -> Path:
        cells = np.array(values, dtype=np.float32)
        profile = {
            "driver": "GTiff",
            "height": cells.shape[0],
            "width": cells.shape[1],
            "count": 1,
            "dtype": "float32",
            "crs": "EPSG:4326",
            "transform": Affine(0.5, 0.0, 15.0, 0.0, -0.5, 10.0),
            **changes,
        }
        with rasterio.open(tmp_path / name, "w", **profile) as target:
            target.write(cells, 1)
        return tmp_path / name

    return put


def test_gaps_in_a_raster_of_people_are_told_and_are_not_nobody(put_raster: Callable[..., Path], read: Any) -> None:
    values = np.full((5, 5), 10.0)
    values[2, 2] = -999
    found = read(put_raster("people_2020.tif", values, nodata=-999))
    assert found.kind == "people-raster"
    assert dict(found.accounting.excluded) == {"no-number": 1}
    assert any("1 cells in 1 places inside the raster have no number" in note for note in found.notes)
    assert any("240 in all" in note for note in found.notes)


def test_a_sentinel_that_the_raster_does_not_declare_is_refused_by_its_cell(
    put_raster: Callable[..., Path], refused: Any
) -> None:
    values = np.full((5, 5), 10.0)
    values[2, 3] = -999
    problem = refused(put_raster("people_2020.tif", values))
    assert problem.code == "raster-unusable"
    assert "row 3, column 4" in problem.message


@pytest.mark.parametrize(
    ("name", "values", "changes", "kind"),
    [
        ("cover.tif", [[1, 2], [13, 16]], {}, "landcover"),
        ("slope.tif", [[1.5, 30.5], [0.0, 44.0]], {}, "slope"),
        ("x_ppp_2015.tif", [[1, 2], [3, 4]], {}, "people-raster"),
    ],
)
def test_rasters_are_told_apart(
    put_raster: Callable[..., Path], name: str, values: Any, changes: dict[str, Any], kind: str, read: Any
) -> None:
    assert read(put_raster(name, values, **changes)).kind == kind


def test_a_friction_surface_says_how_it_was_made(put_raster: Callable[..., Path], read: Any) -> None:
    path = put_raster("friction.tif", [[0.01, 0.02], [0.03, 0.04]])
    with rasterio.open(path, "r+") as target:
        target.update_tags(tutela_mode="foot", tutela_season="wet")
    found = read(path)
    assert found.kind == "friction"
    assert "foot, wet" in found.what
    assert found.command == f"tutela reach --sites SITES --surface {path} --out FOLDER"


@pytest.mark.parametrize(
    ("values", "changes", "code"),
    [
        ([[1.5, 2], [3, 400]], {}, "raster-unusable"),
        ([[-1, -1], [-1, -1]], {"nodata": -1}, "raster-unusable"),
        ([[1, 2], [3, 4]], {"crs": "EPSG:32634"}, "raster-projection"),
        ([[1, 2], [3, 4]], {"crs": None}, "raster-projection"),
    ],
)
def test_a_raster_that_nobody_can_take_is_refused(
    put_raster: Callable[..., Path], values: Any, changes: dict[str, Any], code: str, refused: Any
) -> None:
    path = put_raster("x.tif", values, **changes)
    problem = refused(path)
    assert problem.code == code
    assert (problem.where or "").startswith(str(path))
