"""A raster of people is read as its maker meant, or refused with the place of the fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rasterio import Affine

from tutela.data.people import rasters
from tutela.data.people.rasters import Multiplier, read_people_raster
from tutela.kernel.problems import Problem

Writer = Callable[..., Path]
MEAN = Multiplier(400, "mean of 20 x 20 cells")


def refuse(path: Path, **options: object) -> Problem:
    with pytest.raises(Problem) as caught:
        read_people_raster(path, **options)  # type: ignore[arg-type]
    assert caught.value.remedy
    return caught.value


def test_values_are_people_unless_a_multiplier_is_named(write_raster: Writer) -> None:
    raster = read_people_raster(write_raster([[1, 2], [3, 4]]))
    assert raster.people.tolist() == [[1, 2], [3, 4]]
    assert raster.least.tolist() == raster.people.tolist()
    assert raster.grid.bbox == (10.0, 4.0, 11.0, 5.0)
    assert (raster.source, raster.year) == ("people_2020", 2020)
    assert raster.counted_as == "the value of a cell is its people"
    assert len(raster.digest) == 64


def test_a_multiplier_is_said_with_its_reason_and_edge_cells_get_a_range(write_raster: Writer) -> None:
    path = write_raster([[1, 1, 2, -9999], [1, 1, 1, 1]])
    raster = read_people_raster(path, multiplier=MEAN, name="A raster", year=2019)
    assert raster.people[0].tolist()[:3] == [400, 400, 800]
    assert raster.least.tolist()[0][:3] == [400, 400, 2]
    assert raster.least.tolist()[1] == [400, 400, 1, 1]
    assert np.isnan(raster.people[0, 3])
    assert raster.source == "A raster 2019"
    assert "x 400 (mean of 20 x 20 cells)" in raster.counted_as
    assert any("3 cells beside one without a number may be overstated" in note for note in raster.notes)


def test_gaps_inside_are_told_from_the_sea_around(write_raster: Writer) -> None:
    values = np.ones((6, 6))
    values[:, 0] = -9999
    values[2:4, 3] = -9999
    assert any("2 cells in 1 places inside" in note for note in read_people_raster(write_raster(values)).notes)


def test_a_year_that_is_nowhere_is_said_to_be_unknown(write_raster: Writer) -> None:
    raster = read_people_raster(write_raster([[1]], name="people.tif"))
    assert (raster.year, raster.source) == (0, "people")
    assert "does not say its year" in raster.notes[0]


def test_an_empty_land_has_no_share_at_the_edge(write_raster: Writer) -> None:
    raster = read_people_raster(write_raster([[0, -9999]]), multiplier=MEAN)
    assert any("0.0% of the people" in note for note in raster.notes)


def test_a_box_reads_the_cells_that_it_touches(write_raster: Writer) -> None:
    path = write_raster(np.arange(16).reshape(4, 4))
    raster = read_people_raster(path, box=(10.6, 3.9, 11.2, 4.4))
    assert raster.people.tolist() == [[5, 6], [9, 10]]
    assert raster.grid.bbox == (10.5, 3.5, 11.5, 4.5)


@pytest.mark.parametrize("box", [(50, 0, 60, 9), (10, 60, 11, 70), (11, 4, 10, 5), (10, 4, float("nan"), 5)])
def test_a_box_beyond_the_raster_or_turned_round_is_refused(write_raster: Writer, box: tuple[float, ...]) -> None:
    assert refuse(write_raster([[1]]), box=box).code == "option-invalid"


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ({"crs": "EPSG:32634"}, "raster-projection", "EPSG:32634"),
        ({"crs": "+proj=aea +lat_1=10 +lat_2=20"}, "raster-projection", "without a number"),
        ({"crs": None}, "raster-projection", "does not say"),
        ({"transform": Affine(0.5, 0.1, 10, 0.1, -0.5, 5)}, "raster-unusable", "turned"),
        ({"transform": Affine(0.5, 0, 10, 0, 0.5, 5)}, "raster-unusable", "mirrored"),
        ({"transform": Affine(0.5, 0, 200, 0, -0.5, 5)}, "raster-projection", "beyond"),
    ],
)
def test_another_projection_or_position_is_refused(
    write_raster: Writer, options: dict[str, object], code: str, said: str
) -> None:
    problem = refuse(write_raster([[1, 2], [3, 4]], **options))
    assert problem.code == code
    assert said in problem.message


def test_several_bands_are_refused(write_raster: Writer) -> None:
    assert refuse(write_raster(np.ones((2, 2, 3)))).code == "raster-unusable"


@pytest.mark.parametrize(("value", "said"), [(-3.0, "below 0"), (np.inf, "infinite")])
def test_values_that_are_no_people_are_refused_by_their_cell(write_raster: Writer, value: float, said: str) -> None:
    problem = refuse(write_raster([[1, 2], [3, value]]))
    assert said in problem.message
    assert "row 2, column 2" in problem.message


def test_a_raster_without_a_number_is_refused(write_raster: Writer) -> None:
    assert "No cell has a number" in refuse(write_raster([[-9999, -9999]])).message


def test_a_raster_without_a_place_or_that_is_none_is_refused(write_raster: Writer, tmp_path: Path) -> None:
    assert refuse(tmp_path / "absent.tif").code == "file-missing"
    (tmp_path / "text.tif").write_text("id,people\n", "utf-8")
    assert refuse(tmp_path / "text.tif").code == "file-unreadable"
    assert refuse(Path("/vsicurl/http://localhost/people.tif")).code == "file-missing"


def test_a_raster_that_ends_too_soon_is_refused(write_raster: Writer) -> None:
    fine = Affine(0.01, 0, 10, 0, -0.01, 5)
    path = write_raster(np.arange(200 * 200).reshape(200, 200), compress="deflate", transform=fine)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert refuse(path).code in {"file-truncated", "file-unreadable"}
    path.write_bytes(whole[:2000] + b"\xff" * (len(whole) - 4000) + whole[-2000:])
    assert refuse(path).code in {"file-truncated", "file-unreadable"}


def test_more_cells_than_memory_allows_are_refused_unless_a_box_is_named(
    write_raster: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasters, "MOST_CELLS", 3)
    path = write_raster([[1, 2], [3, 4]])
    assert refuse(path).code == "file-too-large"
    assert read_people_raster(path, box=(10.1, 4.6, 10.2, 4.7)).people.tolist() == [[1]]


@pytest.mark.parametrize(("value", "because"), [(0, "x"), (-1, "x"), (float("inf"), "x"), (400, " ")])
def test_a_multiplier_needs_a_number_and_a_reason(value: float, because: str) -> None:
    with pytest.raises(Problem) as caught:
        Multiplier(value, because)
    assert caught.value.code == "option-invalid"
