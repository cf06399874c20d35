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
from tutela.engine.statement.queries import Query, evaluate_query
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events
from tutela.studies.vicinities import VicinityStudy, repeat_study

ROWS_SHOWN = 20
"""So many source rows are listed; the rest are counted."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a file that people brought."""

    event_id: str
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
    study = None
    for link in chain:
        if link.kind == "vicinity":
            told("computing the vicinity again")
            study = _repeat(store, link, principal)
        else:
            told(f"reading {link.kind} {link.content[:12]} again")
            store.verify(link, principal)
    recomputed: dict[str, Any] = {"same": True, "artifacts": [link.content for link in chain]}
    if figure is None or study is None or not figure.get("query"):
        shown, count = _NO_ROWS, 0
    else:
        shown, count = _rows_of(figure, study, chain, rows)
        recomputed["figure"] = figure["key"]
    return Trace(figure["digest"] if figure else manifest.content, figure, chain, files, shown, count, recomputed)


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
        names = link.about.get("files", {}) if link.kind in ("events", "sites") else {}
        for item in link.inputs:
            if item.role == "file":
                path = names.get(item.content, "")
                files[item.content] = {"digest": item.content, "path": path, "found": _look(path, item.content)}
    return tuple(files.values())


def _look(path: str, digest: str) -> str:
    if not path or not Path(path).is_file():
        return "not there"
    return "unchanged" if digest_file(Path(path)) == digest else "changed since"


def _repeat(store: Store, manifest: Manifest, principal: Principal) -> VicinityStudy:
    study = repeat_study(store, manifest, principal)
    if study.manifest.content != manifest.content:
        raise Problem(
            "artifact-differs",
            "Computing it again from the stored events and sites gave another content.",
            where=manifest.content[:12],
            remedy="Compare the versions in its manifest with this machine's; until then do not use the figure.",
        )
    return study


def _rows_of(
    figure: dict[str, Any], study: VicinityStudy, chain: tuple[Manifest, ...], limit: int
) -> tuple[tuple[SourceRow, ...], int]:
    answer = evaluate_query(Query.from_json(figure["query"]), study.vicinity, study.events)
    rows = np.sort(answer.rows)
    events = next(link for link in chain if link.kind == "events")
    # source_file counts in the order of the inputs
    names = [events.about["files"].get(item.content, item.content[:12]) for item in events.inputs]
    return tuple(_source_row(study.events, row, names) for row in rows[:limit]), len(rows)


def _source_row(events: Events, row: int, names: list[str]) -> SourceRow:
    return SourceRow(str(events.event_id[row]), names[int(events.source_file[row])], int(events.source_line[row]))
