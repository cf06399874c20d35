"""One's own tokens on pages: what is refused first, then making, showing once, listing and revoking."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse

from tutela.records.accounts.models import Token
from tutela.records.accounts.tokens import list_tokens
from tutela.records.ledger.models import Entry

NEW = "/accounts/tokens/new/"
LETTERS = re.compile(r"tutela_[\w-]{43}")


def form(**changed: object) -> dict[str, object]:
    later = (datetime.now(UTC).date() + timedelta(days=9)).isoformat()
    plain = {"name": "Field tool", "compartments": ["first-mission"], "abilities": ["report"], "level": "1"}
    return {"do": "make", **plain, "until": later, **changed}


def tokens_of(team, name: str) -> list[Token]:
    return list(list_tokens(by=team.people[name]))


@pytest.fixture
def made(team) -> tuple[object, Token, str]:
    """The adviser's browser, a token of theirs, and the page that showed it."""
    client = team["adviser"]
    page = client.post(NEW, form())
    assert page.status_code == 200, page.content
    return client, tokens_of(team, "adviser")[0], page.content.decode()


# ------------------------------------------------------------------------------------------------- refusals


def test_an_old_second_factor_is_asked_for_again_and_nothing_is_made(team) -> None:
    client = team["adviser"]
    session = client.session
    session["factor_at"] = (datetime.now(UTC) - timedelta(minutes=11)).isoformat()
    session.save()
    for answer in (client.get(NEW), client.post(NEW, form())):
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/again/?next=")
    assert not tokens_of(team, "adviser")
    assert client.get("/accounts/tokens/").status_code == 200


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "n" * 81}),
        ("compartments", {"compartments": []}),
        ("compartments", {"compartments": ["second-mission"]}),
        ("abilities", {"abilities": ["verify"]}),
        ("abilities", {"abilities": ["sign"]}),
        ("level", {"level": "2"}),
        ("level", {"level": ""}),
        ("until", {"until": "2020-01-01"}),
        ("until", {"until": "9999-12-31"}),
        ("until", {"until": "tomorrow"}),
    ],
)
def test_what_does_not_fit_stands_beside_its_field_and_nothing_is_made(team, field, changed) -> None:
    answer = team["adviser"].post(NEW, form(**changed))
    page = answer.content.decode()
    assert answer.status_code == 400 and f'id="make-{field}-wrong"' in page
    assert not LETTERS.search(page) and not tokens_of(team, "adviser")


def test_the_same_form_sent_twice_makes_one(team, made) -> None:
    client, _token, _page = made
    again = client.post(NEW, form(name="field  TOOL"))
    assert again.status_code == 400 and 'id="make-name-wrong"' in again.content.decode()
    assert len(tokens_of(team, "adviser")) == 1


def test_the_token_of_somebody_else_is_answered_like_none(team, made) -> None:
    _client, token, _page = made
    other = team["officer"]
    for method in (other.get, other.post):
        theirs = method(reverse("tokens:revoke", args=[token.pk]))
        missing = method(reverse("tokens:revoke", args=[999_999]))
        assert theirs.status_code == missing.status_code == 403 and theirs.content == missing.content
    assert b"Field tool" not in other.get("/accounts/tokens/").content
    assert tokens_of(team, "adviser")[0].revoked is None


def test_looking_at_the_question_ends_nothing(team, made) -> None:
    client, token, _page = made
    assert b"Shall" in client.get(reverse("tokens:revoke", args=[token.pk])).content
    assert tokens_of(team, "adviser")[0].revoked is None


def test_who_belongs_nowhere_is_told_so(team) -> None:
    answer = team["administrator"].get(NEW)
    assert answer.status_code == 200 and b"You belong to no compartment" in answer.content
    assert team["administrator"].post(NEW, form()).status_code == 400


# -------------------------------------------------------------------------------------------------- promises


def test_the_letters_are_shown_once_and_nowhere_kept(team, made) -> None:
    client, token, page = made
    letters = LETTERS.findall(page)
    assert len(letters) == 1
    for path in ("/accounts/tokens/", reverse("tokens:revoke", args=[token.pk]), "/accounts/"):
        assert not LETTERS.search(client.get(path).content.decode())
    assert letters[0] not in repr(token.__dict__) and token.digest not in page


def test_the_token_has_the_bounds_that_were_chosen_and_its_last_day_counts(team, made) -> None:
    _client, token, _page = made
    last = datetime.now(UTC).date() + timedelta(days=9)
    assert (token.compartments, token.abilities, token.level) == ([team.people.here], ["report"], 1)
    assert token.until == datetime.combine(last, time(23, 59, 59), UTC)


def test_only_what_its_maker_may_is_offered(team) -> None:
    page = team["assistant"].get(NEW).content.decode()
    assert 'value="report"' in page and 'value="triage"' not in page
    assert 'value="first-mission"' in page and "second-mission" not in page


def test_revoking_asks_first_then_ends_it_and_says_so(team, made) -> None:
    client, token, _page = made
    for _twice in range(2):
        done = client.post(reverse("tokens:revoke", args=[token.pk]))
        assert (done.status_code, done["Location"]) == (302, "/accounts/tokens/?done=revoke")
    page = client.get(done["Location"]).content.decode()
    assert "The token was revoked." in page and "revoked</td>" in page
    assert b"It ended already" in client.get(reverse("tokens:revoke", args=[token.pk])).content
    entries = Entry.objects.filter(operation="token revoked", subject=str(token.pk))
    assert entries.count() == 1
    assert client.post(NEW, form()).status_code == 200  # the name is free again


def test_the_account_leads_there(team) -> None:
    assert b'href="/accounts/tokens/"' in team["adviser"].get("/accounts/").content
