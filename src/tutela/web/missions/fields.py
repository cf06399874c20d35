"""Forms as values: what is asked, how what was typed is read, and what is wrong with it, field by field.

What was typed is kept as it was typed, whatever is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from django.http import QueryDict
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.web.shared.words import Word

Kind = Literal["line", "text", "day", "number", "decimal", "choice", "several", "tick"]
Choices = tuple[tuple[str, Word], ...]

_LONGEST_NUMBER: Final = 14
"""Digits and blanks; a longer one is no number of people or minutes."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `read` turns what was typed into a value where its kind alone does not say how."""

    name: str
    label: Word
    kind: Kind = "line"
    needed: bool = False
    longest: int | None = None
    choices: Choices = ()
    hint: Word = ""
    read: Callable[[str], Any] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One field as the page shows it."""

    field: Field
    typed: str
    chosen: frozenset[str]
    problem: Problem | None
    now: str | None = None

    @property
    def as_text(self) -> bool:
        """Whether a browser's own box for days would hide what was typed."""
        return self.field.kind != "day" or (bool(self.typed) and _day(self.typed) is None)


@dataclass(slots=True)
class Sheet:
    """A form as somebody filled it in.

    typed     texts by field;  values  what they mean, of those that mean something;  problems  by field
    problem   what is wrong with the whole;  version  of the row when it was opened
    now       what stands in the register, where somebody wrote after this was opened
    """

    fields: tuple[Field, ...]
    typed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    problem: Problem | None = None
    version: int | None = None
    now: Mapping[str, str] = field(default_factory=dict)
    since: tuple[Any, ...] = ()

    def lines(self) -> list[Line]:
        """The fields in order, with what was typed and what is wrong."""
        return [self._line(item) for item in self.fields]

    def add(self, problem: Problem) -> None:
        """Put a problem beside its field, or above all where it is of none."""
        if problem.where in {item.name for item in self.fields}:
            self.problems[str(problem.where)] = problem
        else:
            self.problem = problem

    @property
    def stands(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.problems and self.problem is None

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows it."""
        first = self.problem or next(iter(self.problems.values()), None)
        return first.kind.http_status if first else 200

    @property
    def wrong(self) -> list[Line]:
        """The fields with a problem, for the summary above the form."""
        return [line for line in self.lines() if line.problem]

    def _line(self, item: Field) -> Line:
        typed = self.typed.get(item.name, ())
        return Line(
            item, typed[0] if typed else "", frozenset(typed), self.problems.get(item.name), self.now.get(item.name)
        )


def read_form(fields: tuple[Field, ...], post: QueryDict) -> Sheet:
    """What was sent, read field by field; what the form does not ask for is passed over."""
    sheet = Sheet(fields)
    for item in fields:
        sent = [text.replace("\r\n", "\n") for text in post.getlist(item.name)]
        sheet.typed[item.name] = tuple(sent if item.kind == "several" else sent[:1])
        try:
            sheet.values[item.name] = _read(item, sheet.typed[item.name])
        except Problem as problem:
            sheet.problems[item.name] = problem
    version = str(post.get("version", ""))
    sheet.version = int(version) if version.isdecimal() and len(version) < _LONGEST_NUMBER else 0
    return sheet


def fill_form(fields: tuple[Field, ...], values: Mapping[str, Any]) -> Sheet:
    """A form with what is known already."""
    return Sheet(fields, {item.name: spell(values.get(item.name)) for item in fields if item.name in values})


def spell(value: Any) -> tuple[str, ...]:
    """A value as it would be typed."""
    if value is None or value is False:
        return ()
    if isinstance(value, (tuple, list)):
        return tuple(str(item) for item in value)
    return (value.isoformat() if isinstance(value, date) else "on" if value is True else str(value),)


def wrong(name: str, message: str, remedy: str) -> Problem:
    """What is wrong with one field."""
    return Problem("field-invalid", message, where=name, remedy=remedy)


def _read(item: Field, sent: tuple[str, ...]) -> Any:
    if item.kind == "tick":
        return bool(sent)
    if item.kind in ("choice", "several"):
        _require_listed(item, sent)
    if item.kind == "several":
        return sent
    text = sent[0] if sent else ""
    if not text.strip():
        return _read_nothing(item)
    if item.read is not None:
        return item.read(text)
    readers = {"day": _read_day, "number": _read_number, "decimal": _read_decimal}
    return readers[item.kind](item.name, text.strip()) if item.kind in readers else text


def _read_nothing(item: Field) -> Any:
    if item.needed:
        remedy = _("Choose from the list.") if item.kind == "choice" else _("Write it.")
        raise wrong(item.name, _("This is needed."), remedy)
    return None if item.kind in ("day", "number", "decimal") or item.read is not None else ""


def _require_listed(item: Field, sent: tuple[str, ...]) -> None:
    listed = {code for code, _label in item.choices}
    if any(text not in listed for text in sent if text):
        raise wrong(item.name, _("This is not on the list."), _("Choose from the list."))


def _read_day(name: str, text: str) -> date:
    day = _day(text)
    if day is None:
        raise wrong(name, _("This is no day."), _("Write it as YYYY-MM-DD."))
    return day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if len(text.strip()) == len("2026-03-02") else None
    except ValueError:
        return None


def _read_number(name: str, text: str) -> int:
    digits = "".join(text.split())
    if len(text) > _LONGEST_NUMBER or not digits.isdecimal():
        raise wrong(
            name, _("This is not a whole number."), _("Write digits only, or nothing where it is not known.")
        )
    return int(digits)


def _read_decimal(name: str, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise wrong(name, _("This is not a number."), _("Write decimal degrees, such as 4.36.")) from None
