"""The shipped catalogue has no fault, and every check finds the fault it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tutela.catalogue.checks import CHECKS, Catalogue, check_catalogue, load_catalogue
from tutela.catalogue.crosswalks import Match
from tutela.catalogue.doctrine import Doctrine
from tutela.catalogue.presences import Fact, FactRow

GOOD = Fact("yes", "a public page", "2025-01-01", "verified")


def test_the_shipped_catalogue_has_no_fault() -> None:
    assert check_catalogue() == ()


def with_country(**changes: Any) -> Catalogue:
    held = load_catalogue()
    return replace(held, countries=(*held.countries, replace(held.countries[0], **changes)))


def with_presence(**changes: Any) -> Catalogue:
    held = load_catalogue()
    new = replace(held.presences[0], presence_id="X", name="X of this test", also=(), predecessors=())
    return replace(held, presences=(*held.presences, replace(new, **changes)))


def with_fact(presence_id: str = "UNTSO", field: str = "protection_mandate", **changes: str) -> Catalogue:
    held = load_catalogue()
    row = FactRow(9999, presence_id, field, replace(GOOD, **changes))  # type: ignore[arg-type]
    return replace(held, fact_rows=(*held.fact_rows, row))


def with_line(**changes: str) -> Catalogue:
    held = load_catalogue()
    line = Match("acled", "word", "of this test", "", "", "", "", "judgement")
    return replace(held, crosswalks=(*held.crosswalks, replace(line, **changes)))


def with_doctrine(change: Callable[[Doctrine], dict[str, Any]]) -> Catalogue:
    held = load_catalogue()
    return replace(held, doctrine=replace(held.doctrine, **change(held.doctrine)))


def one_activity(**changes: Any) -> Catalogue:
    return with_doctrine(
        lambda held: {"activities": (replace(held.activities[0], **changes), *held.activities[1:])}
    )


def one_rung(at: int, **changes: Any) -> Catalogue:
    def change(held: Doctrine) -> dict[str, Any]:
        return {"ladder": tuple(replace(r, **changes) if i == at else r for i, r in enumerate(held.ladder))}

    return with_doctrine(change)


def one_kind(**changes: Any) -> Catalogue:
    code = "SPM_SMALL_FIELD"
    return with_doctrine(
        lambda held: {
            "presence_kinds": {**held.presence_kinds, code: replace(held.presence_kinds[code], **changes)}
        }
    )


def one_clock(**clocks: tuple[str, ...]) -> Catalogue:
    return with_doctrine(lambda held: {"clocks": {**held.clocks, **clocks}})


def one_ring(**changes: Any) -> Catalogue:
    return with_doctrine(lambda held: {"rings": (*held.rings[:-1], replace(held.rings[-1], **changes))})


def doubled_strength() -> Catalogue:
    held = with_fact(field="ceiling_military", value="100")
    return replace(
        held, fact_rows=(*held.fact_rows, FactRow(1, "UNTSO", "deployed_military", held.fact_rows[-1].fact))
    )


def written_late() -> Catalogue:
    held = with_fact(field="mandate_until", value="2024-01-01")
    text = FactRow(1, "UNTSO", "mandate_text", replace(GOOD, value="S/RES/1 (2025)"))
    return replace(held, fact_rows=(*held.fact_rows, text))


FAULTS: tuple[tuple[str, Callable[[], Catalogue], str], ...] = (
    ("check_country_codes", lambda: with_country(iso2="QQ", ne_a3="", m49=0, gw=()), "iso3 ABW stands twice"),
    ("check_country_codes", lambda: with_country(iso3="QQQ", iso2="QQ", ne_a3="", m49=0, gw=(482,)), "gw 482"),
    (
        "check_country_names",
        lambda: with_country(iso3="QQQ", iso2="QQ", ne_a3="", name="Mali"),
        "'mali' names more",
    ),
    ("check_presence_names", lambda: with_presence(presence_id="UNIFIL"), "the id UNIFIL stands twice"),
    ("check_presence_names", lambda: with_presence(also=("Unifil",)), "'unifil' names more than one"),
    ("check_kinds", lambda: with_presence(kind="CIRCUS"), "no known kind (CIRCUS)"),
    ("check_hosts", lambda: with_presence(hosts=("ZZZ",)), "no country (ZZZ)"),
    ("check_predecessors", lambda: with_presence(predecessors=("NOBODY",)), "unknown presence (NOBODY)"),
    ("check_statuses", lambda: with_presence(status="asleep"), "unknown status"),
    ("check_statuses", lambda: with_presence(identity="perhaps"), "unknown status"),
    ("check_statuses", lambda: with_presence(facts={"ended": replace(GOOD, value="2020")}), "is not closed"),
    ("check_identities", lambda: with_presence(identity="verified", facts={}), "has no source"),
    ("check_nothing_invented", lambda: with_presence(invented=True), "X is invented"),
    ("check_fact_places", lambda: with_fact("NOBODY"), "no presence NOBODY"),
    ("check_fact_places", lambda: with_fact(field="colour"), "no field colour"),
    ("check_fact_places", lambda: with_fact("UNIFIL", as_of="2006-08-11"), "stands twice for 2006-08-11"),
    ("check_fact_sources", lambda: with_fact(value=""), "not all there"),
    ("check_fact_sources", lambda: with_fact(source=""), "not all there"),
    ("check_fact_sources", lambda: with_fact(as_of=""), "not all there"),
    ("check_fact_sources", lambda: with_fact(as_of="last May"), "as_of is no day"),
    ("check_fact_sources", lambda: with_fact(status="sure"), "unknown status 'sure'"),
    ("check_nothing_from_memory", lambda: with_fact(source="well known [K]"), "background knowledge"),
    ("check_fact_values", lambda: with_fact(value="maybe"), "cannot be 'maybe'"),
    ("check_fact_values", lambda: with_fact(field="mandate_source", value="a friend"), "cannot be 'a friend'"),
    ("check_fact_values", lambda: with_fact(field="mandate_text", value="2800"), "cannot be '2800'"),
    ("check_fact_values", lambda: with_fact(field="mandate_until", value="2026"), "cannot be '2026'"),
    ("check_fact_values", lambda: with_fact(field="mandate_until", value="2026-02-30"), "cannot be '2026-02-30'"),
    ("check_fact_values", lambda: with_fact(field="started", value="long ago"), "cannot be 'long ago'"),
    ("check_fact_values", lambda: with_fact(field="deployed_police", value="many"), "cannot be 'many'"),
    (
        "check_fact_order",
        lambda: with_presence(facts={"started": replace(GOOD, value="2020"), "ended": replace(GOOD, value="2019")}),
        "ended before it started",
    ),
    ("check_fact_order", written_late, "ran out before it was written"),
    ("check_ceilings", doubled_strength, "one figure as ceiling and as deployed of military"),
    ("check_activities", lambda: one_activity(code="A02"), "A02 stands twice"),
    ("check_activities", lambda: one_activity(tiers=("T9",)), "words that do not exist (T9)"),
    ("check_activities", lambda: one_activity(phases=("later",)), "words that do not exist (later)"),
    ("check_activities", lambda: one_activity(components=()), "words that do not exist"),
    ("check_activities", lambda: one_activity(bases=("habit",)), "words that do not exist (habit)"),
    ("check_activities", lambda: one_activity(status="?"), "words that do not exist (?)"),
    ("check_activities", lambda: one_activity(step="R77"), "a step that does not exist (R77)"),
    ("check_activities", lambda: one_activity(source=""), "do not go together"),
    ("check_activities", lambda: one_activity(bases=("force_authority",)), "rests on authority to use force"),
    ("check_ladder", lambda: one_rung(0, code="R99"), "not those of response_step"),
    ("check_ladder", lambda: one_rung(0, needs_force=True), "R0 has the wrong authority"),
    ("check_ladder", lambda: one_rung(9, planned_without_force=True), "R8 has the wrong authority"),
    ("check_kind_steps", lambda: one_kind(steps=("R77",)), "steps that do not exist"),
    ("check_kind_steps", lambda: one_kind(has_force=True), "do not go together"),
    ("check_clocks", lambda: one_clock(third=("event", "community_told")), "there are two"),
    ("check_clocks", lambda: one_clock(force=("event", "community_told")), "not that of the enumeration"),
    ("check_clocks", lambda: one_clock(without_force=("event",)), "does not go from the event"),
    ("check_rings", lambda: one_ring(km=10.0), "V4 is not wider than V3"),
    ("check_rings", lambda: one_ring(label="ours"), "does not say that it is analytical"),
    ("check_harms", lambda: with_doctrine(lambda _: {"harms": ("killed",)}), "the harms are not those"),
    ("check_harms", lambda: with_doctrine(lambda _: {"perpetrators": ("unknown",)}), "classes of perpetrators"),
    ("check_crosswalk_words", lambda: with_line(harm="bored"), "has a wrong harm"),
    ("check_crosswalk_words", lambda: with_line(status=""), "has a wrong status"),
    ("check_crosswalk_words", lambda: with_line(value=" "), "has a wrong value"),
    ("check_crosswalk_values", lambda: with_line(value="ATTACK", field="sub_event_type"), "stands twice"),
)


@pytest.mark.parametrize(("check", "make", "words"), FAULTS, ids=[f"{name}-{words}" for name, _, words in FAULTS])
def test_each_check_finds_its_planted_fault(check: str, make: Callable[[], Catalogue], words: str) -> None:
    held = make()
    (rule,) = [rule for rule in CHECKS if rule.__name__ == check]
    assert any(words in finding for finding in rule(held)), list(rule(held))
    assert any(words in finding for finding in check_catalogue(held))


def test_every_check_has_a_planted_fault() -> None:
    assert {rule.__name__ for rule in CHECKS} == {name for name, _, _ in FAULTS}
