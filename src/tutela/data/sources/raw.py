"""A file that somebody brought, as columns of text with line numbers, or a refusal that says why not.

All refusals of unreadable files live here and in two more modules (`data.unpacking`: gzip, zip, bombs;
`delimited`: encoding, delimiter, header, truncation). What the columns mean, the readers of layouts know.
Other forms than CSV and Parquet are opened by an `Opener`, which the reader of the layouts brings.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.data.sources.codepages import Encoding, to_utf8
from tutela.data.sources.delimited import MAX_COLUMNS, parse_delimited
from tutela.data.unpacking import LIMITS, Limits, unpack_file
from tutela.kernel.problems import Problem

_PARQUET: Final = b"PAR1"
_MAX_CELLS: Final = 2_000_000_000
_NOUNS: Final = {"csv": "line", "parquet": "line", "geojson": "feature", "json": "row", "xlsx": "row"}

Form: TypeAlias = Literal["csv", "parquet", "geojson", "json", "xlsx"]


@dataclass(frozen=True, slots=True)
class RawTable:
    """The rows of a file before anything is known of their meaning.

    path         as given, for messages
    form         "parquet": columns as the file has them; in all others they are text, and an empty field is ""
                 (in a large file, text that repeats is kept as categories)
    frame        the columns, under the names of the header (stripped of spaces)
    lines        int32, the physical line on which each row begins (header = 1; in Parquet the first row is 2);
                 in GeoJSON the number of the feature, in JSON and workbooks of the row, from 1
    file_digest  SHA-256 of the bytes of the file as it lies there (of the packed file, where it is packed)
    encoding     what the text was written in; other than UTF-8 only where the reader allows it
    """

    path: str
    form: Form
    frame: pl.DataFrame
    lines: NDArray[np.int32]
    file_digest: str
    encoding: Encoding = "utf-8"

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
        series = self.frame[name]
        if series.dtype == pl.Categorical and _is_clean(series.unique().cast(pl.String)):
            return series.cast(pl.String)  # shares the few texts there are; stripping copied each row's
        series = series.cast(pl.String).str.strip_chars()
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
        """Where a row stands, for a Problem: path, line (or feature) and column."""
        place = f"{self.path}, {_NOUNS[self.form]} {self.lines[row]}"
        return place if column is None else f"{place}, column {column}"

    def take(self, keep: NDArray[np.bool_]) -> RawTable:
        """The rows of a boolean mask."""
        return replace(self, frame=self.frame.filter(pl.Series(keep)), lines=self.lines[keep])


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opener made of a file's bytes."""

    form: Form
    frame: pl.DataFrame
    lines: NDArray[np.int32]


Opener: TypeAlias = Callable[[bytes, str], Opened | None]
"""Takes the unpacked bytes and the path for messages; None where this is not the form that it opens."""


def read_raw(
    path: Path,
    limits: Limits = LIMITS,
    *,
    encodings: tuple[Encoding, ...] = ("utf-8",),
    openers: Sequence[Opener] = (),
) -> RawTable:
    """Read a CSV file (also .gz, or .zip with one file in it) or a Parquet file; refuse what is neither.

    `openers` are asked first, in their order, about everything but Parquet.
    Raises Problem: file-missing, file-unreadable, file-empty (also a header without rows), file-encoding,
    file-delimiter, file-header (too long, too many columns, one name twice), file-not-a-table (web page, JSON,
    XML, spreadsheet, binary), file-truncated, file-too-large. Every one names the line where it can.
    """
    unpacked = unpack_file(path, limits)
    content, where = unpacked.content, str(path)
    if content.startswith(_PARQUET):
        frame = _read_whole_parquet(content, where)
        lines = np.arange(2, frame.height + 2, dtype=np.int32)
        return RawTable(where, "parquet", frame, lines, unpacked.file_digest)
    content, encoding = to_utf8(content, encodings)
    for opener in openers:
        opened = opener(content, where)
        if opened is not None:
            return RawTable(where, opened.form, opened.frame, opened.lines, unpacked.file_digest, encoding)
    frame, lines = parse_delimited(content, where)
    return RawTable(where, "csv", frame, lines, unpacked.file_digest, encoding)


def read_parquet(source: Path | bytes, where: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """The columns of a Parquet file, all or those named; its shape is checked before anything is read."""
    try:
        scan = pl.scan_parquet(io.BytesIO(source) if isinstance(source, bytes) else source, glob=False)
        schema = scan.collect_schema()
        rows = int(scan.select(pl.len()).collect().item())
        _check_parquet_shape(schema, rows, where)
        return (scan if columns is None else scan.select(columns)).collect()
    except (pl.exceptions.PolarsError, OSError, ValueError, pl.exceptions.PanicException):
        raise Problem(
            "file-unreadable",
            "The Parquet file is damaged.",
            where=where,
            remedy="Download or write it again.",
        ) from None


def _is_clean(texts: pl.Series) -> bool:
    return bool(((texts != "") & (texts == texts.str.strip_chars())).fill_null(value=True).all())


def _read_whole_parquet(content: bytes, where: str) -> pl.DataFrame:
    if not content.endswith(_PARQUET):
        raise Problem(
            "file-truncated",
            "The Parquet file ends before its end mark.",
            where=where,
            remedy="Download or copy it again, whole.",
        )
    return read_parquet(content, where)


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
