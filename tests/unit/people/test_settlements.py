"""Lists of places: no number of people is not nobody, and every other name is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tutela.data.people.settlements import read_places
from tutela.kernel.problems import Problem

Writer = Callable[..., Path]
GEONAMES = "geonameid,name,latitude,longitude,countrycode,population,alternatenames\n"
ATLAS = "NAME,NAMEASCII,NAMEALT,ADM0NAME,ADM0_A3,ISO_A2,LATITUDE,LONGITUDE,POP_MAX,GEONAMEID\n"
PLAIN = "place_id,name,lon,lat,country,people,also\n"


def test_geonames_gives_people_and_other_names(write_text: Writer) -> None:
    rows = '1,Bélo,5.5,20.5,CD,1200,"Belo|بيلو|Belo, on the river|Bélo"\n2,Déka,5.0,20.0,CD,0,\n'
    places = read_places(write_text(GEONAMES + rows))
    table = places.reading.table
    assert places.reading.source == "geonames"
    assert table.country.tolist() == ["COD", "COD"]
    assert table.people[0] == 1200
    assert np.isnan(table.people[1])
    assert places.other_names == (("Belo", "بيلو", "Belo, on the river"), ())
    assert places.reading.notes == ("1 of 2 places have no number of people.",)
    assert places.reading.origin.licence == "CC BY 4.0"


def test_the_atlas_has_its_own_codes_of_countries_and_ids(write_text: Writer) -> None:
    rows = (
        'Bélo,Belo,"Below, Bello",Kosovo,KOS,-99,42.0,21.0,-99,7.0\nDéka,Deka,,Nowhere,-99,-99,42.5,21.5,900,7.0\n'
    )
    places = read_places(write_text(ATLAS + rows))
    table = places.reading.table
    assert table.country.tolist() == ["XKX", ""]
    assert len(set(table.place_id.tolist())) == 2
    assert np.isnan(table.people[0])
    assert places.other_names[0] == ("Belo", "Below", "Bello")
    assert places.reading.notes[-1] == "1 places are of no country that is known here."


def test_a_plain_list_may_say_that_nobody_lives_there(write_text: Writer) -> None:
    places = read_places(write_text(PLAIN + "a,Bélo,20,5,CAF,0,\n,Déka,21,5,CAF,,\n"))
    table = places.reading.table
    assert table.people[0] == 0
    assert np.isnan(table.people[1])
    assert table.place_id.tolist() == ["a", "line 3"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x,,20,5,CAF,1,", "name-missing"),
        ("x,Bélo,,5,CAF,1,", "coordinates-missing"),
        ("x,Bélo,east,5,CAF,1,", "coordinates-unreadable"),
        ("x,Bélo,20,95,CAF,1,", "latitude-out-of-range"),
        ("x,Bélo,200,5,CAF,1,", "longitude-out-of-range"),
        ("x,Bélo,0,0,CAF,1,", "coordinates-zero"),
        ("x,Bélo,20,5,CAF,many,", "people-unreadable"),
        ("x,Bélo,20,5,CAF,-5,", "people-out-of-range"),
        ("p1,Place 1,20,5,CAF,1,", "duplicate-row"),
    ],
)
def test_a_bad_place_is_excluded_by_name(write_text: Writer, row: str, reason: str) -> None:
    rows = "".join(f"p{i},Place {i},20,5,CAF,1,\n" for i in range(200))
    path = write_text(PLAIN + rows + row + "\n")
    reading = read_places(path).reading
    assert reading.accounting.excluded == {reason: 1}
    with pytest.raises(Problem) as caught:
        read_places(path, strict=True)
    assert caught.value.code == "bad-row"


def test_one_id_for_two_places_is_refused(write_text: Writer) -> None:
    with pytest.raises(Problem) as caught:
        read_places(write_text(PLAIN + "a,Bélo,20,5,CAF,1,\na,Déka,21,5,CAF,1,\n"))
    assert caught.value.code == "id-conflict"


def test_another_table_is_refused(write_text: Writer) -> None:
    with pytest.raises(Problem) as caught:
        read_places(write_text("a,b\n1,2\n"))
    assert caught.value.code == "source-unknown"
