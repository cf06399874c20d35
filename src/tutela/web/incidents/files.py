"""Everything that is known of one incident, as far as its reader may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from tutela.catalogue.doctrine import Rung
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.merges import Proposal, propose_duplicates
from tutela.records.incidents.models import Clock, Incident
from tutela.records.incidents.nearness import Vicinity, vicinity_of
from tutela.records.incidents.queries import IncidentFile, view_incident
from tutela.records.incidents.watching import name_places, steps_for
from tutela.web.incidents.words import WATCH
from tutela.web.shared.desks import Desk, member, sit_down


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """One incident as its page shows it; `function` is what the reader is at this presence."""

    desk: Desk
    file: IncidentFile
    near: Vicinity
    steps: tuple[Rung, ...]
    proposals: tuple[Proposal, ...]
    people: Mapping[int, str]
    sites: Mapping[int, str]
    function: str

    @property
    def incident(self) -> Incident:
        """The incident."""
        return self.file.incident

    @property
    def clock(self) -> Clock | None:
        """Its clock, if one was started."""
        return self.file.clock

    @property
    def place(self) -> str:
        """Where it was, by name; "" where only a point, or nothing, is known."""
        row = self.incident
        return row.place or self.people.get(row.population_id or 0, "") or self.sites.get(row.site_id or 0, "")

    def may(self, ability: May) -> bool:
        """Whether they may do this with this incident."""
        return self.desk.may(ability, self.incident.marking)

    @property
    def stands(self) -> bool:
        """Whether it was neither merged away nor taken out of the queue."""
        return self.incident.merged_into_id is None and not self.incident.left


def read_page(request: HttpRequest, incident: int) -> IncidentPage:
    """Everything that the page shows, as far as this reader may read."""
    by = member(request)
    file = view_incident(by=by, incident=incident)
    desk = sit_down(WATCH, request, file.incident.presence_id)
    people, sites = name_places(by=by, presence=desk.presence.pk)
    triages = desk.may(May.TRIAGE, file.incident.marking)
    stands = file.incident.merged_into_id is None and not file.incident.left
    return IncidentPage(
        desk,
        file,
        vicinity_of(by=by, incident=incident, on=desk.today),
        steps_for(desk.presence, file.incident),
        propose_duplicates(by=by, incident=incident) if triages and stands else (),
        people,
        sites,
        desk.function(),
    )
