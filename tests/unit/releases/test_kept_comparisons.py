"""A comparison in a home: what it is made from, that it comes out again, what stands on the earlier release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutela.data.store.homes import open_home
from tutela.engine.events.releases import ReleaseSpec
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import OUTSIDER, Marking
from tutela.kernel.problems import Problem
from tutela.studies import comparisons
from tutela.studies.comparisons import keep_comparison, list_comparisons, load_comparison
from tutela.studies.intake import ReadingSpec
from tutela.studies.owner import OWNER
from tutela.studies.pages.comparison import ComparisonPage, render_comparison
from tutela.studies.release_sides import open_release
from tutela.studies.releases import spec_of, study_releases
from tutela.studies.shelf import open_shelf
from tutela.studies.tracing import trace

HEADER = "event_id,date,lon,lat,country,violence,best,low,high,side_a,side_b\n"
OLD = HEADER + "".join(
    f"{i},2020-03-0{i},20.{i},5,CAF,one_sided,{i},1,{i + 4},Group A,Civilians\n" for i in range(1, 7)
)
NEW = OLD.replace(",one_sided,3,", ",one_sided,6,") + (
    "7,2020-03-05,23,6,CAF,one_sided,40,30,50,Group B,Civilians\n"
    "8,2021-03-05,23,6,CAF,one_sided,4,3,5,Group B,Civilians\n"
)
SITES = "site_id,mission,name,lon,lat,opened\nA/one,MINUSCA,One,20,5,2019-01-01\n"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    for name, text in (("old.csv", OLD), ("new.csv", NEW), ("sites.csv", SITES)):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def kept(world: Path, tutela: Any) -> tuple[Any, Manifest]:
    code, report, _ = tutela("events", "compare", "old.csv", "new.csv", "--home", "home", "--json")
    assert code == 0
    home = open_home(world / "home")
    return home, home.store.find(report["artifact"], OWNER)


def test_a_digest_of_something_else_is_refused(kept):
    home, manifest = kept
    for digest, code in ((manifest.inputs[0].content, "page-missing"), ("0" * 64, "artifact-unknown")):
        with pytest.raises(Problem) as caught:
            load_comparison(home.store, digest, OWNER)
        assert caught.value.code == code


def test_it_is_as_confidential_as_the_files_and_an_outsider_sees_none_of_it(kept):
    home, manifest = kept
    assert manifest.marking is Marking.CONFIDENTIAL
    assert list_comparisons(home.store, OUTSIDER) == ()
    with pytest.raises(Problem) as caught:
        open_shelf(home, OUTSIDER).load_comparison(manifest.content)
    assert caught.value.code == "not-allowed"
    assert [item.content for item in open_shelf(home, OWNER).comparisons()] == [manifest.content]


def test_its_inputs_are_both_imports_and_its_accounts_hold_every_row(kept):
    home, manifest = kept
    assert [item.role for item in manifest.inputs] == ["old", "new"]
    assert {home.store.find(item.content, OWNER).kind for item in manifest.inputs} == {"events"}
    assert [(item.input, item.placed, dict(item.excluded)) for item in manifest.accounting] == [
        (6, 6, {}),
        (8, 6, {"added": 2}),
    ]
    assert manifest.parameters["vintages"] == {"old": ["not stated"], "new": ["not stated"]}
    assert spec_of(manifest.parameters) == ReleaseSpec()


def test_a_trace_names_both_files_and_compares_again(kept, tutela, world):
    _, manifest = kept
    code, report, _ = tutela("trace", manifest.content[:12], "--home", "home", "--json")
    assert code == 0
    assert {Path(file["path"]).name: file["found"] for file in report["files"]} == {
        "old.csv": "unchanged",
        "new.csv": "unchanged",
    }
    assert report["recomputed"]["artifacts"][0] == manifest.content
    _, text, _ = tutela("trace", manifest.content[:12], "--home", "home")
    assert "Computed again: the same." in text


def test_a_comparison_that_comes_out_otherwise_is_refused(kept, monkeypatch):
    home, manifest = kept
    monkeypatch.setattr(comparisons, "study_releases", lambda old, new, spec: study_releases(new, old, spec))
    with pytest.raises(Problem) as caught:
        trace(home.store, manifest.content, OWNER)
    assert caught.value.code == "artifact-differs"


def test_the_name_under_which_a_file_was_brought_changes_no_digest(kept, world, tutela):
    _, manifest = kept
    (world / "elsewhere").mkdir()
    (world / "old.csv").rename(world / "elsewhere" / "renamed.csv")
    _, report, _ = tutela("events", "compare", "elsewhere/renamed.csv", "new.csv", "--home", "home", "--json")
    assert report["artifact"] == manifest.content


def test_imports_named_by_digest_make_the_same_comparison(kept, tutela):
    _, manifest = kept
    sides = [item.content[:16] for item in manifest.inputs]
    _, report, _ = tutela("events", "compare", *sides, "--home", "home", "--json")
    assert report["artifact"] == manifest.content


def test_months_as_one_side_are_kept_with_what_they_replaced_and_come_out_again(world, tutela):
    for month, best in ((1, 4), (2, 9)):
        row = f"1,2023-01-05,2023-01-05,3,Central African Republic,A,B,5,20,1,1,{best},99,Check,1"
        header = "id,date_start,date_end,type_of_violence,country,side_a,side_b,latitude,longitude,where_prec"
        path = world / f"GEDEvent_v23_0_{month}.csv"
        path.write_text(f"{header},low,best,high,code_status,deaths_civilians\n{row}\n")
    olds = [word for month in (1, 2) for word in ("--old", f"GEDEvent_v23_0_{month}.csv")]
    code, report, _ = tutela("events", "compare", *olds, "--new", "new.csv", "--home", "home", "--json")
    assert code == 0
    home = open_home(world / "home")
    found = trace(home.store, report["artifact"], OWNER)
    assert len(found.files) == 3
    comparison = load_comparison(home.store, report["artifact"], OWNER)
    assert [row["dropped_best"] for row in comparison.document["lists"]["dropped_old"]] == [4]
    page = render_comparison(ComparisonPage.of_kept(comparison))
    assert "GEDEvent_v23_0_1.csv" in page
    assert "1 left out: replaced by a later file" in page


def test_what_was_made_from_the_earlier_release_is_found_until_it_is_built_again(kept, world, tutela):
    home, manifest = kept

    def standing() -> dict[str, bool]:
        found = load_comparison(home.store, manifest.content, OWNER).standing
        return {item.kind: item.is_built_again for item in found}

    assert standing() == {}
    common = ("MINUSCA", "--sites", "sites.csv", "--as-of", "2020-12-31", "--home", "home")
    assert tutela("statement", "build", *common, "--events", "old.csv", "--out", "a", "--json")[0] == 0
    assert standing() == {"vicinity": False, "statement": False}
    assert tutela("statement", "build", *common, "--events", "new.csv", "--out", "b", "--json")[0] == 0
    assert standing() == {"vicinity": True, "statement": True}
    found = {item.kind: item for item in load_comparison(home.store, manifest.content, OWNER).standing}
    assert (found["statement"].presence_id, found["statement"].as_of) == ("MINUSCA", "2020-12-31")
    assert load_comparison(home.store, manifest.content, OWNER).document["old"]["vintages"] == ["not stated"]


def test_an_import_with_other_rows_of_the_same_file_stands_on_it_too(kept, world, tutela):
    home, manifest = kept
    (world / "more.csv").write_text(HEADER + "90,2020-03-05,23,6,CAF,one_sided,1,1,1,Group B,Civilians\n")
    common = ("--sites", "sites.csv", "--as-of", "2020-12-31", "--home", "home", "--out", "v", "--json")
    assert tutela("vicinity", "--events", "old.csv", "--events", "more.csv", *common)[0] == 0
    found = load_comparison(home.store, manifest.content, OWNER).standing
    assert [item.kind for item in found] == ["vicinity"]


def test_without_a_home_nothing_is_kept_and_the_command_says_so(world, tutela):
    code, text, said = tutela("events", "compare", "old.csv", "new.csv")
    assert code == 0
    assert "was not kept" in said
    assert "49 people killed" not in text
    assert "64 people killed (best) in the later release against 21 in the earlier: +43" in text
    assert "+40 from 1 event added within" in text
    assert "Only the later release covers 1 event with 4 people killed (Central African Republic; 2021)" in text
    _, report, _ = tutela("events", "compare", "old.csv", "new.csv", "--json")
    assert report["artifact"] is None


def test_the_command_says_where_the_page_is(world, tutela):
    _, text, _ = tutela("events", "compare", "old.csv", "new.csv", "--home", "home", "--out", "out")
    assert "a page at /releases/" in text
    page = (world / "out" / "releases.html").read_text()
    assert "Content-Security-Policy" in page
    assert "<script" not in page


def test_a_study_is_kept_as_it_stands(world):
    from tutela.data.store.homes import create_home

    home = create_home(world / "another", demonstration=False)
    sides = [open_release([str(world / name)], ReadingSpec(), None, OWNER) for name in ("old.csv", "new.csv")]
    study, manifest = keep_comparison(study_releases(*sides, ReleaseSpec(("CAF",))), home.store, OWNER)
    assert study.old.content is None
    document = json.loads(home.store.load_document(manifest.content, comparisons.DOCUMENT, OWNER))
    assert document == json.loads(json.dumps(study.document))
    assert document["asked_for"]["countries"] == ["CAF"]


def test_a_vicinity_says_which_releases_it_was_made_from(world, tutela):
    common = ("--sites", "sites.csv", "--as-of", "2020-12-31", "--out", "v", "--json")
    code, report, _ = tutela("vicinity", "--events", "old.csv", *common)
    assert code == 0
    assert report["vintages"]["events"] == ["not stated"]
    written = json.loads((world / "v" / "vicinity.json").read_text())
    assert written["vintages"] == report["vintages"]
    assert set(written["vintages"]) == {"events", "sites"}
