"""Who may not: refusals, before anything is allowed."""

from __future__ import annotations

import pytest
from cast import SECRET, Cast
from django.db import IntegrityError, connection
from django.db.models import F
from django.db.utils import DatabaseError

from tutela.kernel.markings import OUTSIDER, Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts import actions
from tutela.records.accounts.actions import Grant
from tutela.records.accounts.models import Compartment, Membership, Mode, User
from tutela.records.accounts.principals import member_of
from tutela.records.accounts.roles import ABILITIES, May, Role
from tutela.records.ledger.acts import WriteOutsideAction, acting, record_access
from tutela.records.ledger.closed import Closed, closed_models
from tutela.records.ledger.models import Entry
from tutela.records.vault.actions import Person, reveal, shelter
from tutela.records.vault.models import CaseKey, Identity

EVERY_WAY_TO_READ = {
    "all": lambda rows: list(rows.all()),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "get": lambda rows: rows.get(pk=1),
    "first": lambda rows: rows.first(),
    "values": lambda rows: list(rows.values()),
    "values_list": lambda rows: list(rows.values_list("pk", flat=True)),
    "iterator": lambda rows: list(rows.all().iterator()),
    "aggregate": lambda rows: rows.aggregate(number=F("pk")),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "explain": lambda rows: rows.all().explain(),
    "contains": lambda rows: rows.contains(rows.model(pk=1)),
    "update": lambda rows: rows.update(pk=2),
    "delete": lambda rows: rows.all().delete(),
    "select_related": lambda rows: rows.select_related("compartment"),
    "bulk_update": lambda rows: rows.bulk_update([rows.model(pk=1)], ["pk"]),
    "dates": lambda rows: list(rows.dates("created", "day")),
}


def _has(model, column: str) -> bool:
    return any(field.name == column for field in model._meta.fields)


@pytest.mark.parametrize(
    ("model", "way"),
    [(m, way) for m in closed_models() for way in EVERY_WAY_TO_READ if way != "dates" or _has(m, "created")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_closed_model_answers_nobody_who_does_not_say_who_reads(model, way):
    with pytest.raises(Closed):
        EVERY_WAY_TO_READ[way](model.objects)


def test_an_opened_query_does_not_open_another(people: Cast):
    shelter(by=people["officer"], compartment=people.here, case="1", person=Person("Somebody"))
    opened = Identity.visible_to(people["officer"])
    for combine in (lambda: opened | Identity.objects.all(), lambda: opened ^ Identity.objects.all()):
        with pytest.raises(Closed):
            combine()
    with pytest.raises(Closed):
        list(opened.union(Identity.objects.all()))
    with pytest.raises(Closed, match="may not join"):
        list(opened.filter(key__case="x"))
    with pytest.raises(Closed, match="may not join"):
        list(opened.order_by("compartment__name"))
    with pytest.raises(Closed, match="may not join"):
        list(opened.annotate(name=F("compartment__name")))
    with acting(people["officer"], "test"), pytest.raises(Closed):
        list(CaseKey.visible_to(people["officer"]).prefetch_related("compartment"))
    with acting(people["officer"], "test"), pytest.raises(Closed):
        str(CaseKey.visible_to(people["officer"]).get().compartment)


def test_nothing_is_written_outside_an_action(people: Cast):
    with pytest.raises(WriteOutsideAction):
        Compartment(key="x", name="x").save()
    with pytest.raises(WriteOutsideAction):
        Compartment.objects.bulk_create([Compartment(key="x", name="x")])
    with pytest.raises(WriteOutsideAction):
        Identity.visible_to(people["officer"]).update(version=2)
    with pytest.raises(WriteOutsideAction):
        User(email="x@invented.example", name="x").save()
    with pytest.raises(WriteOutsideAction):
        record_access("view", "accounts_user")
    with acting(people["officer"], "test"), pytest.raises(Closed):
        CaseKey(pk=1).delete()


def test_an_action_cannot_act_for_somebody_else(people: Cast):
    with acting(people["officer"], "test"), pytest.raises(WriteOutsideAction), acting(people["adviser"], "test"):
        pass


@pytest.mark.parametrize(
    "name", ["officer", "adviser", "commander", "analyst", "assistant", "custodian", "outsider"]
)
def test_only_administrators_keep_accounts(people: Cast, name: str):
    by = people[name]
    for attempt in (
        lambda: actions.create_user(by=by, email="new@invented.example", name="New"),
        lambda: actions.set_active(by=by, user=people.users["officer"], is_active=False),
        lambda: actions.create_compartment(
            by=by, name="New", kind=Compartment.Kind.CASE, custodian=people.users["officer"], purpose="x"
        ),
        lambda: actions.set_mode(by=by, mode=Mode.CLOSED),
    ):
        with pytest.raises(Problem) as caught:
            attempt()
        assert caught.value.code == "not-allowed"
    assert Entry.objects.filter(operation="refused", actor=by.actor).count() == 4


@pytest.mark.parametrize(
    "name", ["administrator", "officer", "adviser", "commander", "analyst", "assistant", "outsider"]
)
def test_only_the_custodian_lets_people_in(people: Cast, name: str):
    grant = Grant(Role.ANALYST, SECRET, "curious")
    with pytest.raises(Problem, match="do not include"):
        actions.admit(by=people[name], compartment=people.here, user=people.users["outsider"], grant=grant)
    with pytest.raises(Problem, match="do not include"):
        actions.dismiss(by=people[name], compartment=people.here, user=people.users["officer"])


def test_the_custodian_lets_neither_themselves_in_nor_an_administrator_open_identities(people: Cast):
    keeper = people["custodian"]
    grant = Grant(Role.HUMAN_RIGHTS_OFFICER, SECRET, "x")
    with pytest.raises(Problem, match="lets themselves"):
        actions.admit(by=keeper, compartment=people.here, user=people.users["custodian"], grant=grant)
    with pytest.raises(Problem, match="cannot open identities"):
        actions.admit(by=keeper, compartment=people.here, user=people.users["administrator"], grant=grant)
    with pytest.raises(Problem, match="last custodian"):
        actions.dismiss(by=keeper, compartment=people.here, user=people.users["custodian"])


def test_the_last_administrator_stays(people: Cast):
    with pytest.raises(Problem, match="last administrator"):
        actions.set_active(by=people["administrator"], user=people.users["administrator"], is_active=False)


def test_a_house_is_founded_once_and_by_its_owner_alone(register):
    with pytest.raises(Problem):
        actions.found_house(by=OUTSIDER, email="a@invented.example", name="A")
    actions.found_house(by=Principal(actions.FOUNDER), email="a@invented.example", name="A")
    with pytest.raises(Problem):
        actions.found_house(by=Principal(actions.FOUNDER), email="b@invented.example", name="B")
    assert User.objects.count() == 1


def test_rows_are_seen_by_members_of_their_compartment_up_to_their_level(people: Cast):
    with acting(people["officer"], "test"):
        for marking in Marking:
            CaseKey(compartment_id=people.here, marking=int(marking), case=f"case {marking}").save()
    seen = {}
    for name in people.users:
        with acting(people[name], "test"):
            seen[name] = CaseKey.visible_to(people[name]).count()
    assert seen == {
        "administrator": 0, "outsider": 0, "custodian": 1, "assistant": 1,
        "analyst": 2, "commander": 2, "adviser": 2, "officer": 3,
    }  # fmt: skip
    assert CaseKey.visible_to(OUTSIDER).count() == 0


def test_nobody_writes_into_a_compartment_of_others(people: Cast, is_postgresql: bool):
    """On SQLite the action's own check refuses; in PostgreSQL the row itself is refused, whatever code asks."""
    with pytest.raises(Problem, match="do not include"):
        shelter(by=people["outsider"], compartment=people.here, case="1", person=Person("x"))
    if is_postgresql:
        with pytest.raises(DatabaseError, match="row-level security"), acting(people["outsider"], "test"):
            CaseKey(compartment_id=people.here, marking=0, case="x").save()


@pytest.mark.only_postgresql
def test_a_forgotten_filter_meets_the_second_wall(people: Cast):
    with acting(people["officer"], "test"):
        CaseKey(compartment_id=people.here, marking=2, case="x").save()
    forgotten = CaseKey.objects.get_queryset().opened()
    with acting(people["outsider"], "test"):
        assert forgotten.count() == 0
    with acting(people["adviser"], "test"):
        assert forgotten.count() == 0
    with acting(people["officer"], "test"):
        assert forgotten.count() == 1
    assert forgotten.all().count() == 0  # nobody said who reads
    connection.close()
    with pytest.raises(DatabaseError):
        forgotten.all().count()


def test_the_application_may_not_change_what_was_written(people: Cast):
    for sql in (
        "UPDATE ledger_entry SET actor = 'x'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_content SET salt = 'x'",
        "DELETE FROM ledger_content",
    ):
        with pytest.raises((IntegrityError, DatabaseError)), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_membership_that_ended_or_a_closed_compartment_gives_nothing(people: Cast):
    actions.dismiss(by=people["custodian"], compartment=people.here, user=people.users["adviser"])
    assert people.here not in people["adviser"].levels
    actions.set_mode(by=people["custodian"], mode=Mode.READ_ONLY, compartment=people.here)
    assert people["officer"].reads(people.here)
    assert not people["officer"].may(May.REPORT, people.here)
    actions.set_mode(by=people["custodian"], mode=Mode.CLOSED, compartment=people.here)
    assert people["officer"].levels == {}
    actions.set_mode(by=people["custodian"], mode=Mode.NORMAL, compartment=people.here)
    actions.set_mode(by=people["administrator"], mode=Mode.CLOSED)
    assert people["officer"].levels == {} and people["administrator"].levels == {}


def test_broken_glass_opens_little_for_little_time_and_is_written_down(people: Cast):
    with pytest.raises(Problem, match="do not include"):
        actions.break_glass(by=people["assistant"], compartment_key="second-mission", reason="x" * 30)
    with pytest.raises(Problem, match="reason"):
        actions.break_glass(by=people["adviser"], compartment_key="second-mission", reason="urgent")
    with pytest.raises(Problem, match="do not include"):
        actions.break_glass(
            by=people["adviser"], compartment_key="no-such", reason="An attack on the way there now"
        )
    actions.break_glass(
        by=people["adviser"], compartment_key="second-mission", reason="An attack on the way there now"
    )
    adviser = people["adviser"]
    assert adviser.levels[people.there] == Marking.CONFIDENTIAL
    assert not adviser.may(May.REPORT, people.there)
    row = Membership.objects.get_queryset().opened().get(breaks_glass=True)
    assert row.valid_until - row.valid_from == actions.GLASS
    assert member_of(people.users["adviser"], row.valid_until).levels.keys() == {people.here}
    assert Entry.objects.filter(operation="break glass", actor=adviser.actor, compartment=people.there).count() == 1


def test_no_role_but_the_human_rights_officer_opens_identities(people: Cast):
    assert [role for role in Role if May.OPEN_IDENTITIES in ABILITIES[role]] == [Role.HUMAN_RIGHTS_OFFICER]
    assert set(ABILITIES) == set(Role)
    name = shelter(by=people["officer"], compartment=people.here, case="1", person=Person("Somebody"))
    for other in set(people.users) - {"officer"}:
        with pytest.raises(Problem, match="do not include"):
            reveal(by=people[other], pseudonym=name, reason="x" * 30, factor_at=None)
