"""What every row of this app has beside its own columns."""

from __future__ import annotations

from django.db import models

from tutela.records.accounts.sealed import SealedModel


class MissionRow(SealedModel):
    """A sealed row that says when it was written down and how often it was changed."""

    version = models.PositiveIntegerField(default=1)
    """Goes up with every change; whoever changes a row says which version they read."""
    recorded = models.DateTimeField(auto_now_add=True)
    """When it was written down, in UTC; the day that a row speaks of is another column."""

    class Meta(SealedModel.Meta):
        """Closed, as its parent."""

        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
