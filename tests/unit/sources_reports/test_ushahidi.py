"""Ushahidi exports: what is kept of a report, and above all what is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tutela.data.sources.events import EventSpec, read_events, read_events_as
from tutela.kernel.tables import PERPETRATORS, VIOLENCE

TODAY = date(2024, 1, 1)
Writer = Callable[..., Path]
SECRET = "Somebody of that street"
PLAIN = {
    "title": "Abduction",
    "name": SECRET,
    "date": "2015-11-20",
    "location": f"Behind the house of {SECRET}",
    "details": f"{SECRET} told us",
    "lat": "6.5",
    "lon": "20.25",
    "actions.0": "search",
}
PLATFORM = {
    "#": "12",
    "INCIDENT TITLE": SECRET,
    "INCIDENT DATE": "2012-03-04 10:20:00",
    "LOCATION": SECRET,
    "DESCRIPTION": SECRET,
    "CATEGORY": "Looting, Sexual Violence, ",
    "LATITUDE": "6.5",
    "LONGITUDE": "20.25",
    "FIRST NAME": SECRET,
    "APPROVED": "YES",
    "VERIFIED": "NO",
}


@pytest.mark.parametrize("row", [PLAIN, PLATFORM])
@pytest.mark.parametrize("source", ["auto", "ushahidi"])
def test_only_day_point_and_a_digest_are_kept(write_rows: Writer, row: dict[str, str], source: str) -> None:
    reading = read_events(write_rows([row]), source=source, today=TODAY)
    events = reading.table
    assert reading.source == "ushahidi"
    assert (events.lon[0], events.lat[0], events.precision[0]) == (20.25, 6.5, 0)
    assert events.event_id[0].startswith("ushahidi-")
    assert (VIOLENCE[events.violence[0]], PERPETRATORS[events.perpetrator[0]]) == ("unknown", "unknown")
    for name in ("best", "low", "high", "civilians"):
        assert np.isnan(getattr(events, name)[0])
    assert SECRET not in repr(reading)
    assert "street" not in repr(reading)


def test_categories_say_which_harms_are_recorded(write_rows: Writer) -> None:
    assert read_events(write_rows([PLATFORM]), today=TODAY).origin.recorded_harms == (
        "sexual_violence",
        "property_destroyed",
    )
    assert read_events(write_rows([PLAIN]), today=TODAY).origin.recorded_harms == ("abducted",)


def test_a_title_of_few_rows_is_counted_and_never_repeated(write_rows: Writer) -> None:
    rows = [PLAIN | {"title": "Bad roads", "name": str(n)} for n in range(5)]
    rows += [PLAIN | {"title": SECRET, "name": str(n)} for n in range(4)]
    rows += [PLAIN | {"title": "", "name": "y"}]
    reading = read_events(write_rows(rows), today=TODAY)
    assert len(reading.table) == 10
    assert "5 rows: title 'Bad roads' maps to nothing." in reading.notes
    assert "4 rows: title maps to nothing; the values are not listed here." in reading.notes
    assert SECRET not in repr(reading)


def test_a_deployments_own_categories_may_say_more(write_rows: Writer, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "source,field,value,violence,perpetrator,harm,note,status\n"
        "ushahidi,category,Raid,one_sided,communal,killed,,judgement\n"
        "ushahidi,category,Raid by soldiers,one_sided,host_state,killed,,judgement\n",
        "utf-8",
    )
    rows = [
        PLATFORM | {"CATEGORY": "Raid, Looting"},
        PLATFORM | {"#": "13", "CATEGORY": "Raid,Raid by soldiers"},
        PLATFORM | {"#": "14", "CATEGORY": ""},
    ]
    events = read_events_as(write_rows(rows), EventSpec(TODAY, crosswalk=own)).table
    assert [VIOLENCE[code] for code in events.violence] == ["one_sided", "one_sided", "unknown"]
    assert [PERPETRATORS[code] for code in events.perpetrator] == ["communal", "unknown", "unknown"]


def test_a_report_has_one_id_in_every_file_and_two_reports_have_two(write_rows: Writer) -> None:
    other = PLAIN | {"name": "another"}
    first = read_events(write_rows([PLAIN, other]), today=TODAY).table.event_id.tolist()
    turned = {name: PLAIN[name] for name in reversed(PLAIN)}
    again = read_events(write_rows([turned], "again.csv"), today=TODAY).table.event_id.tolist()
    assert len(set(first)) == 2
    assert again == first[:1]


def test_the_same_report_twice_counts_once(write_rows: Writer) -> None:
    rows = [PLAIN | {"name": str(n)} for n in range(200)]
    reading = read_events(write_rows([*rows, rows[3]]), today=TODAY)
    assert reading.accounting.excluded == {"duplicate-row": 1}


def test_the_sample_of_others_is_read_with_its_spaces(shared: Path) -> None:
    reading = read_events(shared / "formats/casefiles/ushahidi_sample.csv", today=TODAY)
    assert (reading.source, reading.accounting.placed) == ("ushahidi", 2)
    # As labelled: the file has no country that could say that they are elsewhere.
    assert reading.table.lat.tolist() == [33.755, -1.2921]
    assert reading.table.lon.tolist() == [-84.39, 36.8219]
    assert not any("maps to nothing" in note for note in reading.notes)
