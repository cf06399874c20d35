"""The clock, decisions, who answered, and closing the loop."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cast import Cast
from django.db import connection
from incident_ground import (
    Ground,
    add_duty,
    earlier,
    hand_in,
    in_days,
    make_ground,
    open_incident,
)

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.problems import Problem
from tutela.records.incidents import queries
from tutela.records.incidents.actions.clocks import Choice, Ending, close, decide, note_harm, stamp, start_clock
from tutela.records.incidents.actions.commitments import (
    Check,
    Telling,
    Undertaking,
    check_harm,
    commit,
    settle_commitment,
    tell_community,
)
from tutela.records.incidents.actions.incidents import Triage, set_status, triage
from tutela.records.incidents.actions.merges import merge
from tutela.records.incidents.actions.responses import Response, record_response
from tutela.records.incidents.answers import Window, count_answers, count_together, measure_gaps
from tutela.records.incidents.fields import Where
from tutela.records.incidents.models import Clock
from tutela.records.incidents.nearness import vicinity_of
from tutela.records.incidents.shares import wilson

ALWAYS = Window(since=earlier(days=400), until=datetime.now(UTC) + timedelta(days=1))
TELLING = Telling(
    to_whom="Market committee", what="A patrol comes at noon", channel="telephone", told_by="Civil affairs"
)
CHECK = Check(about="warning", verdict="go", risks="None seen", held_by="Human rights")
UNDERTAKING = Undertaking(
    to_whom="Market committee", what="A weekly visit", due_on=in_days(7), owner="Civil affairs"
)
from tutela.records.missions.actions import AccessDraft, add_access


@pytest.fixture
def ground(people: Cast) -> Ground:
    return make_ground(people)


def refusal(attempt) -> Problem:
    with pytest.raises(Problem) as caught:
        attempt()
    return caught.value


def running(ground: Ground, minutes: float = 60, **changed) -> Clock:
    row = open_incident(ground, happened_at=earlier(minutes=minutes + 30))
    return start_clock(
        by=ground.people["adviser"], incident=row.pk, detected_at=earlier(minutes=minutes), **changed
    )


@pytest.mark.parametrize("name", ["administrator", "officer", "analyst", "assistant", "custodian", "outsider"])
def test_who_may_not_respond_does_not(ground: Ground, name: str):
    by = ground.people[name]
    clock = running(ground)
    other = open_incident(ground)
    made = commit(by=ground.people["adviser"], presence=ground.presence, undertaking=UNDERTAKING)
    for attempt in (
        lambda: start_clock(by=by, incident=other.pk),
        lambda: stamp(by=by, clock=clock.pk, step="moved"),
        lambda: close(by=by, clock=clock.pk, ending=Ending(outcome="answered"), expected_version=1),
        lambda: note_harm(by=by, clock=clock.pk, note="x", expected_version=1),
        lambda: record_response(by=by, incident=other.pk, response=Response(who="community")),
        lambda: check_harm(by=by, incident=other.pk, check=CHECK),
        lambda: commit(by=by, presence=ground.presence, undertaking=UNDERTAKING),
        lambda: settle_commitment(by=by, commitment=made.pk, state="kept", expected_version=1),
    ):
        assert refusal(attempt).code == "not-allowed"


@pytest.mark.parametrize(
    "name", ["administrator", "officer", "commander", "analyst", "assistant", "custodian", "outsider"]
)
def test_who_may_not_decide_does_not(ground: Ground, name: str):
    clock = running(ground)
    choice = Choice(held_by="Head of office", steps=("R1",))
    by = ground.people[name]
    assert refusal(lambda: decide(by=by, clock=clock.pk, decision=choice, expected_version=1)).code == "not-allowed"


@pytest.mark.parametrize("name", ["administrator", "analyst", "assistant", "custodian", "outsider"])
def test_who_may_not_tell_does_not(ground: Ground, name: str):
    incident = open_incident(ground)
    by = ground.people[name]
    assert refusal(lambda: tell_community(by=by, incident=incident.pk, telling=TELLING)).code == "not-allowed"


@pytest.mark.parametrize("name", ["administrator", "outsider"])
def test_the_outsider_and_the_administrator_learn_no_figure(ground: Ground, name: str):
    clock = running(ground)
    by = ground.people[name]
    for attempt in (
        lambda: count_answers(by=by, presence=ground.presence, window=ALWAYS),
        lambda: count_together(by=by, presence=ground.presence, window=ALWAYS),
        lambda: measure_gaps(by=by, presence=ground.presence, kind="force", window=ALWAYS),
        lambda: vicinity_of(by=by, incident=clock.incident_id, on=in_days(0)),
    ):
        assert refusal(attempt).code == "not-allowed"


def test_an_alert_is_a_running_clock_in_three_presses(ground: Ground):
    """Hand in, sort, start: each one action."""
    row = hand_in(ground)
    incident = triage(
        by=ground.people["adviser"], report=row.pk, triage=Triage(title="At the ford"), expected_version=1
    )
    clock = start_clock(by=ground.people["adviser"], incident=incident.pk)
    assert [item.pk for item in queries.list_running(by=ground.people["adviser"], presence=ground.presence)] == [
        clock.pk
    ]
    with pytest.raises(Problem, match="started before"):
        start_clock(by=ground.people["adviser"], incident=incident.pk)


@pytest.mark.parametrize(
    ("force", "kind"), [("yes", "force"), ("no", "without_force"), ("unknown", "without_force")]
)
def test_the_clock_is_that_of_the_authority(people: Cast, force: str, kind: str):
    ground = make_ground(people, force=force)
    clock = running(ground)
    assert clock.kind == kind
    wrong = "contact_made" if kind == "force" else "moved"
    assert refusal(lambda: stamp(by=people["adviser"], clock=clock.pk, step=wrong)).where == "step"
    for step in load_doctrine().clocks[kind]:
        if step not in ("event", "detected", "decided"):
            stamp(by=people["adviser"], clock=clock.pk, step=step)
    held = queries.view_incident(by=people["adviser"], incident=clock.incident_id)
    assert {item.step for item in held.stamps} == set(load_doctrine().clocks[kind]) - {"decided"}


def test_a_clock_a_year_wrong_is_refused_either_way(ground: Ground):
    by, year = ground.people["adviser"], timedelta(days=365)
    incident = open_incident(ground)
    clock = running(ground)
    now = datetime.now(UTC)
    for attempt, where in (
        (lambda: start_clock(by=by, incident=incident.pk, detected_at=now + year), "detected_at"),
        (lambda: start_clock(by=by, incident=incident.pk, detected_at=now - year), "detected_at"),
        (lambda: stamp(by=by, clock=clock.pk, step="moved", at=now + year), "at"),
        (lambda: stamp(by=by, clock=clock.pk, step="moved", at=now - year), "at"),
        (lambda: stamp(by=by, clock=clock.pk, step="verified", at=now - year), "at"),
        (lambda: stamp(by=by, clock=clock.pk, step="moved", at=now.replace(tzinfo=None)), "at"),
        (
            lambda: close(
                by=by, clock=clock.pk, ending=Ending(outcome="answered", at=now - year), expected_version=1
            ),
            "at",
        ),
    ):
        assert refusal(attempt).where == where
    old = start_clock(by=by, incident=incident.pk, detected_at=now - year, is_old=True)
    assert not [row for row in queries.view_incident(by=by, incident=old.incident_id).stamps if row.step == "event"]


def test_steps_keep_their_order_and_late_ones_say_so(ground: Ground):
    by = ground.people["adviser"]
    clock = running(ground)
    stamp(by=by, clock=clock.pk, step="arrived", at=earlier(minutes=20))
    assert refusal(lambda: stamp(by=by, clock=clock.pk, step="moved", at=earlier(minutes=10))).where == "at"
    assert refusal(lambda: stamp(by=by, clock=clock.pk, step="effect", at=earlier(minutes=30))).where == "at"
    moved = stamp(by=by, clock=clock.pk, step="moved", at=earlier(minutes=40))
    assert moved.late
    assert not stamp(by=by, clock=clock.pk, step="effect").late
    assert stamp(by=by, clock=clock.pk, step="verified", at=earlier(minutes=5)).late is False
    with pytest.raises(Problem, match="stamped before"):
        stamp(by=by, clock=clock.pk, step="moved")
    with pytest.raises(Problem, match="says what was decided"):
        stamp(by=by, clock=clock.pk, step="decided")
    close(by=by, clock=clock.pk, ending=Ending(outcome="answered"), expected_version=1)
    assert stamp(by=by, clock=clock.pk, step="community_told").late


def test_two_officers_who_decide_at_once_do_not_both_win(ground: Ground):
    add_duty(ground.people)
    clock = running(ground)
    first = Choice(held_by="Duty officer", steps=("R7a",), at=earlier(minutes=50))
    second = Choice(held_by="Head of office", reason="no_asset")
    decide(by=ground.people["duty"], clock=clock.pk, decision=first, expected_version=1)
    with pytest.raises(Problem, match="Somebody else changed this"):
        decide(by=ground.people["adviser"], clock=clock.pk, decision=second, expected_version=1)
    decide(by=ground.people["adviser"], clock=clock.pk, decision=second, expected_version=2)
    held = queries.view_incident(by=ground.people["adviser"], incident=clock.incident_id)
    assert [(item.held_by, item.steps, item.reason) for item in held.decisions] == [
        ("Duty officer", ["R7a"], ""),
        ("Head of office", [], "no_asset"),
    ]
    assert [item.at for item in held.stamps if item.step == "decided"] == [first.at]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("steps", {}),
        ("steps", {"steps": ("R1",), "reason": "no_asset"}),
        ("steps", {"steps": ("R11",)}),
        ("reason", {"reason": "lazy"}),
        ("held_by", {"steps": ("R1",), "held_by": " "}),
    ],
)
def test_a_decision_is_steps_or_a_coded_reason_held_by_a_function(ground: Ground, field: str, changed):
    clock = running(ground)
    choice = Choice(**({"held_by": "Head of office"} | changed))
    attempt = refusal(
        lambda: decide(by=ground.people["adviser"], clock=clock.pk, decision=choice, expected_version=1)
    )
    assert attempt.where == field


def test_a_presence_that_cannot_patrol_has_no_such_steps(people: Cast):
    ground = make_ground(people, kind="SPM_REGIONAL_OFFICE", force="no")
    clock = running(ground)
    for step in ("R7a", "R7b", "R8"):
        choice = Choice(held_by="Head of office", steps=(step,))
        attempt = refusal(
            lambda c=choice: decide(by=people["adviser"], clock=clock.pk, decision=c, expected_version=1)
        )
        assert attempt.where == "steps"


def test_where_the_host_may_be_the_danger_no_step_alerts_it(ground: Ground):
    by = ground.people["adviser"]
    row = open_incident(ground, perpetrator="host_state")
    clock = start_clock(by=by, incident=row.pk)
    choice = Choice(held_by="Head of office", steps=("R2",))
    assert refusal(lambda: decide(by=by, clock=clock.pk, decision=choice, expected_version=1)).where == "steps"


@pytest.mark.parametrize(
    ("field", "ending"),
    [
        ("outcome", Ending(outcome="won")),
        ("reason", Ending(outcome="no_action", held_by="Head of office")),
        ("reason", Ending(outcome="answered", reason="no_asset")),
        ("held_by", Ending(outcome="no_action", reason="no_asset")),
    ],
)
def test_closing_needs_an_outcome_and_no_action_its_reason(ground: Ground, field: str, ending: Ending):
    clock = running(ground)
    attempt = refusal(lambda: close(by=ground.people["adviser"], clock=clock.pk, ending=ending, expected_version=1))
    assert attempt.where == field


def test_detected_closed_and_outcome_are_all_that_is_required(ground: Ground):
    by = ground.people["adviser"]
    clock = running(ground)
    ending = Ending(outcome="no_action", reason="flight_denied", held_by="Head of office")
    with pytest.raises(Problem, match="Somebody else"):
        close(by=by, clock=clock.pk, ending=ending, expected_version=7)
    done = close(by=by, clock=clock.pk, ending=ending, expected_version=1)
    assert (done.outcome, done.reason) == ("no_action", "flight_denied")
    with pytest.raises(Problem, match="closed before"):
        close(by=by, clock=clock.pk, ending=ending, expected_version=2)
    with pytest.raises(Problem, match="closed"):
        decide(by=by, clock=clock.pk, decision=Choice(held_by="x", steps=("R1",)), expected_version=2)


def test_imminent_danger_acts_first_and_owes_a_note_within_a_day(ground: Ground):
    by = ground.people["adviser"]
    clock = running(ground, minutes=60, imminent=True)
    assert running(ground).note_due is None
    detected = next(
        row.at for row in queries.view_incident(by=by, incident=clock.incident_id).stamps if row.step == "detected"
    )
    assert clock.note_due == detected + timedelta(hours=24)

    def overdue(now: datetime) -> list[int]:
        return [row.pk for row in queries.overdue_notes(by=by, presence=ground.presence, now=now)]

    assert overdue(clock.note_due) == []
    assert overdue(clock.note_due + timedelta(seconds=1)) == [clock.pk]
    told = tell_community(by=by, incident=clock.incident_id, telling=TELLING)
    assert told.check_before_id is None
    note_harm(by=by, clock=clock.pk, note="Nobody was named on the radio", expected_version=1)
    assert overdue(clock.note_due + timedelta(days=1)) == []
    with pytest.raises(Problem, match="written before"):
        note_harm(by=by, clock=clock.pk, note="x", expected_version=2)


def test_no_contact_without_a_check_and_none_after_one_that_says_no(ground: Ground):
    by = ground.people["adviser"]
    clock = running(ground)
    incident = clock.incident_id
    with pytest.raises(Problem, match="do-no-harm"):
        tell_community(by=by, incident=incident, telling=TELLING)
    no = Check(about="contact", verdict="do_not", risks="They are watched", held_by="Human rights")
    check_harm(by=by, incident=incident, check=no)
    with pytest.raises(Problem, match="do-no-harm"):
        tell_community(by=by, incident=incident, telling=TELLING)
    with pytest.raises(Problem):
        check_harm(
            by=by,
            incident=incident,
            check=Check(about="contact", verdict="go_with_measures", risks="x", held_by="x"),
        )
    yes = check_harm(by=by, incident=incident, check=CHECK)
    told = tell_community(by=by, incident=incident, telling=TELLING, submission="device-0001")
    assert told.check_before_id == yes.pk
    assert tell_community(by=by, incident=incident, telling=TELLING, submission="device-0001").pk == told.pk
    held = queries.view_incident(by=by, incident=incident)
    assert [row.at for row in held.stamps if row.step == "community_told"] == [told.told_at]


def test_alerts_wait_until_the_community_is_told(ground: Ground):
    by = ground.people["adviser"]
    waiting = hand_in(ground, said_at=earlier(days=1))
    incident = open_incident(ground)
    hand_in(ground, kind="field_report")

    def unanswered() -> list[int]:
        return [row.pk for row in queries.unanswered_alerts(by=by, presence=ground.presence)]

    assert unanswered()[0] == waiting.pk and len(unanswered()) == 2
    check_harm(by=by, incident=incident.pk, check=CHECK)
    tell_community(by=by, incident=incident.pk, telling=TELLING)
    assert unanswered() == [waiting.pk]


def test_a_commitment_has_its_day_and_its_end(ground: Ground):
    by = ground.people["adviser"]
    made = commit(by=by, presence=ground.presence, undertaking=UNDERTAKING, submission="device-0001")
    assert commit(by=by, presence=ground.presence, undertaking=UNDERTAKING, submission="device-0001").pk == made.pk
    late = Undertaking(to_whom="x", what="y", due_on=in_days(-1), owner="z")
    assert refusal(lambda: commit(by=by, presence=ground.presence, undertaking=late)).where == "due_on"
    due = queries.due_commitments(by=by, presence=ground.presence, until=in_days(7))
    assert [row.pk for row in due] == [made.pk]
    assert not queries.due_commitments(by=by, presence=ground.presence, until=in_days(6))
    assert (
        refusal(lambda: settle_commitment(by=by, commitment=made.pk, state="not_kept", expected_version=1)).where
        == "note"
    )
    settle_commitment(by=by, commitment=made.pk, state="not_kept", note="The road was cut", expected_version=1)
    assert not queries.due_commitments(by=by, presence=ground.presence, until=in_days(7))
    with pytest.raises(Problem, match="settled before"):
        settle_commitment(by=by, commitment=made.pk, state="kept", expected_version=2)


def test_who_answered_and_how(ground: Ground):
    by = ground.people["adviser"]
    incident = open_incident(ground).pk
    for field, response in (
        ("who", Response(who="somebody")),
        ("component", Response(who="un_physical")),
        ("component", Response(who="community", component="military")),
        ("step", Response(who="un_physical", component="military", step="R11")),
    ):
        assert refusal(lambda r=response: record_response(by=by, incident=incident, response=r)).where == field
    first = Response(who="un_physical", component="military", step="R7a", how="patrol")
    row = record_response(by=by, incident=incident, response=first, submission="device-0001")
    assert record_response(by=by, incident=incident, response=first, submission="device-0001").pk == row.pk
    assert refusal(lambda: record_response(by=by, incident=incident, response=Response(who="none"))).where == "who"
    nobody = open_incident(ground).pk
    none = record_response(by=by, incident=nobody, response=Response(who="none"), submission="device-0002")
    again = record_response(by=by, incident=nobody, response=Response(who="none"), submission="device-0002")
    assert again.pk == none.pk
    assert refusal(lambda: record_response(by=by, incident=nobody, response=first)).where == "who"


def test_answers_are_counted_with_what_is_not_known_and_statuses_apart(ground: Ground):
    by, officer = ground.people["adviser"], ground.people["officer"]
    rows = [open_incident(ground).pk for _ in range(6)]
    for component in ("military", "civilian"):
        record_response(by=by, incident=rows[0], response=Response(who="un_physical", component=component))
    record_response(by=by, incident=rows[1], response=Response(who="un_non_physical", component="civilian"))
    record_response(by=by, incident=rows[5], response=Response(who="un_physical", component="police"))
    merge(by=by, kept=rows[1], other=rows[5], reason="the same", expected_versions=(1, 1))
    record_response(by=by, incident=rows[2], response=Response(who="none"))
    clock = start_clock(by=by, incident=rows[3])
    ending = Ending(outcome="no_action", reason="no_asset", held_by="Head of office")
    close(by=by, clock=clock.pk, ending=ending, expected_version=1)
    set_status(by=officer, incident=rows[0], status="verified", expected_version=1)
    found = count_answers(by=by, presence=ground.presence, window=ALWAYS)
    assert (found.answered, found.unanswered, found.not_known) == (2, 2, 1)
    assert found.by_status["verified"] == (1, 0, 0) and found.by_status["alleged"] == (1, 2, 1)
    assert found.share is not None and found.share.mid == 0.5 and "2 of 4" in found.share.basis
    assert "verified" in found.share.basis and "rejected" not in found.share.basis
    assert (found.responders["un_physical"], found.responders["none"]) == (2, 1)
    together = count_together(by=by, presence=ground.presence, window=ALWAYS)
    assert (together.joint, together.answered_by_un) == (2, 2)
    only = Window(since=ALWAYS.since, until=ALWAYS.until, statuses=("rejected",))
    assert count_answers(by=by, presence=ground.presence, window=only).share is None


def test_the_interval_is_wilsons():
    """Against the worked example of Newcombe (1998), table I: 81 of 263 and 0 of 20."""
    found = wilson(81, 263, "x")
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    nothing = wilson(0, 20, "x")
    assert nothing is not None and (nothing.low, nothing.mid, round(nothing.high, 4)) == (0.0, 0.0, 0.1611)
    assert wilson(0, 0, "x") is None


def test_gaps_are_medians_with_how_many_they_rest_on(ground: Ground):
    by = ground.people["adviser"]
    for detected, moved in ((60, 50), (60, 30), (60, None)):
        clock = running(ground, minutes=detected)
        if moved is not None:
            decided = Choice(held_by="Duty officer", steps=("R7a",), at=earlier(minutes=55))
            decide(by=by, clock=clock.pk, decision=decided, expected_version=1)
            stamp(by=by, clock=clock.pk, step="moved", at=earlier(minutes=moved))
            stamp(by=by, clock=clock.pk, step="verified", at=earlier(minutes=20))
    gaps = {
        (gap.from_step, gap.to_step): gap
        for gap in measure_gaps(by=by, presence=ground.presence, kind="force", window=ALWAYS)
    }
    first = gaps["event", "detected"]
    assert first.n == 3 and first.median_minutes == pytest.approx(30, abs=0.1)
    assert gaps["decided", "moved"].median_minutes == pytest.approx(15, abs=0.1)
    assert (gaps["decided", "moved"].n, gaps["decided", "moved"].late) == (2, 2)
    turned = gaps["verified", "decided"]
    assert (turned.n, turned.turned_round, turned.median_minutes) == (0, 2, None)
    assert len(gaps) == 7


def test_the_vicinity_says_who_is_near_in_which_ring_and_how_surely(ground: Ground):
    by = ground.people["adviser"]
    row = open_incident(ground, where=Where(lat=5.0, lon=25.0, precision="point"))
    found = vicinity_of(by=by, incident=row.pk, on=in_days(0))
    assert [item.place.name for item in found.populations] == ["Invented town"]
    town = found.populations[0]
    assert town.km == pytest.approx(2.22, abs=0.01) and (town.ring, town.could_be, town.plan) == (
        "V1",
        ("V1",),
        None,
    )
    assert [(item.place.name, item.ring) for item in found.sites] == [("Invented base", "V0")]
    rough = open_incident(ground, where=Where(lat=5.0, lon=25.0, precision="district"))
    near = vicinity_of(by=by, incident=rough.pk, on=in_days(0))
    assert near.populations[0].could_be == ("V0", "V1", "V2", "V3") and "30 km" in near.basis
    far = open_incident(ground, where=Where(lat=5.8, lon=25.0, precision="region"))
    by_name = {item.place.name: item for item in vicinity_of(by=by, incident=far.pk, on=in_days(0)).populations}
    assert by_name["Invented camp"].ring == "V4" and by_name["Invented camp"].could_be[-1] == "outside"
    named = open_incident(ground, where=Where(name="on the way"))
    assert vicinity_of(by=by, incident=named.pk, on=in_days(0)).is_placed is False
    there = open_incident(ground, where=Where(site=ground.site, lat=7.0, lon=20.0))
    assert vicinity_of(by=by, incident=there.pk, on=in_days(0)).sites[0].ring == "V0"


def test_a_site_says_its_minutes_to_whom_the_incident_names_and_to_nobody_else(ground: Ground):
    by = ground.people["officer"]
    draft = AccessDraft(mode="road", can_reach="season", minutes_dry=95, basis="driven in January")
    add_access(by=by, population=ground.town, site=ground.site, draft=draft)
    named = open_incident(ground, where=Where(population=ground.town, lat=5.0, lon=25.0, precision="point"))
    (base,) = vicinity_of(by=ground.people["adviser"], incident=named.pk, on=in_days(0)).sites
    (way,) = base.ways
    assert (way.end, way.access.minutes_dry, way.access.can_reach) == ("Invented town", 95, "season")
    elsewhere = open_incident(ground, where=Where(lat=5.0, lon=25.0, precision="point"))
    assert vicinity_of(by=ground.people["adviser"], incident=elsewhere.pk, on=in_days(0)).sites[0].ways == ()


def test_of_officers_who_decide_in_the_same_second_one_wins_and_nothing_is_lost(ground: Ground):
    add_duty(ground.people)
    clock = running(ground)
    names = ("duty", "adviser", "second")
    principals = {name: ground.people[name] for name in names}
    start = threading.Barrier(len(names))

    def try_to_decide(name: str) -> str:
        try:
            start.wait(10)
            choice = Choice(held_by=name, steps=("R1",))
            decide(by=principals[name], clock=clock.pk, decision=choice, expected_version=1)
        except Problem as problem:
            return problem.code
        finally:
            connection.close()
        return name

    with ThreadPoolExecutor(len(names)) as pool:
        ends = list(pool.map(try_to_decide, names))
    winners = [end for end in ends if end in names]
    assert len(winners) == 1 and ends.count("not-possible") == 2
    held = queries.view_incident(by=ground.people["adviser"], incident=clock.incident_id)
    assert [item.held_by for item in held.decisions] == winners
    assert len([item for item in held.stamps if item.step == "decided"]) == 1


def test_a_commitment_about_an_incident_or_people_is_of_the_same_presence(ground: Ground):
    by = ground.people["adviser"]
    row = open_incident(ground, where=Where(population=ground.town))
    about = replace(UNDERTAKING, incident=row.pk, population=ground.town)
    made = commit(by=by, presence=ground.presence, undertaking=about)
    assert (made.incident_id, made.population_id, made.marking) == (row.pk, ground.town, row.marking)
    assert queries.view_incident(by=by, incident=row.pk).commitments == (made,)
    telling = replace(TELLING, population=999)
    for attempt in (
        lambda: commit(by=by, presence=ground.presence, undertaking=replace(about, population=999)),
        lambda: commit(by=by, presence=ground.presence, undertaking=replace(about, incident=999)),
        lambda: tell_community(by=by, incident=row.pk, telling=telling),
    ):
        assert refusal(attempt).code == "not-allowed"
