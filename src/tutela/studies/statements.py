"""The first statement of a presence: composed from a vicinity, a register entry and files with their terms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tutela.data.basemap import Land, clip_land
from tutela.engine.statement.binding import quote_term
from tutela.engine.statement.claims import claims_of, plain_text
from tutela.engine.statement.documents import Document, MapHere, Section
from tutela.kernel.markings import Marking
from tutela.kernel.tables import VIOLENCE
from tutela.studies.pages.maps import MapEvents, MapSites, MapSpec, draw_map, frame_of
from tutela.studies.sections.answer import write_answer
from tutela.studies.sections.drafts import Draft, list_words
from tutela.studies.sections.identity import write_identity
from tutela.studies.sections.method import write_method
from tutela.studies.sections.minutes import write_minutes
from tutela.studies.sections.people import write_people
from tutela.studies.sections.response import write_response
from tutela.studies.sections.sources import Scope, StatementSources
from tutela.studies.sections.targeted import write_targeted
from tutela.studies.sections.unknown import write_unknown


def compose_statement(sources: StatementSources) -> Document:
    """The internal edition, section by section; every figure in it is bound, or it is not composed.

    Raises Problem "figure-unbound", "figure-unknown" or "word-refused" where a text breaks its own rules.
    """
    draft = Draft(sources)
    draft.day("as_of", "As of", sources.as_of, "The day that this statement speaks of")
    draft.day(
        "life_from", "All days begin", sources.life.since, "First site or first event in the files, the later"
    )
    sections = (
        write_answer(draft),
        write_identity(draft),
        _place_map(draft),
        write_targeted(draft),
        *write_minutes(draft),
        *write_people(draft),
        write_response(draft),
        write_unknown(draft),
        write_method(draft),
    )
    question = "who was targeted near us, and what we do not know"
    if not sources.has_rings:
        question = "who was targeted where we serve, what we can do, and what we do not know"
    title = f"{quote_term(sources.presence.presence_id)}: {question}"
    return Document(
        title=title,
        presence_id=sources.presence.presence_id,
        presence_name=sources.presence.name,
        as_of=sources.as_of,
        invented=sources.presence.invented,
        marking=Marking.UNCLASSIFIED if sources.presence.invented else Marking.CONFIDENTIAL,
        sections=sections,
        figures=draft.shown_in([title, *(text for section in sections for text in section.texts())]),
    )


def draw_statement_map(sources: StatementSources, document: Document) -> str:
    """The statement's map: land, places, sites open on the day, rings, events of the year (or of all days)."""
    scope = _map_scope(sources)
    spec = MapSpec(
        title=f"{sources.presence.presence_id}: sites and recorded violence",
        description=plain_text(_caption(sources, scope), document),
        sites=_map_sites(sources),
        rings_km=sources.rings_km if sources.has_rings else (),
        events=_map_events(sources, scope),
        places=sources.places,
        ground=sources.ground,
        notes=_held_notes(sources, scope),
        scope=plain_text(f"Events {scope.words}.", document),
        attribution=_map_attribution(sources),
    )
    frame = frame_of(spec)
    land = sources.land
    if isinstance(land, Land):
        attribution = " · ".join(part for part in (spec.attribution, land.attribution) if part)
        rings = None if land.is_missing else clip_land(land, frame.box())
        return draw_map(replace(spec, land=rings, attribution=attribution))
    return draw_map(replace(spec, land=land))


def _place_map(draft: Draft) -> Section:
    sources = draft.sources
    question = (
        "Where are we, and where was violence recorded?" if sources.has_rings else "Where was violence recorded?"
    )
    return Section("map", question, (MapHere(_caption(sources, _map_scope(sources))),))


def _caption(sources: StatementSources, scope: Scope) -> str:
    has_sites = len(sources.open_sites) > 0
    shown = "Squares are sites open on this day, thin lines the distances around them. " if has_sites else ""
    near = " and near the sites" if has_sites else ""
    hosts = list_words([quote_term(name) for name in sources.host_names()] or ["the countries of the file"])
    return (
        f"{shown}Circles are recorded events {scope.words}, in {hosts}{near}; the area of a circle is the number "
        "of events, its edge says how exact the place is. No borders are drawn: these maps take no side."
    )


def _map_attribution(sources: StatementSources) -> str:
    named = [*(origin.name for origin in sources.origins), sources.ground.attribution]
    return " · ".join(dict.fromkeys(name for name in named if name))


def _map_scope(sources: StatementSources) -> Scope:
    """The year where it has an event to show, otherwise all days."""
    return sources.year if _near_or_hosts(sources, sources.year).any() else sources.life


def _near_or_hosts(sources: StatementSources, scope: Scope) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    events = sources.events
    shown = np.isin(events.country, np.array(sources.presence.hosts, dtype=np.str_))
    shown[sources.vicinity.pairs.event] = True
    shown &= (events.day >= np.datetime64(scope.since)) & (events.day <= np.datetime64(scope.until))
    result: np.ndarray[tuple[int], np.dtype[np.bool_]] = shown & (sources.vicinity.state != 0)
    return result


def _map_sites(sources: StatementSources) -> MapSites:
    _, first = np.unique(sources.open_sites.site_id, return_index=True)
    sites = sources.open_sites.take(first)
    placed = sites.take(np.isfinite(sites.lon) & np.isfinite(sites.lat))
    return MapSites(tuple(placed.name.tolist()), placed.lon, placed.lat)


def _held_notes(sources: StatementSources, scope: Scope) -> tuple[str, ...]:
    """How many events the map does not draw because of the terms of their source."""
    held = int((_near_or_hosts(sources, scope) & sources.held_rows).sum())
    if not held:
        return ()
    named = " · ".join(origin.name for origin in sources.origins if not origin.redistributable)
    return (f"Counted in the figures, and not drawn because the terms of {named} keep its rows: {held:,} events.",)


def _map_events(sources: StatementSources, scope: Scope) -> MapEvents:
    events = sources.events.take(_near_or_hosts(sources, scope) & ~sources.held_rows)
    is_core = events.violence == VIOLENCE.index("one_sided")
    return MapEvents(events.lon, events.lat, np.ones(len(events)), events.precision, is_core)


__all__ = ["StatementSources", "claims_of", "compose_statement", "draw_statement_map"]
