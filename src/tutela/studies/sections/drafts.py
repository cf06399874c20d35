"""A statement while it is being written: figures are asked for, computed, kept, and named in the text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from tutela.engine.statement.binding import split_runs
from tutela.engine.statement.figures import Figure
from tutela.engine.statement.queries import Query, Shares, Sum, evaluate_query
from tutela.kernel.estimates import Estimate
from tutela.studies.sections.sources import Scope, StatementSources

UNITS: dict[Sum, str] = {
    "events": "events",
    "best": "killed",
    "civilians": "civilians killed",
    "nearest_km": "km",
    "nearest_min": "minutes",
    "unplaceable_share": "%",
    "line_share": "%",
}
SUM_WORDS: dict[Sum, str] = {
    "events": "Events",
    "best": "People killed",
    "civilians": "Civilians killed",
}
VIOLENCE_WORDS = {
    "one_sided": "one-sided violence",
    "state_based": "fighting in which a State takes part",
    "non_state": "fighting between armed groups",
    "unknown": "violence of unknown kind",
    None: "all organised violence",
}
PERPETRATOR_WORDS = {
    "unknown": "not identified",
    "host_state": "the host State's forces",
    "other_state": "another State's forces",
    "state_aligned": "groups aligned with a State",
    "non_state": "armed groups",
    "communal": "communal groups",
    "criminal": "criminal groups",
    "un_or_un_supported": "UN or UN-supported forces",
    None: "anybody",
}


class Draft:
    """Figures by key. Every method that makes one gives back its name for the text."""

    def __init__(self, sources: StatementSources) -> None:
        self.sources = sources
        self.figures: dict[str, Figure] = {}
        self._shares: Shares = {}
        self._estimates: dict[Query, Estimate | None] = {}

    def measure(self, query: Query) -> Estimate | None:
        """The answer to a query, remembered; None where the source lacks it."""
        if query not in self._estimates:
            answer = evaluate_query(query, self.sources.vicinity, self.sources.events, self._shares)
            self._estimates[query] = answer.estimate
        return self._estimates[query]

    def count_of(self, query: Query) -> float:
        """How many events a query is about."""
        counted = self.measure(replace(query, sum="events"))
        return counted.mid if counted else 0.0

    def ask(self, key: str, query: Query) -> str:
        """A figure from the vicinity, with what could not be placed beside it."""
        if key in self.figures:
            return name_of(key)
        estimate = self.measure(query)
        beside = None if query.sum == "unplaceable_share" else self.lost_beside(query)
        kind = "absent" if estimate is None else ("count" if query.sum == "events" else "estimate")
        no_answer = "not-measured" if query.sum == "nearest_km" else "not-in-source"
        self.figures[key] = Figure(
            key=key,
            label=self.label(query),
            kind=kind,  # type: ignore[arg-type]
            unit=UNITS[query.sum],
            definition=self.define(query),
            basis=estimate.basis if estimate else "the source has no such number",
            artifact=self.sources.artifacts["vicinity"],
            estimate=estimate,
            value=no_answer if estimate is None else "",
            query=query,
            middle="median" if query.sum == "nearest_km" else "best",
            complete=self._is_complete(query),
            beside=beside,
            vintage=self.sources.vintage,
        )
        return name_of(key)

    def lost_beside(self, query: Query) -> str:
        """The key of the figure that says how much could not be placed in the same days and host countries."""
        scope = self._scope_of(query)
        key = f"unplaced_{scope.name}"
        self.ask(key, self.scoped(scope, sum="unplaceable_share", countries=self.sources.presence.hosts))
        return key

    def scoped(self, scope: Scope, **changes: object) -> Query:
        """A query within a stretch of days."""
        return Query(since=scope.since.isoformat(), until=scope.until.isoformat(), **changes)  # type: ignore[arg-type]

    def near(self, scope: Scope, **changes: object) -> Query:
        """A query about the closest look: the reference ring, or the host countries where there are no sites."""
        if self.sources.has_rings:
            return self.scoped(scope, where="inside", within_km=self.sources.reference_km, **changes)
        return self.scoped(scope, countries=self.sources.presence.hosts, **changes)

    def count(
        self, key: str, label: str, value: float, words: tuple[str, str, str], *, complete: bool = True
    ) -> str:
        """A counted number that no query makes; `words` are its unit, definition and the role of its artifact."""
        unit, definition, role = words
        return self.keep(
            Figure(
                key=key,
                label=label,
                kind="count",
                unit=unit,
                definition=definition,
                basis="counted",
                artifact=self.sources.artifacts[role],
                estimate=Estimate.exactly(value, "counted"),
                complete=complete,
                vintage=self.sources.vintage,
            )
        )

    def record(self, key: str, label: str, value: int, days: tuple[date, date]) -> str:
        """How often a presence did something, by its own record, between these days."""
        definition = f"{label}, from {days[0]} to {days[1]}, both in, by the presence's own record"
        counted = Estimate.exactly(value, "counted by the presence itself")
        artifact = self.sources.register_digest
        return self.keep(
            Figure(key, label, "count", "times", definition, counted.basis, artifact, estimate=counted)
        )

    def day(self, key: str, label: str, value: date, definition: str) -> str:
        """A day."""
        return self.keep(
            Figure(key, label, "day", "", definition, "computed", self._any_artifact(), value=value.isoformat())
        )

    def say(self, key: str, label: str, value: str, words: tuple[str, str, str]) -> str:
        """A fact in words; `words` are its definition, its source and the day that the source speaks for."""
        definition, source, as_of = words
        return self.keep(
            Figure(
                key, label, "text", "", definition, source, self.sources.register_digest, value=value, vintage=as_of
            )
        )

    def lack(self, key: str, label: str, reason: str, basis: str) -> str:
        """A figure for which there is no number, and why."""
        return self.keep(Figure(key, label, "absent", "", label, basis, self.sources.register_digest, value=reason))

    def shown_in(self, texts: Iterable[str]) -> dict[str, Figure]:
        """The figures that these texts show, and those beside them: what was only asked for stays out."""
        keys = {run.content for text in texts for run in split_runs(text) if run.kind == "figure"}
        beside = {self.figures[key].beside for key in keys if key in self.figures}
        return {key: figure for key, figure in self.figures.items() if key in keys | beside}

    def label(self, query: Query) -> str:
        """What a query's figure is called on its card."""
        if query.sum == "unplaceable_share":
            return "Events that could not be placed"
        if query.sum == "nearest_km":
            return f"Distance to the nearest open site, {VIOLENCE_WORDS[query.violence]}"
        return f"{SUM_WORDS[query.sum]}: {VIOLENCE_WORDS[query.violence]}"

    def define(self, query: Query) -> str:
        """A query in words."""
        places = {
            "inside": f"within {query.within_km or 0:g} km of a site open on the event's first day",
            "outside": f"with a known place, outside {query.within_km or 0:g} km of every site open that day",
            "unplaceable": "without an exact place",
            "all": "wherever they happened",
        }
        parts = [f"Events of {VIOLENCE_WORDS[query.violence]}", places[query.where]]
        if query.site_id:
            parts.append(f"of the site {query.site_id} alone")
        if query.countries:
            names = ", ".join(self.sources.name_country(code) for code in query.countries)
            parts.append(f"in countries other than {names}" if query.elsewhere else f"in {names}")
        if query.perpetrator:
            parts.append(f"by {PERPETRATOR_WORDS[query.perpetrator]}")
        days = f"the year {query.year}" if query.year else f"{query.since} to {query.until}"
        return ", ".join([*parts, days]) + "."

    def _scope_of(self, query: Query) -> Scope:
        year = self.sources.year
        return year if query.since == year.since.isoformat() else self.sources.life

    def _is_complete(self, query: Query) -> bool:
        """Whether a zero means that there was none: the source says how exact its places are and loses none."""
        lost = replace(
            query, where="all", within_km=None, site_id=None, sum="unplaceable_share", elsewhere=False,
            countries=self.sources.presence.hosts,
        )  # fmt: skip
        share = self.measure(lost)
        last = self.sources.last_covered
        return share is not None and share.high == 0 and last is not None and last >= self.sources.as_of

    def _any_artifact(self) -> str:
        return self.sources.artifacts["vicinity"]

    def keep(self, figure: Figure) -> str:
        """A figure that was made elsewhere; the first of one key stays."""
        self.figures.setdefault(figure.key, figure)
        return name_of(figure.key)


def name_of(key: str) -> str:
    """A figure's name in the text."""
    return f"{{figure:{key}}}"


def list_words(words: Sequence[str]) -> str:
    """Words with commas and a last "and"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
