"""`tutela events compare`, on invented files and imports."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tutela.cli import events, releases
from tutela.engine.events.releases import ReleaseSpec
from tutela.kernel.problems import Problem
from tutela.studies.intake import ReadingSpec
from tutela.studies.owner import OWNER
from tutela.studies.release_sides import open_release
from tutela.studies.releases import study_releases

OLD = """event_id,date,lon,lat,country,violence,best,low,high,side_a,side_b
1,2020-03-01,20,5,CAF,one_sided,4,3,6,=Group A,Civilians
2,2020-03-02,21,5,CAF,one_sided,10,8,20,Group A,Civilians
c3,2020-04-01,22,5,CAF,one_sided,7,7,7,Group A,Civilians
5,2020-05-01,25,5,CAF,one_sided,1,1,1,Group A,Civilians
"""
NEW = """event_id,date,lon,lat,country,violence,best,low,high,side_a,side_b
1,2020-03-01,20,5,CAF,one_sided,9,3,12,=Group B,Civilians
2,2020-03-02,21,5,CAF,one_sided,10,8,20,Group A,Civilians
f3,2020-04-01,22.05,5,CAF,one_sided,7,7,7,Group A,Civilians
6,2020-12-30,21,-6,CAF,one_sided,30,30,30,Group A,Civilians
"""


@pytest.fixture
def world(tutela: Any, tmp_path: Path) -> Path:
    if "compare" not in {command.name for command in events.app.registered_commands}:
        events.app.command("compare")(releases.compare)
    (tmp_path / "old.csv").write_text(OLD)
    (tmp_path / "new.csv").write_text(NEW)
    return tmp_path


def test_it_says_what_changed_and_where_the_difference_comes_from(world, tutela):
    code, report, _ = tutela("events", "compare", "old.csv", "new.csv", "--json")
    assert code == 0
    assert report["matched"] == {"by_id": 2, "replaced_exactly": 0, "replaced_near": 1, "changed": 2}
    assert report["changed_columns"] == {"place": 1, "side_a": 1, "best": 1, "high": 1}
    assert report["totals"]["best"] == {"before": 22, "after": 56, "difference": 34}
    assert {part["cause"]: part["best"] for part in report["difference_of_best"]} == {
        "revised": 5,
        "added-in-the-old-period": 0,
        "added-after-the-old-period": 30,
        "removed": -1,
        "ambiguous": 0,
    }
    assert report["old"]["vintages"] == ["not stated"]
    assert report["lists"]["replaced"][0]["new_id"] == "f3"
    assert report["lists"]["removed"][0]["event_id"] == "5"
    code, text, _ = tutela("events", "compare", "old.csv", "new.csv")
    assert code == 0
    assert "revised: 2 events, +5" in text
    assert "CAF 2020" in text


def test_the_same_file_twice_has_no_change(world, tutela):
    code, text, _ = tutela("events", "compare", "old.csv", "old.csv")
    assert code == 0
    assert "No year of any country that both cover has other figures." in text
    assert "Both sides say the same of their vintage" in text


def test_lists_are_written_so_that_no_spreadsheet_runs_them(world, tutela):
    assert tutela("events", "compare", "old.csv", "new.csv", "--out", "out")[0] == 0
    names = {path.name for path in (world / "out").iterdir()} - {"tutela-out.json"}
    lists = {"changed.csv", "replaced.csv", "added.csv", "removed.csv", "ambiguous.csv"}
    assert names == lists | {"releases.json", "releases.html", "revised.csv", "totals.csv"}
    changed = (world / "out" / "changed.csv").read_text("utf-8-sig").splitlines()
    assert "1,1,id,side_a,'=Group A,'=Group B" in changed
    assert "1,1,id,best,4,9" in changed
    added = (world / "out" / "added.csv").read_text("utf-8-sig")
    assert "6,2020-12-30,,CAF,POINT (21.00000 -6.00000),0,one_sided,Group A,Civilians,30,30,30,,5,new.csv" in added
    assert json.loads((world / "out" / "releases.json").read_text())["added"] == 1
    assert "CAF,2020,best,22,56,34" in (world / "out" / "totals.csv").read_text("utf-8-sig")


def test_an_import_is_named_by_its_digest_and_keeps_its_rows_at_home(world, tutela):
    _, kept, _ = tutela("events", "import", "old.csv", "--into", "home", "--json")
    side = kept["artifact"][:12]
    code, report, _ = tutela("events", "compare", side, "new.csv", "--home", "home", "--out", "out", "--json")
    assert code == 0
    assert report["old"]["name"] == f"old.csv ({side})"
    assert report["matched"]["by_id"] == 2
    # the import is confidential: whoever brought the file decides what becomes of its rows
    assert "lists" not in report
    assert {path.name for path in (world / "out").iterdir()} == {
        "releases.json",
        "releases.html",
        "totals.csv",
        "tutela-out.json",
    }
    assert "Group A" not in (world / "out" / "releases.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("old.csv", "nowhere.csv"), "file-missing"),
        (("old.csv", "0123456789"), "file-missing"),
        (("old.csv", "new.csv", "--country", "Atlantis"), "country-unknown"),
        (("old.csv", "new.csv", "--from", "1/1/2020"), "date-invalid"),
        (("old.csv", "new.csv", "--out", "."), "out-not-writable"),
    ],
)
def test_bad_input_is_refused(world, tutela, arguments, problem):
    code, _, said = tutela("events", "compare", *arguments, "--json")
    assert (code, json.loads(said)["problem"]) == (2, problem)


def test_what_is_no_import_of_events_is_refused(world, tutela):
    sites = "site_id,mission,name,lon,lat,opened\nA/one,A,One,20,5,2019-01-01\n"
    (world / "sites.csv").write_text(sites)
    arguments = ("--events", "old.csv", "--sites", "sites.csv", "--as-of", "2020-12-31", "--out", "vicinity")
    _, study, _ = tutela("vicinity", *arguments, "--home", "home", "--json")
    code, _, said = tutela("events", "compare", study["artifact"], "new.csv", "--home", "home", "--json")
    assert (code, json.loads(said)["problem"]) == (2, "option-invalid")


def test_countries_and_days_narrow_the_comparison(world, tutela):
    options = ("--country", "Central African Republic", "--from", "2020-03-01", "--until", "2020-03-31")
    _, report, _ = tutela("events", "compare", "old.csv", "new.csv", *options, "--precision", "2", "--json")
    assert report["asked_for"]["countries"] == ["CAF"]
    assert report["totals"]["events"] == {"before": 2, "after": 2, "difference": 0}
    assert report["old"]["accounting"]["excluded"] == {"not-asked-for": 2}


def test_every_side_keeps_its_vintage_and_what_it_lacks_is_said(world, tutela):
    header = "id,date_start,type_of_violence,country,side_a,side_b,latitude,longitude,low,best,high"
    row = "1,2020-03-01,3,Central African Republic,Group A,Civilians,5,20,1,2,3"
    for name, more, value in (("ged211.csv", "", ""), ("ged231.csv", ",deaths_civilians", ",2")):
        (world / name).write_text(f"{header}{more}\n{row}{value}\n{row.replace('1,2020', '2,2020')}{value}\n")
    code, text, _ = tutela("events", "compare", "ged211.csv", "ged231.csv")
    assert code == 0
    assert "old: ged211.csv, vintage 21.1, by the file's name, 2 events" in text
    assert "Not compared, since the earlier release does not have it: civilians killed." in text
    assert "not in this source" in text
    assert "CC BY 4.0" in text
    _, report, _ = tutela("events", "compare", "ged211.csv", "old.csv", "--json")
    assert "One side does not say which release it is." in report["notes"]
    assert any("different layouts" in note for note in report["notes"])


def test_rows_that_may_be_one_event_are_said_to_be_ambiguous(world, tutela):
    row = "{},2020-04-01,22,5,CAF,one_sided,{},7,9,Group A,Civilians\n"
    (world / "two.csv").write_text(NEW + row.format("f4", 8))
    _, report, _ = tutela("events", "compare", "old.csv", "two.csv", "--json")
    assert report["ambiguous"] == {"old": 1, "new": 2}
    assert {pair["new_id"] for pair in report["lists"]["ambiguous"]} == {"f3", "f4"}
    assert any("Ambiguous rows" in note for note in report["notes"])


def test_many_years_are_cut_on_the_terminal_and_whole_in_json(world, tutela):
    header = OLD.splitlines()[0]
    rows = [f"{y},{y}-01-01,20,5,CAF,one_sided,{{}},1,99,A,B" for y in range(1990, 2015)]
    for name, best in (("a.csv", 5), ("b.csv", 6)):
        (world / name).write_text("\n".join([header, *(row.format(best) for row in rows)]) + "\n")
    _, text, _ = tutela("events", "compare", "a.csv", "b.csv")
    assert "... and 5 more years" in text
    _, report, _ = tutela("events", "compare", "a.csv", "b.csv", "--json")
    assert len(report["by_country_and_year"]) == 25


def test_a_side_without_events_is_refused(world, tutela):
    full = open_release([str(world / "old.csv")], ReadingSpec(), None, OWNER)
    empty = replace(full, name="empty", events=full.replaced)
    for sides in ((full, empty), (empty, full)):
        with pytest.raises(Problem) as caught:
            study_releases(*sides, ReleaseSpec())
        assert (caught.value.code, caught.value.where) == ("nothing-to-study", "empty")
