"""The register says what is known, since when and from whom, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from tutela.catalogue.presences import (
    FIELDS,
    UNKNOWN,
    Fact,
    MandateState,
    Presence,
    find_presence,
    first_day,
    last_day,
    load_presences,
    mandate_on,
)


def presence(name: str) -> Presence:
    found = find_presence(name)
    assert found is not None
    return found


def made_up(**facts: Fact) -> Presence:
    return Presence("X", "A presence of this test", "SPM_SMALL_FIELD", ("LBN",), "current", True, facts)


def test_the_register_has_every_kind_and_more_than_forty() -> None:
    found = load_presences()
    assert len(found) >= 40
    assert len({item.kind for item in found}) == 12
    assert {item.status for item in found} == {"current", "closed", "unconfirmed"}


@pytest.mark.parametrize(
    ("name", "hosts"),
    [
        ("minusca", ("CAF",)),
        ("MINUSCAR", ("CAF",)),
        ("UNAVEM III", ("AGO",)),
        ("unavem-iii", ("AGO",)),
        ("FINUL", ("LBN",)),
        ("United Nations Peacekeeping Force in Cyprus", ("CYP",)),
        ("ONUCI", ("CIV",)),
        ("UNISFA", ("SDN", "SSD")),
        ("GSF", ("HTI",)),
    ],
)
def test_a_presence_is_found_by_id_name_and_other_spellings(name: str, hosts: tuple[str, ...]) -> None:
    assert presence(name).hosts == hosts


def test_an_unknown_name_finds_nothing() -> None:
    assert find_presence("UNXYZ") is None
    assert find_presence("") is None


def test_every_field_can_be_asked_for_and_the_unknown_is_empty() -> None:
    for item in load_presences():
        assert set(item.facts) == set(FIELDS)
    assert presence("UNTSO").fact("ceiling_military") is UNKNOWN
    assert made_up().fact("funding") is UNKNOWN


def test_ceiling_and_deployed_are_different_facts_with_their_own_days() -> None:
    unmiss = presence("UNMISS")
    assert unmiss.fact("ceiling_military").value == "17000"
    assert unmiss.fact("deployed_military").value == "more than 13000"
    assert unmiss.fact("ceiling_military").as_of != unmiss.fact("deployed_military").as_of
    assert unmiss.fact("authorised_military") is UNKNOWN
    assert unmiss.fact("effective_military") is UNKNOWN


def test_a_mandate_past_its_end_asks_for_confirmation() -> None:
    unmiss = presence("UNMISS")
    assert mandate_on(unmiss, date(2026, 4, 30)) == MandateState("", "2026-04-30", "in force")
    assert mandate_on(unmiss, date(2026, 5, 1)) == MandateState("", "2026-04-30", "last known, confirm")


def test_a_later_mandate_is_not_read_into_an_earlier_year() -> None:
    minusca = presence("MINUSCA")
    assert mandate_on(minusca, date(2020, 12, 31)) == MandateState("S/RES/2552 (2020)", "2021-11-15", "in force")
    assert mandate_on(minusca, date(2023, 1, 1)).state == "last known, confirm"
    assert mandate_on(minusca, date(2026, 1, 1)) == MandateState("S/RES/2800 (2025)", "2026-11-15", "in force")
    assert mandate_on(minusca, date(2014, 4, 9)) == MandateState("", "", "not known")
    assert minusca.fact_on("ceiling_military", date(2020, 12, 31)).value == "11650"
    assert minusca.fact_on("ceiling_military", date(2014, 12, 31)) is UNKNOWN


@pytest.mark.parametrize("name", ["MINUSCA", "MONUSCO", "UNIFIL", "UNFICYP", "BINUH"])
def test_the_mandates_of_the_first_statements_are_known_for_their_day(name: str) -> None:
    assert mandate_on(presence(name), date(2020, 12, 31)).state == "in force"


def test_unifil_ends_its_operations_with_2026() -> None:
    unifil = presence("UNIFIL")
    assert mandate_on(unifil, date(2026, 12, 31)).state == "in force"
    assert mandate_on(unifil, date(2027, 1, 1)).state == "last known, confirm"


@pytest.mark.parametrize(
    ("name", "last"),
    [("UNAMI", "2025-12-31"), ("UNMHA", "2026-03-31"), ("UNAMID", "2020-12-31"), ("MINUSMA", "2023-06-30")],
)
def test_a_closed_presence_has_ended_after_its_last_day(name: str, last: str) -> None:
    closed = presence(name)
    assert closed.status == "closed"
    assert mandate_on(closed, date.fromisoformat(last)).state == "in force"
    after = mandate_on(closed, date(2026, 11, 1))
    assert (after.state, after.until) == ("ended", last)


def test_an_open_ended_mandate_stays_in_force() -> None:
    assert mandate_on(presence("UNMIK"), date(2030, 1, 1)).state == "in force"


def test_an_end_that_was_only_inferred_is_to_be_confirmed_even_before_it() -> None:
    assert mandate_on(presence("UNAMA"), date(2026, 4, 1)) == MandateState("", "2026-06-17", "last known, confirm")


def test_a_text_without_an_end_is_to_be_confirmed() -> None:
    assert mandate_on(presence("UNSOH"), date(2026, 1, 1)) == MandateState(
        "S/RES/2793 (2025)", "", "last known, confirm"
    )


def test_a_presence_without_facts_has_no_known_mandate() -> None:
    assert mandate_on(made_up(), date(2026, 1, 1)) == MandateState("", "", "not known")


def test_a_text_of_another_day_is_not_joined_to_an_end() -> None:
    text = Fact("S/RES/1 (2000)", "a source", "2000-01-01", "verified")
    until = Fact("2011-01-01", "a source", "2010-01-01", "verified")
    assert mandate_on(made_up(mandate_text=text, mandate_until=until), date(2010, 6, 1)).text == ""


def test_days_may_be_known_to_the_year_or_month() -> None:
    assert (first_day("2018"), last_day("2018")) == (date(2018, 1, 1), date(2018, 12, 31))
    assert (first_day("2024-02"), last_day("2024-02")) == (date(2024, 2, 1), date(2024, 2, 29))
    assert last_day("2024-12") == date(2024, 12, 31)
    assert last_day("2024-02-03") == date(2024, 2, 3)
    for text in ("", "open-ended", "2024-13", "2024-02-30", "24"):
        assert first_day(text) is None
        assert last_day(text) is None


def test_panels_are_in_the_register_and_carry_no_mandate_of_ours() -> None:
    panels = [item for item in load_presences() if item.kind == "SPM_PANEL"]
    assert panels
    assert all(item.identity == "unverified" and item.fact("mandate_text") is UNKNOWN for item in panels)
