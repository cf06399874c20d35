"""The demonstration: the invented country in a home of its own, read back, studied and stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from tutela.catalogue.presences import Presence
from tutela.data.store.folders import write_out
from tutela.data.store.homes import create_home
from tutela.kernel.tables import Events, Sites, Table
from tutela.studies.compiling import keep_compiled_at
from tutela.studies.executor import Executor
from tutela.studies.intake import Intake, ReadingSpec, keep, take_in_events, take_in_sites
from tutela.studies.invented.country import COUNTRY_NAMES, InventedCountry, build_country
from tutela.studies.invented.earlier_release import keep_earlier_release
from tutela.studies.invented.files import write_country
from tutela.studies.invented.outlook_case import keep_outlook
from tutela.studies.invented.reach_book import keep_reach_book
from tutela.studies.pages.subjects import MapGround
from tutela.studies.people_sources import PeopleFiles
from tutela.studies.sitings import keep_question
from tutela.studies.statement_building import BuiltStatement, StatementRequest, build_statement
from tutela.studies.surfaces import SurfaceSpec, build_surface, surface_files
from tutela.studies.travel_ground import TravelGround, take_in_surface

CELL_DEG: Final = 0.05
"""Cells of the surface: some five kilometres, quick to search."""

PLACES_ON_MAP: Final = 36
"""The largest towns; more names would hide the events."""

T = TypeVar("T", bound=Table)


@dataclass(frozen=True, slots=True)
class _Task:
    presence: Presence
    country: InventedCountry
    events: Intake[Events]
    sites: Intake[Sites]
    travel: TravelGround
    people: PeopleFiles


def build_demonstration(
    root: Path, *, size: str, seed: int, executor: Executor, told: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Build the invented country in a home: its files as a user would bring them, statements for all presences.

    Returns what was built, as plain values. The same size and seed give the same digests on every executor.
    """
    told("finding a home", 0, 10)
    home = create_home(root, demonstration=True)
    keep_compiled_at(home)
    told("inventing the country", 1, 10)
    country = build_country(size, seed)
    told("writing its files", 2, 10)
    files = write_country(country, home.demonstration)
    told("reading them as a user would", 3, 10)
    spec = ReadingSpec(source="csv", today=country.last_day)
    events = _with_origin(take_in_events([_named(files, "events.csv")], spec), country)
    sites = _with_origin(take_in_sites([_named(files, "sites.csv")], spec), country)
    travel = _lay_ground(files, home.root / "invented-surface", country)
    people = PeopleFiles(
        people=tuple(path for path in files if path.name.startswith("invented-people-")),
        per_value=(1.0,),
        places=(_named(files, "places.csv"),),
        invented=country.origin,
    )
    tasks = [_Task(presence, country, events, sites, travel, people) for presence in country.presences]
    statements = []
    for i, built in enumerate(executor.run(_state, tasks)):
        told(f"stating {country.presences[i].name}", 3 + i, 10)
        built.keep(home.store)
        statements.append(
            {
                "presence": country.presences[i].presence_id,
                "figures": len(built.claims["figures"]),
                "statement": built.manifest.content,
            }
        )
    keep(events, home.store)
    keep(sites, home.store)
    keep_question(home.store, _named(files, "siting.toml"))
    keep_earlier_release(home, country, events)
    told("forecasting where harm may come", 8, 10)
    outlook = keep_outlook(home, country, events, executor)
    told("computing who reaches what", 9, 10)
    endings = ("landcover.tif", "roads.geojson", "rivers.geojson")
    book = keep_reach_book(home, country, {name: _named(files, name) for name in endings}, sites)
    return {
        "home": str(home.root),
        "country": country.name,
        "size": size,
        "seed": seed,
        "events": len(events.table),
        "sites": len(set(sites.table.site_id.tolist())),
        "statements": statements,
        "reach": book.content,
        "outlook": [manifest.content for manifest in outlook],
    }


def _state(task: _Task) -> BuiltStatement:
    country = task.country
    return build_statement(
        StatementRequest(
            task.presence,
            country.last_day,
            task.events,
            task.sites,
            land=country.land,
            places=country.map_places[:PLACES_ON_MAP],
            activities=country.activities_of(task.presence.presence_id),
            country_names=COUNTRY_NAMES,
            ground=_map_ground(country),
            travel=task.travel,
            people=task.people,
        )
    )


def _lay_ground(files: tuple[Path, ...], folder: Path, country: InventedCountry) -> TravelGround:
    """The surface of the dry season by vehicle, from the country's own files and written as the command would."""
    (west, south), (east, north) = (edge(np.concatenate(country.land), axis=0) for edge in (np.min, np.max))
    study = build_surface(
        SurfaceSpec(
            landcover=_named(files, "landcover.tif"),
            bbox=(float(west), float(south), float(east), float(north)),
            cell_deg=CELL_DEG,
            mode="motorised",
            season="dry",
            roads=_named(files, "roads.geojson"),
            rivers=_named(files, "rivers.geojson"),
        )
    )
    write_out(folder, surface_files(replace(study, report={"invented": True, **study.report})))
    return take_in_surface(folder / "friction.tif", country.origin)


def _map_ground(country: InventedCountry) -> MapGround:
    """Rivers and roads of the invented country, and the names of its places in Arabic script."""
    terrain = country.terrain
    return MapGround(
        rivers=[river.points for river in terrain.rivers],
        roads=[road.points for road in terrain.roads if road.kind == "paved"],
        tracks=[road.points for road in terrain.roads if road.kind == "track"],
        names={town.name: town.name_ar for town in country.towns},
    )


def _with_origin(intake: Intake[T], country: InventedCountry) -> Intake[T]:
    """The files do not say on what terms they may be used; the country that wrote them does."""
    return replace(intake, readings=tuple(replace(reading, origin=country.origin) for reading in intake.readings))


def _named(files: tuple[Path, ...], ending: str) -> Path:
    return next(path for path in files if path.name.endswith(ending))
