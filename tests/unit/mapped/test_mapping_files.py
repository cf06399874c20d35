"""A mapping says what it says; everything else in it is refused with the key and the remedy."""

from __future__ import annotations

from datetime import date

import pytest

from tutela.data.sources.day_formats import check_format, puts_day_first, read_day
from tutela.data.sources.mapping_drafts import SYNONYMS, draft_mapping
from tutela.data.sources.mapping_files import FIELDS, load_mapping, parse_mapping
from tutela.kernel.problems import Problem

GOOD = """
[source]
name = "An office"
vintage = "August"
invented = true
[file]
kind = "xlsx"
sheet = "Incidents"
header_row = 3
[columns]
event_id = "Ref"
date = { column = "Day  of it", format = ["DD/MM/YYYY", "DD MON YYYY"] }
violence = { column = "Type", values = { "Attack on Civilians" = "one_sided" }, others = "unknown" }
lat = { column = "GPS", part = 1, separator = ";", decimal = "," }
best = "Killed"
[defaults]
best = 0
[constants]
country = "CAF"
"""


def test_a_mapping_is_read():
    mapping = parse_mapping(GOOD.encode(), "m.toml")
    assert (mapping.form.kind, mapping.form.sheet.sheet, mapping.form.sheet.header_row) == ("xlsx", "Incidents", 3)
    assert (mapping.origin.name, mapping.origin.vintage) == ("An office", "August")
    assert not mapping.origin.redistributable
    assert mapping.columns["date"].column == "Day of it"
    assert mapping.columns["violence"].values == {"attack on civilians": "one_sided"}
    assert mapping.columns["lat"].part == 1
    assert (dict(mapping.constants), dict(mapping.defaults)) == ({"country": "CAF"}, {"best": "0"})
    assert mapping.text == GOOD.encode()


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ('name = "An office"', "", "source.name", "no name"),
        ('name = "An office"', "name = 3", "source.name", "no text"),
        ("invented = true", 'invented = "yes"', "source.invented", "neither true nor false"),
        ('kind = "xlsx"', 'kind = "docx"', "file.kind", "'docx'"),
        ('kind = "xlsx"', "", "file.kind", "missing"),
        ('kind = "xlsx"', 'kind = "csv"', "file.kind", "Only workbooks"),
        ('kind = "xlsx"', 'kind = "xlsx"\nheader_roow = 2', "file.header_roow", "the nearest is 'header_row'"),
        ("header_row = 3", "header_row = 0", "file.header_row", "whole number"),
        ("header_row = 3", 'number_rows = "X-"', "file.number_rows", "event_id is mapped too"),
        ('event_id = "Ref"', "", "columns", "event_id"),
        ('event_id = "Ref"', "event_id = 3", "columns.event_id", "no table"),
        ('event_id = "Ref"', "event_id = { part = 1 }", "columns.event_id.column", "missing"),
        ('event_id = "Ref"', 'event_id = { column = "Ref", format = "DD" }', "event_id.format", "no day"),
        ('event_id = "Ref"', 'event_id = { column = "Ref", form = "DD" }', "event_id.form", "nearest is 'format'"),
        ('event_id = "Ref"', 'event_id = "Ref"\nzzz = "P"', "columns.zzz", "There is no 'zzz' here."),
        ('"DD/MM/YYYY", "DD MON YYYY"', '"DD/MM"', "date.format", "one day"),
        ('["DD/MM/YYYY", "DD MON YYYY"]', "3", "date.format", "no format"),
        ('separator = ";"', 'separator = ""', "lat.separator", "divides"),
        ('decimal = ","', 'decimal = ";"', "lat.decimal", "';'"),
        ('"one_sided"', "[1]", "violence.values", "no plain value"),
        ("best = 0", "country = 0", "m.toml", "country is a constant"),
        ("best = 0", "high = 0", "defaults.high", "no column"),
        ('country = "CAF"', "country = true", "constants.country", "no plain value"),
        ("[constants]", "[constant]", "constant", "nearest is 'constants'"),
        ("[source]", "[[source]]", "source", "no table"),
        ("[source]", "[source", "m.toml", "no TOML"),
    ],
)
def test_a_fault_is_named_by_its_key(old, new, where, message):
    assert old in GOOD
    with pytest.raises(Problem) as caught:
        parse_mapping(GOOD.replace(old, new, 1).encode(), "m.toml")
    assert caught.value.code == "mapping-invalid"
    assert where in caught.value.where
    assert message in caught.value.message


def test_a_mapping_that_cannot_be_opened_is_refused(tmp_path):
    for path, code in ((tmp_path / "none.toml", "file-missing"), (tmp_path, "file-unreadable")):
        with pytest.raises(Problem) as caught:
            load_mapping(path)
        assert caught.value.code == code
    (tmp_path / "latin.toml").write_bytes(b'x = "\xe9"')
    with pytest.raises(Problem, match="not UTF-8"):
        load_mapping(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    ("text", "formats", "day"),
    [
        ("5/3/2021", ("DD/MM/YYYY",), date(2021, 3, 5)),
        ("05/03/2021 14:30", ("DD/MM/YYYY",), date(2021, 3, 5)),
        ("05/03/2021 02:30:10 PM", ("MM/DD/YYYY",), date(2021, 5, 3)),
        ("2021-03-05T14:30:00.000+01:00", ("YYYY-MM-DD",), date(2021, 3, 5)),
        ("05.03.21", ("DD.MM.YY",), date(2021, 3, 5)),
        ("5  Mar 2021", ("DD MON YYYY",), date(2021, 3, 5)),
        ("5 févr. 2021", ("DD MON YYYY",), date(2021, 2, 5)),
        ("Août 5, 2021", ("MON DD, YYYY",), date(2021, 8, 5)),
        ("5 Smarch 2021", ("DD MON YYYY",), None),
        ("31/02/2021", ("DD/MM/YYYY",), None),
        ("05/03/2021", ("YYYY-MM-DD",), None),
        ("about 05/03/2021", ("DD/MM/YYYY",), None),
        ("05/03/2021", ("DD/MM/YYYY", "MM/DD/YYYY"), None),
        ("25/03/2021", ("DD/MM/YYYY", "MM/DD/YYYY"), date(2021, 3, 25)),
        ("44260", ("excel-serial",), None),
    ],
)
def test_a_day_is_read_by_its_format_and_by_no_other(text, formats, day):
    assert read_day(text, formats) == day


def test_formats_are_checked():
    assert check_format("excel-serial") == check_format("DD-MON-YY") == ""
    assert check_format("DD/DD/YYYY")
    assert puts_day_first(("DD/MM/YYYY",))
    assert not puts_day_first(("MM/DD/YYYY",))
    assert not puts_day_first(("DD MON YYYY",))
    assert not puts_day_first(())


def test_a_draft_maps_known_names_and_guesses_nothing():
    text = draft_mapping("csv", "", 1, ["Réf.", "DATE", "Province", "Admin1", "Latitude", 'Odd "name"'])
    for line in (
        'event_id = "Réf."',
        'date = { column = "DATE", format = "YYYY-MM-DD" }',
        '# adm_1 = "Province"',
        '# adm_1 = "Admin1"',
        'lat = "Latitude"',
        '#   "Odd \\"name\\""',
        "# lon =",
    ):
        assert line in text.splitlines()
    assert "number_rows" not in text
    mapping = parse_mapping(text.replace('name = ""', 'name = "x"', 1).encode(), "draft")
    assert set(mapping.columns) == {"event_id", "date", "lat"}


def test_a_draft_of_a_sheet_without_ids_says_how_to_number_rows():
    text = draft_mapping("xlsx", "Sheet1", 2, ["Date"])
    assert 'sheet = "Sheet1"' in text
    assert "header_row = 2" in text
    assert "# number_rows" in text
    assert "header_row" not in draft_mapping("geojson", "", 1, ["Date"])


def test_no_name_is_a_synonym_of_two_fields():
    names = [name for field in FIELDS for name in SYNONYMS[field]]
    assert len(names) == len(set(names))
    assert set(SYNONYMS) == set(FIELDS)
