"""What goes in and out: rows by reference, times with their offset, nothing that was not asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Generic, Protocol, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import refused
from tutela.records.accounts.references import read_reference, write_reference

LARGEST_PAGE: Final = 200
USUAL_PAGE: Final = 50
MARKINGS: Final = {marking.name.lower(): marking for marking in Marking}

Item = TypeVar("Item")


class Numbered(Protocol):
    """Anything with the number of a row."""

    @property
    def pk(self) -> Any:
        """The number."""


N = TypeVar("N", bound=Numbered)


def _read_row(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError("a reference is text")  # noqa: TRY004  pydantic takes no TypeError
    return read_reference(value)


def _text_alone(value: Any) -> Any:
    if isinstance(value, (str, datetime, date)):
        return value
    raise ValueError("a time is text")


def _read_marking(value: Any) -> Marking:
    if not isinstance(value, str) or value not in MARKINGS:
        raise ValueError("there is no such marking")
    return MARKINGS[value]


_REFERENCE: Final = {"type": "string", "pattern": "^[a-z2-7]{13}$", "description": "The reference of a row."}
_MARKED: Final = {"type": "string", "enum": list(MARKINGS)}

RowIn = Annotated[int, BeforeValidator(_read_row), WithJsonSchema(_REFERENCE)]
"""A row as a client calls it; letters that stand for nothing are answered like a row that is not there."""

RowOut = Annotated[str, BeforeValidator(lambda number: write_reference(int(number))), WithJsonSchema(_REFERENCE)]
MarkingIn = Annotated[Marking, BeforeValidator(_read_marking), WithJsonSchema(_MARKED)]
MarkingOut = Annotated[str, BeforeValidator(lambda number: Marking(number).name.lower()), WithJsonSchema(_MARKED)]
Flag = Annotated[bool, Field(strict=True)]
Version = Annotated[int, Field(strict=True, ge=0, le=2_000_000_000)]
Count = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
Degrees = Annotated[float, Field(strict=True, ge=-180, le=180)]
Moment = Annotated[AwareDatetime, BeforeValidator(_text_alone)]
Day = Annotated[date, BeforeValidator(_text_alone)]
Submission = Annotated[
    str,
    Field(
        default="",
        pattern="^([A-Za-z0-9_-]{8,64})?$",
        description="8 to 64 letters and digits; sent again, it is kept once.",
    ),
]
Limit = Annotated[int, Field(ge=1, le=LARGEST_PAGE)]


class In(BaseModel):
    """A body; a field that the operation does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class HandedIn(In):
    """A body that writes; `submission` is a number of the device's own making: sent again, it writes nothing."""

    submission: Submission = ""


class Changing(HandedIn):
    """A body that changes a row; `expected_version` is the one that was read."""

    expected_version: Version


class Which(In):
    """Which rows of a list: `after` is what the page before gave as `next`."""

    after: str = ""
    limit: Limit = USUAL_PAGE


class Out(BaseModel):
    """An answer, read from a row or from a frozen dataclass."""

    model_config = ConfigDict(from_attributes=True)


class Row(Out):
    """What every row of the register has."""

    reference: RowOut = Field(validation_alias="pk")
    marking: MarkingOut
    version: int
    recorded: datetime


class WrittenOut(Out):
    """What was written: its reference, and the version that it then had."""

    reference: RowOut
    version: int


class PageOf(Out, Generic[Item]):
    """Some rows in a stable order; `next` is what to send as `after` for those that follow, null at the end."""

    items: list[Item]
    next: str | None


class ProblemOut(Out):
    """Every refusal: which problem, what is wrong, where, and what to do about it."""

    problem: str
    message: str
    where: str | None
    remedy: str


REFUSALS: Final = frozenset({400, 401, 403, 404, 405, 409, 413, 429, 500, 503})


def answers(shape: Any, status: int = 200) -> dict[Any, Any]:
    """What an operation may answer: its shape, or a problem."""
    return {status: shape, REFUSALS: ProblemOut}


def named(column: str) -> Any:
    """A field of an answer whose column has another name."""
    return Field(validation_alias=column)


def require_one_of(rows: Sequence[N], number: int) -> None:
    """Refuse a row that is not among these, as if it were not there."""
    if all(row.pk != number for row in rows):
        raise refused()


def cut_page(rows: Sequence[N], after: str, limit: int) -> dict[str, Any]:
    """One page of rows that are all there, in their order; `after` names the last row of the page before."""
    start = 0
    if after:
        number = read_reference(after)
        start = next((place for place, row in enumerate(rows, start=1) if row.pk == number), 0)
        if not start:
            raise _no_place()
    shown = rows[start : start + limit]
    more = len(rows) > start + limit
    return {"items": list(shown), "next": write_reference(shown[-1].pk) if more else None}


def cut_marked(rows: Sequence[Any], column: str, limit: int) -> dict[str, Any]:
    """One page of rows that were fetched from a mark on, with the mark of its end."""
    shown = rows[:limit]
    more = len(rows) > limit or (len(rows) == limit == LARGEST_PAGE)
    return {"items": list(shown), "next": _write_mark(shown[-1], column) if more and shown else None}


def read_mark(after: str) -> tuple[datetime, int] | None:
    """Where the page before ended: a time and a row; None at the beginning."""
    if not after:
        return None
    at, _comma, row = after.partition(",")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise _no_place() from None
    if moment.tzinfo is None or not 1900 < moment.year < 9000:
        raise _no_place()
    return moment.astimezone(UTC), read_reference(row)


def read_day_mark(after: str) -> tuple[date, int] | None:
    """Where the page before ended: a day and a row; None at the beginning."""
    if not after:
        return None
    day, _comma, row = after.partition(",")
    try:
        return date.fromisoformat(day), read_reference(row)
    except ValueError:
        raise _no_place() from None


def marking_of(body_marking: int | None) -> Marking | None:
    """The marking that a body asks for; None where it leaves it to the register."""
    return None if body_marking is None else Marking(body_marking)


def _write_mark(row: Any, column: str) -> str:
    at: date = getattr(row, column)
    said = at.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(at, datetime) else at.isoformat()
    return f"{said},{write_reference(row.pk)}"


def _no_place() -> Problem:
    return Problem(
        "field-invalid",
        "This is no place in this list.",
        where="after",
        remedy="Send what the page before gave as next, or begin again without it.",
    )
