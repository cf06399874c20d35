"""Who is doing what, from the first line of an action to the commit: what the triggers write down."""

from __future__ import annotations

import functools
import inspect
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

from django.db import connection, transaction

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Act:
    """One action under way: who does it, its name, and the transaction in which all of it stands or falls."""

    by: Principal
    action: str
    number: str


class WriteOutsideAction(RuntimeError):
    """Code tried to write without an action; a fault of ours, never of a user."""


REFUSALS: Final = frozenset({"not-allowed", "not-possible", "already-there", "field-invalid"})
"""Problems of whoever acts, that are written down; others are problems of the house."""

_current: Final[ContextVar[Act | None]] = ContextVar("act", default=None)
_way: Final[ContextVar[str]] = ContextVar("way", default="")


_guards: Final[list[Callable[[Act], None]]] = []


def guard_commits(guard: Callable[[Act], None]) -> None:
    """Let this look at every act just before its commit; what it raises undoes all of the act."""
    if guard not in _guards:
        _guards.append(guard)


def current_act() -> Act | None:
    """The action under way in this thread, if there is one."""
    return _current.get()


def require_act() -> Act:
    """The action under way; raises WriteOutsideAction where there is none."""
    act = _current.get()
    if act is None:
        raise WriteOutsideAction("rows are written by actions alone (actions.py)")
    return act


@contextmanager
def by_way_of(way: str) -> Iterator[None]:
    """Name in the ledger by which way everything within was done, where that is not a person at a page."""
    token = _way.set(way)
    try:
        yield
    finally:
        _way.reset(token)


@contextmanager
def acting(by: Principal, action: str) -> Iterator[Act]:
    """Open a transaction whose every change names `by`; an action called by an action joins its transaction."""
    outer = _current.get()
    if outer is not None:
        if outer.by.actor != by.actor:
            raise WriteOutsideAction("an action may not act for somebody else than the action that called it")
        inner = Act(by, f"{outer.action} > {action}"[:80], outer.number)
        # The savepoint also brings back what the database was told, should the inner action fail.
        with transaction.atomic(), _named(inner):
            yield inner
        _tell(outer)
        return
    with transaction.atomic(durable=True):
        way = _way.get()
        act = Act(by, f"{way} > {action}"[:80] if way else action, str(uuid.uuid4()))
        with _named(act):
            yield act
            for guard in _guards:
                guard(act)
        if connection.vendor != "postgresql":
            _tell(None)  # PostgreSQL forgets with the transaction; a row must be told


def action(name: str, *, silent_on: Collection[str] = ()) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an action: keyword-only, always `by=`, one transaction; a refusal is itself written down.

    `silent_on` are problems that leave nothing at all: that somebody tried would tell too much.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        kinds = {item.kind for item in inspect.signature(function).parameters.values()}
        if kinds != {inspect.Parameter.KEYWORD_ONLY} or "by" not in inspect.signature(function).parameters:
            raise TypeError(f"the action {name} must take keywords only, and `by` among them")

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            by = kwargs["by"]
            if not isinstance(by, Principal):
                raise TypeError(f"the action {name} was called without a principal")
            try:
                with acting(by, name):
                    return function(*args, **kwargs)
            except Problem as problem:
                if problem.code in REFUSALS.difference(silent_on) and _current.get() is None:
                    _record_refusal(by, name, problem.code)
                raise

        run.action = name  # type: ignore[attr-defined]
        return run

    return decorate


def record_access(
    operation: str, subject_table: str, subject: str = "", *, compartment: int | None = None, marking: int = 0
) -> None:
    """Write down that the principal of this act looked (view, search, export, reveal, refused, sign-in ...)."""
    act = require_act()
    xact, now = "0", "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"
    if connection.vendor == "postgresql":
        xact, now = "pg_current_xact_id()::text::bigint + ledger_shift_xacts()", "clock_timestamp()"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (at, xact, act, actor, action, kind, operation, subject_table, subject,"
            f" compartment, marking) VALUES ({now}, {xact}, %s, %s, %s, 'access', %s, %s, %s, %s, %s)",
            [
                act.number,
                act.by.actor,
                act.action,
                operation,
                subject_table,
                subject[:64],
                compartment,
                int(marking),
            ],
        )


def _record_refusal(by: Principal, name: str, code: str) -> None:
    # Whoever may not is not told what is there, and neither does the entry say more than that they tried.
    with acting(by, name):
        record_access("refused", "", "" if code == "not-allowed" else code)


@contextmanager
def _named(act: Act) -> Iterator[None]:
    token = _current.set(act)
    try:
        _tell(act)
        yield
    finally:
        _current.reset(token)


def _tell(act: Act | None) -> None:
    """Tell the database who acts: settings of the transaction, or on SQLite the one row of ledger_context."""
    values = (act.number, act.by.actor, act.action) if act else ("", "", "")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            bounds = (str(int(act.by.clearance)), ",".join(sorted(act.by.compartments))) if act else ("-1", "")
            cursor.execute(
                "SELECT set_config('tutela.act', %s, true), set_config('tutela.actor', %s, true),"
                " set_config('tutela.action', %s, true), set_config('tutela.ceiling', %s, true),"
                " set_config('tutela.within', %s, true)",
                (*values, *bounds),
            )
        else:
            cursor.execute(
                "UPDATE ledger_context SET act = NULLIF(%s, ''), actor = NULLIF(%s, ''), action = %s", values
            )
