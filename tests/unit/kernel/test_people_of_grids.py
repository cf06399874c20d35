"""A grid of people holds a number and a fewest for the same cells, or is refused."""

import numpy as np
import pytest

from tutela.kernel.grids import Grid
from tutela.kernel.people import PeopleRaster

GRID = Grid(0.0, 2.0, 1.0, 1.0, 2, 2)


def raster(people, least):
    return PeopleRaster(np.array(people), np.array(least), GRID, "a grid", 2020, "people", "d" * 64)


def test_cells_without_people_have_no_fewest():
    known = raster([[1.0, np.nan], [0.0, 2.0]], [[1.0, np.nan], [0.0, 0.0]])
    assert np.nansum(known.people) == 3


@pytest.mark.parametrize(
    ("people", "least", "said"),
    [
        ([[1.0, 2.0]], [[1.0, 2.0]], "every cell"),
        ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0]], "every cell"),
        ([[1.0, np.nan], [3.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]], "wherever it has people"),
        ([[1.0, 2.0], [3.0, 4.0]], [[1.0, np.nan], [3.0, 4.0]], "wherever it has people"),
    ],
)
def test_another_shape_or_another_gap_is_refused(people, least, said):
    with pytest.raises(ValueError, match=said):
        raster(people, least)
