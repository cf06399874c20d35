"""Borders that a deployment brings: they fill in a country, and never overrule one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from tutela.data.boundaries import load_boundaries
from tutela.data.sources.readings import Reading
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events

Reader = Callable[..., Reading[Events]]


def square(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(folder: Path, *features: Mapping[str, object]) -> Path:
    path = folder / "borders.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


CAR = feature(square(14, 2, 28, 11), ISO_A3="CAF")
CHAD = feature(square(14, 11, 24, 23), ISO_A3="-99", ISO_A3_EH=None, ADM0_A3="TCD")


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"ISO_A3": "CAF"}, "CAF"),
        ({"ISO_A3": "-99", "ADM0_A3": "SDS"}, "SSD"),
        ({"ISO_A3": "-99", "ADM0_A3": "KOS"}, "XKX"),
        ({"ADM0_A3": "SAH"}, "ESH"),
        ({"ADM0_A3": "PSX"}, "PSE"),
        ({"iso": "tcd"}, "TCD"),
        ({"name": "Chad"}, "TCD"),
        ({"ADM0_A3": "SPI", "NAME": "Southern Patagonian Ice Field"}, ""),
        (None, ""),
    ],
)
def test_codes_are_reconciled(tmp_path: Path, properties: dict[str, object] | None, code: str) -> None:
    odd = {"type": "Feature", "geometry": square(0, 0, 1, 1), "properties": properties}
    assert load_boundaries(write(tmp_path, CAR, odd)).codes.tolist() == ["CAF", code]


def test_points_are_located(tmp_path: Path) -> None:
    overlap = feature(square(14, 10, 16, 12), ISO_A3="CMR")
    borders = load_boundaries(
        write(tmp_path, CAR, CHAD, overlap, feature({"type": "Point", "coordinates": [1, 1]}))
    )
    lon = np.array([20.0, 20.0, 0.0, np.nan, 15.0, 15.0])
    lat = np.array([5.0, 15.0, 0.0, 5.0, 10.5, 10.5])
    own = np.array(["", "CAF", "CAF", "CAF", "", "CMR"])
    assert borders.locate(lon, lat, own).tolist() == ["CAF", "TCD", "", "", "CAF", "CMR"]
    assert borders.locate(lon[3:4], lat[3:4], own[3:4]).tolist() == [""]


def test_a_polygon_that_crosses_itself_is_mended(tmp_path: Path) -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}
    borders = load_boundaries(write(tmp_path, feature(bow, ISO_A3="CAF")))
    assert borders.locate(np.array([1.8]), np.array([1.0]), np.array([""])).tolist() == ["CAF"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "no GeoJSON"),
        ("[1, 2]", "collection"),
        ('{"features": [1]}', "collection"),
        ('{"features": []}', "No feature"),
        ('{"features": [{"geometry": null, "properties": {"ISO_A3": "CAF"}}]}', "No feature"),
        (
            '{"features": [{"geometry": {"type": "Polygon", "coordinates": "x"}, "properties": {}}]}',
            "cannot be read",
        ),
    ],
)
def test_what_are_no_borders_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "borders.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=says):
        load_boundaries(path)


def test_the_own_country_wins_and_the_point_is_listed(read_changed: Reader, tmp_path: Path) -> None:
    borders = write(tmp_path, CAR, CHAD)
    over = {"latitude": "11.5", "geom_wkt": ""}
    reading = read_changed(over, boundaries=borders)
    assert reading.table.country[1] == "CAF"
    assert [(item.event_id, item.line, item.own, item.point_in) for item in reading.snapped] == [
        ("2", 4, "CAF", "TCD")
    ]
    assert read_changed(over).snapped == ()


def test_a_country_that_is_missing_is_that_of_the_point(read_changed: Reader, tmp_path: Path) -> None:
    change = {"country": "", "country_id": "", "latitude": "15", "geom_wkt": ""}
    reading = read_changed(change, boundaries=write(tmp_path, CHAD, CAR))
    assert reading.table.country[1] == "TCD"
    assert reading.snapped == ()


def test_a_point_that_is_at_home_only_when_swapped_is_suspected(read_changed: Reader, tmp_path: Path) -> None:
    swapped = {"latitude": "20.25", "longitude": "5.5", "geom_wkt": ""}
    reading = read_changed(swapped, boundaries=write(tmp_path, CAR, CHAD))
    assert reading.accounting.excluded == {"coordinates-swapped-suspected": 1}
    assert read_changed(swapped).accounting.excluded == {}


def test_a_point_just_off_its_country_is_never_suspected(read_changed: Reader, tmp_path: Path) -> None:
    # 10, 12.5 lies at home the other way round, and a degree from home as it stands.
    coast = feature(square(11, 9, 14, 20), ISO_A3="CAF")
    change = {"longitude": "10", "latitude": "12.5", "geom_wkt": ""}
    assert read_changed(change, boundaries=write(tmp_path, coast, CHAD)).accounting.excluded == {}
