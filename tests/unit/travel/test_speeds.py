"""The table of speeds: whole, labelled, and the same for everybody."""

import math
from dataclasses import replace

import pytest

from tutela.catalogue.travel import check_travel, find_aircraft, find_speeds, load_travel, travel_digest
from tutela.kernel.problems import Problem


def test_nothing_is_wrong_with_the_table():
    assert list(check_travel(load_travel())) == []


def test_no_value_is_called_verified_that_is_a_speed():
    # Not one of them was measured or read in its source by this project.
    assert {row.status for row in load_travel() if row.value is not None} == {"assumed", "unverified"}


def test_every_class_of_land_cover_has_a_row():
    assert sorted(find_speeds("foot", "dry").land_kmh) == list(range(18))


def test_nothing_is_faster_in_the_wet_season():
    for mode in ("foot", "motorised"):
        dry, wet = find_speeds(mode, "dry"), find_speeds(mode, "wet")
        assert wet.river_minutes > dry.river_minutes
        for code, kmh in dry.land_kmh.items():
            assert math.isnan(kmh) or wet.land_kmh[code] <= kmh
        assert all(wet.road_kmh[name] <= kmh for name, kmh in dry.road_kmh.items())


def test_on_foot_every_road_is_walked_and_by_vehicle_a_path_is():
    assert set(find_speeds("foot", "dry").road_kmh.values()) == {5.0}
    motorised = find_speeds("motorised", "dry").road_kmh
    assert motorised["path"] == 5.0
    assert motorised["track"] < motorised["primary"] < motorised["motorway"]


def test_water_is_passed_by_nobody():
    assert math.isnan(find_speeds("foot", "dry").land_kmh[0])


@pytest.mark.parametrize(("mode", "season", "where"), [("boat", "dry", "mode"), ("foot", "autumn", "season")])
def test_what_the_table_does_not_have_is_refused(mode, season, where):
    with pytest.raises(Problem, match="of travel") as caught:
        find_speeds(mode, season)
    assert caught.value.where == where


def test_an_aircraft_is_found_by_its_name_or_refused():
    assert set(find_aircraft("helicopter")) == {"ready", "cruise", "radius"}
    with pytest.raises(Problem, match="no aircraft") as caught:
        find_aircraft("kite")
    assert "helicopter" in caught.value.remedy


def test_the_table_has_a_digest():
    assert len(travel_digest()) == 64


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"unit": "knots"}, "is not known"),
        ({"kind": "sea"}, "is not known"),
        ({"value": 0.0}, "above 0"),
        ({"wet_factor": 0.0}, "above 0"),
        ({"status": "true"}, "source and status"),
        ({"source": ""}, "source and status"),
    ],
)
def test_a_wrong_row_is_named_by_its_line(change, says):
    first, second, *_ = load_travel()
    findings = list(check_travel([first, replace(second, **change)]))
    assert len(findings) == 1
    assert says in findings[0]
    assert f"line {second.line}:" in findings[0]


def test_a_row_that_stands_twice_is_named():
    first = load_travel()[0]
    assert ["twice" in finding for finding in check_travel([first, first])] == [True]
