"""Sensitive rows: each in a compartment, each marked, each read for somebody."""

from __future__ import annotations

import re
from typing import ClassVar, Final, Self

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.sql.compiler import SQLCompiler

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.models import MARKINGS, Compartment
from tutela.records.accounts.principals import Member
from tutela.records.ledger.closed import ClosedModel, ClosedQuerySet

_NUMBERS: Final = re.compile(r"[0-9]+(,[0-9]+)*")

FEW: Final = 20
"""Compartments of one reader, up to which an index of them serves better than a hash."""


@models.ForeignKey.register_lookup
class Among(models.Lookup):
    """Whether a foreign key is one of these numbers, which are given as one text: "1,2,3".

    As `IN` with a place for each, 500 compartments took PostgreSQL's driver 4 ms a query to read. As one array that
    is known beforehand, PostgreSQL holds each of them against its statistics: some 3 ms more to plan. So many are
    given as a sub-select, which it hashes; `IS TRUE` keeps it from being made a join. Few stay an array, which
    finds an index. A text is one value to Django too, which would look into every number of a list.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> str:
        """The text, if it is nothing but numbers."""
        if not _NUMBERS.fullmatch(str(self.rhs)):
            raise TypeError("among takes numbers with commas between them")
        return str(self.rhs)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        """As SQLite takes it."""
        column, _ = self.process_lhs(compiler, connection)
        return f"{column} IN ({self.rhs})", ()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str, ...]]:
        """As PostgreSQL takes it."""
        column, _ = self.process_lhs(compiler, connection)
        if self.rhs.count(",") < FEW:
            return f"{column} = ANY(%s::bigint[])", (f"{{{self.rhs}}}",)
        return f"({column} IN (SELECT unnest(%s::bigint[]))) IS TRUE", (f"{{{self.rhs}}}",)


class SealedModel(ClosedModel):
    """A row with a compartment and a marking; `visible_to` is the only way to read it."""

    is_drop_box: ClassVar[bool] = False
    """Whether rows may be put into a compartment of restricted intake by people who do not read there."""

    compartment = models.ForeignKey(Compartment, models.PROTECT, related_name="+")
    marking = models.SmallIntegerField(choices=MARKINGS, default=Marking.CONFIDENTIAL)

    class Meta(ClosedModel.Meta):
        """Closed, as its parent."""

        abstract = True

    @classmethod
    def visible_to(cls, principal: Principal) -> ClosedQuerySet[Self]:
        """The rows that this principal may read now; none for anybody who is no member."""
        rows: ClosedQuerySet[Self] = cls.objects.get_queryset()  # type: ignore[assignment]
        levels = principal.levels if isinstance(principal, Member) else {}
        allowed = Q(pk__in=[])
        for marking in Marking:
            numbers = ",".join(str(number) for number, level in sorted(levels.items()) if level == marking)
            if numbers:
                allowed |= Q(compartment__among=numbers, marking__lte=int(marking))
        return rows.opened().filter(allowed)


def sealed_models() -> list[type[SealedModel]]:
    """Every model whose rows are sealed."""
    return [model for model in apps.get_models() if issubclass(model, SealedModel)]


def sealed_tables() -> list[str]:
    """Their tables."""
    return sorted(model._meta.db_table for model in sealed_models())


def drop_boxes() -> list[str]:
    """The tables among them that take rows from people who will not read them."""
    return sorted(model._meta.db_table for model in sealed_models() if model.is_drop_box)


__all__ = ["SealedModel", "drop_boxes", "sealed_models", "sealed_tables"]
