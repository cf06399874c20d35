"""Geo-PKO's site-years (v2.3, 1994 to 2024): which sites a mission's maps of one calendar year show."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from tutela.data.sources.geopko import (
    CITATION,
    LICENCE,
    SIZE_NOTES,
    mark_dates,
    mark_names,
    read_marks,
)
from tutela.data.sources.geopko_people import estimate_military, headquarters_words
from tutela.data.sources.readings import Origin
from tutela.data.sources.site_periods import count_moved, merge_states, name_sites
from tutela.data.sources.site_rows import (
    LINE,
    MOVED_KM,
    SiteDraft,
    build_sites,
    choose_word,
    code_countries,
    good_rows,
    list_excluded,
    mark_people,
    mark_points,
    mark_swapped,
    prepare_rows,
)

YEAR_COLUMNS: Final = ("mission", "year", "location", "latitude", "longitude", "NoTroops", "ave.no.troops")
"""The columns by which a file of site-years is known."""

_MARKS: Final = {"hq": "hq", "UNPOL": "unpol", "UNMO": "unmo", "Av": "aviation"}


def read_years(frame: pl.DataFrame, today: date) -> SiteDraft:
    """Sites in time from site-years; `frame` holds the file's text with its lines in `LINE`.

    A site is `MISSION/slug(location)` and stands for the whole calendar year, years that touch and say the
    same are one period. The file has a row for each number of troops in a year: they are one site-year, with
    the file's own mean of the year.
    """
    rows = _mark_rows(frame, today)
    good = good_rows(rows)
    table = merge_states(_describe_years(_join_rows(_choose_points(good))))
    origin = Origin("Geo-PKO, site-years", _vintage(good), LICENCE, CITATION)
    return SiteDraft(build_sites(table), list_excluded(rows), origin, _write_notes(good, table))


def _mark_rows(frame: pl.DataFrame, today: date) -> pl.DataFrame:
    rows = prepare_rows(frame, (*YEAR_COLUMNS, "country", *_MARKS))
    rows = mark_dates(mark_names(rows), today)
    rows = mark_swapped(mark_points(rows, "longitude", "latitude"))
    rows = mark_people(mark_people(rows, "NoTroops"), "ave.no.troops")
    rows = read_marks(rows, _MARKS)
    return rows.rename({"ave.no.troops": "troops"})


def _choose_points(good: pl.DataFrame) -> pl.DataFrame:
    """One point for each site-year: the one most rows of that year give, then most rows of the site."""
    point = ("site_id", "lon", "lat")
    weighed = good.with_columns(
        _in_year=pl.len().over(*point, "_month"),
        _in_all=pl.len().over(*point),
    ).sort(
        "site_id",
        "_month",
        "_in_year",
        "_in_all",
        "lat",
        "lon",
        descending=[False, False, True, True, False, False],
    )
    return weighed.with_columns(pl.col("lon", "lat").first().over("site_id", "_month"))


def _join_rows(good: pl.DataFrame) -> pl.DataFrame:
    joined = good.sort("site_id", "_month", LINE).group_by("site_id", "_month", maintain_order=True)
    firsts = ("mission", "location", "country", "lon", "lat", LINE)
    return joined.agg(
        *(pl.col(name).first() for name in firsts),
        *(pl.col(name).max() for name in _MARKS.values()),
        pl.col("troops").mean(),
    ).with_columns(_from=pl.col("_month"), _to=pl.col("_month") + 12)


def _describe_years(joined: pl.DataFrame) -> pl.DataFrame:
    officers = (pl.col("unpol") == 1).fill_null(value=False)
    marked = joined.with_columns(guards=pl.lit(0.0))
    described = estimate_military(marked, pl.col("troops"), officers).with_columns(
        # Formed police may be among the troops, so a site with troops says nothing about police.
        police=pl.when((pl.col("unpol") == 0) & (pl.col("troops") == 0) & (pl.col("unmo") + pl.col("hq") > 0)).then(
            0.0
        ),
        air=pl.when(pl.col("aviation") > 0).then(1).otherwise(-1),
        status=pl.lit("open"),
    )
    kind = choose_word(
        *headquarters_words(),
        ((pl.col("troops") > 0) | pl.col("troops").is_null(), "base"),
        (pl.col("unmo") == 1, "observers"),
        (pl.col("unpol") == 1, "police"),
    )
    return code_countries(name_sites(described.with_columns(kind=kind)), "country")


def _vintage(good: pl.DataFrame) -> str:
    if not len(good):
        return ""
    years = sorted(good["year"].to_list())
    return f"{years[0]} to {years[-1]}"


def _write_notes(good: pl.DataFrame, table: pl.DataFrame) -> tuple[str, ...]:
    points = good.select("site_id", "_month", "lon", "lat").unique()
    double = len(points) - points.select("site_id", "_month").n_unique()
    repeated = len(good) - good.select("site_id", "_month").n_unique()
    counted = (
        (repeated, "rows tell of another number of troops in the same site-year; the year's mean was taken."),
        (double, "points were left aside because a site-year had more than one."),
        (count_moved(table), f"sites have points more than {MOVED_KM:g} km apart in different years."),
        (int(table["military"].is_null().sum()), "periods have an unknown number of troops."),
        (int((table["country"] == "").sum()), "periods name no single country that the list of countries knows."),
    )
    return (
        (
            "Site-years: a site shown on any map of a year stands for that whole calendar year. The file says "
            "nothing about months: a site may have opened later or closed earlier in its year."
        ),
        *SIZE_NOTES,
        "Numbers of troops are the mean of the year's maps and include formed police units.",
        *(f"{count} {sentence}" for count, sentence in counted if count),
    )
