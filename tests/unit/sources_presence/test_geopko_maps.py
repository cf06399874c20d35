from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tutela.kernel.problems import Problem


def periods(reading):
    sites = reading.table
    return list(zip(sites.site_id.tolist(), sites.opened.tolist(), sites.closed.tolist(), strict=True))


def test_a_site_stands_from_the_first_of_its_month_until_the_next_map_that_lacks_it(read_maps):
    reading = read_maps({}, {"month": "7", "location": "Saint-Élan"})
    assert periods(reading) == [
        ("UNXA/port-alder", date(2010, 3, 1), date(2010, 7, 1)),
        ("UNXA/saint-elan", date(2010, 7, 1), date(2011, 8, 1)),
    ]
    assert reading.source == "geopko"
    assert reading.table.name.tolist() == ["Port Alder", "Saint-Élan"]
    assert reading.table.source_line.tolist() == [2, 3]


def test_a_map_of_another_mission_closes_nothing(read_maps):
    reading = read_maps({}, {"mission": "UNXB", "month": "5"})
    assert periods(reading)[0] == ("UNXA/port-alder", date(2010, 3, 1), date(2011, 4, 1))


def test_no_map_is_believed_for_more_than_thirteen_months_and_the_note_counts_them(read_maps):
    reading = read_maps({}, {"year": "2012", "month": "1"})
    assert periods(reading) == [
        ("UNXA/port-alder", date(2010, 3, 1), date(2011, 4, 1)),
        ("UNXA/port-alder", date(2012, 1, 1), date(2013, 2, 1)),
    ]
    assert "at most 13 months" in reading.notes[0]
    assert "2 of 2 periods end by that limit" in reading.notes[0]
    assert "1 of them at the mission's last map" in reading.notes[0]


def test_the_next_map_exactly_thirteen_months_later_is_no_limit(read_maps):
    reading = read_maps({}, {"year": "2011", "month": "4"})
    assert periods(reading) == [("UNXA/port-alder", date(2010, 3, 1), date(2012, 5, 1))]
    assert "1 of 1 periods end by that limit" in reading.notes[0]


def test_touching_periods_with_the_same_state_are_one_and_a_change_begins_another(read_maps):
    reading = read_maps({}, {"month": "5"}, {"month": "8", "no.troops": "300"})
    assert periods(reading) == [
        ("UNXA/port-alder", date(2010, 3, 1), date(2010, 8, 1)),
        ("UNXA/port-alder", date(2010, 8, 1), date(2011, 9, 1)),
    ]
    assert reading.table.military.tolist() == [150.0, 300.0]
    assert reading.accounting.placed == 3


def test_a_site_that_one_map_lacks_opens_again_with_the_next(read_maps):
    reading = read_maps({}, {"month": "5", "location": "Bray"}, {"month": "6"})
    assert [period for period in periods(reading) if "alder" in period[0]] == [
        ("UNXA/port-alder", date(2010, 3, 1), date(2010, 5, 1)),
        ("UNXA/port-alder", date(2010, 6, 1), date(2011, 7, 1)),
    ]


def test_the_latest_revision_of_a_month_speaks_for_the_site_whatever_the_order_of_rows(read_maps):
    rows = (
        {"source": "Map no. 1 Rev. 9.1", "no.troops": "300"},
        {"source": "Map no. 1 Rev. 10", "no.troops": "650"},
        {"source": "Map no. 1 Rev. 9 (republished as 11.2)", "no.troops": "35"},
        {"source": "a sketch", "no.troops": "7"},
    )
    for order in (rows, rows[::-1]):
        reading = read_maps(*order)
        assert reading.table.military.tolist() == [650.0]
        assert reading.accounting.placed == 4
        assert any(note.startswith("3 rows repeat another") for note in reading.notes)


def test_equal_rows_count_once_and_different_rows_of_one_map_add_up(read_maps):
    reading = read_maps({}, {}, {"no.troops": "35"}, {"no.troops": "10", "geosplit": "1"})
    assert reading.table.military.tolist() == [195.0]
    assert any(note.startswith("2 rows are parts of a site") for note in reading.notes)


def test_split_rows_under_different_names_stay_different_sites(read_maps):
    reading = read_maps(
        {"geosplit": "1", "no.troops": "18"}, {"geosplit": "1", "no.troops": "17", "location": "Bray"}
    )
    assert reading.table.site_id.tolist() == ["UNXA/bray", "UNXA/port-alder"]
    assert reading.table.military.sum() == 35


def test_two_places_of_one_name_on_one_map_are_two_sites(read_maps):
    far = {"longitude": "-7.5"}
    reading = read_maps({}, far, {"month": "6", **far}, {"month": "6", "longitude": "-7.501"})
    assert sorted(set(reading.table.site_id.tolist())) == ["UNXA/port-alder", "UNXA/port-alder--2"]
    assert any("share their name" in note for note in reading.notes)


def test_a_site_that_moves_keeps_its_id_and_the_note_says_so(read_maps):
    reading = read_maps({}, {"month": "6", "longitude": "-8.2"})
    assert reading.table.site_id.tolist() == ["UNXA/port-alder"] * 2
    assert reading.table.lon.tolist() == [-8.0, -8.2]
    assert any(note.startswith("1 sites have points more than 5 km apart") for note in reading.notes)


def test_unknown_troops_are_not_a_number(read_maps):
    for text in ("unknown", "", "NA"):
        assert np.isnan(read_maps({"no.troops": text}).table.military).all()


def test_formed_police_are_police_and_not_soldiers(read_maps):
    table = read_maps({"no.troops": "300", "fpu": "1", "fpu.no": "150"}).table
    assert (table.military[0], table.police[0]) == (150.0, 150.0)


def test_the_regional_force_is_added(read_maps):
    assert read_maps({"rpf.no": "450"}).table.military.tolist() == [600.0]


@pytest.mark.parametrize(
    ("marks", "military", "police", "kind"),
    [
        ({}, 150.0, 0.0, "base"),
        ({"unpol.dummy": "1"}, 150.0, None, "base"),
        ({"fpu": "1", "fpu.no": ""}, 150.0, None, "base"),
        ({"fpu": "NA"}, 150.0, None, "base"),
        ({"no.troops": "0", "unpol.dummy": "1"}, 0.0, None, "police"),
        ({"no.troops": "150", "fpu": "1", "fpu.no": "150"}, 0.0, 150.0, "police"),
        ({"no.troops": "0", "unmo.dummy": "1"}, None, 0.0, "observers"),
        ({"no.troops": "0", "unmo.dummy": "1", "unpol.dummy": "1"}, None, None, "observers"),
        ({"no.troops": "0", "hq": "3"}, None, 0.0, "headquarters"),
        ({"no.troops": "0", "hq": "2"}, None, 0.0, "sector headquarters"),
        ({"hq": "1"}, 150.0, 0.0, "contingent headquarters"),
        ({"no.troops": "0"}, None, None, ""),
        ({"no.troops": "0", "lo": "1"}, None, None, "liaison office"),
        ({"no.troops": "0", "jmco": "1"}, None, None, "joint monitoring office"),
        ({"obs.base": "1"}, 150.0, 0.0, "observation base"),
        ({"cantonment": "1"}, 150.0, 0.0, "cantonment"),
        ({"disarmament": "1"}, 150.0, 0.0, "disarmament site"),
        ({"fpu": "1", "fpu.no": "650"}, None, 650.0, "police"),
        ({"fpu.no": "-40"}, 150.0, 0.0, "base"),
    ],
)
def test_what_the_map_does_not_count_is_unknown_and_never_zero(read_maps, marks, military, police, kind):
    table = read_maps(marks).table
    found = [None if np.isnan(value) else value for value in (table.military[0], table.police[0])]
    assert found == [military, police]
    assert table.kind.tolist() == [kind]
    assert np.isnan(table.civilian).all()


def test_aviation_units_mean_air_and_their_absence_means_nothing(read_maps):
    reading = read_maps({"avia": "1"}, {"location": "Bray", "he.sup": "1"}, {"location": "Coe"})
    assert reading.table.air.tolist() == [1, -1, 1]


def test_a_site_that_the_key_calls_closed_is_closed_unless_somebody_is_shown(read_maps):
    closed = {"no.troops": "0", "comments": "Team site (closed)"}
    reading = read_maps(
        closed, {"location": "Bray", **closed, "hq": "2"}, {"location": "Coe", "comments": "(closed)"}
    )
    assert reading.table.status.tolist() == ["open", "open", "closed"]
    assert any(note.startswith("1 periods are of sites that the map's key calls closed") for note in reading.notes)


def test_the_country_is_a_code_and_two_countries_are_none(read_maps):
    reading = read_maps({}, {"location": "Bray", "country": "Ethiopia/Eritrea"}, {"location": "Coe", "country": ""})
    assert reading.table.country.tolist() == ["", "", "MLI"]
    assert any(note.startswith("2 periods name no single country") for note in reading.notes)


def test_a_row_without_a_point_is_left_out_by_name_and_its_map_still_counts(read_maps, many):
    lost = {"month": "6", "location": "unclear", "latitude": "", "longitude": ""}
    reading = read_maps(*many({}, "location"), lost)
    (excluded,) = reading.excluded
    assert (excluded.line, excluded.reason, excluded.column) == (202, "coordinates-missing", "latitude")
    assert reading.accounting.excluded == {"coordinates-missing": 1}
    assert set(reading.table.closed.tolist()) == {date(2010, 6, 1)}


@pytest.mark.parametrize(
    ("change", "reason", "column"),
    [
        ({"latitude": "12,5"}, "coordinates-unreadable", "latitude"),
        ({"longitude": "inf"}, "coordinates-unreadable", "longitude"),
        ({"longitude": "NA"}, "coordinates-missing", "longitude"),
        ({"latitude": "-100"}, "coordinates-swapped-suspected", "latitude"),
        ({"latitude": "190"}, "latitude-out-of-range", "latitude"),
        ({"longitude": "190"}, "longitude-out-of-range", "longitude"),
        ({"latitude": "0", "longitude": "0.0"}, "coordinates-zero", "latitude"),
        ({"latitude": "-8", "longitude": "32.5"}, "", ""),
        ({"latitude": "-8.0", "longitude": "12.5"}, "coordinates-swapped-suspected", "lat"),
        ({"year": ""}, "date-missing", "year"),
        ({"month": "NA"}, "date-missing", "month"),
        ({"month": "13"}, "date-unreadable", "year"),
        ({"month": "3.5"}, "date-unreadable", "year"),
        ({"year": "0201"}, "date-unreadable", "year"),
        ({"year": "soon"}, "date-unreadable", "year"),
        ({"year": "2026", "month": "7"}, "date-in-future", "year"),
        ({"mission": ""}, "mission-missing", "mission"),
        ({"location": "--"}, "location-missing", "location"),
        ({"location": "x" * 300}, "text-too-long", "location"),
        ({"no.troops": "many"}, "people-unreadable", "no.troops"),
        ({"no.troops": "-35"}, "people-negative", "no.troops"),
    ],
)
def test_a_bad_row_is_left_out_by_a_named_reason(read_maps, many, change, reason, column):
    reading = read_maps(*many({}, "location"), change)
    found = [(row.line, row.reason, row.column) for row in reading.excluded]
    assert found == ([(202, reason, column)] if reason else [])


def test_a_map_of_this_month_is_read(read_maps):
    assert len(read_maps({"year": "2026", "month": "6"}).table) == 1


def test_more_than_a_hundredth_of_bad_rows_refuses_the_file(read_maps, many):
    bad = [{"location": f"Lost {index}", "latitude": ""} for index in range(3)]
    with pytest.raises(Problem) as caught:
        read_maps(*many({}, "location"), *bad)
    assert caught.value.code == "too-many-bad-rows"
    assert "3 of 203" in caught.value.message
    assert caught.value.where.endswith("line 202, column latitude")


def test_names_in_another_script_still_make_an_id(read_maps):
    assert read_maps({"location": "غاو"}).table.site_id.tolist() == ["UNXA/غاو"]


def test_the_order_of_rows_changes_nothing_but_lines(read_maps):
    rows = ({}, {"month": "5"}, {"month": "8", "location": "Bray"}, {"no.troops": "35"}, {"longitude": "-7"})
    first, second = read_maps(*rows), read_maps(*rows[::-1])
    for name, column in first.table.columns().items():
        if name != "source_line":
            np.testing.assert_array_equal(column, second.table.columns()[name])


def test_origin_says_whom_to_cite_and_what_the_maps_cover(read_maps):
    origin = read_maps({}, {"year": "2012", "month": "11"}).origin
    assert "57(2)" in origin.attribution
    assert "not seen" in origin.licence
    assert origin.vintage == "2010-03 to 2012-11"
    assert not origin.invented


def test_the_limits_of_the_source_are_told(read_maps):
    told = " ".join(read_maps({}).notes)
    for promise in ("standard unit sizes", "no civilian staff", "formed police", "unknown and not 0"):
        assert promise in told
