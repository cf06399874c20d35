"""The plain sites file: a row for each site, or for each stretch of days in which nothing about it changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import polars as pl

from tutela.data.sources.plain import INVENTED
from tutela.data.sources.readings import Origin
from tutela.data.sources.site_rows import (
    LINE,
    SiteDraft,
    build_sites,
    code_countries,
    good_rows,
    is_unknown,
    list_excluded,
    mark_bad,
    mark_lines,
    mark_long,
    mark_people,
    mark_points,
    mark_swapped,
    prepare_rows,
)
from tutela.kernel.problems import Problem

REQUIRED: Final = ("site_id", "mission", "lon", "lat", "opened")
"""The columns without which a site stands nowhere or never; by them the file is known."""

COLUMNS: Final = (
    *("site_id", "mission", "name", "lon", "lat", "opened", "closed"),
    *("status", "military", "police", "civilian", "air", "kind"),
)
"""The columns of the contract; `country` (any name or code) may stand beside them."""

STATUSES: Final = ("open", "reduced", "closing", "closed", "evacuated", "host_denied")
"""The register's site states."""

AIR: Final = {"1": 1, "yes": 1, "true": 1, "0": 0, "no": 0, "false": 0}

FIRST_DAY: Final = date(1945, 10, 24)
"""The day on which the Charter took force; an earlier day is a slip of the pen."""

_PLAN_DAYS: Final = 3653


def read_sites_csv(frame: pl.DataFrame, today: date) -> SiteDraft:
    """Sites in time from the plain sites file; `frame` holds the file's text with its lines in `LINE`.

    Raises Problem id-conflict when one site and opening day have two contents, or one site two missions.
    """
    given = [name for name in (*COLUMNS, "country") if name in frame.columns]
    rows = prepare_rows(frame, (*COLUMNS, "country"))
    rows = rows.with_columns(_content=pl.concat_str([pl.col(name) for name in given], separator="\x1f"))
    invented = is_invented(frame)
    rows = mark_swapped(mark_points(_mark_dates(_mark_words(rows, invented=invented), today), "lon", "lat"))
    for name in ("military", "police", "civilian"):
        rows = mark_people(rows, name)
    rows = _mark_repeated(rows)
    sites = build_sites(_with_codes(good_rows(rows)))
    name = "an invented country" if invented else "Sites file"
    terms = "the owner's own file; terms not stated"
    origin = Origin(name, "", terms, "the owner of the sites file", invented=invented)
    return SiteDraft(sites, list_excluded(rows), origin, _write_notes(frame, good_rows(rows), today))


def is_invented(frame: pl.DataFrame) -> bool:
    """A column `invented` that says yes in every row; one real row makes the file a real one."""
    if "invented" not in frame.columns:
        return False
    said = frame["invented"].cast(pl.String).str.strip_chars().str.to_lowercase()
    return bool(said.is_in(INVENTED).fill_null(value=False).all())


def _mark_words(rows: pl.DataFrame, *, invented: bool) -> pl.DataFrame:
    rows = mark_long(rows, ("site_id", "mission", "name", "country", "status", "kind"))
    for name in ("site_id", "mission"):
        rows = mark_bad(rows, pl.col(name) == "", f"{name.replace('_', '-')}-missing", name)
    rows = rows.with_columns(pl.col("status").str.to_lowercase().str.replace_all(r"[ -]", "_"))
    rows = mark_bad(rows, ~pl.col("status").is_in(["", *STATUSES]), "status-unknown", "status")
    rows = mark_bad(
        rows, ~is_unknown("air") & ~pl.col("air").str.to_lowercase().is_in(list(AIR)), "air-unreadable", "air"
    )
    coded = code_countries(rows.select("country"), "country", invented=invented)["country"]
    rows = rows.with_columns(coded.alias("_iso3"))
    return mark_bad(rows, (pl.col("country") != "") & (pl.col("_iso3") == ""), "country-unknown", "country")


def _mark_dates(rows: pl.DataFrame, today: date) -> pl.DataFrame:
    last = today + timedelta(days=_PLAN_DAYS)
    for name in ("opened", "closed"):
        whole = pl.col(name).str.contains(r"^\d{4}-\d{2}-\d{2}([T ].*)?$")
        day = pl.when(whole).then(pl.col(name).str.slice(0, 10)).str.to_date("%Y-%m-%d", strict=False)
        rows = rows.with_columns(day.alias(f"_{name}"))
        if name == "opened":
            rows = mark_bad(rows, is_unknown(name), "date-missing", name)
        rows = mark_bad(rows, pl.col(f"_{name}").is_null() & ~is_unknown(name), "date-unreadable", name)
        rows = mark_bad(rows, pl.col(f"_{name}") < FIRST_DAY, "date-too-early", name)
        rows = mark_bad(rows, pl.col(f"_{name}") > last, "date-in-future", name)
    return mark_bad(rows, pl.col("_closed") <= pl.col("_opened"), "date-order", "closed")


def _mark_repeated(rows: pl.DataFrame) -> pl.DataFrame:
    """Refuse ids that contradict themselves; mark repeated rows, and states that overlap an earlier one."""
    good = good_rows(rows).sort("site_id", "_opened", LINE)
    _refuse_two_contents(good)
    _refuse_two_missions(good)
    repeated = good.filter(
        pl.struct("site_id", "_opened").is_duplicated() & ~pl.struct("site_id", "_opened").is_first_distinct()
    )
    rows = mark_lines(rows, repeated[LINE].to_list(), "duplicate-row", "site_id")
    overlapping: list[int] = []
    site, until = "", date.min
    for site_id, opened, closed, line in (
        good.join(repeated, on=LINE, how="anti").select("site_id", "_opened", "_closed", LINE).iter_rows()
    ):
        if site_id == site and opened < until:
            overlapping.append(line)
        else:
            site, until = site_id, closed or date.max
    return mark_lines(rows, overlapping, "states-overlap", "opened")


def _refuse_two_contents(good: pl.DataFrame) -> None:
    clash = good.filter(pl.col("_content").n_unique().over("site_id", "_opened") > 1).sort(LINE)
    if len(clash):
        raise Problem(
            "id-conflict",
            f"{clash.select('site_id', '_opened').n_unique()} sites have two different rows for one opening day.",
            where=f"line {clash[LINE][0]}, column site_id",
            remedy="Keep the right row, or give each state of the site its own opening day.",
        )


def _refuse_two_missions(good: pl.DataFrame) -> None:
    clash = good.filter(pl.col("mission").n_unique().over("site_id") > 1).sort(LINE)
    if len(clash):
        raise Problem(
            "id-conflict",
            f"{clash['site_id'].n_unique()} sites belong to two presences under one id.",
            where=f"line {clash[LINE][0]}, column mission",
            remedy="Give the site its own id with each presence, also when one takes it over from the other.",
        )


def _with_codes(good: pl.DataFrame) -> pl.DataFrame:
    air = pl.col("air").str.to_lowercase().replace_strict(AIR, default=-1, return_dtype=pl.Int8)
    return good.with_columns(country=pl.col("_iso3"), opened=pl.col("_opened"), closed=pl.col("_closed"), air=air)


def _write_notes(frame: pl.DataFrame, good: pl.DataFrame, today: date) -> tuple[str, ...]:
    notes = []
    planned = int((good["_opened"] > today).sum())
    if planned:
        notes.append(
            f"{planned} rows open after {today.isoformat()}: planned, and without effect before their day."
        )
    absent = [name for name in COLUMNS if name not in frame.columns]
    if absent:
        notes.append(f"The file has no column {', '.join(absent)}: unknown throughout.")
    extra = [name for name in frame.columns if name not in (*COLUMNS, "country", "invented", LINE)]
    if extra:
        notes.append(f"{len(extra)} other columns were not read.")
    return tuple(notes)
