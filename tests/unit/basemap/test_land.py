from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from tutela.data import basemap
from tutela.data.basemap import MAX_POINTS, Land, clip_land, load_land
from tutela.data.topology import decode_land
from tutela.kernel.problems import Problem


def topology_of(arcs, geometry, transform=None):
    return {"type": "Topology", "arcs": arcs, "objects": {"land": geometry}} | (
        {"transform": transform} if transform else {}
    )


SQUARE = topology_of([[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]], {"type": "Polygon", "arcs": [[0]]})
# Two arcs, one of them used backwards, quantised in steps of half a degree from (100, -20).
QUANTISED = topology_of(
    [[[0, 0], [20, 0], [0, 20]], [[0, 0], [0, 20], [20, 0]]],
    {"type": "GeometryCollection", "geometries": [{"type": "MultiPolygon", "arcs": [[[0, -2]]]}]},
    {"scale": [0.5, 0.5], "translate": [100, -20]},
)
CROSSING = topology_of(
    [[[170, 0], [179, 0], [-179, 0], [-170, 0], [-170, 10], [179, 10], [170, 10], [170, 0]]],
    {"type": "Polygon", "arcs": [[0]]},
)
POLE = topology_of(
    [[[-180, -70], [-90, -65], [0, -70], [90, -65], [179, -70], [-180, -70]]], {"type": "Polygon", "arcs": [[0]]}
)
LAKE = topology_of(
    [
        [[170, 0], [-160, 0], [-160, 30], [170, 30], [170, 0]],
        [[-178, 10], [-178, 20], [-170, 20], [-170, 10], [-178, 10]],
    ],
    {"type": "Polygon", "arcs": [[0], [1]]},
)


def land_of(topology):
    return Land(decode_land(topology))


def area(rings):
    """Area under the even-odd rule, for rings of which the later lie in the earlier."""
    whole = shapely.Polygon()
    for ring in rings:
        whole = whole.symmetric_difference(shapely.Polygon(ring))
    return whole.area


def test_plain_arcs_are_degrees():
    (polygon,) = decode_land(SQUARE)
    assert polygon.bounds == (0, 0, 10, 10)


def test_quantised_arcs_are_summed_scaled_and_moved_and_joined_backwards_too():
    (polygon,) = decode_land(QUANTISED)
    assert polygon.bounds == (100, -20, 110, -10)
    assert polygon.area == 100


def test_a_ring_across_the_antimeridian_runs_on():
    (polygon,) = decode_land(CROSSING)
    assert polygon.bounds == (170, 0, 190, 10)
    assert polygon.area == 200


def test_a_ring_round_the_pole_holds_the_pole():
    (polygon,) = decode_land(POLE)
    assert polygon.bounds[1] == -90
    assert polygon.contains(shapely.Point(-100, -80))


def test_a_lake_beyond_the_antimeridian_stays_in_its_land():
    rings = clip_land(land_of(LAKE), (160, -10, -150, 40), 0.0)
    assert len(rings) == 2
    assert area(rings) == pytest.approx(30 * 30 - 8 * 10)


@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        ((160, -5, -160, 5), 100.0),
        ((160, -5, 200, 5), 100.0),
        ((-180, -5, -160, 5), 50.0),
        ((160, -5, 180, 5), 50.0),
        ((175, 2, -175, 4), 20.0),
        ((-175, 2, -172, 4), 6.0),
        ((0, 0, 20, 20), 0.0),
    ],
)
def test_the_box_cuts_out_what_lies_in_it_on_either_side_of_the_antimeridian(bbox, expected):
    rings = clip_land(land_of(CROSSING), bbox, 0.0)
    assert area(rings) == pytest.approx(expected)
    east = bbox[2] + 360 if bbox[2] < bbox[0] else bbox[2]
    assert all(bbox[0] <= ring[:, 0].min() and ring[:, 0].max() <= east for ring in rings)


def test_a_box_inside_land_is_all_land():
    (ring,) = clip_land(land_of(SQUARE), (2, 2, 4, 4))
    assert ring.shape == (5, 2)
    assert area([ring]) == 4


def test_a_box_at_sea_has_no_ring():
    assert clip_land(land_of(SQUARE), (20, 20, 30, 30)) == ()


def test_rings_are_closed_and_a_touching_box_gives_none():
    (ring,) = clip_land(land_of(SQUARE), (-5, -5, 5, 5))
    np.testing.assert_array_equal(ring[0], ring[-1])
    assert clip_land(land_of(SQUARE), (10, 0, 20, 10)) == ()


def test_a_ring_that_crosses_itself_is_drawn_repaired():
    bow = topology_of([[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]], {"type": "Polygon", "arcs": [[0]]})
    assert area(clip_land(land_of(bow), (-1, -1, 11, 11), 0.0)) == pytest.approx(50)


def jagged(count):
    angle = np.linspace(0, 2 * np.pi, count)
    radius = 10 + np.where(np.arange(count) % 2, 0.5, 0.0)
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle))).tolist()


def test_a_map_never_holds_more_points_than_a_page_can_bear():
    coast = land_of(topology_of([jagged(30_000)], {"type": "Polygon", "arcs": [[0]]}))
    assert sum(map(len, clip_land(coast, (-12, -12, 12, 12)))) <= MAX_POINTS
    assert sum(map(len, clip_land(coast, (-12, -12, 12, 12), 0.0))) > MAX_POINTS


def test_islands_too_small_to_see_are_left_out():
    speck = topology_of([[[0, 0], [0.001, 0], [0.001, 0.001], [0, 0]]], {"type": "Polygon", "arcs": [[0]]})
    assert clip_land(land_of(speck), (-10, -10, 10, 10)) == ()
    assert len(clip_land(land_of(speck), (-10, -10, 10, 10), 0.0)) == 1


@pytest.mark.parametrize("bbox", [(0, 10, 5, 5), (-190, 0, 5, 5), (0, -95, 5, 5), (3, 0, 3, 5), (0, 0, 400, 5)])
def test_a_box_that_is_no_part_of_the_earth_is_refused(bbox):
    with pytest.raises(Problem) as caught:
        clip_land(land_of(SQUARE), bbox)
    assert caught.value.code == "option-invalid"


def test_the_homes_own_file_goes_first_and_the_finer_before_the_coarser(tmp_path):
    (tmp_path / "land-50m.json").write_text(json.dumps(SQUARE))
    assert load_land(tmp_path).polygons[0].bounds == (0, 0, 10, 10)
    (tmp_path / "land-10m.json").write_text(json.dumps(CROSSING))
    land = load_land(tmp_path)
    assert land.polygons[0].bounds == (170, 0, 190, 10)
    assert not land.is_missing
    assert "Natural Earth" in land.attribution


def test_without_a_file_there_is_plain_ground_and_a_note_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(basemap, "LAND_FILES", ("land-none.json",))
    land = load_land(tmp_path)
    assert land.is_missing
    assert "not drawn" in land.missing
    assert clip_land(land, (0, 0, 10, 10)) == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"arcs": 3, "objects": {}}',
        json.dumps(topology_of([[[0, 0], [1, "x"]]], {"type": "Polygon", "arcs": [[0]]})).encode(),
        json.dumps(topology_of([[1, 2, 3]], {"type": "Polygon", "arcs": [[0]]})).encode(),
        json.dumps(topology_of([[[0, 0], [1, 1]]], {"type": "Polygon", "arcs": [[0]]})).encode(),
        json.dumps(topology_of([[[0, 0], [1, 1]]], {"type": "LineString", "arcs": [0]})).encode(),
        json.dumps(topology_of([[[0, 0], [1, 1]]], {"type": "Polygon", "arcs": [[9]]})).encode(),
        json.dumps(topology_of([[[0, 0], [1, 1]]], {"type": "Polygon", "arcs": [[]]})).encode(),
        json.dumps(topology_of([[[0, 0]]], {"type": "Polygon", "arcs": [[0]]}, {"scale": [1]})).encode(),
    ],
)
def test_a_broken_file_of_land_is_refused_by_name(tmp_path, content):
    path = tmp_path / "land-10m.json"
    path.write_bytes(content)
    with pytest.raises(Problem) as caught:
        load_land(tmp_path)
    assert caught.value.code == "file-unreadable"
    assert caught.value.where == str(path)


def test_the_built_land_has_the_coasts_that_maps_need():
    land = load_land()
    if land.is_missing:
        pytest.skip("set-up has not built the land yet")
    whole_degrees = sum(polygon.area for polygon in land.polygons)
    assert 21_000 < whole_degrees < 22_000
    (inland,) = clip_land(land, (18, 4, 24, 9))
    assert inland.shape == (5, 2)
    assert 20 < sum(map(len, clip_land(land, (32, 34.4, 34.8, 35.8)))) < MAX_POINTS
    crossing = clip_land(land, (170, 60, -165, 72))
    assert max(ring[:, 0].max() for ring in crossing) > 185
