"""What must never stand in the normal queue: restricted intake, and interviews."""

from __future__ import annotations

import json
import uuid

import pytest
from cast import Cast
from django.apps import apps
from django.db import connection
from django.db.utils import DatabaseError
from django.utils import timezone
from incident_ground import Ground, add_intake, alert, hand_in, make_ground, open_incident

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.actions import FOUNDER, create_compartment, set_mode
from tutela.records.accounts.models import Compartment, Mode
from tutela.records.accounts.policies import missing
from tutela.records.accounts.sealed import SealedModel, drop_boxes
from tutela.records.incidents import queries
from tutela.records.incidents.actions.clocks import start_clock
from tutela.records.incidents.actions.commitments import Telling, tell_community
from tutela.records.incidents.actions.incidents import Triage, triage
from tutela.records.incidents.actions.intake import (
    HAND_OFF,
    Receipt,
    hand_off,
    list_intake,
    move_to_intake,
    set_intake,
)
from tutela.records.incidents.actions.merges import merge
from tutela.records.incidents.actions.reports import report
from tutela.records.incidents.actions.responses import Response, record_response
from tutela.records.incidents.fields import Where
from tutela.records.incidents.models import IntakeReport, Report
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry

WORDS = "Invented words that nobody may find again"
RESTRICTED = (
    {"by_un_personnel": True},
    {"sexual_exploitation": True},
    {"perpetrator": "un_or_un_supported", "due_diligence": True},
)
MISSION = ("administrator", "officer", "adviser", "commander", "analyst", "assistant", "custodian", "outsider")


@pytest.fixture
def ground(people: Cast) -> Ground:
    return make_ground(people)


def send(ground: Ground, name: str = "assistant", submission: str = "", **changed) -> Receipt:
    done = report(
        by=ground.people[name],
        presence=ground.presence,
        alert=alert(summary=WORDS, **changed),
        submission=submission,
    )
    assert isinstance(done, Receipt)
    return done


def every_row_of(by: Principal) -> str:
    """All that somebody may read anywhere in the register, as one text."""
    sealed = [model for model in apps.get_models() if issubclass(model, SealedModel)]
    with acting(by, "test"):
        return json.dumps([list(model.visible_to(by).values()) for model in sealed], default=str)


@pytest.mark.parametrize("changed", RESTRICTED, ids=lambda item: next(iter(item)))
def test_without_restricted_intake_it_is_refused_with_the_channel_and_nothing_is_stored(ground: Ground, changed):
    before = Entry.objects.count()
    with pytest.raises(Problem) as caught:
        send(ground, **changed)
    assert caught.value.code == "not-possible" and caught.value.remedy == HAND_OFF
    assert Entry.objects.count() == before
    assert not queries.list_reports(by=ground.people["officer"], presence=ground.presence)


@pytest.mark.parametrize("changed", RESTRICTED, ids=lambda item: next(iter(item)))
@pytest.mark.parametrize("name", ["assistant", "officer", "adviser", "commander"])
def test_it_leaves_the_normal_queue_at_once_and_the_whole_mission_never_sees_it(people: Cast, name: str, changed):
    ground = add_intake(make_ground(people))
    receipt = send(ground, name, **changed)
    assert len(receipt.code) == 10
    for other in MISSION:
        assert WORDS not in every_row_of(people[other])
        with pytest.raises(Problem, match="do not include"):
            list_intake(by=people[other], intake=ground.secret)
    assert not queries.list_reports(by=people["officer"], presence=ground.presence)
    assert [row.receipt for row in list_intake(by=people["focal"], intake=ground.secret)] == [receipt.code]
    assert WORDS in every_row_of(people["focal"])


def test_the_ledger_names_the_drop_and_holds_nothing_of_it(people: Cast):
    ground = add_intake(make_ground(people))
    receipt = send(ground, by_un_personnel=True)
    entry = Entry.objects.get(subject_table="incidents_intakereport")
    assert (entry.compartment, entry.marking) == (ground.secret, Marking.STRICTLY_CONFIDENTIAL)
    held = json.dumps([row.body for row in Content.objects.all()])
    assert WORDS not in held and receipt.code not in held


@pytest.mark.parametrize("name", ["administrator", "analyst", "custodian", "outsider"])
def test_who_may_not_report_drops_nothing(people: Cast, name: str):
    ground = add_intake(make_ground(people))
    with pytest.raises(Problem, match="do not include"):
        send(ground, name, by_un_personnel=True)
    assert not list_intake(by=people["focal"], intake=ground.secret)


def test_a_replayed_drop_gives_the_same_receipt_and_is_kept_once(people: Cast):
    ground = add_intake(make_ground(people))
    first = send(ground, submission="device-0001", by_un_personnel=True)
    assert send(ground, submission="device-0001", by_un_personnel=True) == first
    assert send(ground, "commander", submission="device-0001", by_un_personnel=True) != first
    assert send(ground, by_un_personnel=True) != send(ground, by_un_personnel=True)
    assert len(list_intake(by=people["focal"], intake=ground.secret)) == 4


def test_the_place_is_kept_by_its_name(people: Cast):
    ground = add_intake(make_ground(people))
    send(ground, by_un_personnel=True, where=Where(population=ground.town))
    assert list_intake(by=people["focal"], intake=ground.secret)[0].place == "Invented town"


def test_a_closed_intake_takes_nothing_and_shows_its_channel(people: Cast):
    ground = add_intake(make_ground(people))
    set_mode(by=people["custodian"], mode=Mode.CLOSED, compartment=ground.secret)
    with pytest.raises(Problem) as caught:
        send(ground, by_un_personnel=True)
    assert caught.value.remedy == "Call the invented hotline."


@pytest.mark.parametrize("name", MISSION)
def test_an_intake_is_set_up_by_who_keeps_both_compartments(ground: Ground, name: str):
    people = ground.people
    made = create_compartment(
        by=people["administrator"], name="Conduct", kind=Compartment.Kind.RESTRICTED,
        custodian=people.users["outsider"], purpose="keeps",
    )  # fmt: skip
    with pytest.raises(Problem, match="do not include"):
        set_intake(by=people[name], presence=ground.presence, intake=made.pk, channel="Call.")


def test_an_intake_is_a_compartment_of_that_kind(people: Cast):
    ground = make_ground(people)
    for wrong in (people.here, people.there):
        with pytest.raises(Problem, match="not restricted intake"):
            set_intake(by=people["custodian"], presence=ground.presence, intake=wrong, channel="Call.")
    ground = add_intake(ground)
    again = set_intake(by=people["custodian"], presence=ground.presence, intake=ground.secret, channel="Write.")
    assert (again.channel, again.version) == ("Write.", 2)


def test_an_interview_is_refused_with_the_referral_pathway(people: Cast):
    ground = make_ground(people)
    by = people["assistant"]
    for changed, code in (({"interview": True}, "not-possible"), ({"summary": "x" * 281}, "field-invalid")):
        with pytest.raises(Problem, match="referral pathway of the mission") as caught:
            report(by=by, presence=ground.presence, alert=alert(**changed))
        assert caught.value.code == code
    ground = add_intake(ground)
    for changed in ({"interview": True}, {"interview": True, "by_un_personnel": True}, {"summary": "x" * 281}):
        with pytest.raises(Problem, match="the invented clinic"):
            report(by=by, presence=ground.presence, alert=alert(**changed))
    assert not queries.list_reports(by=people["officer"], presence=ground.presence)
    assert not list_intake(by=people["focal"], intake=ground.secret)


def test_a_report_found_out_later_leaves_with_all_that_told_of_it(people: Cast):
    ground = add_intake(make_ground(people))
    adviser = people["adviser"]
    kept, other = open_incident(ground), open_incident(ground, summary=WORDS, people_low=4)
    start_clock(by=adviser, incident=kept.pk)
    merge(by=adviser, kept=kept.pk, other=other.pk, reason="the same", expected_versions=(1, 1))
    row = next(item for item in queries.list_reports(by=adviser, presence=ground.presence) if item.summary == WORDS)
    for name in ("commander", "analyst", "assistant", "custodian", "outsider", "administrator"):
        with pytest.raises(Problem, match="do not include"):
            move_to_intake(by=people[name], report=row.pk, expected_version=row.version)
    with pytest.raises(Problem, match="Somebody else"):
        move_to_intake(by=adviser, report=row.pk, expected_version=row.version + 1)
    move_to_intake(by=adviser, report=row.pk, expected_version=row.version)
    assert WORDS not in every_row_of(people["officer"])
    with acting(adviser, "test"):
        assert Report.visible_to(adviser).count() == 1
    last = queries.list_reports(by=adviser, presence=ground.presence)[0]
    move_to_intake(by=adviser, report=last.pk, expected_version=last.version, sexual_exploitation=True)
    assert not queries.list_incidents(by=adviser, presence=ground.presence)
    assert queries.view_incident(by=adviser, incident=kept.pk).incident.title == "Left the queue"
    assert "ford" not in every_row_of(people["officer"])
    assert len(list_intake(by=people["focal"], intake=ground.secret)) == 2
    telling = Telling(to_whom="x", what="y", channel="z", told_by="w")
    for attempt in (
        lambda: triage(by=adviser, report=hand_in(ground).pk, triage=Triage(incident=kept.pk), expected_version=1),
        lambda: record_response(by=adviser, incident=kept.pk, response=Response(who="community")),
        lambda: tell_community(by=adviser, incident=kept.pk, telling=telling),
    ):
        with pytest.raises(Problem, match="left the queue"):
            attempt()


def test_a_report_moves_nowhere_without_an_intake(ground: Ground):
    row = hand_in(ground)
    with pytest.raises(Problem, match="no restricted intake"):
        move_to_intake(by=ground.people["adviser"], report=row.pk, expected_version=1)
    assert queries.list_reports(by=ground.people["adviser"], presence=ground.presence)


def test_it_is_handed_off_by_who_works_it_and_never_against_the_survivor(people: Cast):
    ground = add_intake(make_ground(people))
    send(ground, by_un_personnel=True)
    send(ground, sexual_exploitation=True, survivor_choice="assistance_only")
    first, second = list_intake(by=people["focal"], intake=ground.secret)
    for name in MISSION:
        with pytest.raises(Problem, match="do not include"):
            hand_off(by=people[name], report=first.pk, to="x", expected_version=1)
    with pytest.raises(Problem, match="Somebody else"):
        hand_off(by=people["focal"], report=first.pk, to="Oversight", expected_version=2)
    done = hand_off(by=people["focal"], report=first.pk, to="Oversight", expected_version=1)
    assert (done.state, done.version) == ("handed_off", 2)
    with pytest.raises(Problem, match="assistance and no complaint"):
        hand_off(by=people["focal"], report=second.pk, to="Oversight", expected_version=1)


def test_there_is_one_drop_box():
    assert drop_boxes() == ["incidents_intakereport"]


@pytest.mark.only_postgresql
def test_the_drop_box_is_no_way_in(people: Cast):
    ground = add_intake(make_ground(people))
    assert missing(connection) == []
    send(ground, by_un_personnel=True)
    by = people["assistant"]
    with acting(by, "test"):
        forgotten = IntakeReport.objects.get_queryset().opened()
        assert forgotten.count() == 0
        assert forgotten.update(summary="x") == 0
        assert forgotten.delete()[0] == 0
    wrong = {"id": uuid.uuid4(), "presence_id": ground.presence, "receipt": "x", "what": "other"}
    for compartment in (people.here, people.there):
        with pytest.raises(DatabaseError, match="row-level security"), acting(by, "test"):
            IntakeReport(compartment_id=compartment, marking=2, said_at=timezone.now(), **wrong).save(
                force_insert=True
            )
    with pytest.raises(DatabaseError, match="row-level security"), acting(by, "test"):
        Report(
            compartment_id=ground.secret, marking=2, presence_id=ground.presence, kind="field_report", what="other",
            said_at=timezone.now(),
        ).save(force_insert=True)  # fmt: skip
    with pytest.raises(DatabaseError, match="row-level security"), acting(Principal(FOUNDER), "test"):
        IntakeReport(compartment_id=ground.secret, marking=2, said_at=timezone.now(), **wrong).save(
            force_insert=True
        )
