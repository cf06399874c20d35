"""`tutela statement`: what one presence contributes, every figure bound to what it was computed from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.inputs import InputFiles
from tutela.cli.options import (
    ActorsOption,
    AsOfOption,
    CrosswalkOption,
    EventsOption,
    HomeOption,
    JsonOption,
    OutOption,
    SitesOption,
    SitesSourceOption,
    SourceOption,
    StrictOption,
    WorkersOption,
    day,
    executor,
    home_to_write,
)
from tutela.cli.presence import find_or_refuse
from tutela.cli.speaking import print_json, print_lines, print_note, telling
from tutela.data.store.folders import check_out, write_out
from tutela.data.store.homes import require_home
from tutela.studies.shelf import OWNER
from tutela.studies.statement_building import StatementRequest, build_statement
from tutela.studies.statement_verifying import verify_statement

app = typer.Typer(no_args_is_help=True, help="Statements of what a presence contributes.")


@app.command("build")
def build(
    presence_id: Annotated[str, typer.Argument(metavar="MISSION", help="Its id or name, for example MINUSCA.")],
    as_of: AsOfOption,
    events: EventsOption,
    sites: SitesOption,
    out: OutOption,
    source: SourceOption = "auto",
    actors: ActorsOption = None,
    crosswalk: CrosswalkOption = None,
    sites_source: SitesSourceOption = "auto",
    strict: StrictOption = False,
    workers: WorkersOption = 1,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Build the internal statement of one presence: an HTML file that works offline, and its claims."""
    check_out(out)
    until = day(as_of, "--as-of")
    place = home_to_write(home)
    presence = find_or_refuse(presence_id, home)
    files_in = InputFiles(events, sites, source, sites_source, strict, actors, crosswalk)
    with telling(as_json=json) as tell:
        events_in, sites_in = files_in.read(executor(workers), tell)
        tell("finding who was near whom", 2, 4)
        request = StatementRequest(presence, until, events_in, sites_in, executor=executor(workers))
        built = build_statement(request, place.store if place else None)
        tell("writing", 3, 4)
        write_out(out, built.files)
    report = {
        "presence": presence.presence_id,
        "as_of": until.isoformat(),
        "edition": "internal",
        "figures": len(built.claims["figures"]),
        "statement": built.manifest.content,
        "files": {name: str(out / name) for name in built.files},
        "home": str(place.root) if place else None,
    }
    if json:
        print_json(report)
    else:
        print_lines(
            f"{presence.presence_id} as of {until}: {report['figures']} figures, all bound.",
            f"Open {out / 'statement.html'}; the claims are in {out / 'claims.json'}.",
        )
    if place is None:
        print_note("No home was found, so nothing was registered and trace will not find it (see --home).")


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="claims.json, or the folder that statement build wrote.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Compute every figure of a statement again and compare it with what is printed."""
    with telling(as_json=json) as tell:
        place = require_home(home)
        tell("computing every figure again")
        report = verify_statement(file, place.store, OWNER)
    if json:
        print_json(report)
    else:
        print_lines(
            f"{report['computed_again']} of {report['figures']} figures were computed again, all the same; the "
            "others are facts with a source, unchanged. The page is as it was built."
        )
