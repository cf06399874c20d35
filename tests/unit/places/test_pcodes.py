"""P-codes: a parent that the list contradicts is named, a habit of numbering is not a fault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tutela.data.pcodes import read_pcodes
from tutela.kernel.problems import Problem

Writer = Callable[..., Path]
HEADER = "Location,Admin Level,P-Code,Name,Parent P-Code,Valid from date\n"
TAGS = "#geo+code,#geo+admin_level,#geo+pcode,#geo+name,#geo+parent_pcode,#date+start\n"
SMALL = "COD,1,CD1,Nord,COD,2019-09-11\nCOD,2,CD11,Ville,CD1,2019-09-11\n"
MANY = "COD,1,CD1,Nord,COD,\n" + "".join(f"COD,2,CD1{i:03},Ville {i},CD1,\n" for i in range(200))


def refuse(path: Path, **options: bool) -> Problem:
    with pytest.raises(Problem) as caught:
        read_pcodes(path, **options)
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("tags", ["", TAGS])
def test_a_list_is_read_with_or_without_hashtags(write_text: Writer, tags: str) -> None:
    reading = read_pcodes(write_text(HEADER + tags + SMALL))
    first, second = reading.units
    assert (first.code, first.level, first.parent, first.country) == ("CD1", 1, "COD", "COD")
    assert (second.parent, second.valid_from) == ("CD1", date(2019, 9, 11))
    assert all(area.shape is None for area in reading.areas)
    assert bool(reading.notes) == bool(tags)


def test_hashtags_in_the_wrong_place_are_refused(write_text: Writer) -> None:
    problem = refuse(write_text(HEADER + SMALL + TAGS))
    assert problem.code == "file-header"
    assert "line 4" in str(problem.where)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Nowhere,2,CD19,Ville,CD1,", "country-unknown"),
        ("COD,two,CD19,Ville,CD1,", "level-unreadable"),
        ("COD,9,CD19,Ville,CD1,", "level-unreadable"),
        ("COD,2,,Ville,CD1,", "code-missing"),
        ("COD,2,CD19,,CD1,", "name-missing"),
        ("COD,2,CD19,Ville,CD1,soon", "date-unreadable"),
        ("COD,2,CD1001,Ville 1,CD1,", "duplicate-row"),
        ("COD,2,CD19,Ville,CD19,", "parent-of-itself"),
        ("COD,2,CD19,Ville,CD7,", "parent-unknown"),
        ("COD,1,CD9,Sud,CAF,", "parent-in-other-country"),
        ("COD,1,CD9,Sud,nobody,", "parent-unknown"),
    ],
)
def test_a_bad_row_is_excluded_by_name(write_text: Writer, row: str, reason: str) -> None:
    path = write_text(HEADER + MANY + row + "\n")
    reading = read_pcodes(path)
    assert reading.accounting.excluded == {reason: 1}
    assert reading.excluded[0].line == 203
    assert refuse(path, strict=True).code == "bad-row"


def test_a_parent_in_another_country_is_told_from_one_that_is_nowhere(write_text: Writer) -> None:
    rows = MANY + "CAF,1,CF1,Est,CAF,\nCAF,2,CF11,Bourg,CD1,\n"
    reading = read_pcodes(write_text(HEADER + rows))
    assert reading.accounting.excluded == {"parent-in-other-country": 1}
    assert reading.notes == ("1 units name a parent that the list does not have there (CAF 1); left out.",)


def test_codes_that_do_not_begin_with_their_parents_are_kept_and_told(write_text: Writer) -> None:
    reading = read_pcodes(write_text(HEADER + "COD,1,CD1,Nord,COD,\nCOD,2,XX11,Ville,CD1,\n"))
    assert len(reading.areas) == 2
    assert reading.notes == ("1 codes do not begin with their parent's (COD 1); kept as they stand.",)


def test_a_list_of_districts_alone_needs_no_provinces(write_text: Writer) -> None:
    assert len(read_pcodes(write_text(HEADER + "COD,2,CD11,Ville,CD1,\n")).areas) == 1


def test_one_code_with_two_contents_is_refused_by_its_lines(write_text: Writer) -> None:
    problem = refuse(write_text(HEADER + SMALL + "COD,2,CD11,Bourg,CD1,2019-09-11\n"))
    assert problem.code == "id-conflict"
    assert "line 4" in str(problem.where)


def test_a_country_at_level_0_holds_its_provinces(write_text: Writer) -> None:
    rows = "COD,0,CD,Congo,,\nCOD,1,CD1,Nord,CD,\n"
    assert len(read_pcodes(write_text(HEADER + rows)).areas) == 2


def test_another_table_is_refused(write_text: Writer) -> None:
    assert refuse(write_text("a,b\n1,2\n")).code == "source-unknown"
