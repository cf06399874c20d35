"""The layouts of events: found by the names of columns, in any number and order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tutela.data.sources import layouts
from tutela.data.sources.events import SOURCES, read_events
from tutela.data.sources.layouts import Layout, Recogniser
from tutela.data.sources.raw import RawTable
from tutela.data.sources.readings import Origin, Reading
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, VIOLENCE, Events

Reader = Callable[..., Reading[Events]]
Writer = Callable[..., Path]
TODAY = date(2024, 1, 1)
SETS = ("conflict_dset_id", "dyad_dset_id", "side_a_dset_id", "side_b_dset_id")
MINIMUM = (
    "id,date_start,year,month,country,type_of_violence,conflict_name,side_a,side_b,latitude,longitude,low,best,high"
)


def without(row: Mapping[str, str], *names: str) -> list[str]:
    return [name for name in row if name not in names]


def test_all_column_sets_of_ged_give_the_same_table(read_changed: Reader, good_row: dict[str, str]) -> None:
    sets = {
        49: list(good_row),
        46: without(good_row, *SETS[:3]),
        43: without(good_row, *SETS, "relid", "code_status"),
        41: without(good_row, *SETS, "relid", "code_status", "where_description", "region"),
    }
    for number, columns in sets.items():
        assert len(columns) == number
        turned = columns[::-1]  # low, best, high stand the other way round
        for order in (columns, turned):
            reading = read_changed({}, order)
            assert reading.source == "ucdp-ged"
            event = reading.table.take(np.array([0]))
            assert (event.low[0], event.best[0], event.high[0]) == (3, 5, 9)
            assert event.civilians[0] == 4


@pytest.mark.parametrize(
    "text", ["2020-03-01", "2020-03-01 00:00:00.000", "2020-03-01T00:00:00", "2020-03-01T12:00"]
)
def test_dates_are_read_with_and_without_times(read_changed: Reader, text: str) -> None:
    assert read_changed({"date_start": text}).table.day[1] == np.datetime64("2020-03-01")


def test_a_header_in_capitals_is_the_same_header(write_rows: Writer, good_row: dict[str, str]) -> None:
    path = write_rows([{name.upper(): value for name, value in good_row.items()}])
    assert read_events(path, today=TODAY).source == "ucdp-ged"


def test_columns_that_differ_by_case_alone_are_left_as_they_are(
    write_rows: Writer, good_row: dict[str, str]
) -> None:
    path = write_rows([{**good_row, "ID": "x"}])
    assert read_events(path, today=TODAY).table.event_id.tolist() == ["1"]


def test_a_line_of_hashtags_is_no_row(write_rows: Writer, good_row: dict[str, str]) -> None:
    tags = dict.fromkeys(good_row, "") | {"date_start": "#date+start", "country": "#country+name"}
    reading = read_events(write_rows([tags, good_row]), today=TODAY)
    assert (reading.accounting.input, reading.table.source_line[0]) == (1, 3)
    with pytest.raises(Problem, match="hashtags and no rows"):
        read_events(write_rows([tags]), today=TODAY)


@pytest.mark.parametrize(
    ("name", "vintage"),
    [
        ("GEDEvent_v23_1.csv", "23.1, by the file's name"),
        ("ged201.csv", "20.1, by the file's name"),
        ("events.csv", "not stated"),
    ],
)
def test_the_release_is_told_by_the_name_of_the_file(
    write_rows: Writer, good_row: dict[str, str], name: str, vintage: str
) -> None:
    origin = read_events(write_rows([good_row], name), today=TODAY).origin
    assert (origin.vintage, origin.licence) == (vintage, "CC BY 4.0")
    assert origin.recorded_harms == ("killed",)


def test_candidate_events_are_told_by_their_status_or_name(write_rows: Writer, good_row: dict[str, str]) -> None:
    waiting = {**good_row, "id": "2", "code_status": "Check deaths"}
    by_status = read_events(write_rows([good_row, waiting]), today=TODAY)
    assert (by_status.source, by_status.origin.vintage) == ("ucdp-candidate", "candidate, version not stated")
    assert "1 of 2 await a check" in by_status.notes[0]
    by_name = read_events(write_rows([good_row], "GEDEvent_v23_0_10.csv"), today=TODAY)
    assert (by_name.source, by_name.origin.vintage) == ("ucdp-candidate", "candidate 23.0.10, by the file's name")


def test_a_source_that_was_named_must_fit(write_rows: Writer, good_row: dict[str, str]) -> None:
    path = write_rows([good_row])
    assert read_events(path, source="ucdp-ged", today=TODAY).source == "ucdp-ged"
    with pytest.raises(Problem, match="no file of ucdp-candidate"):
        read_events(path, source="ucdp-candidate", today=TODAY)
    with pytest.raises(Problem, match="lacks event_id, date, lon, lat") as caught:
        read_events(path, source="csv", today=TODAY)
    assert caught.value.code == "file-header"
    with pytest.raises(Problem, match="counts by district"):
        read_events(path, source="hapi", today=TODAY)
    with pytest.raises(Problem, match="'guess'"):
        read_events(path, source="guess", today=TODAY)


def test_the_cut_of_precise_places_says_what_it_lacks(tmp_path: Path) -> None:
    day = datetime(2020, 3, 1)  # noqa: DTZ001 - the file names no zone
    place = ("Mali", 1, "Mali: Government", "Government of Mali", "X", 16.0, -3.0)
    values = [7, day, 2020, 3, *place, 1, 2, 4]
    frame = pl.DataFrame([values], schema=MINIMUM.split(","), orient="row")
    frame.write_parquet(tmp_path / "cut.parquet")
    frame.write_csv(tmp_path / "cut.csv")
    for name in ("cut.parquet", "cut.csv"):
        reading = read_events(tmp_path / name, today=TODAY)
        event = reading.table
        assert reading.source == "ucdp-ged-min"
        assert np.isnan(event.civilians[0])
        assert np.isnat(event.day_end[0])
        assert (event.event_id[0], event.day[0], event.country[0]) == ("7", np.datetime64("2020-03-01"), "MLI")
        assert (event.low[0], event.best[0], event.high[0], event.precision[0]) == (1, 2, 4, 0)
        assert any("about 25 km" in note for note in reading.notes)


def test_what_the_cut_left_out_for_its_interval_is_said(read_changed: Reader) -> None:
    columns = [name for name in MINIMUM.split(",") if name != "month"]
    reading = read_changed({"low": "7", "high": "4"}, columns)
    assert reading.accounting.excluded == {"best-outside-low-high": 1}
    assert any("would vouch" in note for note in reading.notes)


def test_the_plain_table_needs_an_id_a_day_and_a_place(write_rows: Writer) -> None:
    bare = read_events(write_rows([{"event_id": "a", "date": "2020-03-01", "lon": "1", "lat": "2"}]), today=TODAY)
    assert bare.source == "csv"
    assert VIOLENCE[bare.table.violence[0]] == PERPETRATORS[bare.table.perpetrator[0]] == "unknown"
    assert np.isnan(bare.table.best[0])
    row = {
        "event_id": "a",
        "date": "2020-03-01",
        "lon": "20",
        "lat": "6",
        "country": "République centrafricaine",
        "violence": "one-sided",
        "perpetrator": "Criminal",
        "side_a": "A band",
        "best": "3",
        "precision": "2",
        "invented": "yes",
    }
    full = read_events(write_rows([row]), today=TODAY)
    assert full.origin.invented
    assert full.table.country[0] == "CAF"
    assert VIOLENCE[full.table.violence[0]] == "one_sided"
    assert PERPETRATORS[full.table.perpetrator[0]] == "criminal"
    real = read_events(write_rows([row, {**row, "event_id": "b", "invented": ""}]), today=TODAY)
    assert not real.origin.invented


def test_an_invented_country_has_a_code_that_is_no_ones(write_rows: Writer) -> None:
    row = {"event_id": "a", "date": "2020-03-01", "lon": "20", "lat": "6", "country": "XTA", "invented": "yes"}
    assert read_events(write_rows([row]), today=TODAY).table.country.tolist() == ["XTA"]
    with pytest.raises(Problem, match="country-unknown"):
        read_events(write_rows([{**row, "invented": "no"}]), today=TODAY)


def test_a_class_of_perpetrators_that_is_none_makes_a_row_bad(write_rows: Writer) -> None:
    rows = [
        {"event_id": str(n), "date": "2020-03-01", "lon": "1", "lat": "2", "perpetrator": "", "low": "", "best": ""}
        for n in range(300)
    ]
    rows[3]["perpetrator"] = "martians"
    rows[4] |= {"low": "3", "best": "2"}
    reading = read_events(write_rows(rows), today=TODAY)
    assert reading.accounting.excluded == {"perpetrator-unknown": 1, "best-outside-low-high": 1}
    assert any("1 rows were left out" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("country_id_cy,year_cy", "countries and years"),
        ("ActorId,NameData", "list of actors"),
        ("week,n_events", "weeks"),
        ("year,longitude,latitude,where_coordinates,best,deaths_civilians", "one row for each place and year"),
        ("site_id,opened", "--sites"),
        ("mission,location,year", "--sites"),
        ("event_id,date,place", "for the nearest layout, csv, it lacks lon, lat"),
    ],
)
def test_other_tables_are_refused_and_never_misread(tmp_path: Path, header: str, says: str) -> None:
    path = tmp_path / "other.csv"
    path.write_text(f"{header}\n{','.join('1' for _ in header.split(','))}\n", encoding="utf-8")
    with pytest.raises(Problem) as caught:
        read_events(path, today=TODAY)
    assert caught.value.code == "source-unknown"
    assert says in str(caught.value)


def test_other_packages_bring_layouts(write_rows: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {"event_id": "key", "day": "when", "lon": "x", "lat": "y"}

    def describe(table: RawTable) -> Layout:
        return Layout("diary", columns, Origin("A diary", "1", "none", "nobody"))

    diary = Recogniser("diary", ("key", "when", "x", "y"), describe)
    monkeypatch.setattr(EntryPoint, "load", lambda self: diary if self.name == "diary" else "nonsense")
    good = [EntryPoint("diary", "a:b", "tutela.sources")]
    monkeypatch.setattr(layouts, "entry_points", lambda group: good if group == "tutela.sources" else [])
    path = write_rows([{"key": "a", "when": "2020-03-01", "x": "1", "y": "2"}])
    assert read_events(path, today=TODAY).source == "diary"
    assert read_events(path, source="diary", today=TODAY).origin.name == "A diary"
    good.append(EntryPoint("broken", "a:c", "tutela.sources"))
    with pytest.raises(Problem, match="broken"):
        read_events(path, today=TODAY)


def test_the_public_names_stay() -> None:
    assert SOURCES == ("ucdp-ged", "ucdp-candidate", "ucdp-ged-min", "csv", "acled", "ushahidi", "hxl")
