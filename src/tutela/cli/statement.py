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
from tutela.data.store.homes import Home, require_home
from tutela.studies.owner import OWNER
from tutela.studies.people_sources import PeopleFiles
from tutela.studies.statement_building import BuiltStatement, StatementRequest, build_statement
from tutela.studies.statement_verifying import verify_statement
from tutela.studies.travel_ground import take_in_surface

app = typer.Typer(no_args_is_help=True, help="Statements of what a presence contributes.")


SurfaceOption = Annotated[
    Path | None,
    typer.Option("--surface", help="friction.tif of tutela surface build: rings in minutes beside kilometres."),
]
PeopleOption = Annotated[
    list[Path] | None,
    typer.Option("--people", help="A raster of people, or a table of people by unit; may be given more than once."),
]
PerValueOption = Annotated[
    list[float] | None,
    typer.Option("--people-per-value", help="How many people one unit of a raster's value is: once, or for each."),
]
BecauseOption = Annotated[
    list[str] | None,
    typer.Option("--people-because", help="Why it is so many, for example: mean of 20 x 20 cells of 1 km."),
]
AddLinesOption = Annotated[
    bool,
    typer.Option(
        "--people-add-lines", help="Add up lines of a table with one unit's code (a city by its districts)."
    ),
]
PlacesOption = Annotated[
    list[Path] | None,
    typer.Option("--places", help="A list of named places with people (GeoNames); may be given more than once."),
]


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
    surface: SurfaceOption = None,
    people: PeopleOption = None,
    people_per_value: PerValueOption = None,
    people_because: BecauseOption = None,
    people_add_lines: AddLinesOption = False,
    places: PlacesOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Build the internal statement of one presence: an HTML file that works offline, and its claims."""
    check_out(out)
    until = day(as_of, "--as-of")
    place = home_to_write(home)
    presence = find_or_refuse(presence_id, home)
    files_in = InputFiles(events, sites, source, sites_source, strict, actors, crosswalk)
    people_in = PeopleFiles(
        tuple(people or ()),
        tuple(people_per_value or ()),
        tuple(people_because or ()),
        tuple(places or ()),
        repeated="add" if people_add_lines else "refuse",
    )
    people_in.multipliers()  # what is missing is refused before anything is computed
    travel = None if surface is None else take_in_surface(surface)
    with telling(as_json=json) as tell:
        events_in, sites_in = files_in.read(executor(workers), tell)
        tell("finding who was near whom", 2, 4)
        request = StatementRequest(
            presence,
            until,
            events_in,
            sites_in,
            executor=executor(workers),
            travel=travel,
            people=people_in if people_in.is_any else None,
        )
        built = build_statement(request, place.store if place else None)
        tell("writing", 3, 4)
        write_out(out, built.files)
    _report(built, out, place, as_json=json)


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


def _report(built: BuiltStatement, out: Path, place: Home | None, *, as_json: bool) -> None:
    presence_id, as_of = built.request.presence.presence_id, built.request.as_of
    report = {
        "presence": presence_id,
        "as_of": as_of.isoformat(),
        "edition": "internal",
        "figures": len(built.claims["figures"]),
        "statement": built.manifest.content,
        "files": {name: str(out / name) for name in built.files},
        "home": str(place.root) if place else None,
    }
    if as_json:
        print_json(report)
    else:
        print_lines(
            f"{presence_id} as of {as_of}: {report['figures']} figures, all bound.",
            f"Open {out / 'statement.html'}; the claims are in {out / 'claims.json'}.",
        )
    if place is None:
        print_note("No home was found, so nothing was registered and trace will not find it (see --home).")
