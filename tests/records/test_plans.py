"""Response plans: who may, what may stand in one, who signs, and the people without one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cast import SECRET, Cast
from incident_ground import TODAY, Ground, add_duty, draft, in_days, make_ground, open_incident

from tutela.kernel.problems import Problem
from tutela.records.incidents.actions.clocks import possible_steps
from tutela.records.incidents.actions.plans import Minutes, draft_plan, rehearse, revise_plan, sign_plan
from tutela.records.incidents.actions.tasks import answer_task, ask_task, report_back
from tutela.records.incidents.coverage import (
    is_unexercised,
    plans_to_renew,
    populations_without_plan,
    unexercised_plans,
    view_plan,
)
from tutela.records.incidents.fields import Where
from tutela.records.incidents.models import Plan
from tutela.records.incidents.nearness import vicinity_of
from tutela.records.ledger.acts import acting
from tutela.records.missions.models import Population, Presence


@pytest.fixture
def ground(people: Cast) -> Ground:
    ground = make_ground(people)
    add_duty(people)
    return ground


def refusal(attempt) -> Problem:
    with pytest.raises(Problem) as caught:
        attempt()
    return caught.value


def signed(ground: Ground, **target) -> Plan:
    plan = draft_plan(by=ground.people["adviser"], draft=draft(), **(target or {"population": ground.town}))
    return sign_plan(by=ground.people["second"], plan=plan.pk, valid_until=in_days(200), expected_version=1)


@pytest.mark.parametrize(
    "name", ["administrator", "officer", "commander", "analyst", "assistant", "custodian", "outsider", "duty"]
)
def test_who_may_not_plan_does_not(ground: Ground, name: str):
    by = ground.people[name]
    plan = draft_plan(by=ground.people["adviser"], draft=draft(), population=ground.town)
    for attempt in (
        lambda: draft_plan(by=by, draft=draft(), population=ground.town),
        lambda: draft_plan(by=by, draft=draft(), site=ground.site),
        lambda: revise_plan(by=by, plan=plan.pk, draft=draft(), expected_version=1),
        lambda: sign_plan(by=by, plan=plan.pk, valid_until=in_days(9), expected_version=1),
        lambda: rehearse(by=by, plan=plan.pk, kind="drill", held_on=TODAY, minutes=9, result="x"),
        lambda: ask_task(by=by, plan=plan.pk, component="police", what="x", owner="y"),
    ):
        assert refusal(attempt).code == "not-allowed"


@pytest.mark.parametrize("name", ["administrator", "officer", "analyst", "assistant", "custodian", "outsider"])
def test_who_may_not_respond_answers_no_task(ground: Ground, name: str):
    by = ground.people[name]
    plan = draft_plan(by=ground.people["adviser"], draft=draft(), population=ground.town)
    task = ask_task(by=ground.people["adviser"], plan=plan.pk, component="police", what="Escort", owner="Police")
    for attempt in (
        lambda: answer_task(by=by, task=task.pk, accept=True, expected_version=1),
        lambda: report_back(by=by, task=task.pk, report="x", expected_version=1),
    ):
        assert refusal(attempt).code == "not-allowed"


@pytest.mark.parametrize("name", ["administrator", "assistant", "custodian", "outsider"])
def test_who_reads_no_plan_is_not_told_that_there_is_none(ground: Ground, name: str):
    plan = signed(ground)
    by = ground.people[name]
    for attempt in (
        lambda: populations_without_plan(by=by, presence=ground.presence, today=TODAY),
        lambda: view_plan(by=by, plan=plan.pk, on=TODAY),
    ):
        assert refusal(attempt).code == "not-allowed"


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("title", {"title": ""}),
        ("lead", {"lead": ""}),
        ("lead_component", {"lead_component": "navy"}),
        ("steps", {"steps": ({"code": "R11", "what": "x", "who": "y"},)}),
        ("steps", {"steps": ({"code": "R1", "what": "", "who": "y"},)}),
        ("steps", {"steps": ({"code": "R1", "what": "x", "who": "y", "cost": "z"},)}),
        ("not_told", {"recipients": ("Governor",), "not_told": ("governor",)}),
        ("not_told", {"not_told": tuple(str(number) for number in range(31))}),
        (
            "steps",
            {
                "steps": ({"code": "R2", "what": "Call", "who": "y"},),
                "not_told": ("host_force", "host_authority"),
            },
        ),
        ("arrive_basis", {"can_arrive": Minutes(40)}),
        ("move_minutes", {"may_move": Minutes(-1, "guess")}),
        ("act_minutes", {"can_act": Minutes(10**9, "guess")}),
    ],
)
def test_what_does_not_fit_in_a_plan_is_refused(ground: Ground, field: str, changed):
    attempt = refusal(
        lambda: draft_plan(by=ground.people["adviser"], draft=draft(**changed), population=ground.town)
    )
    assert (attempt.code, attempt.where) == ("field-invalid", field)


def test_a_plan_is_for_one_population_or_one_site(ground: Ground):
    by = ground.people["adviser"]
    assert refusal(lambda: draft_plan(by=by, draft=draft())).where == "population"
    both = {"population": ground.town, "site": ground.site}
    assert refusal(lambda: draft_plan(by=by, draft=draft(), **both)).where == "population"
    assert draft_plan(by=by, draft=draft(), site=ground.site).site_id == ground.site


@pytest.mark.parametrize("force", ["no", "unknown"])
def test_without_authority_there_is_no_use_of_force_and_observers_still_patrol(people: Cast, force: str):
    ground = make_ground(people, kind="PKO_SMALL_NO_POC", force=force)
    steps = ({"code": "R8", "what": "x", "who": "y"},)
    attempt = refusal(lambda: draft_plan(by=people["adviser"], draft=draft(steps=steps), population=ground.town))
    assert attempt.where == "steps"
    plan = draft_plan(by=people["adviser"], draft=draft(), population=ground.town)
    view = view_plan(by=people["adviser"], plan=plan.pk, on=TODAY)
    assert view.steps_open == ("R0", "R2", "R3", "R4", "R5", "R6", "R7a", "R7b", "R9")


def test_a_kind_that_the_catalogue_does_not_know_records_only():
    assert [rung.code for rung in possible_steps(Presence(kind="X", force_authority="yes"))] == ["R0"]
    every = possible_steps(Presence(kind="PKO_MULTIDIMENSIONAL_POC", force_authority="yes"))
    assert "R8" in [rung.code for rung in every]


def test_somebody_else_signs(ground: Ground):
    people = ground.people
    plan = draft_plan(by=people["adviser"], draft=draft(), population=ground.town)
    late = {"plan": plan.pk, "expected_version": 1}
    with pytest.raises(Problem, match="You drafted"):
        sign_plan(by=people["adviser"], valid_until=in_days(9), alone_because="x" * 30, **late)
    for day in (TODAY, in_days(367)):
        assert refusal(lambda d=day: sign_plan(by=people["second"], valid_until=d, **late)).where == "valid_until"
    with pytest.raises(Problem, match="Somebody else changed"):
        sign_plan(by=people["second"], plan=plan.pk, valid_until=in_days(9), expected_version=2)
    done = sign_plan(by=people["second"], valid_until=in_days(9), **late)
    assert done.is_valid(TODAY) and done.is_valid(in_days(9)) and not done.is_valid(in_days(10))
    assert not done.is_valid(in_days(-1))
    with pytest.raises(Problem, match="signed before"):
        sign_plan(by=people["second"], plan=plan.pk, valid_until=in_days(9), expected_version=2)
    empty = draft_plan(by=people["adviser"], draft=draft(steps=()), population=ground.town)
    with pytest.raises(Problem, match="no step"):
        sign_plan(by=people["second"], plan=empty.pk, valid_until=in_days(9), expected_version=1)


def test_who_is_alone_signs_with_the_reason(people: Cast):
    ground = make_ground(people)
    plan = draft_plan(by=people["adviser"], draft=draft(), population=ground.town)
    asked = {"by": people["adviser"], "plan": plan.pk, "valid_until": in_days(9), "expected_version": 1}
    assert refusal(lambda: sign_plan(**asked)).where == "alone_because"
    done = sign_plan(**asked, alone_because="One person works at this presence")
    assert done.alone_because and done.is_valid(TODAY)


def test_a_signed_plan_holds_until_its_successor_is_signed(ground: Ground):
    people = ground.people
    plan = signed(ground)
    with pytest.raises(Problem, match="Somebody else"):
        revise_plan(by=people["adviser"], plan=plan.pk, draft=draft(), expected_version=1)
    new = revise_plan(by=people["adviser"], plan=plan.pk, draft=draft(title="Anew"), expected_version=2)
    assert new.replaces_id == plan.pk
    with pytest.raises(Problem, match="draft to replace"):
        revise_plan(by=people["adviser"], plan=plan.pk, draft=draft(), expected_version=2)
    changed = revise_plan(by=people["second"], plan=new.pk, draft=draft(title="Anew again"), expected_version=1)
    assert (changed.pk, changed.drafted_by) == (new.pk, people["second"].actor)
    assert view_plan(by=people["adviser"], plan=plan.pk, on=TODAY).is_valid
    with pytest.raises(Problem, match="You drafted"):
        sign_plan(by=people["second"], plan=new.pk, valid_until=in_days(9), expected_version=2)
    sign_plan(by=people["adviser"], plan=new.pk, valid_until=in_days(9), expected_version=2)
    assert view_plan(by=people["adviser"], plan=plan.pk, on=TODAY).plan.state == "retired"
    with pytest.raises(Problem, match="was replaced"):
        revise_plan(by=people["adviser"], plan=plan.pk, draft=draft(), expected_version=3)
    with pytest.raises(Problem, match="was replaced"):
        ask_task(by=people["adviser"], plan=plan.pk, component="police", what="x", owner="y")


def test_the_first_page_lists_people_without_a_valid_plan(ground: Ground):
    by = ground.people["adviser"]

    def uncovered(today):
        rows = populations_without_plan(by=by, presence=ground.presence, today=today)
        return [(row.population.name, row.why, row.expired_on) for row in rows]

    assert uncovered(TODAY) == [("Invented camp", "none", None), ("Invented town", "none", None)]
    draft_plan(by=by, draft=draft(), population=ground.camp)
    plan = signed(ground)
    signed(ground, site=ground.site)
    assert uncovered(TODAY) == [("Invented camp", "draft only", None)]
    assert uncovered(in_days(201))[-1] == ("Invented town", "expired", plan.valid_until)
    with acting(ground.people["officer"], "test"):
        Population.visible_to(ground.people["officer"]).filter(pk=ground.camp).update(status="left")
    assert uncovered(TODAY) == []


def test_a_plan_sounds_its_alarm_before_its_end(ground: Ground):
    by = ground.people["adviser"]
    plan = signed(ground)
    assert not plans_to_renew(by=by, presence=ground.presence, today=in_days(169))
    assert [row.pk for row in plans_to_renew(by=by, presence=ground.presence, today=in_days(170))] == [plan.pk]
    assert view_plan(by=by, plan=plan.pk, on=in_days(170)).ends_soon
    assert not view_plan(by=by, plan=plan.pk, on=in_days(169)).ends_soon


def test_a_plan_not_tried_out_for_six_months_is_marked(ground: Ground):
    by = ground.people["adviser"]
    plan = signed(ground)

    def marked(day):
        return [row.pk for row in unexercised_plans(by=by, presence=ground.presence, today=day)]

    assert marked(in_days(183)) == [] and marked(in_days(184)) == [plan.pk]
    later = datetime.now(UTC).date() + timedelta(days=1)
    assert (
        refusal(lambda: rehearse(by=by, plan=plan.pk, kind="drill", held_on=later, minutes=9, result="x")).where
        == "held_on"
    )
    done = rehearse(by=by, plan=plan.pk, kind="table_top", held_on=TODAY, minutes=55, result="The radio failed")
    view = view_plan(by=by, plan=plan.pk, on=TODAY)
    assert view.exercised_on == TODAY and [row.pk for row in view.rehearsals] == [done.pk]
    assert not is_unexercised(Plan(), None, TODAY)
    assert is_unexercised(plan, in_days(-300), in_days(184))


def test_a_task_is_accepted_or_declined_and_reported_back(ground: Ground):
    people = ground.people
    plan = draft_plan(by=people["adviser"], draft=draft(), population=ground.town)
    asked = {"plan": plan.pk, "what": "Escort", "owner": "Head of the component"}
    one = ask_task(by=people["adviser"], component="police", **asked)
    two = ask_task(by=people["adviser"], component="military", **asked)
    commander = people["commander"]
    assert refusal(lambda: answer_task(by=commander, task=one.pk, accept=False, expected_version=1)).where == "note"
    answer_task(by=commander, task=one.pk, accept=False, note="No vehicle", expected_version=1)
    with pytest.raises(Problem, match="answered before"):
        answer_task(by=commander, task=one.pk, accept=True, expected_version=2)
    with pytest.raises(Problem, match="Only an accepted"):
        report_back(by=commander, task=two.pk, report="x", expected_version=1)
    answer_task(by=commander, task=two.pk, accept=True, expected_version=1)
    report_back(by=commander, task=two.pk, report="Escorted", expected_version=2)
    view = view_plan(by=people["adviser"], plan=plan.pk, on=TODAY)
    assert [task.state for task in view.tasks] == ["declined", "reported"]


def test_an_incident_shows_the_plan_of_the_people_near_it(ground: Ground):
    by = ground.people["adviser"]
    plan = signed(ground)
    row = open_incident(ground, where=Where(lat=5.0, lon=25.0, precision="point"))
    near = vicinity_of(by=by, incident=row.pk, on=TODAY)
    assert near.populations[0].plan is not None and near.populations[0].plan.pk == plan.pk
    assert near.populations[0].plan.not_told == ["host_force"] and near.sites[0].plan is None
    assert vicinity_of(by=by, incident=row.pk, on=in_days(201)).populations[0].plan is None


def test_a_plan_for_people_kept_strictly_confidential_is_marked_so(ground: Ground):
    officer = ground.people["officer"]
    with acting(officer, "test"):
        Population.visible_to(officer).filter(pk=ground.camp).update(marking=int(SECRET))
    attempt = refusal(lambda: draft_plan(by=ground.people["adviser"], draft=draft(), population=ground.camp))
    assert attempt.code == "not-allowed"
