"""What may stand in a field: plain short text, known words, times that can be true. Everything else is refused."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.problems import Problem, said

SUMMARY: Final = 280
"""Characters of an alert's summary: the bare facts, and no room for an interview."""

AHEAD: Final = timedelta(minutes=5)
"""How far in the future a device's clock may be."""

LONG_AGO: Final = timedelta(days=31)
"""What is older must be said to be old: the usual cause is a device whose clock is wrong."""

EARLIEST: Final = 1900
"""The first year that anything here can speak of."""

SIGNS: Final = (
    "threat", "armed_movement", "tension", "protest", "arrest_wave", "hate_speech", "checkpoint", "hijacking",
    "access_denied", "other",
)  # fmt: skip
"""What is reported besides harm done."""

UN_OR_SUPPORTED: Final = "un_or_un_supported"
"""The class of perpetrator that never stands in the normal queue."""

_CODE: Final = re.compile(r"[A-Z]{1,4}-[0-9]{1,6}")
_SUBMISSION: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


def invalid(field: str, message: str, remedy: str) -> Problem:
    """The refusal of what somebody wrote."""
    return Problem("field-invalid", message, where=field, remedy=remedy)


def text(value: str, field: str, limit: int, *, required: bool = False) -> str:
    """Plain text on one line, exactly as it was written otherwise; it is never read as HTML or as a formula."""
    plain = " ".join(value.split())
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in plain):
        raise invalid(field, "The text holds control characters.", "Type it in again instead of pasting it.")
    if required and not plain:
        raise invalid(field, "This is needed.", "Fill it in.")
    if len(plain) > limit:
        raise invalid(
            field, said("The text is longer than {limit} characters.", limit=limit), "Write the bare facts."
        )
    return plain


def choice(value: str, allowed: Iterable[str], field: str) -> str:
    """One of the known words."""
    if value not in tuple(allowed):
        raise invalid(field, "This is none of the known choices.", "Choose one from the list.")
    return value


def choices(values: Sequence[str], allowed: Iterable[str], field: str) -> list[str]:
    """Known words, each once, in the order of the list."""
    known = tuple(allowed)
    for value in values:
        choice(value, known, field)
    return [value for value in known if value in values]


def listed(values: Sequence[str], field: str, limit: int = 80, most: int = 30) -> list[str]:
    """Short texts, each once."""
    if len(values) > most:
        raise invalid(field, said("There are more than {most} of them.", most=most), "Name functions, not people.")
    return list(dict.fromkeys(text(value, field, limit, required=True) for value in values))


def grade(value: int, field: str) -> int:
    """A whole number from 1 to 5."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 5:
        raise invalid(field, "A grade is a whole number from 1 to 5.", "Choose one of the five.")
    return value


def number(value: int | None, field: str, most: int = 10_000_000) -> int | None:
    """A whole number, or nothing where it is not known."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most):
        raise invalid(field, "This is no whole number in the range that can be true.", "Leave it empty if unknown.")
    return value


def people(low: int | None, high: int | None) -> tuple[int | None, int | None]:
    """A range of people; one number alone is both ends."""
    low, high = number(low, "people_low"), number(high, "people_high")
    low, high = (low if low is not None else high), (high if high is not None else low)
    if low is not None and high is not None and low > high:
        raise invalid("people_high", "The most is less than the least.", "Change the two over.")
    return low, high


def point(lat: float | None, lon: float | None) -> tuple[float | None, float | None]:
    """Degrees, both or neither."""
    if lat is None and lon is None:
        return None, None
    if lat is None or lon is None:
        raise invalid("lat", "A point needs latitude and longitude.", "Give both, or name the place.")
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise invalid("lat", "This is no point on the Earth.", "Latitude is -90 to 90, longitude -180 to 180.")
    return float(lat), float(lon)


def moment(at: datetime, field: str, *, is_old: bool = True) -> datetime:
    """A time that can be true, in UTC: not ahead of the server's clock; long ago only where that was said."""
    now = datetime.now(UTC)
    if at.tzinfo is None:
        raise invalid(field, "The time does not say its zone.", "Give it with its offset from UTC.")
    if at > now + AHEAD:
        raise invalid(field, "This time is still to come.", "Look at the clock and the year of your device.")
    if at.year < EARLIEST:
        raise invalid(field, said("This is before {earliest}.", earliest=EARLIEST), "Look at the year.")
    if not is_old and at < now - LONG_AGO:
        raise invalid(
            field,
            said("This is more than {days} days ago.", days=LONG_AGO.days),
            "Look at the year of your device, or say that it is an old report.",
        )
    return at.astimezone(UTC)


def contact_code(value: str) -> str:
    """A code such as KB-014, known to the liaison assistant; a name, a number to call or an address is refused."""
    code = value.strip().upper()
    if code and not _CODE.fullmatch(code):
        raise invalid(
            "contact_code",
            "A source is kept as a contact code, and never as a name or a number to call.",
            "Write the code that you use for this contact, as KB-014.",
        )
    return code


def submission(value: str) -> str:
    """The number that a device gives to what it hands in, so that it is kept once."""
    if value and not _SUBMISSION.fullmatch(value):
        raise invalid("submission", "This is no number of a submission.", "Send 8 to 64 letters and digits.")
    return value


def whats() -> tuple[str, ...]:
    """What can be reported: harm done, and signs of harm to come."""
    return (*load_doctrine().harms, *SIGNS)


def statuses() -> tuple[str, ...]:
    """Alleged, under verification, verified, rejected, cannot verify."""
    return load_doctrine().enumerations["verification"]


def components() -> tuple[str, ...]:
    """Military, police, civilian."""
    return load_doctrine().enumerations["component"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place as somebody gives it: degrees, a name, a population at risk or a site; at least one of them."""

    lat: float | None = None
    lon: float | None = None
    precision: str = "unknown"
    name: str = ""
    population: int | None = None
    site: int | None = None


def civilians(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Groups at risk, each with its range, gender and age; unknown keys are refused."""
    kept = []
    for item in groups:
        if set(item) - {"group", "low", "high", "gender", "age"}:
            raise invalid("civilians", "A group has something that is not kept.", "Give numbers, gender, age.")
        low, high = people(item.get("low"), item.get("high"))
        kept.append(
            {
                "group": text(str(item.get("group", "")), "civilians", 120, required=True),
                "low": low,
                "high": high,
                "gender": choice(
                    str(item.get("gender", "unknown")), ("women", "men", "mixed", "unknown"), "civilians"
                ),
                "age": choice(
                    str(item.get("age", "unknown")),
                    ("children", "adults", "older_people", "mixed", "unknown"),
                    "civilians",
                ),
            }
        )
    return kept
