"""Ways in that somebody hands over: for the first sign-in, and when a password or a phone is lost for good.

Whoever hands over a link could use it. So an administrator's link to an account that was in use takes all its
memberships away, which custodians give again; and no administrator opens a custodian's account: that is for
whoever owns the home.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts import factors
from tutela.records.accounts.actions import FOUNDER
from tutela.records.accounts.models import Factor, Link, Membership, RecoveryCode, User
from tutela.records.accounts.principals import require_administrator
from tutela.records.accounts.roles import Role
from tutela.records.accounts.sign_in import check_new_password, end_sessions, has_factor, set_password
from tutela.records.ledger.acts import action, record_access
from tutela.records.ledger.closed import ClosedQuerySet

GOOD_FOR: Final = timedelta(hours=24)
"""How long a link is good."""


@action("accounts.make_link")
def make_link(*, by: Principal, user: User) -> str:
    """A new link, the only one that is good for this account: what was its password and factor is gone."""
    if by.actor != FOUNDER:
        require_administrator(by)
        _require_harmless(by, user)
    if not user.is_active:
        raise _not_possible("This account is shut.", "Open it first.")
    for model in (Factor, RecoveryCode, Link):
        _of(model, user).delete()
    user.password = make_password(None)
    user.save(update_fields=["password"])
    end_sessions(user)
    token = secrets.token_urlsafe(32)
    digest = factors.digest_under_key("link", token)
    Link(user=user, digest=digest, until=datetime.now(UTC) + GOOD_FOR).save(force_insert=True)
    record_access("link handed", "accounts_user", str(user.pk))
    return token


@action("accounts.find_link")
def find_link(*, by: Principal, token: str) -> User | None:  # noqa: ARG001
    """Whose link this is, as long as it is good."""
    found = _good(token).first()
    return User.objects.filter(pk=found.user_id, is_active=True).first() if found else None


@action("accounts.use_link")
def use_link(*, by: Principal, token: str, password: str) -> User | None:  # noqa: ARG001
    """Set the password of the account whose link this is; the link is used up. None where it is not good."""
    found = _good(token).first()
    user = User.objects.filter(pk=found.user_id, is_active=True).first() if found else None
    if user is None:
        record_access("link refused", "accounts_link")
        return None
    check_new_password(user, password)
    if _good(token).update(used=datetime.now(UTC)) != 1:
        return None
    set_password(user, password)
    record_access("link used", "accounts_user", str(user.pk))
    return user


def _require_harmless(by: Principal, user: User) -> None:
    """An administrator may not come by a link into what they are not let into."""
    if str(user.pk) == by.actor:
        raise _not_possible("Nobody hands a link to themselves.", "Another administrator must do that.")
    if not has_factor(user):
        return
    now = datetime.now(UTC)
    held = _of(Membership, user).exclude(valid_until__lte=now)
    if held.filter(role=Role.CUSTODIAN).exists():
        raise _not_possible(
            "Whoever holds this account lets others into a compartment.",
            "The owner of the home makes the link: tutela register link.",
        )
    held.update(valid_until=now)


def _good(token: str) -> ClosedQuerySet[Link]:
    rows: ClosedQuerySet[Link] = Link.objects.get_queryset()  # type: ignore[assignment]
    digest = factors.digest_under_key("link", token)
    return rows.opened().filter(digest=digest, used__isnull=True, until__gt=datetime.now(UTC))


def _of(model: type[Factor | RecoveryCode | Link | Membership], user: User) -> ClosedQuerySet[Membership]:
    rows: ClosedQuerySet[Membership] = model.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened().filter(user_id=user.pk)


def _not_possible(message: str, remedy: str) -> Problem:
    return Problem("not-possible", message, where="user", remedy=remedy)
