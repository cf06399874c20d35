"""The two files of facts are read whole: every row gives something or is left out with its line and why."""

from __future__ import annotations

import zipfile

import pytest

from tutela.data.sources import unpmm
from tutela.data.sources.strengths import read_strengths
from tutela.data.sources.unpmm import TASKS, read_unpmm
from tutela.kernel.problems import Problem


def _facts(reading, mission, field):
    table = reading.facts
    return [
        (value, as_of)
        for name, key, value, as_of in zip(table.mission, table.field, table.value, table.as_of, strict=True)
        if (name, key) == (mission, field)
    ]


def test_there_are_forty_tasks():
    assert len(TASKS) == 40


def test_a_workbook_is_read_into_missions_and_dated_facts(book):
    reading = read_unpmm(book)
    assert reading.missions.mission.tolist() == ["MINUSCA", "X TWO/B", "XONE"]
    assert reading.missions.hosts.tolist() == ["CAF", "TCD", "TCD"]
    assert reading.missions.ended.tolist() == ["", "1952-12-31", "1952-12-31"]
    assert _facts(reading, "MINUSCA", "started") == [("2014-04-10", "2014-04-10")]
    assert _facts(reading, "MINUSCA", "ended") == []
    assert _facts(reading, "XONE", "mandate_task") == [
        ("min05: good offices and mediation", "1950"),
        ("max07: promotion of human rights", "1951"),
        ("mod11: protection of civilians, general", "1951"),
    ]
    assert _facts(reading, "XONE", "protection_mandate") == [("yes", "1951")]
    assert _facts(reading, "XONE", "force_authority") == []
    assert _facts(reading, "X TWO/B", "force_authority") == [("yes", "1950")]


def test_rows_that_cannot_be_used_are_left_out_with_line_and_reason(book):
    reading = read_unpmm(book)
    assert [(item.line, item.reason, item.column) for item in reading.excluded] == [
        (7, "mission-missing", "mission_abbrev"),
        (8, "year-unreadable", "task_yearest"),
        (9, "date-unreadable", "mission_startdate"),
        (10, "date-unreadable", "mission_enddate"),
        (11, "task-unreadable", "max18"),
        (12, "differs-from-first-row", "mission_abbrev"),
        (13, "year-twice", "task_yearest"),
    ]
    assert (reading.accounting.input, reading.accounting.placed) == (12, 5)


def test_another_workbook_is_refused_and_the_missing_columns_are_named(write_book):
    path = write_book([], leave_out=())
    with pytest.raises(Problem) as caught:
        read_unpmm(path)
    assert caught.value.code == "file-empty"
    path = write_book([dict.fromkeys(unpmm.COLUMNS, 0)], leave_out=("mission_type", "max18"))
    with pytest.raises(Problem, match=r"missing: mission_type, max18\.") as caught:
        read_unpmm(path)
    assert caught.value.code == "file-header"
    path = write_book([dict.fromkeys(unpmm.COLUMNS, 0)], leave_out=unpmm.COLUMNS[:20])
    with pytest.raises(Problem, match="and 14 more"):
        read_unpmm(path)


def test_what_is_no_workbook_is_refused(tmp_path, monkeypatch, book):
    plain = tmp_path / "plain.xlsx"
    plain.write_text("mission\n")
    empty = tmp_path / "empty.xlsx"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("note.txt", "nothing")
    for path, code in ((plain, "file-not-a-table"), (empty, "file-not-a-table"), (tmp_path, "file-unreadable")):
        with pytest.raises(Problem) as caught:
            read_unpmm(path)
        assert caught.value.code == code
    with pytest.raises(Problem) as caught:
        read_unpmm(tmp_path / "none.xlsx")
    assert caught.value.code == "file-missing"
    for name, most in (("_MOST_BYTES", 1000), ("_MOST_ROWS", 3)):
        monkeypatch.setattr(unpmm, name, most)
        with pytest.raises(Problem) as caught:
            read_unpmm(book)
        monkeypatch.undo()
        assert caught.value.code == "file-too-large"


def test_strengths_are_read_by_month_and_a_gap_is_not_zero(strengths):
    reading = read_strengths(strengths)
    assert _facts(reading, "MINUSCA", "authorised_military") == [("about 10000", "2014-10")]
    assert _facts(reading, "MINUSCA", "deployed_military") == [("7649", "2014-09"), ("7750", "2014-10")]
    assert _facts(reading, "XONE", "authorised_military") == [("20", "1951-01")]
    assert _facts(reading, "XONE", "deployed_police") == []
    assert reading.missions.hosts.tolist() == ["CAF", "TCD"]
    assert [(item.line, item.reason) for item in reading.excluded] == [
        (5, "month-twice"),
        (6, "month-unreadable"),
        (7, "mission-missing"),
        (8, "no-numbers"),
        (9, "below-zero"),
    ]
    assert (reading.accounting.input, reading.accounting.placed) == (8, 3)


def test_a_table_without_its_columns_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("mission,year\nXONE,1951\n")
    with pytest.raises(Problem, match="missing: missioncountry, month, authtroop") as caught:
        read_strengths(path)
    assert caught.value.code == "file-header"


def test_the_published_workbook_has_its_141_missions(shared):
    reading = read_unpmm(shared / "presence" / "UNPMM_V2.0.xlsx")
    kinds = reading.missions.kind.tolist()
    assert len(reading.missions) == 141
    assert [kinds.count(kind) for kind in ("PKO", "SPM", "GOE")] == [72, 52, 17]
    assert (reading.accounting.input, reading.accounting.placed) == (1382, 1382)
    assert (reading.missions.hosts != "").all()
    assert len(_facts(reading, "MINUSCA", "mandate_task")) > 10


def test_the_published_table_of_strengths_is_read(shared):
    reading = read_strengths(shared / "presence" / "un_personnel_authorised_vs_deployed_1990_2015.csv")
    assert len(reading.missions) >= 60
    assert reading.accounting.input == 4833
    assert set(reading.accounting.excluded) <= {"no-numbers"}
    assert len(_facts(reading, "MINUSTAH", "deployed_military")) > 100
