"""Keys of compartments and cases, identities, and who opened one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tutela.records.accounts.sealed import SealedModel


class CompartmentKey(SealedModel):
    """The key under which the keys of this compartment's cases are wrapped; itself wrapped under the root key."""

    ledger_hides: ClassVar[tuple[str, ...]] = ("wrapped",)

    wrapped = models.BinaryField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta(SealedModel.Meta):
        """One for each compartment."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["compartment"], name="vault_one_key")
        ]

    def __str__(self) -> str:
        return f"key of compartment {self.compartment_id}"


class CaseKey(SealedModel):
    """The key of one case; without it nothing of the case's identities can ever be read again."""

    ledger_hides: ClassVar[tuple[str, ...]] = ("wrapped",)

    case = models.CharField(max_length=64)
    wrapped = models.BinaryField(null=True)
    """Null once the case was erased."""
    created = models.DateTimeField(auto_now_add=True)
    erased = models.DateTimeField(null=True)

    class Meta(SealedModel.Meta):
        """One for each case."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["compartment", "case"], name="vault_one_case")
        ]

    def __str__(self) -> str:
        return f"case key {self.pk}"


class Identity(SealedModel):
    """A victim, a witness or a source: a pseudonym for the record, the rest sealed."""

    ledger_hides: ClassVar[tuple[str, ...]] = ("sealed", "index")

    key = models.ForeignKey(CaseKey, models.PROTECT, related_name="+")
    pseudonym = models.CharField(max_length=12)
    sealed = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    index = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)

    class Meta(SealedModel.Meta):
        """Pseudonyms are one's own; names are found by their blind index."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["pseudonym"], name="vault_one_pseudonym")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["compartment", "index"], name="vault_index")]

    def __str__(self) -> str:
        return f"identity {self.pseudonym}"


class Reveal(SealedModel):
    """The right to read one identity, for one person, until it ends."""

    identity = models.ForeignKey(Identity, models.PROTECT, related_name="+")
    reader = models.CharField(max_length=64)
    reason = models.CharField(max_length=400)
    at = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"reveal {self.pk}"
