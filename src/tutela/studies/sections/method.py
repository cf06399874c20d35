"""How each figure was made: definitions, sources and their terms, digests, and an account of every event."""

from __future__ import annotations

from tutela.engine.statement.binding import quote_term
from tutela.engine.statement.documents import Block, Bullets, Grid, Paragraph, Section
from tutela.engine.statement.queries import Query
from tutela.kernel.digests import recipe_digest
from tutela.studies.sections.drafts import Draft
from tutela.studies.sections.minutes import account_minutes


def write_method(draft: Draft) -> Section:
    """The section; nothing in it is needed to read the rest."""
    blocks: list[Block] = [
        Bullets(_define(draft)),
        *_write_sources(draft),
        *_write_notes(draft),
        _write_digests(draft),
        *_account(draft),
        *account_minutes(draft),
    ]
    return Section("method", "How was each figure made?", tuple(blocks))


def _define(draft: Draft) -> tuple[str, ...]:
    sources = draft.sources
    rings = ", ".join(f"{km:g} km" for km in sources.rings_km)
    definitions = [
        (
            "One-sided violence: a State or an organised armed group attacks civilians, as the source defines it. "
            "All organised violence adds fighting in which a State takes part and fighting between armed groups, "
            "where civilians die too."
        ),
        "Killed: the source's best estimate, with its low and high numbers, each added up over the events.",
        "The day of an event is its first day. An event on the day a site opens counts; on the day it closes, not.",
    ]
    if sources.has_rings:
        definitions.insert(
            0,
            f"Near: within {quote_term(rings)} of a site that was open on the event's first day, in a straight "
            "line over the ground. These distances are analytical, not an area of responsibility.",
        )
        definitions.append("An event near several sites counts once for the presence.")
    if sources.vicinity.spec.spread != "none":
        definitions.append("Events without an exact place or day are spread over area and months with weights.")
    definitions.append(
        "≥ reads: at least. It stands where events could not be placed, or where the source gives no number."
    )
    definitions.append("Hover, focus or tap a figure for what it rests on; its digest goes to tutela trace.")
    return tuple(definitions)


def _write_sources(draft: Draft) -> list[Block]:
    people = draft.sources.people
    of_people = [source.origin for source in people.sources] if people is not None else []
    rows = tuple(
        (
            quote_term(origin.name),
            quote_term(origin.vintage or "not known"),
            quote_term(origin.licence or "not known"),
            quote_term(origin.attribution or "none asked for"),
        )
        for origin in dict.fromkeys((*draft.sources.origins, *of_people))
    )
    if not rows:
        return [Paragraph("No source is named for these files.")]
    return [Grid("Sources", ("Source", "Version", "Terms", "To be named as"), rows)]


def _write_notes(draft: Draft) -> list[Block]:
    notes = tuple(quote_term(note if note.endswith(".") else f"{note}.") for note in draft.sources.notes)
    return [Paragraph("How these files were read, and what they cannot say:"), Bullets(notes)] if notes else []


def _write_digests(draft: Draft) -> Grid:
    rows = [(role.capitalize(), quote_term(digest)) for role, digest in sorted(draft.sources.artifacts.items())]
    if "register" not in draft.sources.artifacts:
        rows.append(("Register entry", quote_term(draft.sources.register_digest)))
    return Grid("What it was computed from", ("Artifact", "Digest of its content"), tuple(rows))


def _account(draft: Draft) -> list[Block]:
    sources = draft.sources
    km = sources.rings_km[-1]
    ring = quote_term(f"{km:g} km")
    parts = [("unplaceable", "Without an exact place", Query(where="unplaceable"))]
    if sources.has_rings:
        parts.insert(0, ("inside", f"Inside {ring}", Query(where="inside", within_km=km)))
    placed = f"Outside {ring}, with a known place" if sources.has_rings else "With a known place"
    parts.insert(-1, ("outside", placed, Query(where="outside", within_km=km)))
    rows = [(words, draft.ask(f"account_{name}", query)) for name, words, query in parts]
    for reason, count in sorted(sources.vicinity.excluded.items()):
        key = f"excluded_{recipe_digest({'reason': reason})[:8]}"
        words = ("events", f"Events left out: {reason}", "vicinity")
        rows.append(
            (f"Left out: {quote_term(reason.replace('-', ' '))}", draft.count(key, "Events left out", count, words))
        )
    words = ("events", "Events in the table that was read", "vicinity")
    rows.append(("Events read", draft.count("account_input", "Events read", len(sources.events), words)))
    note = "The lines above the last add up to the last: nothing was dropped silently. "
    note += "The file may cover other countries too."
    return [Grid("Account of every event", ("Part", "Events"), tuple(rows), note)]
