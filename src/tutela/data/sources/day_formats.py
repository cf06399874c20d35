"""Days written in the ways of forms and spreadsheets, read by a stated format and no other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Final

from tutela.catalogue.countries import fold_name

SERIAL: Final = "excel-serial"
"""The format of numbers that are Excel's count of days."""

_TOKENS: Final = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MON": r"(?P<name>[^\W\d_]{3,9})\.?",
    "MM": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
}
_PARTS: Final = {"YYYY": "Y", "YY": "Y", "MON": "M", "MM": "M", "DD": "D"}
_SPLIT: Final = re.compile("(YYYY|YY|MON|MM|DD)")
_TIME: Final = r"(?:[T ,]+\d{1,2}[:.h]\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_MONTHS: Final = (
    ("jan", "january", "janv", "janvier"),
    ("feb", "february", "fev", "fevr", "fevrier"),
    ("mar", "march", "mars"),
    ("apr", "april", "avr", "avril"),
    ("may", "mai"),
    ("jun", "june", "juin"),
    ("jul", "july", "juil", "juillet"),
    ("aug", "august", "aou", "aout"),
    ("sep", "sept", "september", "septembre"),
    ("oct", "october", "octobre"),
    ("nov", "november", "novembre"),
    ("dec", "december", "decembre"),
)
_NUMBER_OF: Final = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}


def check_format(text: str) -> str:
    """What is wrong with a format, "" for nothing."""
    parts = sorted(_PARTS[token] for token in _SPLIT.findall(text))
    fits = text == SERIAL or parts == ["D", "M", "Y"]
    return "" if fits else f"{text[:40]!r} does not name one day, one month and one year."


def puts_day_first(formats: Sequence[str]) -> bool:
    """Whether every format has the day before a month in digits."""
    return bool(formats) and all("MM" in text and text.find("DD") < text.find("MM") for text in formats)


def read_day(text: str, formats: Sequence[str]) -> date | None:
    """The day that the formats read in a text; None where none does, or two read two different days.

    A time of day after it is passed over. YY is 20YY. Months by name may be English or French.
    """
    found = {day for item in formats if item != SERIAL and (day := _read(" ".join(text.split()), item))}
    return found.pop() if len(found) == 1 else None


def _read(text: str, form: str) -> date | None:
    match = _pattern(form).fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else 2000 + int(parts["short"])
    month = int(parts["month"]) if parts.get("month") else _NUMBER_OF.get(fold_name(parts["name"]), 0)
    try:
        return date(year, month, int(parts["day"]))
    except ValueError:
        return None


@cache
def _pattern(form: str) -> re.Pattern[str]:
    pieces = _SPLIT.split(" ".join(form.split()))
    return re.compile("".join(_TOKENS.get(piece, re.escape(piece)) for piece in pieces) + _TIME)
