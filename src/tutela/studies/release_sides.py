"""One side of a comparison of releases: a file, several files of which the later one wins, or an import."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.data.sources.readings import Reading
from tutela.data.store.artifacts import SHORTEST_PREFIX, Content, Store
from tutela.kernel.accounting import Accounting
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import COUNTS, Events
from tutela.studies.intake import Intake, ReadingSpec, take_in_events
from tutela.studies.mappings import find_import

NOT_STATED: Final = "not stated"

REPLACED: Final = "replaced-by-a-later-file"
"""Why a row of an earlier file is left out: a later file of the same side has the event otherwise."""

ALSO: Final = "also-in-another-file"

_COMPARED: Final = (
    "day",
    "day_end",
    "lon",
    "lat",
    "precision",
    "country",
    "violence",
    "side_a",
    "side_b",
    *COUNTS,
)
_VERSION: Final = re.compile(r"(?:candidate )?(\d+(?:\.\d+)+)")


@dataclass(frozen=True, slots=True)
class Release:
    """One side of a comparison: what it is called, its events, and the manifest that says what they are.

    `replaced` are rows of earlier files that a later file of the same side has otherwise: kept, not counted.
    `redistributable` is False where rows may not leave the home of whoever brought them.
    `content` is what a home would keep; None where it keeps it already.
    """

    name: str
    manifest: Manifest
    events: Events
    replaced: Events
    redistributable: bool
    content: Content | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The layouts of its files."""
        return tuple(self.manifest.parameters["sources"])

    @property
    def vintages(self) -> tuple[str, ...]:
        """Which releases its files are, the earliest first."""
        return tuple(sorted(self.manifest.parameters["vintages"], key=order_of))

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files, in the order that `source_file` counts in."""
        return name_files(self.manifest)

    def as_json(self) -> dict[str, Any]:
        """What it is, without its events."""
        return {"name": self.name, **self.describe()}

    def describe(self) -> dict[str, Any]:
        """What it is, without its events and without the name under which somebody brought it."""
        days = self.events.day
        return {
            "sources": list(self.sources),
            "vintages": list(self.vintages),
            "vintage": write_vintages(self.vintages),
            "events": len(self.events),
            "first_day": str(days.min()) if len(days) else None,
            "last_day": str(days.max()) if len(days) else None,
            "reading": self.manifest.accounting[0].as_json(),
            "attribution": self.manifest.attribution,
            "licence": self.manifest.licence,
            "digest": self.manifest.content,
        }


def open_release(names: Sequence[str], spec: ReadingSpec, store: Store | None, principal: Principal) -> Release:
    """A release from files of events, or from an import in the home by its digest.

    A name that is a path is a path. Raises what the readers and the store raise, and "option-invalid" where a
    digest stands beside others.
    """
    imports = [name for name in names if not Path(name).exists() and store is not None and _is_digest(name)]
    if imports and store is not None:
        if len(names) > 1:
            raise Problem(
                "option-invalid",
                "An import stands alone on its side.",
                where=imports[0],
                remedy="Name the files themselves, or one import.",
            )
        return load_release(store, imports[0].lower(), principal)
    if len(names) == 1:
        return release_of(names[0], take_in_events([Path(names[0])], spec))
    return _of_months([take_in_events([Path(name)], spec) for name in dict.fromkeys(names)], spec)


def release_of(name: str, intake: Intake[Events]) -> Release:
    """A side from what was read, before any home keeps it."""
    return Release(
        name=name,
        manifest=intake.manifest,
        events=intake.table,
        replaced=_none_of(intake.table),
        redistributable=all(origin.redistributable for origin in intake.origins),
        content=intake.content,
    )


def load_release(store: Store, digest: str, principal: Principal) -> Release:
    """An import in the home, by its digest."""
    manifest = find_import(store, digest, principal)
    events = Events.from_columns(store.load_table(manifest.content, "events", principal))
    has_replaced = "replaced.parquet" in manifest.parts
    return Release(
        name=f"{manifest.title} ({manifest.content[:12]})",
        manifest=manifest,
        events=events,
        replaced=(
            Events.from_columns(store.load_table(manifest.content, "replaced", principal))
            if has_replaced
            else _none_of(events)
        ),
        # What is not everybody's is not known to be anybody's to pass on.
        redistributable=not manifest.marking and manifest.redistributable,
    )


def keep_release(release: Release, store: Store, principal: Principal) -> Release:
    """Register a side with its own manifest; where the home has these events already, their manifest stands."""
    if release.content is not None:
        store.write(release.manifest, release.content)
    return replace(release, manifest=store.find(release.manifest.content, principal), content=None)


def name_files(manifest: Manifest) -> tuple[str, ...]:
    """The names of the files that an import was read from, without their folders."""
    paths: Mapping[str, str] = manifest.about.get("files", {})
    used = (item.content for item in manifest.inputs if item.role == "file")
    return tuple(Path(paths.get(digest, digest[:12])).name for digest in used)


def order_of(vintage: str) -> tuple[int, ...]:
    """Where a vintage stands among others of its source; empty where it does not say.

    >>> order_of("candidate 23.0.10, by the file's name") < order_of("23.1, by the file's name")
    True
    """
    found = _VERSION.match(vintage)
    if not found:
        return ()
    parts = [int(part) for part in found[1].split(".")]
    # Several months in one file say the first and the last one: 26.01.26.06.
    return (parts[2], 0, parts[3]) if len(parts) == 4 else tuple(parts)


def write_vintages(vintages: Sequence[str]) -> str:
    """Vintages in one line; of many the first and the last."""
    if len(vintages) <= 2:
        return ", ".join(vintages)
    first, last = (vintage.partition(",")[0] for vintage in (vintages[0], vintages[-1]))
    return f"{first} to {last.removeprefix('candidate ')} ({len(vintages)} vintages)"


def _is_digest(name: str) -> bool:
    return SHORTEST_PREFIX <= len(name) <= 64 and set(name.lower()) <= set("0123456789abcdef")


def _none_of(events: Events) -> Events:
    return events.take(np.zeros(len(events), dtype=bool))


def _of_months(intakes: Sequence[Intake[Events]], spec: ReadingSpec) -> Release:
    """Several files as one release: of an event that stands in two of them, the later file's row counts."""
    by_digest = {reading.file_digest: reading for intake in intakes for reading in intake.readings}
    readings = tuple(by_digest[digest] for digest in sorted(by_digest))
    every = Events.concatenate([_number(reading.table, i) for i, reading in enumerate(readings)])
    kept, replaced, same = _choose(every, readings)
    excluded: dict[str, int] = {}
    for reading in readings:
        for reason, count in reading.accounting.excluded.items():
            excluded[reason] = excluded.get(reason, 0) + count
    excluded |= {reason: len(rows) for reason, rows in ((REPLACED, replaced), (ALSO, same)) if len(rows)}
    account = Accounting(
        "reading events", sum(reading.accounting.input for reading in readings), len(kept), excluded
    )
    intake = Intake("events", every.take(kept), readings, account, spec)
    content = Content({"events": intake.table.columns(), "replaced": every.take(replaced).columns()})
    order = sorted(readings, key=lambda reading: (order_of(reading.origin.vintage), reading.file_digest))
    manifest = replace(
        intake.manifest,
        content=content.digest,
        parameters={**intake.manifest.parameters, "later_wins": [reading.file_digest for reading in order]},
    )
    whole = release_of(", ".join(reading.path for reading in order), intake)
    return replace(whole, manifest=manifest, content=content, replaced=every.take(replaced))


def _number(events: Events, file: int) -> Events:
    return replace(events, source_file=np.full(len(events), file, np.int16))


def _choose(
    every: Events, readings: Sequence[Reading[Events]]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Rows that count, rows that a later file has otherwise, rows that another file has just so."""
    versions = [order_of(reading.origin.vintage) for reading in readings]
    ranks = np.array([sorted(set(versions)).index(version) for version in versions])[every.source_file]
    order = np.lexsort((every.source_file, -ranks, every.event_id))
    ids = every.event_id[order]
    is_first = np.append(True, ids[1:] != ids[:-1])
    kept = order[is_first]
    dropped, chosen = order[~is_first], np.repeat(kept, np.diff(np.append(np.flatnonzero(is_first), len(ids))) - 1)
    differs = _differ(every, dropped, chosen)
    _require_order(every, readings, versions, (dropped[differs], chosen[differs]))
    # Of each event the earliest file first.
    replaced = dropped[differs]
    replaced = replaced[np.lexsort((ranks[replaced], every.event_id[replaced]))]
    return np.sort(kept), replaced, np.sort(dropped[~differs])


def _differ(every: Events, rows: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.bool_]:
    differs = np.zeros(len(rows), dtype=bool)
    for name in _COMPARED:
        ours, theirs = getattr(every, name)[rows], getattr(every, name)[others]
        differs |= (ours != theirs) & ((ours == ours) | (theirs == theirs))  # NaN and NaT equal themselves here
    return differs


def _require_order(
    every: Events,
    readings: Sequence[Reading[Events]],
    versions: Sequence[tuple[int, ...]],
    rows: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> None:
    for row, other in zip(*(part.tolist() for part in rows), strict=True):
        first, second = int(every.source_file[row]), int(every.source_file[other])
        if not versions[first] or not versions[second] or versions[first] == versions[second]:
            raise Problem(
                "id-conflict",
                f"The event stands otherwise in {readings[second].path}, line {every.source_line[other]}, and "
                "neither file says which of them is later.",
                where=f"{readings[first].path}, line {every.source_line[row]}",
                remedy="Give the files the names that UCDP releases them under, for example GEDEvent_v23_0_10.csv.",
            )
