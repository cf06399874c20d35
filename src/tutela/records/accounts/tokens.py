"""Tokens: what a program shows instead of its holder, for some compartments and some abilities, until a day.

A token never becomes a session, and whoever stops being allowed something stops their tokens with it: what a token
may do is worked out at every use, from the holder's rights of that moment and the token's own bounds.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts import waits
from tutela.records.accounts.factors import digest_under_key
from tutela.records.accounts.models import Compartment, Token, User
from tutela.records.accounts.principals import Member, refused, require_person
from tutela.records.accounts.roles import May
from tutela.records.accounts.shown import shown_member
from tutela.records.ledger.acts import action, record_access
from tutela.records.ledger.closed import ClosedQuerySet

PREFIX: Final = "tutela_"
"""So that a token is known for what it is where it was left lying."""

LONGEST: Final = timedelta(days=366)
MOST: Final = 20
"""Tokens in force that one holder may have."""

FACTOR_AGE: Final = timedelta(minutes=10)
FOR_PEOPLE: Final = frozenset({May.OPEN_IDENTITIES, May.KEEP_MEMBERS, May.AUDIT, May.SIGN})
"""What no token can be given: opening identities, letting people in, reading the ledger, signing."""

GIVEN: Final = tuple(ability for ability in May if ability not in FOR_PEOPLE)
_NOTED: Final = timedelta(minutes=1)
"""How exactly the last use is known."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a token reaches, what may be done by it, up to which marking, and until when."""

    compartments: tuple[int, ...]
    abilities: tuple[str, ...]
    level: Marking
    until: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A compartment within a token's bounds."""

    compartment: str
    name: str
    marking: Marking
    abilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a token may do now."""

    token: str
    until: datetime
    compartments: tuple[Place, ...]


@action("accounts.make_token")
def make_token(*, by: Principal, name: str, scope: Scope, factor_at: datetime | None) -> tuple[Token, str]:
    """A new token and its letters, which are shown once and kept nowhere; needs a second factor given just now.

    A form sent twice makes one: the second is refused for its name, since the letters cannot be shown again.
    """
    holder = require_person(by)
    now = datetime.now(UTC)
    if factor_at is None or not timedelta() <= now - factor_at <= FACTOR_AGE:
        raise Problem(
            "factor-needed",
            "Making a token needs your second factor, given just now.",
            remedy="Give it again, then make the token.",
        )
    if holder.is_guarded:
        raise refused()
    User.objects.select_for_update().get(pk=holder.actor)  # two at once do not both find the name free
    _check(holder, name, scope, now)
    letters = PREFIX + secrets.token_urlsafe(32)
    row = Token(
        user_id=holder.actor,
        name=" ".join(name.split()),
        digest=digest_under_key("token", letters),
        compartments=sorted(set(scope.compartments)),
        abilities=[ability.value for ability in GIVEN if ability in scope.abilities],
        level=int(scope.level),
        until=scope.until,
        depth=holder.depth,
    )
    row.save(force_insert=True)
    record_access("token made", "accounts_token", str(row.pk))
    return row, letters


@action("accounts.list_tokens")
def list_tokens(*, by: Principal) -> tuple[Token, ...]:
    """One's own tokens, those in force first, the newest of each first."""
    now = datetime.now(UTC)
    held = _own(require_person(by)).order_by("-created", "-pk")
    return tuple(sorted(held, key=lambda row: not is_in_force(row, now)))


@action("accounts.token_bounds")
def bounds_of(*, by: Principal) -> Bounds:
    """For a program: where its token reaches and what may be done there now."""
    if not isinstance(by, Member) or by.token is None:
        raise refused()
    row = _rows().get(pk=by.token)
    places = Compartment.objects.get_queryset().opened().filter(pk__in=list(by.levels)).order_by("key")  # type: ignore[attr-defined]
    return Bounds(row.name, row.until, tuple(_place(by, place) for place in places))


@action("accounts.revoke_token")
def revoke_token(*, by: Principal, token: int) -> None:
    """End one of one's own tokens now; ending it twice is ending it."""
    held = _own(require_person(by)).filter(pk=token)
    if not held.exists():
        raise refused()
    if held.filter(revoked__isnull=True).update(revoked=datetime.now(UTC)):
        record_access("token revoked", "accounts_token", str(token))


@action("accounts.use_token")
def use_token(*, by: Principal, letters: str, address: str) -> Member | Problem:  # noqa: ARG001
    """Who acts by these letters, with no more than holder and token both allow; or why nobody does.

    The refusal is an answer and no Problem raised, so that it is kept. Failures count by address, as at signing
    in; a good token works meanwhile, for nobody guesses 256 bits.
    """
    now = datetime.now(UTC)
    row = _rows().filter(digest=digest_under_key("token", letters)).first()
    user = User.objects.filter(pk=row.user_id, is_active=True).first() if row is not None else None
    if row is None or user is None or not is_in_force(row, now):
        return _refuse(row, address)
    if row.last_used is None or now - row.last_used > _NOTED:
        _rows().filter(pk=row.pk).update(last_used=now)
        record_access("token used", "accounts_token", str(row.pk))
    return narrow(shown_member(user, row.depth), row)


def narrow(holder: Member, token: Token) -> Member:
    """The holder, within the bounds of a token."""
    reached = [number for number in holder.levels if number in token.compartments]
    levels = {number: min(holder.levels[number], Marking(token.level)) for number in reached}
    given = frozenset(May(ability) for ability in token.abilities) - FOR_PEOPLE
    return replace(
        holder,
        clearance=max(levels.values(), default=Marking.UNCLASSIFIED),
        compartments=frozenset(str(number) for number in levels),
        levels=levels,
        abilities={number: holder.abilities[number] & given for number in reached},
        is_administrator=False,
        token=token.pk,
    )


def is_in_force(token: Token, now: datetime) -> bool:
    """Whether a token may be used."""
    return token.revoked is None and now < token.until


def no_token() -> Problem:
    """The one refusal, whatever is wrong with a token."""
    return Problem(
        "token-refused",
        "The request has no token that is good.",
        where="Authorization",
        remedy="Send Authorization: Bearer with a token from your account's page.",
    )


def _place(by: Member, place: Compartment) -> Place:
    may = tuple(ability.value for ability in GIVEN if by.may(ability, place.pk))
    return Place(place.key, place.name, by.levels[place.pk], may)


def _refuse(row: Token | None, address: str) -> Problem:
    place = waits.address_key(f"token {address}")
    wait = waits.charge(waits.account_key(f"token {row.pk if row else address}"), place)
    if wait:
        return Problem(
            "too-many-attempts",
            "Too many tokens that are not good came from this address.",
            where="Authorization",
            remedy=said("Try again in {value} seconds.", value=int(wait.total_seconds()) + 1),
        )
    record_access("token refused", "accounts_token", str(row.pk) if row else "")
    return no_token()


def _check(holder: Member, name: str, scope: Scope, now: datetime) -> None:
    if not 0 < len(" ".join(name.split())) <= 80:
        raise _invalid("name", "A token needs a name of at most 80 characters.", "Write which program uses it.")
    if not scope.compartments or not set(scope.compartments) <= set(holder.levels):
        raise _invalid("compartments", "A token reaches at least one of your compartments.", "Choose among yours.")
    if not set(scope.abilities) <= set(GIVEN):
        raise _invalid("abilities", "This cannot be given to a token.", "Choose from the list.")
    held: set[str] = set().union(*(holder.abilities[number] for number in scope.compartments))
    if not set(scope.abilities) <= held:
        raise _invalid("abilities", "You may not do this there yourself.", "Choose less, or another compartment.")
    if scope.level > max(holder.levels[number] for number in scope.compartments):
        raise _invalid("level", "You do not read that far there yourself.", "Choose a lower marking.")
    if not now < scope.until <= now + LONGEST:
        raise _invalid("until", "A token ends within a year.", "Choose a day in the coming twelve months.")
    mine = _own(holder).filter(revoked__isnull=True, until__gt=now)
    if any(row.name.casefold() == " ".join(name.split()).casefold() for row in mine):
        raise _invalid("name", "You have a token of this name in force.", "Name what tells the two apart.")
    if mine.count() >= MOST:
        raise Problem(
            "not-possible",
            said("You have {most} tokens in force.", most=MOST),
            remedy="Revoke one that nothing uses any more.",
        )


def _own(holder: Member) -> ClosedQuerySet[Token]:
    """Their tokens; where they were made to sign in, those of that showing alone."""
    rows = _rows().filter(user_id=holder.actor)
    return rows.filter(depth=holder.depth) if holder.depth else rows


def _rows() -> ClosedQuerySet[Token]:
    rows: ClosedQuerySet[Token] = Token.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened()


def _invalid(field: str, message: str, remedy: str) -> Problem:
    return Problem("field-invalid", message, where=field, remedy=remedy)
