"""Identities: sealed at rest, opened with a reason for a while, erased with their key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cast import Cast
from django.db import connection

from tutela.kernel.problems import Problem
from tutela.records.accounts import actions
from tutela.records.accounts.actions import Grant
from tutela.records.accounts.roles import Role
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry
from tutela.records.vault.actions import Person, erase_case, find_by_name, read_identity, reveal, shelter
from tutela.records.vault.envelopes import blind_index, make_key, open_root_key, seal, unseal
from tutela.records.vault.models import CaseKey, Identity, Reveal
from tutela.records.vault.public import pseudonyms_of

NAME = "Zzyzx Qwertz"
REASON = "To arrange relocation before the weekend"


def _open(people: Cast, name: str) -> None:
    reveal(by=people["officer"], pseudonym=name, reason=REASON, factor_at=datetime.now(UTC))


def test_an_identity_opens_only_with_a_reason_and_a_second_factor_given_just_now(people: Cast):
    name = shelter(by=people["officer"], compartment=people.here, case="7", person=Person(NAME, "line 3"))
    with pytest.raises(Problem, match="do not include"):
        read_identity(by=people["officer"], pseudonym=name)
    now = datetime.now(UTC)
    for factor_at in (None, now - timedelta(minutes=11), now + timedelta(minutes=1)):
        with pytest.raises(Problem) as caught:
            reveal(by=people["officer"], pseudonym=name, reason=REASON, factor_at=factor_at)
        assert caught.value.code == "factor-needed"
    with pytest.raises(Problem, match="reason"):
        reveal(by=people["officer"], pseudonym=name, reason="because   of it     ", factor_at=now)
    _open(people, name)
    assert read_identity(by=people["officer"], pseudonym=name) == Person(NAME, "line 3")
    looked = Entry.objects.filter(subject_table="vault_identity", kind="access").values_list("operation", flat=True)
    assert list(looked.order_by("id")) == ["reveal", "view"]


def test_an_identity_closes_again_by_itself(people: Cast):
    name = shelter(by=people["officer"], compartment=people.here, case="7", person=Person(NAME))
    _open(people, name)
    with acting(people["officer"], "test"):
        Reveal.visible_to(people["officer"]).update(until=datetime.now(UTC))
    with pytest.raises(Problem, match="do not include"):
        read_identity(by=people["officer"], pseudonym=name)


def test_what_one_officer_opened_is_closed_to_another(people: Cast):
    name = shelter(by=people["officer"], compartment=people.here, case="7", person=Person(NAME))
    _open(people, name)
    grant = Grant(Role.HUMAN_RIGHTS_OFFICER, 2, "works there")
    actions.admit(by=people["custodian"], compartment=people.here, user=people.users["outsider"], grant=grant)
    with pytest.raises(Problem, match="do not include"):
        read_identity(by=people["outsider"], pseudonym=name)


def test_a_name_is_found_by_its_exact_spelling_and_stands_nowhere(people: Cast, register: Path):
    officer = people["officer"]
    assert find_by_name(by=officer, compartment=people.here, name=NAME) == ()
    name = shelter(by=officer, compartment=people.here, case="7", person=Person(NAME, "line 3"))
    assert find_by_name(by=officer, compartment=people.here, name=" zzyzx  QWERTZ ") == (name,)
    assert find_by_name(by=officer, compartment=people.here, name="Zzyzx") == ()
    assert len(name) == 9 and name.startswith("P-")
    with acting(officer, "test"):
        assert pseudonyms_of(officer, people.here, "7") == (name,)
    held = "".join(str(content.body) for content in Content.objects.iterator())
    assert NAME not in held and "line 3" not in held and "wrapped" not in held
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        for file in path.parent.glob(path.name + "*"):
            assert NAME.encode() not in file.read_bytes()


def test_an_erased_case_never_opens_again(people: Cast):
    officer = people["officer"]
    names = [shelter(by=officer, compartment=people.here, case="7", person=Person(NAME)) for _ in range(2)]
    other = shelter(by=officer, compartment=people.here, case="8", person=Person("Another"))
    with pytest.raises(Problem, match="reason"):
        erase_case(by=officer, compartment=people.here, case="7", reason="no")
    assert erase_case(by=officer, compartment=people.here, case="7", reason=REASON) == 2
    _open(people, names[0])
    with pytest.raises(Problem, match="were erased"):
        read_identity(by=officer, pseudonym=names[0])
    assert find_by_name(by=officer, compartment=people.here, name=NAME) == ()
    _open(people, other)
    assert read_identity(by=officer, pseudonym=other).name == "Another"
    with pytest.raises(Problem, match="do not include"):
        erase_case(by=officer, compartment=people.here, case="7", reason=REASON)
    with pytest.raises(Problem, match="were erased"):
        shelter(by=officer, compartment=people.here, case="7", person=Person(NAME))


def test_a_sealed_text_moved_to_another_row_does_not_open(people: Cast):
    officer = people["officer"]
    first = shelter(by=officer, compartment=people.here, case="7", person=Person(NAME))
    second = shelter(by=officer, compartment=people.here, case="7", person=Person("Another"))
    with acting(officer, "test"):
        moved = Identity.visible_to(officer).get(pseudonym=first).sealed
        Identity.visible_to(officer).filter(pseudonym=second).update(sealed=moved)
    _open(people, second)
    with pytest.raises(Problem) as caught:
        read_identity(by=officer, pseudonym=second)
    assert caught.value.code == "key-unusable"
    assert NAME not in str(caught.value)


def test_a_single_bit_is_noticed():
    key = make_key()
    sealed = bytearray(seal(key, b"text", "place"))
    assert unseal(key, bytes(sealed), "place") == b"text"
    sealed[-1] ^= 1
    for broken, place, with_key in (
        (bytes(sealed), "place", key),
        (b"", "place", key),
        (bytes(sealed), "x", make_key()),
    ):
        with pytest.raises(Problem):
            unseal(with_key, broken, place)
    assert seal(key, b"text", "place") != seal(key, b"text", "place")
    assert blind_index(key, "A  b") == blind_index(key, " a B") != blind_index(make_key(), "a b")


def test_without_the_root_key_there_is_one_clear_message(people: Cast, register: Path):
    name = shelter(by=people["officer"], compartment=people.here, case="7", person=Person(NAME))
    _open(people, name)
    (register / "vault.key").unlink()
    with pytest.raises(Problem, match="does not open"):
        read_identity(by=people["officer"], pseudonym=name)
    (register / "vault.key").write_bytes(b"short")
    with pytest.raises(Problem, match="cannot be read"):
        open_root_key(register)


def test_an_identity_needs_a_name(people: Cast):
    with pytest.raises(Problem, match="no name"):
        shelter(by=people["officer"], compartment=people.here, case="7", person=Person("  "))
    with acting(people["officer"], "test"):
        assert CaseKey.visible_to(people["officer"]).count() == 0
