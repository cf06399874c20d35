"""Signing in as actions, on both databases: what is refused first, then what is promised."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cast import Cast
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.db import connection

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts import actions, factors, links, queries, sign_in, waits
from tutela.records.accounts.hashing import hash_like
from tutela.records.accounts.models import Factor, RecoveryCode, User, Wait
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry

PASSWORD = "four words that belong together"
HERE = "192.0.2.1"
OWNER = Principal(actions.FOUNDER)
EVERYBODY = ("officer", "adviser", "commander", "analyst", "assistant", "custodian", "administrator", "outsider")


def rows(model):
    return model.objects.get_queryset().opened()


def me(user: User) -> Principal:
    return Principal(str(user.pk))


def now_code(user: User, later: int = 0) -> str:
    secret = factors.open_secret(bytes(rows(Factor).get(user_id=user.pk).secret), str(user.pk))
    return factors.make_code(secret, int(time.time()) // 30 + later)


def give(user: User, code: str) -> sign_in.Answer:
    return sign_in.give_code(by=me(user), user=user, code=code, address=HERE)


def prepare(user: User) -> tuple[str, ...]:
    """A password and a second factor; gives the recovery codes."""
    token = links.make_link(by=OWNER, user=user)
    assert links.use_link(by=sign_in.UNKNOWN, token=token, password=PASSWORD) == user
    sign_in.begin_factor(by=me(user), user=user)
    return sign_in.confirm_factor(by=me(user), user=user, code=now_code(user), address=HERE)


def enter(email: str, password: str = PASSWORD, address: str = HERE) -> sign_in.Answer:
    return sign_in.give_password(by=sign_in.UNKNOWN, email=email, password=password, address=address)


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("name", EVERYBODY)
def test_nobody_acts_on_somebody_elses_factor_or_password(people: Cast, name: str):
    victim = people.users["officer" if name != "officer" else "analyst"]
    by = people[name]
    for attempt in (
        lambda: sign_in.begin_factor(by=by, user=victim),
        lambda: sign_in.confirm_factor(by=by, user=victim, code="000000", address=HERE),
        lambda: sign_in.give_code(by=by, user=victim, code="000000", address=HERE),
        lambda: sign_in.renew_recovery_codes(by=by, user=victim),
        lambda: sign_in.change_password(by=by, user=victim, old="x", new=PASSWORD, address=HERE),
        lambda: sign_in.sign_out(by=by, user=victim),
    ):
        with pytest.raises(Problem, match="do not include"):
            attempt()


@pytest.mark.parametrize("name", [name for name in EVERYBODY if name != "administrator"])
def test_only_administrators_hand_links_and_see_accounts(people: Cast, name: str):
    by = people[name]
    for attempt in (
        lambda: links.make_link(by=by, user=people.users["analyst"]),
        lambda: queries.list_users(by=by),
        lambda: queries.view_user(by=by, user=people.users["analyst"].pk),
    ):
        with pytest.raises(Problem, match="do not include"):
            attempt()


@pytest.mark.parametrize("name", [name for name in EVERYBODY if name != "custodian"])
def test_only_the_custodian_sees_who_belongs(people: Cast, name: str):
    with pytest.raises(Problem, match="do not include"):
        queries.list_members(by=people[name], compartment=people.here)
    assert queries.list_kept(by=people[name]) == ()
    if name != "administrator":
        with pytest.raises(Problem, match="do not include"):
            queries.find_colleague(by=people[name], email="officer@invented.example")


def test_an_administrator_comes_by_a_link_into_nothing(people: Cast):
    officer, custodian = people.users["officer"], people.users["custodian"]
    prepare(officer)
    prepare(custodian)
    links.make_link(by=people["administrator"], user=officer)
    assert people["officer"].levels == {}
    for user in (custodian, people.users["administrator"]):
        with pytest.raises(Problem) as caught:
            links.make_link(by=people["administrator"], user=user)
        assert caught.value.code == "not-possible"
    links.make_link(by=OWNER, user=custodian)
    assert people["custodian"].abilities  # whoever owns the home leaves the memberships


def test_a_shut_account_gets_no_link_and_no_entry(people: Cast):
    user = people.users["analyst"]
    prepare(user)
    token = links.make_link(by=OWNER, user=user)
    actions.set_active(by=people["administrator"], user=user, is_active=False)
    with pytest.raises(Problem, match="shut"):
        links.make_link(by=OWNER, user=user)
    assert links.find_link(by=sign_in.UNKNOWN, token=token) is None
    assert links.use_link(by=sign_in.UNKNOWN, token=token, password=PASSWORD) is None
    assert enter(user.email).user is None


def test_a_factor_that_nobody_confirmed_opens_nothing(people: Cast):
    user = people.users["analyst"]
    assert give(user, "000000").user is None
    sign_in.begin_factor(by=me(user), user=user)
    assert give(user, now_code(user)).user is None
    assert not sign_in.has_factor(user) and not queries.anybody_has_factor()


def test_a_second_factor_is_not_set_up_over_the_first(people: Cast):
    user = people.users["analyst"]
    prepare(user)
    with pytest.raises(Problem, match="has a second factor"):
        sign_in.begin_factor(by=me(user), user=user)
    assert sign_in.confirm_factor(by=me(user), user=user, code=now_code(user, 1), address=HERE) == ()


def test_a_secret_opens_for_its_holder_and_under_its_key_alone(people: Cast):
    user, other = people.users["analyst"], people.users["officer"]
    prepare(user)
    sealed = bytes(rows(Factor).get(user_id=user.pk).secret)
    with pytest.raises(Problem, match="does not open"):
        factors.open_secret(sealed, str(other.pk))
    (Path(settings.KEYS_FOLDER) / "sign-in.key").write_bytes(b"x" * 32)
    with pytest.raises(Problem, match="does not open"):
        give(user, "000000")
    (Path(settings.KEYS_FOLDER) / "sign-in.key").write_bytes(b"short")
    with pytest.raises(Problem, match="cannot be read"):
        give(user, "000000")


def test_attempts_are_counted_and_the_waits_grow_to_a_quarter_of_an_hour(people: Cast):
    user = people.users["analyst"]
    prepare(user)
    waited = []
    for _ in range(13):
        answer = enter(user.email, "wrong")
        assert answer.user is None
        if answer.wait:
            waited.append(round(answer.wait.total_seconds()))
            past = datetime.now(UTC) - timedelta(seconds=1)
            with_act(lambda past=past: rows(Wait).update(until=past))
            enter(user.email, "wrong")
    # What is left of a wait is asked a moment after it began.
    assert all(wanted - 3 <= left <= wanted for left, wanted in zip(waited[:3], (15, 30, 60), strict=True))
    assert 897 <= max(waited) <= 900
    assert enter(user.email).wait
    with_act(lambda: rows(Wait).update(last=datetime.now(UTC) - waits.FORGOTTEN * 2))
    assert enter(user.email).user == user


def test_whoever_waited_for_a_colleague_at_the_same_address_is_let_in(people: Cast, monkeypatch) -> None:
    for name in ("analyst", "officer"):
        prepare(people.users[name])
    locked, waiting = waits._locked, [True]

    def after_a_colleague(key: str) -> Wait:
        if waiting and waiting.pop():
            assert enter(people.users["officer"].email).user == people.users["officer"]
        return locked(key)

    monkeypatch.setattr(waits, "_locked", after_a_colleague)
    assert enter(people.users["analyst"].email).user == people.users["analyst"]


def with_act(change) -> None:
    with acting(OWNER, "test"):
        change()


# ------------------------------------------------------------------------------------------------- promises


def test_the_codes_are_those_of_the_standard():
    """RFC 4226, appendix D, and RFC 6238, appendix B (the last six of its eight digits)."""
    secret = b"12345678901234567890"
    assert [factors.make_code(secret, number) for number in range(3)] == ["755224", "287082", "359152"]
    for seconds, code in ((1111111111, "050471"), (1111111109, "081804"), (20000000000, "353130")):
        step = seconds // 30
        for off in (-30, 0, 30):
            assert factors.find_counter(secret, code, seconds + off, 0) == step
        for off in (-90, 90):
            assert factors.find_counter(secret, code, seconds + off, 0) is None
        assert factors.find_counter(secret, f" {code[:3]} {code[3:]}", seconds, 0) == step
        assert factors.find_counter(secret, code, seconds, step) is None
    assert base64.b32decode(factors.spell_secret(secret).replace(" ", "")) == secret
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in factors.address_secret(secret, "a@invented.example")


def test_a_password_that_was_changed_while_it_was_hashed_opens_nothing(people: Cast, monkeypatch):
    user = people.users["officer"]
    prepare(user)
    real = sign_in.check_password

    def slowly(password: str, kept: str) -> bool:
        fits = real(password, kept)
        with acting(OWNER, "test"):
            sign_in.set_password(User.objects.get(pk=user.pk), "quite other words that belong nowhere")
        return fits

    with monkeypatch.context() as patched:
        patched.setattr(sign_in, "check_password", slowly)
        assert enter(user.email) == sign_in.Answer()
    assert enter(user.email) == sign_in.Answer()
    assert enter(user.email, "quite other words that belong nowhere").user == user


def test_a_password_that_was_kept_at_another_cost_opens_still(people: Cast):
    user = people.users["officer"]
    prepare(user)
    with acting(OWNER, "test"):
        User.objects.filter(pk=user.pk).update(
            password=Argon2PasswordHasher().encode(PASSWORD, "salt-of-another-cost")
        )
    assert enter(user.email).user == user
    for encoded in (Argon2PasswordHasher().encode("x", "s" * 22), make_password("x")):
        assert hash_like("x", encoded) == encoded != hash_like("y", encoded)


def test_a_whole_sign_in(people: Cast):
    user = people.users["analyst"]
    codes = prepare(user)
    assert len(set(codes)) == factors.RECOVERY_CODES and sign_in.count_recovery_codes(user) == 10
    assert queries.anybody_has_factor()
    assert enter(user.email.upper()).user == user
    assert give(user, codes[3].lower().replace("-", "")).user == user
    assert give(user, codes[3]).user is None
    assert sign_in.count_recovery_codes(user) == 9
    code = now_code(user, 1)
    assert give(user, code).user == user
    assert give(user, code).user is None
    new = sign_in.renew_recovery_codes(by=me(user), user=user)
    assert give(user, codes[4]).user is None and give(user, new[4]).user == user
    sign_in.sign_out(by=me(user), user=user)


def test_a_good_sign_in_clears_the_failures_of_its_account(people: Cast):
    user = people.users["analyst"]
    codes = prepare(user)
    for number in range(6):
        assert give(user, "000000").user is None
        assert give(user, codes[number]).user == user


def test_what_is_kept_opens_nothing(people: Cast):
    """Somebody who reads the whole database and its ledger finds no password, secret, code or link."""
    user = people.users["analyst"]
    codes = prepare(user)
    token = links.make_link(by=OWNER, user=people.users["officer"])
    secret = factors.open_secret(bytes(rows(Factor).get(user_id=user.pk).secret), str(user.pk))
    kept = [
        str(value)
        for model in (Factor, RecoveryCode, Wait)
        for row in rows(model).values()
        for value in row.values()
    ]
    kept += [str(body) for body in Content.objects.values_list("body", flat=True)]
    kept += [str(value) for row in Entry.objects.values() for value in row.values()]
    everything = " ".join(kept)
    spelt = factors.spell_secret(secret).replace(" ", "")
    for hidden in (PASSWORD, *codes, token, spelt, secret.hex(), HERE):
        assert hidden not in everything
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM accounts_user WHERE email = %s", [user.email])
        assert cursor.fetchone()[0].startswith("argon2$argon2id$")


def test_a_link_ends_what_was_there(people: Cast):
    user = people.users["analyst"]
    codes = prepare(user)
    began_with = User.objects.get(pk=user.pk).sessions_ended
    first = links.make_link(by=people["administrator"], user=user)
    second = links.make_link(by=people["administrator"], user=user)
    assert User.objects.get(pk=user.pk).sessions_ended > began_with
    assert enter(user.email).user is None
    assert not sign_in.has_factor(user) and give(user, codes[0]).user is None
    assert links.find_link(by=sign_in.UNKNOWN, token=first) is None
    with pytest.raises(Problem, match="too short"):
        links.use_link(by=sign_in.UNKNOWN, token=second, password="tiny")
    assert links.use_link(by=sign_in.UNKNOWN, token=second, password=PASSWORD) == user
    assert links.use_link(by=sign_in.UNKNOWN, token=second, password=PASSWORD) is None


def test_a_password_is_changed_by_whoever_knows_it(people: Cast):
    user = people.users["analyst"]
    prepare(user)
    user.refresh_from_db()
    new = "five other words that go together"
    assert not sign_in.change_password(by=me(user), user=user, old="wrong", new=new, address=HERE)
    with pytest.raises(Problem, match="at most"):
        sign_in.change_password(by=me(user), user=user, old=PASSWORD, new="x" * 501, address=HERE)
    assert sign_in.change_password(by=me(user), user=user, old=PASSWORD, new=new, address=HERE)
    assert enter(user.email).user is None and enter(user.email, new).user == user


def test_a_house_that_is_closed_takes_no_password(people: Cast):
    user = people.users["analyst"]
    prepare(user)
    actions.set_mode(by=people["administrator"], mode=actions.Mode.CLOSED)
    assert enter(user.email).user is None
    actions.set_mode(by=OWNER, mode=actions.Mode.NORMAL)
    assert enter(user.email).user == user


def test_looking_at_accounts_and_members_is_written_down(people: Cast):
    queries.list_users(by=people["administrator"])
    queries.view_user(by=people["administrator"], user=people.users["officer"].pk)
    compartment, members = queries.list_members(by=people["custodian"], compartment=people.here)
    assert compartment.name == "First mission"
    assert {item.user.name for item in members} >= {"Officer", "Custodian"}
    assert len(queries.list_kept(by=people["custodian"])) == 2
    assert [item.compartment.name for item in queries.list_belongings(by=people["officer"])] == ["First mission"]
    assert (
        queries.find_colleague(by=people["custodian"], email=" OFFICER@invented.example") == people.users["officer"]
    )
    with pytest.raises(Problem):
        queries.list_belongings(by=sign_in.UNKNOWN)
    assert queries.find_account("no number") is None
    seen = Entry.objects.filter(kind="access", operation="view").values_list("subject_table", flat=True)
    assert sorted(seen) == ["accounts_membership", "accounts_user", "accounts_user"]
