"""Reading accounts, memberships and compartments for the pages of those who keep them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import Q

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.models import Compartment, Factor, House, Membership, Mode, User
from tutela.records.accounts.principals import Member, refused, require_administrator
from tutela.records.accounts.roles import Role
from tutela.records.ledger.acts import action, record_access
from tutela.records.ledger.closed import ClosedQuerySet


@dataclass(frozen=True, slots=True)
class Account:
    """An account with whether its holder has a second factor."""

    user: User
    has_factor: bool


@dataclass(frozen=True, slots=True)
class Belonging:
    """One membership in force: who, where, as what, up to which marking, until when."""

    user: User
    compartment: Compartment
    role: Role
    level: Marking
    purpose: str
    valid_until: datetime | None
    breaks_glass: bool


def house_mode() -> Mode:
    """The mode of the whole, as it is now."""
    return Mode(House.objects.filter(pk=1).values_list("mode", flat=True).first() or Mode.NORMAL)


def find_account(number: str) -> User | None:
    """The account that a session names, if it is open."""
    try:
        return User.objects.filter(pk=uuid.UUID(number), is_active=True).first()
    except ValueError:
        return None


def anybody_has_factor() -> bool:
    """Whether any account has a second factor."""
    rows: ClosedQuerySet[Factor] = Factor.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened().filter(confirmed__isnull=False).exists()


@action("accounts.list_users")
def list_users(*, by: Principal) -> tuple[Account, ...]:
    """Every account, by name; for administrators."""
    require_administrator(by)
    record_access("view", "accounts_user")
    rows: ClosedQuerySet[Factor] = Factor.objects.get_queryset()  # type: ignore[assignment]
    with_factor = set(rows.opened().filter(confirmed__isnull=False).values_list("user_id", flat=True))
    return tuple(Account(user, user.pk in with_factor) for user in User.objects.order_by("name", "email"))


@action("accounts.view_user")
def view_user(*, by: Principal, user: uuid.UUID) -> Account:
    """One account; for administrators."""
    require_administrator(by)
    found = User.objects.filter(pk=user).first()
    if found is None:
        raise refused()
    record_access("view", "accounts_user", str(user))
    rows: ClosedQuerySet[Factor] = Factor.objects.get_queryset()  # type: ignore[assignment]
    return Account(found, rows.opened().filter(user_id=user, confirmed__isnull=False).exists())


@action("accounts.list_kept")
def list_kept(*, by: Principal) -> tuple[Compartment, ...]:
    """The compartments that this principal is the custodian of, closed ones included: somebody must open them."""
    held = _kept(by)
    return tuple(
        _compartments().filter(pk__in=list(held.values_list("compartment_id", flat=True))).order_by("name")
    )


@action("accounts.list_belongings")
def list_belongings(*, by: Principal) -> tuple[Belonging, ...]:
    """What this principal belongs to now; where they were made to sign in, what they chose to show of it."""
    rows = _memberships().filter(_in_force(), user_id=_number(by))
    if isinstance(by, Member) and by.depth:
        rows = rows.filter(compartment_id__in=list(by.levels), breaks_glass=False)
        shown = {item.compartment.pk: as_shown(item) for item in _belongings(rows)}
        return tuple(shown.values())
    return _belongings(rows)


@action("accounts.name_reached")
def name_reached(*, by: Principal) -> dict[int, str]:
    """The key of each compartment that they read now, by number: what programs call it."""
    numbers = list(by.levels) if isinstance(by, Member) else []
    return dict(_compartments().filter(pk__in=numbers).values_list("pk", "key"))


@action("accounts.list_members")
def list_members(*, by: Principal, compartment: int) -> tuple[Compartment, tuple[Belonging, ...]]:
    """A compartment and who belongs to it now; for its custodian."""
    if not _kept(by).filter(compartment_id=compartment).exists():
        raise refused()
    record_access("view", "accounts_membership", compartment=compartment)
    members = _belongings(_memberships().filter(_in_force(), compartment_id=compartment))
    return _compartments().get(pk=compartment), members


@action("accounts.find_colleague")
def find_colleague(*, by: Principal, email: str, is_open: bool = True) -> User | None:
    """The account with this address, shut ones too where `is_open` is false; for custodians and administrators."""
    if not getattr(by, "is_administrator", False) and not _kept(by).exists():
        raise refused()
    found = User.objects.filter(email=email.strip().lower()).first()
    return found if found is None or found.is_active or not is_open else None


def name_compartments(numbers: Collection[int]) -> dict[int, str]:
    """The names of compartments, by number; for code that has authorised the reader there."""
    return dict(_compartments().filter(pk__in=numbers).values_list("pk", "name"))


def as_shown(item: Belonging) -> Belonging:
    """A membership as whoever forces its holder sees it: somebody who reports, and reads what is unclassified."""
    return replace(item, role=Role.LIAISON_ASSISTANT, level=Marking.UNCLASSIFIED)


def _kept(by: Principal) -> ClosedQuerySet[Membership]:
    """Memberships as a custodian; none where they were made to sign in."""
    rows = _memberships().filter(_in_force(), user_id=_number(by), role=Role.CUSTODIAN)
    return rows.none().opened() if isinstance(by, Member) and by.depth else rows


def _belongings(rows: ClosedQuerySet[Membership]) -> tuple[Belonging, ...]:
    memberships = list(rows.order_by("pk"))
    users = {user.pk: user for user in User.objects.filter(pk__in={row.user_id for row in memberships})}
    places = {row.pk: row for row in _compartments().filter(pk__in={row.compartment_id for row in memberships})}
    made = [
        Belonging(
            users[row.user_id],
            places[row.compartment_id],
            Role(row.role),
            Marking(row.level),
            row.purpose,
            row.valid_until,
            row.breaks_glass,
        )
        for row in memberships
    ]
    return tuple(sorted(made, key=lambda item: (item.compartment.name, item.user.name, item.role)))


def _in_force() -> Q:
    now = datetime.now(UTC)
    return Q(valid_from__lte=now) & (Q(valid_until__isnull=True) | Q(valid_until__gt=now))


def _memberships() -> ClosedQuerySet[Membership]:
    rows: ClosedQuerySet[Membership] = Membership.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened()


def _compartments() -> ClosedQuerySet[Compartment]:
    rows: ClosedQuerySet[Compartment] = Compartment.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened()


def _number(by: Principal) -> uuid.UUID:
    """The number of the account; nobody has the number of nobody."""
    try:
        return uuid.UUID(by.actor)
    except ValueError:
        raise refused() from None
