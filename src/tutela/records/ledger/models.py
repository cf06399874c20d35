"""Entries, what they hold, and the seals that close them.

An entry is written by a trigger of the database (a change) or by `record_access` (a look). Nothing here is ever
updated; only the content of an entry may be erased, and its digest stays in the seal.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class Entry(models.Model):
    """One thing that happened. An actor of NULL names a write that went past the actions."""

    class Kind(models.TextChoices):
        """Whether something was changed or looked at."""

        CHANGE = "change"
        ACCESS = "access"

    at = models.DateTimeField()
    xact = models.BigIntegerField(default=0)
    """PostgreSQL's number of the transaction; 0 on SQLite, where ids follow the order of commits."""
    act = models.CharField(max_length=36, null=True)
    actor = models.CharField(max_length=64, null=True)
    action = models.CharField(max_length=80, default="")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    operation = models.CharField(max_length=16)
    subject_table = models.CharField(max_length=63)
    subject = models.CharField(max_length=64, default="")
    compartment = models.BigIntegerField(null=True)
    marking = models.SmallIntegerField(default=0)

    class Meta:
        """Read by subject (the history of one row), by compartment, actor and action, and by the sealer."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_table", "subject", "id"], name="ledger_entry_subject"),
            models.Index(fields=["compartment", "id"], name="ledger_entry_compartment"),
            models.Index(fields=["xact", "id"], name="ledger_entry_xact"),
            models.Index(fields=["compartment", "actor", "id"], name="ledger_entry_actor"),
            models.Index(fields=["compartment", "action", "id"], name="ledger_entry_action"),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"


class Content(models.Model):
    """What a row held before and after; kept apart, so that it can be erased without breaking the chain."""

    entry = models.OneToOneField(Entry, models.DO_NOTHING, primary_key=True, related_name="+")
    salt = models.CharField(max_length=32)
    body: models.JSONField[Any, Any] = models.JSONField()

    def __str__(self) -> str:
        return f"content of entry {self.pk}"


class Seal(models.Model):
    """One signed batch of transactions; its signature covers the head of the chain."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    transactions = models.BigIntegerField()
    """How many transactions are closed, this batch included."""
    last_xact = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    head = models.BinaryField(max_length=32)
    key = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)

    def __str__(self) -> str:
        return f"seal {self.number}"


class SealedTransaction(models.Model):
    """One transaction's Merkle root in the chain, with the id, content digest and leaf of each of its entries."""

    position = models.BigIntegerField(primary_key=True)
    seal = models.ForeignKey(Seal, models.DO_NOTHING, related_name="+")
    leaves = models.BinaryField()
    root = models.BinaryField(max_length=32)
    chain = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"transaction {self.position}"


class Shift(models.Model):
    """What is added to PostgreSQL's numbers of transactions since the register came to another server.

    A server counts its transactions from its own beginning; without this, what is written after a restore would
    sort before what was sealed, and never be sealed itself. Only the owner of the tables writes here.
    """

    xacts = models.BigIntegerField()

    def __str__(self) -> str:
        return f"shift {self.pk}"
