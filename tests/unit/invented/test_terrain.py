"""The invented ground: water runs down to the sea, roads join the towns, and the wet season closes some of it."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from tutela.catalogue.countries import fold_name
from tutela.studies.invented.files import write_country
from tutela.studies.invented.landcover import CLASSES, WATER
from tutela.studies.invented.plane import find_inside, measure_line, smooth_line, to_plane
from tutela.studies.invented.relief import IN_SEA, SEA, locate_cells
from tutela.studies.invented.rivers import RIVER_KM2


@pytest.fixture(scope="module")
def terrain(medium):
    return medium.terrain


def _ends(lines):
    return np.concatenate([line.points[[0, -1]] for line in lines])


def test_the_ground_does_not_depend_on_the_size(small, medium):
    assert small.terrain.parts == medium.terrain.parts
    for name in ("populations", "masts", "posts"):
        assert small.communities.parts[name] == medium.communities.parts[name]


def test_land_is_above_the_sea_and_there_are_plains_and_mountains(medium, terrain):
    metres = terrain.relief.elevation_m
    assert metres[metres != SEA].min() >= 1
    assert 1_500 < metres.max() < 2_400
    assert np.median(metres[metres != SEA]) < 400
    towns = locate_cells(to_plane(np.array([(town.lon, town.lat) for town in medium.towns])))
    assert (metres.ravel()[towns] != SEA).mean() > 0.98  # outlines cut the grid's cells


def test_water_from_every_cell_reaches_the_sea(terrain):
    relief = terrain.relief
    cell = np.flatnonzero(relief.land)
    for _ in range(2_000):
        cell = relief.downstream[cell]
        cell = cell[cell != IN_SEA]
        if not len(cell):
            break
    assert not len(cell)
    at_sea = relief.land & (relief.downstream == IN_SEA)
    assert relief.upstream_km2[at_sea].sum() == pytest.approx(relief.land.sum() * 4.0)


def test_each_river_grows_downstream_and_ends_in_the_sea_or_in_a_larger_river(medium, terrain):
    rivers = {river.river_id: river for river in terrain.rivers}
    assert len(rivers) == len(terrain.rivers) >= 15
    for river in terrain.rivers:
        assert river.upstream_km2 >= RIVER_KM2
        assert river.length_km == pytest.approx(measure_line(to_plane(river.points)), rel=0.01)
        end = river.points[-1]
        if river.joins:
            into = rivers[river.joins]
            assert into.upstream_km2 > river.upstream_km2
            assert shapely.LineString(to_plane(into.points)).distance(shapely.Point(to_plane(end))) < 0.01
        else:
            coast = min(shapely.LinearRing(to_plane(r)).distance(shapely.Point(to_plane(end))) for r in medium.land)
            assert coast < 4
    assert any(river.joins for river in terrain.rivers)


def test_roads_stay_on_the_country_s_own_land(medium, terrain):
    points = np.concatenate([road.points for road in terrain.roads])
    assert find_inside(points, medium.territory).mean() > 0.97
    assert find_inside(points, medium.land).mean() > 0.985


def test_every_town_stands_on_a_road_and_each_island_s_roads_hang_together(medium, terrain):
    towns = np.array([(town.lon, town.lat) for town in medium.towns])
    ends = cKDTree(_ends(terrain.roads))
    assert (ends.query(towns)[0] < 1e-4).mean() > 0.98
    keys, number = np.unique(np.round(_ends(terrain.roads), 5), axis=0, return_inverse=True)
    number = number.reshape(-1)
    graph = csr_matrix((np.ones(len(number) // 2), (number[0::2], number[1::2])), shape=(len(keys), len(keys)))
    parts = connected_components(graph, directed=False)[1]
    assert np.sort(np.bincount(parts))[::-1][:2].sum() > 0.98 * len(keys)


def test_paved_roads_stay_open_and_fords_do_not(terrain):
    assert {road.wet for road in terrain.roads if road.kind == "paved"} == {"open"}
    assert {road.wet for road in terrain.roads if road.kind == "track"} == {"slow", "closed"}
    assert {(item.kind, item.wet) for item in terrain.crossings} == {("bridge", "open"), ("ford", "closed")}
    paved = {road.road_id for road in terrain.roads if road.kind == "paved"}
    assert all(item.kind == "bridge" for item in terrain.crossings if item.road_id in paved)


def test_every_meeting_of_a_road_and_a_river_has_a_named_crossing(terrain):
    names = [item.name for item in terrain.crossings]
    assert len(set(names)) == len(names)
    assert all(item.name_ar.split()[0] in ("جسر", "مخاضة") for item in terrain.crossings)
    rivers = {river.river_id: shapely.LineString(river.points) for river in terrain.rivers}
    roads = {road.road_id: shapely.LineString(road.points) for road in terrain.roads}
    for item in terrain.crossings:
        point = shapely.Point(item.lon, item.lat)
        assert rivers[item.river_id].distance(point) < 0.05
        assert roads[item.road_id].distance(point) < 0.05
    known = cKDTree([(item.lon, item.lat) for item in terrain.crossings])
    met = [
        (point.centroid.x, point.centroid.y)
        for road in roads.values()
        for river in rivers.values()
        for point in shapely.get_parts(shapely.intersection(road, river))
        if not point.is_empty
    ]
    assert met
    assert known.query(met)[0].max() < 0.05


def test_land_has_many_covers_and_the_sea_is_water(terrain):
    cover, land = terrain.landcover.ravel(), terrain.relief.land
    assert set(np.unique(cover).tolist()) <= set(CLASSES)
    assert (cover[~land] == WATER).all()
    shares = np.unique(cover[land], return_counts=True)[1] / land.sum()
    assert len(shares) >= 8
    assert shares.max() < 0.55


def test_no_river_has_the_name_of_a_real_place(terrain, shared):
    text = (shared / "geo" / "geonames_cities500_missions.csv").read_text("utf-8")
    words = {fold_name(word) for word in text.replace("|", ",").split(",")}
    assert not words & {fold_name(river.name) for river in terrain.rivers}


def test_rasters_lie_where_the_country_does(medium, terrain, tmp_path):
    folder = tmp_path / "out"
    write_country(medium, folder)
    with rasterio.open(folder / "invented-elevation.tif") as raster:
        assert raster.crs.to_epsg() == 4326
        assert raster.nodata == SEA
        assert np.array_equal(np.flipud(raster.read(1)), terrain.relief.elevation_m)
        inside = [value[0] for value in raster.sample([(town.lon, town.lat) for town in medium.towns])]
        assert np.mean(np.array(inside) != SEA) > 0.98
    with rasterio.open(folder / "invented-landcover.tif") as raster:
        assert raster.tags()["class_12"] == "cropland"
        assert np.array_equal(np.flipud(raster.read(1)), terrain.landcover)
    rivers = json.loads((folder / "invented-rivers.geojson").read_text("utf-8"))["features"]
    assert {item["geometry"]["type"] for item in rivers} == {"LineString", "Point"}


def test_a_softened_line_keeps_its_own_points():
    line = np.array([(0.0, 0.0), (1.0, 2.0), (3.0, 1.0), (4.0, 4.0)])
    soft = smooth_line(line, 4)
    assert len(soft) == 13
    assert np.allclose(soft[::4], line)
    assert smooth_line(line[:2]).tolist() == line[:2].tolist()
    assert measure_line(soft) >= measure_line(line)
