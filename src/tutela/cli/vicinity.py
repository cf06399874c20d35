"""`tutela vicinity`: who was targeted near whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

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
    numbers,
)
from tutela.cli.speaking import count, print_json, print_lines, print_note, print_table, telling
from tutela.data.store.folders import check_out, write_out
from tutela.engine.reach.vicinity import VicinitySpec
from tutela.kernel.problems import Problem
from tutela.studies.surfaces import describe_surface, load_surface
from tutela.studies.vicinities import (
    VicinityInputs,
    VicinityStudy,
    add_minutes,
    keep_study,
    out_files,
    study_vicinity,
)

DEFAULT_KM: Final = "5,30,50,100"
"""The rings of the doctrine."""


def vicinity(
    events: EventsOption,
    sites: SitesOption,
    as_of: AsOfOption,
    out: OutOption,
    within_km: Annotated[
        str,
        typer.Option("--within-km", help="Rings in kilometres; 5,30,50,100 unless only minutes are asked for."),
    ] = "",
    within_min: Annotated[
        str, typer.Option("--within-min", help="Rings in minutes of travel over --surface.")
    ] = "",
    surface: Annotated[
        Path | None, typer.Option("--surface", help="A friction raster, as `tutela surface build` writes it.")
    ] = None,
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
    crosswalk: CrosswalkOption = None,
    sites_source: SitesSourceOption = "auto",
    strict: StrictOption = False,
    workers: WorkersOption = 1,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Count the events within rings around sites that were open on the day, and say what could not be placed."""
    specs = _specs((within_km, within_min), surface, (from_day, as_of), spread)
    check_out(out)
    place = home_to_write(home)
    files_in = InputFiles(events, sites, source, sites_source, strict, actors, crosswalk)
    with telling(as_json=json) as tell:
        events_in, sites_in = files_in.read(executor(workers), tell)
        tell("finding who was near whom", 2, 4)
        inputs = _lay_ground(VicinityInputs.of(events_in, sites_in, tuple(mission) if mission else None), surface)
        done = [study_vicinity(inputs.for_spec(spec), spec, executor(workers)) for spec in specs]
        tell("writing", 3, 4)
        if place is not None:
            for study, content in done:
                keep_study(place.store, events_in, sites_in, study, content)
        study, files = _put_together([study for study, _ in done])
        write_out(out, files)
    report = study.summary | {"artifact": study.manifest.content, "home": str(place.root) if place else None}
    if json:
        print_json(report)
    else:
        _print_report(report)
        print_lines(f"Written to {out}; trace it with: tutela trace {study.manifest.content[:12]}")
    if place is None:
        print_note("No home was found, so nothing was registered and trace will not find it (see --home).")


def _specs(
    rings: tuple[str, str], surface: Path | None, days: tuple[str, str], spread: Literal["none", "area-months"]
) -> list[VicinitySpec]:
    """What to compute: by distance, by minutes, or both, in this order."""
    within_km, within_min = rings
    if bool(within_min) != (surface is not None):
        raise Problem(
            "option-invalid",
            "Rings in minutes and the surface to travel over belong together.",
            where="--surface" if within_min else "--within-min",
            remedy="Give both --within-min and --surface, or neither.",
        )
    start, as_of = day(days[0], "--from") if days[0] else None, day(days[1], "--as-of")
    specs = []
    if within_km or not within_min:
        specs.append(VicinitySpec(numbers(within_km or DEFAULT_KM, "--within-km"), start, as_of, spread))
    if within_min:
        specs.append(VicinitySpec(numbers(within_min, "--within-min"), start, as_of, spread, "min"))
    return specs


def _lay_ground(inputs: VicinityInputs, surface: Path | None) -> VicinityInputs:
    if surface is None:
        return inputs
    ground = load_surface(surface)
    return inputs.over(ground, describe_surface(ground)[0])


def _put_together(studies: list[VicinityStudy]) -> tuple[VicinityStudy, dict[str, bytes]]:
    """One report and one folder; where there are both measures, that of distance comes first."""
    first, *others = studies
    files = {}
    for minutes in others:
        files = {f"minutes-{name}": file for name, file in out_files(minutes).items()}
        first = replace(first, summary=add_minutes(first, minutes))
    return first, files | out_files(first)


def _print_report(report: dict[str, Any]) -> None:
    definition, unplaceable = report["definition"], report["unplaceable"]
    print_lines(definition["text"], f"Each ring is an {definition['label']}.", "")
    says_precision = unplaceable["precision"] != "unknown"
    for unit in ("km", "min"):
        rings = [ring for ring in report["rings"] if f"within_{unit}" in ring]
        rows = [
            [
                f"{ring[f'within_{unit}']:g}",
                count(ring["events_inside"]),
                count(ring["inside"]["best"]),
                count(ring["events_outside"]),
                count(unplaceable["events"]) if says_precision else "not in this source",
                count(sum(1 for site in ring["sites"] if site["events"])),
            ]
            for ring in rings
        ]
        header = [
            unit,
            "events inside",
            "killed (best)",
            "events outside",
            "could not be placed",
            "sites with events",
        ]
        if rings:
            print_table(f"Around {len(rings[0]['sites']):,} sites open in these days", header, rows)
    for reason, number in (report.get("minutes") or report)["excluded"].items():
        print_lines(f"left out, {reason}: {number:,}")
    travel = (report.get("minutes") or report)["definition"].get("travel")
    if travel:
        print_lines(f"Minutes are for travel {travel['mode']}, season {travel['season']}.")
        for reason, number in travel["starting_points"]["excluded"].items():
            print_lines(f"starting points that could not be used, {reason}: {number:,}")
