"""ACLED exports, both layouts: what they say is mapped, what they do not say is not made up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tutela.data.sources.events import EventSpec, read_events, read_events_as
from tutela.data.sources.readings import Reading
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, VIOLENCE, Events
from tutela.studies.intake import ReadingSpec, take_in_events

TODAY = date(2024, 1, 1)
Writer = Callable[..., Path]


def words(reading: Reading[Events], row: int = 0) -> tuple[str, str]:
    return VIOLENCE[reading.table.violence[row]], PERPETRATORS[reading.table.perpetrator[row]]


def test_an_attack_on_civilians_is_read_whole(write_rows: Writer, acled_row: dict[str, str]) -> None:
    reading = read_events(write_rows([acled_row]), today=TODAY)
    events = reading.table
    assert reading.source == "acled"
    assert words(reading) == ("one_sided", "non_state")
    assert (events.event_id[0], events.day[0], events.country[0]) == ("XXX1", np.datetime64("2021-03-05"), "CAF")
    assert (events.lon[0], events.lat[0], events.precision[0]) == (20.25, 6.5, 1)
    assert (events.adm_1[0], events.adm_2[0]) == ("Invented province", "Invented district")
    assert (events.side_a[0], events.side_b[0]) == ("An invented front", "Civilians (Nowhere)")
    assert (events.best[0], events.civilians[0]) == (3, 3)
    assert np.isnat(events.day_end[0])


def test_one_number_of_deaths_is_no_interval(write_rows: Writer, acled_row: dict[str, str]) -> None:
    reading = read_events(write_rows([acled_row]), today=TODAY)
    assert np.isnan(reading.table.low[0])
    assert np.isnan(reading.table.high[0])
    assert any("one number of deaths" in note for note in reading.notes)


def test_civilians_are_counted_only_where_they_were_the_target(
    write_rows: Writer, acled_row: dict[str, str]
) -> None:
    strike = acled_row | {"event_type": "Explosions/Remote violence", "sub_event_type": "Grenade"}
    rows = [strike, strike | {"event_id_cnty": "XXX2", "civilian_targeting": "", "inter2": "State forces"}]
    reading = read_events(write_rows(rows), today=TODAY)
    assert words(reading) == ("one_sided", "non_state")
    assert words(reading, 1) == ("state_based", "unknown")
    assert reading.table.best.tolist() == [3, 3]
    assert reading.table.civilians[0] == 3
    assert np.isnan(reading.table.civilians[1])


def test_the_rows_stay_with_whoever_brought_them(write_rows: Writer, acled_row: dict[str, str]) -> None:
    path = write_rows([acled_row])
    origin = read_events(path, today=TODAY).origin
    assert not origin.redistributable
    assert origin.licence == "ACLED terms: no redistribution"
    assert "acleddata.com" in origin.attribution
    assert origin.vintage == "last changed 2021-03-29"
    assert origin.recorded_harms == ("killed", "abducted", "sexual_violence", "detained", "property_destroyed")
    assert take_in_events([path], ReadingSpec(today=TODAY)).marking is Marking.CONFIDENTIAL


def test_no_source_is_public_whose_rows_may_not_be_passed_on(shared: Path) -> None:
    intake = take_in_events([shared / "ged/GEDEvent_v23_0_10.csv"], ReadingSpec(today=TODAY))
    assert intake.marking is Marking.UNCLASSIFIED
    closed = replace(intake.readings[0], origin=replace(intake.readings[0].origin, redistributable=False))
    assert replace(intake, readings=(closed,)).marking is Marking.CONFIDENTIAL


BATTLE = {"event_type": "Battles", "sub_event_type": "Armed clash", "civilian_targeting": ""}
BOMB = {"event_type": "Explosions/Remote violence", "sub_event_type": "Grenade", "civilian_targeting": ""}


@pytest.mark.parametrize(
    ("change", "violence", "perpetrator"),
    [
        (BATTLE | {"inter1": "State forces", "inter2": "Rebel group"}, "state_based", "unknown"),
        (BATTLE | {"inter1": "Rebel group", "inter2": "Political militia"}, "non_state", "non_state"),
        (BATTLE | {"inter1": "Identity militia", "inter2": "Identity militia"}, "non_state", "communal"),
        (BATTLE | {"inter1": "Identity militia", "inter2": "Rebel group"}, "non_state", "non_state"),
        (BATTLE | {"inter1": "1", "inter2": "4.0"}, "state_based", "unknown"),
        (BATTLE | {"inter1": "2", "inter2": "8"}, "unknown", "unknown"),
        (BATTLE | {"inter1": "2", "inter2": "0"}, "unknown", "unknown"),
        (BATTLE | {"inter1": "2", "inter2": "A new kind"}, "unknown", "unknown"),
        (
            BATTLE | {"inter2": "External/Other forces", "actor2": "Military Forces of Chad (1990-2021)"},
            "state_based",
            "unknown",
        ),
        (BOMB | {"inter2": "Civilians"}, "one_sided", "non_state"),
        (BOMB | {"inter1": "Civilians", "inter2": "Protesters"}, "unknown", "unknown"),
        (BOMB | {"inter2": ""}, "unknown", "unknown"),
        (
            {"inter1": "State forces", "actor1": "Military Forces of Central African Republic (2016-)"},
            "",
            "host_state",
        ),
        ({"inter1": "8", "actor1": "Military Forces of Chad (1990-2021) Guard"}, "", "other_state"),
        ({"inter1": "8", "actor1": "Police Forces of Atlantis (1990-)"}, "", "unknown"),
        ({"inter1": "8", "actor1": "An invented company"}, "", "unknown"),
        ({"inter1": "7", "inter2": "1"}, "", "host_state"),
        ({"inter1": "", "inter2": ""}, "", "unknown"),
        ({"sub_event_type": "Sexual violence"}, "", "non_state"),
        ({"sub_event_type": "Abduction/forced disappearance", "inter1": "Identity militia"}, "", "communal"),
        ({"sub_event_type": "Excessive force against protesters", "inter1": "6", "inter2": "1"}, "", "host_state"),
        ({"sub_event_type": "Peaceful protest", "civilian_targeting": "", "inter1": "6"}, "unknown", "unknown"),
        ({"sub_event_type": "Mob violence", "inter1": "5"}, "unknown", "unknown"),
        ({"sub_event_type": "Arrests", "civilian_targeting": "", "inter1": "1"}, "unknown", "host_state"),
        ({"sub_event_type": "Looting/property destruction", "civilian_targeting": ""}, "unknown", "non_state"),
        ({"sub_event_type": "Agreement", "civilian_targeting": "", "inter1": "1"}, "unknown", "unknown"),
        ({"sub_event_type": ""}, "", "non_state"),
        ({"sub_event_type": "", "event_type": "Riots"}, "unknown", "unknown"),
        ({"sub_event_type": "Something new"}, "unknown", "unknown"),
    ],
)
def test_kind_and_perpetrator_come_from_what_happened_and_who_stood_there(
    write_rows: Writer, acled_row: dict[str, str], change: dict[str, str], violence: str, perpetrator: str
) -> None:
    reading = read_events(write_rows([acled_row | change]), today=TODAY)
    assert words(reading) == (violence or "one_sided", perpetrator)


def test_a_foreign_army_without_a_known_country_is_no_other_state(
    write_rows: Writer, acled_row: dict[str, str]
) -> None:
    row = acled_row | {"country": "", "iso": "", "inter1": "8", "actor1": "Military Forces of Chad (1990-2021)"}
    assert words(read_events(write_rows([row]), today=TODAY)) == ("one_sided", "unknown")


def test_what_maps_to_nothing_is_listed_and_kept(write_rows: Writer, acled_row: dict[str, str]) -> None:
    rows = [acled_row | {"event_id_cnty": f"X{n}"} for n in range(6)]
    for row in rows[:3]:
        row["sub_event_type"] = "Something new"
    rows[5] |= {"inter1": "Robots", "civilian_targeting": "Maybe"}
    reading = read_events(write_rows(rows), today=TODAY)
    assert len(reading.table) == 6
    assert reading.notes[2:] == (
        "3 rows: sub_event_type 'Something new' maps to nothing.",
        "1 row: civilian_targeting 'Maybe' maps to nothing.",
        "1 row: inter1 'Robots' maps to nothing.",
    )


def test_many_values_that_map_to_nothing_are_counted(write_rows: Writer, acled_row: dict[str, str]) -> None:
    rows = [acled_row | {"event_id_cnty": f"X{n}", "sub_event_type": f"new {n:02}"} for n in range(25)]
    notes = read_events(write_rows(rows), today=TODAY).notes
    assert sum("maps to nothing." in note for note in notes) == 20
    assert "5 rows: sub_event_type maps to nothing; the values are not listed here." in notes


def test_a_deployments_own_crosswalk_goes_first(
    write_rows: Writer, acled_row: dict[str, str], tmp_path: Path
) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "source,field,value,violence,perpetrator,harm,note,status\n"
        "acled,sub_event_type,Attack,one_sided,criminal,injured,robbers here,judgement\n",
        "utf-8",
    )
    reading = read_events_as(write_rows([acled_row]), EventSpec(TODAY, crosswalk=own))
    assert words(reading) == ("one_sided", "criminal")
    assert "injured" in reading.origin.recorded_harms


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("05 March 2021", "2021-03-05"),
        ("5 March 2021", "2021-03-05"),
        ("05-Mar-2021", "2021-03-05"),
        ("05-March-2021", "2021-03-05"),
        ("2021-03-05", "2021-03-05"),
    ],
)
def test_days_are_read_in_both_spellings(
    write_rows: Writer, acled_row: dict[str, str], written: str, day: str
) -> None:
    reading = read_events(write_rows([acled_row | {"event_date": written}]), today=TODAY)
    assert reading.table.day.tolist() == [date.fromisoformat(day)]


def test_the_export_tools_file_is_read(write_rows: Writer, acled_row: dict[str, str]) -> None:
    gone = {"disorder_type", "civilian_targeting", "tags", "timestamp"}
    older = {"data_id": "7", **{name: value for name, value in acled_row.items() if name not in gone}}
    older |= {"event_date": "05 March 2021", "inter1": "2", "inter2": "7", "interaction": "27", "iso": "140"}
    older |= {"notes": "One; two,\nthree", "longitude": "20,25", "latitude": "6,5"}
    path = write_rows([older, older | {"event_id_cnty": "XXX2"}], delimiter=";")
    for marked in (False, True):
        if marked:
            path.write_bytes(b"\xef\xbb\xbfsep=;\r\n" + path.read_bytes())
        reading = read_events(path, today=TODAY)
        assert (reading.source, words(reading)) == ("acled", ("one_sided", "non_state"))
        assert (reading.table.lon[0], reading.table.lat[0]) == (20.25, 6.5)
        assert reading.table.civilians.tolist() == [3, 3]
        assert reading.table.source_line.tolist() == ([3, 5] if marked else [2, 4])
        assert reading.origin.vintage == "not stated"


@pytest.mark.parametrize("content", [b'event_id_cnty;b\n"x;y\n', b"event_id_cnty;b\n\xe9;y\n", b"a;b\n1;2\n"])
def test_other_semicolons_are_refused_as_ever(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(Problem) as caught:
        read_events(tmp_path / "x.csv", today=TODAY)
    assert caught.value.code in {"file-delimiter", "file-encoding", "file-truncated"}


@pytest.mark.parametrize(("level", "precision"), [("1", 1), ("2", 2), ("3", 4), ("", 0), ("1.0", 1)])
def test_precision_is_ucdps(write_rows: Writer, acled_row: dict[str, str], level: str, precision: int) -> None:
    reading = read_events(write_rows([acled_row | {"geo_precision": level}]), today=TODAY)
    assert reading.table.precision.tolist() == [precision]


@pytest.mark.parametrize(
    ("change", "reason", "column"),
    [
        ({"geo_precision": "4"}, "precision-unreadable", "geo_precision"),
        ({"event_date": "03/05/21"}, "date-unreadable", "event_date"),
        ({"event_date": ""}, "date-missing", "event_date"),
        ({"fatalities": "many"}, "deaths-unreadable", "fatalities"),
        ({"latitude": "195"}, "latitude-out-of-range", "latitude"),
        ({"latitude": "inf"}, "coordinates-unreadable", "latitude"),
        ({"country": "Atlantis", "iso": "x"}, "country-unknown", "country"),
    ],
)
def test_a_bad_row_is_named_by_acleds_own_column(
    write_rows: Writer, acled_row: dict[str, str], change: dict[str, str], reason: str, column: str
) -> None:
    rows = [acled_row | {"event_id_cnty": f"X{n}"} for n in range(200)]
    rows[1] |= change
    reading = read_events(write_rows(rows), today=TODAY)
    assert reading.accounting.excluded == {reason: 1}
    assert reading.excluded[0].column == column


def test_the_country_comes_from_its_number_where_the_name_is_unknown(
    write_rows: Writer, acled_row: dict[str, str]
) -> None:
    reading = read_events(write_rows([acled_row | {"country": "Somewhere near", "iso": "466"}]), today=TODAY)
    assert reading.table.country.tolist() == ["MLI"]


def test_vague_dates_are_said(write_rows: Writer, acled_row: dict[str, str]) -> None:
    rows = [acled_row | {"event_id_cnty": str(n), "time_precision": str(n)} for n in (1, 2, 3)]
    assert any(
        note.startswith("2 events are dated to a week") for note in read_events(write_rows(rows), today=TODAY).notes
    )
