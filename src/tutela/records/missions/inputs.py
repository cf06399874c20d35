"""What people write, checked against the columns that it goes into; whatever fits is kept as plain text.

HTML, SVG and formulas are text like any other: the page escapes them, the export defuses them.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import models

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem, said

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

LARGEST_NUMBER: Final = 2_000_000_000
"""What a column of whole numbers holds."""

_YEARS: Final = (1900, 2200)
_EARLIEST_ZONE: Final = timedelta(hours=14)
"""Somewhere it is tomorrow already: a day is not in the future while it has begun anywhere."""


def invalid(field: str, message: str, remedy: str) -> Problem:
    """What was written does not fit: names the field, never what stands in it."""
    return Problem("field-invalid", message, where=field, remedy=remedy)


def read_draft(model: type[models.Model], draft: DataclassInstance) -> dict[str, Any]:
    """The values of a draft, each fit for the column of its name; fields of lists are checked elsewhere."""
    return {name: read_value(model._meta.get_field(name), value) for name, value in asdict(draft).items()}


def read_value(field: Any, value: Any) -> Any:
    """One value, fit for its column; raises Problem "field-invalid" where it is not."""
    if value is None and field.null:
        return None
    if isinstance(field, models.BooleanField):
        return _of_type(field.name, value, bool, "yes or no")
    if isinstance(field, models.DateField):
        return read_day(field.name, value)
    if isinstance(field, models.FloatField):
        return _read_float(field.name, value)
    if isinstance(field, models.IntegerField):
        return read_number(field.name, value)
    if isinstance(field, models.JSONField):
        return value
    text = read_text(field.name, value, field.max_length)
    if not text and not field.blank:
        raise invalid(field.name, "This is needed.", "Write it.")
    if isinstance(field, models.SlugField):
        _require_slug(field.name, text)
    if field.choices and text not in {code for code, _ in field.choices}:
        raise invalid(field.name, "This is not on the list.", "Choose from the list.")
    return text


def read_text(field: str, value: Any, longest: int | None) -> str:
    """Text as it was written, without blanks around it; characters that cannot be seen or stored are refused."""
    text = unicodedata.normalize("NFC", _of_type(field, value, str, "text").strip())
    if longest is not None and len(text) > longest:
        raise invalid(field, said("This is longer than {longest} characters.", longest=longest), "Shorten it.")
    if any(_is_hidden(letter) for letter in text):
        raise invalid(field, "This holds characters that cannot be seen.", "Write it again by hand.")
    return text


def read_number(field: str, value: Any) -> int:
    """A whole number from 0 on."""
    number = _of_type(field, value, int, "a whole number")
    if not 0 <= number <= LARGEST_NUMBER:
        raise invalid(field, "This number is below 0 or too large.", "Write a whole number from 0 on.")
    return int(number)


def read_marking(value: int) -> Marking:
    """One of the three markings."""
    try:
        return Marking(value)
    except ValueError:
        raise invalid("marking", "There is no such marking.", "Choose one of the three.") from None


def read_day(field: str, value: Any) -> date:
    """A day, not a time."""
    if type(value) is not date or not _YEARS[0] <= value.year <= _YEARS[1]:
        raise invalid(field, "This is no day.", "Write it as YYYY-MM-DD.")
    return value


def require_past(field: str, day: date | None) -> None:
    """Refuse a day that has begun nowhere on earth yet."""
    if day is not None and day > (datetime.now(UTC) + _EARLIEST_ZONE).date():
        raise invalid(field, "This day is in the future.", "Write the day on which it happened.")


def require_order(first: date | None, last: date | None, field: str) -> None:
    """Refuse an end before its beginning."""
    if first is not None and last is not None and last < first:
        raise invalid(field, "The end is before the beginning.", "Exchange the two days, or correct one.")


def require_place(values: Mapping[str, Any]) -> None:
    """Refuse coordinates that are not on earth, and half a pair; no coordinates at all are allowed."""
    lat, lon = values["lat"], values["lon"]
    if (lat is None) != (lon is None):
        raise invalid("lon" if lon is None else "lat", "Half of the place is missing.", "Write both or neither.")
    for name, value, limit in (("lat", lat, 90), ("lon", lon, 180)):
        if value is not None and abs(value) > limit:
            raise invalid(
                name,
                said("This is not between -{limit} and {limit2}.", limit=limit, limit2=limit),
                "Write decimal degrees.",
            )


def require_code(field: str, code: str, known: Iterable[str]) -> None:
    """Refuse a code that the catalogue does not have."""
    if code not in known:
        raise invalid(field, "This code is not in the catalogue.", "Choose from the list.")


def read_codes(field: str, values: Any, known: Iterable[str]) -> list[str]:
    """Codes without repetition, in alphabetical order; raises Problem on one that is not known."""
    if not isinstance(values, (tuple, list)) or not all(isinstance(value, str) for value in values):
        raise invalid(field, "This is no list.", "Choose from the list.")
    allowed = set(known)
    for value in values:
        require_code(field, value, allowed)
    return sorted(set(values))


def _of_type(field: str, value: Any, kind: type, words: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise invalid(field, said("This is not {words}.", words=words), said("Write {words}.", words=words))
    return value


def _is_hidden(letter: str) -> bool:
    """Whether nobody can see it or it turns the direction of what follows against what is written."""
    return letter in "\u202d\u202e" or (unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\r\t")


def _read_float(field: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise invalid(field, "This is not a number.", "Write a number, or nothing.")
    return float(value)


def _require_slug(field: str, text: str) -> None:
    try:
        validate_slug(text)
    except ValidationError:
        raise invalid(
            field, "A key has letters, digits, hyphens and underscores only.", "Write it so, without blanks."
        ) from None
