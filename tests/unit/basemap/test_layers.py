from __future__ import annotations

import json

import numpy as np
import pytest

from tutela.data.basemap import NamedPoint, clip_layer, load_layer
from tutela.kernel.problems import Problem


def feature(kind, coordinates, **properties):
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def write(path, *features, **more):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **more}), encoding="utf-8")
    return path


SQUARE = [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "layer.geojson"


def test_all_kinds_of_geometry_are_read(path):
    layer = load_layer(
        write(
            path,
            feature("Polygon", SQUARE),
            feature("MultiPolygon", [SQUARE, [[[10, 0], [12, 0], [12, 2], [10, 0]]]]),
            feature("LineString", [[0, 0, 5], [1, 1, 99]]),
            feature("MultiLineString", [[[0, 0], [1, 1]], [[5, 5], [6, 6]]]),
            feature("Point", [1, 2, 300], NAME="Alder", SCALERANK=3.0),
            feature("MultiPoint", [[1, 2], [3, 4]], name="Bray", rank="high"),
            {"type": "Feature", "properties": None, "geometry": None},
            {
                "type": "Feature",
                "properties": None,
                "geometry": {
                    "type": "GeometryCollection",
                    "geometries": [
                        {"type": "Point", "coordinates": [7, 8]},
                        {"type": "Polygon", "coordinates": SQUARE},
                    ],
                },
            },
        )
    )
    assert (len(layer.polygons), len(layer.lines), layer.empty) == (4, 3, 1)
    assert layer.points == (
        NamedPoint("Alder", 1, 2, 3),
        NamedPoint("Bray", 1, 2, 0),
        NamedPoint("Bray", 3, 4, 0),
        NamedPoint("", 7, 8, 0),
    )


def test_a_single_feature_and_a_bare_geometry_are_layers_too(path):
    path.write_text(json.dumps(feature("Polygon", SQUARE)))
    assert len(load_layer(path).polygons) == 1
    path.write_text(json.dumps({"type": "Polygon", "coordinates": SQUARE}))
    assert len(load_layer(path).polygons) == 1


def test_a_layer_is_cut_to_the_box_of_the_map(path):
    layer = load_layer(
        write(
            path,
            feature("Polygon", SQUARE),
            feature("LineString", [[-5, 1], [9, 1]]),
            feature("LineString", [[2, 30], [3, 30]]),
            feature("Point", [1, 1], name="in"),
            feature("Point", [9, 1], name="out"),
        )
    )
    clipped = clip_layer(layer, (0, 0, 2, 2))
    (ring,) = clipped.rings
    assert (ring.min(), ring.max()) == (0, 2)
    (line,) = clipped.lines
    assert sorted(np.array(line)[:, 0].tolist()) == [0, 2]
    assert [point.name for point in clipped.points] == ["in"]


def test_a_layer_follows_the_map_across_the_antimeridian(path):
    layer = load_layer(
        write(path, feature("Point", [-179, 1], name="beyond"), feature("LineString", [[-179, 0], [-178, 1]]))
    )
    clipped = clip_layer(layer, (170, -5, -170, 5), 0.0)
    assert clipped.points == (NamedPoint("beyond", 181, 1, 0),)
    assert clipped.lines[0][:, 0].tolist() == [181, 182]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<html>", "file-unreadable"),
        ("", "file-unreadable"),
        ("[" * 100_000, "file-unreadable"),
        ("[1, 2]", "source-unknown"),
        ('{"a": 1}', "source-unknown"),
        ('{"type": "FeatureCollection"}', "source-unknown"),
        ('{"type": "FeatureCollection", "features": [1]}', "source-unknown"),
        ('{"type": "FeatureCollection", "features": []}', "file-empty"),
        ('{"type": "Topology", "arcs": []}', "source-unknown"),
        ('{"type": "Polygon"}', "source-unknown"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [1]]]}', "source-unknown"),
        ('{"type": "Point", "coordinates": "here"}', "source-unknown"),
        ('{"type": "Point", "coordinates": [500000, 1300000]}', "source-unknown"),
        ('{"type": "Point", "coordinates": [NaN, 1]}', "source-unknown"),
        ('{"type": "Feature", "geometry": [1]}', "source-unknown"),
        (
            '{"type": "Point", "coordinates": [1, 2], "crs": {"properties": {"name": "EPSG:32633"}}}',
            "source-unknown",
        ),
    ],
)
def test_bad_geojson_is_refused_by_name(path, text, code):
    path.write_text(text)
    with pytest.raises(Problem) as caught:
        load_layer(path)
    assert caught.value.code == code
    assert str(path) in caught.value.where


def test_the_bad_feature_is_named_by_its_number(path):
    write(path, feature("Polygon", SQUARE), feature("Point", [200, 0]))
    with pytest.raises(Problem) as caught:
        load_layer(path)
    assert caught.value.where.endswith("feature 2")


def test_a_missing_layer_and_a_folder_are_refused(tmp_path):
    for path, code in ((tmp_path / "none.geojson", "file-missing"), (tmp_path, "file-unreadable")):
        with pytest.raises(Problem) as caught:
            load_layer(path)
        assert caught.value.code == code


def test_a_layer_that_is_too_large_is_refused_before_it_is_read(path, monkeypatch):
    monkeypatch.setattr("tutela.data.basemap.MAX_LAYER_BYTES", 10)
    write(path, feature("Polygon", SQUARE))
    with pytest.raises(Problem) as caught:
        load_layer(path)
    assert caught.value.code == "file-too-large"


def test_wgs84_by_its_other_name_is_taken(path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert len(load_layer(write(path, feature("Polygon", SQUARE), crs=crs)).polygons) == 1


def test_the_real_lakes_are_read(shared):
    layer = load_layer(shared / "geo" / "ne_10m_lakes_missions.geojson")
    assert len(layer.polygons) >= 24
    assert clip_layer(layer, (28, -10, 36, 3)).rings
