"""The options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from tutela.data.store.homes import Home, create_home, find_home
from tutela.kernel.periods import parse_day
from tutela.kernel.problems import Problem
from tutela.studies.compiling import keep_compiled_at
from tutela.studies.executor import Executor, executor_for

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The Tutela home; otherwise TUTELA_HOME, then build/home.")
]
OutOption = Annotated[Path, typer.Option("--out", help="A new or empty folder for the result.")]
AsOfOption = Annotated[str, typer.Option("--as-of", help="The last day that counts, YYYY-MM-DD.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Refuse a file for a single bad row.")]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes to use.")]
SchedulerOption = Annotated[
    str,
    typer.Option("--scheduler", help='A Dask scheduler, tcp://HOST:8786 or "local"; nothing sealed goes there.'),
]
EventsOption = Annotated[
    list[Path], typer.Option("--events", help="A file of events; may be given more than once.")
]
SitesOption = Annotated[list[Path], typer.Option("--sites", help="A file of sites; may be given more than once.")]
SourceOption = Annotated[
    str,
    typer.Option(
        "--source",
        help="The layout of the events: ucdp-ged, ucdp-ged-min, ucdp-candidate, acled, ushahidi, csv or auto.",
    ),
]
ActorsOption = Annotated[
    Path | None,
    typer.Option("--actors", help="UCDP's actor list (CSV): tells communal groups from formally organised ones."),
]
CrosswalkOption = Annotated[
    Path | None,
    typer.Option("--crosswalk", help="Your own crosswalk (CSV) from a source's words to classes of violence."),
]
SitesSourceOption = Annotated[
    str, typer.Option("--sites-source", help="The layout of the sites: geopko, geopko-year, csv or auto.")
]


def day(text: str, option: str) -> date:
    """Read a day from an option."""
    return parse_day(text, option=option)


def numbers(text: str, option: str) -> tuple[float, ...]:
    """Read numbers that commas separate."""
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise Problem(
            "option-invalid",
            f"{text!r} is no list of numbers.",
            where=option,
            remedy="Write numbers with commas between them, for example 5,30,50,100.",
        ) from None


def home_to_write(explicit: Path | None) -> Home | None:
    """The home that results are registered in: one named by --home is created, none is an answer."""
    home = find_home(None) if explicit is None else create_home(explicit, demonstration=False)
    keep_compiled_at(home)
    return home


def executor(workers: int) -> Executor:
    """Where the work is done."""
    return executor_for(workers)
