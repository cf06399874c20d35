from __future__ import annotations

from datetime import UTC, datetime

import openpyxl
import pytest

from tutela.data.sources.unpmm import COLUMNS


def row(abbrev, year, **more):
    """One mission-year of an invented workbook; cells that are not named are those of a mission without tasks."""
    cells = dict.fromkeys(COLUMNS, 0) | {"mission_id": 900, "mission_abbrev": abbrev, "task_yearest": year}
    cells |= {"mission_fullname": f"Invented mission {abbrev}", "mission_type": "SPM", "mission_location": "Chad"}
    cells |= {"gwno_1": 483, "gwno_2": None, "gwno_3": None, "gwno_4": None, "gwno_5": None}
    cells |= {"mission_startdate": "01.03.1950", "mission_enddate": "31.12.1952"}
    return cells | more


@pytest.fixture
def mission_year():
    return row


@pytest.fixture
def write_book(tmp_path):
    def write(rows, name="book.xlsx", leave_out=()):
        header = [column for column in COLUMNS if column not in leave_out]
        book = openpyxl.Workbook()
        book.active.append(header)
        for cells in rows:
            book.active.append([cells[column] for column in header])
        path = tmp_path / name
        book.save(path)
        return path

    return write


@pytest.fixture
def book(write_book):
    """Two missions that the register lacks, one that it has, and rows of every bad kind."""
    day = datetime(2014, 4, 10, tzinfo=UTC).replace(tzinfo=None)  # a cell that the workbook holds as a date
    known = {"mission_type": "PKO", "mission_enddate": "ACTIVE", "mission_startdate": day}
    return write_book(
        [
            row("XONE", 1950, min05=1),
            row("XONE", 1951, mod11=1, max07=1),
            row("X TWO/B", 1950, mission_type="PKO", mod11=1, ocat01=1, gwno_1=None),
            row("MINUSCA", 2014, mod11=1, ocat01=1, gwno_1=482, **known),
            row("MINUSCA", 2015, gwno_1=482, **known),
            row(None, 1950),
            row("XONE", "1950"),
            row("XTHREE", 1950, mission_startdate="31.02.1950"),
            row("XTHREE", 1950, mission_enddate="soon"),
            row("XTHREE", 1950, max18=2),
            row("XONE", 1952, mission_type="PKO"),
            row("XONE", 1951),
        ]
    )


STRENGTHS = """mission,missioncountry,year,month,authtroop,authpolice,authmilobs,troop,police,milobs
MINUSCA,Central African Republic,2014,9,10000,1800,,7500,1083,149
MINUSCA,Central African Republic,2014,10,9750.5,1820,250,7600,1100,150
XONE,Chad,1951,1,0,0,20,,,
XONE,Chad,1951,1,0,0,21,,,
XONE,Chad,1951,13,0,0,20,,,
,Chad,1951,2,0,0,20,,,
XONE,Chad,1951,3,,,,,,
XONE,Chad,1951,4,-5,0,0,,,
"""


@pytest.fixture
def strengths(tmp_path):
    path = tmp_path / "strengths.csv"
    path.write_text(STRENGTHS, "utf-8")
    return path
