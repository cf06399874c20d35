"""Places by any of their names, in two scripts; a guess is never given for a find."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tutela.data.gazetteer import (
    MOST_NEAR,
    Gazetteer,
    PlaceMatch,
    build_gazetteer,
    count_slips,
    find_places,
    fold_place,
)
from tutela.data.people.settlements import read_places
from tutela.kernel.problems import Problem

Writer = Callable[..., Path]
ROWS = (
    "1,Bélovar,20,5,CAF,500,Belowar|بيلوفار\n"
    "2,Belovar,21,5,COD,9000,\n"
    "3,El Mouram,25,12,SDN,,المُورام|Al Muram|Mouram\n"
    "4,Sainte-Déka,22,5,CAF,10,أُمّ ديكة\n"
    "5,Ronga,22,6,CAF,100,\n"
    "6,Ronda,22,7,CAF,200,\n"
)


@pytest.fixture
def gazetteer(write_text: Writer) -> Gazetteer:
    return build_gazetteer([read_places(write_text("place_id,name,lon,lat,country,people,also\n" + ROWS))])


def tell(matches: tuple[PlaceMatch, ...]) -> list[tuple[str, str]]:
    return [(match.place.place_id, match.kind) for match in matches]


def test_an_exact_name_goes_before_a_folded_one_whatever_the_people(gazetteer: Gazetteer) -> None:
    assert tell(find_places(gazetteer, "Bélovar")) == [("1", "exact"), ("2", "folded")]
    assert tell(find_places(gazetteer, "belovar")) == [("2", "folded"), ("1", "folded")]


@pytest.mark.parametrize("country", ["CAF", "Central African Republic", "République centrafricaine"])
def test_a_country_keeps_its_own(gazetteer: Gazetteer, country: str) -> None:
    assert tell(find_places(gazetteer, "BELOVAR", country)) == [("1", "folded")]


@pytest.mark.parametrize("text", ["Al Muram", "al-muram", "المورام", "المُوْرام", "المـورام", "Mouram"])
def test_other_names_are_found_in_both_scripts(gazetteer: Gazetteer, text: str) -> None:
    matches = find_places(gazetteer, text)
    assert tell(matches) == [("3", "alternate")]
    assert matches[0].place.people is None
    assert matches[0].place.source == "places"


@pytest.mark.parametrize("text", ["ام ديكه", "أم ديكة", "إم دیکة", "اُمّ ديكة", "آم ديكه"])
def test_arabic_spellings_of_one_name_are_one(gazetteer: Gazetteer, text: str) -> None:
    assert tell(find_places(gazetteer, text)) == [("4", "alternate")]


@pytest.mark.parametrize("text", ["Ste Déka", "St. Deka"])
def test_a_different_word_is_only_near(gazetteer: Gazetteer, text: str) -> None:
    assert {match.kind for match in find_places(gazetteer, text)} <= {"near"}


def test_near_names_come_only_where_there_is_no_other_and_the_nearest_first(gazetteer: Gazetteer) -> None:
    assert tell(find_places(gazetteer, "Ronga")) == [("5", "exact")]
    assert tell(find_places(gazetteer, "Ronka")) == [("6", "near"), ("5", "near")]
    assert tell(find_places(gazetteer, "Belovarr")) == [("2", "near"), ("1", "near")]
    assert tell(find_places(gazetteer, "Belovarr", "COD")) == [("2", "near")]
    assert find_places(gazetteer, "Ronka", "SDN") == ()


def test_short_names_allow_one_slip_and_long_ones_two(gazetteer: Gazetteer) -> None:
    assert find_places(gazetteer, "Rxnka") == ()
    assert tell(find_places(gazetteer, "Bxlovrr")) == [("2", "near"), ("1", "near")]
    assert find_places(gazetteer, "Bxlxvrx") == ()
    assert find_places(gazetteer, "ngaro") == ()


def test_what_is_like_nothing_finds_nothing(gazetteer: Gazetteer) -> None:
    assert find_places(gazetteer, "Zzyzx") == ()


def test_only_so_many_near_names_are_proposed(write_text: Writer) -> None:
    rows = "".join(f"{i},Ronga,22,6,CAF,{i},\n" for i in range(50))
    many = build_gazetteer([read_places(write_text("place_id,name,lon,lat,country,people,also\n" + rows))])
    assert len(find_places(many, "Ronka")) == MOST_NEAR
    assert len(find_places(many, "Ronga")) == 50


def test_an_unknown_country_and_a_text_without_letters_are_refused(gazetteer: Gazetteer) -> None:
    with pytest.raises(Problem) as caught:
        find_places(gazetteer, "Ronga", "Nowhere")
    assert caught.value.code == "country-unknown"
    with pytest.raises(Problem) as caught:
        find_places(gazetteer, " -- ")
    assert caught.value.code == "option-invalid"


def test_two_lists_stand_side_by_side_under_their_sources(write_text: Writer) -> None:
    plain = read_places(write_text("place_id,name,lon,lat,country,people\n1,Ronga,22,6,CAF,1\n", "a.csv"))
    other = read_places(
        write_text("geonameid,name,latitude,longitude,countrycode,population\n1,Ronga,6,22,CF,5\n", "b.csv")
    )
    matches = find_places(build_gazetteer([plain, other]), "Ronga")
    assert [match.place.source for match in matches] == ["geonames", "places"]


@pytest.mark.parametrize(
    ("first", "second", "slips"), [("", "ab", 2), ("goma", "goma", 0), ("goma", "gama", 1), ("abc", "ca", 3)]
)
def test_slips_are_counted_letter_by_letter(first: str, second: str, slips: int) -> None:
    assert count_slips(first, second) == count_slips(second, first) == slips


def test_names_in_latin_letters_lose_accents_and_signs() -> None:
    assert fold_place("N’Djaména") == fold_place("ndjamena")
    assert fold_place("Mbandaka—Ville") == "mbandaka ville"
