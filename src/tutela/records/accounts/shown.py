"""What an account shows by each of its passwords: all of it, or what its holder chose for whoever forces them.

The parts beneath signing in; the actions stand in `showing`, the reasons in docs/decisions/0005.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Q
from django.utils.crypto import constant_time_compare

from tutela.kernel.markings import Marking
from tutela.records.accounts.hashing import hash_like
from tutela.records.accounts.models import Compartment, Membership, Showing, Token, User
from tutela.records.accounts.principals import Member, member_of
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import record_access
from tutela.records.ledger.closed import ClosedQuerySet

_NO_ONE: Final = uuid.UUID(int=0)

Digests: TypeAlias = tuple[tuple[int, str], ...]
"""Depth and hash of each password of an account beside its own."""

SHOWABLE: Final = (Compartment.Kind.MISSION, Compartment.Kind.THEME)
"""Of a case or of restricted intake, the very name is for its members."""


def shown_member(user: User, depth: int) -> Member:
    """The principal of a session: all of the account at depth 0, deeper what was chosen to be shown there."""
    member = member_of(user)
    if not depth:
        return member
    row = rows_of(user).filter(depth=depth).first()
    numbers = sorted(showable(member).intersection(row.compartments if row else ()))
    return replace(
        member,
        clearance=Marking.UNCLASSIFIED,
        compartments=frozenset(str(number) for number in numbers),
        levels=dict.fromkeys(numbers, Marking.UNCLASSIFIED),
        abilities={number: frozenset({May.REPORT}) for number in numbers},
        shares={},
        read_only=member.read_only & frozenset(numbers),
        is_administrator=False,
        depth=depth,
        is_guarded=False,
    )


def showable(person: Member) -> set[int]:
    """Where they report: deeper down they are somebody who reports, and nobody gets more by it."""
    reported = [number for number in person.levels if May.REPORT in person.abilities[number]]
    held = _held(person.actor).filter(breaks_glass=False, compartment_id__in=reported)
    numbers = list(held.values_list("compartment_id", flat=True))
    rows: ClosedQuerySet[Compartment] = Compartment.objects.get_queryset()  # type: ignore[assignment]
    return set(rows.opened().filter(pk__in=numbers, kind__in=SHOWABLE).values_list("pk", flat=True))


def digests_of(user: User | None) -> Digests:
    """What the passwords of an account beside its own are compared with, the lesser depth first."""
    return tuple(rows_of(user).order_by("depth").values_list("depth", "digest"))


def find_depth(digests: Digests, password: str) -> int:
    """The depth that this password opens, 0 for none: one hash, whoever it is and whatever they set."""
    digest = _digest(digests, password)
    found = 0
    for depth, kept in digests:
        if constant_time_compare(kept, digest):
            found = depth
    return found


def opens(user: User, depth: int, password: str) -> bool:
    """Whether this is the password of this depth; 0 is the account's own."""
    row = rows_of(user).filter(depth=depth).first()
    kept = row.digest if row is not None else User.objects.values_list("password", flat=True).get(pk=user.pk)
    return check_password(password, kept)


def digest_password(user: User | None, password: str) -> str:
    """As it is kept: with one salt for an account, so that one hash is compared with all that it shows by."""
    return _digest(digests_of(user), password)


def shut_account(user: User) -> None:
    """Somebody was made to sign in: end tokens and broken glass, shut what stays shut, tell; inside an action."""
    now = datetime.now(UTC)
    User.objects.filter(pk=user.pk).update(forced_at=now)
    tokens: ClosedQuerySet[Token] = Token.objects.get_queryset()  # type: ignore[assignment]
    tokens.opened().filter(user_id=user.pk, revoked__isnull=True, depth=0).update(revoked=now)
    numbers = sorted(set(_held(str(user.pk)).values_list("compartment_id", flat=True)))
    _held(str(user.pk)).filter(breaks_glass=True).update(valid_until=now)
    for number in numbers:
        record_access("forced sign-in", "accounts_user", str(user.pk), compartment=number)


def belongs(user: User, compartment: int) -> bool:
    """Whether somebody is in a compartment now."""
    return _held(str(user.pk)).filter(compartment_id=compartment).exists()


def rows_of(user: User | None) -> ClosedQuerySet[Showing]:
    """The passwords of an account beside its own; for code of this app."""
    rows: ClosedQuerySet[Showing] = Showing.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened().filter(user_id=user.pk if user else _NO_ONE)  # asked for nobody, too: it takes as long


def _digest(digests: Digests, password: str) -> str:
    return hash_like(password, digests[0][1]) if digests else make_password(password)


def _held(number: str) -> ClosedQuerySet[Membership]:
    now = datetime.now(UTC)
    rows: ClosedQuerySet[Membership] = Membership.objects.get_queryset()  # type: ignore[assignment]
    held = rows.opened().filter(user_id=number, valid_from__lte=now)
    return held.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now))
