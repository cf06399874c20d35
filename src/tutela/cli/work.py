"""`tutela work`: do by hand what the application's own workers do behind the pages."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

from tutela.cli.options import HomeOption, JsonOption
from tutela.cli.speaking import count, print_json, print_lines, telling


def work(
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when nothing waits; otherwise go on until interrupted.")
    ] = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Do the jobs that wait in the register, such as exports, and destroy kept files that have expired."""
    # By name: nothing imports the service, which puts all layers together.
    worker = importlib.import_module("tutela.service.worker")
    with telling(as_json=json) as tell:
        done = worker.work(home, until_empty=until_empty, tell=lambda number: tell("working", number, 0))
    if json:
        print_json(done)
        return
    print_lines(f"{count(done['jobs'])} jobs done; {count(done['expired'])} expired files destroyed.")
    if done["missing"]:
        print_lines(f"{count(done['missing'])} kept files are not in their folder: restore it from a backup.")
