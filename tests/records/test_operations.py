"""A shift, its contacts, its handover, the working group, the checklist: refusals first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cast import SECRET, Cast
from incident_ground import TODAY, Ground, add_duty, hand_in, in_days, make_ground, open_incident
from operations_ground import (
    REASON,
    entry,
    invitation,
    line,
    resolution,
    run_clock,
    signed_plan,
    turnover,
)

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts.models import User
from tutela.records.incidents.actions.clocks import Choice, close, decide
from tutela.records.incidents.actions.commitments import Undertaking, commit
from tutela.records.incidents.actions.tasks import ask_task
from tutela.records.incidents.duty import contacts, groups, handovers, readiness, shifts
from tutela.records.incidents.fields import Where
from tutela.records.incidents.models import Clock, Report, ShiftEntry
from tutela.records.incidents.operations import (
    contact_tree,
    list_handovers,
    list_meetings,
    list_readiness,
    list_shift,
    open_decisions,
    view_decision,
    view_handover,
    view_meeting,
    what_waits,
)
from tutela.records.incidents.places import say_where
from tutela.records.ledger.acts import acting
from tutela.records.missions.models import Population

NOBODY = ["administrator", "officer", "analyst", "assistant", "custodian", "outsider"]


@pytest.fixture
def ground(people: Cast) -> Ground:
    ground = make_ground(people)
    add_duty(people)
    return ground


def refusal(attempt) -> Problem:
    with pytest.raises(Problem) as caught:
        attempt()
    return caught.value


def keep_secret(ground: Ground, row):
    """The row, marked above everybody on duty."""
    by = ground.people["officer"]
    with acting(by, "test"):
        type(row).visible_to(by).filter(pk=row.pk).update(marking=int(SECRET))
    return row


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("name", NOBODY)
def test_who_is_not_on_duty_writes_nothing(ground: Ground, name: str):
    duty, by, at = ground.people["duty"], ground.people[name], {"presence": ground.presence}
    logged = shifts.log_shift(by=duty, **at, line=line())
    contact = contacts.add_contact(by=duty, **at, entry=entry())
    given = handovers.give_shift(by=duty, **at, turnover=turnover())
    meeting = groups.call_meeting(by=ground.people["adviser"], **at, invitation=invitation())
    decision = groups.resolve(by=ground.people["adviser"], meeting=meeting.pk, resolution=resolution())
    finding = readiness.Finding(item="exit_criteria", state="missing", held_by="Head")
    for attempt in (
        lambda: shifts.log_shift(by=by, **at, line=line()),
        lambda: shifts.correct_shift(by=by, entry=logged.pk, line=line(), why="x"),
        lambda: contacts.add_contact(by=by, **at, entry=entry()),
        lambda: contacts.change_contact(by=by, contact=contact.pk, entry=entry(), expected_version=1),
        lambda: contacts.try_contact(by=by, contact=contact.pk, expected_version=1),
        lambda: contacts.retire_contact(by=by, contact=contact.pk, expected_version=1),
        lambda: handovers.give_shift(by=by, **at, turnover=turnover()),
        lambda: handovers.take_shift(by=by, handover=given.pk, expected_version=1),
        lambda: groups.call_meeting(by=by, **at, invitation=invitation()),
        lambda: groups.renew_agenda(by=by, meeting=meeting.pk, points=(), expected_version=1),
        lambda: groups.hold_meeting(by=by, meeting=meeting.pk, present=(), summary="x", expected_version=1),
        lambda: groups.resolve(by=by, meeting=meeting.pk, resolution=resolution()),
        lambda: groups.answer_decision(by=by, decision=decision.pk, accept=True, expected_version=1),
        lambda: groups.withdraw_decision(by=by, decision=decision.pk, why="x", expected_version=1),
        lambda: readiness.check_readiness(by=by, **at, finding=finding),
    ):
        assert refusal(attempt).code == "not-allowed"


@pytest.mark.parametrize("name", ["administrator", "outsider", "assistant"])
def test_who_may_not_read_gets_nothing_and_the_same_refusal_as_for_what_is_not_there(ground: Ground, name: str):
    duty, by, now = ground.people["duty"], ground.people[name], datetime.now(UTC)
    given = handovers.give_shift(by=duty, presence=ground.presence, turnover=turnover())
    meeting = groups.call_meeting(by=ground.people["adviser"], presence=ground.presence, invitation=invitation())
    decision = groups.resolve(by=ground.people["adviser"], meeting=meeting.pk, resolution=resolution())
    for view, key in (
        (lambda key: view_handover(by=by, handover=key, now=now), given.pk),
        (lambda key: view_meeting(by=by, meeting=key, now=now), meeting.pk),
        (lambda key: view_decision(by=by, decision=key), decision.pk),
    ):
        there, gone = refusal(lambda view=view, key=key: view(key)), refusal(lambda view=view: view(999_999))
        assert there.as_json() == gone.as_json()


def test_an_assistant_sees_no_confidential_line_contact_or_handover(ground: Ground):
    duty, by = ground.people["duty"], ground.people["assistant"]
    at = {"presence": ground.presence}
    shifts.log_shift(by=duty, **at, line=line())
    contacts.add_contact(by=duty, **at, entry=entry())
    handovers.give_shift(by=duty, **at, turnover=turnover())
    assert list_shift(by=by, **at, day=TODAY) == ()
    assert contact_tree(by=by, **at, today=TODAY) == ()
    assert list_handovers(by=by, **at) == ()
    assert list_meetings(by=by, **at) == ()
    assert all(item.row is None for item in list_readiness(by=by, **at, today=TODAY))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"what": ""}, "what"),
        ({"what": "x" * 501}, "what"),
        ({"category": "gossip"}, "category"),
        ({"function": ""}, "function"),
        ({"at": datetime(2030, 1, 1, tzinfo=UTC)}, "at"),
        ({"at": datetime(2026, 1, 1)}, "at"),  # noqa: DTZ001
    ],
)
def test_a_line_that_cannot_be_is_refused_by_name(ground: Ground, changed, field):
    attempt = lambda: shifts.log_shift(by=ground.people["duty"], presence=ground.presence, line=line(**changed))  # noqa: E731
    assert refusal(attempt).where == field


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"function": "someone@invented.example"}, "function"),
        ({"function": "Call 0612345678"}, "function"),
        ({"who_may_call": "ask me@invented.example"}, "who_may_call"),
        ({"number": "me@invented.example"}, "number"),
        ({"number": "<b>1</b>"}, "number"),
        ({"whose": "friend"}, "whose"),
        ({"channel": "pigeon"}, "channel"),
        ({"place": 100}, "place"),
        ({"after_minutes": 1441}, "after_minutes"),
    ],
)
def test_a_contact_is_a_function_with_a_duty_number_and_nothing_private(ground: Ground, changed, field):
    by = ground.people["duty"]
    assert (
        refusal(lambda: contacts.add_contact(by=by, presence=ground.presence, entry=entry(**changed))).where
        == field
    )


def test_a_line_about_an_incident_is_never_marked_below_it(ground: Ground):
    secret = keep_secret(ground, open_incident(ground, "officer"))
    attempt = lambda: shifts.log_shift(  # noqa: E731
        by=ground.people["duty"], presence=ground.presence, line=line(incident=secret.pk)
    )
    gone = lambda: shifts.log_shift(  # noqa: E731
        by=ground.people["duty"], presence=ground.presence, line=line(incident=999_999)
    )
    assert refusal(attempt).as_json() == refusal(gone).as_json()


# ------------------------------------------------------------------------------------------------- the log


def test_a_correction_keeps_what_was_wrong_and_is_made_once(ground: Ground):
    by = ground.people["duty"]
    first = shifts.log_shift(by=by, presence=ground.presence, line=line())
    right = shifts.correct_shift(by=by, entry=first.pk, line=line(what="Patrol to the camp"), why="Wrong place")
    held = list_shift(by=by, presence=ground.presence, day=TODAY)
    assert [(item.entry.pk, item.corrected_by and item.corrected_by.pk) for item in held] == [
        (first.pk, right.pk),
        (right.pk, None),
    ]
    assert right.why == "Wrong place"
    again = refusal(lambda: shifts.correct_shift(by=by, entry=first.pk, line=line(), why="again"))
    assert again.code == "already-there"


def test_a_line_handed_in_twice_by_a_broken_line_is_kept_once(ground: Ground):
    by = ground.people["duty"]
    rows = {
        shifts.log_shift(by=by, presence=ground.presence, line=line(), submission="abcdefgh").pk for _ in range(3)
    }
    assert len(rows) == 1
    with acting(by, "test"):
        assert ShiftEntry.visible_to(by).count() == 1


# ------------------------------------------------------------------------------------------------- contacts


def test_the_tree_is_read_from_the_top_in_the_order_of_calling(ground: Ground):
    by, at = ground.people["duty"], {"presence": ground.presence}
    second = contacts.add_contact(by=by, **at, entry=entry(function="Head of office", place=2))
    first = contacts.add_contact(by=by, **at, entry=entry(function="Sector"))
    below = contacts.add_contact(by=by, **at, entry=entry(function="Base", called_by=first.pk))
    contacts.try_contact(by=by, contact=first.pk, expected_version=1)
    tree = contact_tree(by=by, **at, today=TODAY)
    assert [(item.contact.function, item.depth) for item in tree] == [
        ("Sector", 0),
        ("Base", 1),
        ("Head of office", 0),
    ]
    assert [item.is_stale for item in tree] == [False, True, True]
    assert all(item.is_stale for item in contact_tree(by=by, **at, today=in_days(100)))
    turned = refusal(
        lambda: contacts.change_contact(
            by=by, contact=first.pk, entry=entry(called_by=below.pk), expected_version=2
        )
    )
    assert turned.where == "called_by"
    contacts.retire_contact(by=by, contact=first.pk, expected_version=2)
    tree = contact_tree(by=by, **at, today=TODAY)
    assert [(item.contact.pk, item.depth) for item in tree] == [(below.pk, 0), (second.pk, 0)]


def test_a_strictly_confidential_contact_is_not_in_the_tree_of_who_may_not_read_it(ground: Ground):
    add = lambda **more: contacts.add_contact(by=ground.people["second"], presence=ground.presence, **more)  # noqa: E731
    assert refusal(lambda: add(entry=entry(), marking=SECRET)).code == "not-allowed"
    add(entry=entry(function="Open"), marking=Marking.UNCLASSIFIED)
    tree = contact_tree(by=ground.people["assistant"], presence=ground.presence, today=TODAY)
    assert [item.contact.function for item in tree] == ["Open"]


# ------------------------------------------------------------------------------------------------- handover


def test_a_handover_is_filled_in_from_the_register_and_says_what_was_settled_since(ground: Ground):
    people, now = ground.people, datetime.now(UTC)
    hand_in(ground)
    clock = run_clock(ground)
    due = Undertaking(to_whom="Committee", what="Come back", due_on=in_days(2), owner="Civil affairs")
    commit(by=people["adviser"], presence=ground.presence, undertaking=due)
    plan = signed_plan(ground)
    ask_task(by=people["adviser"], plan=plan.pk, component="police", what="Be there", owner="Police")
    given = handovers.give_shift(by=people["duty"], presence=ground.presence, turnover=turnover())
    view = view_handover(by=people["second"], handover=given.pk, now=now)
    kinds = [item.kind for item in view.waiting]
    assert kinds == ["undecided", "alert", "alert", "commitment", "plan", "task"]
    assert not any(item.settled for item in view.waiting)
    choice = Choice(held_by="Duty officer", steps=("R1",))
    decide(by=people["duty"], clock=clock.pk, decision=choice, expected_version=1)
    view = view_handover(by=people["second"], handover=given.pk, now=now)
    assert [item.kind for item in view.waiting if item.settled] == ["undecided"]
    waiting = what_waits(by=people["duty"], presence=ground.presence, now=now)
    assert [item.kind for item in waiting if isinstance(item.row, Clock)] == ["clock"]


def test_a_handover_keeps_numbers_only_and_shows_each_reader_what_they_may_read(ground: Ground):
    secret = keep_secret(ground, run_clock(ground, where=Where(name="Hidden valley")))
    with acting(ground.people["officer"], "test"):
        Report.visible_to(ground.people["officer"]).update(marking=int(SECRET))
    given = handovers.give_shift(by=ground.people["adviser"], presence=ground.presence, turnover=turnover())
    assert all(set(item) == {"kind", "row"} for item in given.waiting)
    assert secret.pk not in [item["row"] for item in given.waiting if item["kind"] == "undecided"]
    now = datetime.now(UTC)
    assert "Hidden valley" not in str(view_handover(by=ground.people["duty"], handover=given.pk, now=now).waiting)


def test_an_alert_without_a_place_of_its_own_is_called_by_its_population_where_that_may_be_named(ground: Ground):
    hand_in(ground, where=Where(population=ground.town))
    hand_in(ground, where=Where(population=ground.camp))
    with acting(ground.people["officer"], "test"):
        row = Population.visible_to(ground.people["officer"]).get(pk=ground.camp)
        row.marking = int(SECRET)
        row.save()
    for name in ("duty", "officer"):
        by = ground.people[name]
        with acting(by, "test"):
            reports = list(Report.visible_to(by).filter(presence_id=ground.presence).order_by("pk"))
            assert list(say_where(by, reports).values()) == ["Invented town", "place not named"]
    waiting = what_waits(by=ground.people["duty"], presence=ground.presence, now=datetime.now(UTC))
    words = [item.words for item in waiting if item.kind == "alert"]
    assert any("Invented town" in said for said in words) and not any("camp" in said for said in words)


def test_somebody_else_takes_the_shift_once_and_only_who_gave_it_adds_to_it(ground: Ground):
    duty, second, at = ground.people["duty"], ground.people["second"], {"presence": ground.presence}
    given = handovers.give_shift(by=duty, **at, turnover=turnover())
    assert refusal(lambda: handovers.give_shift(by=duty, **at, turnover=turnover())).code == "already-there"
    mine = refusal(lambda: handovers.take_shift(by=duty, handover=given.pk, expected_version=1))
    assert mine.code == "not-possible"
    changed = turnover(note="Also: the bridge.")
    other = lambda: handovers.add_to_handover(by=second, handover=given.pk, turnover=changed, expected_version=1)  # noqa: E731
    assert refusal(other).code == "not-possible"
    handovers.add_to_handover(by=duty, handover=given.pk, turnover=changed, expected_version=1)
    taken = handovers.take_shift(by=second, handover=given.pk, expected_version=2, answer="Read")
    assert (taken.taken_by, taken.note, taken.alone_because) == (second.actor, "Also: the bridge.", "")
    late = lambda: handovers.add_to_handover(by=duty, handover=given.pk, turnover=turnover(), expected_version=3)  # noqa: E731
    assert refusal(late).code == "already-there"
    again = refusal(
        lambda: handovers.take_shift(by=ground.people["adviser"], handover=given.pk, expected_version=3)
    )
    assert again.code == "already-there"


def test_one_person_gives_and_takes_a_shift_with_the_reason(ground: Ground):
    people = ground.people
    with acting(people["administrator"], "test"):
        for name in ("adviser", "second", "commander"):
            User.objects.filter(pk=people.users[name].pk).update(is_active=False)
    by = people["duty"]
    given = handovers.give_shift(by=by, presence=ground.presence, turnover=turnover())
    take = lambda reason: handovers.take_shift(  # noqa: E731
        by=by, handover=given.pk, expected_version=1, alone_because=reason
    )
    assert refusal(lambda: take("short")).where == "alone_because"
    assert take(REASON).alone_because == REASON


# ------------------------------------------------------------------------------------------------- the group


def test_the_agenda_comes_from_the_register_people_without_a_plan_first(ground: Ground):
    by = ground.people["adviser"]
    run_clock(ground)
    meeting = groups.call_meeting(by=by, presence=ground.presence, invitation=invitation(points=("The rains",)))
    view = view_meeting(by=by, meeting=meeting.pk, now=datetime.now(UTC))
    assert [item.kind for item in view.agenda] == ["uncovered", "uncovered", "undecided"]
    assert {item.words for item in view.agenda[:2]} == {"Invented camp", "Invented town"}
    signed_plan(ground)
    groups.renew_agenda(by=by, meeting=meeting.pk, points=("The rains", "The market"), expected_version=1)
    view = view_meeting(by=by, meeting=meeting.pk, now=datetime.now(UTC))
    assert [item.words for item in view.agenda if item.kind == "uncovered"] == ["Invented camp"]
    assert view.meeting.points == ["The rains", "The market"]


def test_a_decision_is_accepted_or_declined_by_its_component_and_reported_back(ground: Ground):
    by, police = ground.people["adviser"], ground.people["commander"]
    meeting = groups.call_meeting(by=by, presence=ground.presence, invitation=invitation())
    made = groups.resolve(by=by, meeting=meeting.pk, resolution=resolution())
    other = groups.resolve(by=by, meeting=meeting.pk, resolution=resolution(what="Close the road"))
    early = lambda: groups.report_decision(by=police, decision=made.pk, report="Done", expected_version=1)  # noqa: E731
    assert refusal(early).code == "not-possible"
    decline = lambda note: groups.answer_decision(  # noqa: E731
        by=police, decision=other.pk, accept=False, expected_version=1, note=note
    )
    assert refusal(lambda: decline("")).where == "note"
    assert decline("No fuel").state == "declined"
    groups.answer_decision(by=police, decision=made.pk, accept=True, expected_version=1)
    twice = lambda: groups.answer_decision(by=police, decision=made.pk, accept=True, expected_version=2)  # noqa: E731
    assert refusal(twice).code == "already-there"
    assert [row.pk for row in open_decisions(by=by, presence=ground.presence)] == [made.pk]
    assert (
        groups.report_decision(by=police, decision=made.pk, report="Went", expected_version=2).state == "reported"
    )
    gone = lambda: groups.withdraw_decision(by=by, decision=made.pk, why="x", expected_version=3)  # noqa: E731
    assert refusal(gone).code == "not-possible"
    assert open_decisions(by=by, presence=ground.presence) == ()


def test_a_meeting_is_held_once_it_was_held_and_not_twice(ground: Ground):
    by = ground.people["adviser"]
    call = lambda at: groups.call_meeting(by=by, presence=ground.presence, invitation=invitation(at=at))  # noqa: E731
    for wrong in (datetime.now(UTC) + timedelta(days=400), datetime.now(UTC) - timedelta(days=2)):
        assert refusal(lambda wrong=wrong: call(wrong)).where == "at"
    later = call(datetime.now(UTC) + timedelta(days=2))
    hold = lambda row, version=1: groups.hold_meeting(  # noqa: E731
        by=by, meeting=row.pk, present=("Police",), summary="Agreed", expected_version=version
    )
    assert refusal(lambda: hold(later)).code == "not-possible"
    now = call(datetime.now(UTC))
    assert hold(now).held_at is not None
    assert refusal(lambda: hold(now, 2)).code == "already-there"
    renew = lambda: groups.renew_agenda(by=by, meeting=now.pk, points=(), expected_version=2)  # noqa: E731
    assert refusal(renew).code == "already-there"


def test_a_decision_due_yesterday_or_in_two_years_is_refused(ground: Ground):
    by = ground.people["adviser"]
    meeting = groups.call_meeting(by=by, presence=ground.presence, invitation=invitation())
    for days in (-1, 800):
        wrong = resolution(due_on=in_days(days))
        attempt = lambda wrong=wrong: groups.resolve(by=by, meeting=meeting.pk, resolution=wrong)  # noqa: E731
        assert refusal(attempt).where == "due_on"


# ------------------------------------------------------------------------------------------------- light presences


def test_the_checklist_is_whole_and_what_nobody_wrote_down_is_missing(ground: Ground):
    by, at = ground.people["duty"], {"presence": ground.presence}
    items = list_readiness(by=by, **at, today=TODAY)
    assert [item.item for item in items] == [
        "refuge_plan", "contact_tree", "medical_evacuation", "alert_line", "lead_authority", "exit_criteria",
        "first_72_hours",
    ]  # fmt: skip
    assert all(item.row is None and item.is_stale for item in items)
    finding = readiness.Finding(item="alert_line", state="ready", held_by="Duty officer", what="HF, tried")
    made = readiness.check_readiness(by=by, **at, finding=finding)
    assert not list_readiness(by=by, **at, today=TODAY)[3].is_stale
    assert list_readiness(by=by, **at, today=in_days(92))[3].is_stale
    stale = lambda: readiness.check_readiness(by=by, **at, finding=finding)  # noqa: E731
    assert refusal(stale).where == "expected_version"
    assert readiness.check_readiness(by=by, **at, finding=finding, expected_version=1).pk == made.pk


def test_an_item_that_is_ready_says_what_it_is(ground: Ground):
    finding = readiness.Finding(item="exit_criteria", state="ready", held_by="Head")
    attempt = lambda: readiness.check_readiness(  # noqa: E731
        by=ground.people["duty"], presence=ground.presence, finding=finding
    )
    assert refusal(attempt).where == "what"


def test_a_clock_that_was_closed_is_settled_in_the_note(ground: Ground):
    from tutela.records.incidents.actions.clocks import Ending

    clock = run_clock(ground)
    given = handovers.give_shift(by=ground.people["duty"], presence=ground.presence, turnover=turnover())
    ending = Ending(outcome="did_not_happen")
    close(by=ground.people["duty"], clock=clock.pk, ending=ending, expected_version=1)
    view = view_handover(by=ground.people["second"], handover=given.pk, now=datetime.now(UTC))
    assert [item.settled for item in view.waiting if item.kind == "undecided"] == [True]
