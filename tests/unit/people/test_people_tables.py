"""Tables of people: other columns, languages and encodings, one table; what does not fit is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tutela.data.people.tables import read_numbers, read_people_table
from tutela.data.sources.raw import read_raw
from tutela.kernel.problems import Problem

Writer = Callable[..., Path]

FRENCH = (
    "Adm1_name,Adm1_Pcode,Adm2_name,Adm2_Pcode,T_TL,T_TF,T_TM,Enfants_00_18\n"
    "Rivière,XA1,Bélo,XA11,1000,510,490,400\n"
    "Rivière,XA1,Déka,XA12,2000,1010,990,800\n"
)
HAPI = (
    "location_code,admin1_code,admin1_name,admin2_code,admin2_name,admin_level,gender,age_range,population,"
    "reference_period_start,error\n"
)
GLOBAL = (
    "ISO3,ADM1_PCODE,ADM1_NAME,ADM2_PCODE,ADM2_NAME,Population_group,Gender,Age_range,Population,Reference_year,"
    "Source\n"
    "#country+code,#adm1+code,#adm1+name,#adm2+code,#adm2+name,#population+group,#gender,#age+range,#population,"
    "#date+year,#meta+source\n"
)


def refuse(path: Path, **options: object) -> Problem:
    with pytest.raises(Problem) as caught:
        read_people_table(path, **options)  # type: ignore[arg-type]
    assert caught.value.remedy
    return caught.value


def test_french_headers_in_windows_1252_are_read_and_said(write_text: Writer) -> None:
    reading = read_people_table(write_text(FRENCH, "people_2015.csv", "cp1252"))
    table = reading.table
    assert table.name.tolist() == ["Bélo", "Déka"]
    assert (table.level.tolist(), table.parent.tolist()) == ([2, 2], ["XA1", "XA1"])
    assert (table.people.sum(), table.women.sum(), table.men.sum()) == (3000, 1520, 1480)
    assert table.year.tolist() == [2015, 2015]
    assert reading.source == "cod-ps"
    assert reading.notes[:3] == (
        "The file is not UTF-8; it was read as Windows-1252.",
        "The year 2015 was taken from the file's name.",
        "1 other columns (age groups, remarks) were not read.",
    )


@pytest.mark.parametrize("encoding", ["cp850", "mac-roman", "utf-16"])
def test_older_encodings_are_refused_and_not_read_as_rubbish(write_text: Writer, encoding: str) -> None:
    assert refuse(write_text(FRENCH, encoding=encoding)).code == "file-encoding"


def test_bytes_without_a_meaning_in_windows_1252_are_refused(write_text: Writer) -> None:
    path = write_text(FRENCH, encoding="cp1252")
    path.write_bytes(path.read_bytes().replace("Rivi\xe8re".encode("cp1252"), b"Rivi\x81re"))
    assert refuse(path).code == "file-encoding"


def test_tables_of_events_stay_utf8(write_text: Writer) -> None:
    path = write_text(FRENCH, encoding="cp1252")
    with pytest.raises(Problem) as caught:
        read_raw(path)
    assert caught.value.code == "file-encoding"
    assert read_raw(write_text(FRENCH, "u.csv"), encodings=("utf-8", "windows-1252")).encoding == "utf-8"


@pytest.mark.parametrize(
    "header",
    [
        "admin1Name_fr,admin1Pcode,F_TL,M_TL,T_TL",
        "ADM1_FR,ADM1_PCODE,Femmes,Hommes,Population totale",
        "adm1_en,adm1_pcode,Female,Male,Both sexes",
        "adm1_name,adm1_code,F_TL_2020,M_TL_2020,pop_2020",
    ],
)
def test_headers_of_different_countries_mean_the_same(write_text: Writer, header: str) -> None:
    table = read_people_table(write_text(f"{header}\nNord,CD61,6,4,10\n"), year=2020).table
    assert (table.code.tolist(), table.name.tolist(), table.country.tolist()) == (["CD61"], ["Nord"], ["COD"])
    assert (table.people.tolist(), table.women.tolist(), table.men.tolist()) == ([10], [6], [4])


def test_a_total_that_is_not_there_is_women_and_men(write_text: Writer) -> None:
    table = read_people_table(write_text("adm1_pcode,femmes,hommes\nXA1,6,4\n")).table
    assert table.people.tolist() == [10]
    assert table.year.tolist() == [0]


def test_women_and_men_that_are_not_in_the_source_are_unknown_and_not_0(write_text: Writer) -> None:
    table = read_people_table(write_text("adm1_pcode,population\nXA1,10\n")).table
    assert np.isnan(table.women).all()
    assert np.isnan(table.men).all()


def test_columns_for_several_years_need_a_year(write_text: Writer) -> None:
    path = write_text("adm1_pcode,pop_2019,pop_2020\nXA1,9,10\n")
    assert refuse(path).code == "file-header"
    reading = read_people_table(path, year=2019)
    assert (reading.table.people.tolist(), reading.table.year.tolist()) == ([9], [2019])


def test_a_year_in_the_heading_is_said(write_text: Writer) -> None:
    reading = read_people_table(write_text("adm1_pcode,pop_2019\nXA1,9\n"))
    assert reading.table.year.tolist() == [2019]
    assert "The year 2019 was taken from the heading." in reading.notes


def test_two_columns_of_one_level_are_refused(write_text: Writer) -> None:
    assert refuse(write_text("adm1_pcode,admin1code,population\nXA1,XA1,9\n")).code == "file-header"


@pytest.mark.parametrize("header", ["name,population", "adm1_pcode,adm1_name", "adm1,adm1_pcode,remark", "a,b"])
def test_a_table_without_codes_or_people_is_none_of_people(write_text: Writer, header: str) -> None:
    row = ",".join("1" for _ in header.split(","))
    assert refuse(write_text(f"{header}\n{row}\n")).code == "source-unknown"


def test_hapi_rows_are_turned_into_units_and_age_groups_are_set_aside(write_text: Writer) -> None:
    rows = (
        "COD,CD1,Nord,,,1,all,all,100,2020-01-01,\n"
        "COD,CD1,Nord,,,1,f,all,60,2020-01-01,\n"
        "COD,CD1,Nord,,,1,m,all,40,2020-01-01,\n"
        "COD,CD1,Nord,,,1,all,0-4,20,2020-01-01,\n"
        "COD,CD1,Nord,CD11,Ville,2,all,all,100,2020-01-01,\n"
        "COD,,,,,0,all,all,100,2020-01-01,\n"
        "COD,CD1,Nord,,,1,x,all,1,2020-01-01,\n"
    )
    reading = read_people_table(write_text(HAPI + rows))
    table = reading.table
    assert table.level.tolist() == [0, 1, 2]
    assert table.parent.tolist() == ["", "COD", "CD1"]
    assert (table.people.tolist(), table.women[1], table.men[1]) == ([100, 100, 100], 60, 40)
    assert reading.accounting.as_json()["excluded"] == {"age-group": 1, "other-group": 1}
    assert [row.line for row in reading.excluded] == [5, 8]


def test_what_the_maker_marks_as_an_error_is_left_out_and_the_levels_are_compared(write_text: Writer) -> None:
    good = "".join(f"COD,CD1,Nord,CD1{i:03},Ville {i},2,all,all,10,2020-01-01,\n" for i in range(200))
    bad = "COD,CD1,Nord,CD1999,Ville,2,all,all,500,2020-01-01,Duplicate row\n"
    total = "COD,CD1,Nord,,,1,all,all,2500,2020-01-01,\n"
    reading = read_people_table(write_text(HAPI + good + bad + total))
    assert reading.accounting.excluded == {"marked-as-error": 1}
    assert any("2,500 at level 1, 2,000 at level 2" in note for note in reading.notes)


def test_the_global_layout_loses_its_hashtags_and_other_groups(write_text: Writer) -> None:
    rows = (
        "COD,CD1,Nord,CD11,Ville,T_TL,all,all,100,2020,A census\n"
        "COD,CD1,Nord,CD11,Ville,F_TL,f,all,60,2020,A census\n"
        "COD,CD1,Nord,CD11,Ville,IDP,all,all,7,2020,A census\n"
    )
    reading = read_people_table(write_text(GLOBAL + rows))
    assert reading.source == "cod-ps-global"
    assert (reading.table.people.tolist(), reading.table.women.tolist()) == ([100], [60])
    assert reading.table.origin.tolist() == ["A census"]
    assert reading.accounting.excluded == {"other-group": 1}
    assert "The line of hashtags (HXL) under the header was taken off." in reading.notes


def test_hashtags_in_the_wrong_place_are_refused_by_their_line(write_text: Writer) -> None:
    problem = refuse(write_text("adm1_pcode,population\nXA1,10\n#adm1+code,#population\nXA2,9\n"))
    assert problem.code == "file-header"
    assert "line 3" in str(problem.where)


def test_a_unit_that_stands_twice_with_other_people_is_refused_or_added(write_text: Writer) -> None:
    path = write_text("adm1_pcode,T_TL,F_TL,M_TL\nXA1,10,6,4\nXA2,5,2,3\nXA1,20,11,9\n")
    problem = refuse(path)
    assert problem.code == "id-conflict"
    assert "XA1 stands on lines 2 and 4" in problem.message
    reading = read_people_table(path, repeated="add")
    assert reading.table.people.tolist() == [30, 5]
    assert reading.table.women.tolist() == [17, 2]
    assert reading.accounting.placed == 3
    assert "Lines added to another line of the same unit, as was asked for: 1." in reading.notes


def test_a_row_that_stands_twice_is_a_duplicate_and_counted_once(write_text: Writer) -> None:
    rows = "".join(f"XA{i:03},10\n" for i in range(200))
    reading = read_people_table(write_text(f"adm1_pcode,population\n{rows}XA000,10\n"))
    assert reading.accounting.excluded == {"duplicate-row": 1}
    assert reading.table.people.sum() == 2000


def test_a_total_line_is_set_aside_and_is_no_bad_row(write_text: Writer) -> None:
    reading = read_people_table(write_text("adm1_name,adm1_pcode,T_TL\nNord,XA1,10\nEnsemble,,10\n"), strict=True)
    assert reading.table.people.tolist() == [10]
    assert reading.accounting.excluded == {"total-line": 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Nord,,10", "code-missing"),
        ("Nord,XA1,", "people-missing"),
        ("Nord,XA1,ten", "people-unreadable"),
        ("Nord,XA1,-1", "people-out-of-range"),
    ],
)
def test_a_bad_row_is_excluded_by_name_or_refused(write_text: Writer, row: str, reason: str) -> None:
    rows = "".join(f"Unit {i},XA{i + 100},10\n" for i in range(200))
    path = write_text(f"adm1_name,adm1_pcode,T_TL\n{rows}{row}\n")
    reading = read_people_table(path)
    assert reading.accounting.excluded == {reason: 1}
    assert reading.excluded[0].line == 202
    assert refuse(path, strict=True).code == "bad-row"


def test_too_many_bad_rows_refuse_the_table(write_text: Writer) -> None:
    path = write_text("adm1_name,adm1_pcode,T_TL\nNord,XA1,ten\nSud,XA2,20\n")
    assert refuse(path).code == "too-many-bad-rows"


def test_a_deeper_code_that_is_missing_is_bad(write_text: Writer) -> None:
    path = write_text("adm1_pcode,adm2_pcode,T_TL\nXA1,XA11,10\nXA1,,20\n")
    assert "code-missing" in refuse(path).message


def test_an_unreadable_year_is_bad(write_text: Writer) -> None:
    path = write_text(GLOBAL + "COD,CD1,Nord,CD11,Ville,T_TL,all,all,100,soon,A census\n")
    assert "year-unreadable" in refuse(path).message


def test_age_groups_alone_are_nothing_to_read(write_text: Writer) -> None:
    path = write_text(HAPI + "COD,CD1,Nord,,,1,all,0-4,20,2020-01-01,\n")
    assert refuse(path).code == "nothing-to-study"


def test_sums_that_do_not_meet_and_codes_that_leave_their_parents_are_told(write_text: Writer) -> None:
    reading = read_people_table(
        write_text("adm1_pcode,adm2_pcode,T_TL,F_TL,M_TL\nXA1,XA11,100,50,50\nXA1,XB12,100,50,40\n")
    )
    assert any("1 units women and men do not add up" in note and "line 3" in note for note in reading.notes)
    assert any("do not begin with their parent's; first on line 3" in note for note in reading.notes)
    assert any("2 units are of no country" in note for note in reading.notes)


def test_thousands_may_be_parted_by_spaces_or_commas() -> None:
    cells = pl.Series(["1 234 567", "1\u00a0234", "1,234", "12,34", "1234", "12.5", "", "inf"])
    assert read_numbers(cells).to_list() == [1234567, 1234, 1234, None, 1234, 12.5, None, None]
