"""Rows of a source whose terms keep them are in no file that any command writes with `--out`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from tutela.cli.main import app, run
from tutela.kernel.tables import Events
from tutela.studies.intake import ReadingSpec, take_in_events, today_utc
from tutela.studies.licences import REASON, WHY, account_for, find_held

SECRETS = ("SENTINELID", "SentinelNote", "SentinelTown", "SentinelActor", "571394", "528317")
"""What stands in the invented rows and may stand in no file: ids, notes, places, actors, coordinates."""

ROW = {
    "event_id_cnty": "",
    "event_date": "",
    "event_type": "Violence against civilians",
    "sub_event_type": "Attack",
    "actor1": "SentinelActor front",
    "inter1": "Rebel group",
    "actor2": "Civilians",
    "inter2": "Civilians",
    "civilian_targeting": "Civilian targeting",
    "iso": "140",
    "country": "Central African Republic",
    "admin1": "Invented",
    "location": "SentinelTown",
    "latitude": "6.528317",
    "longitude": "20.571394",
    "geo_precision": "1",
    "source": "An invented paper",
    "notes": "SentinelNote: nothing of this happened.",
    "fatalities": "",
    "timestamp": "1617000000",
}
"""Columns of ACLED; what stands in them is invented."""

SITES = """site_id,mission,name,lon,lat,opened,closed,status,military,police,civilian,air,kind
MINUSCA/one,MINUSCA,One,20.6,6.5,2019-01-01,,open,150,,12,1,base
"""
NOT_OF_EVENTS = {
    ("reach",): "takes sites and ground, no events",
    ("reach-table",): "takes sites and ground, no events",
    ("surface", "build"): "takes ground, no events",
    ("scenario", "site"): "takes a table of demand, no events",
    ("scenario", "options"): "takes a table of demand and plans, no events",
    ("scenario", "cuts"): "takes a table of demand, no events",
    ("scenario", "share"): "takes tables of demand, no events",
    ("events", "fetch"): "takes no file: it writes what a public source gave it",
}
"""Commands with --out that no row of events can come into; every other one is run here."""


def write_export(path: Path, *, days: tuple[int, ...], killed: int = 3) -> Path:
    """An export in ACLED's columns; every row is invented."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ROW)
        writer.writeheader()
        for day in days:
            own = {"event_id_cnty": f"SENTINELID{day}", "event_date": f"2020-03-{day:02d}"}
            writer.writerow(ROW | own | {"fatalities": str(killed)})
    return path


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two invented exports, a site, and no home from here."""
    write_export(tmp_path / "old.csv", days=(1, 2, 3))
    write_export(tmp_path / "new.csv", days=(2, 3, 4), killed=5)
    (tmp_path / "sites.csv").write_text(SITES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUTELA_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nothing"))
    return tmp_path


TABLES = ("--events", "new.csv", "--sites", "sites.csv", "--as-of", "2020-12-31")
RUNS: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    ("vicinity",): ((*TABLES,), (*TABLES, "--spread", "area-months")),
    ("statement", "build"): (("MINUSCA", *TABLES),),
    ("events", "compare"): (("old.csv", "new.csv"),),
    ("events", "suggest"): (("new.csv",),),
    ("outlook", "predict"): (
        ("--events", "new.csv", "--origin", "2020-03", "--target", "one_sided", "--model", "conflictology-12"),
    ),
}


def walk(command: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that has --out."""
    for key, child in getattr(command, "commands", {}).items():
        yield from walk(child, (*name, key))
    if any("--out" in item.opts for item in command.params):
        yield name


def test_every_command_that_writes_files_is_run_here_or_takes_no_events() -> None:
    assert isinstance(app, typer.Typer)
    known = set(RUNS) | set(NOT_OF_EVENTS)
    assert set(walk(get_command(app))) - known == set()
    assert set(RUNS) <= set(walk(get_command(app)))


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, arguments) for name, all_ in RUNS.items() for arguments in all_]
)
def test_no_row_is_in_any_file_that_is_written(
    world: Path, name: tuple[str, ...], arguments: tuple[str, ...]
) -> None:
    out = world / "out"
    assert run([*name, *arguments, "--out", str(out)]) == 0
    written = [out] if out.is_file() else [path for path in out.rglob("*") if path.is_file()]
    assert written
    for path in written:
        content = path.read_bytes()
        assert not [secret for secret in SECRETS if secret.encode() in content], path.name


def test_lists_of_releases_are_counted_and_say_why(world: Path) -> None:
    assert run(["events", "compare", "old.csv", "new.csv", "--out", "out"]) == 0
    lists = {"changed.csv", "replaced.csv", "added.csv", "removed.csv", "ambiguous.csv"}
    assert not lists & {path.name for path in (world / "out").iterdir()}
    report = json.loads((world / "out" / "releases.json").read_text())
    assert report["held_back"]["why"] == WHY
    held = {item["step"]: item["excluded"] for item in report["held_back"]["lists"]}
    assert held["writing changed"][REASON] >= 2
    assert held["writing added"] == held["writing removed"] == {REASON: 1}
    assert "acleddata.com" in report["new"]["attribution"]


def test_the_map_of_a_statement_draws_no_such_event_and_says_how_many(world: Path) -> None:
    assert run(["statement", "build", "MINUSCA", *TABLES, "--out", "out"]) == 0
    drawn = (world / "out" / "map.svg").read_text()
    assert "3 events" in drawn
    assert "not drawn because the terms" in drawn
    (world / "open.csv").write_text(
        "event_id,date,lon,lat,country,violence,best,precision\nfree,2020-03-02,20.7,6.6,CAF,one_sided,1,1\n"
    )
    assert run(["statement", "build", "MINUSCA", *TABLES, "--events", "open.csv", "--out", "both"]) == 0
    both = (world / "both" / "map.svg").read_text()
    assert "<circle" not in drawn
    assert "<circle" in both
    assert "3 events" in both


def test_a_trace_leads_to_file_and_line_without_naming_the_event(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["statement", "build", "MINUSCA", *TABLES, "--out", "out", "--home", "home"]) == 0
    claims = json.loads((world / "out" / "claims.json").read_text())
    figure = next(item for item in claims["figures"] if (item.get("query") or {}).get("where") == "inside")
    capsys.readouterr()
    assert run(["trace", figure["digest"], "--home", "home", "--json"]) == 0
    traced = json.loads(capsys.readouterr().out)
    assert traced["rows_in_all"] == 3
    assert [row["event_id"] for row in traced["rows"]] == [None] * 3
    assert [row["line"] for row in traced["rows"]] == [2, 3, 4]
    assert traced["rows_held"]["excluded"] == {REASON: 3}
    assert [link["redistributable"] for link in traced["chain"] if link["kind"] == "events"] == [False]
    assert run(["trace", figure["digest"], "--home", "home"]) == 0
    said = capsys.readouterr().out
    assert WHY in said
    assert not any(secret in said for secret in SECRETS)


def test_rows_are_held_file_by_file(world: Path) -> None:
    (world / "open.csv").write_text("event_id,date,lon,lat\nfree,2020-03-02,20.7,6.6\n")
    intake = take_in_events([world / "new.csv", world / "open.csv"], ReadingSpec(today=today_utc()))
    assert isinstance(intake.table, Events)
    held = find_held(intake)
    assert intake.table.event_id[~held].tolist() == ["free"]
    assert not intake.manifest.redistributable
    assert account_for("x", 2, 0).excluded == {}
