"""What a presence is, on what authority it is there as far as known, and how strong it is."""

from __future__ import annotations

from datetime import date
from typing import Final

from tutela.catalogue.presences import Fact, first_day, last_day, mandate_on
from tutela.engine.presence.strength import COMPONENTS, summarise_presence
from tutela.engine.statement.binding import quote_term
from tutela.engine.statement.documents import Block, Grid, Paragraph, Section
from tutela.kernel.tables import Total
from tutela.studies.sections.drafts import Draft, list_words

AUTHORITY: Final = {
    "mandate_source": "Mandated by",
    "mandate_text": "Text of the mandate",
    "mandate_until": "Runs until",
    "protection_mandate": "Explicit task to protect civilians",
    "force_authority": "Authority to use force",
    "mandate_wording": "What it says",
    "started": "Began",
    "ended": "Ended",
    "funding": "Paid from",
    "note": "Note",
}
MEASURES: Final = ("ceiling", "authorised", "deployed", "effective")
VALUES: Final = {
    "security_council": "the Security Council",
    "exchange_of_letters": "an exchange of letters with the Security Council",
    "general_assembly": "the General Assembly",
}


def write_identity(draft: Draft) -> Section:
    """The section: name, kind, hosts, authority, strength by the register, sites and people by the file."""
    return Section(
        "presence",
        "What is this presence, and on what authority is it here?",
        (Paragraph(_introduce(draft)), *_write_authority(draft), *_write_strength(draft), *_write_sites(draft)),
    )


def _introduce(draft: Draft) -> str:
    sources = draft.sources
    presence = sources.presence
    hosts = list_words([quote_term(name) for name in sources.host_names()] or ["no host country on the register"])
    where = "Its host" if len(presence.hosts) == 1 else "It works for"
    text = f"{quote_term(presence.name)} ({quote_term(presence.presence_id)}). {quote_term(sources.kind.label)}. "
    text += f"{quote_term(sources.kind.description)} {where}: {hosts}."
    if presence.identity == "unverified" and not presence.invented:
        text += " Its name, kind and host are not yet confirmed."
    if _ended_before(draft):
        text += " By the register it had ended before this day."
    if _begun_after(draft):
        text += " By the register it had not begun on this day."
    return text


def _ended_before(draft: Draft) -> bool:
    ended = last_day(draft.sources.presence.fact("ended").value)
    return ended is not None and ended < draft.sources.as_of


def _begun_after(draft: Draft) -> bool:
    started = first_day(draft.sources.presence.fact("started").value)
    return started is not None and started > draft.sources.as_of


def _write_authority(draft: Draft) -> list[Block]:
    known, later, unknown = _sort_facts(draft, tuple(AUTHORITY))
    blocks: list[Block] = []
    if known:
        rows = tuple((AUTHORITY[name], _print_fact(draft, name, fact), _cite(fact)) for name, fact in known.items())
        blocks.append(Grid("Its authority, as far as known", ("What", "As known", "Source"), rows))
    blocks.append(Paragraph(_state_mandate(draft)))
    if later:
        blocks.append(Paragraph(_say_later(draft, later, "authority", AUTHORITY)))
    if unknown:
        names = list_words([AUTHORITY[name].lower() for name in unknown])
        blocks.append(Paragraph(f"The register holds nothing on: {names}."))
    return blocks


def _sort_facts(draft: Draft, names: tuple[str, ...]) -> tuple[dict[str, Fact], dict[str, Fact], list[str]]:
    """Facts that speak for this day, facts that speak only for a later one, and what there is nothing on.

    That a presence began or ended on some day is known for ever, whenever the source was written.
    """
    presence, as_of = draft.sources.presence, draft.sources.as_of
    known, later, unknown = {}, {}, []
    for name in names:
        newest, then = presence.fact(name), presence.fact_on(name, as_of)
        happened = first_day(newest.value) if name in ("started", "ended") else None
        if happened is not None and happened <= as_of:
            known[name] = newest
        elif then.value:
            known[name] = then
        elif newest.value and happened is None and name != "note":
            later[name] = newest
        elif name not in ("ended", "note") and (name != "force_authority" or draft.sources.has_force):
            unknown.append(name)
    return known, later, unknown


def _print_fact(draft: Draft, name: str, fact: Fact) -> str:
    day = _as_day(fact.value)
    label = AUTHORITY[name]
    if day is not None:
        shown = draft.day(f"fact_{name}", label, day, f"{label}, by the register; {fact.source}")
    else:
        value = VALUES.get(fact.value, fact.value)
        shown = draft.say(f"fact_{name}", label, value, (f"{label}, by the register", fact.source, fact.as_of))
    return shown if fact.status == "verified" else f"{shown} (unverified)"


def _cite(fact: Fact) -> str:
    status = "" if fact.status == "verified" else ", unverified"
    return quote_term(f"{fact.source}, {fact.as_of}{status}" if fact.as_of else fact.source or "no source named")


def _state_mandate(draft: Draft) -> str:
    state = mandate_on(draft.sources.presence, draft.sources.as_of)
    key = draft.say(
        "mandate_state",
        "State of the mandate on this day",
        state.state,
        ("What the register allows to be said of the mandate on this day", "the register", state.until),
    )
    text = f"On {{figure:as_of}} the mandate reads: {key}."
    if state.state == "last known, confirm":
        text += " Whether it was renewed must be confirmed by name before this statement is used."
    if state.state == "not known":
        text += " That the register knows of none is no sign that there was none."
    return text


def _say_later(draft: Draft, later: dict[str, Fact], what: str, names: dict[str, str]) -> str:
    first = min(fact.as_of for fact in later.values())
    figure = draft.lack(
        f"later_{what}",
        "Facts that speak for a later day",
        "not-known-then",
        f"The register's entries speak for {first} and later; they are not used for an earlier day.",
    )
    listed = list_words([names[name].lower() for name in later])
    return f"{figure[:-1]}}}: {listed}. The register's entries on these are of {quote_term(first)} and later."


def _write_strength(draft: Draft) -> list[Block]:
    names = {f"{measure}_{component}": f"{measure} {component}" for measure in MEASURES for component in COMPONENTS}
    known, later, _ = _sort_facts(draft, tuple(names))
    blocks: list[Block] = []
    rows = []
    for measure in MEASURES:
        cells = [_strength_cell(draft, f"{measure}_{component}", known) for component in COMPONENTS]
        if any(f"{measure}_{component}" in known for component in COMPONENTS):
            rows.append((measure.capitalize(), *cells))
    if rows:
        note = "Ceiling, authorised, deployed and effective are different things. " + " ".join(
            dict.fromkeys(_cite(fact) + "." for fact in known.values())
        )
        blocks.append(Grid("Strength, by the register", ("", *map(str.capitalize, COMPONENTS)), tuple(rows), note))
    if later:
        blocks.append(Paragraph("Strength: " + _say_later(draft, later, "strength", names)))
    missing = [measure for measure in MEASURES if not any(name.startswith(measure) for name in (*known, *later))]
    if missing:
        blocks.append(Paragraph(f"Strength that the register does not know: {list_words(missing)}."))
    return blocks


def _strength_cell(draft: Draft, name: str, known: dict[str, Fact]) -> str:
    if name == "ceiling_civilian":
        return "no ceiling is set"
    if name not in known:
        return draft.lack(f"fact_{name}", name.replace("_", ", "), "not-known", "the register holds nothing on it")
    fact = known[name]
    value = f"{int(fact.value):,}" if fact.value.isdigit() else fact.value
    label = name.replace("_", ", ")
    return draft.say(f"fact_{name}", label, value, (f"{label}, people, by the register", fact.source, fact.as_of))


def _count_people(draft: Draft, component: str, total: Total) -> str:
    label = f"{component.capitalize()} people at open sites"
    if total.value is None:
        return draft.lack(f"people_{component}", label, "not-in-source", "no open site has a number")
    words = ("people", f"{label}, added up over the sites with a number", "sites")
    return draft.count(f"people_{component}", label, total.value, words, complete=total.missing == 0)


def _write_sites(draft: Draft) -> list[Block]:
    sources = draft.sources
    if not sources.has_rings:
        if not sources.kind.has_sites:
            return [
                Paragraph("A presence of this kind has no sites: its vicinity is the countries that it works for.")
            ]
        text = "The file of sites holds no site of this presence. That is a gap in the file, not a finding: "
        return [Paragraph(text + "its vicinity is taken to be its countries.")]
    strength = summarise_presence(sources.sites, sources.as_of).total
    if not strength.open:
        last = sources.sites.closed.max()
        ended = draft.day("last_closed", "Last site closed", last.item(), "The day after the last site stood open")
        return [
            Paragraph(
                f"In the file of sites no site of this presence is open on this day; the last closed on {ended}."
            )
        ]
    count = draft.count(
        "sites_open", "Sites open on this day", strength.open, ("sites", "Sites that stand and are manned", "sites")
    )
    people = [f"{name} {_count_people(draft, name, total)}" for name, total in strength.people.items()]
    text = f"By the file of sites {count} stood open on {{figure:as_of}}. People there: {', '.join(people)}."
    short = max((total.missing for total in strength.people.values() if total.value is not None), default=0)
    if short:
        words = ("sites", "Open sites for which the file gives no number of people", "sites")
        lacking = draft.count("sites_without_people", "Open sites without a number", short, words)
        text += f" For {lacking} the file gives no number, so these are lower bounds."
    return [Paragraph(text)]


def _as_day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == len("2020-12-31") else None
    except ValueError:
        return None
