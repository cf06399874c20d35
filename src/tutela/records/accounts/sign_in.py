"""Signing in: a password, then a second factor, each attempt written down, none of what was typed.

Whoever is not signed in acts as nobody; a failed attempt is an answer and no Problem, so that it is kept.
"""

from __future__ import annotations

import functools
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db.models import F

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts import factors, waits
from tutela.records.accounts.models import Factor, House, Mode, RecoveryCode, User
from tutela.records.accounts.principals import NOBODY, Member, refused
from tutela.records.accounts.shown import (
    Digests,
    digest_password,
    digests_of,
    find_depth,
    opens,
    rows_of,
    shut_account,
)
from tutela.records.ledger.acts import action, record_access
from tutela.records.ledger.closed import ClosedQuerySet

UNKNOWN: Final = Principal(NOBODY)
"""Who acts before anybody is signed in."""

_LONGEST_PASSWORD: Final = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt went: whose account it opened, or how long nobody may try; neither where it was refused.

    depth   above 0 where the password was one that shows only so much; the pages never say it
    """

    user: User | None = None
    wait: timedelta = timedelta()
    depth: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class _Attempt:
    """A password that was typed for an account, counted, with what it is compared with; no log can show it."""

    account: str
    place: str
    wait: timedelta
    user: User | None = None
    kept: str = ""
    digests: Digests = ()


def give_password(*, by: Principal, email: str, password: str, address: str) -> Answer:
    """Whether this password belongs to this account; the same words and work whether there is such an account.

    Counted, then hashed, then answered: a hash under the lock of an address let an office in one by one.
    """
    attempt = _count_attempt(by=by, email=email, address=address)
    if attempt.wait:
        return Answer(wait=attempt.wait)
    typed = password[:_LONGEST_PASSWORD]
    fits = check_password(typed, attempt.kept)
    depth = find_depth(attempt.digests, typed)  # always asked: two hashes, whatever was typed
    return _answer_attempt(by=by, attempt=attempt, fits=fits, depth=depth)


@action("accounts.count_attempt")
def _count_attempt(*, by: Principal, email: str, address: str) -> _Attempt:  # noqa: ARG001
    account, place = waits.account_key(email), waits.address_key(address)
    wait = waits.charge(account, place)
    if wait:
        return _Attempt(account, place, wait)
    user = User.objects.filter(email=email.strip().lower()).first()
    decoy = _decoy()  # made by the first attempt of all, not by the first for an account that is not there
    kept = user.password if user is not None and _is_usable(user) else decoy
    return _Attempt(account, place, wait, user, kept, digests_of(user))


@action("accounts.give_password")
def _answer_attempt(*, by: Principal, attempt: _Attempt, fits: bool, depth: int) -> Answer:  # noqa: ARG001
    known = attempt.user
    user = None if known is None else User.objects.filter(pk=known.pk).first()
    # What was compared must be what is kept still: a password may have been changed while this one was hashed.
    held = None if user is None or not _is_usable(user) else (user.password, digests_of(user))
    if user is None or held != (attempt.kept, attempt.digests) or not (fits or depth) or _house_is_closed():
        record_access("sign-in refused", "accounts_user", str(known.pk) if known else "")
        return Answer()
    waits.give_back(attempt.account, attempt.place, clear=False)
    record_access("password given", "accounts_user", str(user.pk))
    return Answer(user, depth=depth)


def _is_usable(user: User) -> bool:
    return user.is_active and user.has_usable_password()


@action("accounts.give_code")
def give_code(*, by: Principal, user: User, code: str, address: str, depth: int = 0) -> Answer:
    """Whether this is the code of the moment, or a recovery code that was never used; then they are signed in.

    Behind a password that shows only so much, everything else that is signed in ends, and custodians are told.
    """
    _themselves(by, user)
    account, place = waits.account_key(f"factor {user.pk}"), waits.address_key(address)
    wait = waits.charge(account, place)
    if wait:
        return Answer(wait=wait)
    if not user.is_active or not (_is_code(user, code) or _is_recovery_code(user, code)):
        record_access("sign-in refused", "accounts_factor", str(user.pk))
        return Answer()
    waits.give_back(account, place, clear=True)
    Session.objects.filter(expire_date__lt=datetime.now(UTC)).delete()
    record_access("sign-in", "accounts_user", str(user.pk))
    if depth:
        end_sessions(user)
        shut_account(user)
    return Answer(user, depth=depth)


@action("accounts.sign_out")
def sign_out(*, by: Principal, user: User) -> None:
    """Written down; the session itself is ended by whoever holds it."""
    _themselves(by, user)
    record_access("sign-out", "accounts_user", str(user.pk))


@action("accounts.begin_factor")
def begin_factor(*, by: Principal, user: User) -> bytes:
    """A secret for the phone, the same one until a first code was shown; refused where there is a factor."""
    _themselves(by, user)
    found = _factors(user).first()
    if found is None:
        secret = factors.make_secret()
        Factor(user=user, secret=factors.seal_secret(secret, str(user.pk))).save(force_insert=True)
        return secret
    if found.confirmed is not None:
        raise Problem(
            "already-there",
            "This account has a second factor.",
            remedy="Whoever lost it uses a recovery code, or asks an administrator for a new link.",
        )
    return factors.open_secret(bytes(found.secret), str(user.pk))


@action("accounts.confirm_factor")
def confirm_factor(*, by: Principal, user: User, code: str, address: str) -> tuple[str, ...]:
    """The factor counts from now on, where this is its code: gives the recovery codes, which are shown once.

    Gives nothing where the code is another one.
    """
    _themselves(by, user)
    place = waits.account_key(f"factor {user.pk}"), waits.address_key(address)
    if waits.charge(*place) or not _factors(user).filter(confirmed__isnull=True).exists():
        return ()
    if not _is_code(user, code, confirmed=False):
        record_access("factor refused", "accounts_factor", str(user.pk))
        return ()
    waits.give_back(*place, clear=True)
    _factors(user).update(confirmed=datetime.now(UTC))
    record_access("factor set up", "accounts_factor", str(user.pk))
    record_access("sign-in", "accounts_user", str(user.pk))
    return _renew_codes(user)


@action("accounts.renew_recovery_codes")
def renew_recovery_codes(*, by: Principal, user: User) -> tuple[str, ...]:
    """New codes for paper; those before are worth nothing from now on."""
    _themselves(by, user)
    return _renew_codes(user)


@action("accounts.change_password")
def change_password(*, by: Principal, user: User, old: str, new: str, address: str) -> bool:
    """Another password, where the old one was given; everything else that is signed in under it ends."""
    _themselves(by, user)
    depth = by.depth if isinstance(by, Member) else 0
    place = waits.account_key(user.email), waits.address_key(address)
    if waits.charge(*place) or not opens(user, depth, old[:_LONGEST_PASSWORD]):
        record_access("password refused", "accounts_user", str(user.pk))
        return False
    waits.give_back(*place, clear=False)
    check_new_password(user, new)
    # What opened less until now would go on to open less: the next depth is forgotten where it has these letters.
    rows_of(user).filter(depth=depth + 1, digest=digest_password(user, new)).delete()
    if depth:
        rows_of(user).filter(depth=depth).update(digest=digest_password(user, new))
        end_sessions(user)
    else:
        _keep_password(user, new)
    return True


def set_password(user: User, password: str) -> None:
    """Begin with a password that is long and uncommon enough, and end every session; inside an action."""
    check_new_password(user, password)
    rows_of(user).delete()
    User.objects.filter(pk=user.pk).update(forced_at=None)
    _keep_password(user, password)


def check_new_password(user: User, password: str) -> None:
    """Refuse a new password that is too short, too long, common, or made of the holder's own name."""
    if len(password) > _LONGEST_PASSWORD:
        raise _weak(said("It may have at most {longest_password} characters.", longest_password=_LONGEST_PASSWORD))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise _weak(" ".join(error.messages)) from None


def _keep_password(user: User, password: str) -> None:
    user.password = make_password(password)
    user.save(update_fields=["password"])
    end_sessions(user)


def end_sessions(user: User) -> None:
    """Nothing that is signed in under this account now goes on; inside an action."""
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])


def has_factor(user: User) -> bool:
    """Whether the holder of this account has shown a first code."""
    return _factors(user).filter(confirmed__isnull=False).exists()


def count_recovery_codes(user: User) -> int:
    """How many codes on paper are left."""
    return _codes(user).filter(used__isnull=True).count()


def _is_code(user: User, code: str, *, confirmed: bool = True) -> bool:
    factor = _factors(user).filter(confirmed__isnull=not confirmed).first()
    if factor is None:
        return False
    secret = factors.open_secret(bytes(factor.secret), str(user.pk))
    step = factors.find_counter(secret, code, time.time(), factor.last_step)
    # Two at once with the same code: the row counts up for one of them.
    return step is not None and _factors(user).filter(last_step__lt=step).update(last_step=step) == 1


def _is_recovery_code(user: User, code: str) -> bool:
    found = _codes(user).filter(digest=factors.digest_code(code, str(user.pk)), used__isnull=True)
    return found.update(used=datetime.now(UTC)) == 1


def _renew_codes(user: User) -> tuple[str, ...]:
    codes = factors.make_recovery_codes()
    _codes(user).delete()
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=user, digest=factors.digest_code(code, str(user.pk))) for code in codes]
    )
    return codes


def _factors(user: User) -> ClosedQuerySet[Factor]:
    rows: ClosedQuerySet[Factor] = Factor.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened().filter(user_id=user.pk)


def _codes(user: User) -> ClosedQuerySet[RecoveryCode]:
    rows: ClosedQuerySet[RecoveryCode] = RecoveryCode.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened().filter(user_id=user.pk)


def _themselves(by: Principal, user: User) -> None:
    if by.actor != str(user.pk):
        raise refused()


def _house_is_closed() -> bool:
    return House.objects.filter(pk=1, mode=Mode.CLOSED).exists()


@functools.cache
def _decoy() -> str:
    """A hash that no password fits, of the same cost: an account that is not there takes as long as one that is."""
    return make_password(secrets.token_urlsafe(24))


def _weak(said: str) -> Problem:
    return Problem("field-invalid", said, where="password", remedy="Four or five words that belong together serve.")
