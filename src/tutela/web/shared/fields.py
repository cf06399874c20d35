"""Questions, and how what was typed is read: a value for each kind, or a Problem that names the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.web.shared.words import Word

_DIGITS: Final = 9
"""A longer one is no number of people or minutes."""


Kind = Literal["line", "text", "list", "choice", "several", "tick", "number", "decimal", "moment", "day"]
Choices = tuple[tuple[str, Word], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One question.

    read    turns what was typed into a value where the kind alone does not say how; nothing typed is None
    groups  choices under a heading;  apart  puts it among those that are seldom needed
    """

    name: str
    label: Word
    kind: Kind = "line"
    needed: bool = False
    longest: int | None = None
    choices: Choices = ()
    hint: Word = ""
    read: Callable[[str], Any] | None = None
    groups: tuple[tuple[Word, Choices], ...] = ()
    apart: bool = False

    @property
    def listed(self) -> Mapping[str, Word]:
        """Every value that may be chosen, with its word."""
        return dict((*self.choices, *(pair for _name, part in self.groups for pair in part)))

    @property
    def asks_to_choose(self) -> bool:
        """Whether the list begins with a line that is no answer, so that nothing is answered unseen."""
        return self.kind == "choice" and self.needed and "" not in self.listed

    def say(self, spelt: tuple[str, ...]) -> str:
        """What was typed, or stands in the register, in words."""
        if self.kind == "tick":
            return _("yes") if spelt else _("no")
        return ", ".join(str(self.listed.get(text) or text) for text in spelt) or _("nothing")


def wrong(name: str, message: str, remedy: str) -> Problem:
    """What is wrong with one field."""
    return Problem("field-invalid", message, where=name, remedy=remedy)


def read_field(item: Field, sent: Sequence[str]) -> Any:
    """What the texts sent for a field mean."""
    if item.kind == "tick":
        return bool(sent)
    if item.kind in ("choice", "several") and any(text not in item.listed for text in sent if text):
        raise wrong(item.name, _("This is not on the list."), _("Choose from the list."))
    if item.kind == "several":
        return tuple(text for text in sent if text)
    text = sent[0] if sent else ""
    if not text.strip():
        return _read_nothing(item)
    if item.read is not None:
        return item.read(text)
    return _READERS[item.kind](item.name, text.strip()) if item.kind in _READERS else text


def read_version(text: str) -> int:
    """The version of a row that a form speaks of; 0, which no row has, for what is no number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0


def _read_nothing(item: Field) -> Any:
    if item.needed:
        remedy = _("Choose from the list.") if item.kind == "choice" else _("Fill it in.")
        raise wrong(item.name, _("This is needed."), remedy)
    if item.kind == "list":
        return ()
    return None if item.read is not None or item.kind in ("number", "decimal", "moment", "day") else ""


def _read_number(name: str, text: str) -> int:
    digits = "".join(text.split())
    if len(digits) > _DIGITS or not (digits.isascii() and digits.isdecimal()):
        raise wrong(
            name, _("This is not a whole number."), _("Write digits only, or nothing where it is not known.")
        )
    return int(digits)


def _read_decimal(name: str, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise wrong(name, _("This is not a number."), _("Write it in digits, such as 4.36.")) from None


def _read_moment(name: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise wrong(name, _("This is no time."), _("Write it as 2027-03-31T14:05, in UTC.")) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _read_day(name: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day has no time zone
    except ValueError:
        raise wrong(name, _("This is no day."), _("Write it as 2027-03-31.")) from None


def _read_list(_name: str, text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace(";", "\n").split("\n") if part.strip())


_READERS: Final[Mapping[str, Callable[[str, str], Any]]] = {
    "number": _read_number,
    "decimal": _read_decimal,
    "moment": _read_moment,
    "day": _read_day,
    "list": _read_list,
}
