"""Putting identities under lock, opening one for a while, destroying the key of a case."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts import policies
from tutela.records.accounts.actions import FOUNDER
from tutela.records.accounts.principals import Member, refused, require
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action, record_access
from tutela.records.vault.envelopes import blind_index, make_key, open_root_key, seal, unseal
from tutela.records.vault.erasures import note_erasure, noted_erasures
from tutela.records.vault.models import CaseKey, CompartmentKey, Identity, Reveal

OPEN_FOR: Final = timedelta(hours=3)
"""How long an opened identity stays open to the one who opened it."""

FACTOR_AGE: Final = timedelta(minutes=10)
"""How old the second factor may be when an identity is opened."""

_REASON: Final = 20
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Person:
    """What the vault keeps of somebody: as little as the case needs."""

    name: str
    contact: str = ""
    note: str = ""


@action("vault.shelter")
def shelter(
    *, by: Principal, compartment: int, case: str, person: Person, marking: Marking = Marking.STRICTLY_CONFIDENTIAL
) -> str:
    """Put an identity under lock; gives the pseudonym by which the record speaks of them."""
    require(by, May.OPEN_IDENTITIES, compartment, marking)
    if not person.name.strip():
        raise Problem(
            "field-invalid", "There is no name to keep.", where="name", remedy="Use a contact code instead."
        )
    case_key = _case_key(by, compartment, case)
    key = _open_case_key(by, case_key)
    row = Identity(
        compartment_id=compartment,
        marking=int(marking),
        key=case_key,
        pseudonym=f"P-{''.join(secrets.choice(_ALPHABET) for _ in range(7))}",
        index=blind_index(_compartment_key(by, compartment), person.name),
    )
    text = json.dumps(asdict(person), ensure_ascii=False).encode()
    row.sealed = seal(key, text, _place(row.pseudonym, row.version))
    row.save(force_insert=True)
    return row.pseudonym


@action("vault.reveal")
def reveal(*, by: Principal, pseudonym: str, reason: str, factor_at: datetime | None) -> datetime:
    """Open one identity to oneself for three hours; gives when it closes again.

    Needs the right, a reason, and a second factor given just now. Administrators never have the right.
    """
    identity = _find(by, pseudonym)
    now = datetime.now(UTC)
    if len(re.sub(r"\s+", " ", reason).strip()) < _REASON:
        raise Problem(
            "field-invalid",
            "Opening an identity needs its reason.",
            where="reason",
            remedy=said("Write at least {reason} characters: what for, and for whom.", reason=_REASON),
        )
    if factor_at is None or not timedelta() <= now - factor_at <= FACTOR_AGE:
        raise Problem(
            "factor-needed",
            "Opening an identity needs your second factor, given just now.",
            remedy="Give it again, then open the identity.",
        )
    row = Reveal(
        compartment_id=identity.compartment_id,
        marking=identity.marking,
        identity_id=identity.pk,
        reader=by.actor,
        reason=reason.strip()[:400],
        at=now,
        until=now + OPEN_FOR,
    )
    row.save(force_insert=True)
    record_access(
        "reveal", "vault_identity", str(identity.pk), compartment=identity.compartment_id, marking=identity.marking
    )
    return row.until


@action("vault.read")
def read_identity(*, by: Principal, pseudonym: str) -> Person:
    """The identity, while it is open to the one who asks; every reading is written down."""
    identity = _find(by, pseudonym)
    now = datetime.now(UTC)
    if not Reveal.visible_to(by).filter(identity=identity.pk, reader=by.actor, until__gt=now).exists():
        raise refused()
    case_key = CaseKey.visible_to(by).get(pk=identity.key_id)
    text = unseal(
        _open_case_key(by, case_key), bytes(identity.sealed), _place(identity.pseudonym, identity.version)
    )
    record_access(
        "view", "vault_identity", str(identity.pk), compartment=identity.compartment_id, marking=identity.marking
    )
    return Person(**json.loads(text))


@action("vault.find")
def find_by_name(*, by: Principal, compartment: int, name: str) -> tuple[str, ...]:
    """Pseudonyms kept under exactly this name; says nothing else about them."""
    require(by, May.OPEN_IDENTITIES, compartment, Marking.STRICTLY_CONFIDENTIAL)
    record_access("search", "vault_identity", "", compartment=compartment)
    if not CompartmentKey.visible_to(by).filter(compartment_id=compartment).exists():
        return ()
    index = blind_index(_compartment_key(by, compartment), name)
    rows = Identity.visible_to(by).filter(compartment_id=compartment, index=index)
    return tuple(rows.order_by("pseudonym").values_list("pseudonym", flat=True))


@action("vault.erase")
def erase_case(*, by: Principal, compartment: int, case: str, reason: str) -> int:
    """Destroy the key of a case; gives how many identities can never be read again. There is no way back."""
    require(by, May.OPEN_IDENTITIES, compartment, Marking.STRICTLY_CONFIDENTIAL)
    if len(reason.strip()) < _REASON:
        raise Problem(
            "field-invalid",
            "An erasure needs its reason.",
            where="reason",
            remedy=said("Write at least {reason} characters: who asked, and on what ground.", reason=_REASON),
        )
    found = CaseKey.visible_to(by).filter(compartment_id=compartment, case=case, erased__isnull=True)
    key = found.first()
    if key is None:
        raise refused()
    number = Identity.visible_to(by).filter(key=key.pk).count()
    Identity.visible_to(by).filter(key=key.pk).update(index="")
    found.update(wrapped=None, erased=datetime.now(UTC))
    # Before the commit: a list that names too much is put right by hand, a name too few comes back with a backup.
    note_erasure(Path(settings.KEYS_FOLDER), key.pk)
    record_access("erase", "vault_casekey", str(key.pk), compartment=compartment, marking=key.marking)
    return number


@action("vault.erase_again")
def erase_again(*, by: Principal) -> int:
    """Apply the list of erasures to a register that was restored; gives how many keys were still there."""
    if by.actor != FOUNDER:
        raise refused()
    keys = noted_erasures(Path(settings.KEYS_FOLDER))
    now = datetime.now(UTC)
    erased = 0
    with connection.cursor() as cursor, policies.reading_past_policies(cursor, ("vault_casekey", "vault_identity")):
        for key in keys:
            # Whoever restores reads nothing, so this goes past visible_to; it can only take away.
            cursor.execute(
                "UPDATE vault_casekey SET wrapped = NULL, erased = %s WHERE id = %s AND wrapped IS NOT NULL",
                [now, key],
            )
            if cursor.rowcount:
                cursor.execute("UPDATE vault_identity SET \"index\" = '' WHERE key_id = %s", [key])
                record_access("erase", "vault_casekey", str(key))
                erased += 1
    return erased


def _find(by: Principal, pseudonym: str) -> Identity:
    """Fetch and authorise in one step."""
    identity = Identity.visible_to(by).filter(pseudonym=pseudonym).first()
    if identity is None or not isinstance(by, Member) or by.is_administrator:
        raise refused()
    require(by, May.OPEN_IDENTITIES, identity.compartment_id, identity.marking)
    return identity


def _case_key(by: Principal, compartment: int, case: str) -> CaseKey:
    found = CaseKey.visible_to(by).filter(compartment_id=compartment, case=case).first()
    if found is not None:
        return found
    key = CaseKey(compartment_id=compartment, marking=int(Marking.STRICTLY_CONFIDENTIAL), case=case)
    key.wrapped = seal(_compartment_key(by, compartment), make_key(), f"case {compartment} {case}")
    key.save(force_insert=True)
    return key


def _open_case_key(by: Principal, key: CaseKey) -> bytes:
    if key.wrapped is None:
        raise Problem(
            "not-possible",
            "The identities of this case were erased.",
            remedy="Nothing brings them back; that was the point.",
        )
    return unseal(
        _compartment_key(by, key.compartment_id), bytes(key.wrapped), f"case {key.compartment_id} {key.case}"
    )


def _compartment_key(by: Principal, compartment: int) -> bytes:
    root = open_root_key(Path(settings.KEYS_FOLDER))
    found = CompartmentKey.visible_to(by).filter(compartment_id=compartment).first()
    if found is None:
        key = make_key()
        row = CompartmentKey(compartment_id=compartment, marking=int(Marking.STRICTLY_CONFIDENTIAL))
        row.wrapped = seal(root, key, f"compartment {compartment}")
        row.save(force_insert=True)
        return key
    return unseal(root, bytes(found.wrapped), f"compartment {compartment}")


def _place(pseudonym: str, version: int) -> str:
    return f"vault_identity {pseudonym} sealed {version}"
