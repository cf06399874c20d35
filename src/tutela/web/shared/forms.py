"""Forms as values: what is asked, what was typed, what it means, what is wrong beside which field.

What was typed is kept as it was typed, whatever is wrong with it. Times are UTC.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.web.shared.fields import Field, read_field, read_version
from tutela.web.shared.references import read_reference, write_reference
from tutela.web.shared.words import Word


@dataclass(frozen=True, slots=True)
class Line:
    """One field as the page shows it; `key` is its id on the page, `now` what stands in the register meanwhile."""

    field: Field
    key: str
    typed: str
    chosen: frozenset[str]
    problem: Problem | None
    now: str | None

    @property
    def is_whole(self) -> bool:
        """Whether it takes the whole width of a wide form."""
        return self.field.kind in ("text", "list", "several")

    @property
    def is_told(self) -> bool:
        """Whether anything stands beside it."""
        return bool(self.problem or self.field.hint or self.now)

    @property
    def box(self) -> str:
        """The browser's own box for days and times; plain text where that box would hide what was typed."""
        kinds = {"day": "date", "moment": "datetime-local"}
        return "text" if self.problem else kinds.get(self.field.kind, "text")


@dataclass(slots=True)
class Sheet:
    """One form of a page: what it does (`code`), to which row, what stands in it.

    version     of the row that it changes, as it was when the page was shown
    submission  the number by which the same form, sent twice, is kept once; "" where nothing new is made
    made        what came of it, once it was done
    now, since  where somebody else wrote first: what stands there now by field, and who wrote it when
    """

    code: str
    fields: tuple[Field, ...]
    title: Word = ""
    button: Word = ""
    row: int = 0
    version: int = 0
    submission: str = ""
    typed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    problem: Problem | None = None
    made: Any = None
    has_moved: bool = False
    now: dict[str, str] = field(default_factory=dict)
    since: tuple[Any, ...] = ()

    @property
    def lines(self) -> list[Line]:
        """The fields in order."""
        return [self._line(item) for item in self.fields if not item.apart]

    @property
    def lines_apart(self) -> list[Line]:
        """The fields that are seldom needed, in order."""
        return [self._line(item) for item in self.fields if item.apart]

    @property
    def wrong(self) -> list[Line]:
        """The fields with a problem, for the summary at the top."""
        return [line for line in (*self.lines, *self.lines_apart) if line.problem]

    @property
    def is_open_apart(self) -> bool:
        """Whether something was typed, or is wrong, among the fields that are seldom needed."""
        return any(line.problem or line.typed for line in self.lines_apart)

    @property
    def is_refused(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.problems) or self.problem is not None

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows it."""
        first = self.problem or next(iter(self.problems.values()), None)
        return first.kind.http_status if first else 200

    def add(self, problem: Problem, renamed: Mapping[str, str] | None = None) -> None:
        """Put a problem beside its field, or above the form where it is of none."""
        where = (renamed or {}).get(problem.where or "", problem.where or "")
        if problem.where in ("version", "expected_version"):
            self.problem, self.has_moved = _moved_on(), True
        elif where in {item.name for item in self.fields}:
            self.problems[where] = problem
        else:
            self.problem = problem

    def stand_beside(self, standing: Mapping[str, Any]) -> None:
        """Say beside each field what stands in the register, wherever something else was typed."""
        for item in self.fields:
            spelt = _spell(standing.get(item.name))
            if item.name in standing and spelt != tuple(text for text in self.typed.get(item.name, ()) if text):
                self.now[item.name] = item.say(spelt)

    def _line(self, item: Field) -> Line:
        typed, name = self.typed.get(item.name, ()), item.name
        place = f"-{write_reference(self.row)}" if self.row else ""
        key = f"{self.code or 'field'}{place}-{name}"
        text = typed[0] if typed else ""
        return Line(item, key, text, frozenset(typed), self.problems.get(name), self.now.get(name))


def new_submission() -> str:
    """A number for what is about to be handed in."""
    return secrets.token_hex(12)


def fill(sheet: Sheet, known: Mapping[str, Any]) -> Sheet:
    """Put what is known already into a form."""
    sheet.typed = {item.name: _spell(known[item.name]) for item in sheet.fields if item.name in known}
    return sheet


def read(sheet: Sheet, post: QueryDict) -> Sheet:
    """What was sent, field by field; what the form does not ask for is passed over."""
    for item in sheet.fields:
        sent = [text.replace("\r\n", "\n") for text in post.getlist(item.name)]
        sheet.typed[item.name] = tuple(sent if item.kind == "several" else sent[:1])
        try:
            sheet.values[item.name] = read_field(item, sheet.typed[item.name])
        except Problem as problem:
            sheet.problems[item.name] = problem
    sheet.version = read_version(post.get("version", ""))
    sheet.submission = post.get("submission", "")[:65] if sheet.submission else ""
    return sheet


def row_sent(post: QueryDict) -> int:
    """The number of the row that a form speaks of; 0, which no row has, where it names none."""
    return read_reference(post.get("row", ""))


def _moved_on() -> Problem:
    return Problem(
        "not-possible",
        _("Somebody changed this after you opened it. The page shows it as it stands now."),
        remedy=_(
            "What you typed is still in the form, and beside it what stands in the register now. "
            "If you send it again, yours takes its place; theirs stays in the history."
        ),
    )


def _spell(value: Any) -> tuple[str, ...]:
    """A value as it would be typed."""
    if value is None or value is False or value == "":
        return ()
    if isinstance(value, (tuple, list)):
        return tuple(str(item) for item in value)
    return (value.isoformat() if isinstance(value, (date, datetime)) else "on" if value is True else str(value),)
