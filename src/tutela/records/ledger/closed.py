"""Models whose rows nobody gets by chance: writing needs an action, reading needs to say who reads.

`Model.objects` is closed: whatever would send a query raises. The subclass offers the one way in
(`accounts.sealed.SealedModel.visible_to`). A join into another closed table is refused as well: it would read
rows past that table's own rule. On PostgreSQL, row-level security stands behind all of this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models.sql import Query

from tutela.records.ledger.acts import require_act
from tutela.records.ledger.searched import follow_words

M = TypeVar("M", bound=models.Model)


class Closed(RuntimeError):
    """Code tried to read without saying for whom; a fault of ours, never of a user."""


class SealedQuery(Query):
    """A query that stays in its own table."""

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        """A compiler that refuses to join into a closed table, also where only an ordering asks for the join."""
        self.refuse_joins()
        compiler = super().get_compiler(*args, **kwargs)
        plain = compiler.get_from_clause

        def get_from_clause() -> Any:
            self.refuse_joins()
            return plain()

        compiler.get_from_clause = get_from_clause
        return compiler

    def refuse_joins(self) -> None:
        """Raise Closed where another closed table is joined; a foreign key's own number needs no join."""
        for alias, used in self.alias_refcount.items():
            join = self.alias_map[alias]
            if used and join.parent_alias is not None and join.table_name in _closed_tables():
                raise Closed(f"a query may not join {join.table_name}: ask that model with visible_to")


class ClosedQuerySet(models.QuerySet[M]):
    """A query set that answers only once it was opened for a principal; writing through it needs an action."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._opened = False
        if type(self.query) is Query:
            self.query = self.query.chain(SealedQuery)

    def opened(self) -> Self:
        """For `visible_to` alone: a copy that answers."""
        chained: Self = self._chain()  # type: ignore[attr-defined]  # not in the stubs
        chained._opened = True
        return chained

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # not in the stubs
        clone._opened = self._opened
        return clone

    def _require_open(self) -> None:
        if not self._opened:
            raise Closed(f"{self.model.__name__}: say who reads (visible_to)")
        if isinstance(self.query, SealedQuery):
            self.query.refuse_joins()

    def _fetch_all(self) -> None:
        self._require_open()
        super()._fetch_all()

    def _combinator_query(self, combinator: str, *others: Any, all: bool = False) -> Self:  # noqa: A002
        for part in (self, *others):
            part._require_open()
        result: Self = super()._combinator_query(combinator, *others, all=all)  # type: ignore[misc]
        return result

    def __or__(self, other: Any) -> Self:
        other._require_open()
        return super().__or__(other)

    def __xor__(self, other: Any) -> Self:
        other._require_open()
        return super().__xor__(other)

    def select_related(self, *fields: Any) -> Self:  # noqa: ARG002
        """Refused: it would read another table's rows past that table's rule."""
        raise Closed(f"{self.model.__name__}: fetch the other rows with visible_to")

    def iterator(self, chunk_size: int | None = None) -> Any:
        """As Django's, once opened."""
        self._require_open()
        return super().iterator(chunk_size)

    def count(self) -> int:
        """As Django's, once opened."""
        self._require_open()
        return super().count()

    def exists(self) -> bool:
        """As Django's, once opened."""
        self._require_open()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As Django's, once opened."""
        self._require_open()
        return super().aggregate(*args, **kwargs)

    def contains(self, obj: models.Model) -> bool:
        """As Django's, once opened."""
        self._require_open()
        return super().contains(obj)

    def explain(self, **kwargs: Any) -> str:
        """As Django's, once opened."""
        self._require_open()
        return super().explain(**kwargs)

    def update(self, **kwargs: Any) -> int:
        """As Django's, once opened and inside an action; words that are searched follow their texts."""
        self._require_open()
        require_act()
        return super().update(**follow_words(self, kwargs))

    def delete(self) -> tuple[int, dict[str, int]]:
        """Remove these rows, inside an action; the database refuses where others point at them."""
        self._require_open()
        require_act()
        number: int = self._raw_delete(self.db)
        return number, {self.model._meta.label: number}

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """As Django's, inside an action."""
        require_act()
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        """As Django's, once opened and inside an action."""
        self._require_open()
        require_act()
        return super().bulk_update(objs, fields, *args, **kwargs)


ClosedManager: Callable[[], models.Manager[Any]] = models.Manager.from_queryset(ClosedQuerySet)


class ClosedModel(models.Model):
    """Rows that are written by actions and read for somebody; both managers are closed."""

    objects: ClassVar[models.Manager[Any]] = ClosedManager()

    class Meta:
        """Related objects, too, come through the closed manager."""

        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, inside an action."""
        require_act()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # noqa: ARG002
        """Refused: remove rows with `visible_to(...).filter(...).delete()`."""
        raise Closed(f"{type(self).__name__}: remove rows through visible_to")


def closed_models() -> list[type[ClosedModel]]:
    """Every closed model of the installed apps."""
    return [model for model in apps.get_models() if issubclass(model, ClosedModel)]


def _closed_tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in closed_models())
