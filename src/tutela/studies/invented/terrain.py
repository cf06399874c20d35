"""The ground of the invented country: relief, what covers it, rivers, roads, crossings. No size changes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.digests import content_digest
from tutela.studies.invented.coast import Coast
from tutela.studies.invented.landcover import cover_land
from tutela.studies.invented.regions import Regions
from tutela.studies.invented.relief import Relief, raise_relief
from tutela.studies.invented.rivers import River, trace_rivers
from tutela.studies.invented.roads import Crossing, Road, find_crossings, lay_roads
from tutela.studies.invented.seeds import spawn_generator
from tutela.studies.invented.towns import Settlements


@dataclass(frozen=True)
class Terrain:
    """The ground; rasters are (rows, columns) on the grid of the relief, row 0 in the south."""

    relief: Relief
    landcover: NDArray[np.uint8]
    rivers: tuple[River, ...]
    roads: tuple[Road, ...]
    crossings: tuple[Crossing, ...]

    @cached_property
    def parts(self) -> dict[str, Any]:
        """Plain values that differ when any of it differs."""
        cells = np.arange(self.landcover.size)
        rasters: dict[str, NDArray[Any]] = {
            "elevation": self.relief.elevation_m.ravel(),
            "landcover": self.landcover.ravel(),
            "cell": cells,
        }
        lines: list[River | Road] = [*self.rivers, *self.roads]
        return {
            "rasters": content_digest(rasters),
            "lines": [asdict(line) | {"points": line.points.tolist()} for line in lines],
            "crossings": [asdict(crossing) for crossing in self.crossings],
        }


def build_terrain(
    coast: Coast, regions: Regions, settlements: Settlements, seed: int, used: frozenset[str]
) -> Terrain:
    """Make the ground of a coast and its settlements; `used` names are given to no river."""
    relief = raise_relief(coast, spawn_generator(seed, "relief"))
    courses = trace_rivers(relief, used, spawn_generator(seed, "rivers"))
    roads = lay_roads(relief, regions.land_cells, settlements)
    return Terrain(
        relief=relief,
        landcover=cover_land(coast, relief, settlements, spawn_generator(seed, "landcover")),
        rivers=tuple(course.river for course in courses),
        roads=roads,
        crossings=find_crossings(roads, courses, settlements, spawn_generator(seed, "roads")),
    )
