from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tutela.data.sources.presence import read_sites
from tutela.kernel.problems import Problem


def test_a_plain_row_is_read_as_it_stands(read_plain):
    reading = read_plain({"country": "Mali", "closed": "2020-05-01T00:00:00"})
    (row,) = [{name: column[0] for name, column in reading.table.columns().items()}]
    assert (row["site_id"], row["mission"], row["name"], row["country"]) == ("A1", "UNXA", "Port Alder", "MLI")
    assert (row["lon"], row["lat"], row["military"], row["civilian"]) == (-8.0, 12.5, 120.0, 9.0)
    assert np.isnan(row["police"])
    assert (row["opened"].item(), row["closed"].item()) == (date(2015, 1, 10), date(2020, 5, 1))
    assert (row["status"], row["air"], row["kind"], row["source_line"]) == ("open", 1, "base", 2)
    assert reading.source == "csv"
    assert reading.notes == ()


def test_unknown_is_empty_and_never_zero(read_plain):
    empty = {"military": "", "police": "", "civilian": "0", "air": "", "status": "", "kind": "", "name": ""}
    table = read_plain(empty).table
    assert np.isnan([table.military[0], table.police[0]]).all()
    assert (table.civilian[0], table.air[0], table.status[0]) == (0.0, -1, "")
    assert np.isnat(table.closed[0])


def test_several_states_of_one_site_in_time_are_kept(read_plain):
    reading = read_plain(
        {"closed": "2018-01-01"}, {"opened": "2018-01-01", "status": "Host denied", "military": "40", "air": "no"}
    )
    assert reading.table.status.tolist() == ["open", "host_denied"]
    assert reading.table.air.tolist() == [1, 0]


def test_a_state_that_overlaps_an_earlier_one_is_left_out_by_name(read_plain, many):
    rows = [*many({}, "site_id"), {"closed": "2018-01-01"}, {"opened": "2017-12-31"}, {"opened": "2018-01-01"}]
    reading = read_plain(*rows)
    assert [(row.line, row.reason, row.column) for row in reading.excluded] == [(203, "states-overlap", "opened")]
    assert len(reading.table) == 202


def test_a_state_after_one_without_an_end_overlaps(read_plain, many):
    reading = read_plain(*many({}, "site_id"), {"closed": ""}, {"opened": "2020-01-01"})
    assert [row.reason for row in reading.excluded] == ["states-overlap"]


@pytest.mark.parametrize(
    ("change", "reason", "column"),
    [
        ({"site_id": ""}, "site-id-missing", "site_id"),
        ({"mission": " "}, "mission-missing", "mission"),
        ({"name": "x" * 201}, "text-too-long", "name"),
        ({"lat": ""}, "coordinates-missing", "lat"),
        ({"lon": "8 W"}, "coordinates-unreadable", "lon"),
        ({"lat": "112.5", "lon": "8"}, "coordinates-swapped-suspected", "lat"),
        ({"lat": "-8.0", "lon": "12.5"}, "coordinates-swapped-suspected", "lat"),
        ({"opened": ""}, "date-missing", "opened"),
        ({"opened": "2015"}, "date-unreadable", "opened"),
        ({"opened": "10/01/2015"}, "date-unreadable", "opened"),
        ({"opened": "2015-02-30"}, "date-unreadable", "opened"),
        ({"opened": "1215-01-01"}, "date-too-early", "opened"),
        ({"opened": "2215-01-01"}, "date-in-future", "opened"),
        ({"closed": "yesterday"}, "date-unreadable", "closed"),
        ({"closed": "2014-12-31"}, "date-order", "closed"),
        ({"closed": "2015-01-10"}, "date-order", "closed"),
        ({"status": "shut"}, "status-unknown", "status"),
        ({"military": "a few"}, "people-unreadable", "military"),
        ({"police": "-1"}, "people-negative", "police"),
        ({"civilian": "1e999"}, "people-unreadable", "civilian"),
        ({"air": "2"}, "air-unreadable", "air"),
        ({"country": "Ruritania"}, "country-unknown", "country"),
    ],
)
def test_a_bad_row_is_left_out_by_a_named_reason(read_plain, many, change, reason, column):
    reading = read_plain(*many({}, "site_id"), change)
    assert [(row.line, row.reason, row.column) for row in reading.excluded] == [(202, reason, column)]
    assert reading.accounting.placed == len(reading.table) == 200


def test_a_repeated_row_is_left_out_and_the_first_one_stays(read_plain, many):
    reading = read_plain({}, *many({}, "site_id"), {})
    assert [(row.line, row.reason) for row in reading.excluded] == [(203, "duplicate-row")]


def test_one_site_and_day_with_two_contents_is_refused(read_plain, many):
    with pytest.raises(Problem) as caught:
        read_plain(*many({}, "site_id"), {}, {"military": "7"})
    assert caught.value.code == "id-conflict"
    assert caught.value.where.endswith("sites.csv, line 202, column site_id")


def test_one_id_for_the_sites_of_two_presences_is_refused(read_plain):
    with pytest.raises(Problem) as caught:
        read_plain({"closed": "2018-01-01"}, {"opened": "2018-01-01", "mission": "UNXB"})
    assert caught.value.code == "id-conflict"
    assert caught.value.where.endswith("column mission")


def test_a_planned_site_is_kept_and_told(read_plain):
    reading = read_plain({"opened": "2027-01-01"})
    assert len(reading.table) == 1
    assert reading.notes == ("1 rows open after 2026-06-30: planned, and without effect before their day.",)


def test_columns_that_are_not_there_are_unknown_and_told(tmp_path):
    path = tmp_path / "short.csv"
    path.write_text("Site_ID,Mission,LON,Lat,Opened,Depth\nA1,UNXA,-8,12.5,2015-01-10,4\n", encoding="utf-8")
    reading = read_sites(path, today=date(2026, 6, 30))
    assert np.isnan(reading.table.military).all()
    assert "name, closed, status, military, police, civilian, air, kind" in reading.notes[0]
    assert reading.notes[1] == "1 other columns were not read."


def test_far_sites_of_one_mission_are_not_taken_for_swapped(read_plain, many):
    reading = read_plain(
        *many({}, "site_id"), {"lat": "-30", "lon": "60"}, {"site_id": "A2", "lat": "12", "lon": "-9"}
    )
    assert reading.excluded == ()
