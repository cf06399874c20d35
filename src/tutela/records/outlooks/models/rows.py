"""What every row of this app has beside its own columns."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tutela.records.accounts.sealed import SealedModel


class KeptRow(SealedModel):
    """A sealed row that is written once: neither database changes it or takes it away afterwards."""

    ledger_frozen: ClassVar[bool] = True
    """The triggers of the ledger refuse to change it (`ledger.triggers`)."""

    recorded = models.DateTimeField()
    """When it was written down, by the clock of the server."""
    recorded_by = models.CharField(max_length=64)
    """The opaque number of the account; never a name."""

    class Meta(SealedModel.Meta):
        """Closed, as its parent."""

        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
