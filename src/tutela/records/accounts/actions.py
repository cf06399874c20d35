"""Keeping accounts and compartments: every change names who made it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts.models import Compartment, House, Membership, Mode, User
from tutela.records.accounts.principals import Member, refused, require_administrator, require_person
from tutela.records.accounts.roles import May, Role
from tutela.records.accounts.sign_in import end_sessions
from tutela.records.ledger.acts import action, record_access

FOUNDER: Final = "home-owner"
"""The actor of the command line: whoever may write into the home."""

GLASS: Final = timedelta(hours=3)
"""How long broken glass lasts."""

_REASON: Final = 20
"""Characters that a reason has at least: a word is no reason."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody is to have in a compartment."""

    role: Role
    level: Marking
    purpose: str
    valid_until: datetime | None = None
    share: Marking = Marking.UNCLASSIFIED
    """Up to which marking they may take rows out as a file, where their role exports at all."""


@action("accounts.found")
def found_house(*, by: Principal, email: str, name: str) -> User:
    """The first administrator, made by whoever owns the home; refused once there is any account."""
    if by.actor != FOUNDER or User.objects.exists():
        raise refused()
    House(pk=1).save(force_insert=True)
    return _create_user(email, name, "", is_administrator=True)


@action("accounts.create_user")
def create_user(
    *, by: Principal, email: str, name: str, function: str = "", is_administrator: bool = False
) -> User:
    """An account without a password yet: its holder sets one, with a second factor, at the first sign-in."""
    require_administrator(by)
    return _create_user(email, name, function, is_administrator=is_administrator)


@action("accounts.set_active")
def set_active(*, by: Principal, user: User, is_active: bool) -> User:
    """Open or shut an account; nobody shuts the last administrator's."""
    require_administrator(by)
    others = User.objects.filter(is_administrator=True, is_active=True).exclude(pk=user.pk)
    if not is_active and user.is_administrator and not others.exists():
        raise Problem(
            "not-possible",
            "This is the last administrator's account.",
            where="user",
            remedy="Make somebody else an administrator first.",
        )
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    if not is_active:
        end_sessions(user)
    return user


@action("accounts.create_compartment")
def create_compartment(
    *, by: Principal, name: str, kind: Compartment.Kind, custodian: User, purpose: str
) -> Compartment:
    """A compartment with its custodian, who alone lets others in; the administrator who made it stays outside."""
    require_administrator(by)
    if not name.strip():
        raise _invalid("name", "A compartment needs a name.", "Name the mission, the case or the theme.")
    key = slugify(name)[:60] or "compartment"
    if Compartment.objects.get_queryset().opened().filter(key=key).exists():  # type: ignore[attr-defined]
        raise Problem(
            "already-there", "There is a compartment of that name.", where="name", remedy="Choose another name."
        )
    compartment = Compartment(key=key, name=name.strip(), kind=kind)
    compartment.save(force_insert=True)
    _admit(by, compartment.pk, custodian, Grant(Role.CUSTODIAN, Marking.UNCLASSIFIED, purpose))
    return compartment


@action("accounts.admit")
def admit(*, by: Principal, compartment: int, user: User, grant: Grant) -> Membership:
    """Let somebody into a compartment; only its custodian may, never for themselves."""
    keeper = require_keeper(by, compartment)
    if str(user.pk) == keeper.actor:
        raise Problem(
            "not-possible",
            "Nobody lets themselves into a compartment.",
            where="user",
            remedy="Another custodian of it must do that.",
        )
    if grant.role == Role.HUMAN_RIGHTS_OFFICER and user.is_administrator:
        raise Problem(
            "not-possible",
            "Who administers accounts cannot open identities.",
            where="role",
            remedy="Choose another role, or take the administration away first.",
        )
    return _admit(by, compartment, user, grant)


@action("accounts.dismiss")
def dismiss(*, by: Principal, compartment: int, user: User) -> int:
    """End somebody's memberships of a compartment now; gives how many ended."""
    require_keeper(by, compartment)
    now = datetime.now(UTC)
    rows = Membership.objects.get_queryset().opened().filter(compartment_id=compartment, user=user)  # type: ignore[attr-defined]
    in_force = rows.exclude(valid_until__lte=now)
    left = Membership.objects.get_queryset().opened().filter(compartment_id=compartment, role=Role.CUSTODIAN)  # type: ignore[attr-defined]
    if (
        in_force.filter(role=Role.CUSTODIAN).exists()
        and not left.exclude(valid_until__lte=now).exclude(user=user).exists()
    ):
        raise Problem(
            "not-possible", "This is the last custodian.", where="user", remedy="Let another custodian in first."
        )
    return int(in_force.update(valid_until=now))


@action("accounts.set_mode")
def set_mode(*, by: Principal, mode: Mode, compartment: int | None = None) -> None:
    """Normal, read-only or closed: for one compartment by its custodian, for the whole by an administrator.

    A closed house is opened again from the command line, by whoever owns the home.
    """
    if compartment is None:
        if by.actor != FOUNDER:
            require_administrator(by)
        House.objects.filter(pk=1).update(mode=mode)
        if mode == Mode.CLOSED:
            Session.objects.all().delete()
        return
    require_keeper(by, compartment)
    rows = Compartment.objects.get_queryset().opened()  # type: ignore[attr-defined]
    rows.filter(pk=compartment).update(mode=mode)


@action("accounts.break_glass")
def break_glass(*, by: Principal, compartment_key: str, reason: str) -> Membership:
    """Read a compartment for three hours without being let in; written down as such, with the reason.

    Only for somebody who decides somewhere, only confidential rows, never a case or restricted intake.
    """
    person = require_person(by)
    if person.is_guarded or not person.where(May.DECIDE):
        raise refused()
    if len(re.sub(r"\s+", " ", reason).strip()) < _REASON:
        raise _invalid(
            "reason",
            "Broken glass needs its reason.",
            said("Write at least {reason} characters: what is at stake, for whom.", reason=_REASON),
        )
    rows = Compartment.objects.get_queryset().opened()  # type: ignore[attr-defined]
    found = rows.filter(key=compartment_key, kind__in=[Compartment.Kind.MISSION, Compartment.Kind.THEME]).first()
    if found is None or found.mode == Mode.CLOSED:
        raise refused()
    now = datetime.now(UTC)
    member = Membership(
        user_id=by.actor,
        compartment=found,
        role=Role.AUDITOR,
        level=Marking.CONFIDENTIAL,
        purpose=reason.strip()[:200],
        valid_from=now,
        valid_until=now + GLASS,
        breaks_glass=True,
        granted_by=by.actor,
    )
    member.save(force_insert=True)
    record_access("break glass", "accounts_compartment", str(found.pk), compartment=found.pk)
    return member


def require_keeper(by: Principal, compartment: int) -> Member:
    """The custodian; closing and opening again must be possible in every mode, so this looks at the role alone."""
    by = require_person(by)
    if by.depth:
        raise refused()
    now = datetime.now(UTC)
    rows = Membership.objects.get_queryset().opened()  # type: ignore[attr-defined]
    held = rows.filter(compartment_id=compartment, user_id=by.actor, role=Role.CUSTODIAN, valid_from__lte=now)
    if not held.exclude(valid_until__lte=now).exists():
        raise refused()
    return by


def _admit(by: Principal, compartment: int, user: User, grant: Grant) -> Membership:
    if not grant.purpose.strip():
        raise _invalid("purpose", "A membership needs its purpose.", "Write what for, in a few words.")
    member = Membership(
        user=user,
        compartment_id=compartment,
        role=grant.role,
        level=int(grant.level),
        share_level=int(min(grant.share, grant.level)),
        purpose=grant.purpose.strip()[:200],
        valid_from=datetime.now(UTC),
        valid_until=grant.valid_until,
        granted_by=by.actor,
    )
    member.save(force_insert=True)
    return member


def _create_user(email: str, name: str, function: str, *, is_administrator: bool) -> User:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise _invalid("email", "This is no e-mail address.", "Write it as name@organisation.") from None
    if not name.strip():
        raise _invalid("name", "An account needs its holder's name.", "Write the name as colleagues know it.")
    if User.objects.filter(email=email).exists():
        raise Problem(
            "already-there", "There is an account with this address.", where="email", remedy="Open that one."
        )
    user = User(email=email, name=name.strip(), function=function.strip(), is_administrator=is_administrator)
    user.password = make_password(None)
    user.save(force_insert=True)
    return user


def _invalid(field: str, message: str, remedy: str) -> Problem:
    return Problem("field-invalid", message, where=field, remedy=remedy)
