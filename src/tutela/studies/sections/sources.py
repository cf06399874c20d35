"""What a statement is composed from, and the stretches of time that it speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from tutela.catalogue.countries import find_country
from tutela.catalogue.doctrine import Doctrine, PresenceKind, load_doctrine
from tutela.catalogue.presences import Presence, first_day
from tutela.data.basemap import Land
from tutela.data.sources.readings import Origin
from tutela.engine.presence.strength import sites_on, staffed_rows
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.vicinity import Vicinity
from tutela.kernel.digests import recipe_digest
from tutela.kernel.tables import Events, Sites
from tutela.studies.pages.frames import Line
from tutela.studies.pages.subjects import MapGround
from tutela.studies.people_near import PeopleStudy

REFERENCE_KM: Final = 30.0
"""The ring in which a statement looks closer: there and back in a day, V2 of the doctrine."""


class RecordedActivity(Protocol):
    """Something that a presence has on record as done: a code of the doctrine's activities and words about it."""

    @property
    def code(self) -> str:
        """A code of the doctrine's activities."""

    @property
    def note(self) -> str:
        """What was done, in words."""

    @property
    def count(self) -> int:
        """How often it was done, from the first day to the last."""

    @property
    def first_day(self) -> date:
        """The first day that was counted."""

    @property
    def last_day(self) -> date:
        """The last day that was counted."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A stretch of days, both ends in: `words` says which, with figures in it."""

    name: str
    since: date
    until: date
    words: str


@dataclass(frozen=True)
class StatementSources:
    """Everything that a statement is composed from.

    sites      those of this presence alone; the vicinity was computed from them and from `events`
    artifacts  digests by role: "events", "sites", "vicinity"; "register" where the presence has one
    land       land or closed lines for the map, None where none are at hand;  places  name, lon, lat, rank
    notes      sentences of the readers that a reader of the figures must know
    left_out   sentences on rows of the files that were left out, and why
    activities what the presence has on record as done, if anything
    ground     rivers, roads and names in other scripts, for the map
    country_names  names by code of countries that no list has (an invented one's)
    held       rows of events that may not be passed on: they are counted everywhere and drawn nowhere
    minutes    the vicinity by travel time over `surface`, where one was brought
    people     who lives near the sites, where sources of people were brought
    """

    presence: Presence
    events: Events
    sites: Sites
    vicinity: Vicinity
    origins: tuple[Origin, ...]
    artifacts: Mapping[str, str]
    as_of: date
    land: Land | Sequence[Line] | None = None
    places: Sequence[tuple[str, float, float, int]] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    activities: Sequence[RecordedActivity] = ()
    country_names: Mapping[str, str] = field(default_factory=dict)
    ground: MapGround = field(default_factory=MapGround)
    held: NDArray[np.bool_] | None = None
    minutes: Vicinity | None = None
    surface: Surface | None = None
    people: PeopleStudy | None = None

    @cached_property
    def held_rows(self) -> NDArray[np.bool_]:
        """`held`, or no row where nothing is said of it."""
        return np.zeros(len(self.events), dtype=bool) if self.held is None else self.held

    @cached_property
    def has_minutes(self) -> bool:
        """Whether there are travel times at all: a surface was brought, and a site lies where it can be passed."""
        return self.minutes is not None and self.minutes.travel["travel"]["starting_points"]["placed"] > 0

    @cached_property
    def doctrine(self) -> Doctrine:
        """The doctrine that Tutela ships."""
        return load_doctrine()

    @cached_property
    def kind(self) -> PresenceKind:
        """What kind of presence this is."""
        return self.doctrine.presence_kinds[self.presence.kind]

    @cached_property
    def has_force(self) -> bool:
        """Whether a presence of this kind may have authority to use force; whether it has is a fact of its own."""
        return self.kind.has_force

    @cached_property
    def has_rings(self) -> bool:
        """Whether the sites file has sites of this presence at all: without them its vicinity is its countries."""
        return len(self.sites) > 0

    @cached_property
    def open_sites(self) -> Sites:
        """The rows of sites that are open on the day."""
        return sites_on(staffed_rows(self.sites), self.as_of)

    @cached_property
    def register_digest(self) -> str:
        """The digest of the register's entry: what facts are traced to."""
        presence = self.presence
        facts = {name: [fact.value, fact.source, fact.as_of] for name, fact in presence.facts.items()}
        own = recipe_digest({"presence": presence.presence_id, "kind": presence.kind, "facts": facts})
        return self.artifacts.get("register", own)

    @cached_property
    def vintage(self) -> str:
        """The vintages of the sources, in words."""
        return "; ".join(dict.fromkeys(f"{origin.name} {origin.vintage}".strip() for origin in self.origins))

    @cached_property
    def first_covered(self) -> date | None:
        """The first day on which the file of events has one; None without events."""
        first: date | None = self.events.day.min().item() if len(self.events) else None
        return first

    @cached_property
    def last_covered(self) -> date | None:
        """The last day on which the file of events has one; None without events."""
        last: date | None = self.events.day.max().item() if len(self.events) else None
        return last

    @cached_property
    def year(self) -> Scope:
        """The year that ends on the day."""
        return Scope("year", year_before(self.as_of), self.as_of, "in the year to {figure:as_of}")

    @cached_property
    def life(self) -> Scope:
        """From the first site (without sites: the first day known) or the first event, the later, to the day."""
        first = self.first_covered or self.as_of
        if self.has_rings:
            first = max(first, self.sites.opened.min().item())
        else:
            first = max(first, first_day(self.presence.fact("started").value) or first)
        first = max(first, self.vicinity.spec.from_day or first)
        return Scope("life", min(first, self.as_of), self.as_of, "from {figure:life_from} to {figure:as_of}")

    @cached_property
    def rings_km(self) -> tuple[float, ...]:
        """The rings that were computed."""
        return self.vicinity.spec.within_km

    @cached_property
    def reference_km(self) -> float:
        """The ring in which the statement looks closer: the first not below the doctrine's, or the widest."""
        return next((km for km in self.rings_km if km >= REFERENCE_KM), self.rings_km[-1])

    def host_names(self) -> tuple[str, ...]:
        """The names of the host countries."""
        return tuple(self.name_country(code) for code in self.presence.hosts)

    def silent_hosts(self) -> tuple[str, ...]:
        """The names of host countries of which the file of events has no event on any day."""
        seen = set(self.events.country.tolist())
        return tuple(self.name_country(code) for code in self.presence.hosts if code not in seen)

    def name_country(self, code: str) -> str:
        """The name of a country by its code, the code itself where no list has it."""
        country = find_country(code)
        return self.country_names.get(code) or (country.name if country else code)


def year_before(day: date) -> date:
    """The first day of the year that ends on this day."""
    try:
        return day.replace(year=day.year - 1) + timedelta(days=1)
    except ValueError:  # 29 February
        return date(day.year - 1, 3, 1)
