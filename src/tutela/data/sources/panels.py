"""Files that hold a panel: a row for each unit and month, as VIEWS and its neighbours publish them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.data.store.folders import digest_file
from tutela.kernel.problems import Problem

UNITS: Final = {"country_id": "country", "priogrid_gid": "grid", "unit_id": "unit"}
"""The column that names the unit, and the level that it stands for."""

TARGETS: Final = {
    "civilians": ("deaths_civilians", "civilians"),
    "one_sided": ("ged_os", "os_best", "ged_best_os", "osv_best", "one_sided"),
    "state_based": ("ged_sb", "sb_best", "ged_best_sb", "state_based"),
    "all": ("all_best", "best_all_types", "all"),
}
"""What is counted, and the names that its column goes by."""

VINTAGE: Final = "vintage"
"""A column that says of which release a row is; a panel is of one."""


@dataclass(frozen=True, slots=True)
class PanelFile:
    """One file as rows: month, unit and count by row, with what the file says of itself."""

    path: str
    digest: str
    level: str
    target: str
    month: NDArray[np.int64]
    unit: NDArray[np.int64]
    count: NDArray[np.float64]


def read_panel_file(path: Path, target: str) -> PanelFile:
    """Read a Parquet or CSV file of months, units and counts; refused by the column that is missing."""
    frame = _read(path)
    unit = _column(frame, tuple(UNITS), path, "the unit")
    count = _column(frame, TARGETS[target], path, f"the target ({target})")
    month = _column(frame, ("month_id",), path, "the month")
    _refuse_mixed(frame, path)
    held = frame.select(_whole(month), _whole(unit), pl.col(count).cast(pl.Float64, strict=False))
    for name in (month, unit, count):
        if held[name].null_count():
            line = int(held[name].is_null().arg_true()[0]) + 2
            raise Problem(
                "panel-unusable",
                f"{held[name].null_count()} values of {name} are none that it can have, first in row {line}.",
                where=str(path),
                remedy="Months and units are whole numbers; a month in which nothing was recorded is 0.",
            )
    return PanelFile(
        str(path),
        digest_file(path),
        UNITS[unit],
        target,
        held[month].to_numpy(),
        held[unit].to_numpy(),
        held[count].to_numpy(),
    )


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise Problem("file-missing", "There is no such file.", where=str(path), remedy="Name a panel.")
    try:
        return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=None)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError):
        raise Problem(
            "file-unreadable",
            "This is no Parquet and no CSV file that can be read to its end.",
            where=str(path),
            remedy="Bring the panel as .parquet, or as .csv with commas and a header.",
        ) from None


def _whole(name: str) -> pl.Expr:
    """A column as whole numbers; what is none becomes null, and is never cut to one."""
    value = pl.col(name).cast(pl.Float64, strict=False)
    return pl.when(value == value.round()).then(pl.col(name)).cast(pl.Int64, strict=False)


def _refuse_mixed(frame: pl.DataFrame, path: Path) -> None:
    if VINTAGE in frame.columns and frame[VINTAGE].n_unique() > 1:
        found = ", ".join(sorted(str(name)[:40] for name in frame[VINTAGE].unique().to_list())[:5])
        raise Problem(
            "panel-unusable",
            f"Its rows are of {frame[VINTAGE].n_unique()} vintages: {found}.",
            where=str(path),
            remedy="Bring one vintage a file; two are joined as history and actuals, named in --vintages.",
        )


def _column(frame: pl.DataFrame, names: tuple[str, ...], path: Path, what: str) -> str:
    found = [name for name in names if name in frame.columns]
    if found:
        return found[0]
    raise Problem(
        "file-header",
        f"No column holds {what}.",
        where=str(path),
        remedy=f"It must be called {' or '.join(names)}.",
    )
