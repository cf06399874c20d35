"""Countries are found by whatever name or number a source uses, and never by a name that means two."""

from __future__ import annotations

import pytest

from tutela.catalogue.countries import (
    find_by_gw,
    find_by_m49,
    find_countries,
    find_country,
    fold_name,
    load_countries,
)


@pytest.mark.parametrize(
    ("text", "iso3"),
    [
        ("CAF", "CAF"),
        ("cf", "CAF"),
        ("  central   african REPUBLIC ", "CAF"),
        ("Central African Rep.", "CAF"),
        ("DR Congo (Zaire)", "COD"),
        ("Dem. Rep. Congo", "COD"),
        ("Congo", "COG"),
        ("Cote d’Ivoire", "CIV"),
        ("Ivory Coast", "CIV"),
        ("Bosnia & Herzegovina", "BIH"),
        ("Macedonia, FYR", "MKD"),
        ("Korea, Republic of", "KOR"),
        ("Türkiye", "TUR"),
        ("turquie", "TUR"),
        ("SDS", "SSD"),
        ("SAH", "ESH"),
        ("PSX", "PSE"),
        ("KOS", "XKX"),
        ("XK", "XKX"),
        ("St. Lucia", "LCA"),
        ("The Gambia", "GMB"),
        ("NA", "NAM"),
        ("Congo, Dem. Rep.", "COD"),
        ("Congo, Rep.", "COG"),
        ("Egypt, Arab Rep.", "EGY"),
        ("Burma/Myanmar", "MMR"),
    ],
)
def test_any_spelling_of_the_sources_finds_the_country(text: str, iso3: str) -> None:
    found = find_country(text)
    assert found is not None
    assert found.iso3 == iso3


@pytest.mark.parametrize(
    "text", ["", "   ", "Atlantis", "Korea", "Abyei", "Ethiopia/Eritrea", "Republic of China", "-"]
)
def test_what_means_none_or_several_is_no_country(text: str) -> None:
    assert find_country(text) is None


def test_a_cell_with_several_countries_gives_all_or_none() -> None:
    assert [country.iso3 for country in find_countries("Ethiopia/Eritrea")] == ["ETH", "ERI"]
    assert [country.iso3 for country in find_countries("Abyei")] == ["SDN", "SSD"]
    assert [country.iso3 for country in find_countries("Lebanon")] == ["LBN"]
    assert [country.iso3 for country in find_countries("Sudan / Sudan")] == []
    assert find_countries("Sudan/Atlantis") == ()
    assert find_countries("") == ()


def test_every_country_is_found_by_everything_it_is_called() -> None:
    for country in load_countries():
        for name in (country.iso3, country.iso2, country.ne_a3, country.name, country.name_fr, *country.also):
            assert not name or find_country(name) is country, name


def test_iso_has_249_entries_and_two_more_stand_beside_them() -> None:
    codes = [country.iso3 for country in load_countries()]
    assert codes == sorted(codes)
    assert len(set(codes) - {"XKX", "CSK"}) == 249


def test_numbers_find_countries_and_zero_finds_nobody() -> None:
    caf = find_country("CAF")
    assert find_by_gw(482) is caf
    assert find_by_m49(140) is caf
    assert find_by_gw(0) is None
    assert find_by_m49(0) is None


def test_a_state_of_the_past_is_found_where_all_its_ground_is_today() -> None:
    for number, iso3 in (
        (265, "DEU"),
        (678, "YEM"),
        (680, "YEM"),
        (817, "VNM"),
        (340, "SRB"),
        (345, "SRB"),
        (315, "CSK"),
    ):
        found = find_by_gw(number)
        assert found is not None
        assert found.iso3 == iso3


def test_kosovo_has_no_number_of_the_standard() -> None:
    kosovo = find_country("Kosovo")
    assert kosovo is not None
    assert (kosovo.m49, kosovo.gw, kosovo.ne_a3) == (0, (347,), "KOS")


def test_folding_twice_changes_nothing() -> None:
    for country in load_countries():
        assert fold_name(fold_name(country.name_fr)) == fold_name(country.name_fr)
