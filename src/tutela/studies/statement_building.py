"""From what was read to the statement of one presence, as files and as an artifact."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np

import tutela
from tutela.catalogue.doctrine import load_doctrine
from tutela.catalogue.presences import Presence
from tutela.data.basemap import Land, load_land
from tutela.data.store.artifacts import Content, Store
from tutela.engine.reach.vicinity import VicinitySpec
from tutela.engine.statement.claims import claims_of
from tutela.engine.statement.documents import Document
from tutela.kernel.digests import bytes_digest
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.tables import Events, Sites
from tutela.studies.executor import Executor, Serial
from tutela.studies.intake import Intake
from tutela.studies.pages.frames import Line
from tutela.studies.pages.statement import render_statement
from tutela.studies.sections.sources import RecordedActivity, StatementSources
from tutela.studies.statements import compose_statement, draw_statement_map
from tutela.studies.vicinities import VicinityInputs, VicinityStudy, keep_study, study_vicinity

ALGORITHM: Final = 1
"""Raised when the same sources would give another statement."""


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """What a statement is asked from; without `land` the coast that Tutela ships is drawn."""

    presence: Presence
    as_of: date
    events: Intake[Events]
    sites: Intake[Sites]
    land: Land | Sequence[Line] | None = None
    places: Sequence[tuple[str, float, float, int]] = ()
    activities: Sequence[RecordedActivity] = ()
    country_names: Mapping[str, str] = field(default_factory=dict)
    executor: Executor = field(default_factory=Serial)


@dataclass(frozen=True, slots=True)
class BuiltStatement:
    """A statement with everything under it, ready to be written to a folder and kept in a store."""

    request: StatementRequest
    study: VicinityStudy
    study_content: Content
    manifest: Manifest
    claims: dict[str, Any]
    files: dict[str, bytes]

    def keep(self, store: Store) -> None:
        """Register the statement, its vicinity, its events and its sites."""
        keep_study(store, self.request.events, self.request.sites, self.study, self.study_content)
        store.write(self.manifest, Content(documents=self.files))


def build_statement(request: StatementRequest, store: Store | None = None) -> BuiltStatement:
    """Compute the vicinity of one presence, compose and draw its statement; keep it all where a store is given."""
    missions = missions_of(request.presence, request.sites.table)
    inputs = VicinityInputs.of(request.events, request.sites, missions)
    spec = VicinitySpec(ring_distances(), None, request.as_of)
    study, content = study_vicinity(inputs, spec, request.executor)
    sources = StatementSources(
        presence=request.presence,
        events=study.events,
        sites=study.sites,
        vicinity=study.vicinity,
        origins=tuple(dict.fromkeys((*request.events.origins, *request.sites.origins))),
        artifacts=study.artifacts,
        as_of=request.as_of,
        land=load_land() if request.land is None else request.land,
        places=request.places,
        notes=tuple(dict.fromkeys((*request.events.notes, *request.sites.notes))),
        left_out=_left_out(request),
        activities=request.activities,
        country_names=request.country_names,
    )
    document = compose_statement(sources)
    built = _describe(request, study, content, document, draw_statement_map(sources, document))
    if store is not None:
        built.keep(store)
    return built


def missions_of(presence: Presence, sites: Sites) -> tuple[str, ...]:
    """The names under which a file of sites has this presence; empty where it has none."""
    names = {name.casefold() for name in (presence.presence_id, presence.name, *presence.also)}
    return tuple(str(mission) for mission in np.unique(sites.mission) if mission.casefold() in names)


def ring_distances() -> tuple[float, ...]:
    """The doctrine's rings in kilometres, without the premises themselves."""
    return tuple(ring.km for ring in load_doctrine().rings if ring.km > 0)


def _left_out(request: StatementRequest) -> tuple[str, ...]:
    return tuple(
        f"{count:,} of {intake.accounting.input:,} rows of {intake.kind} were left out: {reason.replace('-', ' ')}."
        for intake in (request.events, request.sites)
        for reason, count in intake.accounting.excluded.items()
        if count
    )


def _describe(
    request: StatementRequest, study: VicinityStudy, content: Content, document: Document, map_svg: str
) -> BuiltStatement:
    claims = claims_of(document)
    summary = {**study.summary, "artifact": study.manifest.content}
    files = {
        "statement.html": render_statement(document, map_svg).encode(),
        "claims.json": json.dumps(claims, indent=2, ensure_ascii=False).encode() + b"\n",
        "map.svg": map_svg.encode(),
        "vicinity.json": json.dumps(summary, indent=2, ensure_ascii=False).encode() + b"\n",
    }
    manifest = Manifest(
        kind="statement",
        title=f"Statement of {document.presence_id} as of {request.as_of}",
        content=Content(documents=files).digest,
        inputs=tuple(Input(role, digest) for role, digest in sorted(study.artifacts.items())),
        parameters={
            "presence_id": document.presence_id,
            "as_of": request.as_of.isoformat(),
            "edition": document.edition,
        },
        algorithms={"statement": ALGORITHM},
        marking=document.marking,
        licence=study.manifest.licence,
        attribution=study.manifest.attribution,
        invented=document.invented,
        about={
            "version": tutela.__version__,
            "files": {name: bytes_digest(text) for name, text in files.items()},
        },
    )
    return BuiltStatement(request, study, content, manifest, claims, files)
