"""Who may read what: the three levels of ST/SGB/2007/6 and the need to know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from tutela.kernel.problems import Problem


class Marking(IntEnum):
    """Sensitivity, in rising order."""

    UNCLASSIFIED = 0
    CONFIDENTIAL = 1
    STRICTLY_CONFIDENTIAL = 2

    @property
    def label(self) -> str:
        """As it is printed at the top and bottom of a page."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks: an opaque id, how high they are cleared, which compartments they are in."""

    actor: str
    clearance: Marking = Marking.UNCLASSIFIED
    compartments: frozenset[str] = frozenset()

    def may_read(self, marking: Marking, compartments: frozenset[str] = frozenset()) -> bool:
        """Cleared that high, and in every compartment that the thing belongs to."""
        return marking <= self.clearance and compartments <= self.compartments


OUTSIDER: Final = Principal("outsider")
"""May read what is unclassified and in no compartment."""


def require_read(principal: Principal, marking: Marking, compartments: frozenset[str]) -> None:
    """Refuse unless this principal may read it; the refusal says nothing about what it is."""
    if not principal.may_read(marking, compartments):
        raise Problem(
            "not-allowed",
            "This is above your clearance or outside your compartments.",
            remedy="Ask the owner of the compartment.",
        )
