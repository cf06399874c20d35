"""What changed between two releases, as a study: from two files or imports to figures, lists and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from tutela.engine.events.comparable import (
    explain_shared,
    find_only_in_one,
    group_by_country,
    group_by_year,
    restrict_to_shared,
)
from tutela.engine.events.releases import ReleaseComparison, ReleaseSpec, compare_releases
from tutela.engine.events.renumbered import Nearness
from tutela.engine.events.revisions import (
    Contribution,
    Revised,
    explain_difference,
    list_years,
    total_revised,
)
from tutela.kernel.problems import Problem
from tutela.studies import release_lists as lists
from tutela.studies.licences import hold_lists
from tutela.studies.release_sides import NOT_STATED, Release

_HELD: Final = "Rows of a source that may not be passed on are counted, not listed."

KEPT_ROWS: Final = 50
"""So many rows of each list stand in a kept comparison; the rest are found again from the two imports."""


@dataclass(frozen=True)
class ReleaseStudy:
    """Two releases compared, in the shape that the command line and a page show."""

    old: Release
    new: Release
    comparison: ReleaseComparison

    @cached_property
    def shared(self) -> ReleaseComparison:
        """The comparison over the countries and years that both releases cover."""
        return restrict_to_shared(self.comparison)

    @property
    def may_list_rows(self) -> bool:
        """Whether both sources allow their rows to be written out."""
        return self.old.redistributable and self.new.redistributable

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the figures must know."""
        notes: list[str] = []
        if self.old.sources != self.new.sources:
            both = f"{', '.join(self.old.sources)} and {', '.join(self.new.sources)}"
            notes.append(f"The two sides are different layouts ({both}); a difference may be one of coverage.")
        if self.old.vintages == self.new.vintages:
            notes.append(f"Both sides say the same of their vintage: {', '.join(self.old.vintages)}.")
        elif NOT_STATED in (*self.old.vintages, *self.new.vintages):
            notes.append("One side does not say which release it is.")
        for name, side in self.comparison.not_compared.items():
            which = {"old": "earlier", "new": "later"}[side]
            notes.append(f"Not compared, since the {which} release does not have it: {lists.COLUMN_NAMES[name]}.")
        earlier, later = (side.manifest.parameters["notes"] for side in (self.old, self.new))
        notes += [f"Of both releases: {note}" for note in earlier if note in later]
        notes += [f"Of the earlier release: {note}" for note in earlier if note not in later]
        notes += [f"Of the later release: {note}" for note in later if note not in earlier]
        if len(self.comparison.possible):
            notes.append(
                "Ambiguous rows may be one event under two ids, but have more than one partner; "
                "they are listed as pairs and counted neither as replaced nor as added or removed."
            )
        return tuple(notes)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Figures before and after, each list's length, and where the difference comes from."""
        comparison, how = self.comparison, lists.count_matches(self.comparison)
        return {
            "old": {**self.old.as_json(), "accounting": comparison.account_of_old.as_json()},
            "new": {**self.new.as_json(), "accounting": comparison.account_of_new.as_json()},
            "asked_for": _asked_for(comparison.spec),
            "matched": {**how, "changed": int(comparison.is_changed.sum())},
            "changed_columns": {name: int(mask.sum()) for name, mask in comparison.changed.items() if mask.any()},
            "not_compared": dict(comparison.not_compared),
            "added": len(comparison.added),
            "removed": len(comparison.removed),
            "ambiguous": {"old": len(comparison.ambiguous_old), "new": len(comparison.ambiguous_new)},
            "totals": _figures(total_revised(comparison)),
            "difference_of_best": _causes(explain_difference(comparison)),
            "shared": self._describe_shared(),
            "only_in_one": {
                side: {**asdict(found), "best": None if found.best is None else round(found.best)}
                for side, found in find_only_in_one(comparison).items()
            },
            "by_country_and_year": [
                {"country": item.country, "year": item.year, **_figures(item.figures)}
                for item in list_years(comparison)
            ],
            "notes": [*self.notes, *([] if self.may_list_rows else [_HELD])],
            "held_back": None if self.may_list_rows else self._held_back(),
        }

    def _held_back(self) -> dict[str, Any]:
        return hold_lists({name: table.length for name, table in self._lists.items()})

    def as_json(self, rows: int) -> dict[str, Any]:
        """The summary, and of each list its first rows; the summary says how long the lists are."""
        if not self.may_list_rows:
            return self.summary
        return self.summary | {"lists": self._first_rows(rows, self._names)}

    @cached_property
    def document(self) -> dict[str, Any]:
        """What a home keeps and a page shows: without the names of files, which decide nothing.

        Rows stand in it whoever may see them elsewhere: who may read the document may read the imports.
        """
        sides = {
            side: {**release.describe(), "accounting": self.summary[side]["accounting"]}
            for side, release in (("old", self.old), ("new", self.new))
        }
        found = self._lists
        lengths = {name: table.length for name, table in found.items()}
        # What may leave the home depends on how a side was named; what the two releases say does not.
        same = {name: value for name, value in self.summary.items() if name != "held_back"}
        return same | sides | {"notes": list(self.notes), "lists": self._first_rows(KEPT_ROWS), "lengths": lengths}

    def _first_rows(self, rows: int, names: lists.Names | None = None) -> dict[str, list[dict[str, lists.Cell]]]:
        return {name: table.as_json(rows, names) for name, table in self._lists.items()}

    @property
    def _names(self) -> lists.Names:
        return {"old": self.old.files, "new": self.new.files}

    @cached_property
    def _lists(self) -> dict[str, lists.RowList]:
        dropped = {
            f"dropped_{side}": lists.list_dropped(release.events, release.replaced, side)
            for side, release in (("old", self.old), ("new", self.new))
            if len(release.replaced)
        }
        return lists.list_all(self.comparison) | {"revised": lists.list_revised(self.shared)} | dropped

    def _describe_shared(self) -> dict[str, Any]:
        shared = self.shared
        return {
            "totals": _figures(total_revised(shared)),
            "difference_of_best": _causes(explain_shared(shared)),
            "by_year": [{"year": int(item.key), **_figures(item.figures)} for item in group_by_year(shared)],
            "by_country": [{"country": item.key, **_figures(item.figures)} for item in group_by_country(shared)],
        }

    def out_files(self) -> dict[str, bytes]:
        """What goes into --out: the summary, the figures as a table, and each list as a table."""
        files = {
            "releases.json": lists.write_json(self.summary),
            "totals.csv": lists.write_totals(self.summary["by_country_and_year"]),
        }
        if self.may_list_rows:
            files |= {f"{name}.csv": table.as_csv(self._names) for name, table in self._lists.items()}
        return files


def study_releases(old: Release, new: Release, spec: ReleaseSpec) -> ReleaseStudy:
    """Compare two releases."""
    if not len(old.events) or not len(new.events):
        empty = new if len(old.events) else old
        raise Problem(
            "nothing-to-study",
            "This side has no events.",
            where=empty.name,
            remedy="Name a file or an import that has some.",
        )
    return ReleaseStudy(old, new, compare_releases(old.events, new.events, spec))


def _figures(figures: Mapping[str, Revised]) -> dict[str, Any]:
    return {name: item.as_json() for name, item in figures.items()}


def _causes(parts: Iterable[Contribution]) -> list[dict[str, Any]]:
    return [
        {"cause": part.cause, "events": part.events, "best": None if part.best is None else round(part.best)}
        for part in parts
    ]


def spec_of(asked_for: Mapping[str, Any]) -> ReleaseSpec:
    """The spec that a summary's "asked_for" came from."""
    first, last = (asked_for[name] and date.fromisoformat(asked_for[name]) for name in ("from_day", "until"))
    near = Nearness(asked_for["within_km"], asked_for["moved_km"])
    return ReleaseSpec(tuple(asked_for["countries"]), first or None, last or None, asked_for["coarsest"], near)


def _asked_for(spec: ReleaseSpec) -> dict[str, Any]:
    return {
        "countries": list(spec.countries),
        "from_day": spec.from_day and spec.from_day.isoformat(),
        "until": spec.until and spec.until.isoformat(),
        "coarsest": spec.coarsest,
        "within_km": spec.near.within_km,
        "moved_km": spec.near.moved_km,
    }
