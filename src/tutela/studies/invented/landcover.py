"""What covers the ground, in the classes of the International Geosphere-Biosphere Programme (IGBP)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tutela.studies.invented.coast import STEP_KM, Coast, roll_heights
from tutela.studies.invented.relief import Relief, locate_cells
from tutela.studies.invented.rivers import river_cells
from tutela.studies.invented.towns import Settlements

CLASSES: Final = MappingProxyType(
    {
        2: "evergreen broadleaf forest",
        7: "open shrubland",
        8: "woody savanna",
        9: "savanna",
        10: "grassland",
        11: "permanent wetland",
        12: "cropland",
        13: "urban and built-up",
        14: "cropland and natural vegetation",
        16: "barren",
        17: "water",
    }
)
"""The classes that occur here, by their IGBP numbers."""

WATER: Final = 17
_URBAN_PEOPLE: Final = 40_000
_FARMED_KM: Final = 6.0
_FARMED_RANK: Final = 200


def cover_land(
    coast: Coast, relief: Relief, settlements: Settlements, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """(rows, columns) of classes on the grid of the relief: by wetness, height, rivers and settlements."""
    shape = relief.elevation_m.shape
    land = relief.land.reshape(shape)
    height = np.where(land, relief.elevation_m, 0).astype(np.float64)
    # Wind brings rain along the islands' axis: one end is wet, the other dry, ridges wetter than plains.
    rows, columns = np.indices(shape)
    along = (columns * coast.axis[0] + rows * coast.axis[1]) * STEP_KM / 260
    wetness = 0.9 * roll_heights(rng, shape) + (along - along[land].mean()) + height / 900
    bands = np.digitize(wetness, (-1.5, -0.7, 0.1, 1.1))
    cover = np.array([7, 10, 9, 8, 2], dtype=np.uint8)[bands]
    river = river_cells(relief).reshape(shape)
    flat = height < 25
    cover[flat & ndimage.binary_dilation(river) & (wetness > -0.4)] = 11
    cover[height > 1_700] = 16
    farming = _mark(settlements, shape, int(settlements.people[:_FARMED_RANK].min()))
    farmed = (ndimage.distance_transform_edt(~farming) * STEP_KM < _FARMED_KM) & (wetness > -1.0)
    cover[farmed & (height < 1_100) & (cover != 11)] = 14
    cover[farmed & (height < 600) & ndimage.binary_dilation(river, iterations=2)] = 12
    cover[_mark(settlements, shape, _URBAN_PEOPLE)] = 13
    return np.where(land, cover, WATER).astype(np.uint8)


def _mark(settlements: Settlements, shape: tuple[int, ...], people: int) -> NDArray[np.bool_]:
    marked = np.zeros(shape, dtype=bool)
    marked.ravel()[locate_cells(settlements.points[settlements.people >= people])] = True
    return marked
