"""Points find their cells, and boxes that are none are refused."""

import numpy as np
import pytest

from tutela.kernel.grids import Grid, lay_grid
from tutela.kernel.problems import Problem


def test_a_point_lies_in_the_cell_around_it():
    grid = Grid(10.0, 5.0, 0.5, 0.5, 4, 6)
    cells = grid.find_cells(np.array([10.1, 10.6, 12.9]), np.array([4.9, 4.9, 3.1]))
    assert cells.tolist() == [0, 1, 3 * 6 + 5]
    lon, lat = grid.centres(cells)
    assert lon.tolist() == [10.25, 10.75, 12.75]
    assert lat.tolist() == [4.75, 4.75, 3.25]


def test_the_edge_belongs_to_the_box_and_nothing_beyond_it_does():
    grid = Grid(10.0, 5.0, 0.5, 0.5, 4, 6)
    lon = np.array([10.0, 13.0, 13.0001, 9.9999, np.nan, 11.0])
    lat = np.array([5.0, 3.0, 4.0, 4.0, 4.0, 2.9999])
    assert grid.find_cells(lon, lat).tolist() == [0, 23, -1, -1, -1, -1]


def test_a_box_grows_to_whole_cells():
    grid = lay_grid((14, 2, 28, 11.5), 0.05)
    assert grid.shape == (190, 280)
    assert lay_grid((0, 0, 1, 1), 0.3).bbox == (0.0, -0.2, 1.2, 1.0)


@pytest.mark.parametrize(
    ("bbox", "cell_deg", "where", "says"),
    [
        ((170, 0, -170, 10), 0.1, "bbox", "antimeridian"),
        ((170, 0, 190, 10), 0.1, "bbox", "antimeridian"),
        ((-190, 0, -170, 10), 0.1, "bbox", "antimeridian"),
        ((0, 10, 10, 0), 0.1, "bbox", "south"),
        ((0, 0, 10, 91), 0.1, "bbox", "south"),
        ((0, 0, 10, 10), 0.0, "cell-deg", "above 0"),
        ((0, 0, 10, 10), float("nan"), "cell-deg", "numbers"),
        ((-180, -90, 180, 90), 0.01, "cell-deg", "refused"),
    ],
)
def test_a_box_that_is_none_is_refused(bbox, cell_deg, where, says):
    with pytest.raises(Problem, match=says) as caught:
        lay_grid(bbox, cell_deg)
    assert caught.value.code == "option-invalid"
    assert caught.value.where == where
