"""`tutela places`: names in any spelling, provinces by date, and what is said where nothing fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tutela.cli.main import run

PLACES = """place_id,name,lon,lat,country,people,also
a,Bréma-Sud,18.5,4.4,CAF,1200,بريما|Brema
b,Brema,20.1,5.0,TCD,900,
c,Sulimbo,19.0,4.9,CAF,,
"""
CODES = "\n".join(
    (
        "Location,Admin Level,P-Code,Name,Parent P-Code,Valid from date",
        *(
            f"SDN,1,SD{number:02},{name},SDN,2024-01-01"
            for number, name in enumerate(
                ["Central Darfur", "East Darfur", "North Darfur", "South Darfur", "West Darfur", "West Kordofan"], 1
            )
        ),
    )
)


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    (tmp_path / "places.csv").write_text(PLACES, "utf-8")
    (tmp_path / "codes.csv").write_text(CODES + "\n", "utf-8")
    return tmp_path


def test_a_name_is_found_in_arabic_letters_and_without_accents(lists: Path, tutela: Any, capsys: Any) -> None:
    for name, kind in (("بريما", "alternate"), ("brema sud", "folded"), ("Bréma-Sud", "exact")):
        code, told, _ = tutela("places", "find", name, "--places", str(lists / "places.csv"), "--json")
        assert code == 0
        assert (told["places"][0]["place_id"], told["places"][0]["found"]) == ("a", kind)
    assert run(["places", "find", "Brema", "--places", str(lists / "places.csv")]) == 0
    said = capsys.readouterr().out
    assert "TCD" in said
    assert "CAF" in said


def test_a_country_keeps_its_own_places(lists: Path, tutela: Any) -> None:
    found = tutela("places", "find", "Brema", "--country", "Chad", "--places", str(lists / "places.csv"), "--json")
    assert [place["place_id"] for place in found[1]["places"]] == ["b"]


def test_near_spellings_are_said_to_be_no_more_than_that(lists: Path, capsys: Any) -> None:
    assert run(["places", "find", "Sulimba", "--places", str(lists / "places.csv")]) == 0
    said = capsys.readouterr()
    assert "Sulimbo" in said.out
    assert "nobody has said" in said.err
    assert run(["places", "find", "Qqqqqqqq", "--places", str(lists / "places.csv")]) == 0
    assert "No place of this name" in capsys.readouterr().out


def test_provinces_that_did_not_count_on_the_day_are_left_out_and_counted(
    lists: Path, tutela: Any, capsys: Any
) -> None:
    def ask(day: str) -> dict[str, Any]:
        told: dict[str, Any] = tutela("places", "units", str(lists / "codes.csv"), "--on", day, "--json")[1]
        return told

    late, early = ask("2020-01-01"), ask("2005-01-01")
    assert (len(late["units"]), late["not_on_this_day"]) == (6, 0)
    names = {unit["name"] for unit in early["units"]}
    assert "Central Darfur" not in names
    assert len(names) + early["not_on_this_day"] == 6
    assert run(["places", "units", str(lists / "codes.csv"), "--on", "2005-01-01"]) == 0
    assert "did not count on this day" in capsys.readouterr().out


def test_a_name_without_a_letter_and_a_day_that_is_none_are_refused(lists: Path, capsys: Any) -> None:
    assert run(["places", "find", "--", "...", "--places", str(lists / "places.csv")]) == 2
    assert run(["places", "units", str(lists / "codes.csv"), "--on", "yesterday"]) == 2
    assert "--on" in capsys.readouterr().err
