from __future__ import annotations

from datetime import date

import numpy as np
import pytest


def test_a_site_year_is_a_whole_calendar_year_and_touching_years_are_one_period(read_years):
    reading = read_years({}, {"year": "2011"}, {"year": "2013"})
    assert reading.source == "geopko-year"
    assert reading.table.opened.tolist() == [date(2010, 1, 1), date(2013, 1, 1)]
    assert reading.table.closed.tolist() == [date(2012, 1, 1), date(2014, 1, 1)]
    assert "nothing about months" in reading.notes[0]
    assert reading.origin.vintage == "2010 to 2013"


def test_rows_of_one_year_are_one_site_with_the_mean_of_the_file(read_years):
    mean = {"ave.no.troops": "210"}
    reading = read_years({"NoTroops": "150", **mean}, {"NoTroops": "300", **mean}, {"NoTroops": "NA", **mean})
    assert reading.table.military.tolist() == [210.0]
    assert reading.accounting.placed == 3
    assert any(note.startswith("2 rows tell of another number") for note in reading.notes)


def test_troops_not_available_are_not_a_number(read_years):
    reading = read_years({"NoTroops": "NA", "ave.no.troops": "NA"})
    assert np.isnan(reading.table.military).all()
    assert any(note.startswith("1 periods have an unknown number") for note in reading.notes)


@pytest.mark.parametrize(
    ("change", "military", "police", "kind"),
    [
        ({}, 150.0, None, "base"),
        ({"ave.no.troops": "0", "UNPOL": "1"}, 0.0, None, "police"),
        ({"ave.no.troops": "0", "UNMO": "1"}, None, 0.0, "observers"),
        ({"ave.no.troops": "0", "hq": "3"}, None, 0.0, "headquarters"),
        ({"ave.no.troops": "0"}, None, None, ""),
    ],
)
def test_what_the_year_does_not_count_is_unknown(read_years, change, military, police, kind):
    table = read_years(change).table
    assert [None if np.isnan(value) else value for value in (table.military[0], table.police[0])] == [
        military,
        police,
    ]
    assert np.isnan(table.civilian).all()
    assert table.kind.tolist() == [kind]


def test_a_site_year_with_two_points_takes_the_one_most_rows_give(read_years):
    away = {"longitude": "-8.3"}
    reading = read_years(
        {"year": "2009"}, {}, away, {"year": "2011", **away}, {"year": "2011", "UNMO": "1", **away}
    )
    assert reading.table.lon.tolist() == [-8.0, -8.3]
    assert reading.table.opened.tolist() == [date(2009, 1, 1), date(2010, 1, 1)]
    assert any(note.startswith("1 points were left aside") for note in reading.notes)
    assert any(note.startswith("1 sites have points more than 5 km apart") for note in reading.notes)


def test_a_year_to_come_is_left_out(read_years, many):
    reading = read_years(*many({}, "location"), {"year": "2027"}, {"year": "2026"})
    assert [(row.line, row.reason) for row in reading.excluded] == [(202, "date-in-future")]


def test_aviation_is_air(read_years):
    assert read_years({"Av": "2"}, {"location": "Bray"}).table.air.tolist() == [-1, 1]


def test_marks_of_any_row_hold_for_the_year(read_years):
    assert read_years({}, {"hq": "2", "NoTroops": "35"}).table.kind.tolist() == ["sector headquarters"]
