"""Who could have come, and what this presence can do: never a minute that was not computed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tutela.catalogue.doctrine import find_activities, find_steps
from tutela.engine.statement.binding import quote_term
from tutela.engine.statement.documents import Block, Bullets, Lines, Paragraph, Section
from tutela.studies.sections.drafts import Draft

_STEP_OF: Final = {"A24a": "R7a", "A24b": "R7b", "A24c": "R8"}
_TIERS: Final = (
    ("T1_dialogue_engagement", "Dialogue and engagement"),
    ("T2_physical_protection", "Physical protection"),
    ("T3_protective_environment", "A protective environment"),
)


def write_response(draft: Draft) -> Section:
    """The section, for a presence with force and for one without: the latter shows what it does and can do."""
    blocks = [*_say_arrival(draft), *_say_done(draft), *_say_steps(draft), *_say_activities(draft)]
    question = "Who could have come?" if _may_come(draft) else "What do we do, and what can we do?"
    return Section("response", question, tuple(blocks))


def _may_come(draft: Draft) -> bool:
    return draft.sources.has_force and draft.sources.has_rings


def is_other_state_the_danger(draft: Draft) -> bool:
    """Whether most events near here, of those whose perpetrator is known, are by another State's forces."""
    sources = draft.sources
    for scope in (sources.year, sources.life):
        near = draft.near(scope)
        known = draft.count_of(near) - draft.count_of(replace(near, perpetrator="unknown"))
        if known and draft.count_of(replace(near, perpetrator="other_state")) * 2 > known:
            return True
    return False


def _say_arrival(draft: Draft) -> list[Block]:
    blocks: list[Block] = []
    if is_other_state_the_danger(draft):
        near = draft.near(draft.sources.life)
        theirs = draft.ask("other_state_life", replace(near, perpetrator="other_state"))
        all_ = draft.ask("all_life", near)
        blocks.append(
            Paragraph(
                f"Another State's forces are named as the attacker in {theirs} here, of {all_} in all. Against air "
                "attack, artillery or the army of a State, the time that a patrol needs on the ground says nothing "
                "about protection, so this statement prints none. What counts here is warning, liaison with the "
                "parties, refuge, and being seen to record."
            )
        )
    elif _may_come(draft) and draft.sources.has_minutes:
        blocks.append(
            Paragraph(
                "How long the way from a site is, at the least, stands above. A travel time is not an arrival: "
                "that an event lies within it does not say that anybody knew in time, might have moved, or could "
                "have acted."
            )
        )
    elif _may_come(draft):
        blocks.append(
            Paragraph(
                "This statement holds no travel times: roads, season, aircraft and the land between are not in it. "
                "A distance is not an arrival. That an event lies near a site does not say that anybody could have "
                "come in time, might have moved, or could have acted."
            )
        )
    return blocks


def _say_done(draft: Draft) -> list[Block]:
    if draft.sources.activities:
        return [Paragraph("Recorded as done, by the presence's own record:"), Bullets(_list_activities(draft))]
    figure = draft.lack(
        "responses",
        "What was done about these events",
        "not-measured",
        "no record of alerts and responses is connected",
    )
    return [
        Paragraph(
            f"What was done about these events, and by whom: {figure}. No record of alerts and responses is "
            "connected to this statement."
        )
    ]


def _list_activities(draft: Draft) -> tuple[str, ...]:
    names = {item.code: item.name for item in draft.sources.doctrine.activities}
    items = []
    for number, item in enumerate(draft.sources.activities):
        label = names.get(item.code, item.code)
        times = draft.record(f"activity_{number}", label, item.count, (item.first_day, item.last_day))
        items.append(f"{quote_term(label)}: {times}. {quote_term(item.note)}")
    return tuple(items)


def _authority(draft: Draft) -> str:
    return draft.sources.presence.fact_on("force_authority", draft.sources.as_of).value


def _say_steps(draft: Draft) -> list[Block]:
    """The ladder; with its conditions where force is none of the steps, since these are then all there is."""
    sources = draft.sources
    steps = find_steps(sources.doctrine, sources.presence.kind, _authority(draft))
    text = "Steps that a presence of this kind can take when people are in danger (doctrine, not a record)"
    if sources.has_force:
        items = tuple((quote_term(step.code), quote_term(step.name)) for step in steps)
        blocks: list[Block] = [Lines(text, items)]
        if _authority(draft) not in ("yes", "no"):
            blocks.append(
                Paragraph(
                    "Whether it had authority to use force on this day is not known to the register, so that step "
                    "is not listed."
                )
            )
        return blocks
    said = tuple(f"{quote_term(f'{step.code} {step.name}')}. {quote_term(step.note)}" for step in steps)
    return [Paragraph(f"{text}:"), Bullets(said)]


def _say_activities(draft: Draft) -> list[Block]:
    """For a presence without force: what it can do, by tier, labelled as doctrine."""
    sources = draft.sources
    if sources.has_force:
        return []
    open_steps = set(sources.kind.steps)
    open_to_it = [
        item
        for item in find_activities(sources.doctrine, sources.presence.kind, _authority(draft))
        if _STEP_OF.get(item.code, "R0") in open_steps | {"R0"}
    ]
    if sources.presence.kind == "SPM_PANEL":
        return []
    items = []
    for code, label in _TIERS:
        names = [quote_term(item.name) for item in open_to_it if item.tiers[:1] == (code,)]
        if names:
            items.append(f"{label}: {'; '.join(names)}.")
    return [Paragraph("What it can do, by doctrine, not recorded as done:"), Bullets(tuple(items))]
