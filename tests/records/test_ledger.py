"""What happened stays written: triggers, seals, tampering named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cast import Cast
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from sealed import seal_all

from tutela.kernel.problems import Problem
from tutela.records.accounts import actions, policies
from tutela.records.accounts.models import Compartment, User
from tutela.records.ledger import chain, triggers
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry, Seal, SealedTransaction
from tutela.records.ledger.sealing import unsealed_tail
from tutela.records.ledger.signing import load_public_keys, open_signer
from tutela.records.ledger.verifying import Verdict, verify_ledger
from tutela.records.vault.models import CaseKey


def _verify(keys: Path) -> Verdict:
    return verify_ledger(load_public_keys(keys))


def _tamper(is_postgresql: bool, *statements: str) -> None:
    """As whoever owns the database could: without triggers, past every policy."""
    if is_postgresql:
        import psycopg

        with psycopg.connect(
            host=connection.settings_dict["HOST"], dbname=connection.settings_dict["NAME"], user="postgres"
        ) as session:
            session.execute("SET session_replication_role = replica")
            for statement in statements:
                session.execute(statement)
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            cursor.execute(statement)


def test_every_change_names_who_made_it_and_what_it_was(people: Cast):
    actions.set_active(by=people["administrator"], user=people.users["analyst"], is_active=False)
    entry = Entry.objects.filter(subject_table="accounts_user", operation="update").order_by("id")[0]
    assert (entry.actor, entry.action) == (people["administrator"].actor, "accounts.set_active")
    body = Content.objects.get(pk=entry.pk).body
    assert bool(body["before"]["is_active"]) and not bool(body["after"]["is_active"])
    assert "password" not in body["after"]


def test_a_write_past_the_actions_is_caught_and_names_nobody(people: Cast):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET name = 'x' WHERE name = 'Analyst'")
    entry = Entry.objects.order_by("-id").first()
    assert (entry.operation, entry.actor, entry.act, entry.action) == ("update", None, None, "")


def test_bulk_writes_are_caught_row_by_row(people: Cast):
    before = Entry.objects.count()
    with acting(people["officer"], "test"):
        CaseKey.objects.bulk_create(CaseKey(compartment_id=people.here, marking=1, case=str(i)) for i in range(10))
        CaseKey.visible_to(people["officer"]).update(marking=2)
        CaseKey.visible_to(people["officer"]).delete()
    written = Entry.objects.filter(pk__gt=0).order_by("id")[before:]
    assert [entry.operation for entry in written] == ["insert"] * 10 + ["update"] * 10 + ["delete"] * 10
    assert {(entry.compartment, entry.actor) for entry in written} == {(people.here, people["officer"].actor)}
    assert len({entry.act for entry in written}) == 1
    assert Content.objects.in_bulk([entry.pk for entry in written]).keys() == {entry.pk for entry in written}


def test_what_is_rolled_back_is_not_written_and_a_failed_inner_action_is_not_named(people: Cast):
    before = Entry.objects.count()
    with pytest.raises(ValueError, match="no"), acting(people["officer"], "test"):  # noqa: PT012
        CaseKey(compartment_id=people.here, marking=1, case="1").save()
        raise ValueError("no")
    assert Entry.objects.count() == before
    with acting(people["officer"], "outer"):
        with pytest.raises(ValueError, match="no"), acting(people["officer"], "inner"):
            raise ValueError("no")
        CaseKey(compartment_id=people.here, marking=1, case="1").save()
        with acting(people["officer"], "inner"):
            CaseKey(compartment_id=people.here, marking=1, case="2").save()
        CaseKey(compartment_id=people.here, marking=1, case="3").save()
    assert [entry.action for entry in Entry.objects.order_by("id")[before:]] == ["outer", "outer > inner", "outer"]


def test_the_database_has_every_trigger_and_says_which_one_is_gone(people: Cast, is_postgresql: bool):
    assert triggers.missing(connection) == []
    gone = "ledger_watch_accounts_user" + ("" if is_postgresql else "_update")
    if is_postgresql:
        _tamper(is_postgresql, f'DROP TRIGGER "{gone}" ON accounts_user')
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TRIGGER "{gone}"')
    assert triggers.missing(connection) == [gone]


@pytest.mark.only_postgresql
def test_a_trigger_whose_function_does_nothing_is_found(people: Cast):
    _tamper(
        True,
        "CREATE OR REPLACE FUNCTION ledger_record() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN NULL; END $$",
    )
    assert triggers.missing(connection) == ["ledger_record"]


def test_every_table_of_the_register_is_watched_or_says_why_not():
    ours = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("tutela.records.")
    }
    watched = {model._meta.label for model in triggers.watched_models()}
    assert ours == watched | set(triggers.UNWATCHED)
    assert not watched & set(triggers.UNWATCHED)


def test_policies_stand_and_the_application_owns_nothing(people: Cast):
    assert policies.missing(connection) == []


def test_the_models_are_those_of_the_migrations(register: Path):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_sealed_ledger_verifies_and_says_what_is_not_sealed_yet(people: Cast, register: Path):
    waiting, since = unsealed_tail()
    assert waiting == Entry.objects.count() > 10 and since is not None
    closed = seal_all(register)
    assert closed == Entry.objects.values("act").distinct().count()
    verdict = _verify(register)
    assert verdict.is_whole and verdict.fault == ""
    assert (verdict.entries, verdict.unsealed, verdict.raw) == (waiting, 0, 0)
    actions.create_user(by=people["administrator"], email="late@invented.example", name="Late")
    assert _verify(register).unsealed == 1
    assert seal_all(register) == 1
    assert seal_all(register) == 0
    assert Seal.objects.count() >= 2
    assert json.dumps(_verify(register).as_json())


TAMPERINGS = {
    "a field": ("UPDATE ledger_entry SET action = 'x' WHERE id = {id}", "Entry {id} was changed."),
    "an actor": ("UPDATE ledger_entry SET actor = NULL WHERE id = {id}", "Entry {id} was changed."),
    "a time": ("UPDATE ledger_entry SET at = '2020-01-01 00:00:00' WHERE id = {id}", "Entry {id} was changed."),
    "removed": (
        "DELETE FROM ledger_content WHERE entry_id = {id}; DELETE FROM ledger_entry WHERE id = {id}",
        "Entry {id} was removed.",
    ),
    "content": (
        "UPDATE ledger_content SET body = '{{}}' WHERE entry_id = {id}",
        "The content of entry {id} was changed.",
    ),
    "content gone": (
        "DELETE FROM ledger_content WHERE entry_id = {id}",
        "The content of entry {id} was removed, and no erasure names it.",
    ),
    "a seal": (
        "DELETE FROM ledger_seal WHERE number = (SELECT max(number) FROM ledger_seal)",
        "There are sealed transactions that no seal names.",
    ),
    "a transaction": ("DELETE FROM ledger_sealedtransaction WHERE position = 2", "Transaction 2 is missing."),
    "a root": (
        "UPDATE ledger_sealedtransaction SET root = chain WHERE position = 2",
        "The root of transaction 2 was changed",
    ),
    "a signature": (
        "UPDATE ledger_seal SET signature = head WHERE number = 2",
        "The signature of seal 2 does not hold.",
    ),
    "a signing time": (
        "UPDATE ledger_seal SET at = '2020-01-01 00:00:00' WHERE number = 2",
        "The signature of seal 2 does not hold.",
    ),
    "leaves": (
        "UPDATE ledger_sealedtransaction SET leaves = root WHERE position = 2",
        "The leaves of transaction 2 were changed.",
    ),
    "an old entry put in": (
        (
            "UPDATE ledger_entry SET id = 1000000, action = 'x' WHERE id = {id}; INSERT INTO ledger_entry"
            " (id, {columns}) SELECT {id}, {columns} FROM ledger_entry WHERE id = 1000000"
        ),
        "Entry {id} was changed.",
    ),
}
COLUMNS = "at, xact, act, actor, action, kind, operation, subject_table, subject, compartment, marking"


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_named(people: Cast, register: Path, is_postgresql: bool, what: str):
    seal_all(register)
    actions.create_user(by=people["administrator"], email="late@invented.example", name="Late")
    seal_all(register)
    assert _verify(register).is_whole
    target = Entry.objects.order_by("id")[5].pk
    sql, sentence = TAMPERINGS[what]
    _tamper(is_postgresql, *sql.format(id=target, columns=COLUMNS).split("; "))
    verdict = _verify(register)
    assert not verdict.is_whole
    assert verdict.fault.startswith(sentence.format(id=target)), verdict.fault


_ENTRY_AWAY = "UPDATE ledger_entry SET id = 1000000 WHERE id = {entry}; UPDATE ledger_entry SET id = {entry}"
_SEALED = "seal_id, leaves, root, chain"
KINDS = {
    # what: (how, the first bad entry); `entry`, `next` and `look` are entries, `second` and `last` begin
    # the second and the last transaction, `late` the second seal, `newest` is the last entry of all.
    "entry flipped": ("UPDATE ledger_entry SET marking = marking + 1 WHERE id = {entry}", "entry"),
    "entry deleted": ("DELETE FROM ledger_entry WHERE id = {entry}", "entry"),
    "entry reordered": (
        _ENTRY_AWAY + " WHERE id = {next}; UPDATE ledger_entry SET id = {next} WHERE id = 1000000",
        "entry",
    ),
    "entry inserted": (
        "INSERT INTO ledger_entry (id, {columns}) SELECT 0, {columns} FROM ledger_entry WHERE id = {entry}",
        "zero",
    ),
    "content flipped": ("UPDATE ledger_content SET salt = 'x' WHERE entry_id = {entry}", "entry"),
    "content deleted": ("DELETE FROM ledger_content WHERE entry_id = {entry}", "entry"),
    "content reordered": (
        (
            "UPDATE ledger_content SET entry_id = 1000000 WHERE entry_id = {entry}; UPDATE ledger_content SET"
            " entry_id = {entry} WHERE entry_id = {next}; UPDATE ledger_content SET entry_id = {next}"
            " WHERE entry_id = 1000000"
        ),
        "entry",
    ),
    "content inserted": (
        (
            "INSERT INTO ledger_content (entry_id, salt, body)"
            " SELECT {look}, salt, body FROM ledger_content WHERE entry_id = {entry}"
        ),
        "look",
    ),
    "seal flipped": ("UPDATE ledger_seal SET last_entry = last_entry + 1 WHERE number = 2", "late"),
    "first seal deleted": ("DELETE FROM ledger_seal WHERE number = 1", "one"),
    "last seal deleted": ("DELETE FROM ledger_seal WHERE number = 2", "late"),
    "seals reordered": (
        (
            "UPDATE ledger_seal SET number = 9 WHERE number = 1; UPDATE ledger_seal SET number = 1"
            " WHERE number = 2; UPDATE ledger_seal SET number = 2 WHERE number = 9"
        ),
        "late",
    ),
    "seal inserted": (
        (
            "INSERT INTO ledger_seal SELECT 3, at, transactions, last_xact, last_entry, head, key, signature"
            " FROM ledger_seal WHERE number = 2"
        ),
        "newest",
    ),
    "transaction flipped": (
        "UPDATE ledger_sealedtransaction SET chain = root WHERE position = 2",
        "second",
    ),
    "leaves cut": ("UPDATE ledger_sealedtransaction SET leaves = root WHERE position = 2", "second"),
    "transaction deleted": ("DELETE FROM ledger_sealedtransaction WHERE position = 2", "second"),
    "transaction and its entries deleted": (
        "DELETE FROM ledger_sealedtransaction WHERE position = 2; DELETE FROM ledger_entry WHERE id IN ({ids})",
        "third",
    ),
    "last transaction deleted": (
        "DELETE FROM ledger_sealedtransaction WHERE position = {end}",
        "last",
    ),
    "transactions reordered": (
        (
            "UPDATE ledger_sealedtransaction SET position = 1000000 WHERE position = 2; UPDATE"
            " ledger_sealedtransaction SET position = 2 WHERE position = 3; UPDATE ledger_sealedtransaction"
            " SET position = 3 WHERE position = 1000000"
        ),
        "third",
    ),
    "transaction inserted": (
        (
            "INSERT INTO ledger_sealedtransaction (position, {sealed}) SELECT 1000000, {sealed}"
            " FROM ledger_sealedtransaction WHERE position = 2"
        ),
        "second",
    ),
}


def _places() -> dict[str, int]:
    """The entries that the kinds of tampering are about."""
    rows = list(SealedTransaction.objects.order_by("position"))
    begin = {row.position: chain.unpack(bytes(row.leaves))[0].entry for row in rows}
    entry, following = Content.objects.order_by("entry_id").values_list("entry_id", flat=True)[5:7]
    late = next(row.position for row in rows if row.seal_id == 2)
    return {
        "zero": 0,
        "end": rows[-1].position,
        "entry": entry,
        "next": following,
        "look": Entry.objects.exclude(pk__in=Content.objects.values("entry_id")).order_by("id")[0].pk,
        "one": begin[1],
        "second": begin[2],
        "third": begin[3],
        "last": begin[rows[-1].position],
        "late": begin[late],
        "newest": Entry.objects.order_by("-id")[0].pk,
    }


@pytest.mark.parametrize("what", KINDS)
def test_every_kind_of_tampering_names_the_first_bad_entry(
    people: Cast, register: Path, is_postgresql: bool, what: str
):
    with pytest.raises(Problem):
        actions.set_active(by=people["outsider"], user=people.users["analyst"], is_active=False)
    seal_all(register)
    assert Seal.objects.count() == 1
    actions.create_user(by=people["administrator"], email="late@invented.example", name="Late")
    actions.create_user(by=people["administrator"], email="later@invented.example", name="Later")
    seal_all(register)
    assert Seal.objects.count() == 2
    assert _verify(register).as_json()["entry"] is None
    places = _places()
    second = SealedTransaction.objects.get(position=2)
    ids = ", ".join(str(leaf.entry) for leaf in chain.unpack(bytes(second.leaves)))
    how, bad = KINDS[what]
    _tamper(is_postgresql, *how.format(columns=COLUMNS, sealed=_SEALED, ids=ids, **places).split("; "))
    said = _verify(register).as_json()
    assert (said["whole"], said["entry"]) == (False, places[bad]), said["fault"]


def test_an_entry_slipped_in_among_sealed_ones_is_named(people: Cast, register: Path, is_postgresql: bool):
    seal_all(register)
    _tamper(
        is_postgresql,
        f"INSERT INTO ledger_entry (id, {COLUMNS}) SELECT 0, {COLUMNS} FROM ledger_entry WHERE id = 1",
    )
    verdict = _verify(register)
    assert verdict.fault == "Entry 0 was put in after its time was sealed."


def test_a_seal_by_another_key_is_refused(people: Cast, register: Path, tmp_path: Path):
    seal_all(register)
    _ = open_signer(tmp_path / "other")
    assert "not among the public keys" in verify_ledger(load_public_keys(tmp_path / "other")).fault


def test_a_damaged_key_is_one_clear_message(tmp_path: Path):
    (tmp_path / "ledger.key").write_bytes(b"x")
    with pytest.raises(Problem, match="cannot be read"):
        open_signer(tmp_path)
    (tmp_path / "ledger-x.pub").write_bytes(b"x")
    with pytest.raises(Problem, match="no public key"):
        load_public_keys(tmp_path)


def test_keys_are_for_their_owner_alone(tmp_path: Path):
    signer = open_signer(tmp_path / "keys")
    assert (tmp_path / "keys" / "ledger.key").stat().st_mode & 0o777 == 0o600
    assert open_signer(tmp_path / "keys").name == signer.name


def test_roots_tell_orders_and_levels_apart():
    leaves = [bytes([number]) * 32 for number in range(5)]
    roots = {chain.merkle_root(leaves[:size]) for size in range(1, 6)}
    assert len(roots) == 5
    assert chain.merkle_root(leaves) != chain.merkle_root(leaves[::-1])
    with pytest.raises(ValueError, match="no root"):
        chain.merkle_root([])
    with pytest.raises(ValueError, match="length"):
        chain.unpack(b"x")


def test_sealing_in_small_batches_gives_the_same_chain(
    people: Cast, register: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tutela.records.ledger.sealing.BATCH", 3)
    seal_all(register)
    assert Seal.objects.count() > 3
    assert SealedTransaction.objects.count() == _verify(register).transactions
    assert _verify(register).is_whole
    assert Compartment.__str__(Compartment(pk=1)) == "compartment 1"
    assert str(User(pk=None)).startswith("user")
