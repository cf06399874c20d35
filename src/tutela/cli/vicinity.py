"""`tutela vicinity`: who was targeted near whom."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from tutela.cli.options import (
    ActorsOption,
    AsOfOption,
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
    numbers,
)
from tutela.cli.speaking import count, print_json, print_lines, print_note, print_table, telling
from tutela.data.store.folders import check_out, write_out
from tutela.engine.reach.vicinity import VicinitySpec
from tutela.studies.intake import ReadingSpec, take_in_events, take_in_sites, today_utc
from tutela.studies.vicinities import VicinityInputs, keep_study, out_files, study_vicinity


def vicinity(
    events: EventsOption,
    sites: SitesOption,
    as_of: AsOfOption,
    out: OutOption,
    within_km: Annotated[str, typer.Option("--within-km", help="Rings in kilometres.")] = "5,30,50,100",
    from_day: Annotated[str, typer.Option("--from", help="The first day that counts, YYYY-MM-DD.")] = "",
    spread: Annotated[
        Literal["none", "area-months"],
        typer.Option("--spread", help="Spread imprecise events over their area and months, labelled so."),
    ] = "none",
    mission: Annotated[
        list[str] | None, typer.Option("--mission", help="Count only sites of this mission.")
    ] = None,
    source: SourceOption = "auto",
    actors: ActorsOption = None,
    sites_source: SitesSourceOption = "auto",
    strict: StrictOption = False,
    workers: WorkersOption = 1,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Count the events within rings around sites that were open on the day, and say what could not be placed."""
    spec = VicinitySpec(
        numbers(within_km, "--within-km"),
        day(from_day, "--from") if from_day else None,
        day(as_of, "--as-of"),
        spread,
    )
    check_out(out)
    place = home_to_write(home)
    with telling(as_json=json) as tell:
        today = today_utc()
        tell("reading events", 0, 4)
        events_in = take_in_events(events, ReadingSpec(source, strict, today, actors=actors), executor(workers))
        tell("reading sites", 1, 4)
        sites_in = take_in_sites(sites, ReadingSpec(sites_source, strict, today), executor(workers))
        tell("finding who was near whom", 2, 4)
        inputs = VicinityInputs.of(events_in, sites_in, tuple(mission) if mission else None)
        study, content = study_vicinity(inputs, spec, executor(workers))
        tell("writing", 3, 4)
        if place is not None:
            keep_study(place.store, events_in, sites_in, study, content)
        write_out(out, out_files(study))
    report = study.summary | {"artifact": study.manifest.content, "home": str(place.root) if place else None}
    if json:
        print_json(report)
    else:
        _print_report(report)
        print_lines(f"Written to {out}; trace it with: tutela trace {study.manifest.content[:12]}")
    if place is None:
        print_note("No home was found, so nothing was registered and trace will not find it (see --home).")


def _print_report(report: dict[str, Any]) -> None:
    definition, unplaceable = report["definition"], report["unplaceable"]
    print_lines(definition["text"], f"Each distance is an {definition['label']}.", "")
    says_precision = unplaceable["precision"] != "unknown"
    rows = [
        [
            f"{ring['within_km']:g}",
            count(ring["events_inside"]),
            count(ring["inside"]["best"]),
            count(ring["events_outside"]),
            count(unplaceable["events"]) if says_precision else "not in this source",
            count(sum(1 for site in ring["sites"] if site["events"])),
        ]
        for ring in report["rings"]
    ]
    header = ["km", "events inside", "killed (best)", "events outside", "could not be placed", "sites with events"]
    print_table(f"Around {len(report['rings'][0]['sites']):,} sites open in these days", header, rows)
    for reason, number in report["excluded"].items():
        print_lines(f"left out, {reason}: {number:,}")
