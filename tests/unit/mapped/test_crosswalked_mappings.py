"""Mappings that translate classes by a crosswalk; files and words are invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tutela.catalogue.crosswalks import digest_shipped, load_crosswalk
from tutela.data.sources.mapping_files import load_mapping
from tutela.data.store.homes import create_home
from tutela.kernel.digests import bytes_digest
from tutela.kernel.problems import Problem
from tutela.kernel.tables import PERPETRATORS, VIOLENCE
from tutela.studies.intake import ReadingSpec, take_in_events
from tutela.studies.mappings import CROSSWALK, keep_mapped, study_mapped
from tutela.studies.owner import OWNER

SPEC = ReadingSpec(today=date(2024, 1, 1))
COLUMNS = """event_id = "Ref"
date = "Date"
violence = { column = "Type", crosswalk = "type" }
perpetrator = { column = "By", crosswalk = "by" }
"""
OWN = """source,field,value,violence,perpetrator,harm,note,status
office,type,Raid on a village,one_sided,,abducted,,judgement
office,type,Clash,state_based,,killed,,judgement
office,by,The militia,,non_state,,,judgement
office,by,Nobody knows,,unknown,,,judgement
"""
FILE = """Ref,Date,Type,By
1,2021-01-01,raid on a  village,The militia
2,2021-01-02,CLASH,Nobody knows
3,2021-01-03,Rumour,The militia
4,2021-01-04,Rumour,
5,2021-01-05,,Somebody
"""


@pytest.fixture
def study(tmp_path: Path, write_mapping: Callable[..., Path]) -> Callable[..., Any]:
    def read(columns: str = COLUMNS, rest: str = '[crosswalk]\nsource = "office"\nfile = "words.csv"') -> Any:
        (tmp_path / "words.csv").write_text(OWN, "utf-8")
        (tmp_path / "incidents.csv").write_text(FILE, "utf-8")
        mapping = load_mapping(write_mapping("csv", columns, rest=rest))
        return study_mapped(tmp_path / "incidents.csv", mapping, SPEC)

    return read


def test_classes_are_translated_and_what_has_no_line_is_listed_with_counts(study: Any) -> None:
    done = study()
    events = done.reading.table
    assert [VIOLENCE[code] for code in events.violence] == [
        "one_sided", "state_based", "unknown", "unknown", "unknown",
    ]  # fmt: skip
    assert [PERPETRATORS[code] for code in events.perpetrator[:3]] == ["non_state", "unknown", "non_state"]
    report = done.as_json(5)
    assert report["unmapped_values"] == [
        {"field": "violence", "value": "Rumour", "rows": 2},
        {"field": "perpetrator", "value": "Somebody", "rows": 1},
    ]
    assert report["excluded"] == {}
    assert done.reading.origin.recorded_harms == ("killed", "abducted")


def test_the_crosswalk_is_kept_beside_the_mapping_and_named_in_the_recipe(study: Any, tmp_path: Path) -> None:
    done = study()
    store = create_home(tmp_path / "home", demonstration=False).store
    manifest = keep_mapped(done, store)
    assert manifest.parameters["crosswalk"] == load_crosswalk("office", tmp_path / "words.csv").digest
    assert done.as_json(1)["crosswalk"] == manifest.parameters["crosswalk"]
    assert store.load_document(manifest.content, CROSSWALK, OWNER) == OWN.encode()
    assert manifest.parameters["mapping"] == bytes_digest(done.mapping.text)
    assert not manifest.redistributable
    first = manifest.recipe
    (tmp_path / "words.csv").write_text(OWN.replace("state_based", "non_state"), "utf-8")
    other = study_mapped(tmp_path / "incidents.csv", load_mapping(tmp_path / "mapping.toml"), SPEC)
    assert keep_mapped(other, store).recipe != first


def test_the_shipped_lines_of_a_source_can_be_named_without_a_file(study: Any, tmp_path: Path) -> None:
    columns = COLUMNS.replace('"type"', '"sub_event_type"').replace('"by"', '"inter"')
    done = study(columns, '[crosswalk]\nsource = "acled"')
    assert {item.value for item in done.mapped.unmapped if item.field == "violence"} == {
        "raid on a  village", "CLASH", "Rumour",
    }  # fmt: skip
    manifest = keep_mapped(done, create_home(tmp_path / "home", demonstration=False).store)
    assert manifest.parameters["crosswalk"] == load_crosswalk("acled").digest


@pytest.mark.parametrize(
    ("columns", "rest", "says"),
    [
        (COLUMNS, "", "names no crosswalk"),
        (COLUMNS, '[crosswalk]\nfile = "words.csv"', "not said whose words"),
        (COLUMNS, '[crosswalk]\nsource = "offise"\nfile = "words.csv"', "No line of the crosswalk"),
        (COLUMNS.replace('"type"', '"tipe"'), None, "the nearest is 'type'"),
        (COLUMNS + 'adm_1 = { column = "By", crosswalk = "by" }', None, "adm_1 is no class"),
        (COLUMNS.replace('"by" }', '"by", values = { a = "unknown" } }'), None, "translated twice"),
        (COLUMNS, '[crosswalk]\nsource = "office"\nfil = "words.csv"', "the nearest is 'file'"),
    ],
)
def test_what_is_wrong_with_it_is_named(study: Any, columns: str, rest: str | None, says: str) -> None:
    with pytest.raises(Problem, match=says) as caught:
        study(columns, *([] if rest is None else [rest]))
    assert caught.value.code == "mapping-invalid"


def test_a_crosswalk_that_is_not_there_is_refused(study: Any) -> None:
    with pytest.raises(Problem) as caught:
        study(COLUMNS, '[crosswalk]\nsource = "office"\nfile = "nowhere.csv"')
    assert caught.value.code == "file-missing"


def test_the_digest_follows_from_what_is_meant(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        (tmp_path / "words.csv").write_text(text, "utf-8")
        return load_crosswalk("office", tmp_path / "words.csv").digest

    head, *lines = OWN.splitlines()
    assert digest("\n".join([head, *reversed(lines)])) == digest(OWN.replace(",,judgement", ",why,judgement"))
    assert digest(OWN) != digest(OWN.replace("abducted", "killed"))


def test_a_recipe_names_the_shipped_crosswalk_that_its_file_was_read_with(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("event_id,date,lon,lat\na,2021-01-01,1,2\n")
    assert "shipped_crosswalks" not in take_in_events([tmp_path / "a.csv"], SPEC).manifest.parameters
    (tmp_path / "b.csv").write_text(
        "event_id_cnty,event_date,event_type,latitude,longitude,fatalities,country\n"
        "X1,2021-03-05,Battles,6.5,20.5,1,Central African Republic\n"
    )
    manifest = take_in_events([tmp_path / "b.csv"], SPEC).manifest
    assert manifest.parameters["shipped_crosswalks"] == {"acled": load_crosswalk("acled").digest}
    assert digest_shipped(["ucdp-ged", "csv"]) == {}
