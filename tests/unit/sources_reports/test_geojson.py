"""GeoJSON: features are rows, damage is named by the number of the feature."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutela.data.sources.events import read_events
from tutela.data.sources.geojson import open_features
from tutela.kernel.problems import Problem

TODAY = date(2024, 1, 1)
Writer = Callable[..., Path]


def feature(number: int = 1, point: Any = (20.25, 6.5), **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(point)} if isinstance(point, tuple) else point
    plain = {"event_id": number, "date": "2020-03-01T00:00:00", "country": "Mali", "best": 3, **properties}
    return {"type": "Feature", "properties": plain, "geometry": geometry}


def many(changed: dict[str, Any]) -> list[dict[str, Any]]:
    """Two hundred good features and a changed one among them: half a percent may be bad."""
    return [feature(1), changed, *(feature(number) for number in range(3, 203))]


def test_features_are_rows_with_their_points(write_features: Writer) -> None:
    reading = read_events(write_features([feature(7), feature(8, (-3.5, 14.25, 320.0))]), today=TODAY)
    assert reading.source == "csv"
    assert reading.table.event_id.tolist() == ["7", "8"]
    assert reading.table.lon.tolist() == [20.25, -3.5]
    assert reading.table.lat.tolist() == [6.5, 14.25]
    assert reading.table.best.tolist() == [3, 3]
    assert reading.table.source_line.tolist() == [1, 2]


@pytest.mark.parametrize("nowhere", [None, {"type": "Point", "coordinates": []}])
def test_a_feature_without_geometry_is_kept_without_a_place(write_features: Writer, nowhere: Any) -> None:
    reading = read_events(write_features([feature(1), feature(2, nowhere)]), today=TODAY)
    assert reading.accounting.placed == 2
    assert np.isnan(reading.table.lon[1])
    assert any("no coordinates" in note for note in reading.notes)


def test_properties_and_geometry_that_disagree_exclude_the_row(write_features: Writer) -> None:
    features = many(feature(2, longitude=20.25, latitude=7.5, lon=20.25, lat=7.5))
    for item in features:
        item["properties"] |= {
            "lon": item["properties"].get("lon", 20.2504),
            "lat": item["properties"].get("lat", 6.5),
        }
    reading = read_events(write_features(features), today=TODAY)
    assert reading.accounting.excluded == {"coordinates-disagree": 1}
    assert (reading.excluded[0].line, reading.excluded[0].column) == (2, "lat")


def test_a_place_that_only_one_of_them_has_is_the_place(write_features: Writer) -> None:
    features = [feature(1, None, lon=20.25, lat=6.5), feature(2, (21.0, 5.0), lon=None, lat=None)]
    reading = read_events(write_features(features), today=TODAY)
    assert reading.table.lon.tolist() == [20.25, 21.0]
    assert reading.table.lat.tolist() == [6.5, 5.0]


def test_half_a_place_is_not_filled_up_from_the_geometry(write_features: Writer) -> None:
    features = [feature(number, lon=20.25, lat=6.5) for number in range(1, 201)]
    features[4]["properties"]["lat"] = ""
    reading = read_events(write_features(features), today=TODAY)
    assert reading.accounting.excluded == {"coordinates-incomplete": 1}


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
        {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": "1 2"},
        {"type": "Point", "coordinates": [None, 2]},
        {"type": "Point"},
        "here",
    ],
)
def test_what_is_no_point_excludes_the_row(write_features: Writer, geometry: Any) -> None:
    reading = read_events(write_features(many(feature(2, geometry))), today=TODAY)
    assert reading.accounting.excluded == {"coordinates-unreadable": 1}
    assert reading.excluded[0].line == 2


def test_a_single_point_of_several_is_a_point(write_features: Writer) -> None:
    several = {"type": "MultiPoint", "coordinates": [[1.5, 2.5]]}
    assert read_events(write_features([feature(1, several)]), today=TODAY).table.lon.tolist() == [1.5]


def test_values_stay_as_they_are_spelt(write_features: Writer) -> None:
    path = write_features([feature(12345678901234567890123, weight=1.50, seen=True, gone=False, note=None)])
    opened = open_features(path.read_bytes().replace(b"1.5", b"1.50"), "file")
    assert opened is not None
    row = opened.frame.row(0, named=True)
    assert row["event_id"] == "12345678901234567890123"
    assert (row["weight"], row["seen"], row["gone"], row["note"]) == ("1.50", "true", "false", "")


def test_the_id_of_the_feature_stands_in_for_a_missing_one(write_features: Writer) -> None:
    bare = {**feature(1), "id": "X-1"}
    opened = open_features(write_features([bare]).read_bytes(), "file")
    assert opened is not None
    assert opened.frame["id"].to_list() == ["X-1"]


def test_a_property_that_comes_up_late_was_empty_before(write_features: Writer) -> None:
    opened = open_features(write_features([feature(1), feature(2, late="x"), feature(3)]).read_bytes(), "file")
    assert opened is not None
    assert opened.frame["late"].to_list() == ["", "x", ""]


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"])
def test_degrees_are_read_under_every_name(write_features: Writer, name: str) -> None:
    path = write_features([feature()], crs={"type": "name", "properties": {"name": name}})
    assert len(read_events(path, today=TODAY).table) == 1


@pytest.mark.parametrize("crs", [{"properties": {"name": "EPSG:32633"}}, {"properties": None}, "metres"])
def test_another_projection_is_refused(write_features: Writer, crs: Any) -> None:
    with pytest.raises(Problem, match="another system") as caught:
        read_events(write_features([feature()], crs=crs), today=TODAY)
    assert caught.value.code == "file-unreadable"


@pytest.mark.parametrize(
    ("features", "code", "where", "says"),
    [
        ([], "file-empty", "", "no features"),
        ("none", "file-unreadable", "", "no list"),
        ([feature(), 5], "file-unreadable", "feature 2", "no feature"),
        ([feature(), {"type": "Point"}], "file-unreadable", "feature 2", "no feature"),
        ([{"type": "Feature", "properties": [1]}], "file-unreadable", "feature 1", "no object"),
        ([feature(), feature(2, tags=["a"])], "file-not-a-table", "feature 2, tags", "a list"),
        ([feature(**{" best": 4})], "file-unreadable", "feature 1", "twice"),
        ([feature(**{f"c{n}": n for n in range(1001)})], "file-header", "", "properties"),
        ([{"type": "Feature", "properties": None, "geometry": None}], "source-unknown", "", "lacks"),
    ],
)
def test_bad_features_are_refused_by_their_number(
    write_features: Writer, features: Any, code: str, where: str, says: str
) -> None:
    with pytest.raises(Problem) as caught:
        read_events(write_features(features), today=TODAY)
    assert caught.value.code == code
    assert where in (caught.value.where or "")
    assert says in caught.value.message


def test_damaged_text_is_refused(write_features: Writer, tmp_path: Path) -> None:
    good = write_features([feature(1, name="é"), feature(2), feature(3)]).read_bytes()
    good = good.replace(b"\\u00e9", "é".encode())
    for content, code, says in (
        (good[:-40], "file-truncated", "feature 3"),
        (good[: good.index("é".encode()) + 1], "file-truncated", "feature 1"),
        (good[: good.index(b'"country"') + 4], "file-truncated", "feature 1"),
        (good.replace(b'"best": 3', b'"best": ', 1), "file-unreadable", "feature 1"),
        (good.replace(b'"date"', b'"best": 3, "best"', 1), "file-unreadable", "twice"),
        (good.replace("é".encode(), b"\xe9"), "file-encoding", "UTF-8"),
        (b'{"FeatureCollection": ' + b"[" * 200_000, "file-unreadable", "too deep"),
        (json.dumps({"type": "Other", "is": "FeatureCollection"}).encode(), "file-not-a-table", "JSON"),
        (b'{"a": 1}', "file-not-a-table", "JSON"),
    ):
        path = tmp_path / "damaged.geojson"
        path.write_bytes(content)
        with pytest.raises(Problem) as caught:
            read_events(path, today=TODAY)
        assert caught.value.code == code, content[:60]
        assert says in str(caught.value)


def test_two_features_with_one_id_are_named_by_number(write_features: Writer) -> None:
    with pytest.raises(Problem, match="feature 2") as caught:
        read_events(write_features([feature(1), feature(1, best=4)]), today=TODAY)
    assert caught.value.code == "id-conflict"
