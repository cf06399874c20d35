"""Opens a file that may have HXL hashtags, whatever its form: CSV, JSON, XLSX, or one of the other forms given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutela.data.sources.codepages import Encoding
from tutela.data.sources.hxl import open_stacked, split_hxl
from tutela.data.sources.hxl_books import is_book, read_tagged_book
from tutela.data.sources.hxl_json import open_hxl_json
from tutela.data.sources.layouts import lower_header
from tutela.data.sources.raw import Opener, RawTable, read_raw
from tutela.data.unpacking import LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Tagged:
    """A table without its row of hashtags, and the hashtag of each column that has one."""

    table: RawTable
    tags: dict[str, str]

    def lowered(self) -> Tagged:
        """The same with the names of columns in lower case, where that makes no two alike."""
        table = lower_header(self.table)
        is_lower = table.columns != self.table.columns
        return Tagged(table, {name.lower() if is_lower else name: tag for name, tag in self.tags.items()})


def read_tagged(
    path: Path,
    limits: Limits = LIMITS,
    *,
    encodings: tuple[Encoding, ...] = ("utf-8",),
    openers: Sequence[Opener] = (),
) -> Tagged:
    """Read a table that may have HXL hashtags; one without any has no tags, but a workbook must have them.

    `openers` are asked before the two of HXL. Raises what `read_raw` and `read_tagged_book` raise.
    """
    if is_book(path):
        return Tagged(*read_tagged_book(path, limits))
    openers = (*openers, open_hxl_json, open_stacked)
    return Tagged(*split_hxl(read_raw(path, limits, encodings=encodings, openers=openers)))
