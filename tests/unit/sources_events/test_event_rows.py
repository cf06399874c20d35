"""A bad row is left out by one named reason, with its line and column; a good one never is."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tutela.data.sources.event_rows import REASONS
from tutela.data.sources.events import read_events
from tutela.data.sources.readings import Reading
from tutela.kernel.problems import Problem
from tutela.kernel.tables import VIOLENCE, Events

Reader = Callable[..., Reading[Events]]
Writer = Callable[..., Path]
TODAY = date(2024, 1, 1)

BAD = [
    ({"id": " "}, "id-missing", "id"),
    ({"side_a": "x" * 301}, "text-too-long", "side_a"),
    ({"date_start": ""}, "date-missing", "date_start"),
    ({"date_start": "2020"}, "date-unreadable", "date_start"),
    ({"date_start": "01/03/2020"}, "date-unreadable", "date_start"),
    ({"date_start": "2020-02-30"}, "date-unreadable", "date_start"),
    ({"date_end": "soon"}, "date-unreadable", "date_end"),
    ({"date_start": "0202-03-01"}, "date-too-early", "date_start"),
    ({"date_start": "2024-01-02", "date_end": "2024-01-02"}, "date-in-future", "date_start"),
    ({"date_end": "2031-01-01"}, "date-in-future", "date_end"),
    ({"date_end": "2020-02-29"}, "date-order", "date_end"),
    ({"latitude": "5,5"}, "coordinates-unreadable", "latitude"),
    ({"longitude": "east"}, "coordinates-unreadable", "longitude"),
    ({"latitude": ""}, "coordinates-incomplete", "latitude"),
    ({"longitude": ""}, "coordinates-incomplete", "longitude"),
    ({"latitude": "120.5", "longitude": "5.5"}, "coordinates-swapped-suspected", "latitude"),
    ({"latitude": "20.25", "longitude": "5.5"}, "coordinates-swapped-suspected", "latitude"),
    ({"latitude": "95", "longitude": "120"}, "latitude-out-of-range", "latitude"),
    ({"latitude": "-500"}, "latitude-out-of-range", "latitude"),
    ({"longitude": "180.01"}, "longitude-out-of-range", "longitude"),
    ({"latitude": "0", "longitude": "0.0"}, "coordinates-zero", "latitude"),
    ({"best": "five"}, "deaths-unreadable", "best"),
    ({"best": "4.5"}, "deaths-unreadable", "best"),
    ({"high": "1e30"}, "deaths-unreadable", "high"),
    ({"low": "-1"}, "deaths-negative", "low"),
    ({"deaths_civilians": "-4"}, "deaths-negative", "deaths_civilians"),
    ({"best": "99"}, "best-outside-low-high", "best"),
    ({"best": "1"}, "best-outside-low-high", "best"),
    ({"low": "6"}, "best-outside-low-high", "best"),
    ({"low": "9", "high": "2", "best": "3"}, "best-outside-low-high", "best"),
    ({"type_of_violence": "4"}, "violence-unknown", "type_of_violence"),
    ({"type_of_violence": ""}, "violence-unknown", "type_of_violence"),
    ({"country": "Nowhereland"}, "country-unknown", "country"),
    ({"country": "", "country_id": "999999"}, "country-unknown", "country"),
    ({"where_prec": "8"}, "precision-unreadable", "where_prec"),
    ({"where_prec": "near"}, "precision-unreadable", "where_prec"),
    ({"id": "1"}, "duplicate-row", "id"),
]


@pytest.mark.parametrize(("change", "reason", "column"), BAD)
def test_a_bad_row_is_left_out_by_name(
    read_changed: Reader, change: dict[str, str], reason: str, column: str
) -> None:
    reading = read_changed(change)
    assert reading.accounting.excluded == {reason: 1}
    assert reading.accounting.placed == len(reading.table) == 199
    # Each row takes two lines: the article of the source has a line break in it.
    assert [(row.line, row.reason, row.column) for row in reading.excluded] == [(4, reason, column)]


def test_every_reason_is_known_and_tried() -> None:
    assert {reason for _, reason, _ in BAD} | {"perpetrator-unknown", "coordinates-disagree"} == set(REASONS)


@pytest.mark.parametrize(
    "change",
    [
        {"date_end": ""},
        {"date_start": "2020-03-01T00:00:00", "date_end": "2020-03-01T23:59:59Z"},
        {"latitude": "", "longitude": "", "geom_wkt": ""},
        {"low": "", "high": ""},
        {"best": "NA"},
        {"deaths_civilians": ""},
        {"where_prec": ""},
        {"country": ""},
        {"country": "Abyei"},
        {"country": "", "country_id": ""},
        {"adm_1": "NA"},
        {"type_of_violence": "1.0"},
        {"low": "5", "high": "5"},
        {"latitude": "-90", "longitude": "180", "geom_wkt": ""},
        {"date_start": "2024-01-01", "date_end": "2024-01-01"},
    ],
)
def test_what_is_only_unknown_is_no_bad_row(read_changed: Reader, change: dict[str, str]) -> None:
    assert read_changed(change).accounting.excluded == {}


def test_the_columns_are_those_of_the_source(read_changed: Reader) -> None:
    event = read_changed({}).table.take(np.array([0]))
    values = {name: column[0] for name, column in event.columns().items()}
    assert values["event_id"] == "1"
    assert values["day"] == np.datetime64("2020-03-01")
    assert values["day_end"] == np.datetime64("2020-03-02")
    assert (values["lon"], values["lat"]) == (20.25, 5.5)
    assert (values["low"], values["best"], values["high"], values["civilians"]) == (3, 5, 9, 4)
    assert (values["country"], values["adm_1"], values["adm_2"]) == ("CAF", "North province", "North district")
    assert VIOLENCE[values["violence"]] == "one_sided"
    assert (values["precision"], values["source_line"]) == (1, 2)


def test_nothing_is_nan_and_never_0(read_changed: Reader) -> None:
    event = read_changed({"best": "", "low": "", "high": "", "deaths_civilians": ""}).table.take(np.array([1]))
    for name in ("best", "low", "high", "civilians"):
        assert math.isnan(getattr(event, name)[0])


def test_events_without_coordinates_stay_and_are_named_in_a_note(read_changed: Reader) -> None:
    reading = read_changed({"latitude": "", "longitude": "", "geom_wkt": ""})
    assert math.isnan(reading.table.lon[1])
    assert any("1 events have no coordinates" in note for note in reading.notes)


def test_a_country_that_several_claim_is_left_open(read_changed: Reader) -> None:
    reading = read_changed({"country": "Abyei"})
    assert reading.table.country[1] == ""
    assert any("no country" in note for note in reading.notes)


def test_the_number_of_the_country_serves_where_its_name_is_missing(read_changed: Reader) -> None:
    assert read_changed({"country": "", "country_id": "490"}).table.country[1] == "COD"


def test_the_code_of_the_country_serves_where_its_name_is_missing(
    write_rows: Writer, good_row: dict[str, str]
) -> None:
    row = {**good_row, "country": "", "iso3": "SSD"}
    assert read_events(write_rows([row]), today=TODAY).table.country[0] == "SSD"
    rows = [{**row, "id": str(number)} for number in range(100)]
    rows[3]["iso3"] = "QQQ"
    assert read_events(write_rows(rows), today=TODAY).accounting.excluded == {"country-unknown": 1}


def test_where_deaths_by_side_vouch_for_best_the_interval_is_widened(read_changed: Reader) -> None:
    reading = read_changed({"low": "7", "high": "4"})
    assert reading.accounting.excluded == {}
    row = reading.table.take(np.array([1]))
    assert (row.low[0], row.best[0], row.high[0]) == (4, 5, 7)
    assert any("In 1 rows" in note for note in reading.notes)


def test_one_id_with_two_contents_refuses_the_file(read_changed: Reader) -> None:
    with pytest.raises(Problem, match="line 2, with another best") as caught:
        read_changed({"id": "1", "best": "6"})
    assert caught.value.code == "id-conflict"
    assert "line 4" in str(caught.value)


def test_a_bad_row_does_not_make_an_id_conflict(read_changed: Reader) -> None:
    assert read_changed({"id": "1", "latitude": "95", "longitude": "170"}).accounting.placed == 199


def test_strict_reading_refuses_one_bad_row(read_changed: Reader) -> None:
    with pytest.raises(Problem, match="line 4, column best") as caught:
        read_changed({"best": "-1"}, strict=True)
    assert caught.value.code == "bad-row"
    assert read_changed({}, strict=True).accounting.placed == 200


@pytest.mark.parametrize(("bad", "refused"), [(2, False), (3, True)])
def test_more_than_one_percent_of_bad_rows_refuses_the_file(
    write_rows: Writer, good_row: dict[str, str], bad: int, refused: bool
) -> None:
    rows = [{**good_row, "id": str(number)} for number in range(200)]
    for row in rows[10 : 10 + bad]:
        row["type_of_violence"] = "9"
    path = write_rows(rows)
    if not refused:
        assert read_events(path, today=TODAY).accounting.excluded == {"violence-unknown": bad}
        return
    with pytest.raises(Problem, match="3 of 200 rows are bad") as caught:
        read_events(path, today=TODAY)
    assert caught.value.code == "too-many-bad-rows"
    assert "line 22, column type_of_violence" in str(caught.value)
    assert "violence-unknown" in str(caught.value)


def test_the_first_reason_in_order_is_the_one_named(read_changed: Reader) -> None:
    reading = read_changed({"country": "Nowhereland", "best": "-1", "date_start": "2020"})
    assert reading.accounting.excluded == {"date-unreadable": 1}
