"""Forms as values: what is asked, what was typed, what it means, what is wrong beside which field.

What was typed is kept as it was typed, whatever is wrong with it. Times are UTC.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

from django.http import QueryDict
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.web.shared.references import read_reference
from tutela.web.shared.words import Word

Kind = Literal["line", "text", "list", "choice", "several", "tick", "number", "moment", "day"]
Choices = tuple[tuple[str, Word], ...]

_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `groups` are choices under a heading; `apart` puts it among those that are seldom needed."""

    name: str
    label: Word
    kind: Kind = "line"
    needed: bool = False
    longest: int | None = None
    choices: Choices = ()
    groups: tuple[tuple[Word, Choices], ...] = ()
    hint: Word = ""
    apart: bool = False

    @property
    def listed(self) -> frozenset[str]:
        """Every value that may be chosen."""
        return frozenset(
            code for choices in (self.choices, *(part for _name, part in self.groups)) for code, _ in choices
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One field as the page shows it; `key` is its id on the page."""

    field: Field
    key: str
    typed: str
    chosen: frozenset[str]
    problem: Problem | None


@dataclass(slots=True)
class Sheet:
    """One form of a page: what it does (`code`), to which row, what stands in it.

    version      of the row that it changes, as it was when the page was shown
    submission   the number by which the same form, sent twice, is kept once; "" where nothing new is made
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
        if problem.where == "expected_version":
            self.problem = _moved_on()
        elif where in {item.name for item in self.fields}:
            self.problems[where] = problem
        else:
            self.problem = problem

    def _line(self, item: Field) -> Line:
        typed = self.typed.get(item.name, ())
        place = f"-{self.row}" if self.row else ""
        key = f"{self.code}{place}-{item.name}"
        return Line(item, key, typed[0] if typed else "", frozenset(typed), self.problems.get(item.name))


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
            sheet.values[item.name] = _read(item, sheet.typed[item.name])
        except Problem as problem:
            sheet.problems[item.name] = problem
    sheet.version = _version(post.get("version", ""))
    sheet.submission = post.get("submission", "")[:65] if sheet.submission else ""
    return sheet


def row_sent(post: QueryDict) -> int:
    """The number of the row that a form speaks of; 0, which no row has, where it names none."""
    return read_reference(post.get("row", ""))


def wrong(name: str, message: str, remedy: str) -> Problem:
    """What is wrong with one field."""
    return Problem("field-invalid", message, where=name, remedy=remedy)


def _moved_on() -> Problem:
    return Problem(
        "not-possible",
        _("Somebody changed this after you opened it. The page shows it as it stands now."),
        remedy=_("What you typed is still in the form: look at what changed, and send it again if it still holds."),
    )


def _read(item: Field, sent: Sequence[str]) -> Any:
    if item.kind == "tick":
        return bool(sent)
    if item.kind in ("choice", "several") and any(text not in item.listed for text in sent if text):
        raise wrong(item.name, _("This is not on the list."), _("Choose from the list."))
    if item.kind == "several":
        return tuple(text for text in sent if text)
    text = sent[0] if sent else ""
    if not text.strip():
        if item.needed:
            raise wrong(item.name, _("This is needed."), _("Fill it in."))
        return {"list": ()}.get(item.kind, None if item.kind in ("number", "moment", "day") else "")
    return _READERS[item.kind](item.name, text) if item.kind in _READERS else text


def _read_number(name: str, text: str) -> int:
    digits = "".join(text.split())
    if len(digits) > _DIGITS or not (digits.isascii() and digits.isdecimal()):
        raise wrong(
            name, _("This is not a whole number."), _("Write digits only, or nothing where it is not known.")
        )
    return int(digits)


def _read_moment(name: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise wrong(name, _("This is no time."), _("Write it as 2027-03-31T14:05, in UTC.")) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _read_day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise wrong(name, _("This is no day."), _("Write it as 2027-03-31.")) from None


def _read_list(_name: str, text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace(";", "\n").split("\n") if part.strip())


_READERS: Final = {"number": _read_number, "moment": _read_moment, "day": _read_day, "list": _read_list}


def _version(text: str) -> int:
    return int(text) if text.isascii() and text[:_DIGITS].isdecimal() and len(text) <= _DIGITS else 0


def _spell(value: Any) -> tuple[str, ...]:
    if value is None or value is False or value == "":
        return ()
    if isinstance(value, (tuple, list)):
        return tuple(str(item) for item in value)
    return (value.isoformat() if isinstance(value, date) else "on" if value is True else str(value),)
