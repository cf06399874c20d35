"""The record of a home: every forecast that was ever made in it, and every time its outcome was looked at.

Lines are added and never edited. A line names what lies in the store by its digest; if that was removed, the line
still says that there was a forecast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from tutela.data.store.homes import Home
from tutela.data.store.journals import Entry, Journal
from tutela.kernel.markings import Marking, Principal
from tutela.studies.outlooks.forecast_files import KIND, load_forecast
from tutela.studies.owner import OWNER

NAME: Final = "forecasts.jsonl"

MADE: Final = "forecast"
LOOKED_AT: Final = "outcome"


def record_of(home: Home) -> Journal:
    """The home's record."""
    return Journal(home.root / "store" / NAME)


def record_forecast(home: Home, digest: str, source: str = "made here", published: str = "") -> Entry:
    """Record a kept forecast; one that is in the record already stays as it was first recorded.

    `published`: when its makers say that a forecast of others came out, YYYY-MM-DD.
    """
    journal = record_of(home)
    for entry in journal.read():
        if entry.said["kind"] == MADE and entry.said["digest"] == digest:
            return entry
    kept = load_forecast(home.store, digest, OWNER)
    manifest = home.store.find(digest, OWNER)
    return journal.add(
        {
            "kind": MADE,
            "at": _now(),
            "digest": digest,
            "recipe": manifest.recipe,
            "source": source,
            "published": published,
            "target": kept.target,
            "level": kept.level,
            "origin": kept.origin,
            "months": [kept.header["months"][0], kept.header["months"][-1]],
            "vintage": kept.vintage,
            "model": kept.judged,
            "shown": kept.model,
            "better": kept.is_better,
            "marking": manifest.marking.name.lower(),
            "compartments": sorted(manifest.compartments),
        }
    )


def record_outcome(home: Home, said: Mapping[str, Any]) -> Entry:
    """Record that a forecast's outcome was looked at; the same look at the same outcome is recorded once."""
    journal = record_of(home)
    keys = ("forecast", "outcome", "until")
    for entry in journal.read():
        if entry.said["kind"] == LOOKED_AT and all(entry.said[key] == said[key] for key in keys):
            return entry
    return journal.add({"kind": LOOKED_AT, "at": _now(), **said})


def forecasts_in(entries: Iterable[Entry], principal: Principal) -> tuple[Entry, ...]:
    """The lines of forecasts that this principal may read of, the oldest first."""
    return tuple(
        entry
        for entry in entries
        if entry.said["kind"] == MADE
        and principal.may_read(Marking[entry.said["marking"].upper()], frozenset(entry.said["compartments"]))
    )


def find_unrecorded(home: Home, entries: Iterable[Entry], principal: Principal) -> tuple[str, ...]:
    """Forecasts that lie in the store and stand in no line: the record was cut, or they came by another way."""
    known = {entry.said["digest"] for entry in entries if entry.said["kind"] == MADE}
    return tuple(item.content for item in home.store.manifests(principal, KIND) if item.content not in known)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_late(entry: Entry, month: str) -> bool:
    """Whether this month had begun when the forecast was made: then it foretold nothing.

    A forecast of others was made when its makers say that they published it, or when it was brought here.
    """
    made = str(entry.said.get("published") or entry.said["at"])[:10]
    return date.fromisoformat(made) >= date.fromisoformat(f"{month}-01")
