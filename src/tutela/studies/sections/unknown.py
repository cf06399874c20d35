"""What nobody knows, at the size of the rest."""

from __future__ import annotations

from tutela.engine.statement.binding import quote_term
from tutela.engine.statement.documents import Bullets, Paragraph, Section
from tutela.studies.sections.answer import say_silence
from tutela.studies.sections.drafts import Draft, name_of
from tutela.studies.sections.people import say_people_unknown
from tutela.studies.sections.sources import Scope


def write_unknown(draft: Draft) -> Section:
    """The framed section of candour."""
    items = [
        *_say_unplaced(draft),
        *_say_coverage(draft),
        *_say_presence(draft),
        *say_people_unknown(draft),
        *(quote_term(sentence) for sentence in draft.sources.left_out),
        (
            "Recorded incidents may fall because nobody counts any more: where an office closes, the observer "
            "leaves too. A fall after a closure reads: observation reduced."
        ),
        (
            "A source of organised violence leaves out much that people fear: threats, extortion, violence at "
            "home, and crime that no organised group is known to have committed."
        ),
        (
            "Who did it is known only as far as the source names an actor; an actor that is not named counts as "
            "not identified, and is not spread over the others."
        ),
        "What the files' makers say of their limits stands in the last section.",
        "Whether anybody was harmed for having spoken to the United Nations is not in any source used here.",
    ]
    closing = (
        "We cannot state how many people were protected. Nothing here says that a presence caused or prevented an "
        "event; being near is not the same as having been able to act."
    )
    return Section("unknown", "What do we not know?", (Bullets(tuple(items)), Paragraph(closing)), is_candour=True)


def _say_unplaced(draft: Draft) -> list[str]:
    scopes = (draft.sources.year, draft.sources.life)
    figures = {scope.name: name_of(draft.lost_beside(draft.near(scope))) for scope in scopes}
    text = (
        f"Events in the host country whose place is not exact: {figures['year']} in the year, {figures['life']} on "
        "all days. "
    )
    lives = [draft.figures[f"unplaced_{scope.name}"] for scope in scopes]
    if all(figure.kind == "absent" for figure in lives):
        return [
            (
                f"{text}The file does not say how exact its places are, or holds the exact ones alone: how many "
                "events are missing around us is therefore unknown, and every figure near a site may be too low."
            )
        ]
    if not draft.sources.has_rings:
        return [f"{text}They are counted in their country all the same."]
    return [f"{text}They may have happened near us and are counted near nobody."]


def _say_coverage(draft: Draft) -> list[str]:
    sources = draft.sources
    if sources.last_covered is None:
        return ["The file of events has no event at all, so nothing can be said about harm."]
    items = say_silence(draft)
    if (sources.as_of - sources.last_covered).days > 31:
        last = draft.day(
            "events_end", "Last event of the file", sources.last_covered, "The latest first day of an event"
        )
        items.append(f"The file of events ends on {last}: what happened after that day is not in this source.")
    first = sources.first_covered
    if sources.has_rings and first is not None and first > sources.sites.opened.min().item():
        begin = draft.day("events_begin", "First event of the file", first, "The earliest day of an event")
        items.append(f"The presence is older than the file of events, which begins on {begin}.")
    items += [
        item
        for scope, label in ((sources.year, "year"), (sources.life, "life"))
        for item in _say_civilians(draft, scope, label)
    ][:1]
    return items


def _say_civilians(draft: Draft, scope: Scope, label: str) -> list[str]:
    near = draft.near(scope, sum="civilians")
    if draft.measure(near) is not None:
        return []
    figure = draft.lack(
        f"civilians_{label}", "Civilians killed in all violence", "not-in-source", "the source has no such column"
    )
    return [
        (
            f"How many of the dead in all organised violence were civilians: {figure}. Only one-sided violence is "
            "by its definition against civilians."
        )
    ]


def _say_presence(draft: Draft) -> list[str]:
    sources = draft.sources
    if not sources.has_rings:
        if sources.kind.has_sites:
            return [
                (
                    f"The file of sites has no entry for {quote_term(sources.presence.presence_id)}. Where its "
                    "people stood, and who was harmed near them, cannot be said from it."
                )
            ]
        return []
    items = [
        "Where a site stood is known, where its patrols and visits went is not.",
    ]
    if "people_civilian" in draft.figures and draft.figures["people_civilian"].kind == "absent":
        items.append(
            "Civilian staff are missing from the file of sites: human rights, civil affairs and other civilian "
            "teams may be where this statement shows nobody."
        )
    return items
