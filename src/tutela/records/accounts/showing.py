"""A password for whoever forces somebody to sign in: it shows what its holder chose, and tells their custodians.

With the same second factor it opens a session like that of somebody who only reports, in the compartments that
the holder chose, up to unclassified. Silently it ends everything else that is signed in, the tokens and the broken
glass of the account, and shuts identities and glass until a custodian says that the holder is safe. The reasons
and the limits stand in docs/decisions/0005.

Such a session answers as an ordinary one would, also where such a password is set in it: that one lies deeper.
"""

from __future__ import annotations

from collections.abc import Collection

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.actions import require_keeper
from tutela.records.accounts.models import Compartment, Showing, User
from tutela.records.accounts.principals import Member, refused, require_person
from tutela.records.accounts.shown import belongs, digest_password, opens, rows_of, showable
from tutela.records.accounts.sign_in import check_new_password
from tutela.records.ledger.acts import action, record_access
from tutela.records.ledger.closed import ClosedQuerySet


def list_showable(by: Principal) -> tuple[Compartment, ...]:
    """The compartments that this person may choose to show, by name."""
    rows: ClosedQuerySet[Compartment] = Compartment.objects.get_queryset()  # type: ignore[assignment]
    return tuple(rows.opened().filter(pk__in=showable(require_person(by))).order_by("name"))


@action("accounts.choose_showing")
def choose_showing(*, by: Principal, user: User, password: str, compartments: Collection[int]) -> None:
    """Set the password that shows only these compartments; the one before is worth nothing from now on.

    Whoever calls this has seen a second factor given just now. The answer never says what was there before.
    """
    person = _themselves(by, user)
    chosen = sorted(set(compartments))
    if not set(chosen) <= showable(person):
        raise Problem("field-invalid", "This cannot be chosen.", where="shown", remedy="Choose from the list.")
    check_new_password(user, password)
    if opens(user, person.depth, password):
        raise Problem(
            "field-invalid",
            "This is the password that you sign in with.",
            where="password",
            remedy="Choose another one, which nobody guesses from it.",
        )
    digest = digest_password(user, password)
    rows_of(user).filter(depth__gt=person.depth).delete()
    Showing(user=user, depth=person.depth + 1, digest=digest, compartments=chosen).save(force_insert=True)


@action("accounts.forget_showing")
def forget_showing(*, by: Principal, user: User) -> None:
    """No such password any more, whether there was one or not."""
    rows_of(user).filter(depth__gt=_themselves(by, user).depth).delete()


@action("accounts.declare_safe")
def declare_safe(*, by: Principal, compartment: int, user: User) -> None:
    """Identities and glass open again for somebody who was forced; for a custodian of theirs, never themselves."""
    keeper = require_keeper(by, compartment)
    if keeper.actor == str(user.pk) or not belongs(user, compartment):
        raise refused()
    if User.objects.filter(pk=user.pk, forced_at__isnull=False).update(forced_at=None):
        record_access("declared safe", "accounts_user", str(user.pk), compartment=compartment)


def _themselves(by: Principal, user: User) -> Member:
    person = require_person(by)
    if person.actor != str(user.pk):
        raise refused()
    return person
