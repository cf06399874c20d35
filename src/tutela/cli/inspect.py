"""`tutela inspect`: what is this file, and what can be done with it?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.options import JsonOption
from tutela.cli.speaking import print_json, print_lines, print_problem, telling
from tutela.kernel.problems import Problem
from tutela.studies.intake import today_utc
from tutela.studies.recognised import NO_COMMAND, Recognised
from tutela.studies.recognising import recognise

Files = Annotated[list[Path], typer.Argument(help="Files of any kind.")]


def inspect(files: Files, json: JsonOption = False) -> int:
    """Say what each file is, what was read of it and which command takes it; keep nothing."""
    found: list[Recognised | Problem] = []
    with telling(as_json=json) as tell:
        for number, path in enumerate(files):
            tell(f"reading {path.name}", number, len(files))
            try:
                found.append(recognise(path, today_utc()))
            except Problem as problem:
                found.append(problem)
    read = [item for item in found if isinstance(item, Recognised)]
    if json:
        entries = [
            item.as_json() if isinstance(item, Recognised) else {"path": str(path), **item.as_json()}
            for path, item in zip(files, found, strict=True)
        ]
        print_json({"files": entries, "read": len(read), "refused": len(found) - len(read)})
    else:
        for item in found:
            _print(item)
    return 0 if read else 2


def _print(item: Recognised | Problem) -> None:
    if isinstance(item, Problem):
        print_problem(item, as_json=False)
        return
    account = item.accounting
    print_lines(
        f"{item.path}: {item.what}",
        f"  read: {account.placed:,} of {account.input:,} {item.unit}",
        *(
            f"  left out, {reason}: {number:,}"
            + (f" (first: {item.first[reason]})" if reason in item.first else "")
            for reason, number in account.excluded.items()
        ),
        *([f"  covers: {item.covers}"] if item.covers else []),
        *(f"  {note}" for note in item.notes),
        f"  {item.command or NO_COMMAND}",
        *([f"  {item.attribution}; {item.licence}"] if item.attribution or item.licence else []),
    )
