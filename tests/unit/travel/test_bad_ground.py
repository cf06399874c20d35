"""Ground that cannot be used: one message that names the file and says what to do."""

import numpy as np
import pytest

from tutela.engine.reach import traveltime
from tutela.engine.reach.flights import Aircraft, compute_air_travel
from tutela.engine.reach.traveltime import compute_travel
from tutela.kernel.problems import Problem
from tutela.studies.surfaces import SurfaceSpec, build_surface, load_surface

BOX = (0.0, 0.0, 1.0, 1.0)


@pytest.fixture
def cover(write_raster):
    return write_raster("cover.tif", np.full((10, 10), 9, np.uint8))


def refused(build, *arguments, **more):
    with pytest.raises(Problem) as caught:
        build(*arguments, **more)
    return caught.value


def make(cover, **layers):
    return build_surface(SurfaceSpec(cover, BOX, 0.1, "foot", "dry", **layers))


@pytest.mark.parametrize("crs", ["EPSG:32633", "EPSG:3857", "EPSG:4210", "EPSG:4267"])
@pytest.mark.parametrize("layer", ["landcover", "slope"])
def test_of_two_rasters_the_one_in_another_reference_system_is_named(cover, write_raster, crs, layer):
    other = write_raster("other.tif", np.full((10, 10), 9, np.uint8), crs=crs)
    files = {"landcover": cover, "slope": other} if layer == "slope" else {"landcover": other, "slope": cover}
    problem = refused(build_surface, SurfaceSpec(files["landcover"], BOX, 0.1, "foot", "dry", slope=files["slope"]))
    assert (problem.code, problem.where) == ("raster-projection", str(other))
    assert "gdalwarp -t_srs EPSG:4326" in problem.remedy


@pytest.mark.parametrize("crs", ["EPSG:4326", "OGC:CRS84", "EPSG:4258", "+proj=longlat +datum=WGS84 +no_defs"])
def test_degrees_within_a_metre_of_wgs_84_are_taken(cover, write_raster, crs):
    slope = write_raster("slope.tif", np.zeros((10, 10), np.float32), crs=crs)
    assert make(cover, slope=slope).surface.friction.shape == (10, 10)


def test_a_surface_in_metres_is_refused_with_its_path(write_raster):
    path = write_raster("utm.tif", np.full((3, 3), 0.01, np.float32), crs="EPSG:32633", west=500000, step=1000)
    problem = refused(load_surface, path)
    assert (problem.code, problem.where) == ("raster-projection", str(path))


@pytest.mark.parametrize("layer", ["roads", "rivers", "lakes"])
def test_lines_in_metres_are_refused_with_their_path(cover, write_geojson, layer):
    path = write_geojson("metres.geojson", ("LineString", [[500000, 1000], [510000, 2000]], {}))
    problem = refused(make, cover, **{layer: path})
    assert problem.where.startswith(str(path))
    assert "WGS 84" in problem.remedy or "degrees" in problem.remedy


def test_a_raster_without_any_value_in_the_box_is_refused_with_its_path(cover, write_raster):
    empty = write_raster("empty.tif", np.zeros((10, 10), np.uint8), nodata=0)
    elsewhere = write_raster("far.tif", np.ones((10, 10), np.uint8), west=50.0)
    for path in (empty, elsewhere):
        for problem in (refused(make, path), refused(make, cover, slope=path)):
            assert (problem.code, problem.where) == ("surface-unusable", str(path))
            assert "0, 0, 1, 1" in problem.message
            assert "nodata" in problem.remedy


def test_gaps_in_cover_and_slope_are_impassable_counted_and_told(cover, write_raster):
    values = np.full((10, 10), 9, np.uint8)
    values[2:4, :] = 255
    slope = np.zeros((10, 10), np.float32)
    slope[0, :5] = -1
    study = make(write_raster("gaps.tif", values, nodata=255), slope=write_raster("slope.tif", slope, nodata=-1))
    assert np.isnan(study.surface.friction).sum() == 25
    assert study.report["shares"]["gap"] == 0.2
    assert study.report["shares"]["slope-gap"] == 0.05
    said = " ".join(study.report["limits"])
    assert "land cover has nothing for 20.0%" in said
    assert "slope has nothing for 5.0%" in said


def test_water_that_lies_elsewhere_is_told(cover, write_geojson):
    far = write_geojson("far.geojson", ("LineString", [[50, 5], [51, 6]], {}))
    near = write_geojson("near.geojson", ("Polygon", [[[0.2, 0.2], [0.3, 0.2], [0.3, 0.3], [0.2, 0.2]]], {}))
    said = make(cover, rivers=far, lakes=near).report["limits"]
    assert "The file of rivers has nothing in this box: check that it is the right one." in said
    assert not any("file of lakes" in sentence for sentence in said)


def test_gaps_inside_a_surface_bar_the_way_and_all_gaps_are_refused(write_raster):
    values = np.full((3, 5), 0.01, np.float32)
    values[:, 2] = -9999
    surface = load_surface(write_raster("wall.tif", values, nodata=-9999))
    assert np.isnan(surface.friction[:, 2]).all()
    path = write_raster("nothing.tif", np.full((3, 5), -9999, np.float32), nodata=-9999)
    problem = refused(load_surface, path)
    assert (problem.code, problem.where) == ("surface-unusable", str(path))


def test_a_nodata_that_the_file_does_not_declare_is_refused_with_its_cell(write_raster):
    values = np.full((3, 5), 0.01, np.float32)
    values[1, 2] = -9999
    path = write_raster("raw.tif", values)
    problem = refused(load_surface, path)
    assert problem.where == f"{path}, row 1, column 2"
    assert "nodata" in problem.remedy


def test_a_raster_that_says_it_is_huge_is_refused_before_it_is_read(tmp_path):
    import rasterio
    from rasterio.transform import Affine

    path = tmp_path / "bomb.tif"
    profile = {"driver": "GTiff", "height": 60_000, "width": 60_000, "count": 1, "dtype": "uint8"}
    profile |= {"crs": "EPSG:4326", "transform": Affine(1e-4, 0, 0, 0, -1e-4, 6), "sparse_ok": True, "tiled": True}
    with rasterio.open(path, "w", **profile, compress="deflate"):
        pass
    assert path.stat().st_size < 2_000_000
    problem = refused(load_surface, path)
    assert (problem.code, problem.where) == ("file-too-large", str(path))
    assert refused(build_surface, SurfaceSpec(path, (0, 0, 6, 6), 0.1, "foot", "dry")).where == str(path)


def test_a_table_of_minutes_too_long_to_hold_is_refused(flat, starts_at, monkeypatch):
    monkeypatch.setattr(traveltime, "MOST_ROWS", 20)
    starts = starts_at((0.05, 0.0), (0.05, 0.01), (0.25, 0.0))
    for problem in (
        refused(compute_travel, flat(), starts, 1e5),
        refused(compute_air_travel, flat().grid, starts, np.ones(3, np.int8), Aircraft("kite", 1, 100, 100), 1e5),
    ):
        assert (problem.code, problem.where) == ("option-invalid", "max-min")
        assert "3 starting points" in problem.message
    monkeypatch.setattr(traveltime, "MOST_ROWS", 45)
    assert len(compute_travel(flat(), starts, 1e5).table) == 45
