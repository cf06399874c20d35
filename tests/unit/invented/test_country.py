"""What is true of the invented country whatever is done with it."""

from __future__ import annotations

import csv
from datetime import date

import numpy as np
import pytest

from tutela.catalogue.countries import find_country, fold_name
from tutela.catalogue.doctrine import load_doctrine
from tutela.catalogue.presences import mandate_on
from tutela.kernel.digests import content_digest
from tutela.kernel.places import distances_km
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, VIOLENCE
from tutela.studies.invented.country import build_country
from tutela.studies.invented.names import write_arabic
from tutela.studies.invented.plane import find_inside, measure_area, to_plane

EVENTS = {"small": (1_200, 2_000), "medium": (11_000, 14_000), "large": (92_000, 112_000)}
TOWNS = {"small": 60, "medium": 300, "large": 1_500}


def _points(table):
    return np.column_stack((table.lon, table.lat))


def _areas(regions):
    return [sum(measure_area(to_plane(ring)) for ring in region.rings) for region in regions]


def _share_of_precision(events, codes):
    return float(np.isin(events.precision, codes).mean())


def test_the_same_size_and_seed_give_the_same_country(country):
    assert build_country(country.size, country.seed).digest == country.digest


def test_another_seed_gives_another_country(small):
    other = build_country("small", 2)
    assert other.digest != small.digest
    assert other.land[0].shape != small.land[0].shape


def test_sizes_differ_in_towns_and_events_but_not_in_land_or_sites(small, medium):
    assert small.digest != medium.digest
    assert all(np.array_equal(a, b) for a, b in zip(small.land, medium.land, strict=True))
    assert content_digest(small.sites.columns()) == content_digest(medium.sites.columns())
    assert small.towns == medium.towns[: len(small.towns)]


def test_each_size_has_about_as_many_events_and_settlements_as_promised(country):
    low, high = EVENTS[country.size]
    assert low <= len(country.events) <= high
    assert len(country.towns) == TOWNS[country.size]


@pytest.mark.parametrize(("size", "seed", "where"), [("huge", 1, "size"), ("small", -1, "seed")])
def test_an_unknown_size_or_a_seed_below_zero_is_refused(size, seed, where):
    with pytest.raises(Problem) as caught:
        build_country(size, seed)
    assert caught.value.code == "option-invalid"
    assert caught.value.where == where


def test_the_code_is_one_that_no_country_will_have(small):
    assert "XAA" <= small.code <= "XZZ"
    assert "XAA" <= small.neighbour_code <= "XZZ"
    assert find_country(small.code) is None
    assert find_country(small.name) is None
    assert find_country(small.neighbour) is None


def test_the_country_lies_far_from_every_real_place(small, shared):
    with (shared / "geo" / "ne_10m_populated_places.csv").open(encoding="utf-8", newline="") as file:
        real = np.array([(float(row["LONGITUDE"]), float(row["LATITUDE"])) for row in csv.DictReader(file)])
    corners = np.concatenate(small.land)
    corners = corners[:: len(corners) // 40]
    assert distances_km(corners[:, 0, None], corners[:, 1, None], real[:, 0], real[:, 1]).min() > 1_000


def test_no_name_is_that_of_a_real_place(large, shared):
    ours = {town.name for town in large.towns} | {region.name for region in large.provinces}
    ours |= {large.name, large.name_fr, large.neighbour}
    assert not {fold_name(name) for name in ours} & _real_names(shared)


def _real_names(shared):
    names = set()
    for file, columns in (
        ("geonames_cities500_missions.csv", ("name", "alternatenames")),
        ("ne_10m_populated_places.csv", ("NAME", "NAMEASCII", "NAMEALT")),
    ):
        with (shared / "geo" / file).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                names |= {fold_name(name) for column in columns for name in (row[column] or "").split("|")}
    assert len(names) > 40_000
    return names


def test_names_are_all_different_and_written_in_arabic_too(country):
    names = [town.name for town in country.towns] + [region.name for region in country.provinces]
    assert len(set(names)) == len(names)
    arabic = [town.name_ar for town in country.towns]
    assert len(set(arabic)) == len(arabic)
    assert all("\u0600" <= letter <= "\u06ff" for name in arabic for letter in name)
    assert country.name_ar == write_arabic(country.name)


def test_there_are_two_islands_and_a_country_of_the_promised_size(small):
    area = sum(measure_area(to_plane(ring)) for ring in small.territory)
    assert 120_000 <= area <= 160_000
    assert measure_area(to_plane(small.land[1])) > 5_000
    assert sum(measure_area(to_plane(ring)) for ring in small.land) > area + 10_000


def test_districts_and_provinces_add_up_to_the_country(small):
    area = sum(measure_area(to_plane(ring)) for ring in small.territory)
    assert len(small.provinces) == 6
    assert len(small.districts) == 30
    assert sum(_areas(small.provinces)) == pytest.approx(area, rel=1e-5)
    assert sum(_areas(small.districts)) == pytest.approx(area, rel=1e-5)
    assert min(_areas(small.districts)) > 500


def test_every_town_lies_on_land_in_its_own_district(country):
    points = np.array([(town.lon, town.lat) for town in country.towns])
    assert find_inside(points, country.territory).all()
    rings = {region.name: region.rings for region in country.districts}
    within = {region.name: region.within for region in country.districts}
    inside = [
        find_inside(point[None], rings[town.district])[0] for town, point in zip(country.towns, points, strict=True)
    ]
    assert np.mean(inside) > 0.995  # outlines are drawn in steps of some kilometres, districts are exact
    assert all(within[town.district] == town.province for town in country.towns)


def test_few_towns_are_large_and_many_are_small(large):
    people = np.array([town.people for town in large.towns])
    assert (np.diff(people) <= 0).all()
    assert 8e6 < people.sum() < 13e6
    slope = np.polyfit(np.log(np.arange(1, 301)), np.log(people[:300]), 1)[0]
    assert -1.25 < slope < -0.75


def test_every_event_is_on_the_country_s_land_unless_marked_at_sea(country):
    inside = find_inside(_points(country.events), country.territory)
    at_sea = country.events.precision == 7
    assert inside[~at_sea].all()
    assert not find_inside(_points(country.events)[at_sea], country.land).any()


def test_events_fill_the_eight_years_and_no_day_more(country):
    days = country.events.day
    assert days.min() >= np.datetime64(country.first_day)
    assert country.events.day_end.max() <= np.datetime64(country.last_day)
    assert (country.events.day_end >= days).all()
    assert country.last_day == date(2025, 12, 31)
    per_year = np.unique(days.astype("datetime64[Y]"), return_counts=True)[1]
    assert len(per_year) == 8
    assert per_year.min() > 0.03 * len(days)


def test_events_are_in_order_of_day_with_ids_of_their_own(country):
    events = country.events
    assert len(set(events.event_id.tolist())) == len(events)
    assert (np.diff(events.day).astype(int) >= 0).all()
    assert events.source_line.tolist() == list(range(2, len(events) + 2))
    assert set(events.country.tolist()) == {country.code}


def test_counts_are_whole_and_in_order(country):
    events = country.events
    assert (events.low <= events.best).all()
    assert (events.best <= events.high).all()
    assert (events.civilians <= events.best).all()
    assert (events.low >= 0).all()
    assert (events.high >= 1).all()
    for column in (events.best, events.low, events.high, events.civilians):
        assert np.array_equal(column, np.round(column))


def test_places_are_as_exact_as_they_are_in_real_sources(medium):
    events = medium.events
    assert 0.53 < _share_of_precision(events, [1]) < 0.62
    assert 0.17 < _share_of_precision(events, [2]) < 0.24
    assert 0.14 < _share_of_precision(events, [3, 4]) < 0.22
    assert 0.01 < _share_of_precision(events, [5, 6, 7]) < 0.08


def test_what_is_not_known_of_a_place_is_empty(country):
    events = country.events
    assert ((events.adm_2 == "") == (events.precision >= 4)).all()
    assert ((events.adm_1 == "") == (events.precision >= 6)).all()
    assert set(events.adm_1.tolist()) <= {region.name for region in country.provinces} | {""}


def test_all_five_armed_actors_and_the_other_state_harm_civilians(country):
    found = {PERPETRATORS[code] for code in np.unique(country.events.perpetrator)}
    assert found == {"host_state", "other_state", "state_aligned", "non_state", "communal", "criminal", "unknown"}
    assert {actor.perpetrator for actor in country.actors} | {"unknown"} == found
    assert all(actor.name and actor.name_ar for actor in country.actors)
    for code, name in enumerate(VIOLENCE):
        assert (country.events.violence == code).any() == (name != "unknown")


def test_where_all_the_dead_are_civilians_the_other_side_is_civilians(medium):
    events = medium.events
    alone = events.violence == VIOLENCE.index("one_sided")
    assert set(events.side_b[alone].tolist()) == {"Civilians"}
    assert "Civilians" not in set(events.side_b[~alone].tolist())
    assert np.array_equal(events.civilians[alone], events.best[alone])


def test_a_few_records_sum_up_months_without_an_exact_place(country):
    events = country.events
    months = (events.day_end - events.day).astype(int) >= 30
    assert 0 < months.sum() < 0.02 * len(events)
    assert (events.precision[months] >= 3).all()
    assert np.median(events.best[months]) > 10


def test_the_other_state_s_aircraft_are_the_main_danger_along_the_line(medium):
    events, sites = medium.events, medium.sites
    line = sites.mission == "IOGAL"
    away = distances_km(events.lon[:, None], events.lat[:, None], sites.lon[line], sites.lat[line]).min(axis=1)
    near = (away <= 30) & (events.precision <= 2) & (events.day >= np.datetime64("2023-01-01"))
    assert (events.perpetrator[near] == PERPETRATORS.index("other_state")).mean() > 0.5


def test_the_six_kinds_of_presence_are_there_and_say_that_they_are_invented(small):
    kinds = {presence.presence_id: presence.kind for presence in small.presences}
    assert kinds == {
        "IMIPA": "PKO_MULTIDIMENSIONAL_POC",
        "IOGAL": "PKO_SMALL_NO_POC",
        "IPMA": "SPM_FIELD_MULTIDIM",
        "IESAT": "SPM_ENVOY_GOOD_OFFICES",
        "IMTSA": "PKO_MODULAR_LIGHT",
        "IUNCTA": "UNCT_RCO",
    }
    assert set(kinds.values()) <= set(load_doctrine().presence_kinds)
    assert all(item.invented and "Invented" in item.name for item in small.presences)
    assert all(fact.source in ("", "invented") for item in small.presences for fact in item.facts.values())


def test_only_the_large_operation_has_authority_to_use_force(small):
    force = [item.presence_id for item in small.presences if item.fact("force_authority").value == "yes"]
    assert force == ["IMIPA"]


def test_mandates_are_in_every_state_that_a_reader_must_meet(small):
    states = {item.presence_id: mandate_on(item, small.last_day).state for item in small.presences}
    assert states["IMIPA"] == "in force"
    assert states["IOGAL"] == "in force"
    assert states["IPMA"] == "last known, confirm"
    assert states["IUNCTA"] == "not known"


def test_deployed_strength_is_what_the_sites_add_up_to(small):
    day = np.datetime64(small.last_day)
    sites = small.sites
    now = (sites.mission == "IMIPA") & (np.isnat(sites.closed) | (sites.closed > day))
    large = next(item for item in small.presences if item.presence_id == "IMIPA")
    assert large.fact("deployed_military").value == str(int(sites.military[now].sum()))
    assert large.fact("deployed_civilian").value.startswith("about ")  # one site's civilians are not known
    assert int(large.fact("effective_military").value.removeprefix("about ")) < sites.military[now].sum()


def test_every_activity_fits_the_doctrine_and_its_presence(small):
    known = {item.code: item for item in load_doctrine().activities}
    for done in small.activities:
        activity = known[done.code]
        assert done.tier in activity.tiers, done
        assert done.phase in activity.phases, done
        assert done.component in activity.components, done
        assert done.basis in activity.bases, done
        assert not any(letter.isdigit() for letter in done.note)
    for presence in small.presences:
        assert small.activities_of(presence.presence_id)
    assert {item.presence_id for item in small.activities if item.code == "A24c"} == {"IMIPA"}


def test_the_origin_and_the_map_say_what_they_are(small):
    assert small.origin.invented
    assert small.origin.licence == "CC0-1.0"
    assert small.map_places[0] == (small.towns[0].name, small.towns[0].lon, small.towns[0].lat, 1)
