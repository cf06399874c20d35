"""A password for whoever forces somebody to sign in, on both databases: refusals first, then what is promised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cast import Cast
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from incident_ground import make_ground
from test_sign_in import HERE, OWNER, PASSWORD, enter, me, now_code, prepare, rows

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts import actions, auditing, links, queries, showing, sign_in, tokens
from tutela.records.accounts.models import Compartment, Membership, Showing, Token, User
from tutela.records.accounts.notices import somebody_was_forced
from tutela.records.accounts.roles import May, Role
from tutela.records.accounts.shown import shown_member
from tutela.records.exports.actions import KIND
from tutela.records.jobs import actions as jobs
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry
from tutela.records.ledger.reading import Wanted
from tutela.records.missions.models import Population
from tutela.records.vault.actions import Person, find_by_name, reveal, shelter

FORCED = "other words for whoever stands behind"
DEEPER = "yet more words that somebody else chose"


def choose(people: Cast, name: str, password: str = FORCED, depth: int = 0, shown: tuple[int, ...] = ()) -> None:
    user = people.users[name]
    by = shown_member(User.objects.get(pk=user.pk), depth)
    showing.choose_showing(by=by, user=user, password=password, compartments=shown)


def come_in(people: Cast, name: str, password: str = FORCED, later: int = 1):
    """Both steps, as the pages do them; gives the principal of the session."""
    user = people.users[name]
    answer = enter(user.email, password)
    assert answer.user == user
    code = now_code(user, later)
    done = sign_in.give_code(by=me(user), user=user, code=code, address=HERE, depth=answer.depth)
    assert done.user == user
    return shown_member(User.objects.get(pk=user.pk), answer.depth)


# ------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("name", ["adviser", "custodian", "administrator", "outsider"])
def test_nobody_sets_or_forgets_the_password_of_somebody_else(people: Cast, name: str):
    for attempt in (
        lambda: showing.choose_showing(
            by=people[name], user=people.users["officer"], password=FORCED, compartments=()
        ),
        lambda: showing.forget_showing(by=people[name], user=people.users["officer"]),
    ):
        with pytest.raises(Problem, match="do not include"):
            attempt()


@pytest.mark.parametrize("password", ["tiny", "password1234", PASSWORD])
def test_a_weak_one_and_the_own_password_are_refused(people: Cast, password: str):
    prepare(people.users["officer"])
    with pytest.raises(Problem):
        choose(people, "officer", password)
    assert not rows(Showing).exists()


def test_nothing_can_be_shown_that_is_of_others_or_of_a_case(people: Cast):
    prepare(people.users["officer"])
    case = actions.create_compartment(
        by=people["administrator"],
        name="A case",
        kind=Compartment.Kind.CASE,
        custodian=people.users["custodian"],
        purpose="keeps members",
    ).pk
    grant = actions.Grant(Role.HUMAN_RIGHTS_OFFICER, Marking.STRICTLY_CONFIDENTIAL, "works there")
    actions.admit(by=people["custodian"], compartment=case, user=people.users["officer"], grant=grant)
    for number in (people.there, case, 0, 987654):
        with pytest.raises(Problem) as caught:
            choose(people, "officer", shown=(people.here, number))
        assert caught.value.code == "field-invalid"
    assert [item.pk for item in showing.list_showable(people["officer"])] == [people.here]
    assert showing.list_showable(people["analyst"]) == ()  # reports nowhere


def test_what_is_shown_is_never_above_unclassified_on_either_wall(people: Cast):
    ground = make_ground(people)
    for marking in Marking:
        with acting(people["officer"], "prepare"):
            Population(
                compartment_id=people.here,
                marking=int(marking),
                presence_id=ground.presence,
                name=f"Invented {marking}",
                kind="settlement",
                lat=5.0,
                lon=25.0,
            ).save(force_insert=True)
    prepare(people.users["officer"])
    choose(people, "officer", shown=(people.here,))
    forced = come_in(people, "officer")
    with acting(people["officer"], "look"):
        assert set(Population.visible_to(people["officer"]).values_list("marking", flat=True)) == {0, 1, 2}
    with acting(forced, "look"):
        assert set(Population.visible_to(forced).values_list("marking", flat=True)) == {0}
        # A filter that was forgotten: on PostgreSQL the second wall still holds.
        every = set(rows(Population).values_list("marking", flat=True))
    assert every == ({0} if connection.vendor == "postgresql" else {0, 1, 2})


def test_a_forced_session_keeps_audits_exports_opens_and_breaks_nothing(people: Cast):
    for name in ("officer", "custodian", "administrator", "adviser"):
        prepare(people.users[name])
        choose(people, name, shown=(people.here,) if name in {"officer", "adviser"} else ())
    officer, custodian, adviser = (come_in(people, name) for name in ("officer", "custodian", "adviser"))
    administrator = come_in(people, "administrator")
    reason = "a reason that is long enough to be one"
    for attempt in (
        lambda: find_by_name(by=officer, compartment=people.here, name="x"),
        lambda: actions.break_glass(by=adviser, compartment_key="second-mission", reason=reason),
        lambda: queries.list_members(by=custodian, compartment=people.here),
        lambda: queries.find_colleague(by=custodian, email="officer@invented.example"),
        lambda: actions.dismiss(by=custodian, compartment=people.here, user=people.users["officer"]),
        lambda: actions.set_mode(by=custodian, mode="closed", compartment=people.here),
        lambda: showing.declare_safe(by=custodian, compartment=people.here, user=people.users["officer"]),
        lambda: auditing.read_ledger(by=custodian, wanted=Wanted(people.here, 0)),
        lambda: queries.list_users(by=administrator),
        lambda: auditing.read_house_ledger(by=administrator, wanted=Wanted(None, 0)),
        lambda: jobs.start(by=officer, kind=KIND, compartment=people.here, marking=0, spec={}),
    ):
        with pytest.raises(Problem) as caught:
            attempt()
        assert caught.value.code == "not-allowed"
    assert queries.list_kept(by=custodian) == () and auditing.list_audited(custodian) == ()


def test_behind_a_forced_session_the_own_password_opens_no_identity_and_no_glass_until_somebody_is_safe(
    people: Cast,
):
    prepare(people.users["officer"])
    prepare(people.users["adviser"])
    name = shelter(
        by=people["officer"],
        compartment=people.here,
        case="a case",
        person=Person(name="Somebody Invented"),
    )
    factor = datetime.now(UTC)
    reason = "a reason that is long enough to be one"
    for who in ("officer", "adviser"):
        choose(people, who, shown=(people.here,))
        come_in(people, who)
    with pytest.raises(Problem, match="do not include"):
        reveal(by=people["officer"], pseudonym=name, reason=reason, factor_at=factor)
    with pytest.raises(Problem, match="do not include"):
        actions.break_glass(by=people["adviser"], compartment_key="second-mission", reason=reason)
    scope = tokens.Scope((people.here,), (), Marking.UNCLASSIFIED, factor + timedelta(days=1))
    with pytest.raises(Problem, match="do not include"):
        tokens.make_token(by=people["officer"], name="x", scope=scope, factor_at=factor)
    for by, victim in (("officer", "officer"), ("adviser", "officer"), ("outsider", "officer")):
        with pytest.raises(Problem, match="do not include"):
            showing.declare_safe(by=people[by], compartment=people.here, user=people.users[victim])
    for who in ("officer", "adviser"):
        showing.declare_safe(by=people["custodian"], compartment=people.here, user=people.users[who])
    assert reveal(by=people["officer"], pseudonym=name, reason=reason, factor_at=factor)
    assert actions.break_glass(by=people["adviser"], compartment_key="second-mission", reason=reason)


# ------------------------------------------------------------------------------------------------- promises


def test_every_attempt_costs_the_same_two_hashes(people: Cast, monkeypatch):
    prepare(people.users["officer"])
    prepare(people.users["adviser"])
    choose(people, "officer")
    work: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)
        monkeypatch.setattr(
            Argon2PasswordHasher,
            name,
            lambda self, *given, _real=real, _name=name: work.append(_name) or _real(self, *given),
        )
    seen = []
    enter("no.such@invented.example")  # makes the decoy, once for the process
    for email, password in (
        ("officer@invented.example", PASSWORD),
        ("officer@invented.example", FORCED),
        ("officer@invented.example", "wrong"),
        ("adviser@invented.example", PASSWORD),
        ("adviser@invented.example", FORCED),
        ("no.such@invented.example", FORCED),
    ):
        work.clear()
        enter(email, password)
        seen.append(tuple(work))
    assert set(seen) == {("verify", "encode")}


def test_a_forced_sign_in_ends_what_else_is_open_and_tells_the_custodian_alone(people: Cast):
    since = datetime.now(UTC) - timedelta(seconds=1)
    prepare(people.users["adviser"])
    factor = datetime.now(UTC)
    scope = tokens.Scope((people.here,), (), Marking.CONFIDENTIAL, factor + timedelta(days=1))
    _, letters = tokens.make_token(by=people["adviser"], name="x", scope=scope, factor_at=factor)
    reason = "a reason that is long enough to be one"
    actions.break_glass(by=people["adviser"], compartment_key="second-mission", reason=reason)
    choose(people, "adviser", shown=(people.here,))
    before = User.objects.get(pk=people.users["adviser"].pk).sessions_ended
    assert not somebody_was_forced(people["custodian"], since)
    forced = come_in(people, "adviser")
    assert User.objects.get(pk=people.users["adviser"].pk).sessions_ended == before + 1
    assert isinstance(tokens.use_token(by=sign_in.UNKNOWN, letters=letters, address=HERE), Problem)
    assert people.there not in people["adviser"].levels
    assert not rows(Membership).filter(breaks_glass=True, valid_until__gt=datetime.now(UTC)).exists()
    assert somebody_was_forced(people["custodian"], since)
    for name in ("officer", "adviser", "administrator", "outsider"):
        assert not somebody_was_forced(people[name], since)
    assert not somebody_was_forced(forced, since)
    told = Entry.objects.filter(operation="forced sign-in").values_list("compartment", flat=True)
    assert sorted(told) == [people.here, people.there]  # the glass of the second mission was broken then
    showing.declare_safe(by=people["custodian"], compartment=people.here, user=people.users["adviser"])
    assert not somebody_was_forced(people["custodian"], since)


def test_what_is_shown_follows_the_memberships_of_the_moment(people: Cast):
    prepare(people.users["adviser"])
    choose(people, "adviser", shown=(people.here,))
    forced = come_in(people, "adviser")
    assert dict(forced.levels) == {people.here: 0} and forced.abilities == {people.here: {May.REPORT}}
    (item,) = queries.list_belongings(by=forced)
    assert (item.role, item.level) == (Role.LIAISON_ASSISTANT, Marking.UNCLASSIFIED)
    actions.dismiss(by=people["custodian"], compartment=people.here, user=people.users["adviser"])
    after = shown_member(User.objects.get(pk=people.users["adviser"].pk), 1)
    assert not after.levels and queries.list_belongings(by=after) == ()


def test_a_password_set_under_force_works_as_it_would_and_lies_deeper(people: Cast):
    prepare(people.users["adviser"])
    choose(people, "adviser", shown=(people.here,))
    come_in(people, "adviser")
    choose(people, "adviser", DEEPER, depth=1)
    assert [enter("adviser@invented.example", word).depth for word in (PASSWORD, FORCED, DEEPER)] == [0, 1, 2]
    user = people.users["adviser"]
    forced = shown_member(User.objects.get(pk=user.pk), 1)
    assert not sign_in.change_password(by=forced, user=user, old=PASSWORD, new="x", address=HERE)
    new = "five other words that go together"
    assert sign_in.change_password(by=forced, user=user, old=FORCED, new=new, address=HERE)
    assert enter("adviser@invented.example", FORCED).user is None
    assert [enter("adviser@invented.example", word).depth for word in (PASSWORD, new, DEEPER)] == [0, 1, 2]
    showing.forget_showing(by=forced, user=user)
    assert enter("adviser@invented.example", DEEPER).user is None
    assert enter("adviser@invented.example", new).depth == 1
    showing.forget_showing(by=people["adviser"], user=user)
    assert enter("adviser@invented.example", new).user is None
    assert enter("adviser@invented.example", PASSWORD).depth == 0


def test_a_token_made_under_force_shows_no_more_and_is_seen_by_nobody_else(people: Cast):
    prepare(people.users["adviser"])
    choose(people, "adviser", shown=(people.here,))
    forced = come_in(people, "adviser")
    factor = datetime.now(UTC)
    scope = tokens.Scope((people.here,), (May.REPORT,), Marking.UNCLASSIFIED, factor + timedelta(days=1))
    made, letters = tokens.make_token(by=forced, name="x", scope=scope, factor_at=factor)
    assert [row.pk for row in tokens.list_tokens(by=forced)] == [made.pk]
    by = tokens.use_token(by=sign_in.UNKNOWN, letters=letters, address=HERE)
    assert dict(by.levels) == {people.here: 0} and by.abilities == {people.here: {May.REPORT}}
    assert rows(Token).get(pk=made.pk).depth == 1


def test_a_link_begins_the_account_again_without_it(people: Cast):
    user = people.users["adviser"]
    prepare(user)
    choose(people, "adviser")
    come_in(people, "adviser")
    token = links.make_link(by=OWNER, user=user)
    links.use_link(by=sign_in.UNKNOWN, token=token, password=PASSWORD)
    assert enter(user.email, FORCED).user is None
    assert User.objects.get(pk=user.pk).forced_at is None


def test_neither_the_letters_nor_what_is_shown_are_in_the_ledger(people: Cast):
    prepare(people.users["adviser"])
    choose(people, "adviser", shown=(people.here,))
    digest = rows(Showing).get().digest
    everything = " ".join(str(body) for body in Content.objects.values_list("body", flat=True))
    assert FORCED not in everything and digest not in everything and "argon2" not in everything
    held = Entry.objects.filter(subject_table="accounts_showing").values_list("pk", flat=True)
    for body in Content.objects.filter(entry_id__in=list(held)).values_list("body", flat=True):
        assert "compartments" not in str(body)
