"""Every irregularity that the manifests of the real data list, in an invented file of that shape.

All rows here are invented. Where a unit test already holds a promise, the last table names it, and a test checks
that it is there.
"""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from tutela.data.landings import read_landings
from tutela.data.people.settlements import read_places
from tutela.data.sources.events import read_events
from tutela.data.sources.presence import read_sites
from tutela.kernel.problems import Problem

TODAY = date(2024, 1, 1)
HEADER = "event_id,date,lon,lat,country,violence,best,low,high,civilians,precision,side_a,side_b\n"
ROWS = "".join(
    f"i{number},2020-03-{number % 28 + 1:02d},10.5,5.5,CAF,one_sided,4,3,6,4,1,Invented Group,Civilians\n"
    for number in range(200)
)
LAST = len(ROWS.splitlines()) + 2
"""The line of a row that is put after the others."""


# Events: what stands in a cell


@pytest.mark.parametrize(
    ("row", "reason", "column"),
    [
        ('x,2020-03-01,"10,5",5.5,CAF,one_sided,4,3,6,4,1,A,C', "coordinates-unreadable", "lon"),
        ("x,2020-03-01,10.5,-999,CAF,one_sided,4,3,6,4,1,A,C", "latitude-out-of-range", "lat"),
        ("x,2020-03-01,-999,5.5,CAF,one_sided,4,3,6,4,1,A,C", "longitude-out-of-range", "lon"),
        ("x,2020-03-01,10.5,,CAF,one_sided,4,3,6,4,1,A,C", "coordinates-incomplete", "lat"),
        ("x,2020-03-01,0,0,CAF,one_sided,4,3,6,4,1,A,C", "coordinates-zero", "lat"),
        ("x,2020-03-01,5.5,100.5,CAF,one_sided,4,3,6,4,1,A,C", "coordinates-swapped-suspected", "lat"),
        ("x,2020-03-01,10.5,5.5,CAF,one_sided,-999,-999,-999,,1,A,C", "deaths-negative", "best"),
        ("x,2020-03-01,10.5,5.5,CAF,one_sided,-1,3,6,4,1,A,C", "deaths-negative", "best"),
        ("x,2030-03-01,10.5,5.5,CAF,one_sided,4,3,6,4,1,A,C", "date-in-future", "date"),
        ("x,0202-03-01,10.5,5.5,CAF,one_sided,4,3,6,4,1,A,C", "date-too-early", "date"),
        ("x,01.03.2020,10.5,5.5,CAF,one_sided,4,3,6,4,1,A,C", "date-unreadable", "date"),
        ("i0,2020-03-01,10.5,5.5,CAF,one_sided,4,3,6,4,1,Invented Group,Civilians", "duplicate-row", "event_id"),
        (",2020-03-01,10.5,5.5,CAF,one_sided,4,3,6,4,1,A,C", "id-missing", "event_id"),
    ],
)
def test_one_bad_cell_leaves_its_row_out_and_is_named(
    write: Any, row: str, reason: str, column: str, read: Any
) -> None:
    path = write("events.csv", HEADER + ROWS + row + "\n")
    found = read(path)
    assert dict(found.accounting.excluded) == {reason: 1}
    assert found.first == {reason: f"{path}, line {LAST}, column {column}"}


@pytest.mark.parametrize("nothing", ["", "NA", "n/a", " "])
def test_a_place_that_is_missing_keeps_the_event_and_says_so(write: Any, nothing: str, read: Any) -> None:
    row = f"x,2020-03-01,{nothing},{nothing},CAF,one_sided,4,3,6,4,1,A,C\n"
    found = read(write("events.csv", HEADER + ROWS + row))
    assert found.accounting.placed == 201
    assert any("no coordinates" in note for note in found.notes)


def test_two_contents_under_one_id_refuse_the_file_by_its_line(write: Any, refused: Any) -> None:
    path = write("events.csv", HEADER + ROWS + "i0,2020-03-01,10.5,5.5,CAF,one_sided,9,3,9,4,1,Invented Group,C\n")
    problem = refused(path)
    assert (problem.code, problem.where) == ("id-conflict", f"{path}, line {LAST}, column event_id")


# Events: how the file is written


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + HEADER + ROWS,
        (HEADER + ROWS).replace("\n", "\r\n"),
        (HEADER + ROWS).replace("\n", "\r\n", 90),
        (HEADER + ROWS).replace("\n", "\r"),
        HEADER + ROWS.replace("\n", "\n\n", 3),
        (HEADER + ROWS).removesuffix("\n"),
        (HEADER + ROWS).replace("date", "Date").replace("lon,lat", "LON,LAT"),
        (HEADER + ROWS).replace("2020-03-01,", "2020-03-01T00:00:00,"),
    ],
    ids=["bom", "crlf", "mixed ends", "old mac", "blank lines", "no last end", "capitals", "times"],
)
def test_ways_of_writing_change_nothing(write: Any, content: str) -> None:
    plain = read_events(write("plain.csv", HEADER + ROWS), today=TODAY).table
    other = read_events(write("other.csv", content), today=TODAY).table
    for name, column in plain.columns().items():
        if name != "source_line":
            np.testing.assert_array_equal(column, other.columns()[name])


def test_line_breaks_and_quotes_inside_quotes_are_of_one_cell(write: Any) -> None:
    row = 'x,2020-03-01,10.5,5.5,CAF,one_sided,4,3,6,4,1,"Two\nlines","So-called ""Group"""\n'
    after = "y,2030-03-01,10.5,5.5,CAF,one_sided,4,3,6,4,1,A,C\n"
    path = write("events.csv", HEADER + ROWS + row + after)
    reading = read_events(path, today=TODAY)
    assert reading.table.side_b[-1] == 'So-called "Group"'
    assert reading.excluded[0].line == LAST + 2


def test_gzip_is_read_as_what_is_in_it(write: Any, read: Any) -> None:
    assert read(write("events.csv.gz", gzip.compress((HEADER + ROWS).encode(), mtime=0))).accounting.placed == 200


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        ((HEADER + ROWS).replace("Invented", "Inventé").encode("cp1252"), "file-encoding", ", line 2"),
        ((HEADER + ROWS).encode("utf-16"), "file-encoding", ", line 1"),
        ((HEADER + ROWS).replace(",", ";").encode(), "file-delimiter", ", line 1"),
        ((HEADER + ROWS).replace(",", "\t").encode(), "file-delimiter", ", line 1"),
        ((HEADER + ROWS)[:-40].encode(), "file-truncated", ", line 201"),
        (HEADER.replace("lon,lat", "lat,lat").encode() + ROWS.encode(), "file-header", ", line 1"),
        (HEADER.encode(), "file-empty", ""),
    ],
    ids=["cp1252", "utf-16", "semicolon", "tab", "cut off", "one name twice", "no rows"],
)
def test_a_file_of_another_form_is_refused_by_its_line(
    write: Any, content: bytes, code: str, place: str, refused: Any
) -> None:
    path = write("events.csv", content)
    problem = refused(path)
    assert (problem.code, problem.where) == (code, f"{path}{place}")


def test_ids_lost_upstream_and_dates_with_times_are_no_harm(write: Any) -> None:
    """The GeoJSON of one country has relid 0 in every row, active_year 0 or 1, and times beside its dates."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": number,
                "relid": "0",
                "active_year": 1,
                "year": 2020,
                "code_status": "Clear",
                "type_of_violence": 3,
                "conflict_name": "Invented",
                "side_a": "A",
                "side_b": "Civilians",
                "where_prec": 1,
                "date_prec": 1,
                "latitude": 5.5,
                "longitude": 10.5,
                "country_id": 482,
                "country": "Central African Republic",
                "date_start": "2020-03-01T00:00:00",
                "date_end": "2020-03-01T00:00:00",
                "deaths_a": 0,
                "deaths_b": 0,
                "deaths_civilians": 4,
                "deaths_unknown": 0,
                "best": 4,
                "high": 4,
                "low": 4,
            },
            "geometry": {"type": "Point", "coordinates": [10.5, 5.5]},
        }
        for number in (1, 2, 3)
    ]
    path = write("events.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    table = read_events(path, today=TODAY).table
    assert table.event_id.tolist() == ["1", "2", "3"]
    assert table.day.tolist() == [date(2020, 3, 1)] * 3


# Tables that look like events and are none


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("country_id_cy,country_cy,year_cy,sb_total_deaths_best_cy", "column 3 (year_cy)"),
        ("week,n_events,total_best_deaths,n_events_lag1", "column 1 (week)"),
        ("year,longitude,latitude,where_coordinates,best,deaths_civilians", "column 1 (year)"),
        ("base_id,year,month,mission,t_ind,latitude,longitude,ucdp_gov_vac_all", "column 8 (ucdp_gov_vac_all)"),
        ("gid,row,col,xcoord,ycoord,landarea,mountains_mean,ttime_min", "column 1 (gid)"),
        ("location,year,mon,osvAll,troopLag", "column 4 (osvAll)"),
        ("location_code,admin1_code,event_type,events,fatalities,reference_period_start", "column 4 (events)"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_an_aggregate_is_refused_by_the_column_that_gives_it_away(
    write: Any, header: str, column: str, delimiter: str, refused: Any
) -> None:
    cells = ",".join("1" for _ in header.split(","))
    path = write("panel.csv", f"{header}\n{cells}\n".replace(",", delimiter))
    problem = refused(path)
    assert (problem.code, problem.where) == ("source-unknown", f"{path}, line 1, {column}")


def test_a_table_of_nobodys_columns_is_refused_with_what_to_do(write: Any, refused: Any) -> None:
    path = write("other.csv", "colour,size\nred,2\n")
    problem = refused(path)
    assert (problem.code, problem.where) == ("source-unknown", f"{path}, line 1")


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("codebook.pdf", b"%PDF-1.7\n%\xe2\xe3\n", ", line 1"),
        ("LIST.md", b"# Files\n\nWhat lies here.\n", ", line 1"),
        ("page.csv", b"<!DOCTYPE html><html></html>", ""),
        ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(64), ""),
        ("broken.xlsx", b"PK\x03\x04" + bytes(64), ""),
    ],
)
def test_what_is_no_table_is_refused(write: Any, name: str, content: bytes, place: str, refused: Any) -> None:
    path = write(name, content)
    problem = refused(path)
    assert problem.where == f"{path}{place}"
    assert problem.remedy


# Sites


def maps(rows: str) -> str:
    header = (
        "source,mission,year,month,location,geosplit,country,latitude,longitude,no.troops,rpf.no,hq,unpol.dummy\n"
    )
    kept = "".join(
        f"map,INVENTED,2019,{m},Invented Town {n},0,Mali,15.{n},1.{n},150,,0,0\n"
        for m in (1, 4, 7)
        for n in range(50)
    )
    return header + kept + rows


def test_maps_are_carried_forward_and_unknown_troops_are_no_number(write: Any) -> None:
    path = write("maps.csv", maps("map,INVENTED,2019,7,Elsewhere,0,Mali,15.9,1.9,unknown,,0,0\n"))
    table = read_sites(path, today=TODAY).table
    row = table.name == "Elsewhere"
    assert np.isnan(table.military[row]).all()
    assert table.opened[row].astype(str).tolist() == ["2019-07-01"]
    assert table.closed[row].astype(str).tolist() == ["2020-08-01"]
    assert np.isnan(table.civilian).all()


def test_a_site_split_between_countries_is_one_site(write: Any) -> None:
    row = "map,INVENTED,2019,7,Border Town,1,{},15.9,1.9,150,,0,0\n"
    twice = row.format("Mali") + row.format("Niger")
    table = read_sites(write("maps.csv", maps(twice)), today=TODAY).table
    assert len(set(table.site_id[table.name == "Border Town"].tolist())) == 1


def test_a_site_without_a_point_is_left_out_by_its_line(write: Any, read: Any) -> None:
    path = write("maps.csv", maps("map,INVENTED,2019,7,Nowhere,0,Mali,,,150,,0,0\n"))
    assert read(path).first == {"coordinates-missing": f"{path}, line 152, column latitude"}


# Landing sites


AIRPORTS = '"id","ident","type","name","latitude_deg","longitude_deg","elevation_ft","iso_country","home_link"\n'


def test_a_country_called_na_is_namibia_and_not_nothing(write: Any, read: Any) -> None:
    rows = '1,"IN01","small_airport","Invented Strip",-22.5,17.5,NA,"NA",NA\n'
    rows += '2,"IN02","closed","Invented Field",5.5,18.5,100,"CF",NA\n'
    path = write("strips.csv", AIRPORTS + rows)
    reading = read_landings(path)
    assert reading.table.country.tolist() == ["NAM"]
    assert dict(reading.accounting.excluded) == {"closed": 1}
    assert read(path).kind == "landings"


@pytest.mark.parametrize(
    ("lat", "lon", "reason"),
    [
        ("NA", "17.5", "coordinates-unreadable"),
        ("", "17.5", "coordinates-missing"),
        ("-999", "17.5", "latitude-out-of-range"),
        ("5.5", "-999", "longitude-out-of-range"),
        ("0", "0", "coordinates-zero"),
    ],
)
def test_a_bad_point_of_an_airstrip_is_named(write: Any, lat: str, lon: str, reason: str) -> None:
    good = "".join(f'{n},"IN{n}","heliport","Pad {n}",5.{n},18.5,,"CF",\n' for n in range(10, 160))
    path = write("strips.csv", AIRPORTS + good + f'1,"IN1","heliport","Bad",{lat},{lon},,"CF",\n')
    assert dict(read_landings(path).accounting.excluded) == {reason: 1}
    with pytest.raises(Problem, match="strict") as caught:
        read_landings(path, strict=True)
    assert caught.value.where is not None
    assert "line 152, column" in caught.value.where


def test_another_table_is_no_list_of_airports(write: Any) -> None:
    path = write("x.csv", "name,type\nInvented,strip\n")
    with pytest.raises(Problem, match="lacks ident") as caught:
        read_landings(path)
    assert caught.value.where == f"{path}, line 1"


# Places and people


def test_points_at_zero_and_people_of_zero_or_less_are_nobody_known(write: Any) -> None:
    header = "geonameid,name,latitude,longitude,countrycode,population,timezone,admin1code,alternatenames\n"
    rows = "".join(f"{n},Invented {n},5.{n},18.5,CF,0,,,\n" for n in range(10, 160))
    rows += "1,Null Island,0,0,CF,10,,,\n2,Bangassou-Inventé,5.5,18.5,CF,-99,,,بانغاسو|Autre Nom\n"
    places = read_places(write("places.csv", header + rows))
    assert dict(places.reading.accounting.excluded) == {"coordinates-zero": 1}
    assert np.isnan(places.reading.table.people).all()
    assert places.other_names[-1] == ("بانغاسو", "Autre Nom")


PEOPLE = "Adm1_name,Adm1_pcode,Adm2_name,Adm2_pcode,T_TL,T_TF,T_TM\n"
UNITS = "".join(f"Inventé,XX1,Unité {n},XX1{n},100,51,49\n" for n in range(100, 250))


def test_a_code_that_stands_twice_is_refused_by_line_and_column(write: Any, refused: Any) -> None:
    path = write("people_2020.csv", PEOPLE + UNITS + "Inventé,XX1,Autre,XX1100,70,35,35\n")
    problem = refused(path)
    assert (problem.code, problem.where) == ("id-conflict", f"{path}, line 152, column adm2_pcode")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("-999", "people-out-of-range"),
        ("-9999", "people-out-of-range"),
        ("abc", "people-unreadable"),
        ("<Null>", "people-missing"),
    ],
)
def test_a_sentinel_is_never_people(write: Any, value: str, reason: str, read: Any) -> None:
    path = write("people_2020.csv", (PEOPLE + UNITS + f"Inventé,XX1,Autre,XX1999,{value},35,35\n").encode("cp1252"))
    found = read(path)
    assert found.first == {reason: f"{path}, line 152, column t_tl"}
    assert any("Windows-1252" in note for note in found.notes)


# HXL


HXL = [
    ["Who?", "", "Where?"],
    ["Org", "Sector", "Place"],
    ["#org", "#sector", "#loc"],
    ["A", "Water", "X"],
    ["B", "Food", "Y"],
]


@pytest.mark.parametrize(
    "document",
    [
        HXL,
        [dict(zip(HXL[2], row, strict=True)) for row in HXL[3:]],
        {"status": "OK", "results": [dict(zip(HXL[2], row, strict=True)) for row in HXL[3:]]},
        [[*HXL[0], "ragged"], *HXL[1:3], ["A", "Water"], ["B", None, "Y"]],
    ],
    ids=["rows", "objects", "nested", "ragged"],
)
def test_hxl_in_json_is_the_table_that_it_would_be_in_csv(write: Any, document: object, read: Any) -> None:
    found = read(write("data.json", json.dumps(document)))
    assert (found.kind, found.accounting.placed) == ("hxl", 2)
    assert "#org, #sector, #loc" in found.notes[0]


def test_a_table_of_events_is_known_by_hashtags_alone(write: Any, read: Any) -> None:
    header = (
        "Réf,Jour,Lat,Lon,Pays,Morts\n#event+id,#date+occurred,#geo+lat,#geo+lon,#country+code,#affected+killed\n"
    )
    rows = "".join(f"i{n},2020-03-01,5.5,18.5,CAF,2\n" for n in range(3))
    found = read(write("incidents.csv", header + rows))
    assert (found.kind, found.accounting.placed) == ("events", 3)


def test_damaged_files_are_refused_by_their_own_readers(write: Any, refused: Any) -> None:
    features = b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {'
    assert refused(write("cut.geojson", features)).code == "file-truncated"
    assert refused(write("cut.parquet", b"PAR1" + bytes(40))).code == "file-truncated"
    assert refused(write("bad.parquet", b"PAR1" + bytes(40) + b"PAR1")).code == "file-unreadable"
    assert refused(write("empty.csv", b"")).code == "file-empty"
    assert refused(write("quote.csv", b'"colour,size\nred,2\n')).code == "file-truncated"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"a": 1}', "file-not-a-table"),
        ('[["#org"], ["A"', "file-unreadable"),
        ('[["#org"], [["A"]]]', "file-not-a-table"),
        ("[" * 30 + '["#org"]' + "]" * 30, "file-not-a-table"),
        ('[["Org"], ["A"]]', "file-not-a-table"),
    ],
)
def test_json_without_a_table_is_refused(write: Any, content: str, code: str, refused: Any) -> None:
    problem = refused(write("data.json", content))
    assert problem.code == code
    assert problem.where is not None
    assert "line" in problem.where or "row" in problem.where


def test_of_a_workbook_the_sheet_with_hashtags_is_read_and_empty_ends_are_not(tmp_path: Path, read: Any) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Notes of the office"])
    sheet = book.create_sheet("Data")
    for row in HXL:
        sheet.append([*row, *[None] * 30])
    sheet.append([1.0, date(2020, 3, 1), None])
    sheet.merge_cells("A1:B1")
    path = tmp_path / "book.xlsx"
    book.save(path)
    found = read(path)
    assert (found.kind, found.accounting.placed) == ("hxl", 3)
    assert found.notes[-1] == "Read: the sheet Data."
    assert found.command.endswith("--sheet Data --header-row 2 --out MAPPING")


# What unit tests hold already

HELD: dict[str, dict[str, str]] = {
    "unit/sources_events/test_event_layouts.py": {
        "GED's precise cut lacks columns": "test_the_cut_of_precise_places_says_what_it_lacks",
        "column sets of GED differ by release": "test_all_column_sets_of_ged_give_the_same_table",
        "candidate events have a status to check": "test_candidate_events_are_told_by_their_status_or_name",
        "a second header row of hashtags": "test_a_line_of_hashtags_is_no_row",
    },
    "unit/sources_events/test_event_rows.py": {
        "best outside low and high": "test_where_deaths_by_side_vouch_for_best_the_interval_is_widened",
        "an area that several countries claim": "test_a_country_that_several_claim_is_left_open",
    },
    "unit/sources_reports/test_geojson.py": {
        "properties and geometry disagree": "test_properties_and_geometry_that_disagree_exclude_the_row",
    },
    "unit/sources_events/test_perpetrators.py": {
        "actors with two codes of organisation": "test_a_list_of_actors_is_read_and_doubtful_names_are_left_out",
    },
    "unit/sources_events/test_raw.py": {
        "a nameless first column of row numbers": "test_a_nameless_column_gets_its_number_for_a_name",
    },
    "unit/sources_reports/test_hxl.py": {
        "hashtags in the wrong place": "test_hashtags_in_the_wrong_place_are_named",
        "hashtags that lost their sign, or half of them": "test_half_a_row_of_hashtags_is_refused_by_its_cell",
        "group headings above the header": "test_group_headings_go_and_short_rows_are_filled_up",
    },
    "unit/mapped/test_workbooks.py": {
        "merged headers in a workbook": "test_a_merged_header_is_refused_by_its_cells",
        "dates that Excel turned round": "test_days_that_an_american_excel_turned_round_are_found_out",
    },
    "unit/people/test_people_tables.py": {
        "French headings in Windows-1252": "test_french_headers_in_windows_1252_are_read_and_said",
        "a year in the heading or the file's name": "test_a_year_in_the_heading_is_said",
        "rows marked as errors": "test_what_the_maker_marks_as_an_error_is_left_out_and_the_levels_are_compared",
        "sums that do not meet": "test_sums_that_do_not_meet_and_codes_that_leave_their_parents_are_told",
    },
    "unit/people/test_people_rasters.py": {
        "cells overstated at the edge": "test_a_multiplier_is_said_with_its_reason_and_edge_cells_get_a_range",
    },
    "unit/places/test_province_dates.py": {
        "11 provinces, not 26": "test_eleven_provinces_before_2015_and_twenty_six_since",
        "17 states, not 18": "test_sudan_with_17_states_is_after_2012_and_before_2013_and_with_18_after_both",
    },
    "unit/places/test_areas.py": {
        "nameless pieces of ground": "test_a_nameless_piece_of_natural_earth_is_left_out_and_is_no_fault",
    },
    "unit/places/test_pcodes.py": {
        "parents that are nowhere": "test_a_parent_in_another_country_is_told_from_one_that_is_nowhere",
    },
    "unit/places/test_gazetteer.py": {
        "other names in Arabic": "test_other_names_are_found_in_both_scripts",
    },
    "unit/travel/test_rasters.py": {
        "an R raster in two files": "test_an_r_raster_is_read_by_either_of_its_files",
    },
    "unit/sources_presence/test_geopko_maps.py": {
        "map snapshots with gaps": "test_no_map_is_believed_for_more_than_thirteen_months_and_the_note_counts_them",
        "standard unit sizes and no civilian staff": "test_the_limits_of_the_source_are_told",
    },
    "unit/sources_presence/test_geopko_years.py": {
        "site-years with several rows": "test_rows_of_one_year_are_one_site_with_the_mean_of_the_file",
    },
    "unit/register_imports/test_register_readers.py": {
        "months without a strength": "test_strengths_are_read_by_month_and_a_gap_is_not_zero",
        "days as text and as dates in one workbook": "test_a_workbook_is_read_into_missions_and_dated_facts",
    },
    "property/test_vicinity.py": {
        "one record of a hundred thousand deaths": "test_spreading_keeps_every_event_whole",
    },
}
"""By file of tests, what is irregular and the test of it."""


@pytest.mark.parametrize("file", HELD)
def test_the_tests_that_hold_it_are_there(root: Path, file: str) -> None:
    text = (root / "tests" / file).read_text(encoding="utf-8")
    assert [what for what, test in HELD[file].items() if f"def {test}(" not in text] == []
