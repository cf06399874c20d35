"""Rasters onto a grid and back, and those that are refused."""

import numpy as np
import pytest
import shapely
from rasterio.transform import Affine

from tutela.data.surfaces import burn_areas, burn_lines, friction_bytes, keep_near, read_raster
from tutela.kernel.grids import Grid
from tutela.kernel.problems import Problem

GRID = Grid(0.0, 1.0, 0.1, 0.1, 10, 10)


def test_a_raster_is_read_on_its_own_grid(write_raster):
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    raster = read_raster(write_raster("a.tif", values, west=5, north=2, step=0.5, nodata=4))
    assert raster.grid == Grid(5.0, 2.0, 0.5, 0.5, 2, 3)
    assert np.isnan(raster.values[1, 1])
    assert raster.values[1, 2] == 5
    assert raster.tags == {"mode": "", "season": "", "speeds": ""}


def test_each_cell_takes_the_value_at_its_middle(write_raster):
    values = np.array([[1, 2], [3, 4]], dtype=np.uint8)
    path = write_raster("a.tif", values, west=0, north=1, step=0.5)
    raster = read_raster(path, Grid(0.25, 1.0, 0.25, 0.25, 4, 4))
    assert raster.values.tolist()[0] == [1, 2, 2, pytest.approx(np.nan, nan_ok=True)]
    assert raster.values.tolist()[2][:3] == [3, 4, 4]


def test_outside_a_raster_there_is_nothing(write_raster):
    path = write_raster("a.tif", np.ones((2, 2), np.uint8), west=50, north=50)
    assert np.isnan(read_raster(path, GRID).values).all()


def test_a_friction_file_comes_back_as_it_was(tmp_path):
    friction = np.random.default_rng(1).random((10, 10), dtype=np.float32)
    friction[3, 4] = np.nan
    path = tmp_path / "friction.tif"
    path.write_bytes(friction_bytes(GRID, friction, {"mode": "foot", "season": "wet", "speeds": "1"}))
    raster = read_raster(path)
    np.testing.assert_array_equal(raster.values.astype(np.float32), friction)
    assert raster.grid == GRID
    assert raster.tags["mode"] == "foot"


def test_an_r_raster_is_read_by_either_of_its_files(tmp_path, write_raster):
    header = """[general]
creator=R package 'raster'
[georeference]
nrows=2
ncols=2
xmin=0
ymin=0
xmax=1
ymax=1
projection=+proj=longlat +datum=WGS84 +no_defs
[data]
datatype=FLT4S
byteorder=little
nbands=1
bandorder=BIL
nodatavalue=-3.4e+38
"""
    (tmp_path / "cover.grd").write_text(header)
    (tmp_path / "cover.gri").write_bytes(np.array([[1, 2], [3, 4]], "<f4").tobytes())
    by_header, by_body = read_raster(tmp_path / "cover.grd"), read_raster(tmp_path / "cover.gri")
    assert by_header.values.tolist() == by_body.values.tolist() == [[1, 2], [3, 4]]
    assert by_header.file_digest == by_body.file_digest


@pytest.mark.parametrize(
    "changes",
    [
        {"crs": "EPSG:32633"},
        {"crs": None},
        {"west": 179.0, "step": 1.0},
        {"transform": Affine(0.1, 0, 0, 0, 0.1, 0)},
        {"transform": Affine(0.1, 0.01, 0, 0.01, -0.1, 1)},
    ],
)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_that_is_not_in_degrees_north_up_is_refused(write_raster, changes):
    with pytest.raises(Problem) as caught:
        read_raster(write_raster("a.tif", np.ones((3, 3), np.uint8), **changes))
    assert caught.value.code == "raster-projection"
    assert "EPSG:4326" in caught.value.remedy


def test_a_raster_that_is_missing_or_none_is_refused(tmp_path):
    with pytest.raises(Problem) as caught:
        read_raster(tmp_path / "none.tif")
    assert caught.value.code == "file-missing"
    (tmp_path / "text.tif").write_text("friction")
    with pytest.raises(Problem) as caught:
        read_raster(tmp_path / "text.tif")
    assert caught.value.code == "file-unreadable"


def test_a_raster_too_large_to_hold_is_refused(write_raster, monkeypatch):
    monkeypatch.setattr("tutela.data.surfaces.MOST_CELLS", 8)
    with pytest.raises(Problem) as caught:
        read_raster(write_raster("a.tif", np.ones((3, 3), np.uint8)))
    assert caught.value.code == "file-too-large"


def test_a_line_takes_every_cell_that_it_touches_so_that_nothing_slips_through():
    river = burn_lines(GRID, [shapely.LineString([(0.01, 0.98), (0.99, 0.03)])], [1]) == 1
    # Walking in eight directions over the cells that are left, one side is never reached from the other.
    side = np.zeros(GRID.shape, bool)
    side[0, 9] = True
    for _ in range(100):
        grown = np.zeros(GRID.shape, bool)
        for row, col in np.argwhere(side).tolist():
            grown[max(0, row - 1) : row + 2, max(0, col - 1) : col + 2] = True
        side = grown & ~river
    assert side[0, 9]
    assert not side[9, 0]


def test_the_last_line_of_a_cell_wins_and_no_line_leaves_it_empty():
    line = shapely.LineString([(0.0, 0.55), (1.0, 0.55)])
    burnt = burn_lines(GRID, [line, line], [3, 5])
    assert set(burnt[4].tolist()) == {5}
    assert set(burnt[0].tolist()) == {-1}
    assert (burn_lines(GRID, [], []) == -1).all()


def test_an_area_takes_the_cells_whose_middle_it_holds():
    assert burn_areas(GRID, [shapely.box(0, 0, 0.16, 0.16)]).sum() == 4
    assert not burn_areas(GRID, []).any()


def test_only_shapes_near_the_grid_are_kept():
    far, near = shapely.LineString([(5, 5), (6, 6)]), shapely.LineString([(0.5, 0.5), (6, 6)])
    assert keep_near(GRID, [far, near]).tolist() == [1]
    assert len(keep_near(GRID, [])) == 0
