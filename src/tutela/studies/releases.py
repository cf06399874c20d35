"""What changed between two releases, as a study: from two files or imports to figures, lists and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from tutela.data.store.artifacts import SHORTEST_PREFIX, Store
from tutela.engine.events.releases import ReleaseComparison, ReleaseSpec, compare_releases
from tutela.engine.events.revisions import Revised, explain_difference, list_years, total_revised
from tutela.kernel.accounting import Accounting
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events
from tutela.studies import release_lists as lists
from tutela.studies.intake import ReadingSpec, take_in_events
from tutela.studies.mappings import find_import

_NOT_STATED: Final = "not stated"


@dataclass(frozen=True, slots=True)
class Release:
    """One side of a comparison: what it is called, its events, which vintage they are, on what terms.

    `redistributable` is False where rows may not leave the home of whoever brought them.
    """

    name: str
    sources: tuple[str, ...]
    vintages: tuple[str, ...]
    attribution: str
    licence: str
    redistributable: bool
    reading: Accounting
    events: Events

    def as_json(self) -> dict[str, Any]:
        """What it is, without its events."""
        return {
            "name": self.name,
            "sources": list(self.sources),
            "vintages": list(self.vintages),
            "events": len(self.events),
            "reading": self.reading.as_json(),
            "attribution": self.attribution,
            "licence": self.licence,
        }


@dataclass(frozen=True)
class ReleaseStudy:
    """Two releases compared, in the shape that the command line and a page show."""

    old: Release
    new: Release
    comparison: ReleaseComparison

    @property
    def may_list_rows(self) -> bool:
        """Whether both sources allow their rows to be written out."""
        return self.old.redistributable and self.new.redistributable

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the figures must know."""
        notes = []
        if self.old.sources != self.new.sources:
            both = f"{', '.join(self.old.sources)} and {', '.join(self.new.sources)}"
            notes.append(f"The two sides are different layouts ({both}); a difference may be one of coverage.")
        if self.old.vintages == self.new.vintages:
            notes.append(f"Both sides say the same of their vintage: {', '.join(self.old.vintages)}.")
        elif _NOT_STATED in (*self.old.vintages, *self.new.vintages):
            notes.append("One side does not say which release it is.")
        for name, side in self.comparison.not_compared.items():
            notes.append(f"Not compared, since the {side} release does not have it: {name}.")
        if len(self.comparison.possible):
            notes.append(
                "Ambiguous rows may be one event under two ids, but have more than one partner; "
                "they are listed as pairs and counted neither as replaced nor as added or removed."
            )
        if not self.may_list_rows:
            notes.append("Rows of a source that may not be passed on are counted, not listed.")
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
            "difference_of_best": [
                {
                    "cause": item.cause,
                    "events": item.events,
                    "best": None if item.best is None else round(item.best),
                }
                for item in explain_difference(comparison)
            ],
            "by_country_and_year": [
                {"country": item.country, "year": item.year, **_figures(item.figures)}
                for item in list_years(comparison)
            ],
            "notes": list(self.notes),
        }

    def as_json(self, rows: int) -> dict[str, Any]:
        """The summary, and of each list its first rows; the summary says how long the lists are."""
        if not self.may_list_rows:
            return self.summary
        found = lists.list_all(self.comparison)
        return self.summary | {"lists": {name: table.as_json(rows) for name, table in found.items()}}

    def out_files(self) -> dict[str, bytes]:
        """What goes into --out: the summary, the figures as a table, and each list as a table."""
        files = {
            "releases.json": lists.write_json(self.summary),
            "totals.csv": lists.write_totals(self.summary["by_country_and_year"]),
        }
        if self.may_list_rows:
            files |= {f"{name}.csv": table.as_csv() for name, table in lists.list_all(self.comparison).items()}
        return files


def open_release(name: str, spec: ReadingSpec, store: Store | None, principal: Principal) -> Release:
    """A release from a file of events, or from an import in the home by its digest.

    A name that is a path is a path. Raises what the readers and the store raise.
    """
    if not Path(name).exists() and store is not None and _is_digest(name):
        return _from_store(name.lower(), store, principal)
    intake = take_in_events([Path(name)], spec)
    return Release(
        name=name,
        sources=tuple(sorted({reading.source for reading in intake.readings})),
        vintages=tuple(sorted({origin.vintage for origin in intake.origins})),
        attribution=intake.manifest.attribution,
        licence=intake.manifest.licence,
        redistributable=all(origin.redistributable for origin in intake.origins),
        reading=intake.accounting,
        events=intake.table,
    )


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


def _is_digest(name: str) -> bool:
    return SHORTEST_PREFIX <= len(name) <= 64 and set(name.lower()) <= set("0123456789abcdef")


def _from_store(digest: str, store: Store, principal: Principal) -> Release:
    manifest = find_import(store, digest, principal)
    return Release(
        name=f"{manifest.title} ({manifest.content[:12]})",
        sources=tuple(manifest.parameters["sources"]),
        vintages=tuple(manifest.parameters["vintages"]),
        attribution=manifest.attribution,
        licence=manifest.licence,
        # What is not everybody's is not known to be anybody's to pass on.
        redistributable=not manifest.marking,
        reading=manifest.accounting[0],
        events=Events.from_columns(store.load_table(manifest.content, "events", principal)),
    )


def _figures(figures: Mapping[str, Revised]) -> dict[str, Any]:
    return {name: item.as_json() for name, item in figures.items()}


def _asked_for(spec: ReleaseSpec) -> dict[str, Any]:
    return {
        "countries": list(spec.countries),
        "from_day": spec.from_day and spec.from_day.isoformat(),
        "until": spec.until and spec.until.isoformat(),
        "coarsest": spec.coarsest,
        "within_km": spec.near.within_km,
        "moved_km": spec.near.moved_km,
    }
