"""Keys of the shelves, the crates that lie in the folder, and what each of them is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tutela.records.accounts.sealed import SealedModel
from tutela.records.ledger.closed import ClosedModel


class ShelfKey(SealedModel):
    """What wraps the keys of files of this compartment and this marking; itself wrapped under the root key.

    One for each marking: whoever reads up to confidential never holds what opens the strictly confidential.
    """

    ledger_hides: ClassVar[tuple[str, ...]] = ("wrapped",)

    wrapped = models.BinaryField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta(SealedModel.Meta):
        """One for each compartment and marking."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["compartment", "marking"], name="files_one_shelf")
        ]

    def __str__(self) -> str:
        return f"shelf key {self.pk}"


class Crate(ClosedModel):
    """What lies in the folder: a name that tells nothing, a key that opens nothing by itself, the day it goes.

    Not sealed, so that what has expired is destroyed by a sweep that reads no compartment. What the file is, for
    whom and how it is marked stands in `KeptFile`.
    """

    ledger_hides: ClassVar[tuple[str, ...]] = ("wrapped",)

    name = models.CharField(max_length=64, primary_key=True)
    wrapped = models.BinaryField(null=True)
    """Null once the file was destroyed: nothing opens what may still lie on a disk."""
    expires = models.DateTimeField(null=True, db_index=True)
    destroyed = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "crate"


class KeptFile(SealedModel):
    """One file: what it is, what it is for, who brought it; the row stays when the file is destroyed."""

    crate = models.OneToOneField(Crate, models.PROTECT, related_name="+")
    media_type = models.CharField(max_length=80)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the original, which is never changed."""
    purpose = models.CharField(max_length=200)
    kept_by = models.CharField(max_length=64)
    kept = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField(null=True)

    class Meta(SealedModel.Meta):
        """Found by digest: whether this very file is here already."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["compartment", "digest"], name="files_digest")
        ]

    def __str__(self) -> str:
        return f"file {self.pk}"
