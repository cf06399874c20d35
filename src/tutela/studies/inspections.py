"""Looking at files of events: every file is read or refused by itself, and added up only with its own kind.

Two releases of a source tell the same events twice, with other numbers: a sum over both would count people twice.
So totals stand with each release, and one over all only where no event has different values in two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tutela.data.sources.readings import Reading
from tutela.engine.events.summary import summarise
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events
from tutela.studies.intake import Intake, ReadingSpec, merge_readings, take_in_events

_BY_NAME: Final = ", by the file's name"
_NO_SUMS: Final = dict.fromkeys(("totals", "by_country", "by_year", "by_type", "place_precision"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that could not be read, and why."""

    path: str
    problem: Problem

    def as_json(self) -> dict[str, Any]:
        """The path as named, and the problem."""
        return {"path": self.path, **self.problem.as_json()}


@dataclass(frozen=True, slots=True)
class Release:
    """The files of one release of one source; without an intake where two of them disagree on an event."""

    source: str
    vintage: str
    readings: tuple[Reading[Events], ...]
    intake: Intake[Events] | None
    no_total: str

    def as_json(self) -> dict[str, Any]:
        """Totals of this release alone."""
        return {
            "source": self.source,
            "vintage": self.vintage,
            "files": [reading.path for reading in self.readings],
            **_sums(self.intake),
            "no_total": self.no_total or None,
            "accounting": self.accounting.as_json(),
        }

    @property
    def accounting(self) -> Accounting:
        """Every row of its files; where they cannot be merged, an event may be placed more than once."""
        if self.intake is not None:
            return self.intake.accounting
        return _add_up_accounts([reading.accounting for reading in _each_once(self.readings)])


@dataclass(frozen=True, slots=True)
class Inspection:
    """What files hold: those read, by release; those refused; all of it added up, where that may be done.

    `readings` has every file that was read, in the order of paths; the same bytes under two names are two of them,
    and are counted once.
    """

    readings: tuple[Reading[Events], ...]
    refused: tuple[Refusal, ...]
    releases: tuple[Release, ...]
    whole: Intake[Events] | None
    no_total: str

    @property
    def total_note(self) -> str:
        """What must be said with a total over several releases."""
        if self.whole is None or len(self.releases) < 2:
            return ""
        return (
            f"The total is over {len(self.releases)} releases, each as it was counted on its day; "
            "no event stands in two of them with different values."
        )

    @property
    def accounting(self) -> Accounting:
        """Every row of the files that were read."""
        if self.whole is not None:
            return self.whole.accounting
        return _add_up_accounts([release.accounting for release in self.releases])

    def as_json(self) -> dict[str, Any]:
        """The JSON of `events inspect`, but for the list of files."""
        return {
            **_sums(self.whole),
            "no_total": self.no_total or None,
            "total_note": self.total_note or None,
            "releases": [release.as_json() for release in self.releases],
            "refused": [refusal.as_json() for refusal in self.refused],
            "named": len(self.readings) + len(self.refused),
            "snapped": sum(len(reading.snapped) for reading in _each_once(self.readings)),
            "accounting": self.accounting.as_json(),
        }


def inspect_events(
    paths: Sequence[Path], spec: ReadingSpec, tell: Callable[[str, int, int], None] = lambda *_: None
) -> Inspection:
    """Read each file by itself and keep nothing; one that is refused does not hide the others.

    Raises Problem where nothing was named, or where every file is refused for one and the same reason.
    """
    readings: list[Reading[Events]] = []
    refused: list[Refusal] = []
    for number, path in enumerate(paths):
        tell(f"reading {path.name}", number, len(paths))
        try:
            readings += take_in_events([path], spec).readings
        except Problem as problem:
            refused.append(Refusal(str(path), problem))
    if not readings and len({(item.problem.code, item.problem.where) for item in refused}) < 2:
        # One file, or an option that no file could be read with: that is said as every command says it.
        raise refused[0].problem if refused else _nothing_named()
    readings.sort(key=lambda reading: (reading.path, reading.file_digest))
    refused.sort(key=lambda refusal: refusal.path)
    tell("adding up", len(paths), len(paths))
    releases = _find_releases(readings, spec)
    whole, no_total = _merge_all(readings, releases, spec)
    return Inspection(tuple(readings), tuple(refused), releases, whole, no_total)


def _find_releases(readings: Sequence[Reading[Events]], spec: ReadingSpec) -> tuple[Release, ...]:
    groups: dict[tuple[str, str], list[Reading[Events]]] = {}
    for reading in readings:
        key = (reading.source, reading.origin.vintage.removesuffix(_BY_NAME))
        groups.setdefault(key, []).append(reading)
    releases = []
    for (source, vintage), members in sorted(groups.items()):
        intake, why = _merge(members, spec)
        releases.append(Release(source, vintage, tuple(members), intake, why))
    return tuple(releases)


def _merge_all(
    readings: Sequence[Reading[Events]], releases: Sequence[Release], spec: ReadingSpec
) -> tuple[Intake[Events] | None, str]:
    if not readings:
        return None, "There is no total: no file could be read."
    if len(releases) == 1:
        return releases[0].intake, releases[0].no_total
    return _merge(readings, spec)


def _merge(readings: Sequence[Reading[Events]], spec: ReadingSpec) -> tuple[Intake[Events] | None, str]:
    try:
        return merge_readings("events", readings, spec), ""
    except Problem as problem:
        if problem.code != "id-conflict":
            raise
        return None, (
            "There is no total: one and the same event has different values in two of these files "
            f"({problem.message.rstrip('.')}, at {problem.where}). Two releases of a source may not be added up, "
            "for that would count people twice; `tutela events compare OLD NEW` says what changed."
        )


def _sums(intake: Intake[Events] | None) -> dict[str, Any]:
    return dict(_NO_SUMS) if intake is None else summarise(intake.table).as_json()


def _each_once(readings: Sequence[Reading[Events]]) -> list[Reading[Events]]:
    return list({reading.file_digest: reading for reading in readings}.values())


def _add_up_accounts(accounts: Sequence[Accounting]) -> Accounting:
    excluded: dict[str, int] = {}
    for account in accounts:
        for reason, number in account.excluded.items():
            excluded[reason] = excluded.get(reason, 0) + number
    placed = sum(account.placed for account in accounts)
    return Accounting("reading events", sum(account.input for account in accounts), placed, excluded)


def _nothing_named() -> Problem:
    return Problem("nothing-to-study", "No file of events was named.", remedy="Name at least one file.")
