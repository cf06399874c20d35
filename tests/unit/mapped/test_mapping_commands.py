"""`events map`, `suggest` and `undo`: shown before it is kept, kept with its mapping, taken back as a whole."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tutela.data.sources.mapping_files import load_mapping
from tutela.data.store.artifacts import Content, Store
from tutela.data.store.homes import open_home
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import OUTSIDER, Marking
from tutela.kernel.problems import Problem
from tutela.studies.intake import ReadingSpec
from tutela.studies.mappings import keep_mapped, study_mapped, undo_import
from tutela.studies.owner import OWNER

CSV = """Report of an office;;;;;
Réf;Date;GPS;Type;Tués;Lieu
A-1;5/3/2021;5,5 / 20,25;Attack;3;Nord
A-2;25/3/2021;5,6 / 20,5;attack;;Nord
A-3;26/3/2021;;Clash;1.000;Sud
A-4;27/3/2021;;Clash;2;Sud
"""
COLUMNS = """
event_id = "Réf"
date = { column = "Date", format = "DD/MM/YYYY" }
lat = { column = "GPS", part = 1, separator = "/", decimal = "," }
lon = { column = "GPS", part = 2, separator = "/", decimal = "," }
violence = { column = "Type", values = { Attack = "one_sided" }, others = "unknown" }
best = { column = "Tués", decimal = "," }
adm_1 = { column = "Lieu", values = { Nord = "North" } }
"""
FILE = 'header_row = 2\ndelimiter = ";"\nencoding = "windows-1252"'
REST = '[defaults]\nside_a = "unknown"\n[constants]\ncountry = "CAF"'


@pytest.fixture
def office(tmp_path, write_mapping):
    (tmp_path / "office.csv").write_bytes(CSV.encode("cp1252"))
    columns = COLUMNS + 'side_a = { column = "Lieu", part = 2 }\n'
    return tmp_path / "office.csv", write_mapping("csv", columns, FILE, REST)


def everything(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def stop(_path):
    raise OSError(5, "stopped")


def test_it_shows_what_each_column_becomes_and_keeps_nothing(office, tutela, tmp_path):
    before = everything(tmp_path)
    code, report, _ = tutela("events", "map", office[0], "--mapping", office[1], "--rows", 2, "--json")
    assert code == 0
    assert everything(tmp_path) == before
    fields = {item["field"]: item for item in report["fields"]}
    assert (fields["lat"]["column"], fields["lat"]["filled"], fields["lat"]["empty"]) == ("GPS", 2, 2)
    assert fields["country"]["constant"] == "CAF"
    assert fields["side_a"]["default"] == "unknown"
    assert report["first_rows"][0] == {
        "line": 3,
        "values": {
            "event_id": "A-1",
            "date": "2021-03-05",
            "lon": "20.25",
            "lat": "5.5",
            "country": "CAF",
            "adm_1": "North",
            "violence": "one_sided",
            "side_a": "unknown",
            "best": "3",
        },
        "left_out": None,
    }
    assert report["unmapped_values"] == [{"field": "adm_1", "value": "Sud", "rows": 2}]
    assert (report["totals"]["events"], report["totals"]["best"], report["totals"]["low"]) == (4, 1005, None)
    assert report["refused"] is None
    code, text, _ = tutela("events", "map", office[0], "--mapping", office[1])
    assert code == 0
    assert "Nothing was kept." in text
    assert "adm_1: 'Sud' on 2 rows has no translation" in text
    assert "the same for all: CAF" in text
    assert everything(tmp_path) == before


def test_it_keeps_the_mapping_beside_the_events_and_takes_both_back(office, tutela, tmp_path):
    code, report, _ = tutela("events", "map", office[0], "--mapping", office[1], "--into", "home", "--json")
    assert code == 0
    store = open_home(tmp_path / "home").store
    manifest = store.find(report["artifact"], OWNER)
    assert store.load_document(manifest.content, "mapping.toml", OWNER) == office[1].read_bytes()
    assert (manifest.kind, manifest.marking) == ("events", Marking.CONFIDENTIAL)
    assert manifest.parameters["sources"] == ["mapped"]
    assert set(manifest.parts) == {"events.parquet", "mapping.toml"}
    code, trace, _ = tutela("trace", report["artifact"], "--home", "home", "--json")
    assert (code, trace["files"][0]["found"]) == (0, "unchanged")
    code, removed, _ = tutela("events", "undo", report["artifact"][:10], "--home", "home", "--json")
    assert (code, removed["events"]) == (0, 4)
    assert list(store.manifests(OWNER)) == []
    assert not list(store.root.rglob("*.parquet"))
    assert tutela("events", "undo", report["artifact"][:10], "--home", "home")[0] == 2


def test_another_mapping_of_the_same_file_is_another_import(office, tmp_path):
    store = Store(tmp_path / "store")
    first = keep_mapped(study_mapped(office[0], load_mapping(office[1]), ReadingSpec()), store)
    office[1].write_text(office[1].read_text("utf-8") + "# a remark\n", "utf-8")
    second = keep_mapped(study_mapped(office[0], load_mapping(office[1]), ReadingSpec()), store)
    assert first.content != second.content
    assert first.recipe != second.recipe


def test_what_something_rests_on_stays(office, tmp_path):
    store = Store(tmp_path / "store")
    kept = keep_mapped(study_mapped(office[0], load_mapping(office[1]), ReadingSpec()), store)
    for marking in (Marking.UNCLASSIFIED, Marking.STRICTLY_CONFIDENTIAL):
        content = Content(documents={"x": marking.name.encode()})
        inputs = (Input("events", kept.content),)
        store.write(Manifest("thing", "t", content.digest, inputs=inputs, marking=marking), content)
    with pytest.raises(Problem) as caught:
        undo_import(store, kept.content, OWNER)
    assert caught.value.code == "artifact-in-use"
    assert caught.value.message.startswith("2 of the artifacts")
    assert store.find(kept.content, OWNER)
    with pytest.raises(Problem) as caught:
        store.remove(kept.content, OUTSIDER)
    assert caught.value.code == "not-allowed"


def test_only_imports_are_undone(tmp_path):
    store = Store(tmp_path / "store")
    content = Content(documents={"x": b"1"})
    kept = store.write(Manifest("vicinity", "t", content.digest), content)
    with pytest.raises(Problem, match="another kind: vicinity"):
        undo_import(store, kept.content, OWNER)


def test_a_removal_that_was_stopped_leaves_no_artifact_and_is_cleared_by_the_next(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    contents = [Content(documents={"x": text}) for text in (b"1", b"2")]
    first, second = (store.write(Manifest("thing", "t", item.digest), item) for item in contents)
    with monkeypatch.context() as patch:
        patch.setattr("tutela.data.store.artifacts.shutil.rmtree", stop)
        with pytest.raises(Problem) as caught:
            store.remove(first.content, OWNER)
    assert caught.value.code == "out-not-writable"
    assert [item.content for item in store.manifests(OWNER)] == [second.content]
    store.remove(second.content, OWNER)
    assert list(store.manifests(OWNER)) == []
    assert not (store.root / ".trash").exists()


def test_a_column_that_is_not_there_is_named_with_the_nearest(office, tutela, write_mapping):
    mapping = write_mapping("csv", COLUMNS.replace('"Tués"', '"Tuées"'), FILE)
    code, _, said = tutela("events", "map", office[0], "--mapping", mapping, "--into", "home", "--json")
    problem = json.loads(said)
    assert (code, problem["problem"]) == (2, "mapping-invalid")
    assert "'Tuées'" in problem["message"]
    assert "the nearest is 'Tués'" in problem["message"]
    assert not (office[0].parent / "home").exists()


def test_a_refused_file_is_shown_with_its_reasons_and_not_kept(write_book, write_mapping, tutela, tmp_path):
    path = write_book(("Ref", "Date", "Village"), ("A-1", date(2021, 3, 5), "X"), ("A-2", 44260, date(2021, 3, 5)))
    mapping = write_mapping("xlsx", 'event_id = "Ref"\ndate = "Date"\nadm_2 = "Village"')
    code, text, _ = tutela("events", "map", path, "--mapping", mapping)
    assert code == 0
    assert "Refused as it is" in text
    assert "Left out, date-is-a-number: 1 (first: line 3, Incidents!B3 (Date))" in text
    code, _, said = tutela("events", "map", path, "--mapping", mapping, "--into", "home", "--json")
    assert (code, json.loads(said)["problem"]) == (2, "too-many-bad-rows")
    assert not (tmp_path / "home").exists()
    with pytest.raises(Problem):
        keep_mapped(study_mapped(path, load_mapping(mapping), ReadingSpec()), Store(tmp_path / "store"))


def test_geojson_is_mapped_by_its_properties_and_its_point(tmp_path, write_mapping, tutela):
    features = [
        {"type": "Feature", "properties": {"Ref": i, "Day": "2021-03-05"}, "geometry": geometry}
        for i, geometry in enumerate(({"type": "Point", "coordinates": [20.5, 5.25]}, None))
    ]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    columns = 'event_id = "Ref"\ndate = "Day"\nlon = "geometry:longitude"\nlat = "geometry:latitude"'
    mapping = write_mapping("geojson", columns)
    _, report, _ = tutela("events", "map", "a.geojson", "--mapping", mapping, "--json")
    assert [row["values"]["lon"] for row in report["first_rows"]] == ["20.5", ""]
    assert report["totals"]["events"] == 2
    assert 'event_id = "Ref"' in tutela("events", "suggest", "a.geojson")[1]
    (tmp_path / "b.geojson").write_text("{}")
    _, _, said = tutela("events", "map", "b.geojson", "--mapping", mapping, "--json")
    assert json.loads(said)["problem"] == "file-not-a-table"


def test_rows_without_ids_are_numbered_and_that_is_said(tmp_path, write_mapping, tutela):
    (tmp_path / "a.csv").write_text("Day,Lat,Lon\n2021-03-05,5,20\n2021-03-06,5,20\n")
    mapping = write_mapping("csv", 'date = "Day"\nlat = "Lat"\nlon = "Lon"', 'number_rows = "HQ-"')
    _, report, _ = tutela("events", "map", "a.csv", "--mapping", mapping, "--json")
    assert [row["values"]["event_id"] for row in report["first_rows"]] == ["HQ-2", "HQ-3"]
    assert any("rows are numbered" in note for note in report["notes"])
    assert "the number of the row" in tutela("events", "map", "a.csv", "--mapping", mapping)[1]


def test_a_mangled_csv_of_excel_is_found_out_too(tmp_path, write_mapping):
    rows = "".join(f"A-{i},2021-03-05,Here\n" for i in range(300))
    spoilt = "1.5E+10,2021-03-05,Here\nB-1,2021-03-05,12-May-21\n"
    (tmp_path / "a.csv").write_text("Ref,Day,Village\n" + rows + spoilt)
    mapping = write_mapping("csv", 'event_id = "Ref"\ndate = "Day"\nadm_2 = "Village"')
    reading = study_mapped(tmp_path / "a.csv", load_mapping(mapping), ReadingSpec()).reading
    found = [(row.line, row.reason, row.column) for row in reading.excluded]
    assert found == [(302, "id-shortened", "Ref"), (303, "became-a-date", "Village")]
    assert reading.accounting.excluded == {"id-shortened": 1, "became-a-date": 1}


def test_two_bad_rows_of_a_csv_name_line_and_column(tmp_path, write_mapping, tutela):
    (tmp_path / "a.csv").write_text("Ref,Day of it\nA,2021-03-05\nB,soon\n")
    mapping = write_mapping("csv", 'event_id = "Ref"\ndate = "Day of it"')
    code, _, said = tutela("events", "map", "a.csv", "--mapping", mapping, "--into", "home", "--json")
    assert (code, json.loads(said)["where"]) == (2, "a.csv, line 3, column Day of it")


def test_many_values_without_a_translation_are_cut_and_counted(tmp_path, write_mapping, tutela):
    rows = "".join(f"A-{i},2021-03-05,Place {i}\n" for i in range(25))
    (tmp_path / "a.csv").write_text("Ref,Day,Village\n" + rows)
    columns = 'event_id = "Ref"\ndate = "Day"\nadm_2 = { column = "Village", values = { x = "y" } }'
    _, text, _ = tutela("events", "map", "a.csv", "--mapping", write_mapping("csv", columns))
    assert "... and 5 more values" in text


@pytest.mark.parametrize("content", ['Ref;Day\nA;"2021\n', "Ref;Day\n\xff\n"])
def test_a_csv_that_cannot_be_split_is_refused_by_the_parser(tmp_path, write_mapping, tutela, content):
    (tmp_path / "a.csv").write_bytes(content.encode("latin-1"))
    mapping = write_mapping("csv", 'event_id = "Ref"\ndate = "Day"', 'delimiter = ";"')
    code, _, said = tutela("events", "map", "a.csv", "--mapping", mapping, "--json")
    assert code == 2
    assert json.loads(said)["problem"].startswith("file-")


def test_a_draft_is_written_once_and_leads_to_a_mapping(tmp_path, tutela, write_book):
    path = write_book(("Ref", "Date", "Latitude", "Longitude"), ("A", date(2021, 3, 5), 5, 20))
    code, _, said = tutela("events", "suggest", path, "--out", "draft.toml", "--sheet", "Incidents")
    assert code == 0
    assert "correct it" in said
    text = (tmp_path / "draft.toml").read_text("utf-8")
    assert 'lat = "Latitude"' in text
    assert tutela("events", "suggest", path, "--out", "draft.toml")[0] == 2
    assert (tmp_path / "draft.toml").read_text("utf-8") == text
    (tmp_path / "draft.toml").write_text(text.replace('name = ""', 'name = "An office"', 1), "utf-8")
    assert tutela("events", "map", path, "--mapping", "draft.toml", "--json")[1]["totals"]["events"] == 1


def test_a_terminal_is_asked_once(office, tutela, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr("tutela.cli.mapping.typer.confirm", lambda text, **_: asked.append(text))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    code, text, _ = tutela("events", "map", office[0], "--mapping", office[1], "--into", "home")
    assert code == 0
    assert "Kept in home" in text
    digest = next(iter(open_home(tmp_path / "home").store.manifests(OWNER))).content
    code, text, _ = tutela("events", "undo", digest, "--home", "home")
    assert code == 0
    assert "Removed office.csv" in text
    assert asked == ["Keep these 4 events in home?", "Remove office.csv (4 events) for good?"]
