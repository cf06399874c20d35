"""Signing in by force, at the pages: nothing that is sent says which password it was."""

from __future__ import annotations

import re

import members
import pytest
from test_signing_in import BOTH, SIGN_IN, ago, change_session

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.actions import Grant, admit, create_user
from tutela.records.accounts.models import Factor, User
from tutela.records.accounts.references import write_reference
from tutela.records.accounts.roles import Role
from tutela.records.ledger.acts import acting
from tutela.service.server import routes

FORCED = "other words for whoever stands behind"
PASSWORDS = "/accounts/password/"
_ONCE = re.compile(rb'name="(csrfmiddlewaretoken|submission)" value="[^"]+"')


def choose(team, password: str = FORCED, shown: tuple[str, ...] | None = None, client=None):
    here = write_reference(team.people.here)
    form = {"deed": "show", "password": password, "again": password, "shown": [here] if shown is None else shown}
    return (client or team["adviser"]).post(PASSWORDS, form)


def sign_in(team, name: str, password: str):
    """Both steps; gives the browser and what it was sent, without what is new at each."""
    client, user = members.browser(), team.user(name)
    with acting(Principal(str(user.pk)), "test"):
        Factor.objects.get_queryset().opened().filter(user_id=user.pk).update(last_step=0)
    first = client.post(SIGN_IN, {"email": user.email, "password": password})
    asked = client.get("/accounts/factor/")
    second = client.post("/accounts/factor/", {"code": members.code_of(user)})
    return client, [told(answer) for answer in (first, asked, second)]


def told(answer) -> tuple[int, dict[str, str], bytes, list[tuple[str, int]]]:
    """An answer with its headers and the names and lengths of its cookies."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"Date", "Content-Length"}}
    cookies = [(name, len(morsel.OutputString())) for name, morsel in sorted(answer.cookies.items())]
    return answer.status_code, headers, _ONCE.sub(b"", answer.content), cookies


# ------------------------------------------------------------------------------------------------- refusals


def test_two_that_differ_and_a_factor_of_long_ago_are_refused(team) -> None:
    client = team["adviser"]
    form = {"deed": "show", "password": FORCED, "again": "not the same words at all"}
    assert client.post(PASSWORDS, form).status_code == 400
    change_session(client, factor_at=ago(minutes=11))
    for answer in (client.get(PASSWORDS), client.post(PASSWORDS, {**form, "again": FORCED})):
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/again/")
    assert members.browser().post(SIGN_IN, {**BOTH, "password": FORCED}).status_code == 400


@pytest.mark.parametrize("shown", [["x"], [write_reference(987654)], ["'; --"]])
def test_what_is_not_on_the_list_cannot_be_chosen(team, shown: list[str]) -> None:
    assert choose(team, shown=tuple(shown)).status_code == 400


# ------------------------------------------------------------------------------------------------- promises


def test_the_answers_of_both_steps_are_the_same_byte_for_byte(team) -> None:
    assert choose(team).status_code == 302
    _, own = sign_in(team, "adviser", members.PASSWORD)
    _, forced = sign_in(team, "adviser", FORCED)
    assert own == forced
    assert own[2][0] == 302


def test_every_page_is_that_of_somebody_who_only_reports(team) -> None:
    """Of one who forces somebody, every page is asked; an ordinary assistant of the same name answers the same."""
    by = team.people["administrator"]
    twin = create_user(by=by, email="adviser@invented.exampls", name="Adviser")
    grant = Grant(Role.LIAISON_ASSISTANT, Marking.UNCLASSIFIED, "works there")
    admit(by=team.people["custodian"], compartment=team.people.here, user=twin, grant=grant)
    ordinary = members.come_in(twin)
    choose(team)
    forced, _ = sign_in(team, "adviser", FORCED)
    asked = 0
    for route in routes():
        if "<" in route["path"] or "GET" not in route["methods"] or route["name"] == "accounts:account":
            continue
        seen = [told(client.get(route["path"], {"q": "x"})) for client in (forced, ordinary)]
        same = [(status, headers, body.replace(b"exampls", b"example")) for status, headers, body, _ in seen]
        assert same[0] == same[1], route["path"]
        asked += 1
    assert asked > 40
    pages = [client.get("/accounts/").content.decode() for client in (forced, ordinary)]
    for page in pages:
        assert "Community liaison assistant" in page and "Unclassified" in page and "Confidential" not in page
    number = team.people.here
    for path in (f"/administration/compartments/{number}/", f"/administration/ledger/{number}/"):
        assert told(forced.get(path))[:3] == told(ordinary.get(path))[:3]


def test_an_administrator_who_is_forced_seems_to_keep_no_accounts(team) -> None:
    assert b"keeps accounts" in team["administrator"].get("/accounts/").content
    choose(team, shown=(), client=team["administrator"])
    forced, _ = sign_in(team, "administrator", FORCED)
    page = forced.get("/accounts/").content
    assert b"keeps accounts" not in page and b'/administration/"' not in page
    assert forced.get("/administration/").status_code == forced.get("/administration/users/").status_code == 403


def test_the_page_of_passwords_is_the_same_whether_there_is_one(team) -> None:
    client = team["adviser"]
    before = told(client.get(PASSWORDS))
    kept = told(choose(team, client=client))
    assert told(client.get(PASSWORDS))[:3] == before[:3]
    assert told(choose(team, "yet another one of several words", client=client)) == kept
    assert told(client.post(PASSWORDS, {"deed": "forget"})) == kept
    assert told(client.post(PASSWORDS, {"deed": "forget"})) == kept
    assert told(client.get(PASSWORDS))[:3] == before[:3]


def test_everything_else_that_was_signed_in_ends_and_the_custodian_sees_who_was_forced(team) -> None:
    choose(team)
    members_page = f"/administration/compartments/{team.people.here}/"
    assert b"Made to sign in by force" not in team["custodian"].get(members_page).content
    forced, _ = sign_in(team, "adviser", FORCED)
    assert forced.get("/presences/").status_code == 200
    assert team["adviser"].get("/presences/").status_code == 302
    page = team["custodian"].get(members_page).content
    assert b"Made to sign in by force" in page and b"Adviser is safe" in page
    form = {"email": team.user("adviser").email}
    path = f"{members_page}safe/"
    for name in ("officer", "analyst", "outsider", "administrator"):
        assert team[name].post(path, form).status_code == 403
    assert forced.post(path, form).status_code == 403
    assert User.objects.get(pk=team.user("adviser").pk).forced_at is not None
    assert team["custodian"].post(path, form).status_code == 302
    assert b"Made to sign in by force" not in team["custodian"].get(members_page).content


def test_what_is_set_under_force_works_as_it_would(team) -> None:
    choose(team)
    forced, _ = sign_in(team, "adviser", FORCED)
    deeper = "yet more words that somebody else chose"
    form = {"deed": "show", "password": deeper, "again": deeper, "shown": []}
    done = forced.post(PASSWORDS, form)
    assert (done.status_code, done["Location"]) == (302, "/accounts/?changed=1")
    inner, _ = sign_in(team, "adviser", deeper)
    assert inner.get("/presences/").status_code == 200
    again, _ = sign_in(team, "adviser", FORCED)  # signing in deeper ended this one
    new = "five other words that go together"
    changed = again.post(PASSWORDS, {"old": FORCED, "password": new, "again": new})
    assert (changed.status_code, changed["Location"]) == (302, "/accounts/?changed=1")
    assert again.get("/presences/").status_code == 200
    own, _ = sign_in(team, "adviser", members.PASSWORD)
    assert b"Confidential" in own.get("/accounts/").content
