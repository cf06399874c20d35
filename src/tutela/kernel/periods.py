"""Days and the stretches between them: the first day is in, the last is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tutela.kernel.problems import Problem, said


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `start` (in) to `end` (out); `end` None means that it has not ended."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            msg = f"a Period ends before it starts: {self.start} to {self.end}"
            raise ValueError(msg)

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def touches(self, other: Period) -> bool:
        """Whether the two overlap or meet without a day between them."""
        first, second = sorted((self, other), key=lambda period: period.start)
        return first.end is None or second.start <= first.end

    def join(self, other: Period) -> Period:
        """One period over both; they must touch."""
        ends = (self.end, other.end)
        end = None if None in ends else max(day for day in ends if day is not None)
        return Period(min(self.start, other.start), end)


def merge_touching(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Join periods that overlap or meet, in order of their start."""
    merged: list[Period] = []
    for period in sorted(periods, key=lambda period: period.start):
        if merged and merged[-1].touches(period):
            merged[-1] = merged[-1].join(period)
        else:
            merged.append(period)
    return tuple(merged)


def parse_day(text: str, *, option: str) -> date:
    """Read YYYY-MM-DD, or refuse it by the option's name."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(
            "date-invalid",
            said("{text} is not a day.", text=f"{text!r}"),
            where=option,
            remedy="Write it as YYYY-MM-DD, for example 2020-12-31.",
        ) from None
