"""What changed between two releases in plain sentences: the same on the command line, in the file, on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tutela.catalogue.countries import find_country
from tutela.studies.invented.country import COUNTRY_NAMES
from tutela.studies.release_lists import COLUMN_NAMES

COLUMNS: Final = COLUMN_NAMES
"""What may be revised about an event, in words."""

CAUSES: Final = {
    "added-in-the-old-period": "added within the earlier release's days",
    "added-after-the-old-period": "added after the earlier release's last day",
    "raised": "with a higher figure than before",
    "lowered": "with a lower figure than before",
    "moved": "that moved into or out of what was asked for, or of what both cover",
    "removed": "removed",
    "ambiguous": "that may be the same under another id",
}
"""The parts of the difference, as they follow a number of events."""

_LISTED: Final = 8


def headline(summary: Mapping[str, Any]) -> list[str]:
    """The answer: the two totals of what both cover, where the difference comes from, what is not compared."""
    best = summary["shared"]["totals"]["best"]
    if best["difference"] is None:
        sentences = ["One of the releases does not count people killed: no difference can be given."]
    else:
        both = (
            f"{best['after']:,} people killed (best) in the later release against {best['before']:,} in the earlier"
        )
        sentences = [f"{both}: {signed(best['difference'])}, in the countries and years that both cover."]
        parts = [part for part in summary["shared"]["difference_of_best"] if part["events"]]
        if parts:
            said = "; ".join(f"{signed(p['best'])} from {_events(p['events'])} {CAUSES[p['cause']]}" for p in parts)
            sentences.append(f"The difference: {said}.")
    return sentences + list_uncovered(summary)


def list_uncovered(summary: Mapping[str, Any]) -> list[str]:
    """What one release alone covers: no revision, and in no difference."""
    sentences = []
    for side, name in (("old", "earlier"), ("new", "later")):
        only = summary["only_in_one"][side]
        if only["events"]:
            killed = "" if only["best"] is None else f" with {only['best']:,} people killed"
            where = f"{_list_countries(only['countries'])}; {_list_years(only['years'])}"
            sentences.append(
                f"Only the {name} release covers {_events(only['events'])}{killed} ({where}): not compared."
            )
    return sentences


def signed(value: float | None) -> str:
    """A difference with its sign; a true minus, so that no line breaks behind it."""
    if value is None:
        return "not known"
    return f"+{value:,.0f}" if value > 0 else f"\N{MINUS SIGN}{-value:,.0f}" if value < 0 else "no change"


def name_country(iso3: str) -> str:
    """A country's name; a code that no list has stays as it is."""
    if not iso3:
        return "no country"
    country = find_country(iso3)
    return country.name if country else COUNTRY_NAMES.get(iso3, iso3)


def _events(number: int) -> str:
    return f"{number:,} event" if number == 1 else f"{number:,} events"


def _list_countries(codes: list[str]) -> str:
    names = [name_country(code) for code in codes[:_LISTED]]
    more = len(codes) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _list_years(years: list[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
