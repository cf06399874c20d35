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
from tutela.studies.reaches import load_aircraft
from tutela.studies.surfaces import describe_surface, load_surface
from tutela.studies.vicinities import (
    VicinityInputs,
    VicinityStudy,
    add_air,
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
        str, typer.Option("--within-min", help="Rings in minutes: over --surface, by --aircraft, or each.")
    ] = "",
    surface: Annotated[
        Path | None, typer.Option("--surface", help="A friction raster, as `tutela surface build` writes it.")
    ] = None,
    aircraft: Annotated[
        str, typer.Option("--aircraft", help="Rings in minutes by air, from sites with known landing: helicopter.")
    ] = "",
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
    specs = _specs((within_km, within_min), (surface, aircraft), (from_day, as_of), spread)
    check_out(out)
    place = home_to_write(home)
    files_in = InputFiles(events, sites, source, sites_source, strict, actors, crosswalk)
    with telling(as_json=json) as tell:
        events_in, sites_in = files_in.read(executor(workers), tell)
        tell("finding who was near whom", 2, 4)
        inputs = VicinityInputs.of(events_in, sites_in, tuple(mission) if mission else None)
        tasks = _spell_tasks(inputs, specs, surface, aircraft)
        done = [study_vicinity(task, spec, executor(workers)) for task, spec in tasks]
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
    rings: tuple[str, str],
    ways: tuple[Path | None, str],
    days: tuple[str, str],
    spread: Literal["none", "area-months"],
) -> list[VicinitySpec]:
    """What to compute: by distance, by minutes, or both, in this order."""
    within_km, within_min = rings
    surface, aircraft = ways
    if bool(within_min) != bool(surface or aircraft):
        raise Problem(
            "option-invalid",
            "Rings in minutes and the surface to travel over, or the aircraft, belong together.",
            where="--surface" if within_min else "--within-min",
            remedy="Give --within-min together with --surface, --aircraft or both, or none of them.",
        )
    start, as_of = day(days[0], "--from") if days[0] else None, day(days[1], "--as-of")
    specs = []
    if within_km or not within_min:
        specs.append(VicinitySpec(numbers(within_km or DEFAULT_KM, "--within-km"), start, as_of, spread))
    if within_min:
        specs.append(VicinitySpec(numbers(within_min, "--within-min"), start, as_of, spread, "min"))
    return specs


def _spell_tasks(
    inputs: VicinityInputs, specs: list[VicinitySpec], surface: Path | None, aircraft: str
) -> list[tuple[VicinityInputs, VicinitySpec]]:
    """Each spec with what it is computed from; minutes over ground and by air are two of them."""
    tasks = []
    ground = load_surface(surface) if surface else None
    for spec in specs:
        if spec.unit == "km":
            tasks.append((inputs, spec))
            continue
        if ground is not None:
            tasks.append((inputs.over(ground, describe_surface(ground)[0]), spec))
        if aircraft:
            tasks.append((inputs.by_air(load_aircraft(aircraft)), spec))
    return tasks


def _put_together(studies: list[VicinityStudy]) -> tuple[VicinityStudy, dict[str, bytes]]:
    """One report and one folder: distance first, then minutes over ground, then minutes by air on their own."""
    first, *others = studies
    files: dict[str, bytes] = {}
    for other in others:
        is_by_air = "aircraft" in other.manifest.parameters
        name_first = "air" if is_by_air else "minutes"
        files |= {f"{name_first}-{name}": file for name, file in out_files(other).items()}
        summary = add_air(first.summary, other) if is_by_air else add_minutes(first, other)
        first = replace(first, summary=summary)
    return first, files | out_files(first)


def _print_report(report: dict[str, Any]) -> None:
    definition = report["definition"]
    print_lines(definition["text"], f"Each ring is an {definition['label']}.", "")
    for unit in ("km", "min"):
        _print_rings(report, unit)
    _print_left_out(report.get("minutes") or report)
    if "air" in report:
        air = report["air"]
        print_lines("", air["definition"]["text"], f"Each ring is an {air['definition']['label']}.", "")
        _print_rings(air, "min")
        _print_left_out(air)


def _print_rings(report: dict[str, Any], unit: str) -> None:
    unplaceable = report["unplaceable"]
    says_precision = unplaceable["precision"] != "unknown"
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
    if rings:
        by_air = " by air" if "by" in rings[0] else ""
        header = [unit + by_air, "events inside", "killed (best)", "events outside", "could not be placed"]
        print_table(
            f"Around {len(rings[0]['sites']):,} sites open in these days", [*header, "sites with events"], rows
        )


def _print_left_out(report: dict[str, Any]) -> None:
    for reason, number in report["excluded"].items():
        print_lines(f"left out, {reason}: {number:,}")
    travel = report["definition"].get("travel")
    if travel:
        print_lines(f"Minutes are for travel {travel['mode']}, season {travel['season']}.")
        for reason, number in travel["starting_points"]["excluded"].items():
            print_lines(f"starting points that could not be used, {reason}: {number:,}")
