"""From what was read to the statement of one presence, as files and as an artifact."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
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
from tutela.studies.licences import find_held
from tutela.studies.pages.frames import Line
from tutela.studies.pages.statement import render_statement
from tutela.studies.pages.subjects import MapGround
from tutela.studies.people_near import PeopleSpec, PeopleStudy, study_people
from tutela.studies.people_sources import PeopleFiles
from tutela.studies.sections.sources import RecordedActivity, StatementSources
from tutela.studies.statements import compose_statement, draw_statement_map
from tutela.studies.travel_ground import MinutesStudy, TravelGround, study_minutes
from tutela.studies.vicinities import VicinityInputs, VicinityStudy, keep_study, study_vicinity

ALGORITHM: Final = 1
"""Raised when the same sources would give another statement."""


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """What a statement is asked from; without `land` the coast that Tutela ships is drawn.

    travel  the ground for minutes;  people  files of people: without them the statement says that it has none
    """

    presence: Presence
    as_of: date
    events: Intake[Events]
    sites: Intake[Sites]
    land: Land | Sequence[Line] | None = None
    places: Sequence[tuple[str, float, float, int]] = ()
    activities: Sequence[RecordedActivity] = ()
    country_names: Mapping[str, str] = field(default_factory=dict)
    ground: MapGround = field(default_factory=MapGround)
    executor: Executor = field(default_factory=Serial)
    travel: TravelGround | None = None
    people: PeopleFiles | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the distances, where it was brought: minutes, and people."""

    minutes: MinutesStudy | None = None
    people: PeopleStudy | None = None

    @property
    def manifests(self) -> dict[str, Manifest]:
        """What each part is kept as, by its role."""
        found = {}
        if self.minutes is not None:
            found = {"minutes": self.minutes.study.manifest, "surface": self.minutes.ground.manifest}
        return found | ({"people": self.people.manifest} if self.people is not None else {})

    @property
    def documents(self) -> dict[str, bytes]:
        """The parts as files of the statement."""
        found = {}
        if self.minutes is not None:
            found["minutes.json"] = _pretty(self.minutes.study)
        return found | (dict(self.people.content.documents) if self.people is not None else {})


@dataclass(frozen=True, slots=True)
class BuiltStatement:
    """A statement with everything under it, ready to be written to a folder and kept in a store."""

    request: StatementRequest
    study: VicinityStudy
    study_content: Content
    manifest: Manifest
    claims: dict[str, Any]
    files: dict[str, bytes]
    beside: Beside = field(default_factory=Beside)

    def keep(self, store: Store) -> None:
        """Register the statement, its vicinities, people, events and sites."""
        keep_study(store, self.request.events, self.request.sites, self.study, self.study_content)
        for part in (self.beside.minutes, self.beside.people):
            if part is not None:
                part.keep(store)
        store.write(self.manifest, Content(documents=self.files))


def build_statement(request: StatementRequest, store: Store | None = None) -> BuiltStatement:
    """Compute the vicinity of one presence, compose and draw its statement; keep it all where a store is given."""
    missions = missions_of(request.presence, request.sites.table)
    inputs = VicinityInputs.of(request.events, request.sites, missions)
    spec = VicinitySpec(ring_distances(), None, request.as_of)
    study, content = study_vicinity(inputs, spec, request.executor)
    beside = _study_beside(request, inputs)
    sources = StatementSources(
        presence=request.presence,
        events=study.events,
        sites=study.sites,
        vicinity=study.vicinity,
        origins=tuple(dict.fromkeys((*request.events.origins, *request.sites.origins))),
        artifacts=study.artifacts | {role: manifest.content for role, manifest in beside.manifests.items()},
        as_of=request.as_of,
        land=load_land() if request.land is None else request.land,
        places=request.places,
        notes=tuple(dict.fromkeys((*request.events.notes, *request.sites.notes))),
        left_out=_left_out(request),
        activities=request.activities,
        country_names=request.country_names,
        ground=request.ground,
        held=find_held(request.events),
        minutes=beside.minutes.study.vicinity if beside.minutes else None,
        surface=beside.minutes.ground.surface if beside.minutes else None,
        people=beside.people,
    )
    document = compose_statement(sources)
    files = _write_files(study, beside, document, draw_statement_map(sources, document))
    manifest = _describe(request, (study, beside), document, files)
    built = BuiltStatement(request, study, content, manifest, claims_of(document), files, beside)
    if store is not None:
        built.keep(store)
    return built


def _study_beside(request: StatementRequest, inputs: VicinityInputs) -> Beside:
    minutes = people = None
    if request.travel is not None:
        minutes = study_minutes(inputs, request.travel, request.as_of, request.executor)
    if request.people is not None:
        spec = PeopleSpec(request.as_of, ring_distances(), inputs.missions or (), request.presence.hosts)
        people = study_people(request.people, inputs.sites, inputs.kept["sites"], spec)
    return Beside(minutes, people)


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


def _write_files(study: VicinityStudy, beside: Beside, document: Document, map_svg: str) -> dict[str, bytes]:
    return {
        "statement.html": render_statement(document, map_svg).encode(),
        "claims.json": json.dumps(claims_of(document), indent=2, ensure_ascii=False).encode() + b"\n",
        "map.svg": map_svg.encode(),
        "vicinity.json": _pretty(study),
        **beside.documents,
    }


def _pretty(study: VicinityStudy) -> bytes:
    summary = {**study.summary, "artifact": study.manifest.content}
    return json.dumps(summary, indent=2, ensure_ascii=False).encode() + b"\n"


def _describe(
    request: StatementRequest, parts: tuple[VicinityStudy, Beside], document: Document, files: Mapping[str, bytes]
) -> Manifest:
    study, beside = parts
    made_from = study.artifacts | {role: manifest.content for role, manifest in beside.manifests.items()}
    manifests = (study.manifest, *beside.manifests.values())
    return Manifest(
        kind="statement",
        title=f"Statement of {document.presence_id} as of {request.as_of}",
        content=Content(documents=files).digest,
        inputs=tuple(Input(role, digest) for role, digest in sorted(made_from.items())),
        parameters={
            "presence_id": document.presence_id,
            "as_of": request.as_of.isoformat(),
            "edition": document.edition,
        },
        algorithms={"statement": ALGORITHM},
        marking=document.marking,
        licence=_join_words(manifest.licence for manifest in manifests),
        attribution=_join_words(manifest.attribution for manifest in manifests),
        invented=document.invented,
        redistributable=all(manifest.redistributable for manifest in manifests),
        about={
            "version": tutela.__version__,
            "files": {name: bytes_digest(text) for name, text in files.items()},
        },
    )


def _join_words(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(word for text in words for word in text.split("; ") if word))
