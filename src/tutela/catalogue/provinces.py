"""When countries divided their provinces anew: which names belong to which years.

The table is our own and was written from memory of public law; a line says `verified` only where its day and names
were found in a public source, which it then names. It covers the changes that older files of provinces trip over,
not all that there were (the Central African Republic's prefectures of 2020 are not in it). South Sudan's ten states
became 28, then 32, and came back; the Abyei area, which two countries claim, is in no line.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from tutela.catalogue.countries import fold_name
from tutela.catalogue.presences import FactStatus, first_day

Spellings = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProvinceChange:
    """One province that became others on a day; each province has one spelling or several.

    `since` is YYYY-MM-DD, or YYYY-MM where the day is not known.
    """

    country: str
    since: str
    old: Spellings
    new_country: str
    new: tuple[Spellings, ...]
    source: str
    status: FactStatus

    @property
    def day(self) -> date:
        """The first day on which the new provinces count; of a month, its first."""
        day = first_day(self.since)
        assert day is not None
        return day

    @property
    def old_names(self) -> frozenset[str]:
        """The old province's spellings, folded."""
        return frozenset(map(fold_name, self.old))

    @property
    def new_names(self) -> tuple[frozenset[str], ...]:
        """Each new province's spellings, folded."""
        return tuple(frozenset(map(fold_name, names)) for names in self.new)


@cache
def load_province_changes() -> tuple[ProvinceChange, ...]:
    """All changes, in the order of the table: by country, then by day."""
    text = resources.files("tutela.catalogue").joinpath("province_changes.csv").read_text(encoding="utf-8")
    return tuple(
        ProvinceChange(
            country=row["country"],
            since=row["since"],
            old=tuple(row["old"].split("/")),
            new_country=row["new_country"],
            new=tuple(tuple(names.split("/")) for names in row["new"].split("|")),
            source=row["source"],
            status="verified" if row["status"] == "verified" else "unverified",
        )
        for row in csv.DictReader(text.splitlines())
    )
