"""From a figure back to the rows that it was made from, and whether it comes out the same again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tutela.data.store.artifacts import Store, check_digest
from tutela.data.store.folders import digest_file
from tutela.engine.statement.people_queries import PeopleQuery, read_query
from tutela.kernel.accounting import Accounting
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events
from tutela.studies.answering import Answering
from tutela.studies.book_keeping import KIND as BOOK
from tutela.studies.book_keeping import repeat_book
from tutela.studies.comparisons import KIND as COMPARISON
from tutela.studies.comparisons import repeat_comparison
from tutela.studies.licences import WHY, account_for
from tutela.studies.outlooks.forecast_files import KIND as OUTLOOK
from tutela.studies.outlooks.predicting import repeat_forecast
from tutela.studies.reach_keeping import repeat_reach
from tutela.studies.sitings import SITING, repeat_siting, was_stopped

ROWS_SHOWN = 20
"""So many source rows are listed; the rest are counted."""

_WITH_FILES = ("events", "sites", "areas", "people", "people-grid", "surface", "siting-inputs")
"""Kinds of artifacts that were read from files of people's own."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a file that people brought; `event_id` is None where the terms of the source keep its rows."""

    event_id: str | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What stands behind a digest: the figure if it is one, every artifact under it, files, rows, the check."""

    digest: str
    figure: dict[str, Any] | None
    chain: tuple[Manifest, ...]
    files: tuple[dict[str, Any], ...]
    rows: tuple[SourceRow, ...] = ()
    rows_in_all: int = 0
    rows_held: Accounting | None = None
    recomputed: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "digest": self.digest,
            "figure": self.figure,
            "chain": [manifest.as_json() for manifest in self.chain],
            "files": list(self.files),
            "rows": [{"event_id": row.event_id, "file": row.file, "line": row.line} for row in self.rows],
            "rows_in_all": self.rows_in_all,
            "rows_held": None if self.rows_held is None else {"why": WHY, **self.rows_held.as_json()},
            "recomputed": self.recomputed,
        }


def trace(
    store: Store,
    digest: str,
    principal: Principal,
    *,
    rows: int = ROWS_SHOWN,
    told: Callable[[str], None] | None = None,
) -> Trace:
    """Follow a digest (of an artifact, or of a figure in a statement) to its source rows and recompute it.

    `told` is called with what is being done. Raises "artifact-differs" where recomputing gives another content.
    """
    check_digest(digest)
    found = _find_figure(store, digest, principal)
    figure, manifest = found or (None, store.find(digest, principal))
    told = told or _silent
    told("following the chain")
    chain = _chain(store, manifest, principal)
    files = _files(chain)
    answering = Answering(store, principal)
    for link in chain:
        if link.kind == "vicinity":
            told("computing the vicinity again")
            _require_same(answering.study(link.content).manifest, link)
        elif link.kind == "people-near":
            told("counting the people again")
            _require_same(answering.count_people(link.content).manifest, link)
        elif link.kind == COMPARISON:
            told("comparing the releases again")
            _require_same(repeat_comparison(store, link, principal), link)
        elif link.kind == "reach":
            told("computing the reach again")
            _require_same(repeat_reach(store, link, principal).manifest, link)
        elif link.kind == OUTLOOK and "ground" in link.parameters:
            told("making the forecast again")
            _require_same(repeat_forecast(store, link, principal), link)
        elif link.kind == BOOK:
            told("computing the book of reach again")
            _require_same(repeat_book(store, link, principal), link)
        elif link.kind == SITING and not was_stopped(store, link, principal):
            told("siting again")
            _require_same(repeat_siting(store, link, principal), link)
        else:
            told(f"reading {link.kind} {link.content[:12]} again")
            store.verify(link, principal)
    recomputed: dict[str, Any] = {"same": True, "artifacts": [link.content for link in chain]}
    if figure is None or not figure.get("query"):
        shown, count = _NO_ROWS, 0
    else:
        shown, count = _rows_of(figure, answering, chain, rows)
        recomputed["figure"] = figure["key"]
    held = account_for("naming events", len(shown), sum(row.event_id is None for row in shown))
    name = figure["digest"] if figure else manifest.content
    return Trace(name, figure, chain, files, shown, count, held if held.excluded else None, recomputed)


_NO_ROWS: tuple[SourceRow, ...] = ()


def _silent(_what: str) -> None:
    pass


def _find_figure(store: Store, digest: str, principal: Principal) -> tuple[dict[str, Any], Manifest] | None:
    found: dict[str, tuple[dict[str, Any], Manifest]] = {}
    for manifest in store.manifests(principal, "statement"):
        claims = json.loads(store.load_document(manifest.content, "claims.json", principal))
        for figure in claims["figures"]:
            if figure["digest"].startswith(digest):
                found[figure["digest"]] = (figure, manifest)
    if len(found) > 1:
        raise Problem(
            "artifact-ambiguous",
            f"{len(found)} figures begin with these digits.",
            where=digest,
            remedy="Give more digits.",
        )
    return next(iter(found.values()), None)


def _chain(store: Store, manifest: Manifest, principal: Principal) -> tuple[Manifest, ...]:
    chain: dict[str, Manifest] = {}
    waiting = [manifest]
    while waiting:
        link = waiting.pop(0)
        if link.content in chain:
            continue
        chain[link.content] = link
        waiting.extend(store.find(item.content, principal) for item in link.inputs if item.role != "file")
    return tuple(chain.values())


def _files(chain: tuple[Manifest, ...]) -> tuple[dict[str, Any], ...]:
    files: dict[str, dict[str, Any]] = {}
    for link in chain:
        names = link.about.get("files", {}) if link.kind in _WITH_FILES else {}
        for item in link.inputs:
            if item.role == "file":
                path = names.get(item.content, "")
                files[item.content] = {"digest": item.content, "path": path, "found": _look(path, item.content)}
    return tuple(files.values())


def _look(path: str, digest: str) -> str:
    if not path or not Path(path).is_file():
        return "not there"
    return "unchanged" if digest_file(Path(path)) == digest else "changed since"


def _require_same(again: Manifest, manifest: Manifest) -> None:
    if again.content != manifest.content:
        raise Problem(
            "artifact-differs",
            "Computing it again from what it was made from gave another content.",
            where=manifest.content[:12],
            remedy="Compare the versions in its manifest with this machine's; until then do not use the figure.",
        )


def _rows_of(
    figure: dict[str, Any], answering: Answering, chain: tuple[Manifest, ...], limit: int
) -> tuple[tuple[SourceRow, ...], int]:
    query = read_query(figure["query"])
    rows = np.sort(answering.answer(figure["artifact"], query).rows)
    if isinstance(query, PeopleQuery):  # of people there are no rows: a raster has cells
        return _NO_ROWS, 0
    read = answering.study(figure["artifact"]).events
    events = next(link for link in chain if link.kind == "events")
    # source_file counts in the order of the inputs
    names = [events.about["files"].get(item.content, item.content[:12]) for item in events.inputs]
    may_name = events.redistributable
    return tuple(_source_row(read, row, names, may_name=may_name) for row in rows[:limit]), len(rows)


def _source_row(events: Events, row: int, names: list[str], *, may_name: bool) -> SourceRow:
    # File and line lead to the row in the file of whoever brought it; the row itself does not go with a trace.
    name = str(events.event_id[row]) if may_name else None
    return SourceRow(name, names[int(events.source_file[row])], int(events.source_line[row]))
