"""The answer in short: what a reader must take away who reads nothing else."""

from __future__ import annotations

from dataclasses import replace

from tutela.engine.statement.binding import quote_term
from tutela.engine.statement.documents import Bullets, Section
from tutela.studies.sections.drafts import PERPETRATOR_WORDS, Draft, list_words, name_of
from tutela.studies.sections.minutes import say_minutes
from tutela.studies.sections.people import say_people
from tutela.studies.sections.targeted import CORE, capital, place_words, tally


def write_answer(draft: Draft) -> Section:
    """The section: the year, all days, by whom, beyond reach, and what this leaves out."""
    sources = draft.sources
    year, life = sources.year, sources.life
    near_year, near_life = draft.near(year, violence=CORE), draft.near(life, violence=CORE)
    headline = (
        f"{capital(year.words)}, {place_words(draft)}, people killed in attacks on civilians (one-sided violence): "
        f"{tally(draft, 'head_year', near_year)}. All organised violence there: "
        f"{tally(draft, 'all_year', draft.near(year))}."
    )
    closing = "What this presence does and can do, with whom and by which steps, stands below."
    if sources.has_rings:
        closing = "A distance is not an arrival: nothing here says that anybody could have come in time."
    items = [
        *say_silence(draft),
        headline,
        f"{capital(life.words)}: {tally(draft, 'head_life', near_life)} in attacks on civilians.",
        *_say_who(draft),
        *_say_beyond(draft),
        *say_minutes(draft),
        *say_people(draft),
        _say_lost(draft),
        closing,
    ]
    question = (
        "In short: who was targeted near us?" if sources.has_rings else "In short: who was targeted where we serve?"
    )
    return Section("answer", question, (Bullets(tuple(items)),))


def say_silence(draft: Draft) -> list[str]:
    """Whether "none recorded" may mean that nobody looked."""
    silent = [quote_term(name) for name in draft.sources.silent_hosts()]
    if not silent:
        return []
    known = f"The file of events has no event of {list_words(silent)} on any day. "
    return [f"{known}Either there was none, or the file does not cover it: then nothing here is a finding."]


def _say_who(draft: Draft) -> list[str]:
    """The class that most of the attacks on civilians are put down to, on all days."""
    near = draft.near(draft.sources.life, violence=CORE)
    counts = {name: draft.count_of(replace(near, perpetrator=name)) for name in PERPETRATOR_WORDS if name}
    most = max(counts, key=lambda name: counts[name])
    if not counts[most]:
        return []
    said = tally(draft, f"perpetrator_{most}_life", replace(near, perpetrator=most))
    who = "is not identified" if most == "unknown" else f"is {PERPETRATOR_WORDS[most]}"
    return [f"The attacker most often named on all these days {who}: {said}."]


def _say_beyond(draft: Draft) -> list[str]:
    sources = draft.sources
    if not sources.has_rings:
        return []
    query = draft.scoped(
        sources.year,
        where="outside",
        within_km=sources.rings_km[-1],
        violence=CORE,
        countries=sources.presence.hosts,
    )
    text = "In the host country but farther from every site than the widest distance, in the year: "
    return [f"{text}{tally(draft, 'outside_year', query)}."]


def _say_lost(draft: Draft) -> str:
    key = draft.lost_beside(draft.near(draft.sources.year))
    text = (
        "Of the events of the year in the host country, so many have no exact place and are counted near nobody: "
    )
    return f"{text}{name_of(key)}."
