"""Read-only and closed: no change of any app is committed, whatever its action forgot to ask."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import replace

import pytest
from cast import Cast
from django.apps import apps
from django.db import models

import tutela.records
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts import actions
from tutela.records.accounts.actions import FOUNDER
from tutela.records.accounts.models import Compartment, Mode
from tutela.records.accounts.principals import Member, member_of
from tutela.records.accounts.roles import May
from tutela.records.ledger import triggers
from tutela.records.ledger.acts import acting, record_access
from tutela.records.ledger.models import Entry
from tutela.records.vault.models import CaseKey


def _every_action() -> dict[str, object]:
    """Every function of the register that carries the attribute `action`, by its name."""
    found = {}
    for module in pkgutil.walk_packages(tutela.records.__path__, "tutela.records."):
        if ".migrations" in module.name:
            continue
        for function in vars(importlib.import_module(module.name)).values():
            if inspect.isfunction(function) and hasattr(function, "action"):
                found[function.action] = function
    return found


def _read_only(member: Member, compartment: int | None = None) -> Member:
    """This person as of a moment in which the house, or this compartment, can only be read."""
    if compartment is None:
        return replace(member, house=Mode.READ_ONLY)
    return replace(member, read_only=frozenset({compartment}))


def test_every_action_runs_in_an_act_that_is_looked_at_before_its_commit(
    people: Cast, monkeypatch: pytest.MonkeyPatch
):
    """The look does not depend on what an action asks: each of them commits through `acting`, and nothing else."""
    found = _every_action()
    assert len(found) > 100
    looked: list[str] = []
    monkeypatch.setattr("tutela.records.ledger.acts._guards", [lambda act: looked.append(act.action) or _stop()])

    class _Stopped(Exception):
        pass

    def _stop() -> None:
        raise _Stopped

    for name, function in found.items():
        assert function.__wrapped__.__name__ == function.__name__, name
        with pytest.raises(_Stopped), acting(people["officer"], name):
            pass
        assert looked[-1] == name
    # The wrapper is that of `action`, whose body is the only way to the function.
    assert {function.__code__ for function in found.values()} == {actions.set_mode.__code__}


@pytest.mark.parametrize("where", ["house", "compartment"])
def test_a_change_of_any_watched_table_is_undone_where_nobody_writes(people: Cast, where: str):
    officer = _read_only(people["officer"], None if where == "house" else people.here)
    before = Entry.objects.count()
    with pytest.raises(Problem) as caught, acting(officer, "test.forgot_to_ask"):
        CaseKey(compartment_id=people.here, marking=1, case="1").save()
    assert caught.value.code == "not-allowed"
    assert Entry.objects.count() == before
    with acting(people["officer"], "test"):
        assert not CaseKey.visible_to(people["officer"]).exists()
        CaseKey(compartment_id=people.here, marking=1, case="1").save()  # the same, as things are


def test_every_table_of_the_register_is_under_the_look_but_accounts(people: Cast):
    """What is watched is looked at; what is not watched says why (and holds nothing that an action decides)."""
    goes_on = {model._meta.db_table for model in triggers.watched_models() if model._meta.app_label == "accounts"}
    looked_at = {model._meta.db_table for model in triggers.watched_models()} - goes_on
    sealed = {
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, models.Model) and any(field.name == "compartment" for field in model._meta.fields)
    }
    assert sealed - {"accounts_membership", "ledger_entry"} <= looked_at
    assert {table for table in goes_on if not table.startswith("accounts_")} == set()


def test_looking_goes_on_and_so_does_opening_again(people: Cast):
    officer = _read_only(people["officer"])
    with acting(officer, "test.look"):
        record_access("view", "thing", compartment=people.here)
    actions.set_mode(by=people["custodian"], mode=Mode.READ_ONLY, compartment=people.here)
    assert people["officer"].read_only == {people.here}
    actions.set_mode(by=people["custodian"], mode=Mode.NORMAL, compartment=people.here)
    assert people["officer"].read_only == frozenset()
    actions.set_mode(by=people["administrator"], mode=Mode.READ_ONLY)
    assert people["officer"].house == Mode.READ_ONLY
    actions.set_mode(by=people["administrator"], mode=Mode.NORMAL)


def test_in_a_house_that_can_only_be_read_nobody_may_do_anything_and_in_a_closed_one_nobody_reads(people: Cast):
    actions.set_mode(by=people["administrator"], mode=Mode.READ_ONLY)
    for name in people.users:
        member = people[name]
        assert not any(member.may(ability, number) for ability in May for number in (people.here, people.there))
        assert not any(member.writes(number) for number in (people.here, people.there))
    assert people["officer"].reads(people.here, 2)
    actions.set_mode(by=people["administrator"], mode=Mode.CLOSED)
    for name in people.users:
        assert not people[name].levels
    with pytest.raises(Problem):
        actions.set_mode(by=people["administrator"], mode=Mode.NORMAL)
    actions.set_mode(by=Principal(FOUNDER), mode=Mode.NORMAL)
    assert people["officer"].levels


def test_broken_glass_ends_by_itself_and_opens_nothing_to_write(people: Cast):
    """The whole way: refused without a reason, opened with one, read, not written, over after three hours."""
    there = Compartment.objects.get_queryset().opened().get(pk=people.there)
    adviser = people["adviser"]
    with pytest.raises(Problem, match="needs its reason"):
        actions.break_glass(by=adviser, compartment_key=there.key, reason="urgent")
    with pytest.raises(Problem, match="not include"):
        actions.break_glass(
            by=_read_only(adviser), compartment_key=there.key, reason="People may die there tonight"
        )
    assert people.there not in people["adviser"].levels
    held = actions.break_glass(
        by=adviser, compartment_key=there.key, reason="People may die there tonight, and nobody answers"
    )
    opened = people["adviser"]
    assert opened.reads(people.there, 1) and not opened.reads(people.there, 2)
    assert not opened.writes(people.there)
    user = people.users["adviser"]
    assert people.there in member_of(user, held.valid_until.replace(microsecond=0)).levels
    assert people.there not in member_of(user, held.valid_until).levels
    entry = Entry.objects.filter(operation="break glass").get()
    assert (entry.actor, entry.compartment) == (adviser.actor, people.there)
