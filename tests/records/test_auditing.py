"""The ledger for auditors: refusals first; never above what they read; looking is itself written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cast import SECRET, Cast

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts import actions
from tutela.records.accounts.actions import FOUNDER, Grant, admit, create_user
from tutela.records.accounts.auditing import find_actor, list_audited, read_house_ledger, read_ledger
from tutela.records.accounts.models import Mode
from tutela.records.accounts.principals import Member, member_of
from tutela.records.accounts.roles import Role
from tutela.records.ledger import reading
from tutela.records.ledger.acts import acting, record_access
from tutela.records.ledger.models import Entry
from tutela.records.ledger.reading import Wanted
from tutela.records.vault.actions import Person, shelter


def _auditor(people: Cast, level: Marking = Marking.CONFIDENTIAL) -> Member:
    user = create_user(by=people["administrator"], email=f"auditor{int(level)}@invented.example", name="Auditor")
    grant = Grant(Role.AUDITOR, level, "audits")
    admit(by=people["custodian"], compartment=people.here, user=user, grant=grant)
    return member_of(user)


def _read(by: Member, compartment: int, before: int | None = None, **asked):
    return read_ledger(by=by, wanted=Wanted(compartment, 0, **asked), before=before)


def test_only_who_audits_a_compartment_reads_its_ledger(people: Cast):
    auditor = _auditor(people)
    for name in ("officer", "adviser", "commander", "analyst", "assistant", "administrator", "outsider"):
        with pytest.raises(Problem) as refused:
            _read(people[name], people.here)
        assert refused.value.code == "not-allowed"
        assert not list_audited(people[name])
    for compartment in (people.there, 999):
        with pytest.raises(Problem, match="not include this, or it is not there"):
            _read(auditor, compartment)
    with pytest.raises(Problem, match="not include"):
        read_ledger(by=Principal(FOUNDER), wanted=Wanted(people.here, 0))
    with pytest.raises(Problem, match="not include"):
        read_ledger(by=auditor, wanted=Wanted(None, 0))
    assert [item.number for item in list_audited(auditor)] == [people.here]


def test_only_administrators_read_the_ledger_of_the_house(people: Cast):
    for name in ("officer", "custodian", "analyst", "outsider"):
        with pytest.raises(Problem, match="not include"):
            read_house_ledger(by=people[name], wanted=Wanted(None, 0))
    with acting(people["officer"], "test"):
        record_access("view", "some_new_table", "7")
    entries = read_house_ledger(by=people["administrator"], wanted=Wanted(people.here, 2)).page.entries
    assert {entry.compartment for entry in entries} == {None}
    assert "accounts_user" in {entry.subject_table for entry in entries}
    assert "some_new_table" not in {entry.subject_table for entry in entries}  # what nobody listed stays closed


def test_an_auditor_sees_nothing_above_their_level_and_cannot_ask_for_it(people: Cast):
    shelter(by=people["officer"], compartment=people.here, case="1", person=Person("Somebody"))
    low, high = _auditor(people), _auditor(people, SECRET)
    with acting(people["adviser"], "test"):
        record_access("view", "x", compartment=people.here, marking=1)
    seen = read_ledger(by=low, wanted=Wanted(people.here, 2)).page.entries
    assert {entry.marking for entry in seen} == {0, 1}
    assert not {"vault_identity", "vault_casekey"} & {entry.subject_table for entry in seen}
    assert {entry.marking for entry in _read(high, people.here).page.entries} == {0, 1, 2}
    assert {entry.compartment for entry in seen} == {people.here}


def test_looking_at_the_ledger_is_written_down_and_so_is_a_refusal(people: Cast):
    auditor = _auditor(people)
    _read(auditor, people.here)
    last = Entry.objects.order_by("-pk").first()
    assert (last.actor, last.operation, last.subject_table) == (auditor.actor, "view", "ledger_entry")
    assert last.compartment == people.here
    with pytest.raises(Problem):
        _read(people["analyst"], people.here)
    assert Entry.objects.order_by("-pk").first().operation == "refused"


def test_a_house_in_which_nobody_writes_is_audited_and_a_closed_one_is_not(people: Cast):
    auditor = _auditor(people)
    actions.set_mode(by=people["administrator"], mode=Mode.READ_ONLY)
    assert _read(replace(auditor, house=Mode.READ_ONLY), people.here).page.entries
    actions.set_mode(by=people["administrator"], mode=Mode.CLOSED)
    with pytest.raises(Problem, match="not include"):
        _read(people["custodian"], people.here)
    with pytest.raises(Problem, match="not include"):
        read_house_ledger(by=people["administrator"], wanted=Wanted(None, 0))


def test_entries_are_found_by_who_what_when_and_pages_neither_lose_nor_repeat(people: Cast, monkeypatch):
    auditor = _auditor(people, SECRET)
    for number in range(12):
        with acting(people["adviser" if number % 3 else "officer"], f"test.{number % 2}"):
            record_access("view", "thing", str(number % 4), compartment=people.here, marking=number % 3)
    monkeypatch.setattr(reading, "PAGE", 5)
    all_of_it = [e.pk for e in Entry.objects.filter(compartment=people.here).order_by("-pk")]
    for looked_at in (20_000, 7, 1):
        monkeypatch.setattr(reading, "_LOOKED_AT", looked_at)
        for asked, fits in (
            ({}, lambda e: True),
            ({"actor": people["officer"].actor}, lambda e: e.actor == people["officer"].actor),
            ({"action": "test.1"}, lambda e: e.action == "test.1"),
            ({"kind": "access"}, lambda e: e.kind == "access"),
            ({"table": "thing", "subject": "2"}, lambda e: (e.subject_table, e.subject) == ("thing", "2")),
            ({"table": "thing", "kind": "change"}, lambda e: False),
        ):
            found, before = [], all_of_it[0] + 1
            for _ in range(100):
                page = _read(auditor, people.here, before, **asked).page
                found += [entry.pk for entry in page.entries]
                before = page.older
                if before is None:
                    break
            rows = Entry.objects.filter(pk__in=all_of_it).order_by("-pk")
            assert found == [entry.pk for entry in rows if fits(entry)], (looked_at, asked)


def test_days_are_whole_days_of_utc(people: Cast):
    auditor = _auditor(people)
    today = datetime.now(UTC).date()
    day = timedelta(days=1)
    assert _read(auditor, people.here, first=today - day, last=today + day).page.entries
    assert not _read(auditor, people.here, last=today - 2 * day).page.entries
    assert not _read(auditor, people.here, first=today + 2 * day).page.entries


def test_the_state_of_the_chain_stands_beside_it_and_people_are_named(people: Cast):
    auditor = _auditor(people)
    found = _read(auditor, people.here)
    assert found.name == "First mission"
    assert found.state.sealed_at is None
    assert not hasattr(found.state, "waiting")  # it would count what is done in other compartments
    assert found.people[people["custodian"].actor] == "Custodian"
    assert find_actor("Custodian@invented.example") == people["custodian"].actor
    assert find_actor("nobody@invented.example") is None
