"""A person as the rest of the register sees them: asked for on every request, never remembered beyond it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from django.db.models import F, Q

from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.models import Compartment, House, Membership, Mode, User
from tutela.records.accounts.roles import ABILITIES, ONLY_LOOKS, May

NOBODY: Final = "nobody"
"""The actor before anybody signed in."""


@dataclass(frozen=True, slots=True)
class Member(Principal):
    """A principal with what they may read and do in each compartment.

    levels      how far they read, by compartment number;  abilities  what they may do there
    shares      up to which marking what they take out may be marked, by compartment number
    read_only   compartments in which nobody writes now
    is_administrator  keeps accounts, and reads nothing by that
    token  the number of the token by which a program acts for them; None at the pages
    depth  above 0 where they were made to sign in, and read only what they chose to show (`showing`)
    is_guarded  somebody made them sign in, and no custodian said yet that they are safe
    """

    levels: Mapping[int, Marking] = field(default_factory=dict)
    abilities: Mapping[int, frozenset[May]] = field(default_factory=dict)
    shares: Mapping[int, Marking] = field(default_factory=dict)
    read_only: frozenset[int] = frozenset()
    is_administrator: bool = False
    house: Mode = Mode.NORMAL
    token: int | None = None
    depth: int = 0
    is_guarded: bool = False

    def may(self, ability: May, compartment: int, marking: int = 0) -> bool:
        """Whether they may do this there now, with a row of this marking."""
        if self.house != Mode.NORMAL or compartment in self.read_only:
            return False
        return ability in self.abilities.get(compartment, ()) and self.reads(compartment, marking)

    def reads(self, compartment: int, marking: int = 0) -> bool:
        """Whether they may read a row of this marking there."""
        level = self.levels.get(compartment)
        return level is not None and level >= marking

    def shares_up_to(self, compartment: int, marking: int) -> bool:
        """Whether a file of this marking may leave the compartment with them: less than what they may read."""
        return marking <= self.shares.get(compartment, -1) and self.reads(compartment, marking)

    def writes(self, compartment: int, marking: int = 0) -> bool:
        """Whether they may put a row of this marking there now at all: they do more there than look."""
        if self.house != Mode.NORMAL or compartment in self.read_only:
            return False
        return self.reads(compartment, marking) and bool(self.abilities.get(compartment, frozenset()) - ONLY_LOOKS)

    def where(self, ability: May) -> frozenset[int]:
        """The compartments in which they may do this now."""
        return frozenset(number for number in self.abilities if self.may(ability, number))


def member_of(user: User, now: datetime | None = None) -> Member:
    """The principal of an account at this moment: memberships in force, without compartments that are closed."""
    now = now or datetime.now(UTC)
    house = Mode(House.objects.filter(pk=1).values_list("mode", flat=True).first() or Mode.NORMAL)
    if not user.is_active or house == Mode.CLOSED:
        return Member(str(user.pk), house=house)
    levels: dict[int, Marking] = {}
    abilities: dict[int, frozenset[May]] = {}
    shares: dict[int, Marking] = {}
    read_only: set[int] = set()
    shut = frozenset({May.OPEN_IDENTITIES} if user.forced_at is not None else ())
    compartments = Compartment.objects.get_queryset().opened()  # type: ignore[attr-defined]
    modes = dict(compartments.exclude(mode=Mode.NORMAL).values_list("pk", "mode"))
    for number, role, level, share in _memberships(user, now):
        if modes.get(number) == Mode.CLOSED:
            continue
        if modes.get(number) == Mode.READ_ONLY:
            read_only.add(number)
        levels[number] = max(levels.get(number, Marking.UNCLASSIFIED), Marking(level))
        abilities[number] = abilities.get(number, frozenset()) | (ABILITIES[role] - shut)
        if May.EXPORT in ABILITIES[role]:
            shares[number] = max(shares.get(number, Marking.UNCLASSIFIED), Marking(min(share, level)))
    return Member(
        str(user.pk),
        max(levels.values(), default=Marking.UNCLASSIFIED),
        frozenset(str(number) for number in levels),
        levels,
        abilities,
        shares,
        frozenset(read_only),
        user.is_administrator,
        house,
        is_guarded=user.forced_at is not None,
    )


def require(by: Principal, ability: May, compartment: int, marking: int = 0) -> Member:
    """Refuse unless they may do this there now; the refusal does not say what is there."""
    if isinstance(by, Member) and by.may(ability, compartment, marking):
        return by
    raise refused()


def require_person(by: Principal) -> Member:
    """Refuse a program that acts by a token: letting people in, breaking glass and tokens are for people."""
    if isinstance(by, Member) and by.token is None:
        return by
    raise refused()


def require_administrator(by: Principal) -> Member:
    """Refuse unless they keep accounts."""
    if isinstance(by, Member) and by.is_administrator and by.token is None and by.house != Mode.CLOSED:
        return by
    raise refused()


def refused() -> Problem:
    """The one refusal: the same words whether there is something or not."""
    return Problem(
        "not-allowed",
        "Your functions do not include this, or it is not there.",
        remedy="Ask the custodian of the compartment.",
    )


def takes_drops(compartment: int) -> bool:
    """Whether this is a compartment of restricted intake, open now; for code that was told its number."""
    rows = Compartment.objects.get_queryset().opened()  # type: ignore[attr-defined]
    kinds = rows.filter(pk=compartment, kind=Compartment.Kind.RESTRICTED, mode=Mode.NORMAL)
    return bool(kinds.exists())


def is_alone(by: Member, ability: May, compartment: int) -> bool:
    """Whether nobody else with an open account may do this there now, so that no second person can be asked."""
    now = datetime.now(UTC)
    roles = [role for role, abilities in ABILITIES.items() if ability in abilities]
    rows = Membership.objects.get_queryset().opened()  # type: ignore[attr-defined]
    held = rows.filter(compartment_id=compartment, role__in=roles, valid_from__lte=now, breaks_glass=False)
    held = held.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now)).exclude(user_id=by.actor)
    users = list(held.values_list("user_id", flat=True))
    return not User.objects.filter(pk__in=users, is_active=True).exists()


def _memberships(user: User, now: datetime) -> list[tuple[int, str, int, int]]:
    rows = Membership.objects.get_queryset().opened()  # type: ignore[attr-defined]
    in_force = rows.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=now), user_id=user.pk, valid_from__lte=now
    )
    return list(in_force.annotate(number=F("compartment_id")).values_list("number", "role", "level", "share_level"))
