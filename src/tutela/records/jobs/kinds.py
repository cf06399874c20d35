"""What a worker can do: each kind of job is registered once, by the app that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import Member

Result = Mapping[str, Any]
"""What came of a job, small and plain: numbers of kept files, counts."""


class Work(Protocol):
    """One job being done, as its kind sees it."""

    @property
    def number(self) -> int:
        """The number of the job."""

    @property
    def by(self) -> Member:
        """The one who asked, with the rights of this very moment: asked anew each time, never kept."""

    @property
    def spec(self) -> Mapping[str, Any]:
        """What was asked for."""

    def tell(self, done: int, total: int) -> None:
        """Say how far it is, outside of any action; raises Stopped where the job was cancelled meanwhile."""


Run = Callable[[Work], Result]

_kinds: Final[dict[str, Run]] = {}


class Stopped(Exception):
    """The job is no longer this worker's to do."""


def register_kind(kind: str, run: Run) -> None:
    """Let workers do this kind of job; called when the apps are ready."""
    if _kinds.setdefault(kind, run) is not run:
        raise ValueError(f"two runners for the kind of job {kind}")


def require_kind(kind: str) -> Run:
    """Whoever does this kind of job."""
    run = _kinds.get(kind)
    if run is None:
        raise Problem(
            "job-failed",
            "This version knows no such job.",
            where=kind,
            remedy="Ask for it again in the version that is running.",
        )
    return run
