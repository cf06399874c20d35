"""The register of threats: refusals, the matrix, reviews, and what the host State intends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cast import Cast
from django.db import IntegrityError
from incident_ground import TODAY, Ground, in_days, make_ground

from tutela.kernel.problems import Problem
from tutela.records.incidents.actions.threats import (
    Assessment,
    Review,
    Source,
    add_source,
    assess_threat,
    judge_host_intent,
    reassess_threat,
    review_threat,
)
from tutela.records.incidents.models import HostIntent, Threat
from tutela.records.incidents.threat_lists import (
    list_threats,
    matrix,
    overdue_reviews,
    view_host_intent,
    view_threat,
)
from tutela.records.ledger.acts import acting

GIVEN = Assessment(
    title="Raids on the market road", level="tactical", area="Invented district", from_day=TODAY,
    review_date=in_days(14), owner="Protection adviser", capability=3, intent=4, likelihood=4, impact=5,
    confidence="medium", harms=("abducted", "killed"), perpetrator="non_state",
    civilians=({"group": "Traders", "low": 200, "high": 400, "gender": "women", "age": "adults"},),
)  # fmt: skip
REVIEW = Review(likelihood=2, impact=5, capability=3, intent=2, confidence="high", review_date=in_days(30))


@pytest.fixture
def ground(people: Cast) -> Ground:
    return make_ground(people)


def register(ground: Ground, name: str = "adviser", **changed) -> Threat:
    return assess_threat(by=ground.people[name], presence=ground.presence, assessment=replace(GIVEN, **changed))


def refusal(attempt) -> Problem:
    with pytest.raises(Problem) as caught:
        attempt()
    return caught.value


@pytest.mark.parametrize("name", ["administrator", "commander", "assistant", "custodian", "outsider"])
def test_who_may_not_assess_does_not(ground: Ground, name: str):
    by = ground.people[name]
    row = register(ground)
    for attempt in (
        lambda: assess_threat(by=by, presence=ground.presence, assessment=GIVEN),
        lambda: reassess_threat(by=by, threat=row.pk, assessment=GIVEN, expected_version=1),
        lambda: review_threat(by=by, threat=row.pk, review=REVIEW, expected_version=1),
        lambda: add_source(
            by=by, threat=row.pk, source=Source(source_grade="A", information_grade=1, says="supports")
        ),
        lambda: judge_host_intent(by=by, threat=row.pk, words="x", grade_of_intent=1),
    ):
        assert refusal(attempt).code == "not-allowed"


@pytest.mark.parametrize("name", ["administrator", "outsider"])
def test_the_outsider_and_the_administrator_see_no_threat(ground: Ground, name: str):
    by, row = ground.people[name], register(ground)
    for attempt in (
        lambda: matrix(by=by, presence=ground.presence),
        lambda: list_threats(by=by, presence=ground.presence),
        lambda: overdue_reviews(by=by, presence=ground.presence, today=TODAY),
        lambda: view_threat(by=by, threat=row.pk),
        lambda: view_host_intent(by=by, threat=row.pk),
    ):
        assert refusal(attempt).code == "not-allowed"


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("title", {"title": ""}),
        ("level", {"level": "global"}),
        ("likelihood", {"likelihood": 6}),
        ("intent", {"intent": 0}),
        ("impact", {"impact": True}),
        ("confidence", {"confidence": "sure"}),
        ("harms", {"harms": ("sadness",)}),
        ("perpetrator", {"perpetrator": "a tribe"}),
        ("civilians", {"civilians": ({"group": "x", "name": "y"},)}),
        ("civilians", {"civilians": ({"group": "x", "gender": "?"},)}),
        ("people_high", {"civilians": ({"group": "x", "low": 4, "high": 1},)}),
        ("to_day", {"to_day": in_days(-1)}),
        ("radius_km", {"radius_km": 0.0}),
        ("lat", {"lat": 3.0}),
        ("status", {"status": "over"}),
    ],
)
def test_what_does_not_fit_in_a_threat_is_refused(ground: Ground, field: str, changed):
    attempt = refusal(lambda: register(ground, **changed))
    assert (attempt.code, attempt.where) == ("field-invalid", field)


def test_harm_by_the_un_is_not_on_this_register(ground: Ground):
    attempt = refusal(lambda: register(ground, perpetrator="un_or_un_supported"))
    assert attempt.code == "not-possible" and "restricted intake" in attempt.remedy


def test_a_population_of_others_is_not_named(ground: Ground):
    assert refusal(lambda: register(ground, population=999)).code == "not-allowed"
    assert register(ground, population=ground.town).population_id == ground.town


def test_the_matrix_counts_active_threats_one_may_read(ground: Ground):
    one, two = register(ground), register(ground, likelihood=1, impact=1)
    register(ground, status="closed")
    register(ground, "officer")
    found = matrix(by=ground.people["adviser"], presence=ground.presence)
    assert found.counts[3][4] == 2 and one.pk in found.cells[3][4] and found.counts[0][0] == 1
    assert sum(map(sum, found.counts)) == 3
    assert [row.pk for row in list_threats(by=ground.people["adviser"], presence=ground.presence)][-1] == two.pk
    assert sum(map(sum, matrix(by=ground.people["assistant"], presence=ground.presence).counts)) == 0


def test_reviews_become_overdue_and_leave_a_history(ground: Ground):
    by = ground.people["adviser"]
    row = register(ground)

    def overdue(today):
        return [item.pk for item in overdue_reviews(by=by, presence=ground.presence, today=today)]

    assert overdue(in_days(14)) == [] and overdue(in_days(15)) == [row.pk]
    assert (
        refusal(
            lambda: review_threat(
                by=by, threat=row.pk, review=replace(REVIEW, review_date=TODAY), expected_version=1
            )
        ).where
        == "review_date"
    )
    review_threat(by=by, threat=row.pk, review=REVIEW, expected_version=1)
    assert overdue(in_days(15)) == []
    with pytest.raises(Problem, match="Somebody else"):
        review_threat(by=by, threat=row.pk, review=REVIEW, expected_version=1)
    reassess_threat(by=by, threat=row.pk, assessment=GIVEN, expected_version=2)
    held = view_threat(by=by, threat=row.pk)
    assert [item.likelihood for item in held.history] == [4, 2, 4] and held.threat.version == 3


def test_contradictory_reports_are_kept_side_by_side(ground: Ground):
    by = ground.people["adviser"]
    row = register(ground)
    add_source(by=by, threat=row.pk, source=Source(source_grade="B", information_grade=2, says="supports"))
    add_source(
        by=by,
        threat=row.pk,
        source=Source(source_grade="A", information_grade=6, says="contradicts", note="Seen leaving"),
    )
    for field, changed in (
        ("source_grade", {"source_grade": "G"}),
        ("information_grade", {"information_grade": 7}),
        ("says", {"says": "maybe"}),
    ):
        given = {"source_grade": "A", "information_grade": 1, "says": "supports"} | changed
        assert refusal(lambda g=given: add_source(by=by, threat=row.pk, source=Source(**g))).where == field
    held = view_threat(by=by, threat=row.pk)
    assert [item.source_grade for item in held.supports] == ["B"]
    assert [(item.source_grade, item.information_grade) for item in held.contradicts] == [("A", 6)]


def test_what_the_host_state_intends_is_strictly_confidential(ground: Ground):
    row = register(ground)
    officer = ground.people["officer"]
    for name in ("adviser", "analyst"):
        attempt = refusal(
            lambda n=name: judge_host_intent(by=ground.people[n], threat=row.pk, words="x", grade_of_intent=2)
        )
        assert attempt.code == "not-allowed"
    made = judge_host_intent(by=officer, threat=row.pk, words="Looks away", grade_of_intent=4)
    assert made.marking == 2
    for name in ("adviser", "analyst"):
        assert view_host_intent(by=ground.people[name], threat=row.pk) is None
    assert view_host_intent(by=officer, threat=row.pk) == made
    with pytest.raises(Problem, match="Somebody else"):
        judge_host_intent(by=officer, threat=row.pk, words="Takes part", grade_of_intent=5)
    changed = judge_host_intent(
        by=officer, threat=row.pk, words="Takes part", grade_of_intent=5, expected_version=1
    )
    assert (changed.pk, changed.grade) == (made.pk, 5)
    with pytest.raises(IntegrityError), acting(officer, "test"):
        HostIntent.visible_to(officer).filter(pk=made.pk).update(marking=1)
