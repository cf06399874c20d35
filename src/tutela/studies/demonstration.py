"""The demonstration: the invented country in a home of its own, read back, studied and stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from tutela.catalogue.presences import Presence
from tutela.data.store.homes import create_home
from tutela.kernel.tables import Events, Sites, Table
from tutela.studies.executor import Executor
from tutela.studies.intake import Intake, ReadingSpec, keep, take_in_events, take_in_sites
from tutela.studies.invented.country import COUNTRY_NAMES, InventedCountry, build_country
from tutela.studies.invented.files import write_country
from tutela.studies.statement_building import BuiltStatement, StatementRequest, build_statement

PLACES_ON_MAP: Final = 36
"""The largest towns; more names would hide the events."""

T = TypeVar("T", bound=Table)


@dataclass(frozen=True, slots=True)
class _Task:
    presence: Presence
    country: InventedCountry
    events: Intake[Events]
    sites: Intake[Sites]


def build_demonstration(
    root: Path, *, size: str, seed: int, executor: Executor, told: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Build the invented country in a home: its files as a user would bring them, statements for all presences.

    Returns what was built, as plain values. The same size and seed give the same digests on every executor.
    """
    told("finding a home", 0, 9)
    home = create_home(root, demonstration=True)
    told("inventing the country", 1, 9)
    country = build_country(size, seed)
    told("writing its files", 2, 9)
    files = write_country(country, home.demonstration)
    told("reading them as a user would", 3, 9)
    spec = ReadingSpec(source="csv", today=country.last_day)
    events = _with_origin(take_in_events([_named(files, "events.csv")], spec), country)
    sites = _with_origin(take_in_sites([_named(files, "sites.csv")], spec), country)
    tasks = [_Task(presence, country, events, sites) for presence in country.presences]
    statements = []
    for i, built in enumerate(executor.run(_state, tasks)):
        told(f"stating {country.presences[i].name}", 3 + i, 9)
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
    return {
        "home": str(home.root),
        "country": country.name,
        "size": size,
        "seed": seed,
        "events": len(events.table),
        "sites": len(set(sites.table.site_id.tolist())),
        "statements": statements,
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
        )
    )


def _with_origin(intake: Intake[T], country: InventedCountry) -> Intake[T]:
    """The files do not say on what terms they may be used; the country that wrote them does."""
    return replace(intake, readings=tuple(replace(reading, origin=country.origin) for reading in intake.readings))


def _named(files: tuple[Path, ...], ending: str) -> Path:
    return next(path for path in files if path.name.endswith(ending))
