"""The inbox, triage, and duplicates: refusals first, then what is promised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cast import Cast
from incident_ground import Ground, add_duty, alert, earlier, hand_in, make_ground, open_incident

from tutela.kernel.markings import OUTSIDER, Marking
from tutela.kernel.problems import Problem
from tutela.records.incidents import queries
from tutela.records.incidents.actions.incidents import Triage, set_people, set_report_status, set_status, triage
from tutela.records.incidents.actions.merges import merge, propose_duplicates, undo_merge
from tutela.records.incidents.actions.reports import report
from tutela.records.incidents.fields import Where
from tutela.records.incidents.models import Incident, Report
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Entry

ALL = ("administrator", "officer", "adviser", "commander", "analyst", "assistant", "custodian", "outsider")


@pytest.fixture
def ground(people: Cast) -> Ground:
    return make_ground(people)


def code_of(attempt) -> str:
    with pytest.raises(Problem) as caught:
        attempt()
    return caught.value.code


@pytest.mark.parametrize("name", ["administrator", "analyst", "custodian", "outsider"])
def test_who_may_not_report_does_not(ground: Ground, name: str):
    by = ground.people[name]
    assert code_of(lambda: report(by=by, presence=ground.presence, alert=alert())) == "not-allowed"
    assert code_of(lambda: report(by=by, presence=999, alert=alert())) == "not-allowed"
    assert Entry.objects.filter(operation="refused", actor=by.actor).count() == 2


@pytest.mark.parametrize("name", ["administrator", "commander", "analyst", "assistant", "custodian", "outsider"])
def test_who_may_not_triage_does_not(ground: Ground, name: str):
    by = ground.people[name]
    row = hand_in(ground)
    one, two = open_incident(ground), open_incident(ground)
    done = merge(
        by=ground.people["adviser"], kept=one.pk, other=two.pk, reason="the same", expected_versions=(1, 1)
    )
    for attempt in (
        lambda: triage(by=by, report=row.pk, triage=Triage(title="x"), expected_version=1),
        lambda: set_status(by=by, incident=one.pk, status="under_verification", expected_version=2),
        lambda: set_report_status(by=by, report=row.pk, status="alleged", expected_version=1),
        lambda: set_people(by=by, incident=one.pk, people_low=1, people_high=2, expected_version=2),
        lambda: propose_duplicates(by=by, incident=one.pk),
        lambda: merge(by=by, kept=one.pk, other=two.pk, reason="x", expected_versions=(2, 2)),
        lambda: undo_merge(by=by, merge=done.pk, reason="x", expected_version=1),
    ):
        assert code_of(attempt) == "not-allowed"


@pytest.mark.parametrize("name", ["adviser", "duty"])
@pytest.mark.parametrize("status", ["verified", "rejected", "cannot_verify"])
def test_only_who_verifies_settles_a_status(ground: Ground, name: str, status: str):
    add_duty(ground.people)
    row, incident = hand_in(ground), open_incident(ground)
    by = ground.people[name]
    for attempt in (
        lambda: set_status(by=by, incident=incident.pk, status=status, expected_version=1),
        lambda: set_report_status(by=by, report=row.pk, status=status, expected_version=1),
        lambda: triage(by=by, report=row.pk, triage=Triage(title="x", status=status), expected_version=1),
    ):
        assert code_of(attempt) == "not-allowed"
    assert set_status(by=ground.people["officer"], incident=incident.pk, status=status, expected_version=1)


@pytest.mark.parametrize("name", ["administrator", "outsider"])
def test_the_outsider_and_the_administrator_get_nothing(ground: Ground, name: str):
    incident = open_incident(ground)
    by = ground.people[name]
    for attempt in (
        lambda: queries.list_reports(by=by, presence=ground.presence),
        lambda: queries.list_incidents(by=by, presence=ground.presence),
        lambda: queries.count_by_status(by=by, presence=ground.presence),
        lambda: queries.view_incident(by=by, incident=incident.pk),
        lambda: queries.unanswered_alerts(by=by, presence=ground.presence),
        lambda: queries.list_running(by=by, presence=ground.presence),
        lambda: queries.overdue_notes(by=by, presence=ground.presence, now=datetime.now(UTC)),
        lambda: queries.due_commitments(by=by, presence=ground.presence, until=datetime.now(UTC).date()),
    ):
        assert code_of(attempt) == "not-allowed"
    with acting(by, "test"):
        assert Report.visible_to(by).count() == Incident.visible_to(by).count() == 0
    assert Report.visible_to(OUTSIDER).count() == 0


def test_an_assistant_hands_in_what_they_can_read_and_nothing_above(ground: Ground):
    row = hand_in(ground, "assistant")
    assert row.marking == Marking.UNCLASSIFIED
    assert hand_in(ground, "adviser").marking == Marking.CONFIDENTIAL
    by = ground.people["assistant"]
    assert [item.pk for item in queries.list_reports(by=by, presence=ground.presence)] == [row.pk]
    asked = {"presence": ground.presence, "alert": alert(), "marking": Marking.STRICTLY_CONFIDENTIAL}
    assert code_of(lambda: report(by=by, **asked)) == "not-allowed"


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("kind", {"kind": "rumour"}),
        ("what", {"what": "genocide"}),
        ("summary", {"summary": "x" * 281}),
        ("summary", {"summary": "bell \x07"}),
        ("place", {"where": Where()}),
        ("lat", {"where": Where(lat=5.0)}),
        ("lat", {"where": Where(lat=float("nan"), lon=1.0)}),
        ("lat", {"where": Where(lat=91.0, lon=1.0)}),
        ("precision", {"where": Where(name="x", precision="exactly")}),
        ("people_high", {"people_low": 5, "people_high": 2}),
        ("people_low", {"people_low": -1}),
        ("contact_code", {"contact_code": "Somebody Known"}),
        ("contact_code", {"contact_code": "KB-243990000000"}),
        ("contact_code", {"contact_code": "JEAN-PIERRE"}),
        ("perpetrator", {"perpetrator": "a tribe"}),
        ("said_at", {"said_at": datetime.now(UTC) + timedelta(days=365)}),
        ("said_at", {"said_at": datetime.now(UTC) - timedelta(days=365)}),
        ("said_at", {"said_at": datetime(2026, 1, 1)}),  # noqa: DTZ001  that is what is refused
        ("happened_at", {"happened_at": datetime.now(UTC) + timedelta(hours=6)}),
        ("source", {"source_id": "12"}),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field_and_not_kept(ground: Ground, field: str, changed):
    by = ground.people["adviser"]
    with pytest.raises(Problem) as caught:
        report(by=by, presence=ground.presence, alert=alert(**changed))
    assert (caught.value.code, caught.value.where) == ("field-invalid", field)
    assert not queries.list_reports(by=by, presence=ground.presence)


def test_an_old_report_is_taken_when_it_is_said_to_be_old(ground: Ground):
    then = earlier(days=365)
    assert hand_in(ground, said_at=then, is_old=True).said_at == then
    assert hand_in(ground, said_at=then, kind="imported_event").recorded > then


def test_a_submission_that_does_not_fit_is_refused(ground: Ground):
    by = ground.people["adviser"]
    assert (
        code_of(lambda: report(by=by, presence=ground.presence, alert=alert(), submission="a b")) == "field-invalid"
    )


def test_the_same_submission_gives_the_first_one_back(ground: Ground):
    first = hand_in(ground, submission="device-0001")
    again = hand_in(ground, submission="device-0001", what="killed")
    assert (again.pk, again.what) == (first.pk, "abducted")
    other = hand_in(ground, "officer", submission="device-0001")
    assert other.pk != first.pk


def test_a_replay_of_what_was_marked_up_since_is_refused_without_saying_more(ground: Ground):
    row = hand_in(ground, "assistant", submission="device-0001")
    raised = Triage(title="x", marking=Marking.CONFIDENTIAL)
    triage(by=ground.people["adviser"], report=row.pk, triage=raised, expected_version=1)
    with pytest.raises(Problem) as caught:
        hand_in(ground, "assistant", submission="device-0001")
    assert caught.value.code == "already-there"
    assert not queries.list_reports(by=ground.people["assistant"], presence=ground.presence)


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "=1+2", "@SUM(A1)", "<svg onload=x>", "𝕏 é \u202eab"]
)
def test_html_and_formulas_stay_the_plain_text_that_they_are(ground: Ground, words: str):
    row = hand_in(ground, summary=words, told_by=words, where=Where(name=words))
    held = queries.list_reports(by=ground.people["adviser"], presence=ground.presence)[0]
    assert (held.pk, held.summary, held.told_by, held.place) == (row.pk, words, words, words)


def test_a_report_takes_the_point_of_the_population_that_it_names(ground: Ground):
    row = hand_in(ground, where=Where(population=ground.town))
    assert (row.lat, row.lon, row.precision) == (5.02, 25.0, "settlement")
    by = ground.people["adviser"]
    for where in (Where(population=999), Where(site=999)):
        assert (
            code_of(lambda w=where: report(by=by, presence=ground.presence, alert=alert(where=w))) == "not-allowed"
        )


def test_two_who_sort_the_same_report_do_not_overwrite_each_other(ground: Ground):
    row = hand_in(ground)
    first = triage(by=ground.people["adviser"], report=row.pk, triage=Triage(title="One"), expected_version=1)
    for version in (1, 2):
        attempt = Triage(title="Two")
        code = code_of(
            lambda v=version, t=attempt: triage(
                by=ground.people["officer"], report=row.pk, triage=t, expected_version=v
            )
        )
        assert code in ("not-possible", "already-there")
    assert [item.pk for item in queries.list_incidents(by=ground.people["officer"], presence=ground.presence)] == [
        first.pk
    ]


def test_triage_groups_reports_and_keeps_what_was_checked(ground: Ground):
    incident = open_incident(ground)
    row = hand_in(ground, imminent=True)
    found = Triage(
        incident=incident.pk, status="under_verification", cross_checked_with=("Civil affairs",),
        acted_before_verified=True, note="The patrol left at once",
    )  # fmt: skip
    joined = triage(by=ground.people["adviser"], report=row.pk, triage=found, expected_version=1)
    assert joined.pk == incident.pk and joined.imminent
    held = queries.view_incident(by=ground.people["adviser"], incident=incident.pk)
    assert len(held.reports) == 2
    kept = held.reports[1]
    assert (kept.status, kept.acted_before_verified) == ("under_verification", True)
    assert kept.cross_checked_with == ["Civil affairs"]
    assert Entry.objects.filter(operation="view", subject_table="incidents_incident").count() == 1


def test_counts_never_add_statuses_up(ground: Ground):
    officer = ground.people["officer"]
    rows = [open_incident(ground) for _ in range(4)]
    set_status(by=officer, incident=rows[0].pk, status="verified", expected_version=1)
    set_status(by=officer, incident=rows[1].pk, status="rejected", expected_version=1)
    merge(by=officer, kept=rows[2].pk, other=rows[3].pk, reason="the same", expected_versions=(1, 1))
    counts = queries.count_by_status(by=officer, presence=ground.presence)
    assert (counts.alleged, counts.verified, counts.rejected) == (1, 1, 1)
    assert (counts.under_verification, counts.cannot_verify) == (0, 0)
    assert not any("total" in name or "sum" in name for name in dir(counts) if not name.startswith("__"))
    assert queries.count_by_status(
        by=officer, presence=ground.presence, since=earlier(days=2), until=earlier(days=1)
    ) == queries.StatusCounts(0, 0, 0, 0, 0)
    listed = queries.list_incidents(by=officer, presence=ground.presence, status="verified")
    assert [row.pk for row in listed] == [rows[0].pk]


def test_people_of_an_incident_are_a_range_that_somebody_judged(ground: Ground):
    incident = open_incident(ground, people_low=3, people_high=5)
    triage(
        by=ground.people["adviser"], report=hand_in(ground, people_low=4).pk, triage=Triage(incident=incident.pk),
        expected_version=1,
    )  # fmt: skip
    held = queries.view_incident(by=ground.people["adviser"], incident=incident.pk).incident
    assert (held.people_low, held.people_high) == (3, 5)
    changed = set_people(
        by=ground.people["adviser"], incident=held.pk, people_low=3, people_high=None, expected_version=held.version
    )
    assert (changed.people_low, changed.people_high) == (3, 3)


def test_duplicates_are_near_in_place_time_and_kind(ground: Ground):
    by = ground.people["adviser"]
    row = open_incident(ground)
    near = open_incident(ground, where=Where(lat=5.1, lon=25.0, precision="point"))
    named = open_incident(ground, where=Where(population=ground.town))
    open_incident(ground, where=Where(lat=5.6, lon=25.0, precision="point"))
    open_incident(ground, what="killed")
    open_incident(ground, happened_at=earlier(days=3))
    open_incident(ground, where=Where(name="somewhere"))
    found = propose_duplicates(by=by, incident=row.pk)
    assert {item.incident.pk for item in found} == {near.pk, named.pk}
    assert all(item.hours_apart < 1 and not item.was_undone for item in found)
    done = merge(by=by, kept=row.pk, other=near.pk, reason="one event", expected_versions=(1, 1))
    undo_merge(by=by, merge=done.pk, reason="two villages", expected_version=1)
    assert {item.incident.pk: item.was_undone for item in propose_duplicates(by=by, incident=row.pk)} == {
        near.pk: True,
        named.pk: False,
    }


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ((60.0, 25.0), (60.0, 25.17)),
        ((0.0, 179.97), (0.0, -179.96)),
        ((88.5, 10.0), (88.5, 13.0)),
        ((-78.0, 100.0), (-78.0, 99.6)),
    ],
)
def test_duplicates_are_found_up_to_ten_kilometres_away_anywhere(ground: Ground, here, there):
    row, near = (
        open_incident(ground, where=Where(lat=lat, lon=lon, precision="point")) for lat, lon in (here, there)
    )
    for one, other in ((row, near), (near, row)):
        found = propose_duplicates(by=ground.people["adviser"], incident=one.pk)
        assert [item.incident.pk for item in found] == [other.pk]
        assert 7 < (found[0].distance_km or 0) < 10


def test_a_merge_is_undone_as_a_whole(ground: Ground):
    by = ground.people["adviser"]
    one, two = open_incident(ground), open_incident(ground, imminent=True)
    done = merge(by=by, kept=one.pk, other=two.pk, reason="one event", expected_versions=(1, 1))
    held = queries.view_incident(by=by, incident=one.pk)
    assert len(held.reports) == 2 and [row.pk for row in held.merged] == [two.pk] and held.incident.imminent
    assert [row.pk for row in queries.list_incidents(by=by, presence=ground.presence)] == [one.pk]
    later = hand_in(ground)
    triage(by=by, report=later.pk, triage=Triage(incident=one.pk), expected_version=1)
    undo_merge(by=by, merge=done.pk, reason="two events", expected_version=1)
    assert [row.incident_id for row in queries.view_incident(by=by, incident=two.pk).reports] == [two.pk]
    assert len(queries.view_incident(by=by, incident=one.pk).reports) == 2
    with pytest.raises(Problem, match="undone before"):
        undo_merge(by=by, merge=done.pk, reason="again", expected_version=2)


def test_a_merge_of_merged_incidents_is_refused_clearly(ground: Ground):
    by = ground.people["adviser"]
    one, two, three = (open_incident(ground).pk for _ in range(3))
    first = merge(by=by, kept=one, other=two, reason="one", expected_versions=(1, 1))
    for kept, other, versions, words in (
        (one, one, (2, 2), "with itself"),
        (three, two, (1, 2), "merged into another before"),
        (two, three, (2, 1), "merged into another before"),
        (three, one, (1, 2), "Others were merged into this one"),
    ):
        with pytest.raises(Problem, match=words):
            merge(by=by, kept=kept, other=other, reason="x", expected_versions=versions)
    with pytest.raises(Problem, match="Somebody else changed"):
        merge(by=by, kept=one, other=three, reason="x", expected_versions=(1, 1))
    assert queries.view_incident(by=by, incident=three).incident.merged_into_id is None
    merge(by=by, kept=one, other=three, reason="also", expected_versions=(2, 1))
    undo_merge(by=by, merge=first.pk, reason="not that one", expected_version=1)
    assert [row.pk for row in queries.view_incident(by=by, incident=one).merged] == [three]
    for attempt in (
        lambda: set_status(by=by, incident=three, status="alleged", expected_version=2),
        lambda: triage(by=by, report=hand_in(ground).pk, triage=Triage(incident=three), expected_version=1),
    ):
        assert code_of(attempt) == "not-possible"


def test_an_imported_event_stands_once(ground: Ground):
    event = {"kind": "imported_event", "source": "invented source", "source_id": "7"}
    hand_in(ground, **event)
    with pytest.raises(Problem, match="handed in before"):
        hand_in(ground, **event)


def test_pages_follow_one_another_without_losing_rows_of_one_moment(ground: Ground, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    by, then = ground.people["adviser"], earlier(hours=3)
    made = {open_incident(ground, said_at=then, happened_at=then).pk for _ in range(5)}
    for read, moment in ((queries.list_reports, "said_at"), (queries.list_incidents, "happened_at")):
        seen, mark = [], None
        while page := read(by=by, presence=ground.presence, before=mark):
            seen += page
            mark = (getattr(page[-1], moment), page[-1].pk)
        assert len(seen) == len({row.pk for row in seen}) == 5
    assert {row.pk for row in seen} == made


def test_a_report_above_the_level_of_who_merges_is_found_through_the_incident_kept(ground: Ground):
    adviser, officer = ground.people["adviser"], ground.people["officer"]
    one, two = open_incident(ground), open_incident(ground)
    row = hand_in(ground, "officer")
    raised = Triage(incident=two.pk, marking=Marking.STRICTLY_CONFIDENTIAL)
    triage(by=officer, report=row.pk, triage=raised, expected_version=1)
    merge(by=adviser, kept=one.pk, other=two.pk, reason="one event", expected_versions=(1, 1))
    assert len(queries.view_incident(by=adviser, incident=one.pk).reports) == 2
    assert row.pk in [item.pk for item in queries.view_incident(by=officer, incident=one.pk).reports]


def test_nobody_learns_by_a_merge_or_a_duplicate_of_what_they_may_not_read(ground: Ground):
    officer, adviser = ground.people["officer"], ground.people["adviser"]
    row = open_incident(ground)
    hidden = hand_in(ground, "officer")
    raised = Triage(title="x", marking=Marking.STRICTLY_CONFIDENTIAL)
    secret = triage(by=officer, report=hidden.pk, triage=raised, expected_version=1)
    assert [item.incident.pk for item in propose_duplicates(by=officer, incident=row.pk)] == [secret.pk]
    assert propose_duplicates(by=adviser, incident=row.pk) == ()
    for missing in (secret.pk, 999):
        with pytest.raises(Problem) as caught:
            merge(by=adviser, kept=row.pk, other=missing, reason="x", expected_versions=(1, 1))
        assert str(caught.value).startswith("Your functions do not include this")
