"""How long the way is: attacks by travel time beside straight lines, and what is near on the map alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from tutela.catalogue.doctrine import Ring
from tutela.engine.reach.vicinity import Vicinity
from tutela.engine.statement.binding import quote_term
from tutela.engine.statement.documents import Block, Bullets, Grid, Paragraph, Section
from tutela.engine.statement.figures import Figure
from tutela.engine.statement.queries import Query, Sum, evaluate_query
from tutela.kernel.digests import recipe_digest
from tutela.kernel.estimates import Estimate
from tutela.studies.sections.drafts import SUM_WORDS, UNITS, VIOLENCE_WORDS, Draft, name_of
from tutela.studies.sections.response import is_other_state_the_danger
from tutela.studies.sections.sources import Scope
from tutela.studies.sections.targeted import CORE, capital, lost_line

MODES: Final = {"motorised": "by vehicle", "foot": "on foot"}
SEASONS: Final = {"dry": "in the dry season", "wet": "in the wet season"}
NOT_SAID: Final = "by a way of travelling that the surface does not state"


def has_minutes(draft: Draft) -> bool:
    """Whether minutes are printed: a surface was brought, sites lie on it, and they say something here."""
    return draft.sources.has_minutes and not is_other_state_the_danger(draft)


def write_minutes(draft: Draft) -> list[Section]:
    """The section, or none where no surface was brought or where minutes would say nothing."""
    minutes = draft.sources.minutes
    if minutes is None or is_other_state_the_danger(draft):
        return []
    question = "How long is the way, and what is near on the map alone?"
    if not has_minutes(draft):
        text = (
            "A surface of travel times was brought, but no site of this presence lies where it can be passed: "
            "there are no minutes to tell. That is a gap in the surface, not a finding."
        )
        return [Section("minutes", question, (Paragraph(text), Bullets(_say_starts(draft))))]
    ways = Ways(draft, minutes)
    blocks: list[Block] = [
        Paragraph(ways.introduce()),
        Bullets((*ways.say_insight(), ways.say_median(), *_say_starts(draft))),
        *(ways.compare(scope) for scope in (draft.sources.year, draft.sources.life)),
        ways.tabulate_all(),
    ]
    return [Section("minutes", question, tuple(blocks))]


def say_minutes(draft: Draft) -> list[str]:
    """The sentence for the answer in short, where there are minutes."""
    minutes = draft.sources.minutes
    if minutes is None or not has_minutes(draft):
        return []
    return list(Ways(draft, minutes).say_insight()[:1])


def account_minutes(draft: Draft) -> list[Block]:
    """What became of every event in the vicinity by minutes: the lines add up."""
    minutes = draft.sources.minutes
    if minutes is None or not has_minutes(draft):
        return []
    ways = Ways(draft, minutes)
    widest = minutes.spec.widest_km
    within = quote_term(f"{widest:,.0f} minutes")
    rows = [
        (f"Within {within}", ways.ask("account_min_inside", Query(where="inside", within_km=widest))),
        (
            f"Not within {within}, on the surface",
            ways.ask("account_min_outside", Query(where="outside", within_km=widest)),
        ),
        ("Without an exact place", ways.ask("account_min_unplaceable", Query(where="unplaceable"))),
    ]
    for reason, count in sorted(minutes.excluded.items()):
        key = f"excluded_min_{recipe_digest({'reason': reason})[:8]}"
        words = ("events", f"Events left out: {reason}", "minutes")
        figure = draft.count(key, "Events left out", count, words)
        rows.append((f"Left out: {quote_term(reason.replace('-', ' '))}", figure))
    words = ("events", "Events in the table that was read", "minutes")
    rows.append(("Events read", draft.count("account_min_input", "Events read", len(draft.sources.events), words)))
    note = "The lines above the last add up to the last. An event beyond the surface is neither near nor far."
    return [Grid("Account of every event, by travel time", ("Part", "Events"), tuple(rows), note)]


class Ways:
    """Figures of the vicinity by minutes, beside those of the straight line."""

    def __init__(self, draft: Draft, minutes: Vicinity) -> None:
        self.draft = draft
        self.minutes = minutes
        self.rings = tuple(
            ring
            for ring in draft.sources.doctrine.rings
            if ring.km in draft.sources.rings_km and float(ring.minutes) in minutes.spec.within_km
        )
        self.focus = next((ring for ring in self.rings if ring.km == draft.sources.reference_km), self.rings[-1])

    @property
    def how(self) -> str:
        """How and when somebody travels, in words."""
        travel = self.minutes.travel["travel"]
        mode, season = MODES.get(travel["mode"], NOT_SAID), SEASONS.get(travel["season"], "")
        return f"{mode} {season}".rstrip()

    def introduce(self) -> str:
        """What a minute is here, and what it is not."""
        text = (
            f"Minutes are the least time {self.how} over the surface that was brought, by its speeds. Getting "
            "ready, checkpoints, escorts and insecurity are not in it, and nothing here promises that anybody may "
            "move, arrives, or can act. Roads that the surface does not have make ways longer than they are."
        )
        if self.draft.sources.surface is not None:
            words = ("minutes", "Time to cross half of the passable cells of the surface, or less", "surface")
            crossing = round(self.draft.sources.surface.crossing_minutes)
            cell = self.draft.count("cell_minutes", "To cross a cell of the surface", crossing, words)
            text += f" To cross one cell of it takes {cell} in the middle: shorter times say little."
        return text

    def say_insight(self) -> tuple[str, ...]:
        """Near by air line but far by road, and the other way round."""
        scope = self.draft.sources.life
        km, within = self._words(self.focus)
        far = self._far(self.focus, scope)
        tallied = self._tally(f"far_{self.focus.code}_{scope.name}", far)
        share = self.ask(f"far_share_{scope.name}", replace(far, sum="line_share"))
        said = (
            f"{capital(scope.words)}, one-sided violence within {km} of an open site in a straight line, but not "
            f"within {within} {self.how}, by the roads of this surface: {tallied}. That is {share} of the events "
            f"within {km} that lie on the surface."
        )
        beyond = self.draft.scoped(
            scope,
            where="inside",
            within_km=float(self.focus.minutes),
            violence=CORE,
            line_km=self.focus.km,
            beyond_line=True,
        )
        said_beyond = (
            f"The other way round, within {within} though farther than {km}, mostly along roads: "
            f"{self._tally(f'beyond_{self.focus.code}_{scope.name}', beyond)}."
        )
        lost = replace(far, where="off-surface", within_km=None, sum="events")
        said_lost = (
            f"Of the events within {km}, so many lie beyond the surface or where nobody passes, and are neither: "
            f"{self.ask(f'off_surface_{scope.name}', lost)}."
        )
        return said, said_beyond, said_lost

    def say_median(self) -> str:
        """The median of the minutes from attacks in the host country."""
        scope, sources = self.draft.sources.life, self.draft.sources
        query = self.draft.scoped(
            scope, where="all", violence=CORE, countries=sources.presence.hosts, sum="nearest_min"
        )
        median = self.ask(f"nearest_min_{scope.name}", query)
        longest = quote_term(f"{self.minutes.spec.widest_km:,.0f} minutes")
        return (
            "From one-sided violence in the host country to the site open that day that is reached first: "
            f"{median}. Ways were searched for {longest}; what takes longer, or cannot be reached, counts as that."
        )

    def compare(self, scope: Scope) -> Grid:
        """Ring by ring: within the distance, within the time, and within the distance alone."""
        rows = []
        for ring in self.rings:
            near = self.draft.scoped(scope, where="inside", within_km=ring.km, violence=CORE)
            key = f"near_{ring.km:g}_{scope.name}_core"
            by_km = [self.draft.ask(f"{key}_{name}", replace(near, sum=name)) for name in ("events", "best")]
            by_minutes = self._cells(
                f"min_{ring.minutes}_{scope.name}_core", replace(near, within_km=float(ring.minutes))
            )
            alone = self._cells(f"far_{ring.code}_{scope.name}", self._far(ring, scope))
            rows.append(
                (quote_term(f"{ring.code}: {ring.km:g} km, {ring.minutes:,} min"), *by_km, *by_minutes, *alone)
            )
        head = (
            *("Ring", "Within the distance: events", "People killed: best (low-high)"),
            *("Within the time: events", "People killed: best (low-high)"),
            *("Within the distance but not the time: events", "People killed: best (low-high)"),
        )
        note = (
            f"Times are {self.how}. The last columns are what a circle on the map calls near and a road does not. "
            f"A longer time holds the shorter ones. {lost_line(self.draft, scope)}"
        )
        return Grid(f"One-sided violence by distance and by time, {scope.words}", head, tuple(rows), note)

    def tabulate_all(self) -> Grid:
        """All organised violence within each time."""
        rows = []
        for ring in self.rings:
            cells = [
                self._cells(
                    f"min_{ring.minutes}_{scope.name}_all",
                    self.draft.scoped(scope, where="inside", within_km=float(ring.minutes)),
                )
                for scope in (self.draft.sources.year, self.draft.sources.life)
            ]
            rows.append((quote_term(f"{ring.minutes:,} minutes ({ring.code})"), *cells[0], *cells[1]))
        head = (
            *("Time from any open site", "The year: events", "The year: people killed, best (low-high)"),
            *("All days: events", "All days: people killed, best (low-high)"),
        )
        note = f"The least time {self.how}, no promise that anybody may move."
        return Grid("All organised violence by travel time", head, tuple(rows), note)

    def ask(self, key: str, query: Query) -> str:
        """A figure of the vicinity by minutes, with what could not be placed beside it."""
        if key in self.draft.figures:
            return name_of(key)
        estimate = self._measure(query)
        kind = "absent" if estimate is None else ("count" if query.sum == "events" else "estimate")
        no_answer = "not-in-source" if query.sum in ("best", "civilians") else "not-measured"
        return self.draft.keep(
            Figure(
                key=key,
                label=self._label(query),
                kind=kind,  # type: ignore[arg-type]
                unit=UNITS[query.sum],
                definition=self._define(query),
                basis=estimate.basis if estimate else "nothing to measure it on",
                artifact=self.draft.sources.artifacts["minutes"],
                estimate=estimate,
                value=no_answer if estimate is None else "",
                query=query,
                middle="median" if query.sum == "nearest_min" else "best",
                beside=self.draft.lost_beside(query),
                vintage=self.draft.sources.vintage,
            )
        )

    def _measure(self, query: Query) -> Estimate | None:
        sources = self.draft.sources
        return evaluate_query(query, self.minutes, sources.events, line=sources.vicinity).estimate

    def _far(self, ring: Ring, scope: Scope) -> Query:
        return self.draft.scoped(
            scope, where="outside", within_km=float(ring.minutes), violence=CORE, line_km=ring.km
        )

    def _cells(self, key: str, query: Query) -> tuple[str, ...]:
        sums: tuple[Sum, ...] = ("events", "best")
        return tuple(self.ask(f"{key}_{name}", replace(query, sum=name)) for name in sums)

    def _tally(self, key: str, query: Query) -> str:
        events, killed = self._cells(key, query)
        counted = self._measure(replace(query, sum="events"))
        return f"{killed} in {events}" if counted and counted.mid else events

    def _words(self, ring: Ring) -> tuple[str, str]:
        return quote_term(f"{ring.km:g} km"), quote_term(f"{ring.minutes:,} minutes")

    def _label(self, query: Query) -> str:
        violence = VIOLENCE_WORDS[query.violence]
        if query.sum == "nearest_min":
            return f"Least time to the nearest open site, {violence}"
        if query.sum == "line_share":
            return f"Near in a straight line, far by road: {violence}"
        return f"{SUM_WORDS[query.sum]} by travel time: {violence}"

    def _define(self, query: Query) -> str:
        """A query in words."""
        time = f"{query.within_km or 0:g} minutes {self.how} of a site open on the event's first day"
        places = {
            "inside": f"within {time}",
            "outside": f"on the surface, not within {time}",
            "off-surface": "with a place beyond the surface or where nobody passes",
            "unplaceable": "without an exact place",
            "all": "with a place on the surface",
        }
        parts = [f"Events of {VIOLENCE_WORDS[query.violence]}", places[query.where]]
        if query.line_km is not None:
            near = "farther than" if query.beyond_line else "within"
            parts.append(f"{near} {query.line_km:g} km of an open site in a straight line")
        if query.countries:
            parts.append("in " + ", ".join(self.draft.sources.name_country(code) for code in query.countries))
        days = [f"{query.since} to {query.until}"] if query.since else []
        return ", ".join([*parts, *days]) + ". Least time by the speeds of the surface; no promise to move."


def _starts(minutes: Vicinity) -> Mapping[str, Any]:
    starts: Mapping[str, Any] = minutes.travel["travel"]["starting_points"]
    return starts


def _say_starts(draft: Draft) -> tuple[str, ...]:
    """How many places of sites nobody could start from: they count for no time."""
    minutes = draft.sources.minutes
    if minutes is None:
        return ()
    starts = _starts(minutes)
    lost = sum(starts["excluded"].values())
    if not lost:
        return ()
    reasons = ", ".join(f"{reason.replace('-', ' ')}: {count:,}" for reason, count in starts["excluded"].items())
    words = ("places", "Places where sites ever stood", "minutes")
    of_all = draft.count("starts_all", "Places of sites", starts["input"], words)
    words = ("places", f"Places of sites from which nobody could start: {reasons}", "minutes")
    left_out = draft.count("starts_lost", "Places of sites left out", lost, words)
    return (f"Left out, of {of_all} where sites ever stood: {left_out} ({quote_term(reasons)}).",)
