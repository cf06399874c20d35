"""Writes rows of text again as plain CSV, every row on the line on which it stood."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress


def respell(rows: Iterable[Sequence[str]]) -> bytes:
    """Comma-separated UTF-8; an empty row becomes a blank line, so that line numbers stay true."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        if row:
            writer.writerow(row)
        else:
            buffer.write("\n")
    return buffer.getvalue().encode()


def split_rows(text: str, delimiter: str = ",") -> Iterator[list[str]]:
    """The fields of each row of a CSV text; raises csv.Error where a quote is not closed."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def peek_rows(content: bytes, count: int) -> tuple[list[list[str]], list[int]]:
    """The first rows of a comma-separated text that are not blank, as far as they can be read, and their lines."""
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(content[: 1 << 18].decode("utf-8-sig", "replace"), newline=""))
    line = 1
    # What could be read is enough to look at: the parser of the whole file says what is wrong with it.
    with suppress(csv.Error):
        for row in reader:
            if row:
                rows.append(row)
                lines.append(line)
            if len(rows) == count:
                break
            line = reader.line_num + 1
    return rows, lines
