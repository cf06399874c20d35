"""Old and new provinces of one country, told apart by the names that stand together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from tutela.catalogue.countries import find_country, fold_name
from tutela.catalogue.provinces import ProvinceChange, load_province_changes
from tutela.data.areas import AdminUnit, units_on
from tutela.data.province_dates import date_units

OLD = (
    *("Bandundu", "Bas-Congo", "Equateur", "Kasai-Occidental", "Kasai-Oriental", "Katanga", "Orientale"),
    *("Kinshasa", "Maniema", "Nord-Kivu", "Sud-Kivu"),
)
NEW = (
    *(
        "Kwango",
        "Kwilu",
        "Mai-Ndombe",
        "Kongo Central",
        "Equateur",
        "Mongala",
        "Nord-Ubangi",
        "Sud-Ubangi",
        "Tshuapa",
    ),
    *("Kasai", "Kasai-Central", "Kasai-Oriental", "Lomami", "Sankuru", "Haut-Katanga", "Haut-Lomami", "Lualaba"),
    *("Tanganyika", "Bas-Uele", "Haut-Uele", "Ituri", "Tshopo", "Kinshasa", "Maniema", "Nord-Kivu", "Sud-Kivu"),
)
SUDAN_17 = (
    *("Blue Nile", "Red Sea", "Southern Darfur", "Eastern Darfur", "Western Darfur", "Central Darfur", "Khartoum"),
    *("Gezira", "Gedarif", "River Nile", "Northern", "White Nile", "Sennar", "North Darfur", "South Kordufan"),
    *("North Kordufan", "Kassala"),
)


def provinces(names: Sequence[str], country: str = "COD", since: date | None = None) -> list[AdminUnit]:
    return [AdminUnit("", name, 1, country, country, since, None, "x") for name in names]


def count(units: Sequence[AdminUnit], year: int) -> int:
    return len(units_on(units, date(year, 6, 1)))


def test_eleven_provinces_before_2015_and_twenty_six_since() -> None:
    assert (len(OLD), len(NEW)) == (11, 26)
    old, notes = date_units(provinces(OLD))
    assert (count(old, 2014), count(old, 2016)) == (11, 4)
    assert notes == ("COD: the list stands before 2015-03-25.",)
    new, notes = date_units(provinces(NEW, since=date(2019, 9, 11)))
    assert (count(new, 2014), count(new, 2016)) == (4, 26)
    assert notes == ("COD: the list stands after 2015-03-25.",)


def test_one_name_on_both_sides_means_other_ground_on_each() -> None:
    (old,) = (unit for unit in date_units(provinces(OLD))[0] if unit.name == "Equateur")
    (new,) = (unit for unit in date_units(provinces(NEW))[0] if unit.name == "Equateur")
    assert old.valid_to == new.valid_from == date(2015, 3, 25)


def test_a_list_with_old_and_new_names_is_left_as_it_is_and_says_so() -> None:
    units = provinces([*OLD, *NEW])
    dated, notes = date_units(units)
    assert list(dated) == units
    assert notes == ("COD: the list holds provinces from before and after 2015-03-25; it was not dated.",)


def test_a_part_of_a_list_is_not_dated_by_names_that_did_not_change() -> None:
    units = provinces(["Equateur", "Kinshasa"])
    assert date_units(units) == (tuple(units), ())


def test_sudan_with_17_states_is_after_2012_and_before_2013_and_with_18_after_both() -> None:
    seventeen, notes = date_units(provinces(SUDAN_17, "SDN"))
    assert notes == ("SDN: the list stands after 2012-01-01, before 2013-07-01.",)
    assert count(seventeen, 2012) == 17
    assert count(seventeen, 2014) == 15
    eighteen, notes = date_units(provinces([*SUDAN_17, "West Kordofan"], "SDN"))
    assert notes == ("SDN: the list stands after 2012-01-01, after 2013-07-01.",)
    assert count(eighteen, 2014) == 18
    assert count(eighteen, 2012) == 15


def test_the_states_of_the_south_were_sudans_before_2011() -> None:
    south = ("Central Equatoria", "Eastern Equatoria", "Jonglei", "Lakes", "Northern Bahr el Ghazal", "Unity")
    whole = (*south, "Upper Nile", "Warrap", "Western Bahr el Ghazal", "Western Equatoria")
    before, _ = date_units(provinces(whole, "SDN"))
    since, _ = date_units(provinces(whole, "SSD"))
    assert (count(before, 2010), count(before, 2012)) == (10, 0)
    assert (count(since, 2010), count(since, 2012)) == (0, 10)


TEN = (
    *("Central Equatoria", "Eastern Equatoria", "Jonglei", "Lakes", "Northern Bahr el Ghazal", "Unity"),
    *("Upper Nile", "Warrap", "Western Bahr el Ghazal", "Western Equatoria"),
)
SHARED_28_32 = (
    *("Jubek", "Terekeka", "Yei River", "Imatong", "Jonglei", "Boma", "Eastern Lakes", "Gok", "Western Lakes"),
    *("Aweil", "Aweil East", "Lol", "Northern Liech", "Ruweng", "Southern Liech", "Latjoor", "Gogrial", "Tonj"),
    *("Twic", "Wau", "Amadi", "Gbudwe", "Maridi"),
)
STATES_28 = (*SHARED_28_32, "Namorunyang", "Eastern Bieh", "Western Bieh", "Eastern Nile", "Western Nile")
STATES_32 = (
    *(*SHARED_28_32, "Kapoeta", "Akobo", "Bieh", "Fangak", "Central Upper Nile", "Northern Upper Nile"),
    *("Fashoda", "Tambura", "Maiwut"),
)
SINCE_2020 = (*TEN, "Ruweng Administrative Area", "Pibor Administrative Area")


def test_south_sudan_had_28_states_and_then_32() -> None:
    assert (len(STATES_28), len(STATES_32)) == (28, 32)
    first, notes = date_units(provinces(STATES_28, "SSD"))
    assert notes == (
        "SSD: the list stands after 2011-07-09, after 2015-10-02, before 2017-01-14, before 2020-02-22.",
    )
    assert [count(first, year) for year in (2015, 2016, 2021)] == [0, 28, 0]
    second, notes = date_units(provinces(STATES_32, "SSD"))
    assert notes == (
        "SSD: the list stands after 2011-07-09, after 2015-10-02, after 2017-01-14, before 2020-02-22.",
    )
    assert [count(second, year) for year in (2018, 2019, 2021)] == [32, 32, 0]
    (gbudwe,) = (unit for unit in second if unit.name == "Gbudwe")
    assert (gbudwe.valid_from, gbudwe.valid_to) == (date(2017, 1, 14), date(2020, 2, 22))


def test_south_sudans_ten_states_and_areas_are_those_since_2020() -> None:
    dated, notes = date_units(provinces(SINCE_2020, "SSD"))
    assert notes == ("SSD: the list stands after 2011-07-09, after 2020-02-22.",)
    assert [count(dated, year) for year in (2014, 2018, 2021)] == [0, 0, 12]
    bare, _ = date_units(provinces((*TEN, "Ruweng", "Pibor"), "SSD"))
    assert [count(bare, year) for year in (2014, 2021)] == [0, 12]


@pytest.mark.parametrize(
    ("published", "years"),
    [(date(2023, 1, 1), (0, 0, 10)), (date(2013, 1, 1), (10, 0, 0)), (date(2018, 1, 1), (10, 10, 10))],
)
def test_the_ten_names_alone_are_told_apart_by_the_day_of_their_list(
    published: date, years: tuple[int, ...]
) -> None:
    dated, notes = date_units(provinces(TEN, "SSD", since=published))
    assert tuple(count(dated, year) for year in (2014, 2018, 2021)) == years
    assert ("its names stood before 2015-10-02 and again since 2020-02-22" in notes[0]) == (published.year == 2018)


def test_districts_and_other_countries_are_left_alone() -> None:
    units = [AdminUnit("CD1", "Katanga", 2, "", "COD", None, None, "x"), *provinces(["Kidal"], "MLI")]
    assert date_units(units) == (tuple(units), ())


def test_other_changes_may_be_brought() -> None:
    change = ProvinceChange("MLI", "2016-01", ("A",), "MLI", (("B",), ("C",)), "a test", "unverified")
    dated, _ = date_units(provinces(["B", "C", "D"], "MLI"), [change])
    assert [unit.valid_from for unit in dated] == [date(2016, 1, 1), date(2016, 1, 1), None]


@pytest.mark.parametrize("change", load_province_changes(), ids=lambda change: f"{change.country} {change.old[0]}")
def test_every_shipped_change_has_countries_a_day_and_a_source_and_says_what_is_unverified(
    change: ProvinceChange,
) -> None:
    for code in (change.country, change.new_country):
        found = find_country(code)
        assert found is not None
        assert found.iso3 == code
    assert date(1990, 1, 1) < change.day < date(2026, 1, 1)
    assert change.source
    assert change.status == "unverified" or change.country == "SSD"
    assert all(names and all(map(fold_name, names)) for names in (change.old, *change.new))
