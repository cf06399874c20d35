"""Who was targeted near the presence: by distance, by whom, how, when, at which sites, and beyond them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tutela.engine.statement.binding import quote_term
from tutela.engine.statement.documents import Bars, Block, Grid, Lines, Paragraph, Section
from tutela.engine.statement.queries import Query
from tutela.kernel.tables import HARMS, PERPETRATORS, VIOLENCE
from tutela.studies.sections.drafts import PERPETRATOR_WORDS, VIOLENCE_WORDS, Draft, list_words, name_of
from tutela.studies.sections.sources import Scope

CORE: Final = "one_sided"
MOST_SITES: Final = 8
HARM_WORDS: Final = {
    "killed": "people killed",
    "injured": "people injured",
    "abducted": "abductions",
    "sexual_violence": "sexual violence",
    "detained": "detention",
    "displaced": "displacement",
    "property_destroyed": "destruction of property",
    "aid_denied": "denial of aid",
}


def write_targeted(draft: Draft) -> Section:
    """The section: headline, rings or countries, perpetrators, kinds, years, sites, borders, harms."""
    blocks: list[Block] = [Paragraph(_introduce(draft))]
    blocks += _write_rings(draft) if draft.sources.has_rings else _write_countries(draft)
    blocks += _write_split(draft, "perpetrator", PERPETRATORS, CORE)
    blocks += _write_split(draft, "violence", tuple(reversed(VIOLENCE)), None)
    blocks += _write_years(draft)
    if draft.sources.has_rings:
        blocks += _write_sites(draft)
        blocks += _write_beyond(draft)
    blocks.append(Paragraph(_say_harms(draft)))
    question = (
        "Who was targeted near us?" if draft.sources.has_rings else "Who was targeted in the countries we serve?"
    )
    return Section("targeted", question, tuple(blocks))


def place_words(draft: Draft) -> str:
    """The closest look in words: within the reference ring, or in the host countries."""
    if draft.sources.has_rings:
        return f"within {quote_term(f'{draft.sources.reference_km:g} km')} of an open site"
    hosts = [quote_term(name) for name in draft.sources.host_names()]
    return f"in {list_words(hosts)}" if hosts else "in all countries of the file"


def lost_line(draft: Draft, scope: Scope) -> str:
    """A sentence that says how many events could not be placed."""
    key = draft.lost_beside(draft.near(scope))
    return f"Events in the host country without an exact place: {name_of(key)}."


def lost_note(draft: Draft) -> str:
    """The same for the year and for all days: it stands under every table of them."""
    year, life = (
        name_of(draft.lost_beside(draft.near(scope))) for scope in (draft.sources.year, draft.sources.life)
    )
    return f"Events in the host country without an exact place: {year} in the year, {life} on all days."


@dataclass(frozen=True, slots=True)
class _Cells:
    """A stretch of table cells: a query in one scope, with keys that begin alike."""

    key: str
    query: Query

    def write(self, draft: Draft, *sums: str) -> tuple[str, ...]:
        return tuple(draft.ask(f"{self.key}_{name}", replace(self.query, sum=name)) for name in sums)  # type: ignore[arg-type]


def tally(draft: Draft, key: str, query: Query) -> str:
    """So many killed in so many events; where there was no event, one word for both."""
    events, killed = _Cells(key, query).write(draft, "events", "best")
    return f"{killed} in {events}" if draft.count_of(query) else events


def _introduce(draft: Draft) -> str:
    sources = draft.sources
    text = "One-sided violence, attacks on civilians by a State or an organised armed group, stands first here. "
    text += "All organised violence adds fighting, in which civilians die too."
    if sources.has_rings and not len(sources.open_sites):
        text += " No site stood open on this day; only days on which one did are counted."
    return text


def _write_rings(draft: Draft) -> list[Block]:
    sources = draft.sources
    blocks: list[Block] = []
    for scope in (sources.year, sources.life):
        widest = draft.scoped(scope, where="inside", within_km=sources.rings_km[-1])
        if not draft.count_of(widest):
            blocks.append(Paragraph(f"{capital(scope.words)}, no event is recorded within any of the distances."))
            continue
        blocks.append(_tabulate_rings(draft, scope))
    return blocks


def _tabulate_rings(draft: Draft, scope: Scope) -> Grid:
    rings_km = draft.sources.rings_km
    widest = draft.scoped(scope, where="inside", within_km=rings_km[-1], sum="civilians")
    sums = ("events", "best") if draft.measure(widest) is None else ("events", "best", "civilians")
    rows = []
    for km in rings_km:
        near = draft.scoped(scope, where="inside", within_km=km)
        core = _Cells(f"near_{km:g}_{scope.name}_core", replace(near, violence=CORE)).write(draft, "events", "best")
        every = _Cells(f"near_{km:g}_{scope.name}_all", near).write(draft, *sums)
        rows.append((_ring_words(draft, km), *core, *every))
    head = (
        *("Distance from any open site", "One-sided violence: events", "People killed: best (low-high)"),
        *("All organised violence: events", "People killed: best (low-high)", "Of them civilians"),
    )
    note = "The distances are analytical, not an area of responsibility; each holds the ones before it. "
    return Grid(f"Near us, {scope.words}", head[: len(rows[0])], tuple(rows), note + lost_line(draft, scope))


def _ring_words(draft: Draft, km: float) -> str:
    code = next((ring.code for ring in draft.sources.doctrine.rings if ring.km == km), "")
    return quote_term(f"{km:g} km ({code})" if code else f"{km:g} km")


def _write_countries(draft: Draft) -> list[Block]:
    sources = draft.sources
    rows = []
    for code in sources.presence.hosts:
        core = {
            scope.name: draft.scoped(scope, countries=(code,), violence=CORE)
            for scope in (sources.year, sources.life)
        }
        if draft.count_of(draft.scoped(sources.life, countries=(code,))):
            cells = [
                _Cells(f"in_{code}_{name}_core", query).write(draft, "events", "best")
                for name, query in core.items()
            ]
            rows.append((quote_term(sources.name_country(code)), *cells[0], *cells[1]))
    if not rows:
        return [Paragraph("The file records no organised violence in these countries on these days.")]
    head = (
        *("Country", "The year: events", "The year: people killed, best (low-high)"),
        *("All days: events", "All days: people killed, best (low-high)"),
    )
    return [
        Grid("One-sided violence by country", head, tuple(rows), "Without sites there is no distance to measure.")
    ]


def _write_split(draft: Draft, name: str, classes: tuple[str, ...], violence: str | None) -> list[Block]:
    """A table of the closest look by perpetrator or by kind; classes without a single event are named below it."""
    words = PERPETRATOR_WORDS if name == "perpetrator" else VIOLENCE_WORDS
    year, life = draft.sources.year, draft.sources.life
    rows, none = [], []
    for item in classes:
        picked = {name: item} if violence is None else {name: item, "violence": violence}
        if not draft.count_of(draft.near(life, **picked)):
            none.append(words[item])
            continue
        cells = [
            _Cells(f"{name}_{item}_{scope.name}", draft.near(scope, **picked)).write(draft, "events", "best")
            for scope in (year, life)
        ]
        rows.append((capital(words[item]), *cells[0], *cells[1]))
    if not rows:
        return []
    what = "One-sided violence by who did it" if name == "perpetrator" else "All organised violence by kind"
    head = (
        *(
            "By whom" if name == "perpetrator" else "Kind",
            "The year: events",
            "The year: people killed, best (low-high)",
        ),
        *("All days: events", "All days: people killed, best (low-high)"),
    )
    note = f"The year: {year.words}. All days: {life.words}. None recorded here: {list_words(none)}."
    if name == "perpetrator":
        note += " The classes follow lists of actors; they are no legal finding."
    return [Grid(f"{what}, {place_words(draft)}", head, tuple(rows), f"{note} {lost_note(draft)}")]


def _write_years(draft: Draft) -> list[Block]:
    life = draft.sources.life
    years = range(life.since.year, life.until.year + 1)
    shown = {year: draft.near(life, violence=CORE, year=year) for year in years}
    if len(years) < 2 or not any(draft.count_of(query) for query in shown.values()):
        return []
    bars, items = [], []
    for year, query in shown.items():
        events, _ = _Cells(f"in_{year}", query).write(draft, "events", "best")
        bars.append((quote_term(str(year)), f"in_{year}_best"))
        if draft.count_of(query):
            items.append((quote_term(str(year)), f"{name_of(f'in_{year}_best')} in {events}"))
    where = place_words(draft)
    return [
        Bars(
            f"People killed in one-sided violence by year, {where}: low to high fading, the line is the best",
            tuple(bars),
        ),
        Lines("The same in figures; years that are not listed have no recorded event", tuple(items)),
    ]


def _write_sites(draft: Draft) -> list[Block]:
    """The sites with most one-sided events around them: for this edition alone."""
    sources = draft.sources
    year, life = sources.year, sources.life
    counted = []
    for site_id in np.unique(sources.sites.site_id).tolist():
        events = draft.count_of(draft.near(life, violence=CORE, site_id=site_id))
        if events:
            counted.append((-draft.count_of(draft.near(year, violence=CORE, site_id=site_id)), -events, site_id))
    if not counted:
        return []
    rows = []
    for number, (_, _, site_id) in enumerate(sorted(counted)[:MOST_SITES]):
        name = str(sources.sites.name[sources.sites.site_id == site_id][-1]) or site_id
        is_open = bool((sources.open_sites.site_id == site_id).any())
        cells = [
            _Cells(f"site_{number}_{scope.name}", draft.near(scope, violence=CORE, site_id=site_id)).write(
                draft, "events", "best"
            )
            for scope in (year, life)
        ]
        rows.append((quote_term(name), "open" if is_open else "closed", *cells[0], *cells[1]))
    head = (
        *("Site", "On this day", "The year: events", "The year: people killed, best (low-high)"),
        *("All days: events", "All days: people killed, best (low-high)"),
    )
    note = (
        "Need to know: a ranked list of places helps whoever plans harm. An event near several sites counts for "
        "each of them, so these rows do not add up."
    )
    ring = quote_term(f"{sources.reference_km:g} km")
    return [Grid(f"Sites with most one-sided violence within {ring}", head, tuple(rows), note)]


def _write_beyond(draft: Draft) -> list[Block]:
    sources = draft.sources
    hosts, widest = sources.presence.hosts, sources.rings_km[-1]
    far = quote_term(f"{widest:g} km")
    sentences = []
    for scope in (sources.year, sources.life):
        outside = draft.scoped(scope, where="outside", within_km=widest, violence=CORE, countries=hosts)
        sentences.append(f"{capital(scope.words)}: {tally(draft, f'outside_{scope.name}', outside)}.")
    blocks: list[Block] = [
        Paragraph(
            f"In the host country but outside {far} of every open site, one-sided violence. {' '.join(sentences)}"
        )
    ]
    nearest = draft.scoped(sources.life, where="all", violence=CORE, countries=hosts, sum="nearest_km")
    if draft.measure(nearest) is not None:
        km = draft.ask("nearest_life", nearest)
        blocks.append(
            Paragraph(
                f"From one-sided violence in the host country to the nearest site open that day: {km}. The "
                "interval holds the middle part of these events."
            )
        )
    if not hosts:
        return blocks
    return [*blocks, *_write_across(draft, far)]


def _write_across(draft: Draft, far: str) -> list[Block]:
    """Events inside the distances that lie in other countries, named as such."""
    sources = draft.sources
    near = {"where": "inside", "within_km": sources.rings_km[-1]}
    across = draft.scoped(sources.life, countries=sources.presence.hosts, elsewhere=True, **near)
    if not draft.count_of(across):
        return []
    inside = sources.vicinity.pairs.distance_km <= sources.rings_km[-1]
    codes = np.unique(sources.events.country[np.unique(sources.vicinity.pairs.event[inside])]).tolist()
    rows = []
    for code in codes:
        if code in ("", *sources.presence.hosts):
            continue
        cells = [
            _Cells(
                f"across_{code}_{name}", draft.scoped(sources.life, countries=(code,), violence=violence, **near)
            ).write(draft, "events", "best")
            for name, violence in (("core", CORE), ("all", None))
        ]
        rows.append((quote_term(sources.name_country(code)), *cells[0], *cells[1]))
    head = (
        *("Country of the event", "One-sided violence: events", "People killed: best (low-high)"),
        *("All organised violence: events", "People killed: best (low-high)"),
    )
    note = "An event's country is the one that its source names, not the one in which its point falls. "
    note += lost_note(draft)
    return [
        Grid(f"Across a border, yet within {far} of an open site, {sources.life.words}", head, tuple(rows), note)
    ]


def _say_harms(draft: Draft) -> str:
    recorded = {harm for origin in draft.sources.origins for harm in origin.recorded_harms}
    missing = [HARM_WORDS[harm] for harm in HARMS if harm not in recorded]
    text = "To be targeted is wider than to be killed. "
    if not missing:
        return text + "The sources record every harm on our list."
    figure = draft.lack(
        "harms_missing", "Harms that the sources do not record", "not-in-source", "the sources' own description"
    )
    return f"{text}{capital(list_words(missing))}: {figure}."


def capital(text: str) -> str:
    """With a capital letter first."""
    return text[:1].upper() + text[1:]
