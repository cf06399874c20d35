"""A file that somebody brought, as columns of text with line numbers, or a refusal that says why not.

All refusals of unreadable files live here and in two more modules (`data.unpacking`: gzip, zip, bombs;
`delimited`: encoding, delimiter, header, truncation). What the columns mean, the readers of layouts know.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.data.sources.delimited import MAX_COLUMNS, parse_delimited
from tutela.data.unpacking import LIMITS, Limits, unpack_file
from tutela.kernel.problems import Problem

_PARQUET: Final = b"PAR1"
_MAX_CELLS: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class RawTable:
    """The rows of a file before anything is known of their meaning.

    path         as given, for messages
    form         "csv": all columns are text, an empty field is "" ; "parquet": columns have the file's types
    frame        the columns, under the names of the header (stripped of spaces)
    lines        int32, the physical line on which each row begins (header = 1; in Parquet the first row is 2)
    file_digest  SHA-256 of the bytes of the file as it lies there (of the packed file, where it is packed)
    """

    path: str
    form: Literal["csv", "parquet"]
    frame: pl.DataFrame
    lines: NDArray[np.int32]
    file_digest: str

    def __len__(self) -> int:
        return self.frame.height

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns in the file's order."""
        return tuple(self.frame.columns)

    def missing(self, names: Collection[str]) -> tuple[str, ...]:
        """Those of these names that the file has no column for."""
        return tuple(name for name in names if name not in self.frame.columns)

    def text(self, name: str) -> pl.Series:
        """A column as text without spaces around it; null where the field is empty or there is no such column."""
        if name not in self.frame.columns:
            return pl.Series(name, [None], dtype=pl.String).new_from_index(0, len(self))
        series = self.frame[name].cast(pl.String).str.strip_chars()
        return series.set(series == "", None)

    def number(self, name: str) -> pl.Series:
        """A column as Float64; null where the field is empty, unreadable, infinite, or the column is not there.

        To tell empty from unreadable, compare with `text`.
        """
        if name in self.frame.columns and self.frame[name].dtype.is_numeric():
            series = self.frame[name].cast(pl.Float64)
        else:
            series = self.text(name).cast(pl.Float64, strict=False)
        return series.set(~series.is_finite(), None)

    def where(self, row: int, column: str | None = None) -> str:
        """Where a row stands, for a Problem: path, line and column."""
        place = f"{self.path}, line {self.lines[row]}"
        return place if column is None else f"{place}, column {column}"

    def take(self, keep: NDArray[np.bool_]) -> RawTable:
        """The rows of a boolean mask."""
        return replace(self, frame=self.frame.filter(pl.Series(keep)), lines=self.lines[keep])


def read_raw(path: Path, limits: Limits = LIMITS) -> RawTable:
    """Read a CSV file (also .gz, or .zip with one file in it) or a Parquet file; refuse what is neither.

    Raises Problem: file-missing, file-unreadable, file-empty (also a header without rows), file-encoding,
    file-delimiter, file-header (too long, too many columns, one name twice), file-not-a-table (web page, JSON,
    XML, spreadsheet, binary), file-truncated, file-too-large. Every one names the line where it can.
    """
    unpacked = unpack_file(path, limits)
    content, where = unpacked.content, str(path)
    if content.startswith(_PARQUET):
        frame = _read_parquet(content, where)
        lines = np.arange(2, frame.height + 2, dtype=np.int32)
        return RawTable(where, "parquet", frame, lines, unpacked.file_digest)
    frame, lines = parse_delimited(content, where)
    return RawTable(where, "csv", frame, lines, unpacked.file_digest)


def _read_parquet(content: bytes, where: str) -> pl.DataFrame:
    if not content.endswith(_PARQUET):
        raise Problem(
            "file-truncated",
            "The Parquet file ends before its end mark.",
            where=where,
            remedy="Download or copy it again, whole.",
        )
    try:
        scan = pl.scan_parquet(io.BytesIO(content))
        schema = scan.collect_schema()
        rows = int(scan.select(pl.len()).collect().item())
        _check_parquet_shape(schema, rows, where)
        return pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException):
        raise Problem(
            "file-unreadable",
            "The Parquet file is damaged.",
            where=where,
            remedy="Download or write it again.",
        ) from None


def _check_parquet_shape(schema: pl.Schema, rows: int, where: str) -> None:
    if rows == 0:
        raise Problem("file-empty", "The table has no rows.", where=where, remedy="Write it again with its rows.")
    if len(schema) > MAX_COLUMNS:
        raise Problem(
            "file-header",
            f"The table has {len(schema):,} columns; no table that is read here has more than {MAX_COLUMNS:,}.",
            where=where,
            remedy="Check that this is the table meant.",
        )
    if rows * len(schema) > _MAX_CELLS:
        raise Problem(
            "file-too-large",
            f"The table has {rows:,} rows.",
            where=where,
            remedy="Split it by country or year.",
        )
    nested = [name for name, kind in schema.items() if kind.is_nested() or kind in (pl.Binary, pl.Object)]
    if nested:
        raise Problem(
            "file-not-a-table",
            f"Column {nested[0][:60]!r} holds lists, structures or bytes.",
            where=where,
            remedy="Write one plain value to a cell.",
        )
