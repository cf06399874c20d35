"""Several files as one side: of an event in two of them the later file's row counts, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutela.kernel.problems import Problem
from tutela.studies.intake import ReadingSpec
from tutela.studies.owner import OWNER
from tutela.studies.release_sides import ALSO, REPLACED, open_release, order_of, write_vintages

HEADER = "id,date_start,date_end,type_of_violence,country,side_a,side_b,latitude,longitude,where_prec,low,best,high"
HEADER += ",code_status,deaths_civilians"
ROW = "{},2023-0{}-05,2023-0{}-05,3,Central African Republic,Group A,Civilians,5,2{},1,1,{},99,{},1"


def write(folder: Path, name: str, *rows: tuple[int, int, int], status: str = "Check") -> str:
    """A file of invented events: id, month, people killed."""
    lines = [ROW.format(i, month, month, i % 9, best, status) for i, month, best in rows]
    path = folder / name
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return str(path)


@pytest.fixture
def months(tmp_path: Path) -> list[str]:
    """Three months, named so that plain sorting puts the tenth before the second."""
    return [
        write(tmp_path, "GEDEvent_v23_0_10.csv", (1, 1, 7), (4, 4, 4)),
        write(tmp_path, "GEDEvent_v23_0_2.csv", (1, 1, 5), (2, 2, 2), (3, 3, 3)),
        write(tmp_path, "GEDEvent_v23_0_1.csv", (1, 1, 3), (2, 2, 2)),
    ]


def read(names: list[str]) -> Any:
    return open_release(names, ReadingSpec(), None, OWNER)


def test_months_without_an_order_are_refused_where_they_disagree(tmp_path):
    names = [write(tmp_path, "a.csv", (1, 1, 3)), write(tmp_path, "b.csv", (1, 1, 4))]
    with pytest.raises(Problem) as caught:
        read(names)
    assert caught.value.code == "id-conflict"
    assert {"a.csv", "b.csv"} <= {word.strip(",") for word in str(caught.value).replace("/", " ").split()}
    assert "GEDEvent_v23_0_10.csv" in caught.value.remedy


def test_two_files_of_one_month_that_disagree_are_refused(tmp_path):
    (tmp_path / "again").mkdir()
    names = [
        write(tmp_path, "GEDEvent_v23_0_2.csv", (1, 1, 3)),
        write(tmp_path / "again", "GEDEvent_v23_0_2.csv", (1, 1, 4)),
    ]
    with pytest.raises(Problem) as caught:
        read(names)
    assert caught.value.code == "id-conflict"


def test_files_without_an_order_are_read_where_they_agree(tmp_path):
    side = read([write(tmp_path, "a.csv", (1, 1, 3)), write(tmp_path, "b.csv", (1, 1, 3), (2, 2, 2))])
    assert len(side.events) == 2
    assert side.manifest.accounting[0].excluded == {ALSO: 1}


def test_the_later_month_wins_whatever_the_order_of_the_names(months):
    for names in (months, months[::-1]):
        side = read(names)
        best = dict(zip(side.events.event_id.tolist(), side.events.best.tolist(), strict=True))
        assert best == {"1": 7.0, "2": 2.0, "3": 3.0, "4": 4.0}
        assert side.vintages[0].startswith("candidate 23.0.1,")
        assert side.vintages[-1].startswith("candidate 23.0.10,")


def test_every_row_of_every_month_is_accounted_for_and_the_replaced_ones_are_kept(months):
    side = read(months)
    account = side.manifest.accounting[0]
    assert (account.input, account.placed) == (7, 4)
    assert account.excluded == {REPLACED: 2, ALSO: 1}
    assert sorted(side.replaced.best.tolist()) == [3.0, 5.0]
    named = {side.files[i] for i in side.replaced.source_file.tolist()}
    assert named == {"GEDEvent_v23_0_1.csv", "GEDEvent_v23_0_2.csv"}


def test_bad_rows_of_every_month_stay_accounted_for(months):
    for k, name in enumerate(months):
        good = [ROW.format(1000 * k + i, 1, 1, i % 9, 2, "Check") for i in range(100, 250)]
        bad = ROW.format(99, 1, 1, 0, "many", "Check")
        Path(name).write_text("\n".join([Path(name).read_text().rstrip(), *good, bad]) + "\n")
    account = read(months).manifest.accounting[0]
    assert (account.input, account.placed) == (7 + 3 * 151, 4 + 3 * 150)
    assert sum(account.excluded.values()) == 6
    assert account.excluded[REPLACED] == 2


def test_the_order_of_the_names_makes_no_other_artifact(months):
    first, second = read(months).manifest, read(months[::-1]).manifest
    assert (first.content, first.recipe) == (second.content, second.recipe)
    assert len(first.parameters["later_wins"]) == 3


def test_the_same_file_named_twice_is_one(months):
    assert read([months[0], months[0]]).manifest.accounting[0].input == 2


def test_months_against_a_final_release_by_the_command(months, tmp_path, tutela):
    final = write(tmp_path, "GEDEvent_v24_1.csv", (1, 1, 9), (2, 2, 2), (5, 5, 5), status="Clear")
    old = [word for name in months for word in ("--old", name)]
    code, report, _ = tutela("events", "compare", *old, "--new", final, "--out", "out", "--json")
    assert code == 0
    assert report["old"]["vintage"] == "candidate 23.0.1 to 23.0.10 (3 vintages)"
    assert report["matched"]["by_id"] == 2
    assert report["totals"]["best"] == {"before": 16, "after": 16, "difference": 0}
    assert [row["dropped_best"] for row in report["lists"]["dropped_old"]] == [3, 5]
    assert {row["kept_file"] for row in report["lists"]["dropped_old"]} == {"GEDEvent_v23_0_10.csv"}
    dropped = (tmp_path / "out" / "dropped_old.csv").read_text("utf-8-sig")
    assert "GEDEvent_v23_0_2.csv" in dropped
    _, text, _ = tutela("events", "compare", *old, "--new", final)
    assert "left out in reading, replaced by a later file: 2" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("a.csv",),
        (),
        ("a.csv", "b.csv", "--old", "c.csv"),
        ("--old", "a.csv"),
        ("a.csv", "--new", "b.csv"),
    ],
)
def test_a_side_named_twice_or_not_at_all_is_refused(tutela, arguments):
    code, _, said = tutela("events", "compare", *arguments, "--json")
    assert (code, json.loads(said)["problem"]) == (2, "option-invalid")


def test_an_import_beside_other_files_is_refused(months, tutela):
    _, kept, _ = tutela("events", "import", months[0], "--into", "home", "--json")
    sides = ("--old", kept["artifact"], "--old", months[1], "--new", months[2])
    code, _, said = tutela("events", "compare", *sides, "--home", "home", "--json")
    assert (code, json.loads(said)["problem"]) == (2, "option-invalid")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("candidate 23.0.2, by the file's name", "candidate 23.0.10, by the file's name"),
        ("candidate 23.0.12", "23.1, by the file's name"),
        ("21.1", "23.1"),
        ("candidate 26.01.26.06", "candidate 26.0.7"),
        ("not stated", "1.1"),
    ],
)
def test_vintages_stand_in_the_order_of_their_release(earlier, later):
    assert order_of(earlier) < order_of(later)


def test_few_vintages_are_written_whole():
    assert write_vintages(("21.1, by the file's name", "23.1")) == "21.1, by the file's name, 23.1"
