"""Sites in time: places told apart, states carried from map to map, stretches that touch joined."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from tutela.data.sources.site_rows import MOVED_KM
from tutela.kernel.places import distances_km

CARRY_MONTHS: Final = 13
"""A map is believed for this many months when the mission published no other."""

_STATE: Final = ("lon", "lat", "country", "status", "military", "police", "air", "kind")


def list_maps(rows: pl.DataFrame, today: date) -> pl.DataFrame:
    """The months (`_from`) in which each mission published a map, and until when each speaks (`_to`).

    `rows` are all rows of the file with `mission` and `_month`: one that is bad for another reason still shows
    that a map was published. `_capped` holds where the limit of months ends a map and not the next one.
    """
    dated = rows.filter((pl.col("mission") != "") & (pl.col("_month") < today.year * 12 + today.month))
    maps = dated.select("mission", _from=pl.col("_month")).unique().sort("mission", "_from")
    following, limit = pl.col("_from").shift(-1).over("mission"), pl.col("_from") + CARRY_MONTHS
    capped = following.is_null() | (following > limit)
    return maps.with_columns(_to=pl.min_horizontal(following, limit), _capped=capped)


def carry_forward(states: pl.DataFrame, maps: pl.DataFrame) -> pl.DataFrame:
    """Stretches from the states of sites at months (`site_id`, `mission`, `_from`) and the missions' maps."""
    return merge_states(states.join(maps, on=("mission", "_from"), how="left"))


def merge_states(frame: pl.DataFrame) -> pl.DataFrame:
    """Join stretches of a site that touch and say the same; `frame` has `_from` and `_to` in months."""
    frame = frame.sort("site_id", "_from")
    changed = [~pl.col(name).eq_missing(pl.col(name).shift(1)) for name in ("site_id", *_STATE)]
    begins = pl.any_horizontal(*changed, ~pl.col("_from").eq_missing(pl.col("_to").shift(1)))
    kept = [name for name in frame.columns if name not in ("_to", "_capped")]
    ends = [pl.col(name).last() for name in ("_to", "_capped") if name in frame.columns]
    merged = frame.with_columns(_run=begins.cum_sum()).group_by("_run", maintain_order=True)
    return merged.agg(*(pl.col(name).first() for name in kept), *ends).with_columns(
        opened=_first_of_month("_from"), closed=_first_of_month("_to")
    )


def name_sites(frame: pl.DataFrame) -> pl.DataFrame:
    """Give all rows of a site the spelling of its name that was used last."""
    frame = frame.sort("site_id", "_from", "location")
    return frame.with_columns(name=pl.col("location").last().over("site_id"))


def count_moved(sites: pl.DataFrame) -> int:
    """Sites with two points further apart than `MOVED_KM`."""
    return sum(_spread_km(group) > MOVED_KM for _, group in _with_several_points(sites, "site_id"))


def number_places(shown: pl.DataFrame) -> pl.DataFrame:
    """Tell apart places that one map shows under one name, by --2, --3 ... in order of their first map.

    No slug holds two hyphens, so the id is nobody else's.
    """
    groups = _with_several_points(shown, "site_id", "_month")
    double = sorted({str(key[0]) for key, points in groups if _spread_km(points) > MOVED_KM})
    if not double:
        return shown.with_columns(_place=pl.lit(1))
    numbered = pl.concat([_number_points(shown.filter(pl.col("site_id") == site_id)) for site_id in double])
    shown = shown.join(numbered, on=("site_id", "lon", "lat"), how="left").with_columns(
        pl.col("_place").fill_null(1)
    )
    suffix = (
        pl.when(pl.col("_place") > 1).then(pl.lit("--") + pl.col("_place").cast(pl.String)).otherwise(pl.lit(""))
    )
    return shown.with_columns(site_id=pl.col("site_id") + suffix)


def _number_points(rows: pl.DataFrame) -> pl.DataFrame:
    points = rows.group_by("site_id", "lon", "lat").agg(pl.col("_month").min()).sort("_month", "lat", "lon")
    known: list[tuple[float, float]] = []
    places = []
    for lon, lat in points.select("lon", "lat").iter_rows():
        near = [rank for rank, (x, y) in enumerate(known, 1) if float(distances_km(lon, lat, x, y)) <= MOVED_KM]
        if not near:
            known.append((lon, lat))
        places.append(near[0] if near else len(known))
    return points.select("site_id", "lon", "lat", _place=pl.Series(places, dtype=pl.Int32))


def _first_of_month(name: str) -> pl.Expr:
    return pl.date(pl.col(name) // 12, pl.col(name) % 12 + 1, 1)


def _with_several_points(frame: pl.DataFrame, *keys: str) -> list[tuple[tuple[object, ...], pl.DataFrame]]:
    points = frame.select(*keys, "lon", "lat").unique()
    several = points.filter(pl.len().over(keys) > 1).sort(*keys, "lat", "lon")
    return list(several.group_by(keys, maintain_order=True))


def _spread_km(points: pl.DataFrame) -> float:
    lon, lat = points["lon"].to_numpy(), points["lat"].to_numpy()
    return float(distances_km(lon[:, None], lat[:, None], lon, lat).max())
