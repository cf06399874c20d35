"""Large tables in a known layout: read in pieces, and without the columns that no reader looks at.

This way only ever says yes to a file that is regular throughout. Whatever is out of the ordinary (a quote out of
place, a row too short, bytes that are no UTF-8, a packed file) is left to `read_raw`, which reads the file whole,
finds out what is wrong with it and says so.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

import numpy as np
import polars as pl

from tutela.data.sources.delimited import (
    Lines,
    Shape,
    find_rows,
    first_byte_not_utf8,
    parse_quickly,
    read_names,
    row_bytes,
)
from tutela.data.sources.raw import RawTable, read_parquet
from tutela.data.store.folders import digest_file
from tutela.data.unpacking import LIMITS, MEBI, Limits
from tutela.kernel.problems import Problem

LEAST: Final = 32 * MEBI
"""Smaller files are read whole."""

_PIECE: Final = 32 * MEBI
_LONGEST_ROW: Final = 4 * _PIECE
_HXL_LOOK: Final = 30
_PARQUET: Final = b"PAR1"


Kinds: TypeAlias = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Wide:
    """A layout with columns that nobody reads: the names it is known by, and those to leave out, in lower case."""

    required: frozenset[str]
    unread: frozenset[str]

    def wanted(self, names: list[str]) -> list[str] | None:
        """Those of a file's columns that are read; None where the file is of another layout."""
        lower = [name.lower() for name in names]
        if len(set(lower)) < len(lower) or not self.required <= set(lower):
            return None
        return [name for name in names if name.lower() not in self.unread]


def read_large(
    path: Path, wide: Wide, limits: Limits = LIMITS, *, least: int = LEAST, size: int = _PIECE
) -> RawTable | None:
    """Read a large, regular CSV or Parquet file of this layout; None where `read_raw` must decide.

    2 million rows in UCDP's 49 columns are 1.5 GB, most of it notes: whole, text and columns side by side, they
    take three times that in memory; this way, well under a third.
    """
    try:
        if not least <= path.stat().st_size <= limits.content:
            return None
        with path.open("rb") as file:
            if file.read(len(_PARQUET)) == _PARQUET:
                return _read_parquet(path, wide)
            file.seek(0)
            return _read_pieces(file, path, wide, size)
    except (OSError, ValueError, Problem, pl.exceptions.PolarsError):
        return None


def _read_parquet(path: Path, wide: Wide) -> RawTable | None:
    wanted = wide.wanted(pl.scan_parquet(path, glob=False).collect_schema().names())
    if wanted is None:
        return None
    frame = read_parquet(path, str(path), wanted)
    frame = frame.cast(_choose_kinds(frame))
    digest = digest_file(path)
    return RawTable(str(path), "parquet", frame, np.arange(2, frame.height + 2, dtype=np.int32), digest)


def _read_pieces(file: BinaryIO, path: Path, wide: Wide, size: int) -> RawTable | None:
    names: list[str] = []
    wanted: list[str] | None = None
    frames: list[pl.DataFrame] = []
    lines: list[Lines] = []
    kinds: Kinds | None = None
    digest, line = hashlib.sha256(), 0
    for text in _split(file, size, digest.update):
        shape = _find_regular_rows(text, str(path))
        if shape is None:
            return None
        first = 0 if names else 1
        if first and len(shape.starts):
            names = read_names(row_bytes(text, shape, 0), str(path))
            wanted = wide.wanted(names)
        if wanted is None or bool((shape.widths != len(names)).any()):
            return None
        if len(shape.starts) > first:
            frame = _parse(text, shape, names, wanted, first)
            if frame is None or (first and _has_hashtags(frame)):
                return None
            kinds = _choose_kinds(frame) if kinds is None else kinds
            frames.append(frame.cast(kinds))
            lines.append(shape.lines[first:] + np.int32(line))
        line += text.count(b"\n")
    if not frames:
        return None
    return RawTable(str(path), "csv", pl.concat(frames), np.concatenate(lines), digest.hexdigest())


def _split(file: BinaryIO, size: int, see: Callable[[bytes], None]) -> Iterator[bytes]:
    """Pieces of about this size that end where a row does; every byte of the file is shown to `see` once."""
    rest = b""
    while read := file.read(size):
        see(read)
        rest += read.removeprefix(codecs.BOM_UTF8) if file.tell() == len(read) else read
        end = _last_row_end(rest)
        if end:
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > _LONGEST_ROW:
            break
    if rest:
        yield rest


def _last_row_end(text: bytes) -> int:
    """The position after the last line end outside quotes; 0 where there is none."""
    end = text.rfind(b"\n")
    quotes = text.count(b'"', 0, max(end, 0))
    while end >= 0 and quotes % 2:
        before = text.rfind(b"\n", 0, end)
        quotes -= text.count(b'"', max(before, 0), end)
        end = before
    return end + 1


def _find_regular_rows(text: bytes, where: str) -> Shape | None:
    if b"\0" in text or first_byte_not_utf8(text, where, whole=False) is not None:
        return None
    return find_rows(text)


def _parse(text: bytes, shape: Shape, names: list[str], wanted: list[str], first: int) -> pl.DataFrame | None:
    frame = parse_quickly(text, shape, names, first=first, columns=[names.index(name) for name in wanted])
    return None if frame is None or frame.height != len(shape.starts) - first else frame.select(wanted)


def _choose_kinds(frame: pl.DataFrame) -> Kinds:
    """Categories for the columns whose texts repeat: four bytes a row in place of some forty."""
    repeating = (
        name
        for name, kind in frame.schema.items()
        if kind == pl.String and 2 * frame[name].n_unique() < frame.height
    )
    return {name: pl.Categorical(pl.Categories.random()) for name in repeating}


def _has_hashtags(frame: pl.DataFrame) -> bool:
    """Whether a row of HXL hashtags may stand among the first: such a file is one for `read_raw`."""
    return any(str(value).lstrip().startswith("#") for row in frame.head(_HXL_LOOK).rows() for value in row)
