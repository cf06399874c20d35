"""What left the register: which table, for whom, for what purpose, until when, and how to recognise the file."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tutela.records.accounts.sealed import SealedModel
from tutela.records.files.models import KeptFile


class Export(SealedModel):
    """One export that was made. The row stays when the file has expired: it says who once had what."""

    ledger_hides: ClassVar[tuple[str, ...]] = ("seed",)

    job = models.BigIntegerField(unique=True)
    table = models.CharField(max_length=40)
    format = models.CharField(max_length=20)
    purpose = models.CharField(max_length=200)
    recipient = models.CharField(max_length=64)
    """The account that asked; the file is for nobody else."""
    filters: models.JSONField[Any, Any] = models.JSONField(default=dict)
    name = models.CharField(max_length=120)
    file = models.ForeignKey(KeptFile, models.PROTECT, related_name="+")
    manifest = models.ForeignKey(KeptFile, models.PROTECT, related_name="+")
    rows = models.BigIntegerField()
    excluded: models.JSONField[Any, Any] = models.JSONField(default=dict)
    as_of = models.DateTimeField()
    expires = models.DateTimeField()
    seed = models.BinaryField(max_length=32)
    """From it follows the order of the rows, which is no two exports' alike: a copy tells whose it is."""

    class Meta(SealedModel.Meta):
        """Read by who asked, and by those who look after a compartment."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["recipient"], name="exports_recipient")]

    def __str__(self) -> str:
        return f"export {self.pk}"
