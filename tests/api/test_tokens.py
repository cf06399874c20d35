"""Tokens: what is refused first, then what they reach, and what the ledger says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from callers import Caller
from incident_ground import hand_in, make_ground
from page_ground import browser_of

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts import actions
from tutela.records.accounts.actions import Grant, admit, break_glass, dismiss, set_active, set_mode
from tutela.records.accounts.models import Mode, Token
from tutela.records.accounts.references import write_reference
from tutela.records.accounts.roles import May, Role
from tutela.records.accounts.tokens import LONGEST, MOST, Scope, list_tokens, make_token, narrow, revoke_token
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Entry

NOW = datetime.now(UTC)


def scope(people, **changed) -> Scope:
    given = {"compartments": (people.here,), "abilities": (May.REPORT,), "level": Marking.CONFIDENTIAL}
    return Scope(**(given | {"until": NOW + timedelta(days=9)} | changed))


def test_no_token_is_made_without_a_second_factor_of_just_now(people) -> None:
    for given in (None, NOW - timedelta(minutes=11), NOW + timedelta(hours=5)):
        with pytest.raises(Problem, match="second factor"):
            make_token(by=people["adviser"], name="Tool", scope=scope(people), factor_at=given)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("compartments", {"compartments": ()}),
        ("compartments", {"compartments": (999_999,)}),
        ("abilities", {"abilities": (May.VERIFY,)}),
        ("abilities", {"abilities": (May.SIGN,)}),
        ("abilities", {"abilities": ("everything",)}),
        ("level", {"level": Marking.STRICTLY_CONFIDENTIAL}),
        ("until", {"until": NOW - timedelta(minutes=1)}),
        ("until", {"until": NOW + LONGEST + timedelta(days=1)}),
    ],
)
def test_no_token_is_made_for_more_than_its_holder_may(people, field, changed) -> None:
    with pytest.raises(Problem) as caught:
        make_token(by=people["adviser"], name="Tool", scope=scope(people, **changed), factor_at=datetime.now(UTC))
    assert (caught.value.code, caught.value.where) == ("field-invalid", field)


def test_a_token_never_makes_tokens_breaks_glass_lets_people_in_or_administers(people) -> None:
    custodian = people["custodian"]
    row = Token(user_id=custodian.actor, compartments=[people.here], abilities=list(May), level=2, pk=7)
    by = narrow(custodian, row)
    assert by.abilities[people.here] == frozenset()
    grant = Grant(Role.ANALYST, Marking.CONFIDENTIAL, "works there")
    outsider = people.users["outsider"]
    deeds = [
        lambda: make_token(by=by, name="Tool", scope=scope(people), factor_at=datetime.now(UTC)),
        lambda: list_tokens(by=by),
        lambda: revoke_token(by=by, token=1),
        lambda: admit(by=by, compartment=people.here, user=outsider, grant=grant),
        lambda: dismiss(by=by, compartment=people.here, user=outsider),
        lambda: set_mode(by=by, mode=Mode.CLOSED, compartment=people.here),
        lambda: break_glass(by=by, compartment_key="second-mission", reason="a reason of twenty characters"),
        lambda: actions.create_user(
            by=replace(people["administrator"], token=7), email="x@invented.example", name="X"
        ),
    ]
    for deed in deeds:
        with pytest.raises(Problem) as caught:
            deed()
        assert caught.value.code == "not-allowed"


def test_nobody_revokes_the_token_of_somebody_else(people, caller) -> None:
    caller("adviser")
    token = list_tokens(by=people["adviser"])[0]
    for number in (token.pk, 999_999):
        with pytest.raises(Problem) as caught:
            revoke_token(by=people["officer"], token=number)
        assert caught.value.code == "not-allowed"


def test_holders_have_so_many_tokens_and_no_more(people) -> None:
    for number in range(MOST):
        make_token(by=people["adviser"], name=f"Tool {number}", scope=scope(people), factor_at=datetime.now(UTC))
    with pytest.raises(Problem, match="in force"):
        make_token(by=people["adviser"], name="Tool", scope=scope(people), factor_at=datetime.now(UTC))


def test_whatever_is_wrong_with_a_token_the_answer_is_one(people, caller) -> None:
    good = caller("adviser")
    revoked, shut = caller("adviser"), caller("analyst")
    expired = caller("adviser")
    newest = list_tokens(by=people["adviser"])[0].pk
    with acting(people["adviser"], "test"):
        Token.objects.get_queryset().opened().filter(pk=newest).update(until=datetime.now(UTC))
    revoke_token(by=people["adviser"], token=list_tokens(by=people["adviser"])[0].pk)
    set_active(by=people["administrator"], user=people.users["analyst"], is_active=False)
    wrong = [Caller(""), Caller("tutela_nothing"), Caller("x y"), revoked, shut, expired]
    answers = [item.get("/presences") for item in wrong]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["WWW-Authenticate"].startswith("Bearer")
    assert good.get("/presences").status_code == 200


def test_failures_are_counted_by_address_and_do_not_stop_a_good_token(caller) -> None:
    good, wrong = caller("adviser"), Caller("tutela_guess")
    statuses = [wrong.get("/presences").status_code for _ in range(12)]
    assert statuses[:5] == [401] * 5
    assert statuses[-1] == 429
    assert good.get("/presences").status_code == 200


def test_a_session_of_the_pages_is_nobody_here_and_a_token_is_nobody_there(people, caller) -> None:
    browser = browser_of(people, "officer")
    assert browser.get("/api/1/presences").status_code == 401
    assert browser.post("/api/1/reports/aaaaaaaaaaaaa/status", {}).status_code == 401
    answer = caller("officer").get("/presences")
    assert "tutela_session" not in answer.cookies
    from django.test import Client

    page = Client(headers={"host": "127.0.0.1:8000", "authorization": f"Bearer {caller('officer').letters}"})
    assert page.get("/register/").status_code == 302


def test_a_token_reaches_its_compartments_alone_up_to_its_marking(people, caller) -> None:
    ground = make_ground(people)
    row = hand_in(ground, "officer")
    reference = write_reference(row.pk)
    assert caller("officer").get(f"/reports/{reference}").status_code == 200
    low = caller("officer", level=Marking.UNCLASSIFIED)
    elsewhere = caller("outsider")
    nowhere = write_reference(10**9)
    answers = [
        low.get(f"/reports/{reference}"),
        elsewhere.get(f"/reports/{reference}"),
        elsewhere.get(f"/reports/{nowhere}"),
        elsewhere.get("/reports/not-a-reference"),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1


def test_a_token_of_another_compartment_gets_what_an_outsider_gets(people, caller) -> None:
    """The holder works in both; the token was made for one."""
    grant = Grant(Role.PROTECTION_ADVISER, Marking.CONFIDENTIAL, "works there")
    admit(by=people["custodian"], compartment=people.there, user=people.users["adviser"], grant=grant)
    ground = make_ground(people)
    token = caller("adviser", compartments=(people.there,))
    presence = write_reference(ground.presence)
    nowhere = write_reference(10**9)
    for path in ("/presences/{}", "/presences/{}/reports", "/presences/{}/populations"):
        theirs, missing = token.get(path.format(presence)), token.get(path.format(nowhere))
        assert (
            (theirs.status_code, theirs.content) == (missing.status_code, missing.content) == (403, missing.content)
        )
    assert token.get("/presences").json() == {"items": [], "next": None}
    assert [item["compartment"] for item in token.get("/me").json()["compartments"]] == ["second-mission"]


def test_whoever_loses_a_right_loses_it_in_their_tokens_at_once(people, caller) -> None:
    ground = make_ground(people)
    token = caller("adviser")
    path = f"/presences/{write_reference(ground.presence)}"
    assert token.get(path).status_code == 200
    dismiss(by=people["custodian"], compartment=people.here, user=people.users["adviser"])
    assert token.get(path).status_code == 403


def test_a_closed_house_answers_tokens_as_closed_and_a_reading_one_writes_nothing(people, caller) -> None:
    ground = make_ground(people)
    token = caller("adviser")
    path = f"/presences/{write_reference(ground.presence)}/reports"
    body = {"kind": "community_alert", "what": "abducted", "where": {"name": "Invented ford"}}
    set_mode(by=people["administrator"], mode=Mode.READ_ONLY)
    assert (token.get(path).status_code, token.post(path, body).status_code) == (200, 403)
    set_mode(by=people["administrator"], mode=Mode.CLOSED)
    answer = token.get(path)
    assert (answer.status_code, answer.json()["problem"]) == (503, "house-closed")


def test_every_use_is_in_the_ledger_as_the_holders_by_that_token(people, caller) -> None:
    ground = make_ground(people)
    hand_in(ground)
    token = caller("adviser")
    number = list_tokens(by=people["adviser"])[0].pk
    path = f"/presences/{write_reference(ground.presence)}/reports"
    body = {"kind": "community_alert", "what": "abducted", "where": {"name": "Invented ford"}}
    assert token.get(path).status_code == 200
    assert token.post(path, body).status_code == 201
    assert token.get(f"/reports/{write_reference(10**9)}").status_code == 403
    mine = Entry.objects.filter(actor=people["adviser"].actor, action__startswith=f"token {number} > ")
    assert set(mine.values_list("operation", flat=True)) >= {"search", "insert", "refused"}
    assert list_tokens(by=people["adviser"])[0].last_used is not None


def test_nothing_of_a_tokens_letters_is_kept(people, caller) -> None:
    from django.db import connection

    letters = caller("adviser").letters
    with connection.cursor() as cursor:
        for table in ("accounts_token", "ledger_content", "ledger_entry"):
            cursor.execute(f"SELECT * FROM {table}")
            assert letters not in repr(cursor.fetchall())
            assert letters[8:] not in repr(cursor.fetchall())
    body = repr(list(Entry.objects.values_list("operation", "subject_table")))
    assert "token made" in body


def test_what_is_wrong_is_said_in_english_unless_another_language_is_asked_for(caller) -> None:
    from django.test import Client

    letters = caller("officer").letters
    answers = {}
    for language in ("", "fr", "sw"):
        headers = {"host": "127.0.0.1:8000", "authorization": f"Bearer {letters}"}
        client = Client(headers=headers | ({"accept-language": language} if language else {}))
        answers[language] = client.get("/api/1/presences/aaaaaaaaaaaaa/populations")
    said = {language: answer.json() for language, answer in answers.items()}
    assert {answer.status_code for answer in answers.values()} == {403}
    assert {body["problem"] for body in said.values()} == {"not-allowed"}
    assert said[""] == said["sw"]
    assert said[""]["message"] == "Your functions do not include this, or it is not there."
    assert said["fr"]["message"] == "Vos fonctions ne comprennent pas ceci, ou cela n’existe pas."
    assert said["fr"]["remedy"] == "Adressez-vous au gardien du compartiment."
