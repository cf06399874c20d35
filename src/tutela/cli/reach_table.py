"""`tutela reach-table`: from each site, by every mode, in every season, with what chance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer

from tutela.catalogue.conditions import Condition, find_condition, load_conditions
from tutela.cli.options import (
    HomeOption,
    JsonOption,
    OutOption,
    SchedulerOption,
    SitesOption,
    SitesSourceOption,
    StrictOption,
    WorkersOption,
    day,
    home_to_write,
    numbers,
)
from tutela.cli.speaking import count, print_json, print_lines, print_note, print_table, telling
from tutela.data.basemap import load_layer
from tutela.data.hurdles import read_contacts, read_hurdles
from tutela.data.landings import read_landings
from tutela.data.people.settlements import read_places
from tutela.data.store.folders import check_out, write_out
from tutela.engine.reach.conditions import Span
from tutela.engine.reach.contacts import Contacts
from tutela.engine.reach.hurdles import Hurdle
from tutela.engine.reach.landings import Pads
from tutela.kernel.problems import Problem
from tutela.studies.at_work import opened
from tutela.studies.book_keeping import book_files, describe_book, keep_book, report_book
from tutela.studies.book_spelling import Beside, Place
from tutela.studies.intake import ReadingSpec, keep, take_in_sites, today_utc
from tutela.studies.reach_books import BookGround, BookSpec, study_book
from tutela.studies.reaches import load_aircraft
from tutela.studies.travel_ground import take_in_surface

MOST_PLACES: Final = 5_000
"""More places are not kept beside a book: bring those that people ask about."""


def reach_table(
    sites: SitesOption,
    surface: Annotated[list[Path], typer.Option("--surface", help="Friction raster, one a mode and season.")],
    out: OutOption,
    max_min: Annotated[str, typer.Option("--within-min", help="Times; the last is searched.")] = "30,120,360",
    as_of: Annotated[str, typer.Option("--as-of", help="Only sites that are open on this day.")] = "",
    draws: Annotated[int, typer.Option("--draws", help="How often the ground is drawn; 0 for none.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="The seed of the draws.")] = 20,
    air: Annotated[str, typer.Option("--air", help="Also by air with this aircraft, then over the ground.")] = "",
    landings: Annotated[Path | None, typer.Option("--landings", help="Places to land.")] = None,
    ready: Annotated[str, typer.Option("--ready", help="Who sets out: patrol, reserve, team or none.")] = "patrol",
    night: Annotated[bool, typer.Option("--night", help="By night.")] = False,
    convoy: Annotated[str, typer.Option("--convoy", help="Vehicles go in a convoy: logistic or escorted.")] = "",
    closed: Annotated[Path | None, typer.Option("--closed", help="Where nobody passes (GeoJSON polygons).")] = None,
    insecure: Annotated[Path | None, typer.Option("--insecure", help="Where it is not safe (GeoJSON).")] = None,
    insecurity: Annotated[str, typer.Option("--insecurity", help="How unsafe there: tense or fighting.")] = "tense",
    conditions: Annotated[Path | None, typer.Option("--conditions", help="Your own values (CSV).")] = None,
    hurdles: Annotated[Path | None, typer.Option("--hurdles", help="Who may move and can act (TOML).")] = None,
    contacts: Annotated[Path | None, typer.Option("--contacts", help="Who hears an alarm (CSV).")] = None,
    places: Annotated[Path | None, typer.Option("--places", help="Places that people ask about.")] = None,
    snap_km: Annotated[float, typer.Option("--snap-km", help="Move sites on water so far at most.")] = 0.0,
    knights: Annotated[bool, typer.Option("--knights", help="16 directions in place of 8.")] = False,
    resolution: Annotated[int, typer.Option("--h3", help="Resolution of the hexagons.")] = 6,
    sites_source: SitesSourceOption = "auto",
    strict: StrictOption = False,
    workers: WorkersOption = 1,
    scheduler: SchedulerOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Compute site, cell, mode, season, minutes and chance, and keep beside them who may move and can act."""
    table = load_conditions(_read(conditions))
    spec = BookSpec(
        numbers(max_min, "--within-min"), day(as_of, "--as-of") if as_of else None, draws, seed, snap_km, knights,
        load_aircraft(air) if air else None,
    )  # fmt: skip
    spec = replace(spec, spans=choose_spans(table, ready=ready, night=night, convoy=convoy, insecurity=insecurity))
    check_out(out)
    place = home_to_write(home)
    with telling(as_json=json) as tell:
        tell("reading sites and surfaces", 0, 3)
        intake = take_in_sites(sites, ReadingSpec(sites_source, strict, today_utc()))
        grounds = [take_in_surface(path) for path in surface]
        laid = BookGround(
            tuple(item.surface for item in grounds), _polygons(closed), _polygons(insecure), _pads(landings)
        )
        beside = Beside(_hurdles(hurdles), _contacts(contacts), _places(places))
        kept = {"sites": intake.manifest, **{f"surface-{i}": item.manifest for i, item in enumerate(grounds)}}
        with opened(workers, scheduler, [intake.manifest]) as at_work:
            book = study_book(intake.table, laid, spec, at_work, lambda what, _done, _all: tell(what, 1, 3))
        manifest, content = describe_book(book, spec, laid, beside, kept)
        tell("writing", 2, 3)
        if place is not None:
            keep(intake, place.store)
            keep_book(place.store, grounds, manifest, content)
        write_out(out, book_files(book, manifest, resolution))
    report = report_book(book, manifest)
    print_json(report) if json else _print(report, out)
    if place is None:
        print_note("No home was found, so nothing was registered and trace will not find it (see --home).")


def choose_spans(
    table: dict[str, Condition], *, ready: str, night: bool, convoy: str, insecurity: str
) -> dict[str, Span]:
    """The spans that hold, by their key: what is not asked for is left out."""
    keys = ["pace/all", "pace/patch", "turnaround/helicopter", "daylight/helicopter", "weather/dry", "weather/wet"]
    wanted = [find_condition(table, *key.split("/")) for key in keys]
    wanted += [find_condition(table, "ready", ready), find_condition(table, "insecurity", insecurity)]
    if night:
        wanted += [find_condition(table, "night", mode) for mode in ("motorised", "foot")]
    if convoy:
        wanted.append(find_condition(table, "convoy", convoy))
    return {item.key: Span(item.low, item.value, item.high) for item in wanted}


def _read(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError:
        raise Problem("file-missing", "The file is not there.", where=str(path), remedy="Check the path.") from None


def _polygons(path: Path | None) -> tuple[Any, ...]:
    return tuple(load_layer(path).polygons) if path else ()


def _pads(path: Path | None) -> Pads | None:
    if path is None:
        return None
    landings = read_landings(path).table
    # A list of airstrips does not say where there is fuel: none is taken for granted.
    return Pads(landings.lon, landings.lat, np.zeros(len(landings), dtype=bool))


def _hurdles(path: Path | None) -> tuple[Hurdle, ...]:
    rows = read_hurdles(path) if path else []
    return tuple(
        Hurdle(
            row["asked"], row["item"], Span(*row["chance"]), Span(*row["delay"]), row["source"], row["note"],
            frozenset(row["sites"]), frozenset(row["modes"]), frozenset(row["seasons"]),
        )
        for row in rows
    )  # fmt: skip


def _contacts(path: Path | None) -> Contacts | None:
    return Contacts(**read_contacts(path)) if path else None


def _places(path: Path | None) -> tuple[Place, ...]:
    if path is None:
        return ()
    found = read_places(path).reading.table
    known = [
        Place(name, lon, lat, None if np.isnan(people) else people)
        for name, lon, lat, people in zip(
            found.name.tolist(), found.lon.tolist(), found.lat.tolist(), found.people.tolist(), strict=True
        )
    ]
    return tuple(sorted(known, key=lambda place: (-(place.people or 0), place.name))[:MOST_PLACES])


def _print(report: dict[str, Any], out: Path) -> None:
    rows = [
        [way["mode"], way["season"], count(way["sites"]), count(way["rows"]), f"{len(way['unused'])} not used"]
        for way in report["ways"]
    ]
    print_table("Reach", ["mode", "season", "sites", "cells", "sites left out"], rows)
    for way in report["ways"]:
        for item in way["moved"]:
            print_lines(f"{way['mode']}: {item['site_id']} sets out {item['moved_km']:g} km beside its place")
    print_lines("When they can arrive. Whether they may move and can act is not in it.")
    print_lines(f"Marked {report['marking'].lower()}. Written to {out}")
