"""People, compartments, memberships, and the mode of the house."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tutela.kernel.markings import Marking
from tutela.records.accounts.roles import Role
from tutela.records.ledger.acts import require_act
from tutela.records.ledger.closed import ClosedModel

MARKINGS: Final = [(int(marking), marking.label) for marking in Marking]


class Mode(models.TextChoices):
    """What is possible: everything, reading, nothing."""

    NORMAL = "normal", "Normal"
    READ_ONLY = "read_only", "Read only"
    CLOSED = "closed", "Closed"


class UserManager(BaseUserManager["User"]):
    """Finds people by their address, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Whoever has this address."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody with an account. An administrator keeps accounts, and reads nothing by that."""

    ledger_hides: ClassVar[tuple[str, ...]] = ("password",)
    last_login = None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    function = models.CharField(max_length=120, default="", blank=True)
    language = models.CharField(max_length=8, default="en")
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    sessions_ended = models.PositiveIntegerField(default=0)
    """Rises when everything that is signed in under this account ends; a session knows the number it began with."""
    forced_at = models.DateTimeField(null=True)
    """When somebody was last made to sign in; identities stay shut until a custodian says they are safe."""

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return f"user {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, inside an action; addresses are kept in small letters."""
        require_act()
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)


class House(models.Model):
    """The mode of the whole; one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    mode = models.CharField(max_length=9, choices=Mode.choices, default=Mode.NORMAL)

    class Meta:
        """One row and no other."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="accounts_one_house")
        ]

    def __str__(self) -> str:
        return "house"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, inside an action."""
        require_act()
        super().save(*args, **kwargs)


class Compartment(ClosedModel):
    """A circle of need to know: a mission, a case, a theme. Its very name is for its members."""

    class Kind(models.TextChoices):
        """What the compartment is of."""

        MISSION = "mission", "Mission or presence"
        CASE = "case", "Case"
        THEME = "theme", "Theme across missions"
        RESTRICTED = "restricted", "Restricted intake"

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MISSION)
    mode = models.CharField(max_length=9, choices=Mode.choices, default=Mode.NORMAL)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"compartment {self.pk}"


class Membership(ClosedModel):
    """Somebody in a compartment: in which function, up to which marking, for what purpose, from when to when."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    compartment = models.ForeignKey(Compartment, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24, choices=Role.choices)
    level = models.SmallIntegerField(choices=MARKINGS, default=Marking.UNCLASSIFIED)
    share_level = models.SmallIntegerField(choices=MARKINGS, default=Marking.UNCLASSIFIED)
    """Up to which marking a file that they take out may hold rows: never more than they read, mostly less."""
    purpose = models.CharField(max_length=200)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    breaks_glass = models.BooleanField(default=False)
    granted_by = models.CharField(max_length=64)

    class Meta:
        """Looked up on every request by user; nobody has one role twice at a time."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "compartment"], name="accounts_member")
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"


class Factor(ClosedModel):
    """The second factor of an account; it counts from when its holder showed a first code."""

    ledger_hides: ClassVar[tuple[str, ...]] = ("secret", "last_step")

    user = models.OneToOneField(User, models.PROTECT, related_name="+")
    secret = models.BinaryField()
    last_step = models.BigIntegerField(default=0)
    """The last step of thirty seconds whose code was given: no code works twice."""
    confirmed = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"factor {self.pk}"


class RecoveryCode(ClosedModel):
    """A code on paper, good once."""

    ledger_hides: ClassVar[tuple[str, ...]] = ("digest",)

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class Link(ClosedModel):
    """A way in without a password, good once and for a day, that somebody hands over."""

    ledger_hides: ClassVar[tuple[str, ...]] = ("digest",)

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link {self.pk}"


class Showing(ClosedModel):
    """A password that signs in to no more than its holder chose to show, for when somebody forces them.

    depth   1 for the one that the holder set; one deeper where it was set in a session that shows only so much
    compartments   numbers of what is seen by it, never above unclassified
    """

    ledger_hides: ClassVar[tuple[str, ...]] = ("digest", "compartments")

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    depth = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=256)
    compartments: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta(ClosedModel.Meta):
        """One at each depth."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "depth"], name="accounts_one_showing_a_depth")
        ]

    def __str__(self) -> str:
        return f"showing {self.pk}"


class Token(ClosedModel):
    """What a program shows instead of its holder: never more than the holder may, and less by its own bounds.

    `compartments` are numbers, `abilities` words of `May`; reading up to `level` needs no ability.
    """

    ledger_hides: ClassVar[tuple[str, ...]] = ("digest",)

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    compartments: models.JSONField[Any, Any] = models.JSONField(default=list)
    abilities: models.JSONField[Any, Any] = models.JSONField(default=list)
    level = models.SmallIntegerField(choices=MARKINGS, default=Marking.UNCLASSIFIED)
    created = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField()
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    """The depth of the showing in which it was made: what its holder sees there, and nobody else."""

    def __str__(self) -> str:
        return f"token {self.pk}"


class Submission(ClosedModel):
    """What a program handed in once: the digest of all that it sent, and the row that came of it.

    What was sent is not here, and neither is the kind of the row: restricted intake leaves nothing at all.
    """

    ledger_hides: ClassVar[tuple[str, ...]] = ("digest",)

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    submission = models.CharField(max_length=64)
    token = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    row = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(ClosedModel.Meta):
        """A number counts once for one account."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "submission"], name="accounts_submitted_once")
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"


class Notice(ClosedModel):
    """Somebody who wants to hear by e-mail that something waits; no row, no e-mail."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+")
    chosen = models.DateTimeField(auto_now_add=True)
    tried = models.DateTimeField(null=True)
    """When a message was last given to the mail server, or could not be: not again within the hour."""
    told = models.DateTimeField(null=True)
    """Up to when what came is told of."""

    def __str__(self) -> str:
        return "notice"


class Wait(ClosedModel):
    """How often signing in failed lately for an account or from an address, and until when nobody tries again."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return "wait"
