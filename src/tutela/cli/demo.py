"""`tutela demo`: the invented country, studied, with the first statements."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from tutela.cli.options import JsonOption, WorkersOption, executor
from tutela.cli.speaking import print_json, print_lines, telling
from tutela.data.store.homes import VARIABLE
from tutela.studies.demonstration import build_demonstration


def demo(
    home: Annotated[
        Path | None,
        typer.Option("--home", help="A new folder, or an earlier demonstration; else TUTELA_HOME, build/home."),
    ] = None,
    size: Annotated[
        Literal["small", "medium", "large"], typer.Option("--size", help="How much of the invented country.")
    ] = "medium",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another number makes another country.")] = 1,
    workers: WorkersOption = 2,
    json: JsonOption = False,
) -> None:
    """Build the demonstration: an invented country, its presences, their vicinity and statements."""
    root = home or Path(os.environ.get(VARIABLE) or Path("build") / "home")
    with telling(as_json=json) as tell:
        report = build_demonstration(root, size=size, seed=seed, executor=executor(workers), told=tell)
    if json:
        print_json(report)
        return
    print_lines(
        f"{report['country']} is invented: no place, person or event is real.",
        f"{report['events']:,} events, {report['sites']} sites, {len(report['statements'])} statements in {root}.",
        *(f"  {item['presence']}: {item['figures']} figures" for item in report["statements"]),
        f"Look at it: tutela serve --home {root}",
    )
