"""The deployment's own layers: checked before anything changes, cut to a view, and what is missing is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutela.data.basemap_layers import DISCLAIMER, build_basemap, describe_ground, open_basemap
from tutela.kernel.problems import Problem

SQUARE = [[[24, 4], [26, 4], [26, 6], [24, 6], [24, 4]]]
BOX = (23.0, 3.0, 27.0, 7.0)


def write(path: Path, *geometries: object, name: str = "") -> Path:
    features = [{"type": "Feature", "properties": {"name": name}, "geometry": item} for item in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {
        "lakes": write(tmp_path / "lakes.json", {"type": "Polygon", "coordinates": SQUARE}, None),
        "places": write(tmp_path / "p.json", {"type": "Point", "coordinates": [25, 5]}, name="Invented"),
        "boundaries": write(tmp_path / "b.json", {"type": "Polygon", "coordinates": SQUARE}),
    }


def test_layers_are_kept_and_cut_to_the_view(files: dict[str, Path], tmp_path: Path) -> None:
    kept = build_basemap(files, tmp_path / "home" / "basemap", "Invented mapping office")
    assert kept["layers"]["lakes"]["empty"] == 1
    basemap = open_basemap(tmp_path / "home" / "basemap")
    ground = describe_ground(basemap, BOX)
    assert [item["geometry"]["type"] for item in ground["lakes"]["features"]] == ["Polygon"]
    assert [item["geometry"]["type"] for item in ground["boundaries"]["features"]] == ["LineString"]
    assert ground["places"]["features"][0]["properties"]["name"] == "Invented"
    assert not describe_ground(basemap, (100.0, 3.0, 104.0, 7.0))["lakes"]["features"]
    assert "Invented mapping office" in basemap.attributions
    assert DISCLAIMER in basemap.notes
    assert any("Rivers are not drawn" in note for note in basemap.notes)


def test_without_files_the_ground_says_what_is_missing_and_claims_no_boundary(tmp_path: Path) -> None:
    notes = open_basemap(tmp_path / "none").notes
    assert sum("not drawn" in note or "not written" in note for note in notes) == 3
    assert DISCLAIMER not in notes


def test_a_broken_file_leaves_what_was_there(files: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "basemap"
    build_basemap(files, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    broken = tmp_path / "broken.json"
    broken.write_text("{", "utf-8")
    for given in ({"rivers": broken}, {"roads": files["lakes"]}, {}):
        with pytest.raises(Problem):
            build_basemap(given, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"basemap"}
