"""OCHA's list of P-codes: names and codes of provinces and districts with their parents, without polygons."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import polars as pl

from tutela.catalogue.countries import find_country
from tutela.data.areas import AdminUnit, Area, AreaReading
from tutela.data.sources.hxl import split_hxl
from tutela.data.sources.layouts import lower_header
from tutela.data.sources.raw import RawTable, read_raw
from tutela.data.sources.readings import Origin
from tutela.data.sources.verdicts import Verdicts
from tutela.kernel.accounting import Accounting
from tutela.kernel.problems import Problem

COLUMNS: Final = ("location", "admin level", "p-code", "name", "parent p-code")
_SINCE: Final = "valid from date"
_DEEPEST: Final = 5
_ORIGIN: Final = Origin(
    *("OCHA P-codes", "not stated", "not stated in the file; on HDX mostly CC BY-IGO", "OCHA and its partners"),
    recorded_harms=(),
)


def read_pcodes(path: Path, *, strict: bool = False) -> AreaReading:
    """Read a list of P-codes; every row is placed, or excluded by a named reason with its line.

    A unit's parent must stand in the list, one level up, in the same country, wherever the list has that level of
    the country. `valid_from` is the day of the country's own list. Codes that merely do not begin with their
    parent's are kept and noted: some countries number their districts anew. Raises Problem as `read_raw` does, and
    source-unknown, file-header (hashtags in the wrong place), id-conflict, bad-row, too-many-bad-rows.
    """
    table, tags = split_hxl(lower_header(read_raw(path)))
    missing = table.missing(COLUMNS)
    if missing:
        raise Problem(
            "source-unknown",
            f"This is no list of P-codes: the header lacks {missing[0]!r}.",
            where=f"{path}, line 1",
            remedy=f"Name the columns {', '.join(COLUMNS)}.",
        )
    rows = _list_rows(table)
    verdicts = _judge(rows, table)
    verdicts.refuse(table, strict=strict)
    good = rows.filter(pl.Series(verdicts.good))
    areas = tuple(
        Area(AdminUnit(code, name, level, parent, country, since, None, "ocha-pcodes"))
        for code, name, level, parent, country, since in good.select(
            "code", "name", "level", "parent", "country", "since"
        ).iter_rows()
    )
    notes = ["The line of hashtags (HXL) under the header was taken off."] if tags else []
    return AreaReading(
        path=str(path),
        source="ocha-pcodes",
        areas=areas,
        accounting=Accounting("reading P-codes", len(table), len(areas), verdicts.count()),
        origin=_ORIGIN,
        file_digest=table.file_digest,
        excluded=verdicts.list_excluded(table.lines),
        notes=(*notes, *_note_strays(good, verdicts, rows)),
    )


def _list_rows(table: RawTable) -> pl.DataFrame:
    location, code, name, parent = (
        table.text(column).fill_null("") for column in ("location", "p-code", "name", "parent p-code")
    )
    codes = {
        text: found.iso3 if (found := find_country(text)) else "" for text in location.unique().to_list() if text
    }
    since = table.text(_SINCE)
    return pl.DataFrame(
        {
            "line": table.lines,
            "country": [codes.get(text, "") for text in location.to_list()],
            "level": table.text("admin level").cast(pl.Int8, strict=False),
            "code": code,
            "name": name,
            "parent": parent,
            "since_text": since.fill_null(""),
            "since": since.str.to_date("%Y-%m-%d", strict=False),
        }
    )


def _judge(rows: pl.DataFrame, table: RawTable) -> Verdicts:
    verdicts = Verdicts(len(rows))

    def mark(bad: pl.Series, reason: str, column: str) -> None:
        verdicts.mark(bad.fill_null(value=False).to_numpy(), reason, column)

    level = rows["level"]
    mark(rows["country"] == "", "country-unknown", "location")
    mark(level.is_null() | (level < 0) | (level > _DEEPEST), "level-unreadable", "admin level")
    mark(rows["code"] == "", "code-missing", "p-code")
    mark(rows["name"] == "", "name-missing", "name")
    mark((rows["since_text"] != "") & rows["since"].is_null(), "date-unreadable", _SINCE)
    same = rows.select(
        pl.struct("country", "level", "code", "name", "parent", "since").is_first_distinct()
    ).to_series()
    mark(~same, "duplicate-row", "p-code")
    _refuse_repeated(rows.filter(pl.Series(verdicts.good)), table)
    unknown, elsewhere = _check_parents(rows)
    mark(rows["code"] == rows["parent"], "parent-of-itself", "parent p-code")
    mark(elsewhere, "parent-in-other-country", "parent p-code")
    mark(unknown, "parent-unknown", "parent p-code")
    return verdicts


def _check_parents(rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Where a parent is not in the list one level up though that level is, and where it is another country's."""
    held: dict[tuple[str, int], set[str]] = {}
    owners: dict[tuple[int, str], set[str]] = {}
    for country, level, code in rows.select("country", "level", "code").iter_rows():
        held.setdefault((country, level), set()).add(code)
        owners.setdefault((level, code), set()).add(country)
    unknown, elsewhere = [], []
    for country, level, parent in rows.select("country", "level", "parent").iter_rows():
        above = held.get((country, (level or 0) - 1))
        is_lost = above is not None and parent not in above
        other = owners.get(((level or 0) - 1, parent), set()) - {country}
        if level == 1 and above is None:
            owner = find_country(parent) if parent else None
            other = {owner.iso3} - {country} if owner else set()
            is_lost = parent != "" and owner is None
        elsewhere.append(bool(other) and (is_lost or level == 1))
        unknown.append(is_lost)
    return pl.Series(unknown, dtype=pl.Boolean), pl.Series(elsewhere, dtype=pl.Boolean)


def _refuse_repeated(rows: pl.DataFrame, table: RawTable) -> None:
    clash = rows.filter(pl.struct("country", "level", "code").is_duplicated()).sort(
        "country", "level", "code", "line"
    )
    if len(clash):
        first, second = clash["line"][0], clash["line"][1]
        raise Problem(
            "id-conflict",
            f"The P-code stands on line {first} too, with another name, parent or day.",
            where=f"{table.path}, line {second}, column p-code",
            remedy="Keep the right one; for old and new units bring one list for each time.",
        )


def _note_strays(good: pl.DataFrame, verdicts: Verdicts, rows: pl.DataFrame) -> list[str]:
    notes = []
    lost = verdicts.count()
    contradictions = sum(lost.get(reason, 0) for reason in ("parent-unknown", "parent-in-other-country"))
    if contradictions:
        bad = rows.filter(~pl.Series(verdicts.good))
        told = ", ".join(
            f"{country} {count}" for country, count in sorted(Counter(bad["country"].to_list()).items())
        )
        notes.append(
            f"{contradictions:,} units name a parent that the list does not have there ({told}); left out."
        )
    stray = good.filter((pl.col("level") > 1) & ~pl.col("code").str.starts_with(pl.col("parent")))
    if len(stray):
        told = ", ".join(
            f"{country} {count}" for country, count in sorted(Counter(stray["country"].to_list()).items())
        )
        notes.append(f"{len(stray):,} codes do not begin with their parent's ({told}); kept as they stand.")
    return notes
