"""Signing in through the pages: what is refused first, then what is promised."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import members
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import override_settings

from tutela.kernel.markings import Principal
from tutela.records.accounts import actions, sign_in
from tutela.records.accounts.models import Mode, User
from tutela.records.ledger.models import Content, Entry

SIGN_IN = "/accounts/sign-in/"
BOTH = {"email": "officer@invented.example", "password": members.PASSWORD}


def without_token(page: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page)


def change_session(client, **values: object) -> None:
    session = client.session
    session.update(values)
    session.save()


def ago(**amount: int) -> str:
    return (datetime.now(UTC) - timedelta(**amount)).isoformat()


# ------------------------------------------------------------------------------------------------- refusals


def test_the_answer_is_the_same_whether_the_account_exists(team, monkeypatch) -> None:
    work = []
    real = sign_in.check_password
    monkeypatch.setattr(sign_in, "check_password", lambda *given: work.append(given[1][:30]) or real(*given))
    pages = []
    for email in ("officer@invented.example", "no.such@invented.example", "shut@invented.example", "new"):
        answer = members.browser().post(SIGN_IN, {"email": email, "password": "not the right one"})
        pages.append((answer.status_code, without_token(answer.content).replace(email.encode(), b"")))
    assert len(set(pages)) == 1
    assert len(work) == 4 and len(set(work)) == 1  # one hash each, of the same cost


def test_waits_grow_for_an_account_whether_it_exists_or_not(team) -> None:
    for email in ("officer@invented.example", "no.such@invented.example"):
        seen = [
            members.browser().post(SIGN_IN, {"email": email, "password": str(number)}).status_code
            for number in range(7)
        ]
        assert seen == [400] * 5 + [429] * 2
    right = members.browser().post(SIGN_IN, BOTH)
    assert right.status_code == 429
    assert b"Wait 1 min" in right.content
    other = members.browser().post(SIGN_IN, {**BOTH, "email": "adviser@invented.example"})
    assert other.status_code == 302


def test_waits_grow_for_an_address_too(team) -> None:
    seen = [
        members.browser().post(SIGN_IN, {"email": f"{number}@invented.example", "password": "x"}).status_code
        for number in range(32)
    ]
    assert seen[:30] == [400] * 30
    assert seen[30:] == [429] * 2
    assert members.browser().post(SIGN_IN, BOTH, REMOTE_ADDR="127.0.0.2").status_code == 302


def test_a_wrong_second_factor_is_refused_and_waits_grow(team) -> None:
    client = team["half"]
    seen = [client.post("/accounts/factor/", {"code": "000000"}).status_code for _ in range(6)]
    assert seen == [400] * 5 + [429]
    assert client.get("/presences/").status_code == 302


def test_a_code_works_once(team) -> None:
    client, user = team["half"], team.user("half")
    code = members.code_of(user, 1)
    assert client.post("/accounts/factor/", {"code": code}).status_code == 302
    again = members.browser()
    again.post(SIGN_IN, {"email": user.email, "password": members.PASSWORD})
    assert again.post("/accounts/factor/", {"code": code}).status_code == 400
    assert again.get("/presences/").status_code == 302


def test_a_code_of_long_ago_or_of_somebody_else_is_refused(team) -> None:
    client = team["half"]
    for code in (members.code_of(team.user("half"), -4), members.code_of(team.user("officer"), 1), "", "x" * 9000):
        assert client.post("/accounts/factor/", {"code": code}).status_code == 400


def test_a_recovery_code_works_once_for_its_holder_alone(team) -> None:
    page = team["officer"].post("/accounts/recovery-codes/")
    codes = members.recovery_codes(page)
    assert len(set(codes)) == 10
    assert team["half"].post("/accounts/factor/", {"code": codes[0]}).status_code == 400
    for expected in (302, 400):
        client = members.browser()
        client.post(SIGN_IN, BOTH)
        assert (
            client.post("/accounts/factor/", {"code": codes[0].lower().replace("-", " ")}).status_code == expected
        )
    assert "9 recovery codes are left" in team["officer"].get("/accounts/").content.decode()


def test_a_link_works_once_and_not_after_a_day(team, monkeypatch) -> None:
    user = team.user("new")
    first = members.path_of_link(user)
    second = members.path_of_link(user)
    assert members.browser().get(first).status_code == 400  # the later one made it worthless
    assert members.browser().get(second).status_code == 200
    assert members.browser().get(second).status_code == 200  # looking does not use it up
    sent = {"key": second.partition("key=")[2], "password": members.PASSWORD, "again": members.PASSWORD}
    assert members.browser().post("/accounts/first/", {**sent, "again": "another one here"}).status_code == 400
    assert members.browser().post("/accounts/first/", sent).status_code == 302
    assert members.browser().post("/accounts/first/", sent).status_code == 400
    third = members.path_of_link(user)
    monkeypatch.setattr("tutela.records.accounts.links.datetime", _Later)
    assert members.browser().get(third).status_code == 400


class _Later(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(hours=24, minutes=1)


@pytest.mark.parametrize(
    "password", ["tiny", "password1234", "123456789012345", "officer@invented.example", "x" * 501]
)
def test_a_weak_password_is_refused(team, password: str) -> None:
    path = members.path_of_link(team.user("officer"))
    sent = {"key": path.partition("key=")[2], "password": password, "again": password}
    answer = members.browser().post("/accounts/first/", sent)
    assert answer.status_code == 400
    assert password.encode() not in answer.content or password == "officer@invented.example"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil", ""]
)
def test_signing_in_leads_nowhere_else(team, wanted: str) -> None:
    client = team["half"]
    sent = {"code": members.code_of(team.user("half"), 1), "next": wanted}
    answer = client.post("/accounts/factor/", sent)
    assert answer.status_code == 302
    assert answer["Location"] == "/"


@pytest.mark.parametrize("path", [SIGN_IN, "/accounts/sign-out/", "/administration/house/", "/accounts/first/"])
def test_a_form_from_elsewhere_changes_nothing(team, path: str) -> None:
    client = members.browser(forms_are_checked=True)
    client.cookies.update(team["administrator"].cookies)
    answer = client.post(
        path, {**BOTH, "mode": "closed", "is_sure": "on"}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 400
    assert b"Nothing was changed" in answer.content
    assert team["administrator"].get("/").status_code == 200


def test_a_form_goes_nowhere_where_none_is_taken(team) -> None:
    assert team["officer"].post("/presences/").status_code == 405
    assert team["officer"].put("/accounts/password/").status_code == 405


@pytest.mark.parametrize(
    "values", [{"used": ago(minutes=31)}, {"began": ago(hours=13)}, {"user": "x"}, {"began": 3}]
)
def test_a_session_ends_after_half_an_hour_without_use_and_after_twelve(team, values: dict[str, object]) -> None:
    client = team["officer"]
    change_session(client, **values)
    assert client.get("/presences/").status_code == 302


def test_shutting_an_account_ends_its_sessions_for_good(team) -> None:
    client = team["officer"]
    assert client.get("/presences/").status_code == 200
    by = team.people["administrator"]
    actions.set_active(by=by, user=team.user("officer"), is_active=False)
    actions.set_active(by=by, user=team.user("officer"), is_active=True)
    assert client.get("/presences/").status_code == 302


def test_another_password_ends_every_other_session(team) -> None:
    here, there = team["officer"], members.browser()
    there.post(SIGN_IN, BOTH)
    there.post("/accounts/factor/", {"code": members.code_of(team.user("officer"), 1)})
    assert there.get("/presences/").status_code == 200
    new = "five other words that go together"
    wrong = here.post("/accounts/password/", {"old": "wrong", "password": new, "again": new})
    assert wrong.status_code == 400
    done = here.post("/accounts/password/", {"old": members.PASSWORD, "password": new, "again": new})
    assert done.status_code == 302
    assert here.get("/presences/").status_code == 200
    assert there.get("/presences/").status_code == 302


def test_the_number_of_a_session_changes_with_each_step_and_is_worth_nothing_after(team) -> None:
    client = members.browser()
    numbers = []
    client.post(SIGN_IN, BOTH)
    numbers.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    client.post("/accounts/factor/", {"code": members.code_of(team.user("officer"), 1)})
    numbers.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    assert len(set(numbers)) == 2
    client.post("/accounts/sign-out/")
    for number in numbers:
        old = members.browser()
        old.cookies[settings.SESSION_COOKIE_NAME] = number
        assert old.get("/presences/").status_code == 302


def test_a_closed_house_shows_one_page_and_signs_everybody_out(team) -> None:
    administrator = team["administrator"]
    assert administrator.post("/administration/house/", {"mode": "closed"}).status_code == 400
    closed = administrator.post("/administration/house/", {"mode": "closed", "is_sure": "on"})
    assert closed.status_code == 503
    assert Session.objects.count() == 0
    for client in (administrator, team["officer"], members.browser()):
        for path in ("/", "/presences/", SIGN_IN, "/accounts/first/", "/healthz"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer.content == closed.content
    assert members.browser().post(SIGN_IN, BOTH).status_code == 503
    actions.set_mode(by=Principal(actions.FOUNDER), mode=Mode.NORMAL)
    assert team["officer"].get("/").status_code == 302


def test_who_hands_over_a_link_gets_into_nothing_by_it(team) -> None:
    client, here = team["administrator"], team.people.here
    assert team.people["officer"].reads(here, 2)
    page = client.post(f"/administration/users/{team.user('officer').pk}/link/")
    assert page.status_code == 200
    assert team.people["officer"].levels == {}
    assert team["officer"].get("/presences/").status_code == 302
    refused = client.post(f"/administration/users/{team.user('custodian').pk}/link/")
    assert refused.status_code == 409
    assert b"tutela register link" in refused.content
    own = client.post(f"/administration/users/{team.user('administrator').pk}/link/")
    assert own.status_code == 409


def test_what_deserves_it_asks_for_the_second_factor_again(team) -> None:
    client = team["administrator"]
    change_session(client, factor_at=ago(minutes=11))
    asked = client.get("/administration/users/new/")
    assert asked.status_code == 302
    assert asked["Location"] == "/accounts/again/?next=%2Fadministration%2Fusers%2Fnew%2F"
    assert (
        client.post("/administration/users/new/", {"email": "x@invented.example", "name": "X"}).status_code == 302
    )
    assert not User.objects.filter(email="x@invented.example").exists()
    sent = {"code": members.code_of(team.user("administrator"), 1), "next": "/administration/users/new/"}
    back = client.post("/accounts/again/", sent)
    assert back["Location"] == "/administration/users/new/"
    assert client.get("/administration/users/new/").status_code == 200


# ------------------------------------------------------------------------------------------------- promises


def test_cookies_are_for_this_application_alone(team) -> None:
    client = members.browser()
    client.get(SIGN_IN)
    client.post(SIGN_IN, BOTH)
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        morsel = client.cookies[name]
        assert morsel["httponly"] and morsel["samesite"] == "Strict" and not morsel["max-age"]
    with override_settings(SESSION_COOKIE_SECURE=True):
        client = members.browser()
        client.post(SIGN_IN, BOTH)
        assert client.cookies[settings.SESSION_COOKIE_NAME]["secure"]


def test_behind_a_proxy_nothing_is_answered_that_came_without_tls(team) -> None:
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert team["officer"].get("/").status_code == 400
        headers = {"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7, 192.0.2.9"}
        assert team["officer"].get("/", headers=headers).status_code == 200


def test_signing_in_and_out_stand_in_the_ledger_without_what_was_typed(team) -> None:
    client, user = members.browser(), team.user("officer")
    client.post(SIGN_IN, {**BOTH, "password": "a wrong password here"})
    client.post(SIGN_IN, BOTH)
    code = members.code_of(user, 1)
    client.post("/accounts/factor/", {"code": "000000"})
    client.post("/accounts/factor/", {"code": code})
    codes = members.recovery_codes(client.post("/accounts/recovery-codes/"))
    client.post("/accounts/sign-out/")
    said = list(Entry.objects.filter(kind="access").order_by("pk").values_list("operation", "actor"))[-5:]
    me = str(user.pk)
    assert said == [
        ("sign-in refused", "nobody"),
        ("password given", "nobody"),
        ("sign-in refused", me),
        ("sign-in", me),
        ("sign-out", me),
    ]
    everything = " ".join(str(body) for body in Content.objects.values_list("body", flat=True))
    for secret in (members.PASSWORD, "a wrong password here", code, *codes, "argon2"):
        assert secret not in everything


def test_every_page_says_that_the_house_can_only_be_read(team) -> None:
    assert b"Read only:" not in team["officer"].get("/presences/").content
    sent = team["administrator"].post("/administration/house/", {"mode": "read_only"})
    assert sent.status_code == 302
    for path in ("/", "/presences/", "/accounts/", SIGN_IN):
        client = members.browser() if path == SIGN_IN else team["officer"]
        assert b"Read only:" in client.get(path).content


def test_an_administrator_makes_an_account_whose_holder_comes_in(team) -> None:
    form = {"email": "Hostile@Invented.Example", "name": "<script>alert(1)</script>", "function": "<img src=x>"}
    page = team["administrator"].post("/administration/users/new/", form)
    link = re.search(r"http://127\.0\.0\.1:8000(/accounts/first/\?key=[\w-]+)", page.content.decode())
    assert link
    client = members.browser()
    assert client.get(link[1]).status_code == 200
    key = link[1].partition("key=")[2]
    client.post("/accounts/first/", {"key": key, "password": members.PASSWORD, "again": members.PASSWORD})
    client.get("/accounts/set-up/")
    user = User.objects.get(email="hostile@invented.example")
    done = client.post("/accounts/set-up/", {"code": members.code_of(user), "next": "/accounts/"})
    assert len(members.recovery_codes(done)) == 10
    for viewer, path in ((client, "/accounts/"), (team["administrator"], "/administration/users/")):
        body = viewer.get(path).content.decode()
        assert "<script" not in body and "<img" not in body
    twice = team["administrator"].post("/administration/users/new/", form)
    assert twice.status_code == 409


def test_a_custodian_lets_people_in_and_out(team) -> None:
    client, path = team["custodian"], f"/administration/compartments/{team.people.here}/"
    grant = {"email": "outsider@invented.example", "role": "analyst", "level": "1", "purpose": "the <b>river</b>"}
    for wrong in ({"email": "no@invented.example"}, {"role": "king"}, {"level": "7"}, {"purpose": " "},
                  {"until": "2001-01-01"}, {"until": "soon"}, {"email": "custodian@invented.example"}):  # fmt: skip
        assert client.post(f"{path}admit/", {**grant, **wrong}).status_code in {400, 409}
    assert client.post(f"{path}admit/", {**grant, "until": "2999-01-31"}).status_code == 302
    assert team.people["outsider"].reads(team.people.here, 1)
    body = client.get(path).content.decode()
    assert "&lt;b&gt;river&lt;/b&gt;" in body and "2999-02-01 00:00 UTC" in body
    assert client.post(f"{path}dismiss/", {"email": grant["email"]}).status_code == 302
    assert not team.people["outsider"].reads(team.people.here)
    assert client.post(f"{path}dismiss/", {"email": "custodian@invented.example"}).status_code == 409
    assert client.post(f"{path}mode/", {"mode": "read_only"}).status_code == 302
    assert b"Read only" in client.get(path).content
    assert client.post(f"{path}mode/", {"mode": "closed"}).status_code == 302
    assert client.get(path).status_code == 200  # who closed it must be able to open it again


def test_an_administrator_makes_a_compartment_and_stays_outside(team) -> None:
    client = team["administrator"]
    form = {"name": "Third mission", "kind": "mission", "email": "analyst@invented.example", "purpose": "keeps it"}
    for wrong in ({"name": " "}, {"kind": "x"}, {"email": "no@invented.example"}, {"purpose": ""}):
        assert client.post("/administration/compartments/new/", {**form, **wrong}).status_code == 400
    assert client.post("/administration/compartments/new/", form).status_code == 302
    assert b"Third mission" not in client.get("/administration/").content
    assert b"Third mission" in team["analyst"].get("/administration/").content


def test_broken_glass_shows_to_its_holder_and_to_the_custodian(team) -> None:
    form = {"compartment": "Second mission", "reason": "too short"}
    assert team["adviser"].post("/administration/broken-glass/", form).status_code == 400
    form["reason"] = "An attack on the road there, nobody answers"
    assert team["adviser"].post("/administration/broken-glass/", form).status_code == 302
    assert b"broken glass" in team["adviser"].get("/accounts/").content
    page = team["custodian"].get(f"/administration/compartments/{team.people.there}/")
    assert b"broken glass" in page.content


def test_accounts_are_shut_and_opened_and_the_last_administrator_stays(team) -> None:
    client, user = team["administrator"], team.user("analyst")
    for do, is_active in (("", True), ("shut", False), ("open", True)):
        assert client.post(f"/administration/users/{user.pk}/shut/", {"do": do}).status_code == 302
        assert team.user("analyst").is_active is is_active
    last = client.post(f"/administration/users/{team.user('administrator').pk}/shut/", {"do": "shut"})
    assert last.status_code == 409
    assert client.get("/administration/users/00000000-0000-4000-8000-000000000000/").status_code == 403


def test_time_is_kept_at_most_once_a_minute(team) -> None:
    client = team["officer"]
    change_session(client, used=ago(minutes=0))  # the browsers were signed in when the run began
    before = client.session["used"]
    client.get("/presences/")
    assert client.session["used"] == before
    change_session(client, used=ago(minutes=2))
    client.get("/presences/")
    assert time.time() - datetime.fromisoformat(client.session["used"]).timestamp() < 30


def test_a_register_that_does_not_answer_lays_nothing_open(team) -> None:
    members.point_to(team.path.parent / "gone.sqlite3")
    for client in (team.everybody.browsers["officer"], members.browser()):
        answer = client.get("/presences/")
        assert answer.status_code == 503
        assert b"tutela doctor" in answer.content
    assert members.browser().post(SIGN_IN, BOTH).status_code == 503


def test_notices_by_e_mail_are_chosen_and_ended_on_the_account_page(team) -> None:
    client = team["officer"]
    assert b"Tell me by e-mail" in client.get("/accounts/").content
    assert client.post("/accounts/notices/", {"wanted": "1"}).headers["Location"] == "/accounts/#notices"
    page = client.get("/accounts/").content
    assert b"Stop telling me" in page and b"Tell me by e-mail" not in page
    client.post("/accounts/notices/", {"wanted": "0"})
    assert b"Tell me by e-mail" in client.get("/accounts/").content
