"""`tutela statement build` with a surface, a raster of people and a list of places."""

import json

import numpy as np
import pytest

from tutela.data.surfaces import friction_bytes
from tutela.kernel.grids import Grid

NEAR = ("--events", "events.csv", "--sites", "sites.csv", "--as-of", "2020-12-31")


@pytest.fixture
def ground(world):
    """A surface on which e2 lies behind a barrier, and people by two sources."""
    grid = Grid(9.5, 5.5, 0.05, 0.05, 20, 24)
    friction = np.full(grid.shape, 0.001)
    friction[:, 12] = np.nan  # 10.10 to 10.15 east
    (world / "friction.tif").write_bytes(friction_bytes(grid, friction, {"mode": "motorised", "season": "dry"}))
    people = friction_bytes(Grid(8.0, 7.0, 0.5, 0.5, 8, 8), np.full((8, 8), 10.0), {})
    (world / "people_2015.tif").write_bytes(people)
    (world / "towns.csv").write_text("place_id,name,lon,lat,country,people\n1,Town,10.01,5.0,CAF,4321\n")
    (world / "units_2015.csv").write_text("adm1_pcode,adm1_name,T_TL\nCF1,One,60000\n")
    return world


WITH = (
    *("--surface", "friction.tif", "--people", "people_2015.tif", "--people-per-value", 400),
    *("--people-because", "mean of 20 x 20 cells", "--people", "units_2015.csv", "--places", "towns.csv"),
)


def test_people_and_minutes_are_stated_verified_and_traced_to_their_files(ground, tutela):
    home = ("--home", ground / "home")
    code, report, said = tutela("statement", "build", "MINUSCA", *NEAR, *WITH, "--out", "out", *home, "--json")
    assert code == 0, said
    assert {"minutes.json", "people.json"} <= set(report["files"])
    claims = json.loads((ground / "out" / "claims.json").read_text())
    figures = {figure["key"]: figure for figure in claims["figures"]}
    assert figures["people_30"]["query"] == {"about": "people", "within_km": 30.0, "source": None}
    assert "x 400 (mean of 20 x 20 cells)" in figures["people_30"]["basis"]
    assert figures["min_120_life_core_events"]["artifact"] != figures["near_30_life_core_events"]["artifact"]
    code, checked, said = tutela("statement", "verify", "out", *home, "--json")
    assert code == 0, said
    assert checked["computed_again"] > 100
    for key, rows in (("people_30", 0), ("far_V1_life_events", None), ("min_120_life_core_events", None)):
        code, traced, said = tutela("trace", figures[key]["digest"], *home, "--json")
        assert code == 0, said
        assert traced["recomputed"]["figure"] == key
        expected = round(figures[key]["estimate"]["mid"]) if rows is None else rows
        assert traced["rows_in_all"] == expected
        named = {file["path"].rsplit("/", 1)[-1]: file["found"] for file in traced["files"]}
        assert set(named) == {
            *("events.csv", "sites.csv", "friction.tif", "people_2015.tif", "units_2015.csv", "towns.csv")
        }
        assert set(named.values()) == {"unchanged"}


def test_a_claim_about_people_that_was_altered_is_found_out(ground, tutela):
    home = ("--home", ground / "home")
    tutela("statement", "build", "MINUSCA", *NEAR, *WITH, "--out", "out", *home)
    path = ground / "out" / "people.json"
    path.write_text(path.read_text().replace("4321", "5321"))
    code, _, said = tutela("statement", "verify", "out", *home)
    assert code == 3
    assert "people.json" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--people", "people_2015.tif"), "does not say what one unit of its value stands for"),
        (("--people", "people_2015.tif", "--people-per-value", 400), "nobody says why"),
        (("--people", "people_2015.tif", "--people-per-value", -1), "above 0"),
        (("--people", "units_2015.csv", "--people-per-value", 1), "none was named"),
        (("--people-because", "somebody said so"), "none was named"),
        (("--people", "nowhere.tif"), "no such file"),
        (("--people", "events.csv"), "no table of people"),
        (("--places", "events.csv"), "no list of places"),
        (("--surface", "events.csv"), "events.csv"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(ground, tutela, arguments, words):
    code, _, said = tutela("statement", "build", "MINUSCA", *NEAR, *arguments, "--out", "out")
    assert code == 2
    assert words in said
    assert not (ground / "out").exists()


def test_a_surface_over_another_country_is_refused(ground, tutela):
    friction = friction_bytes(Grid(60.0, 40.0, 0.1, 0.1, 5, 5), np.full((5, 5), 0.001), {})
    (ground / "friction.tif").write_bytes(friction)
    code, _, said = tutela("statement", "build", "MINUSCA", *NEAR, "--surface", "friction.tif", "--out", "out")
    assert code == 2
    assert "covers none of the" in said
