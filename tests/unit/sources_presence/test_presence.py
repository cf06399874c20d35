from __future__ import annotations

import gzip
from datetime import date

import pytest

from tutela.data.sources.presence import SOURCES, read_sites
from tutela.kernel.problems import Problem

TODAY = date(2026, 6, 30)


def refused(path, **options):
    with pytest.raises(Problem) as caught:
        read_sites(path, **{"today": TODAY, **options})
    return caught.value


def test_a_missing_file_is_named(tmp_path):
    problem = refused(tmp_path / "none.csv")
    assert (problem.code, problem.where) == ("file-missing", str(tmp_path / "none.csv"))


def test_a_source_that_no_reader_has_is_refused_and_the_later_one_said_to_be_later(tmp_path):
    assert refused(tmp_path / "x.csv", source="lists").code == "source-unknown"
    problem = refused(tmp_path / "x.csv", source="unpmm")
    assert problem.code == "source-unknown"
    assert "not read yet" in problem.message
    assert all(name in problem.remedy for name in SOURCES)


def test_an_unknown_header_is_refused_with_the_nearest_layout_and_what_it_lacks(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("site_id,mission,lon,lat,colour\nA,B,1,2,red\n", encoding="utf-8")
    problem = refused(path)
    assert problem.code == "source-unknown"
    assert "nearest is csv, for which it lacks opened" in problem.message


def test_a_table_of_events_is_called_one(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,type_of_violence,latitude,longitude\n1,1,2,3\n", encoding="utf-8")
    assert "table of events" in refused(path).message


def test_a_named_layout_that_the_header_does_not_fit_is_refused_by_column(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("site_id,mission,lon,lat\nA,B,1,2\n", encoding="utf-8")
    problem = refused(path, source="csv")
    assert problem.code == "file-header"
    assert "opened" in problem.message
    assert refused(path, source="geopko").code == "file-header"


def test_columns_that_differ_in_case_alone_are_not_mixed_up(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("site_id,mission,lon,lat,opened,Opened\nA,B,1,2,2015-01-01,2016-01-01\n", encoding="utf-8")
    assert read_sites(path, today=TODAY).table.opened.tolist() == [date(2015, 1, 1)]


def test_strict_reading_refuses_the_first_bad_row_by_line_and_column(read_plain, many):
    with pytest.raises(Problem) as caught:
        read_plain(*many({}, "site_id"), {"lat": "95"}, strict=True)
    assert caught.value.code == "bad-row"
    assert caught.value.where.endswith("sites.csv, line 202, column lat")


def test_strict_reading_of_a_good_file_changes_nothing(read_plain):
    assert len(read_plain({}, strict=True).table) == 1


def test_a_packed_file_is_read_and_its_own_bytes_are_digested(tmp_path):
    text = b"site_id,mission,lon,lat,opened\nA,B,1,2,2015-01-01\n"
    plain, packed = tmp_path / "x.csv", tmp_path / "x.csv.gz"
    plain.write_bytes(text)
    packed.write_bytes(gzip.compress(text))
    first, second = read_sites(plain, today=TODAY), read_sites(packed, today=TODAY)
    assert first.table.site_id.tolist() == second.table.site_id.tolist()
    assert first.file_digest != second.file_digest


def test_lines_are_those_of_the_file_also_where_a_cell_runs_over_two(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('site_id,mission,lon,lat,opened,name\nA,B,1,2,2015-01-01,"two\nlines"\nC,B,1,3,2015-01-01,x\n')
    assert read_sites(path, today=TODAY).table.source_line.tolist() == [2, 4]


@pytest.mark.parametrize(
    "name",
    [
        "TAMM.csv",
        "UNPMM_V2.0.xlsx",
        "geopko_TTMap_v.2.3.csv",
        "geopko_TCCMap_v.2.3.csv",
        "un_pko_list_DPPADPOSS.csv",
    ],
)
def test_other_real_tables_of_presences_are_refused(shared, name):
    assert refused(shared / "presence" / name).code in ("source-unknown", "file-not-a-table")


def test_a_file_of_bad_rows_alone_is_refused_by_every_layout(read_maps, read_years, read_plain):
    for read, change in ((read_maps, {"latitude": ""}), (read_years, {"year": ""}), (read_plain, {"lon": "x"})):
        with pytest.raises(Problem) as caught:
            read(change)
        assert caught.value.code == "too-many-bad-rows"
        assert "1 of 1 rows are bad" in caught.value.message
