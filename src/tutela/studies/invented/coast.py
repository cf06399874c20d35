"""A coast that no map has: heights of chance on a plain shape, cut at sea level.

The shape is a long main island with a bay on one side, and a second island off one end. The heights are kept:
relief will be made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tutela.studies.invented.contours import trace_outlines
from tutela.studies.invented.plane import Points, find_inside, measure_area

STEP_KM: Final = 2.0
LAND_KM2: Final = 164_000.0
"""Land of the main island before the neighbour's part is taken off, within what is lost to specks."""

HALF_WIDTH_KM: Final = 460
HALF_HEIGHT_KM: Final = 460
_SPECK_KM2: Final = 14.0
_ROUGHNESS: Final = 1.75
"""Power of the wave number in the heights of chance: lower is rougher."""

_LEAST: Final = 0.004
"""How far every height is kept from the sea's, so that no outline runs through a point of the grid."""


@dataclass(frozen=True, slots=True)
class Coast:
    """The land on the plane.

    main, second     rings of the two islands;  islets the rest
    heights          above sea level in no unit, on the grid of `cells`
    cells            (n, 2) centres of the grid's cells that are land, on main and second island only
    on_second        whether each of them is on the second island
    shore_km         distance of each of them from the sea
    axis             unit vector from the second island towards the main one
    bay              (2,) the head of the bay
    """

    main: Points
    second: Points
    islets: tuple[Points, ...]
    heights: NDArray[np.float64]
    cells: Points
    on_second: NDArray[np.bool_]
    shore_km: NDArray[np.float64]
    axis: Points
    bay: Points

    @property
    def rings(self) -> tuple[Points, ...]:
        """All land, the largest first."""
        return (self.main, self.second, *self.islets)


def raise_coast(rng: np.random.Generator) -> Coast:
    """Make the land of one stream of chance."""
    angle = rng.uniform(-0.5, 0.5) + (np.pi if rng.random() < 0.5 else 0.0)
    side = 1.0 if rng.random() < 0.5 else -1.0
    x = np.arange(-HALF_WIDTH_KM, HALF_WIDTH_KM + STEP_KM, STEP_KM)
    y = np.arange(-HALF_HEIGHT_KM, HALF_HEIGHT_KM + STEP_KM, STEP_KM)
    grid_x, grid_y = np.meshgrid(x, y)
    along = grid_x * np.cos(angle) + grid_y * np.sin(angle)
    across = (grid_y * np.cos(angle) - grid_x * np.sin(angle)) * side
    heights = _shape_land(rng, along, across) + 0.27 * roll_heights(rng, grid_x.shape)
    heights[0] = heights[-1] = heights[:, 0] = heights[:, -1] = -9.0
    level = _find_level(heights)
    heights = _tidy(heights - level)
    outlines = [ring * STEP_KM + (x[0], y[0]) for ring in trace_outlines(heights, 0.0)]
    outlines.sort(key=lambda ring: -measure_area(ring))
    land = heights > 0
    shore = ndimage.distance_transform_edt(land) * STEP_KM
    cells = np.column_stack((grid_x[land], grid_y[land]))
    on_second = find_inside(cells, outlines[1:2])
    counted = on_second | find_inside(cells, outlines[:1])
    main_axis = np.array((np.cos(angle), np.sin(angle)))
    away = outlines[0].mean(axis=0) - outlines[1].mean(axis=0)
    return Coast(
        main=outlines[0],
        second=outlines[1],
        islets=tuple(outlines[2:]),
        heights=heights,
        cells=cells[counted],
        on_second=on_second[counted],
        shore_km=shore[land][counted],
        axis=away / np.hypot(*away),
        bay=-20.0 * main_axis + 50.0 * side * np.array((-main_axis[1], main_axis[0])),
    )


def _shape_land(
    rng: np.random.Generator, along: NDArray[np.float64], across: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The plain shape: positive inside, falling off outwards; `along` the main island, `across` towards the bay."""
    bend = 26.0 * np.sin(along / rng.uniform(85, 120) + rng.uniform(0, 6.3))
    main = 1.0 - np.hypot((along - 30) / 310, (across - bend) / 200)
    second = 0.62 - np.hypot((along + 345 + rng.uniform(-15, 15)) / 105, (across - rng.uniform(-120, 40)) / 150)
    strait = np.exp(-(((main - second) / 0.11) ** 2))
    land = np.maximum(main, second) - 0.75 * strait
    # The bay narrows inland and bends a little, as drowned valleys do.
    inland = np.clip((across - 30) / 170, 0, 1)
    middle = -20 + 45 * np.sin(across / 70 + rng.uniform(0, 6.3)) * inland
    bay = np.exp(-(((along - middle) / (22 + 42 * inland)) ** 2)) * np.clip((across - 25) / 60, 0, 1)
    cape = 0.30 * np.exp(-(((along - 175) / 40) ** 2) - ((across + 185) / 60) ** 2)
    return land - 1.05 * bay + cape


def roll_heights(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Heights of chance with detail at every scale, mean 0 and spread 1."""
    waves = np.hypot(*np.meshgrid(np.fft.fftfreq(shape[1]), np.fft.fftfreq(shape[0])))
    waves[0, 0] = 1.0
    # Waves longer than 200 km would decide the shape instead of the coast.
    strength = np.maximum(waves, STEP_KM / 200.0) ** -_ROUGHNESS
    strength[0, 0] = 0.0
    rolled = np.fft.ifft2(np.fft.fft2(rng.standard_normal(shape)) * strength).real
    result: NDArray[np.float64] = rolled / rolled.std()
    return result


def _find_level(heights: NDArray[np.float64]) -> float:
    """The level above which there is as much land as wanted."""
    cells = int(LAND_KM2 / STEP_KM**2)
    return float(np.partition(heights.ravel(), -cells)[-cells])


def _tidy(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Drown specks and fill holes: lakes come with the rivers."""
    labels, count = ndimage.label(heights > 0)
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * STEP_KM**2
    keep = (sizes >= _SPECK_KM2) & (np.arange(count + 1) > 0)
    land = ndimage.binary_fill_holes(keep[labels])
    return np.where(land, np.maximum(heights, _LEAST), np.minimum(heights, -_LEAST))
