"""What every row of this app has beside its own columns."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tutela.records.accounts.sealed import SealedModel


class IncidentRow(SealedModel):
    """A sealed row that says when it was written down and how often it was changed."""

    version = models.PositiveIntegerField(default=1)
    """Goes up with every change; whoever changes a row says which version they read."""
    recorded = models.DateTimeField(auto_now_add=True)
    """When it was written down, by the clock of the server; when something happened is another column."""

    class Meta(SealedModel.Meta):
        """Closed, as its parent."""

        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class SubmittedRow(IncidentRow):
    """A row that may be handed in twice by a line that broke: the same submission is kept once."""

    recorded_by = models.CharField(max_length=64)
    """The opaque number of the account; never a name."""
    submission = models.CharField(max_length=64, default="", blank=True)

    class Meta(IncidentRow.Meta):
        """One row for one submission of one person."""

        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["recorded_by", "submission"],
                condition=~Q(submission=""),
                name="%(app_label)s_%(class)s_once",
            )
        ]
