"""Files of provinces and places, written for each test."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Writer = Callable[..., Path]


def square(west: float, south: float, size: float = 1.0) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def write_features(tmp_path: Path) -> Writer:
    """Write features: properties, with a square for each unless a geometry is given."""

    def write(
        *properties: dict[str, Any], geometry: Any = "square", crs: Any = None, name: str = "a.geojson"
    ) -> Path:
        features = [
            {
                "type": "Feature",
                "properties": one,
                "geometry": square(number, 5.0) if geometry == "square" else geometry,
            }
            for number, one in enumerate(properties)
        ]
        content = {"type": "FeatureCollection", "features": features} | ({"crs": crs} if crs is not None else {})
        path = tmp_path / name
        path.write_text(json.dumps(content), "utf-8")
        return path

    return write


@pytest.fixture
def write_text(tmp_path: Path) -> Writer:
    def write(text: str, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write
