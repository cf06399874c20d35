"""TopoJSON of land, decoded into polygons that run on across the antimeridian."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Ring = NDArray[np.float64]


def decode_land(topology: dict[str, Any]) -> tuple[shapely.Polygon, ...]:
    """Polygons of a topology's object `land`, whose arcs are quantised and delta-encoded, or plain degrees.

    Rings that cross the antimeridian continue beyond 180; one that goes round a pole is closed along it.
    A ring may touch itself, as quantised coasts do: repair what was cut out (`make_polygons`), not the whole.
    Raises KeyError, TypeError, ValueError or IndexError where the topology contradicts the format.
    """
    arcs = _decode_arcs(topology)
    polygons: list[shapely.Polygon] = []
    for polygon in _list_polygons(topology["objects"]["land"]):
        outer, *holes = [_unwrap(_join_arcs(arcs, ring)) for ring in polygon]
        polygons.append(shapely.Polygon(outer, [_move_near(hole, outer) for hole in holes]))
    return tuple(polygons)


def make_polygons(shape: Any) -> list[shapely.Polygon]:
    """The polygons with an area in any geometry, repaired where its rings cross themselves."""
    valid = shape if shapely.is_valid(shape) else shapely.make_valid(shape)
    parts = shapely.get_parts(shapely.get_parts(valid))
    return [part for part in parts if isinstance(part, shapely.Polygon) and part.area > 0]


def _decode_arcs(topology: dict[str, Any]) -> list[Ring]:
    transform = topology.get("transform")
    arcs = [np.asarray(arc, dtype=np.float64) for arc in topology["arcs"]]
    if any(arc.ndim != 2 or arc.shape[1] < 2 or not np.isfinite(arc).all() for arc in arcs):
        msg = "an arc is no list of points"
        raise ValueError(msg)
    if transform is None:
        return [arc[:, :2] for arc in arcs]
    scale, translate = np.asarray(transform["scale"], dtype=float), np.asarray(transform["translate"], dtype=float)
    return [np.cumsum(arc[:, :2], axis=0) * scale + translate for arc in arcs]


def _list_polygons(geometry: dict[str, Any]) -> list[list[list[int]]]:
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return [polygon for part in geometry["geometries"] for polygon in _list_polygons(part)]
    if kind == "MultiPolygon":
        return list(geometry["arcs"])
    if kind == "Polygon":
        return [geometry["arcs"]]
    msg = "land is made of polygons"
    raise ValueError(msg)


def _join_arcs(arcs: list[Ring], ring: list[int]) -> Ring:
    # ~i means arc i backwards; each arc begins where the one before it ends.
    parts = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in ring]
    return np.vstack([parts[0], *(part[1:] for part in parts[1:])])


def _unwrap(ring: Ring) -> Ring:
    steps = np.diff(ring[:, 0])
    wraps = np.cumsum(np.where(steps > 180, -360.0, np.where(steps < -180, 360.0, 0.0)))
    if not len(wraps) or not wraps.any():
        return ring
    unwrapped = ring.copy()
    unwrapped[1:, 0] += wraps
    if wraps[-1] == 0:
        return unwrapped
    # The ring went once round the Earth: it holds the pole on its side of the equator.
    pole = np.copysign(90.0, ring[:, 1].mean())
    return np.vstack([unwrapped, (unwrapped[-1, 0], pole), (unwrapped[0, 0], pole), unwrapped[:1]])


def _move_near(hole: Ring, outer: Ring) -> Ring:
    turns = round(float(outer[:, 0].mean() - hole[:, 0].mean()) / 360)
    moved: Ring = hole + np.array([turns * 360.0, 0.0])
    return moved
