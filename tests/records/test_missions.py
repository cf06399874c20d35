"""What a presence is, has and reaches: kept with its history, its days and its sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import grounds
import pytest
from cast import SECRET, Cast
from grounds import DAY, TODAY, Ground, days

from tutela.catalogue import presences as catalogue
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts.actions import Grant, admit, dismiss
from tutela.records.accounts.roles import Role
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry
from tutela.records.ledger.queries import entries_of
from tutela.records.missions import actions, queries
from tutela.records.missions.models import Capacity, Presence, PresenceFact, Site


@pytest.fixture
def ground(people: Cast) -> Ground:
    return grounds.lay(people)


MANDATES = {
    "nothing known": ({}, DAY, "not known"),
    "before its text": (
        {"mandate_text": "INV/1", "mandate_since": days(1), "mandate_until": days(9)}, DAY, "not known",
    ),
    "on its last day, confirmed": (
        {"mandate_text": "INV/1", "mandate_until": DAY, "mandate_confirmed_on": days(-9)}, DAY, "in force",
    ),
    "past its last day": (
        {"mandate_text": "INV/1", "mandate_until": DAY, "mandate_confirmed_on": DAY}, days(1),
        "last known, confirm",
    ),
    "not confirmed": ({"mandate_text": "INV/1", "mandate_until": days(9)}, DAY, "last known, confirm"),
    "a text without an end": (
        {"mandate_text": "INV/1", "mandate_confirmed_on": DAY}, DAY, "last known, confirm",
    ),
    "open-ended": ({"mandate_open_ended": True, "mandate_confirmed_on": DAY}, days(9999), "in force"),
    "the presence ended": (
        {"mandate_open_ended": True, "mandate_confirmed_on": DAY, "ended": DAY}, days(1), "ended",
    ),
    "its last day": ({"mandate_open_ended": True, "mandate_confirmed_on": DAY, "ended": DAY}, DAY, "in force"),
}  # fmt: skip


@pytest.mark.parametrize("what", MANDATES)
def test_a_mandate_past_its_end_reads_last_known_confirm(what: str):
    values, day, said = MANDATES[what]
    assert Presence(**values).mandate_state(day) == said


def test_a_mandate_is_confirmed_by_somebody_named_and_waits_again_once_it_changed(ground: Ground):
    by = ground.people["adviser"]
    draft = replace(grounds.PRESENCE, mandate_text="INV/RES/1", mandate_until=days(30))
    with pytest.raises(Problem, match="no mandate to confirm"):
        actions.confirm_mandate(by=by, presence=ground.presence.pk, expected_version=1)
    row = actions.describe_presence(by=by, presence=ground.presence.pk, expected_version=1, draft=draft)
    assert row.mandate_state(DAY) == "last known, confirm"
    row = actions.confirm_mandate(by=by, presence=row.pk, expected_version=2)
    assert (row.mandate_state(DAY), row.mandate_confirmed_by) == ("in force", by.actor)
    row = actions.describe_presence(by=by, presence=row.pk, expected_version=3, draft=replace(draft, note="x"))
    assert row.mandate_confirmed_by == by.actor
    later = replace(draft, mandate_until=days(60))
    row = actions.describe_presence(by=by, presence=row.pk, expected_version=4, draft=later)
    assert (row.mandate_state(DAY), row.mandate_confirmed_by) == ("last known, confirm", "")
    open_ended = replace(later, mandate_open_ended=True)
    with pytest.raises(Problem, match="has no end"):
        actions.describe_presence(by=by, presence=row.pk, expected_version=5, draft=open_ended)


def test_mandate_tasks_name_their_text(ground: Ground):
    at = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    draft = actions.TaskDraft("Protect civilians", "INV/RES/1, paragraph 3", "imminent_threat", DAY, days(300))
    row = actions.add_mandate_task(**at, draft=draft)
    assert [task.pk for task in queries.list_mandate_tasks(**at)] == [row.pk]


@pytest.mark.parametrize("presence", catalogue.load_presences(), ids=lambda presence: presence.presence_id)
def test_what_the_catalogue_says_of_a_mandate_reads_the_same_here(presence: catalogue.Presence):
    from tutela.records.missions.actions.presences import _draft_of, _read_presence

    row = Presence(**_read_presence(_draft_of(presence)))
    until = presence.fact("mandate_until")
    if (until if until.value else presence.fact("mandate_text")).status == "verified":
        row.mandate_confirmed_on = row.mandate_since
    for day in (date(2020, 1, 1), date(2026, 1, 31), date(2027, 6, 1)):
        said = catalogue.mandate_on(presence, day).state
        # The register keeps the newest mandate; the catalogue also knows those before it. Never more is said.
        assert row.mandate_state(day) in (said, "not known", "last known, confirm"), (day, said)
    assert row.mandate_state(date(2026, 6, 1)) == catalogue.mandate_on(presence, date(2026, 6, 1)).state


def test_the_catalogue_s_facts_come_with_their_sources_and_come_once(people: Cast):
    by, at = people["adviser"], {"compartment": people.here, "known": "MINUSCA"}
    made = actions.import_presence(by=by, **at)
    known = catalogue.find_presence("MINUSCA")
    assert known is not None and made.is_new
    numbers = sum(len(known.history.get(name, ())) for name in catalogue.STRENGTHS)
    assert made.capacities == numbers > 0
    assert made.facts == sum(len(facts) for facts in known.history.values()) - numbers
    facts = queries.list_facts(by=by, presence=made.presence.pk)
    assert len(facts) == made.facts and all(fact.source and fact.as_of for fact in facts)
    ceiling = {
        strength.component: strength
        for strength in queries.capacity_on(by=by, presence=made.presence.pk, day=date(2026, 1, 31))
        if strength.measure == "ceiling"
    }
    newest = known.fact("ceiling_military")
    assert (str(ceiling["military"].number), ceiling["military"].source) == (newest.value, newest.source)
    again = actions.import_presence(by=by, **at)
    assert (again.is_new, again.facts, again.capacities) == (False, 0, 0)
    with acting(by, "test"):
        assert PresenceFact.visible_to(by).count() == made.facts
    with pytest.raises(Problem) as caught:
        actions.import_presence(by=by, compartment=people.here, known="no such presence")
    assert caught.value.code == "presence-unknown"


def test_every_presence_of_the_catalogue_can_be_imported(people: Cast):
    by = people["adviser"]
    for known in catalogue.load_presences():
        assert actions.import_presence(by=by, compartment=people.here, known=known).is_new
    assert len(queries.list_presences(by=by)) == len(catalogue.load_presences())


def test_an_import_leaves_what_colleagues_wrote(people: Cast):
    by = people["adviser"]
    draft = actions.PresenceDraft("UNISFA", "Our own words", "PKO_MULTIDIMENSIONAL_POC", ("SDN", "SSD"))
    actions.add_presence(by=by, compartment=people.here, draft=draft)
    made = actions.import_presence(by=by, compartment=people.here, known="UNISFA")
    assert (made.is_new, made.presence.name, made.presence.version) == (False, "Our own words", 1)
    assert made.facts > 0


def test_numbers_that_the_source_does_not_say_exactly_stay_so(people: Cast):
    fact = catalogue.Fact("more than 60", "an invented source", "2026", "unverified")
    history = {"deployed_military": (fact,), "deployed_police": (replace(fact, value="about 7"),),
               "deployed_civilian": (replace(fact, value=""),)}  # fmt: skip
    known = catalogue.Presence("INV-2", "Invented", "SPM_PANEL", ("XIA",), "current", True, {}, history=history)
    made = actions.import_presence(by=people["adviser"], compartment=people.here, known=known)
    on = queries.capacity_on(by=people["adviser"], presence=made.presence.pk, day=DAY)
    assert [(item.component, item.exactness, item.number) for item in on] == [
        ("military", "more_than", 60),
        ("police", "about", 7),
    ]
    assert on[0].as_of == date(2026, 1, 1)


def test_a_site_shows_the_newest_status_by_day_whatever_was_written_last(ground: Ground):
    by, site = ground.people["adviser"], ground.site.pk
    closing = actions.StatusDraft("closing", days(40), "order 12")
    row = actions.change_status(by=by, site=site, expected_version=1, draft=closing)
    assert (row.status, row.status_since) == ("closing", days(40))
    reduced = actions.StatusDraft("reduced", days(10), "found later")
    row = actions.change_status(by=by, site=site, expected_version=2, draft=reduced)
    assert (row.status, row.status_since, row.version) == ("closing", days(40), 3)
    history = queries.list_statuses(by=by, site=site)
    assert [(item.status, item.since) for item in history] == [
        ("open", DAY),
        ("reduced", days(10)),
        ("closing", days(40)),
    ]
    draft = actions.StatusDraft("closed", TODAY + timedelta(days=2))
    with pytest.raises(Problem, match="future"):
        actions.change_status(by=by, site=site, expected_version=3, draft=draft)


def test_a_site_without_a_place_is_kept(ground: Ground):
    draft = replace(grounds.SITE, key="unplaced", lat=None, lon=None)
    row = actions.place_site(
        by=ground.people["adviser"], presence=ground.presence.pk, draft=draft, opened=grounds.OPENED
    )
    assert (row.lat, row.lon) == (None, None)


def test_the_latest_number_known_on_a_day_is_given_and_nothing_where_nothing_is_known(ground: Ground):
    at = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    for number, day in ((180, days(60)), (210, days(30)), (175, days(60))):
        actions.record_capacity(**at, draft=replace(grounds.CAPACITY, number=number, as_of=day))
    actions.record_capacity(**at, draft=replace(grounds.CAPACITY, number=20), site=ground.site.pk)
    interpreters = replace(grounds.CAPACITY, component="civilian", profile="interpreters", number=0)
    actions.record_capacity(**at, draft=interpreters)

    def on(day: date, site: int | None = None) -> dict[tuple[str, str, str], int]:
        found = queries.capacity_on(**at, day=day, site=site)
        return {(item.component, item.profile, item.measure): item.number for item in found}

    military, spoken = ("military", "", "deployed"), ("civilian", "interpreters", "deployed")
    assert on(days(-1)) == {}
    assert on(days(29)) == {military: 240, spoken: 0}
    assert on(days(30)) == {military: 210, spoken: 0}
    assert on(days(60)) == {military: 175, spoken: 0}  # of one day, what was written later
    assert on(days(60), ground.site.pk) == {military: 20}
    strength = queries.capacity_on(**at, day=DAY)[1]
    assert (strength.as_of, strength.source, strength.marking) == (DAY, "strength return", Marking.CONFIDENTIAL)


def test_a_corrected_number_stays_in_the_history(ground: Ground):
    at = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    wrong = actions.record_capacity(**at, draft=grounds.CAPACITY, site=ground.site.pk)
    right = replace(grounds.CAPACITY, number=24)
    row = actions.correct_capacity(by=at["by"], capacity=wrong.pk, expected_version=1, draft=right)
    assert row.site_id == ground.site.pk
    assert [item.number for item in queries.capacity_on(**at, day=DAY, site=ground.site.pk)] == [24]
    held = queries.list_capacities(**at, site=ground.site.pk)
    assert [(item.number, item.superseded) for item in held] == [(24, False), (240, True)]
    assert len(queries.list_capacities(**at)) == 3
    with pytest.raises(Problem, match="corrected already"):
        actions.correct_capacity(by=at["by"], capacity=wrong.pk, expected_version=2, draft=right)


def test_restrictions_stand_from_their_first_to_their_last_day(ground: Ground):
    at = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    number = ground.rows["restriction"]
    assert [row.pk for row in queries.list_restrictions(**at)] == [number]
    actions.lift_restriction(by=at["by"], restriction=number, expected_version=1, until=days(5))
    standing = [len(queries.list_restrictions(**at, on=days(day))) for day in (-1, 0, 5, 6)]
    assert standing == [0, 1, 1, 0]
    local = actions.log_restriction(
        **at, draft=replace(grounds.RESTRICTION, by_whom="other", authority="an armed group"), site=ground.site.pk
    )
    assert local.site_id == ground.site.pk
    with pytest.raises(Problem, match="not said who"):
        actions.log_restriction(**at, draft=replace(grounds.RESTRICTION, by_whom="other"))


def test_who_can_reach_a_population_is_a_site_or_somebody_else(ground: Ground):
    by, population = ground.people["adviser"], ground.rows["population"]
    others = actions.AccessDraft("foot", "no", who="the host's police")
    row = actions.add_access(by=by, population=population, draft=others)
    assert (row.site_id, row.minutes_dry, row.minutes_wet) == (None, None, None)
    with pytest.raises(Problem, match="Either a site"):
        actions.add_access(by=by, population=population, draft=replace(others, who=""))
    assert len(queries.list_access(by=by, population=population)) == 2
    officer = ground.people["officer"]
    hidden = actions.place_site(
        by=officer,
        presence=ground.presence.pk,
        draft=replace(grounds.SITE, key="hidden"),
        opened=grounds.OPENED,
        marking=SECRET,
    )
    row = actions.add_access(by=officer, population=population, draft=grounds.ACCESS, site=hidden.pk)
    assert row.marking == SECRET
    assert len(queries.list_access(by=by, population=population)) == 2
    assert len(queries.list_access(by=officer, population=population)) == 3


def test_the_numbers_of_a_population_may_be_half_known_or_not_at_all(ground: Ground):
    at = {"by": ground.people["adviser"], "presence": ground.presence.pk}
    for low, high in ((None, None), (500, None), (None, 500)):
        draft = replace(grounds.POPULATION, name=f"Place {low} {high}", people_low=low, people_high=high)
        row = actions.add_population(**at, draft=draft)
        assert (row.people_low, row.people_high) == (low, high)


def test_a_channel_keeps_its_last_use(ground: Ground):
    at = {"by": ground.people["officer"], "interlocutor": ground.rows["interlocutor"]}
    for version, (day, last) in enumerate(((5, 5), (2, 5), (9, 9)), start=1):
        row = actions.use_channel(**at, expected_version=version, day=days(day))
        assert row.last_used == days(last)


def test_the_first_count_is_counted_once_when_two_write_it_together(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
):
    from tutela.records.missions.actions import influence

    def taken(row: object) -> None:
        raise Problem("already-there", "x", remedy="x")

    by, people = ground.people["officer"], ground.people
    second = actions.add_presence(by=by, compartment=people.here, draft=replace(grounds.PRESENCE, key="second"))
    plain = influence.insert
    monkeypatch.setattr(
        influence, "insert", lambda row: taken(row) if type(row).__name__ == "InterlocutorCount" else plain(row)
    )
    actions.add_interlocutor(by=by, compartment=ground.influence, presence=second.pk, draft=grounds.INTERLOCUTOR)
    assert queries.count_interlocutors(by=by, presence=second.pk) == 0  # the other one's row is not in this test


def test_the_history_of_a_row_names_who_changed_what(ground: Ground):
    by = ground.people["adviser"]
    actions.describe_site(
        by=by, site=ground.site.pk, expected_version=1, draft=replace(grounds.SITE, name="North post")
    )
    made, changed = queries.history_of(by=by, row=ground.site)
    assert (made.operation, made.actor) == ("insert", ground.people["officer"].actor)
    assert (changed.actor, changed.action) == (by.actor, "missions.describe_site")
    assert changed.columns == ("name", "version")
    assert (changed.before["name"], changed.after["name"]) == ("North base", "North post")


def test_what_a_row_was_while_it_was_marked_higher_stays_with_those_who_may_read_it(ground: Ground):
    officer, adviser = ground.people["officer"], ground.people["adviser"]
    row = actions.log_activity(
        by=officer, presence=ground.presence.pk, draft=replace(grounds.ACTIVITY, note="secret"), marking=SECRET
    )
    with acting(officer, "test.lower"):
        type(row).visible_to(officer).filter(pk=row.pk).update(marking=1, note="")
    seen = queries.history_of(by=adviser, row=row)
    assert len(seen) == 1 and seen[0].before == {} and "secret" not in str(seen)
    assert "secret" in str(queries.history_of(by=officer, row=row))


def test_erased_content_leaves_the_line_in_the_history(ground: Ground):
    officer = ground.people["officer"]
    table, key = Site._meta.db_table, ground.site.pk
    (made,) = entries_of(table, key)
    with acting(officer, "ledger.erase"):
        Content.objects.filter(pk=made.number).delete()
    (shown,) = queries.history_of(by=officer, row=ground.site)
    assert shown.erased and shown.columns == ()


def test_every_look_at_sensitive_rows_is_written_down(ground: Ground):
    by = ground.people["analyst"]
    queries.list_sites(by=by, presence=ground.presence.pk)
    queries.find_presence(by=by, key="INVENTED-1", compartment=ground.people.here)
    queries.find_presence(by=by, key="no such", compartment=ground.people.here)
    queries.list_presences(by=by, compartment=ground.people.here)
    looks = Entry.objects.filter(kind="access", actor=by.actor).order_by("id")
    assert list(looks.values_list("operation", "subject_table", "subject", "compartment", "marking")) == [
        ("search", "missions_site", str(ground.site.pk), ground.people.here, 1),
        ("view", "missions_presence", str(ground.presence.pk), ground.people.here, 1),
        ("search", "missions_presence", str(ground.presence.pk), ground.people.here, 1),
    ]


def test_a_look_over_several_compartments_names_none_of_them(ground: Ground):
    people = ground.people
    admit(
        by=people["custodian"],
        compartment=people.there,
        user=people.users["officer"],
        grant=Grant(Role.HUMAN_RIGHTS_OFFICER, SECRET, "both"),
    )
    by = people["officer"]
    actions.add_presence(by=by, compartment=people.there, draft=grounds.PRESENCE)
    assert len(queries.list_presences(by=by)) == 2
    look = Entry.objects.filter(kind="access", operation="search").order_by("-id").first()
    assert look is not None and (look.compartment, look.subject) == (None, "")
    dismiss(by=people["custodian"], compartment=people.there, user=people.users["officer"])
    assert len(queries.list_presences(by=people["officer"])) == 1


def test_unclassified_presences_are_open_to_all_members_and_looks_at_them_leave_no_line(people: Cast):
    draft = replace(grounds.PRESENCE, kind="SPM_ENVOY_GOOD_OFFICES")
    row = actions.add_presence(
        by=people["adviser"], compartment=people.here, draft=draft, marking=Marking.UNCLASSIFIED
    )
    assistant = people["assistant"]
    assert [found.pk for found in queries.list_presences(by=assistant)] == [row.pk]
    actions.log_activity(by=assistant, presence=row.pk, draft=grounds.ACTIVITY)
    assert not Entry.objects.filter(kind="access", actor=assistant.actor).exists()
    assert str(row) == f"presence {row.pk}"


def test_a_number_says_whose_it_is(ground: Ground):
    with acting(ground.people["officer"], "test"):
        row = Capacity.visible_to(ground.people["officer"]).get()
    assert (row.status, row.superseded, row.recorded.tzinfo is not None) == ("unverified", False, True)
