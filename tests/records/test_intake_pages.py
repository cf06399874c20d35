"""The pages of restricted intake: for those who work it, and for nobody else, whatever their rank."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cast import Cast
from django.urls import reverse
from incident_ground import Ground, add_duty, add_intake, hand_in, make_ground
from page_ground import ROLES, browser_of, open_home, without_once

from tutela.kernel.problems import Problem
from tutela.records.accounts.actions import set_mode
from tutela.records.accounts.models import Mode
from tutela.records.incidents.actions.complaints import Complaint, complain
from tutela.records.incidents.actions.intake import list_intake, note_choice, read_intake, take_on
from tutela.records.incidents.models import IntakeReport
from tutela.records.incidents.noticing import anything_waits
from tutela.records.ledger.models import Content, Entry

INTAKE = "/watch/intake/"
GIVEN = Complaint(about="unit", of_whom="The invented company", summary="They took zzyzx goats", place="zzyzx ford")


@pytest.fixture
def ground(people: Cast) -> Iterator[Ground]:
    with open_home():
        ground = add_intake(make_ground(people))
        add_duty(people)
        yield ground


def drop_one(ground: Ground, **changed) -> IntakeReport:
    """A complaint and a report; gives the complaint as it lies in the intake."""
    given = {name: getattr(GIVEN, name) for name in GIVEN.__slots__} | changed
    complain(by=ground.people["assistant"], presence=ground.presence, complaint=Complaint(**given))
    return list_intake(by=ground.people["focal"], intake=ground.secret)[-1]


def path_of(row: IntakeReport) -> str:
    return reverse("watch:dropped", args=[row.pk])


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("name", [*ROLES, "duty", "second"])
def test_nobody_of_the_presence_opens_them_and_there_and_not_there_answer_alike(ground: Ground, name: str) -> None:
    client, row = browser_of(ground.people, name), drop_one(ground)
    absent = path_of(row).replace(str(row.pk), "0b9ad4f2-8c1e-5b0e-9a57-0d6f0a4c1c11")
    assert client.get(INTAKE).status_code == 403
    for send in (client.get, client.post):
        there, nowhere = send(path_of(row), {"do": "take-on", "version": 1}), send(absent, {"do": "take-on"})
        assert (there.status_code, without_once(there.content)) == (403, without_once(nowhere.content))
    for attempt in (
        lambda by: read_intake(by=by, report=row.pk),
        lambda by: take_on(by=by, report=row.pk, expected_version=1),
        lambda by: note_choice(by=by, report=row.pk, wishes="contact", expected_version=1),
    ):
        with pytest.raises(Problem, match="do not include"):
            attempt(ground.people[name])
    assert b"restricted intake" not in client.get("/accounts/").content.lower()


def test_whoever_keeps_the_members_of_an_intake_reads_nothing_of_it(ground: Ground) -> None:
    row = drop_one(ground)
    keeper = browser_of(ground.people, "custodian")  # of both compartments
    assert keeper.get(INTAKE).status_code == keeper.get(path_of(row)).status_code == 403


def test_a_closed_intake_shows_nothing(ground: Ground) -> None:
    row, focal = drop_one(ground), browser_of(ground.people, "focal")
    set_mode(by=ground.people["custodian"], mode=Mode.CLOSED, compartment=ground.secret)
    assert focal.get(INTAKE).status_code == focal.get(path_of(row)).status_code == 403


def test_nothing_is_handed_off_against_the_survivor_or_twice(ground: Ground) -> None:
    row, focal = drop_one(ground, wishes="assistance_only"), browser_of(ground.people, "focal")
    sent = {"do": "hand-off", "to": "Oversight", "version": "1"}
    refused = focal.post(path_of(row), sent)
    assert refused.status_code == 409 and b"assistance and no complaint" in refused.content
    assert focal.post(path_of(row), {**sent, "to": ""}).status_code == 400
    changed = focal.post(path_of(row), {"do": "intake-choice", "wishes": "contact", "version": "1"})
    assert changed.status_code == 302
    stale = focal.post(path_of(row), sent)
    assert stale.status_code == 409 and b"Oversight" in stale.content  # what was typed stands there still
    assert focal.post(path_of(row), {**sent, "version": "2"}).status_code == 302
    for late in (
        sent | {"version": "3"},
        {"do": "take-on", "version": "3"},
        {"do": "intake-choice", "version": "3"},
    ):
        assert focal.post(path_of(row), late).status_code == 400  # the page offers nothing more
    assert b"Oversight" in focal.get(path_of(row)).content


def test_what_is_no_choice_is_refused(ground: Ground) -> None:
    row, focal = drop_one(ground), browser_of(ground.people, "focal")
    for wishes in ("", "x", "<script>"):
        sent = {"do": "intake-choice", "wishes": wishes, "version": "1"}
        assert focal.post(path_of(row), sent).status_code == 400


# ------------------------------------------------------------------------------------------------- promises


def test_who_works_it_reads_takes_on_and_hands_over(ground: Ground) -> None:
    focal = browser_of(ground.people, "focal")
    empty = focal.get(INTAKE).content.decode()
    assert "Nothing came in" in empty and "Strictly confidential" in empty
    row = drop_one(ground)
    assert 'href="/watch/intake/"' in focal.get("/accounts/").content.decode()
    page = focal.get(INTAKE).content.decode()
    assert "1 waits for somebody" in page and row.receipt in page and "Invented mission" in page
    assert "zzyzx" not in page  # the list tells no story
    one = focal.get(path_of(row)).content.decode()
    assert "They took zzyzx goats" in one and "The invented company" in one and "Strictly confidential" in one
    assert focal.post(path_of(row), {"do": "take-on", "version": "1"}).status_code == 302
    assert "Nothing waits" in focal.get(INTAKE).content.decode()
    again = focal.post(path_of(row), {"do": "take-on", "version": "2"})
    assert again.status_code == 400  # it is not offered any more
    assert focal.post(path_of(row), {"do": "hand-off", "to": "Oversight", "version": "2"}).status_code == 302
    with pytest.raises(Problem, match="handed off before"):
        note_choice(by=ground.people["focal"], report=row.pk, wishes="contact", expected_version=3)


def test_every_look_is_an_entry_that_holds_nothing_of_it(ground: Ground) -> None:
    row, focal = drop_one(ground), browser_of(ground.people, "focal")
    me = ground.people["focal"].actor
    before = Entry.objects.filter(actor=me, kind="access").count()
    focal.get(INTAKE)
    focal.get(path_of(row))
    focal.post(path_of(row), {"do": "take-on", "version": "1"})
    looks = Entry.objects.filter(actor=me, subject_table="incidents_intakereport", kind="access")
    assert looks.filter(subject=str(row.pk), operation="view").count() >= 2
    assert looks.filter(operation="search").exists() and Entry.objects.count() > before
    everything = " ".join(str(body) for body in Content.objects.values_list("body", flat=True))
    assert "zzyzx" not in everything and "invented company" not in everything


def test_working_it_changes_no_byte_for_the_presence(ground: Ground) -> None:
    hand_in(ground)
    row, focal = drop_one(ground), browser_of(ground.people, "focal")
    names = [*ROLES, "duty", "second"]
    clients = {name: browser_of(ground.people, name) for name in names}
    paths = ["/watch/", "/watch/inbox/", "/watch/incidents/", "/watch/answers/", "/threats/", "/register/", INTAKE]
    passing = re.compile(rb"\d+ (min|h)\b|\d\d:\d\d")

    def look() -> dict[tuple[str, str], bytes]:
        return {
            (name, path): passing.sub(b"", without_once(client.get(path).content))
            for name, client in clients.items()
            for path in paths
        }

    before = look()
    for sent in ({"do": "take-on", "version": "1"}, {"do": "hand-off", "to": "Oversight", "version": "2"}):
        assert focal.post(path_of(row), sent).status_code == 302
    drop_one(ground)
    assert look() == before


def test_who_works_it_hears_that_something_came_and_nobody_else(ground: Ground) -> None:
    since = datetime.now(UTC) - timedelta(seconds=1)
    row = drop_one(ground)
    assert anything_waits(by=ground.people["focal"], since=since)
    for name in ROLES:
        assert not anything_waits(by=ground.people[name], since=since), name
    take_on(by=ground.people["focal"], report=row.pk, expected_version=1)
    assert not anything_waits(by=ground.people["focal"], since=since)
