"""From the files that people bring to tables with an account of every row, and to artifacts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

import tutela
from tutela.catalogue.crosswalks import digest_shipped
from tutela.data.sources.events import EventSpec, read_events_as
from tutela.data.sources.perpetrators import EMPTY, load_actor_list
from tutela.data.sources.presence import read_sites
from tutela.data.sources.readings import Origin, Reading
from tutela.data.store.artifacts import Content, Store
from tutela.data.store.folders import digest_file
from tutela.kernel.accounting import Accounting
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events, Sites, Table
from tutela.studies.executor import Executor, Serial

T = TypeVar("T", bound=Table)

ALGORITHM: Final = 1
"""Raised when the same files would be read into other rows."""

_PUBLIC_SOURCES: Final = frozenset({"ucdp-ged", "ucdp-ged-min", "ucdp-candidate", "geopko", "geopko-year"})


@dataclass(frozen=True, slots=True)
class ReadingSpec:
    """How files are to be read: their layout, whether one bad row is too many, the day it is.

    boundaries  country polygons to check points against;  actors  UCDP's actor list, for perpetrator classes
    crosswalk   a deployment's own crosswalk between a source's words and ours
    """

    source: str = "auto"
    strict: bool = False
    today: date = date.max
    boundaries: Path | None = None
    actors: Path | None = None
    crosswalk: Path | None = None


@dataclass(frozen=True)
class Intake(Generic[T]):
    """Several files as one table, with what each of them is."""

    kind: str
    table: T
    readings: tuple[Reading[T], ...]
    accounting: Accounting
    spec: ReadingSpec

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where the files come from, each origin once."""
        return tuple(dict.fromkeys(reading.origin for reading in self.readings))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the figures must know, each sentence once."""
        return tuple(dict.fromkeys(note for reading in self.readings for note in reading.notes))

    @property
    def is_invented(self) -> bool:
        """Whether all of it is of the invented country."""
        return all(origin.invented for origin in self.origins)

    @property
    def marking(self) -> Marking:
        """Unclassified where everybody can have the same files; otherwise whoever brought them decides."""
        open_ = all(
            reading.source in _PUBLIC_SOURCES and reading.origin.redistributable for reading in self.readings
        )
        public = self.is_invented or open_
        return Marking.UNCLASSIFIED if public else Marking.CONFIDENTIAL

    @cached_property
    def content(self) -> Content:
        """The table as an artifact holds it."""
        return Content({self.kind: self.table.columns()})

    @cached_property
    def manifest(self) -> Manifest:
        """The artifact's manifest; its recipe names the files by digest and how they were read."""
        return Manifest(
            kind=self.kind,
            title=", ".join(Path(reading.path).name for reading in self.readings),
            content=self.content.digest,
            inputs=tuple(Input("file", reading.file_digest) for reading in self.readings),
            parameters={
                "sources": sorted({reading.source for reading in self.readings}),
                "vintages": sorted({origin.vintage for origin in self.origins}),
                "notes": list(self.notes),
                "actors": _digest_or_none(self.spec.actors),
                "boundaries": _digest_or_none(self.spec.boundaries),
                "crosswalk": _digest_or_none(self.spec.crosswalk),
                **_shipped_crosswalks(self.readings),
            },
            algorithms={"reading": ALGORITHM},
            accounting=(self.accounting,),
            marking=self.marking,
            licence="; ".join(dict.fromkeys(origin.licence for origin in self.origins)),
            attribution="; ".join(dict.fromkeys(origin.attribution for origin in self.origins)),
            invented=self.is_invented,
            redistributable=all(origin.redistributable for origin in self.origins),
            about={
                "version": tutela.__version__,
                "files": {reading.file_digest: reading.path for reading in self.readings},
            },
        )


def today_utc() -> date:
    """The day it is: asked here alone, and passed down."""
    return datetime.now(UTC).date()


def take_in_events(paths: Sequence[Path], spec: ReadingSpec, executor: Executor | None = None) -> Intake[Events]:
    """Read event files; an event that stands in two of them is kept once."""
    return _take_in("events", paths, spec, _read_events, executor or Serial())


def take_in_sites(paths: Sequence[Path], spec: ReadingSpec, executor: Executor | None = None) -> Intake[Sites]:
    """Read files of sites."""
    return _take_in("sites", paths, spec, _read_sites, executor or Serial())


def keep(intake: Intake[Any], store: Store) -> Manifest:
    """Register what was read as an artifact."""
    return store.write(intake.manifest, intake.content)


def _read_events(task: tuple[Path, ReadingSpec]) -> Reading[Events]:
    path, spec = task
    actors = EMPTY if spec.actors is None else load_actor_list(spec.actors)
    return read_events_as(
        path, EventSpec(spec.today, spec.source, spec.strict, spec.boundaries, actors, spec.crosswalk)
    )


def _read_sites(task: tuple[Path, ReadingSpec]) -> Reading[Sites]:
    path, spec = task
    return read_sites(path, source=spec.source, strict=spec.strict, today=spec.today)


def _take_in(
    kind: str,
    paths: Sequence[Path],
    spec: ReadingSpec,
    read: Callable[[tuple[Path, ReadingSpec]], Reading[T]],
    executor: Executor,
) -> Intake[T]:
    if not paths:
        raise Problem("nothing-to-study", f"No file of {kind} was named.", remedy="Name at least one file.")
    return merge_readings(kind, list(executor.run(read, [(path, spec) for path in paths])), spec)


def merge_readings(kind: str, found: Sequence[Reading[T]], spec: ReadingSpec) -> Intake[T]:
    """What was read as one table, each event once; refused ("id-conflict") where two files disagree on one."""
    # By digest, so that the order in which the files were named does not matter; the same file twice is one.
    readings = tuple(sorted({item.file_digest: item for item in found}.values(), key=lambda item: item.file_digest))
    table = _join_tables([_numbered(item.table, i) for i, item in enumerate(readings)])
    excluded: dict[str, int] = {}
    for reading in readings:
        for reason, count in reading.accounting.excluded.items():
            excluded[reason] = excluded.get(reason, 0) + count
    paths_read = [reading.path for reading in readings]
    kept = _first_of_each(table, paths_read) if isinstance(table, Events) else np.arange(len(table))
    if len(kept) < len(table):
        excluded["also-in-another-file"] = len(table) - len(kept)
    placed = sum(reading.accounting.placed for reading in readings) - (len(table) - len(kept))
    total = sum(reading.accounting.input for reading in readings)
    accounting = Accounting(f"reading {kind}", total, placed, excluded)
    return Intake(kind, table if len(kept) == len(table) else table.take(kept), readings, accounting, spec)


def _digest_or_none(path: Path | None) -> str | None:
    return None if path is None else digest_file(path)


def _shipped_crosswalks(readings: Sequence[Reading[Any]]) -> dict[str, Any]:
    """The shipped crosswalks that were read with; no entry without any, so that other recipes stay as they are."""
    used = digest_shipped(reading.source for reading in readings)
    return {"shipped_crosswalks": used} if used else {}


def _numbered(table: T, file: int) -> T:
    columns = table.columns() | {"source_file": np.full(len(table), file, np.int16)}
    return type(table).from_columns(columns)


def _join_tables(tables: Sequence[T]) -> T:
    # A single table stays where it is: copies of two million rows are what memory is short of.
    return tables[0] if len(tables) == 1 else type(tables[0]).concatenate(tables)


def _first_of_each(events: Events, paths: Sequence[str]) -> NDArray[np.intp]:
    if len(paths) == 1:
        return np.arange(len(events))  # within a file the reader has seen to it
    first, groups = np.unique(events.event_id, return_index=True, return_inverse=True)[1:]
    here = np.arange(len(events))
    again = here[first[groups] != here]
    for name in ("day", "lon", "lat", "country", "violence", "best", "low", "high"):
        ours, theirs = getattr(events, name)[again], getattr(events, name)[first[groups[again]]]
        differ = (ours != theirs) & ((ours == ours) | (theirs == theirs))  # NaN and NaT equal themselves here
        if differ.any():
            row = again[np.argmax(differ)]
            raise Problem(
                "id-conflict",
                f"Column {name} differs between two files for one event id.",
                where=f"{paths[events.source_file[row]]}, line {events.source_line[row]}",
                remedy="Name files of one release only: two releases of a source may not be added up.",
            )
    return np.sort(first)
