"""Closing the loop: complaints that the one complained of never sees, answers, commitments, minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cast import Cast
from django.urls import reverse
from incident_ground import TODAY, Ground, add_duty, add_intake, in_days, make_ground, open_incident
from page_ground import ROLES, browser_of, open_home, without_once

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.incidents.actions.commitments import Check, Telling, check_harm, tell_community
from tutela.records.incidents.actions.complaints import Complaint, complain
from tutela.records.incidents.models import Commitment, Incident, IntakeReport, Report
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content
from tutela.records.missions.models import Access, Population, Site
from tutela.web.shared.references import write_reference

COMPLAIN, LOOP, COMMITMENTS = "/watch/complaints/new/", "/watch/answers/", "/watch/commitments/"
SENT = {"about": "unit", "of_whom": "The invented company at the ford", "summary": "They took goats at night"}
GIVEN = Complaint(**SENT)


@pytest.fixture
def ground(people: Cast) -> Iterator[Ground]:
    with open_home():
        yield make_ground(people)


def page(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def rows(ground: Ground, model, name: str = "officer"):
    with acting(ground.people[name], "test"):
        return list(model.visible_to(ground.people[name]).order_by("pk"))


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("about", ["unit", "staff", "partner", "other"])
def test_no_member_of_the_presence_sees_a_complaint_a_count_or_a_changed_page(ground: Ground, about: str) -> None:
    """Whoever is complained of, whatever their rank: their whole world is byte for byte as it was."""
    ground = add_intake(ground)
    add_duty(ground.people)
    incident = open_incident(ground, "adviser")
    names = [*ROLES, "duty", "second"]
    clients = {name: browser_of(ground.people, name) for name in names}
    paths = [
        "/about/", "/guide/", "/watch/", "/watch/inbox/", "/watch/inbox/?status=alleged", "/watch/incidents/",
        "/watch/plans/", LOOP, COMMITMENTS, COMPLAIN, "/threats/", "/threats/all/", "/register/",
        "/administration/",
        reverse("watch:incident", args=[incident.pk]), reverse("missions:presence", args=[ground.presence]),
        reverse("missions:people", args=[ground.presence]),
    ]  # fmt: skip

    def look() -> dict[tuple[str, str], bytes]:
        passing = re.compile(rb"\d+ (min|h)\b|\d\d:\d\d")
        return {
            (name, path): passing.sub(b"", without_once(client.get(path).content))
            for name, client in clients.items()
            for path in paths
        }

    before = look()
    answer = clients["assistant"].post(COMPLAIN, SENT | {"about": about})
    assert answer.status_code == 200 and b"It was received" in answer.content
    assert b"goats" not in answer.content and b"invented company" not in answer.content
    assert look() == before
    for name in names:
        assert not rows(ground, IntakeReport, name), name
    assert not rows(ground, Report)[1:] and len(rows(ground, Incident)) == 1
    kept = rows(ground, IntakeReport, "focal")
    assert [(row.about, row.of_whom, row.marking) for row in kept] == [
        (about, "The invented company at the ford", Marking.STRICTLY_CONFIDENTIAL)
    ]


def test_the_ledger_holds_nothing_of_what_a_complaint_says(ground: Ground) -> None:
    ground = add_intake(ground)
    complain(by=ground.people["assistant"], presence=ground.presence, complaint=GIVEN)
    written = " ".join(str(row.__dict__) for row in Content.objects.all())
    assert "goats" not in written and "invented company" not in written


def test_without_restricted_intake_nothing_is_kept_and_a_channel_outside_is_named(ground: Ground) -> None:
    answer = browser_of(ground.people, "assistant").post(COMPLAIN, SENT)
    assert answer.status_code == 409 and b"Office of Internal Oversight Services" in answer.content
    assert b"They took goats" in answer.content and not rows(ground, Report)


@pytest.mark.parametrize("name", ["administrator", "outsider"])
def test_who_does_not_read_the_presence_cannot_say_anything_to_it(ground: Ground, name: str) -> None:
    ground = add_intake(ground)
    with pytest.raises(Problem) as caught:
        complain(by=ground.people[name], presence=ground.presence, complaint=GIVEN)
    assert caught.value.code == "not-allowed"
    sent = SENT | {"presence": write_reference(ground.presence)}
    assert browser_of(ground.people, name).post(COMPLAIN, sent).status_code == 403


def test_bad_complaints_stand_beside_their_fields(ground: Ground) -> None:
    ground = add_intake(ground)
    client = browser_of(ground.people, "commander")
    for name, value in {"about": "everybody", "of_whom": "", "summary": " ", "contact_code": "Amina",
                        "happened_at": "2999-01-01T00:00"}.items():  # fmt: skip
        answer = client.post(COMPLAIN, SENT | {name: value})
        assert answer.status_code == 400 and f'href="#complain-{name}"' in answer.content.decode(), name
    assert not rows(ground, IntakeReport, "focal")


@pytest.mark.parametrize("role", ["officer", "analyst", "assistant", "custodian", "administrator", "outsider"])
def test_who_may_not_respond_promises_nothing(ground: Ground, role: str) -> None:
    sent = {"do": "commit", "what": "x", "to_whom": "y", "due_on": in_days(3).isoformat(), "owner": "Duty"}
    answer = browser_of(ground.people, role).post(COMMITMENTS, sent)
    assert answer.status_code in (200, 403) and not rows(ground, Commitment)


def test_a_commitment_of_no_page_is_refused(ground: Ground) -> None:
    client = browser_of(ground.people, "adviser")
    assert client.post(COMMITMENTS, {"do": "anything"}).status_code == 400
    stray = {"do": "settle", "row": write_reference(77), "version": "1", "state": "kept"}
    assert client.post(COMMITMENTS, stray).status_code == 403
    past = {"do": "commit", "what": "x", "to_whom": "y", "due_on": "2001-01-01", "owner": "Duty"}
    assert client.post(COMMITMENTS, past).status_code == 400


# ------------------------------------------------------------------------------------------------- promises


def test_a_complaint_pressed_twice_is_kept_once_and_the_form_says_who_reads_it(ground: Ground) -> None:
    ground = add_intake(ground)
    client = browser_of(ground.people, "analyst")
    form = page(client, COMPLAIN)
    assert "not the unit, the member of staff or the partner complained of" in form
    assert "Call the invented hotline." in form and "the invented clinic" in form
    submission = re.search(r'name="submission" value="(\w+)"', form)[1]
    codes = [
        re.search(r"<code>(\w+)<", client.post(COMPLAIN, SENT | {"submission": submission}).content.decode())[1]
        for _ in range(2)
    ]
    assert codes[0] == codes[1] and len(rows(ground, IntakeReport, "focal")) == 1


def test_what_a_community_was_told_leaves_the_list_of_those_who_heard_nothing(ground: Ground) -> None:
    incident = open_incident(ground, "adviser")
    client = browser_of(ground.people, "commander")
    assert "People abducted" in page(client, LOOP) and "Nothing was written down yet" in page(client, LOOP)
    by = ground.people["adviser"]
    check = Check(about="contact", risks="Seen with us", verdict="go", held_by="Duty")
    check_harm(by=by, incident=incident.pk, check=check)
    telling = Telling(to_whom="Market committee", what="We come at noon", channel="radio", told_by="Civil affairs")
    tell_community(by=by, incident=incident.pk, telling=telling)
    text = page(client, LOOP)
    assert "every community that sent an alert was told something" in text
    for said in ("Market committee", "We come at noon", "Civil affairs", "Abducted at the ford"):
        assert said in text


def test_a_commitment_is_written_down_once_settled_and_stays(ground: Ground) -> None:
    client = browser_of(ground.people, "adviser")
    form = page(client, COMMITMENTS)
    sent = {
        "do": "commit", "what": "A patrol on market day", "to_whom": "Market committee", "owner": "Operations",
        "due_on": in_days(3).isoformat(), "population": write_reference(ground.town),
        "submission": re.search(r'name="submission" value="(\w+)"', form)[1],
    }  # fmt: skip
    for _ in range(2):
        assert client.post(COMMITMENTS, sent).status_code == 302
    (row,) = rows(ground, Commitment)
    assert row.population_id == ground.town
    with acting(ground.people["adviser"], "test"):
        Commitment.visible_to(ground.people["adviser"]).update(due_on=TODAY - timedelta(days=2))
    assert "1 is overdue" in page(client, COMMITMENTS)
    settle = {"do": "settle", "row": write_reference(row.pk), "version": "1", "state": "not_kept"}
    assert client.post(COMMITMENTS, settle).status_code == 400
    assert client.post(COMMITMENTS, settle | {"note": "No fuel"}).status_code == 302
    text = page(client, COMMITMENTS)
    assert "None is open" in text and "No fuel" in text and "overdue" not in text.partition("<main")[2]


def test_an_incident_says_who_can_come_in_how_many_minutes_in_which_season(ground: Ground) -> None:
    incident = open_incident(ground, "adviser")
    path, client = reverse("watch:incident", args=[incident.pk]), browser_of(ground.people, "commander")
    assert "minutes: not known" in page(client, path)
    by = ground.people["officer"]
    with acting(by, "test"):
        common = {"compartment_id": ground.people.here, "population_id": ground.town, "mode": "road"}
        secret = Site(
            presence_id=ground.presence,
            key="hidden",
            name="Hidden post",
            compartment_id=ground.people.here,
            marking=2,
        )
        secret.save()
        for values in (
            {"site_id": ground.site, "can_reach": "yes", "minutes_dry": 40, "basis": "driven in March"},
            {"who": "Invented clinic", "can_reach": "season", "minutes_dry": 95},
            {"site_id": secret.pk, "can_reach": "yes", "minutes_dry": 7},
        ):
            Access(marking=0, **common, **values).save()
    text = page(client, path)
    known = r"Invented base</bdi>, Road: dry season 40 min, wet season not known \(<span[^>]*>driven in March"
    dry = r"Invented clinic</bdi>, Road: dry season 95 min, wet season <strong[^>]*>does not get there"
    assert re.search(known, text) and re.search(dry, text)
    assert "no source is given" in text and "Hidden post" not in text and "7 min" not in text


def test_what_may_be_said_outside_names_nobody_and_nothing_marked(ground: Ground) -> None:
    incident = open_incident(ground)
    common = {
        "presence_id": ground.presence,
        "compartment_id": ground.people.here,
        "due_on": TODAY,
        "recorded_by": "x",
    }
    common |= {"to_whom": "Market committee", "owner": "Civil affairs", "note": "Noted apart"}
    with acting(ground.people["officer"], "test"):
        for marking, what, more in (
            (0, "A patrol on market days", {"population_id": ground.town, "state": "kept", "settled_on": TODAY}),
            (0, "A visit to the camp", {"population_id": ground.camp}),
            (0, "A call about the ford", {"incident_id": incident.pk}),
            (0, "A lamp at the gate", {"state": "withdrawn", "settled_on": TODAY}),
            (1, "An escort at night", {}),
        ):
            Commitment(what=what, marking=marking, **common, **more).save(force_insert=True)
        camp = Population.visible_to(ground.people["officer"]).get(pk=ground.camp)
        camp.marking = 1
        camp.save()
    shown = page(browser_of(ground.people, "adviser"), f"{COMMITMENTS}?for=public")
    assert "A patrol on market days" in shown and "Invented town" in shown and "Kept" in shown
    assert "1 commitment, of which kept: 1." in shown
    hidden = (
        "visit to the camp",
        "call about the ford",
        "lamp",
        "escort",
        "committee",
        "Civil affairs",
        "Noted apart",
    )
    assert [words for words in hidden if words in shown] == []
    assert "Invented camp" not in shown
    outside = browser_of(ground.people, "outsider").get(f"{COMMITMENTS}?for=public")
    assert b"market days" not in outside.content
