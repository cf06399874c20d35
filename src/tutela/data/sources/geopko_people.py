"""What Geo-PKO's maps say about the people at a site, and what they do not."""

from __future__ import annotations

from typing import Final

import polars as pl

from tutela.data.sources.site_rows import choose_word

_SPECIAL: Final = {"observation": "observation base", "cantonment": "cantonment", "disarmament": "disarmament site"}


def estimate_people(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `military` and `police`, null where the map does not say.

    Military are the units' standard sizes without formed police (which Geo-PKO counts among troops) and with
    the regional force (which it does not). Police are the formed units' sizes, unknown wherever individual
    officers are.
    """
    formed = (pl.col("fpu") == 1).fill_null(value=False)
    officers = (pl.col("unpol") == 1).fill_null(value=False)
    units = pl.col("troops") - pl.col("fpu_people") + pl.col("regional_people")
    unsure = pl.col("unpol").is_null() | pl.col("fpu").is_null() | officers | pl.col("fpu_unsized")
    nobody = ((pl.col("troops") == 0) & ~_shows_military()).fill_null(value=False)
    police = pl.when(~unsure & formed).then(pl.col("fpu_people")).when(~unsure & ~nobody).then(0.0)
    return estimate_military(frame, units, officers | formed).with_columns(police=police)


def estimate_military(frame: pl.DataFrame, units: pl.Expr, police_shown: pl.Expr) -> pl.DataFrame:
    """Add `military`: the size of the units, null where it is unknown.

    A place without units has 0 military only where the map shows police and nothing military. Observers,
    headquarters and guards have no number, and many team sites and liaison posts have no mark at all.
    """
    known = (units > 0) | ((units == 0) & police_shown & ~_shows_military())
    return frame.with_columns(military=pl.when(known).then(units))


def describe_kind() -> pl.Expr:
    """The word for a site: its highest headquarters, else what it was shown for."""
    return choose_word(
        *headquarters_words(),
        *((pl.col(name) == 1, word) for name, word in _SPECIAL.items()),
        ((pl.col("military") > 0) | pl.col("troops").is_null(), "base"),
        (pl.col("unmo") == 1, "observers"),
        ((pl.col("unpol") == 1) | (pl.col("fpu") == 1), "police"),
        (pl.col("monitoring") == 1, "joint monitoring office"),
        (pl.col("liaison") == 1, "liaison office"),
    )


def headquarters_words() -> tuple[tuple[pl.Expr, str], ...]:
    """Geo-PKO's `hq`: 3 the mission's, 2 a sector's, 1 a contingent's."""
    words = {3: "headquarters", 2: "sector headquarters", 1: "contingent headquarters"}
    return tuple((pl.col("hq") == level, word) for level, word in words.items())


def _shows_military() -> pl.Expr:
    # A mark that is missing may stand for somebody.
    return pl.any_horizontal((pl.col(name) > 0).fill_null(value=True) for name in ("unmo", "hq", "guards"))
