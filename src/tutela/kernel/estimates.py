"""A number that leaves the engine: low, middle, high, and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval and its basis.

    Promises `low <= mid <= high`, all finite. `basis` says in words what the interval is ("UCDP low, best
    and high, added up"). `at_least` marks a lower bound: something could not be counted.
    """

    low: float
    mid: float
    high: float
    basis: str
    at_least: bool = False

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) for value in (self.low, self.mid, self.high)):
            msg = "an Estimate needs finite numbers; what is unknown is no Estimate"
            raise ValueError(msg)
        if not self.low <= self.mid <= self.high:
            msg = f"an Estimate needs low <= mid <= high, not {self.low}, {self.mid}, {self.high}"
            raise ValueError(msg)
        if not self.basis:
            msg = "an Estimate needs a basis"
            raise ValueError(msg)

    @classmethod
    def exactly(cls, value: float, basis: str, *, at_least: bool = False) -> Estimate:
        """A counted number: the interval is the number itself."""
        return cls(value, value, value, basis, at_least)

    def __add__(self, other: Estimate) -> Estimate:
        """Add bounds to bounds: the widest interval, since nothing is assumed independent."""
        basis = self.basis if self.basis == other.basis else f"{self.basis}; {other.basis}"
        return Estimate(
            self.low + other.low,
            self.mid + other.mid,
            self.high + other.high,
            basis,
            self.at_least or other.at_least,
        )

    def as_json(self) -> dict[str, float | str | bool]:
        """Plain values, in the order in which they are read."""
        return {
            "low": self.low,
            "mid": self.mid,
            "high": self.high,
            "basis": self.basis,
            "at_least": self.at_least,
        }


def total(estimates: Iterable[Estimate], basis: str) -> Estimate:
    """Add up estimates; of none, exactly 0 on that basis."""
    result = Estimate.exactly(0, basis)
    for estimate in estimates:
        result = result + estimate
    return Estimate(result.low, result.mid, result.high, basis, result.at_least)
