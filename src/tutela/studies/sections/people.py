"""Who lives near the sites: by every source that was brought, as a range where they disagree."""

from __future__ import annotations

from typing import Final

from tutela.engine.statement.binding import quote_term
from tutela.engine.statement.documents import Block, Bullets, Grid, Paragraph, Section
from tutela.engine.statement.figures import Figure
from tutela.engine.statement.people_queries import PeopleQuery, evaluate_people
from tutela.kernel.estimates import Estimate
from tutela.kernel.people import PeopleOfUnits, PeopleRaster
from tutela.studies.people_near import PeopleStudy
from tutela.studies.people_sources import PeopleSource
from tutela.studies.sections.drafts import Draft, list_words

KM_A_DEGREE: Final = 111.2
MOST_COLUMNS: Final = 4
"""Sources that fit side by side on a printed page; with more, the table has the range alone."""


def write_people(draft: Draft) -> list[Section]:
    """The section, or none where no source of people was brought."""
    study = draft.sources.people
    if study is None:
        return []
    question = "Who lives near us?"
    if not draft.sources.has_rings:
        text = "The file of sites has none of this presence, so nobody can be counted near one."
        return [Section("people", question, (Paragraph(text), *_say_wholes(draft, study)))]
    if not study.near.sites:
        text = "No site stood open on this day, so nobody is counted near one."
        return [Section("people", question, (Paragraph(text), *_say_wholes(draft, study)))]
    blocks: list[Block] = [Paragraph(_introduce())]
    if any(ring.estimate is not None for ring in study.near.rings):
        blocks.append(_tabulate(draft, study))
    else:
        blocks.append(Paragraph("None of the sources has a number of people near the sites."))
    blocks += _say_wholes(draft, study)
    blocks.append(Bullets(tuple(_describe(source) for source in study.sources)))
    return [Section("people", question, tuple(blocks))]


def say_people(draft: Draft) -> list[str]:
    """The sentence for the answer in short."""
    study = draft.sources.people
    km = draft.sources.reference_km
    if study is None or not study.near.sites or _estimate_of(study, PeopleQuery(km)) is None:
        return []
    figure = _ask(draft, study, f"people_{km:g}", PeopleQuery(km))
    return [
        f"Living within {quote_term(f'{km:g} km')} of a site open on {{figure:as_of}}, by these sources: {figure}."
    ]


def say_people_unknown(draft: Draft) -> list[str]:
    """What is uncertain about people, or that nobody brought a source of them."""
    sources, study = draft.sources, draft.sources.people
    if study is None:
        if not sources.has_rings:
            return []
        return ["How many people live near the sites is not in this statement: no source of people was brought."]
    items = [quote_term(sentence) for sentence in study.lacking]
    years = sorted({source.year for source in study.sources if source.year})
    said = ", ".join(str(year) for year in years)
    if any(year != sources.as_of.year for year in years):
        items.append(
            f"The sources of people speak for {quote_term(said)}, this statement for {{figure:as_of}}: who fled, "
            "returned, was born or died between is in none of them."
        )
    if any(not source.year for source in study.sources):
        items.append("Some of the sources of people do not say what year they speak for.")
    items.append(
        "The people near a site are those whom these sources have living there, not people protected. Those on "
        "the move, in camps and in hiding are seldom in them."
    )
    return items


def _introduce() -> str:
    return (
        "People living within each distance of any site open on {figure:as_of}, each of them once; a distance "
        "holds the shorter ones. To live near a site is not to be protected by it. The range runs from the lowest "
        "of the sources to the highest, with the middle one between: it is where they disagree, and the truth may "
        "lie outside it. A circle does not stop at a border: people of neighbouring countries are in it."
    )


def _tabulate(draft: Draft, study: PeopleStudy) -> Grid:
    names = study.near_names
    shown = names if 1 < len(names) <= MOST_COLUMNS else ()
    rows = []
    for ring in study.near.rings:
        km = ring.within_km
        code = next((item.code for item in draft.sources.doctrine.rings if item.km == km), "")
        cells = [_ask(draft, study, f"people_{km:g}", PeopleQuery(km))]
        cells += [
            _ask(draft, study, f"people_{km:g}_by_{number}", PeopleQuery(km, name))
            for number, name in enumerate(shown)
        ]
        rows.append((quote_term(f"{km:g} km ({code})" if code else f"{km:g} km"), *cells))
    head = ("Distance from any open site", "People: middle (lowest-highest)", *map(quote_term, shown))
    words = ("sites", "Sites open on the day with a place", "people")
    sites = draft.count("people_sites", "Sites that people were counted near", study.near.sites, words)
    note = _note_cells(study)
    note += f"Counted near {sites}; rounded, since no source knows better. Every number's card names its sources."
    return Grid("People living near us", head, tuple(rows), note)


def _note_cells(study: PeopleStudy) -> str:
    """Where a circle is smaller than a cell, the raster cannot find a town within it."""
    narrowest = study.near.rings[0].within_km
    coarse = [
        source.name
        for source in study.sources
        if isinstance(source.table, PeopleRaster) and source.table.grid.step_lat * KM_A_DEGREE > narrowest
    ]
    if not coarse:
        return ""
    names, km = list_words([quote_term(name) for name in coarse]), quote_term(f"{narrowest:g} km")
    return (
        f"A cell of {names} is wider than {km}, and people are spread evenly over it: of so small a circle it says "
        "little. "
    )


def _say_wholes(draft: Draft, study: PeopleStudy) -> list[Block]:
    """What tables count in the whole host countries: without outlines of units they say nothing of a circle."""
    items = []
    hosts = ", ".join(quote_term(name) for name in draft.sources.host_names())
    for number, source in enumerate(study.sources):
        if not isinstance(source.table, PeopleOfUnits):
            continue
        if source.name not in study.wholes:
            items.append(f"{quote_term(source.name)} has no row of {hosts}.")
            continue
        query = PeopleQuery(None, source.name)
        figure = _ask(draft, study, f"people_whole_{number}", query)
        items.append(
            f"In all of {hosts} by {quote_term(source.name)}: {figure}. The table has no outlines of its units, so "
            "it cannot say who of them lives near a site; it is no part of the range."
        )
    return [Bullets(tuple(items))] if items else []


def _describe(source: PeopleSource) -> str:
    """A source in its own words: name, year, how its numbers were made, what is uncertain."""
    year = f"speaks for {source.year}" if source.year else "does not say its year"
    parts = [f"{source.name}: {year}"]
    if isinstance(source.table, PeopleRaster):
        parts.append(source.table.counted_as)
    # Said already, or true of no cell.
    notes = [note for note in source.notes if not note.startswith(("The year", "In this raster", "0 cells"))]
    return quote_term(". ".join(["; ".join(parts), *(note.rstrip(".") for note in notes)]) + ".")


def _ask(draft: Draft, study: PeopleStudy, key: str, query: PeopleQuery) -> str:
    estimate = _estimate_of(study, query)
    by = f" by {query.source}" if query.source else " by all sources"
    place = "in the host countries" if query.within_km is None else f"within {query.within_km:g} km of an open site"
    names = (query.source,) if query.source else study.near_names
    whole = sum(
        1
        for ring in study.near.rings
        if ring.within_km == query.within_km
        for one in ring.by_source.values()
        if one is not None and not one.at_least
    )
    return draft.keep(
        Figure(
            key=key,
            label=f"People living {place}{by}",
            kind="absent" if estimate is None else "estimate",
            unit="people",
            definition=f"People living {place}, everybody once, on {study.spec.as_of} as far as the sources know; "
            "not people protected.",
            basis=estimate.basis if estimate else "the source has no number there",
            artifact=draft.sources.artifacts["people"],
            estimate=estimate,
            value="not-in-source" if estimate is None else "",
            query=query,
            middle="middle of the sources"
            if query.source is None and whole > 1
            else "the one source for everybody",
            vintage=", ".join(str(name) for name in names),
        )
    )


def _estimate_of(study: PeopleStudy, query: PeopleQuery) -> Estimate | None:
    return evaluate_people(query, study.near, study.wholes).estimate
