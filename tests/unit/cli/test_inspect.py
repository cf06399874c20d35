"""`tutela inspect`: what each file is, one by one; nothing is kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import typer

from tutela.cli.main import app, run
from tutela.studies.recognised import NO_COMMAND


def test_each_file_is_told_with_the_command_that_takes_it(world: Path, capsys: Any) -> None:
    (world / "my events.csv").write_text((world / "events.csv").read_text())
    assert run(["inspect", "my events.csv", "sites.csv"]) == 0
    said = capsys.readouterr().out
    assert "my events.csv: events (csv" in said
    assert "read: 6 of 6 rows" in said
    assert "tutela events import 'my events.csv' --into HOME" in said
    assert "sites.csv: sites of presences" in said
    assert "covers: 2019-01-01 to" in said
    assert "2 sites of 1 mission" in said
    assert sorted(path.name for path in world.iterdir()) == ["events.csv", "my events.csv", "sites.csv"]


def test_one_refused_file_among_others_is_named_and_is_no_failure(world: Path, capsys: Any) -> None:
    (world / "panel.csv").write_text("week,n_events\n2020-01-06,3\n")
    assert run(["inspect", "panel.csv", "events.csv", "nowhere.csv"]) == 0
    said = capsys.readouterr()
    assert "events.csv: events" in said.out
    assert "panel.csv, line 1, column 1 (week)" in said.err
    assert "nowhere.csv: There is no such file." in said.err


def test_files_of_which_none_is_read_are_a_failure(world: Path, tutela: Any) -> None:
    (world / "panel.csv").write_text("week,n_events\n2020-01-06,3\n")
    code, told, _ = tutela("inspect", "panel.csv", "--json")
    assert code == 2
    assert (told["read"], told["refused"]) == (0, 1)
    assert told["files"][0]["problem"] == "source-unknown"
    assert told["files"][0]["where"] == "panel.csv, line 1, column 1 (week)"


def test_json_says_the_same(world: Path, tutela: Any) -> None:
    rows = "".join(f"f{n},2020-03-01,10.5,5.5,CAF,one_sided,1,1,1,1,1,A,Civilians\n" for n in range(150))
    text = (world / "events.csv").read_text() + rows + "x,2020-03-01,10.5,,CAF,one_sided,1,1,1,1,1,A,C\n"
    (world / "events.csv").write_text(text)
    code, told, _ = tutela("inspect", "events.csv", "--json")
    assert code == 0
    file = told["files"][0]
    assert (file["kind"], file["unit"], file["read"], file["placed"]) == ("events", "rows", 157, 156)
    assert file["excluded"] == {"coordinates-incomplete": 1}
    assert file["first_excluded"] == {"coordinates-incomplete": "events.csv, line 158, column lat"}


def test_reasons_have_their_first_place(world: Path, capsys: Any) -> None:
    rows = "".join(f"Inv,XX1,Unit {n},XX1{n},100\n" for n in range(100, 250))
    (world / "people_2020.csv").write_text(
        "Adm1_name,Adm1_pcode,Adm2_name,Adm2_pcode,T_TL\n" + rows + "Inv,XX1,Bad,XX1999,-999\n"
    )
    assert run(["inspect", "people_2020.csv"]) == 0
    said = capsys.readouterr().out
    assert "left out, people-out-of-range: 1 (first: people_2020.csv, line 152, column t_tl)" in said
    assert "--out FOLDER --people people_2020.csv" in said


def test_what_no_command_takes_says_so(world: Path, capsys: Any) -> None:
    header = "ident,type,name,latitude_deg,longitude_deg,iso_country\n"
    (world / "strips.csv").write_text(header + "IN1,heliport,Invented Pad,5.5,18.5,CF\n")
    assert run(["inspect", "strips.csv"]) == 0
    assert NO_COMMAND in capsys.readouterr().out


def test_every_command_that_is_named_is_there_with_its_options(root: Path) -> None:
    text = "".join(path.read_text("utf-8") for path in (root / "src/tutela/studies").glob("recognised*.py"))
    named = re.findall(r'"tutela ([a-z]+(?: [a-z]+)?)([^"]*)"', text)
    started = dict(re.findall(r'_(SURFACE|REACH|STATEMENT) = "tutela ([a-z]+(?: build)?)', text))
    for start, rest in re.findall(r"\{_(SURFACE)\}([^\"]*)", text):
        named.append((started[start], rest))
    for start, rest in re.findall(r"for_(reach|statement)\(\"([^\"]*)\"", text):
        named.append((started[start.upper()], rest))
    assert len(named) > 12
    for words, rest in named:
        command: Any = typer.main.get_command(app)
        for word in words.split():
            command = command.commands[word]
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, words
