"""Nothing is dropped silently: placed + excluded = input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Accounting:
    """What one step did with its rows: how many came in, how many stayed, how many left and why."""

    step: str
    input: int
    placed: int
    excluded: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.placed < 0 or any(count < 0 for count in self.excluded.values()):
            msg = f"{self.step}: a count is below zero"
            raise ValueError(msg)
        if self.placed + sum(self.excluded.values()) != self.input:
            msg = f"{self.step}: {self.placed} placed + {sum(self.excluded.values())} excluded is not {self.input}"
            raise ValueError(msg)

    def as_json(self) -> dict[str, object]:
        """Plain values; reasons in alphabetical order."""
        return {
            "step": self.step,
            "input": self.input,
            "placed": self.placed,
            "excluded": {reason: self.excluded[reason] for reason in sorted(self.excluded)},
        }
