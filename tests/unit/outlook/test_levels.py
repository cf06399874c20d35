"""Each level finds its units: totals are kept, names serve where there is no place, vicinities may overlap."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from tests.unit.outlook.test_gathering import FIRST, ORIGIN, SPEC, table_of

from tutela.engine.outlook.gathering import GatherSpec, gather
from tutela.engine.outlook.levels import (
    CountryLevel,
    GridLevel,
    Level,
    ProvinceLevel,
    ShapeLevel,
    UnitNames,
    VicinityLevel,
)
from tutela.engine.outlook.panels import number_month
from tutela.kernel.grids import Grid
from tutela.kernel.places import distances_km

NORTH = {"lon": 10.2, "lat": 8.2, "adm_1": "North"}
SOUTH = {"lon": 10.2, "lat": 5.2, "adm_1": "South"}
SOMEWHERE = {"adm_1": "", "precision": 6}


def sites(lon: list[float], lat: list[float], *, reached=None, km: float = 30.0) -> VicinityLevel:
    codes = np.array([f"s{i}" for i in range(len(lon))])
    names = UnitNames(codes, codes, np.array(lat), np.array(lon))
    return VicinityLevel(names, np.arange(len(lon)), np.array(lon), np.array(lat), km, reached)


LEVELS: list[Level] = [
    GridLevel(),
    CountryLevel(),
    ProvinceLevel(),
    ShapeLevel(("n", "s"), ("North", "South"), (shapely.box(9, 7, 12, 10), shapely.box(9, 4, 12, 7))),
    sites([10.2, 10.2], [8.2, 5.2]),
]


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: type(level).__name__)
def test_every_level_keeps_the_total(level: Level) -> None:
    rows = [NORTH, SOUTH, SOUTH, {**SOMEWHERE, "civilians": 30.0}, {"precision": 7, "adm_1": "", "civilians": 2.0}]
    found = gather(table_of(*rows), SPEC, level)
    assert sum(found.killed.values()) == pytest.approx(44.0)
    assert found.panel.counts.sum() == pytest.approx(found.killed["placed"] + found.again)
    assert found.events.placed + sum(found.events.excluded.values()) == 5
    assert len(found.names) == len(found.panel.units)


def test_an_event_needs_no_place_to_count_in_its_country() -> None:
    events = table_of({"precision": 6, "lon": np.nan, "lat": np.nan}, {"country": "XIB"}, {"country": ""})
    found = gather(events, SPEC, CountryLevel(names=(("XIA", "Alandia"),)))
    assert found.names.code.tolist() == ["XIA", "XIB"]
    assert found.names.label.tolist() == ["Alandia", "XIB"]
    assert found.panel.counts.sum(axis=0).tolist() == [4, 4]
    assert found.events.excluded == {"nowhere known to be shared out": 1}


def test_a_country_that_split_has_no_zeros_before_it_began() -> None:
    begins = number_month(2016, 3)
    spec = GatherSpec("civilians", FIRST, ORIGIN, "invented", {"XIB": begins})
    events = table_of({}, {"country": "XIB", "day": "2016-05-02"}, {"country": "XIB", "day": "2015-05-02"})
    found = gather(events, spec, CountryLevel())
    assert not found.panel.exists[: begins - FIRST, 1].any()
    assert found.panel.exists[begins - FIRST :, 1].all()
    assert found.panel.exists[:, 0].all()
    assert found.killed["before the unit was there"] == 4
    assert found.killed["placed"] == 8
    provinces = gather(events, spec, ProvinceLevel())
    assert not provinces.panel.exists[: begins - FIRST, 1].any()


def test_an_event_of_a_country_alone_is_shared_by_its_provinces_as_they_weigh() -> None:
    found = gather(table_of(NORTH, SOUTH, SOUTH, {**SOMEWHERE, "civilians": 30.0}), SPEC, ProvinceLevel())
    assert found.names.code.tolist() == ["XIA/North", "XIA/South"]
    assert found.names.label.tolist() == ["North (XIA)", "South (XIA)"]
    assert found.panel.counts.sum(axis=0).tolist() == pytest.approx([4 + 10, 8 + 20])


def test_the_provinces_of_another_country_take_no_share() -> None:
    other = {**SOUTH, "country": "XIB"}
    found = gather(table_of(NORTH, other, {**SOMEWHERE, "civilians": 30.0}), SPEC, ProvinceLevel())
    assert found.panel.counts.sum(axis=0).tolist() == pytest.approx([34, 4])


def test_by_boundaries_a_point_counts_in_one_province_and_outside_in_none() -> None:
    level = ShapeLevel(("b", "a"), ("B", "A"), (shapely.box(9, 4, 12, 7), shapely.box(9, 4, 12, 7)))
    found = gather(table_of(SOUTH, NORTH), SPEC, level)
    assert found.panel.counts.sum(axis=0).tolist() == [4, 0]
    assert found.killed["outside the units or the months"] == 4


def test_one_death_counts_in_each_vicinity_that_it_lies_in() -> None:
    found = gather(table_of(SOUTH, NORTH), SPEC, sites([10.2, 10.3, 30.0], [5.2, 5.2, 5.2]))
    assert found.panel.counts.sum(axis=0).tolist() == [4, 4, 0]
    assert found.again == 4
    assert found.killed["outside the units or the months"] == 4


def test_the_boundary_of_a_vicinity_is_inside() -> None:
    km = float(distances_km(10.2, 5.2, 10.5, 5.2))
    for within, killed in ((km, 4), (km - 0.001, 0)):
        assert gather(table_of(SOUTH), SPEC, sites([10.5], [5.2], km=within)).panel.counts.sum() == killed


def test_a_vicinity_of_a_presence_counts_a_death_near_two_of_its_sites_once() -> None:
    level = sites([10.2, 10.3], [5.2, 5.2])
    names = UnitNames(np.array(["P"]), np.array(["P"]), np.array([np.nan]), np.array([np.nan]))
    both = VicinityLevel(names, np.array([0, 0]), level.lon, level.lat, 30.0)
    found = gather(table_of(SOUTH), SPEC, both)
    assert found.panel.counts.sum() == 4
    assert found.again == 0


def test_a_vicinity_by_minutes_is_that_of_the_cells_reached() -> None:
    grid = Grid(9.0, 10.0, 1.0, 1.0, 6, 4)
    cell = grid.find_cells(np.array([10.2]), np.array([5.2]))
    level = sites([11.5, 9.5], [5.5, 5.5], reached=(grid, np.array([cell[0], 0]), np.array([0, 1])))
    found = gather(table_of(SOUTH, NORTH), SPEC, level)
    assert found.panel.counts.sum(axis=0).tolist() == [4, 0]


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: type(level).__name__)
def test_a_level_that_was_fixed_keeps_its_units_whatever_comes(level: Level) -> None:
    first = gather(table_of(NORTH, SOUTH), SPEC, level)
    later = table_of(SOUTH, {**SOUTH, "lon": 40.0, "country": "XIZ", "adm_1": "East"})
    again = gather(later, SPEC, level.fixed(first.found))
    assert again.panel.units.tolist() == first.panel.units.tolist()
    assert again.names.code.tolist() == first.names.code.tolist()


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: type(level).__name__)
def test_what_comes_after_the_origin_changes_nothing(level: Level) -> None:
    before = [NORTH, SOUTH, {**SOMEWHERE, "civilians": 30.0}]
    after = {**NORTH, "day": "2017-01-03", "lon": 11.9, "country": "XIZ", "adm_1": "East"}
    known, more = table_of(*before), table_of(*before, *([after] * 5))
    ours, theirs = gather(known, SPEC, level), gather(more, SPEC, level)
    np.testing.assert_array_equal(ours.panel.units, theirs.panel.units)
    np.testing.assert_array_equal(ours.panel.counts, theirs.panel.counts)


def test_an_event_of_a_country_without_any_known_province_is_left_out_by_name() -> None:
    found = gather(table_of(NORTH, {**SOMEWHERE, "country": "XIB"}), SPEC, ProvinceLevel())
    assert found.names.code.tolist() == ["XIA/North"]
    assert found.events.excluded == {"nowhere known to be shared out": 1}


@pytest.mark.parametrize("level", [CountryLevel(), ProvinceLevel()], ids=lambda level: type(level).__name__)
def test_places_without_codes_are_no_countries(level: Level) -> None:
    events = table_of(NORTH)
    places = GridLevel().find_places(events, np.ones(1, dtype=bool))
    with pytest.raises(ValueError, match="no codes"):
        level.find_units(places)
