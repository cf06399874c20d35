"""Several files at once: each is read or refused by itself, and releases are not added up."""

import json

import pytest

HEADER = "id,date_start,date_end,type_of_violence,country,side_a,side_b,latitude,longitude,where_prec,low,best,high"
COLUMNS = f"{HEADER},deaths_civilians\n"


def row(key, best, day="2020-01-05"):
    return f"{key},{day},{day},3,Mali,Invented Front,Civilians,14.5,-4.2,1,{best},{best},{best},{best}\n"


@pytest.fixture
def releases(world):
    """Two releases of the same source; event 2 was revised, and both have event 1 as it was."""
    (world / "ged231.csv").write_text(COLUMNS + row(1, 3) + row(2, 4))
    (world / "ged241.csv").write_text(COLUMNS + row(1, 3) + row(2, 9) + row(3, 1))
    (world / "not_events.csv").write_text("week,n_events\n1,2\n")
    return world


def test_a_refused_file_does_not_hide_the_others(releases, tutela):
    code, report, _ = tutela("events", "inspect", "not_events.csv", "ged231.csv", "nowhere.csv", "--json")
    assert code == 0
    assert [file["path"] for file in report["files"]] == ["ged231.csv"]
    refused = {item["path"]: item for item in report["refused"]}
    assert {path: item["problem"] for path, item in refused.items()} == {
        "not_events.csv": "source-unknown",
        "nowhere.csv": "file-missing",
    }
    assert all(item["message"] and item["remedy"] and item["where"] for item in refused.values())
    assert report["named"] == 3 == len(report["files"]) + len(report["refused"])
    assert report["totals"]["best"] == 7
    code, text, _ = tutela("events", "inspect", "not_events.csv", "ged231.csv")
    assert code == 0
    assert "not_events.csv: refused. This is not a table of events" in text
    assert "Killed: 7" in text


def test_two_releases_are_not_added_up(releases, tutela):
    code, report, _ = tutela("events", "inspect", "ged241.csv", "ged231.csv", "--json")
    assert code == 0
    assert report["totals"] is report["by_year"] is report["by_country"] is None
    assert "has different values" in report["no_total"]
    assert "ged2" in report["no_total"]
    assert [(item["vintage"], item["totals"]["best"]) for item in report["releases"]] == [("23.1", 7), ("24.1", 13)]
    assert report["accounting"]["input"] == report["accounting"]["placed"] == 5
    text = tutela("events", "inspect", "ged241.csv", "ged231.csv")[1]
    assert "There is no total" in text
    assert "Killed:" not in text
    assert "24.1" in text


def test_files_of_one_release_count_each_event_once(releases, tutela):
    (releases / "ged231_more.csv").write_text(COLUMNS + row(2, 4) + row(7, 1))
    code, report, _ = tutela("events", "inspect", "ged231.csv", "ged231_more.csv", "--json")
    assert code == 0
    assert report["totals"]["events"] == 3
    assert report["totals"]["best"] == 8
    assert report["accounting"]["excluded"] == {"also-in-another-file": 1}
    assert len(report["releases"]) == 1
    assert report["releases"][0]["totals"] == report["totals"]
    assert report["no_total"] is report["total_note"] is None


def test_releases_that_share_no_changed_event_are_added_up_with_a_note(releases, tutela):
    (releases / "ged241.csv").write_text(COLUMNS + row(1, 3) + row(9, 2))
    report = tutela("events", "inspect", "ged231.csv", "ged241.csv", "--json")[1]
    assert report["totals"]["best"] == 9
    assert "over 2 releases" in report["total_note"]
    text = tutela("events", "inspect", "ged231.csv", "ged241.csv")[1]
    assert "over 2 releases" in text
    assert "Killed: 9" in text


def test_a_release_that_disagrees_with_itself_has_no_total(releases, tutela):
    (releases / "ged231_other.csv").write_text(COLUMNS + row(2, 5))
    code, report, _ = tutela("events", "inspect", "ged231.csv", "ged231_other.csv", "ged241.csv", "--json")
    assert code == 0
    first, second = report["releases"]
    assert first["totals"] is None
    assert first["no_total"]
    assert second["totals"]["best"] == 13
    assert first["accounting"]["placed"] == 3
    text = tutela("events", "inspect", "ged231.csv", "ged231_other.csv", "ged241.csv")[1]
    assert "ucdp-ged, 23.1: There is no total" in text


def test_the_same_bytes_under_two_names_count_once(releases, tutela):
    (releases / "copy.csv").write_bytes((releases / "ged231.csv").read_bytes())
    report = tutela("events", "inspect", "ged231.csv", "ged231.csv", "--json")[1]
    assert report["totals"]["best"] == 7
    assert report["named"] == 2
    assert tutela("events", "inspect", "copy.csv", "ged231.csv", "--json")[1]["totals"]["best"] == 7


def test_where_no_file_can_be_read_the_code_says_so(releases, tutela):
    code, report, _ = tutela("events", "inspect", "not_events.csv", "nowhere.csv", "--json")
    assert code == 2
    assert report["files"] == []
    assert len(report["refused"]) == 2
    code, text, _ = tutela("events", "inspect", "not_events.csv", "nowhere.csv")
    assert code == 2
    assert "no file could be read" in text


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("not_events.csv",), "source-unknown"),
        (("ged231.csv", "ged241.csv", "--source", "nothing"), "source-unknown"),
        (("ged231.csv", "ged241.csv", "--actors", "nowhere.csv"), "file-missing"),
    ],
)
def test_one_reason_for_all_files_is_said_in_one_line(releases, tutela, arguments, problem):
    code, report, said = tutela("events", "inspect", *arguments, "--json")
    assert (code, report) == (2, None)
    assert json.loads(said)["problem"] == problem


def test_taking_in_stays_strict(releases, tutela):
    code, _, said = tutela("events", "import", "ged231.csv", "ged241.csv", "--into", "home", "--json")
    assert code == 2
    assert json.loads(said)["problem"] == "id-conflict"
    code, _, said = tutela("events", "import", "ged231.csv", "not_events.csv", "--into", "home", "--json")
    assert code == 2
    assert json.loads(said)["problem"] == "source-unknown"
