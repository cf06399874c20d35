"""Asking the question behind a figure again, from what the store holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutela.data.store.artifacts import Store
from tutela.engine.presence.strength import staffed_rows
from tutela.engine.reach.vicinity import Vicinity, VicinitySpec
from tutela.engine.statement.people_queries import AnyQuery, PeopleQuery, evaluate_people
from tutela.engine.statement.queries import Answer, evaluate_query
from tutela.kernel.markings import Principal
from tutela.studies.executor import Serial
from tutela.studies.people_near import PeopleStudy, repeat_people
from tutela.studies.vicinities import VicinityStudy, repeat_study, split_vicinity


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers queries by the digest of their artifact; each artifact is computed again once."""

    store: Store
    principal: Principal
    studies: dict[str, VicinityStudy] = field(default_factory=dict)
    people: dict[str, PeopleStudy] = field(default_factory=dict)
    lines: dict[tuple[str, float], Vicinity] = field(default_factory=dict)

    def study(self, artifact: str) -> VicinityStudy:
        """The vicinity with this digest, computed again."""
        if artifact not in self.studies:
            self.studies[artifact] = repeat_study(
                self.store, self.store.find(artifact, self.principal), self.principal
            )
        return self.studies[artifact]

    def count_people(self, artifact: str) -> PeopleStudy:
        """The people near sites with this digest, counted again."""
        if artifact not in self.people:
            self.people[artifact] = repeat_people(
                self.store, self.store.find(artifact, self.principal), self.principal
            )
        return self.people[artifact]

    def answer(self, artifact: str, query: AnyQuery) -> Answer:
        """The answer that stands behind a figure."""
        if isinstance(query, PeopleQuery):
            counted = self.count_people(artifact)
            return evaluate_people(query, counted.near, counted.wholes)
        study = self.study(artifact)
        line = None if query.line_km is None else self._draw_line(artifact, query.line_km)
        return evaluate_query(query, study.vicinity, study.events, line=line)

    def _draw_line(self, artifact: str, line_km: float) -> Vicinity:
        """The vicinity by distance of the same events and sites: the artifact by minutes holds both."""
        if (artifact, line_km) not in self.lines:
            study = self.study(artifact)
            spec = VicinitySpec((line_km,), study.vicinity.spec.from_day, study.vicinity.spec.as_of)
            found = split_vicinity(study.events, staffed_rows(study.sites), spec, Serial())
            self.lines[artifact, line_km] = found
        return self.lines[artifact, line_km]
