"""Geo-PKO's deployment maps of peace operations (v2.0, v2.1), carried forward from map to map.

Source: codebook of the Geocoded Peacekeeping Operations Dataset v2.1 (March 2021). The maps show units by
standard sizes; observers, individual police officers and headquarters by a mark without a number. What the
maps do not count is kept apart from zero (see `estimate_people`).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

import polars as pl

from tutela.data.sources.geopko_people import describe_kind, estimate_people
from tutela.data.sources.readings import Origin
from tutela.data.sources.site_periods import (
    CARRY_MONTHS,
    carry_forward,
    count_moved,
    list_maps,
    name_sites,
    number_places,
)
from tutela.data.sources.site_rows import (
    LINE,
    MOVED_KM,
    SiteDraft,
    build_sites,
    code_countries,
    good_rows,
    is_unknown,
    list_excluded,
    map_text,
    mark_bad,
    mark_long,
    mark_people,
    mark_points,
    mark_swapped,
    number_of,
    prepare_rows,
    slug_of,
)

MAP_COLUMNS: Final = ("mission", "year", "month", "location", "latitude", "longitude", "no.troops")
"""The columns by which a file of map snapshots is known."""

FIRST_YEAR: Final = 1948
"""The first peace operation; an earlier year is a slip of the pen."""

CITATION: Final = (
    "Geo-PKO: Cil, D., Fjelde, H., Hultman, L. and Nilsson, D. (2020), Mapping blue helmets: Introducing the "
    "Geocoded Peacekeeping Operations (Geo-PKO) dataset, Journal of Peace Research 57(2)"
)
LICENCE: Final = "terms of the data not seen: cite, and confirm before redistribution"

SIZE_NOTES: Final = (
    "Numbers of troops are standard unit sizes (650 a battalion, 150 a company, 35 a platoon), not counts.",
    (
        "Geo-PKO marks observers, headquarters and individual police officers without a number: where only they, "
        "or nobody, is shown, the number is unknown and not 0."
    ),
    "Geo-PKO records no civilian staff.",
    "Geo-PKO shows aviation units; where there is none, whether aircraft can land is unknown.",
)

_OTHER_COLUMNS: Final = ("source", "country", "comments")
_MARKS: Final = {
    "fpu": "fpu",
    "fpu.no": "fpu_people",
    "rpf.no": "regional_people",
    "unpol.dummy": "unpol",
    "unmo.dummy": "unmo",
    "hq": "hq",
    "security.group.dummy": "guards",
    "avia": "aviation",
    "he.sup": "helicopters",
    "lo": "liaison",
    "jmco": "monitoring",
    "obs.base": "observation",
    "cantonment": "cantonment",
    "disarmament": "disarmament",
}


def read_maps(frame: pl.DataFrame, today: date) -> SiteDraft:
    """Sites in time from map snapshots; `frame` holds the file's text with its lines in `LINE`.

    A site is `MISSION/slug(location)`. It stands from the first of its map's month to the first of the month
    of the mission's next map, at most `CARRY_MONTHS`. Several maps of one month are one snapshot, in which
    the latest revision speaks for each site. Rows of one place on one map are parts of one site: their people
    add up (Geo-PKO has divided split units already), equal rows count once.
    """
    rows = _mark_rows(frame, today)
    good = good_rows(rows)
    shown = number_places(_keep_latest_maps(good))
    states = _describe_states(_join_parts(shown))
    stretches = carry_forward(states, list_maps(rows, today))
    origin = Origin("Geo-PKO, maps", _vintage(good), LICENCE, CITATION)
    return SiteDraft(build_sites(stretches), list_excluded(rows), origin, _write_notes(good, shown, stretches))


def mark_dates(rows: pl.DataFrame, today: date) -> pl.DataFrame:
    """Read `year` and, where there is one, `month`; adds `_month`, months since year 0, null where unreadable."""
    for name in ("year", "month") if "month" in rows.columns else ("year",):
        rows = mark_bad(rows, is_unknown(name), "date-missing", name)
    year, month = _whole("year"), _whole("month") if "month" in rows.columns else pl.lit(1, dtype=pl.Int32)
    known = (year >= FIRST_YEAR) & (year <= 9999) & month.is_between(1, 12)
    rows = rows.with_columns(_month=pl.when(known).then(year * 12 + month - 1))
    rows = mark_bad(rows, pl.col("_month").is_null(), "date-unreadable", "year")
    return mark_bad(rows, pl.col("_month") >= today.year * 12 + today.month, "date-in-future", "year")


def mark_names(rows: pl.DataFrame) -> pl.DataFrame:
    """Mark rows without a mission or place, and add `site_id`."""
    rows = mark_long(rows, ("mission", "location", "country"))
    slugs = map_text(rows, "location", {text: slug_of(text) for text in rows["location"].unique()})
    rows = rows.with_columns(_slug=slugs, site_id=pl.col("mission") + "/" + slugs)
    rows = mark_bad(rows, pl.col("mission") == "", "mission-missing", "mission")
    return mark_bad(rows, pl.col("_slug") == "", "location-missing", "location")


def read_marks(rows: pl.DataFrame, marks: dict[str, str]) -> pl.DataFrame:
    """Columns of marks as numbers under names of our own, null where a cell holds no number of 0 or more."""
    values = {name: number_of(column) for column, name in marks.items()}
    return rows.with_columns(pl.when(value >= 0).then(value).alias(name) for name, value in values.items())


def _whole(name: str) -> pl.Expr:
    value = number_of(name)
    return pl.when(value == value.floor()).then(value).cast(pl.Int32, strict=False)


def _mark_rows(frame: pl.DataFrame, today: date) -> pl.DataFrame:
    rows = prepare_rows(frame, (*MAP_COLUMNS, *_OTHER_COLUMNS, *_MARKS))
    rows = mark_dates(mark_names(rows), today)
    rows = mark_people(mark_swapped(mark_points(rows, "longitude", "latitude")), "no.troops")
    rows = read_marks(rows, _MARKS)
    return rows.rename({"no.troops": "troops"})


def _keep_latest_maps(good: pl.DataFrame) -> pl.DataFrame:
    maps = {text: _revision(text) for text in good["source"].unique()}
    order = {key: rank for rank, key in enumerate(sorted(set(maps.values())))}
    ranks = good["source"].replace_strict({text: order[key] for text, key in maps.items()}, return_dtype=pl.Int32)
    latest = good.with_columns(_map=ranks).filter(pl.col("_map") == pl.col("_map").max().over("site_id", "_month"))
    same = [name for name in latest.columns if name not in (LINE, "source")]
    return latest.sort(LINE).unique(subset=same, keep="first", maintain_order=True)


def _revision(source: str) -> tuple[float, float, str]:
    # "Map no. 4132 Rev. 05" and "Map No. 4132 Rev. 5" are one map; "Rev. 34 (republished as 34.1)" is the older.
    text = re.sub(r"\b0+(?=\d)", "", source.lower())
    found = re.search(r"rev\.?\s*(\d+)(?:\.(\d+))?", text.split("(")[0])
    if found is None:
        return (-1.0, 0.0, text)
    return (float(found[1]), float(found[2] or 0), text)


def _join_parts(shown: pl.DataFrame) -> pl.DataFrame:
    """One row for each site and month: people add up, marks hold when one part has them."""
    shown = shown.sort("site_id", "_month", "lat", "lon", LINE)
    unsized = (pl.col("fpu") == 1) & pl.col("fpu_people").is_null()
    firsts = ("mission", "location", "country", "lon", "lat", LINE)
    highest = [name for name in _MARKS.values() if name not in ("fpu_people", "regional_people")]
    joined = shown.group_by("site_id", "_month", maintain_order=True).agg(
        *(pl.col(name).first() for name in firsts),
        *(pl.col(name).max() for name in highest),
        pl.when(pl.col("troops").is_not_null().all()).then(pl.col("troops").sum()).alias("troops"),
        pl.col("fpu_people", "regional_people").sum(),
        unsized.any().alias("fpu_unsized"),
        _says_closed().all().alias("says_closed"),
    )
    return joined.rename({"_month": "_from"})


def _says_closed() -> pl.Expr:
    nobody = (pl.col("troops") == 0) & (pl.col("hq") == 0) & (pl.col("unmo") == 0) & (pl.col("unpol") == 0)
    closed = pl.col("comments").str.contains(r"(?i)\(closed\)|\bstation, closed\b")
    return (nobody & closed).fill_null(value=False)


def _describe_states(joined: pl.DataFrame) -> pl.DataFrame:
    flies = (pl.col("aviation") == 1) | (pl.col("helicopters") == 1)
    described = estimate_people(joined).with_columns(
        # A map without an aviation unit does not say that no aircraft could land there.
        air=pl.when(flies).then(1).otherwise(-1),
        status=pl.when("says_closed").then(pl.lit("closed")).otherwise(pl.lit("open")),
        kind=describe_kind(),
    )
    return code_countries(name_sites(described), "country")


def _vintage(good: pl.DataFrame) -> str:
    if not len(good):
        return ""
    first, last = good["_month"].min(), good["_month"].max()
    assert isinstance(first, int)
    assert isinstance(last, int)
    return " to ".join(f"{month // 12:04d}-{month % 12 + 1:02d}" for month in (first, last))


def _write_notes(good: pl.DataFrame, shown: pl.DataFrame, table: pl.DataFrame) -> tuple[str, ...]:
    capped = table.filter("_capped")
    last = capped.filter(pl.col("_to") == pl.col("_to").max().over("mission"))
    several = shown.filter(pl.col("_place") > 1)["site_id"].n_unique()
    counted = (
        (
            len(good) - len(shown),
            "rows repeat another, or were replaced by a later revision of the map that month.",
        ),
        (
            len(shown) - shown.select("site_id", "_month").n_unique(),
            "rows are parts of a site on one map and add up.",
        ),
        (several, "sites share their name with another place on the same map and carry a number."),
        (
            count_moved(table),
            f"sites have points more than {MOVED_KM:g} km apart on different maps; each holds in its time.",
        ),
        (int((table["status"] == "closed").sum()), "periods are of sites that the map's key calls closed."),
        (int((table["country"] == "").sum()), "periods name no single country that the list of countries knows."),
    )
    return (
        (
            f"Map snapshots, carried forward at most {CARRY_MONTHS} months: a site stands from the first of its "
            f"map's month to the mission's next map. {len(capped)} of {len(table)} periods end by that limit and "
            f"not because a map no longer shows the site; {len(last)} of them at the mission's last map, which is "
            "carried forward even where the mission ended earlier."
        ),
        *SIZE_NOTES,
        "Geo-PKO counts formed police units among troops; here they are police.",
        *(f"{count} {sentence}" for count, sentence in counted if count),
    )
