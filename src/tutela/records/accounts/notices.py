"""Who hears by e-mail that something waits, and how often: what waits, and where, is nowhere here."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from tutela.kernel.markings import Principal
from tutela.records.accounts.models import Membership, Mode, Notice, User
from tutela.records.accounts.principals import Member, refused, require_person
from tutela.records.accounts.queries import house_mode
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action
from tutela.records.ledger.closed import ClosedQuerySet

TELLER: Final = Principal("notices")
"""The actor that notes who was told; it reads no sealed row."""

EVERY: Final = timedelta(hours=1)
"""Nobody gets more than one message in this time."""


@action("accounts.choose_notices")
def choose_notices(*, by: Principal, wanted: bool) -> None:
    """Begin or end one's own notices by e-mail; nobody does it for somebody else."""
    person = require_person(by)
    rows = _rows().filter(user_id=uuid.UUID(person.actor))
    if not wanted:
        rows.delete()
    elif not rows.exists():
        Notice(user_id=uuid.UUID(person.actor)).save(force_insert=True)


def wants_notices(user: User) -> bool:
    """Whether this person chose them."""
    return _rows().filter(pk=user.pk).exists()


def count_wanting() -> int:
    """How many people with an open account chose them."""
    return User.objects.filter(pk__in=list(_rows().values_list("pk", flat=True)), is_active=True).count()


def list_due(now: datetime) -> list[tuple[User, datetime]]:
    """Who may get a message now, and since when what came counts; nobody while the register is not open."""
    if house_mode() != Mode.NORMAL:
        return []
    rows = {row.pk: row.told or row.chosen for row in _rows().filter(_rested(now))}
    return [(user, rows[user.pk]) for user in User.objects.filter(pk__in=list(rows), is_active=True).order_by("pk")]


@action("accounts.take_turn")
def take_turn(*, by: Principal, user: User, now: datetime) -> bool:
    """Take this person's one message of the hour; False where it is taken, or no longer wanted."""
    _require_teller(by)
    return _rows().filter(_rested(now), pk=user.pk).update(tried=now) == 1


@action("accounts.note_told")
def note_told(*, by: Principal, user: User, now: datetime) -> None:
    """The message went out: what came until now is told of."""
    _require_teller(by)
    _rows().filter(pk=user.pk).update(told=now)


def glass_was_broken(by: Member, since: datetime) -> bool:
    """Whether somebody broke the glass of a compartment that this person keeps, whatever its mode."""
    kept = [number for number, abilities in by.abilities.items() if May.KEEP_MEMBERS in abilities]
    rows: ClosedQuerySet[Membership] = Membership.objects.get_queryset()  # type: ignore[assignment]
    broken = rows.opened().filter(compartment_id__in=kept, breaks_glass=True, valid_from__gt=since)
    return broken.exclude(user_id=by.actor).exists()


def somebody_was_forced(by: Member, since: datetime) -> bool:
    """Whether somebody in a compartment that this person keeps was made to sign in, and is not known to be safe."""
    kept = [number for number, abilities in by.abilities.items() if May.KEEP_MEMBERS in abilities]
    rows: ClosedQuerySet[Membership] = Membership.objects.get_queryset()  # type: ignore[assignment]
    forced = User.objects.filter(forced_at__gt=since).exclude(pk=by.actor).values_list("pk", flat=True)
    return rows.opened().filter(compartment_id__in=kept, user_id__in=list(forced)).exists()


def _rested(now: datetime) -> Q:
    return Q(tried__isnull=True) | Q(tried__lte=now - EVERY)


def _require_teller(by: Principal) -> None:
    if by != TELLER:
        raise refused()


def _rows() -> ClosedQuerySet[Notice]:
    rows: ClosedQuerySet[Notice] = Notice.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened()
