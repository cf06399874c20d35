"""HXL as JSON: rows as lists under a list of hashtags, or as objects whose keys are hashtags."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from tutela.data.sources.delimited import MAX_COLUMNS
from tutela.data.sources.hxl import LOOK, check_headings, find_hashtags, misplaced, no_rows, number_names
from tutela.data.sources.raw import Opened
from tutela.kernel.problems import Problem

_AGAIN: Final = "Export it again as HXL in JSON, whole, with one plain value to a cell."
_DEEPEST: Final = 5
_LIST: Final = re.compile(rb"\[\s*[\[{]")


class _Twice(dict[str, Any]):
    """An object of the file in which one key stands twice."""


def open_hxl_json(content: bytes, where: str) -> Opened | None:
    """Open JSON whose rows are tagged; None for anything else, also for JSON without hashtags.

    The rows may lie deeper, under a key such as "results". Values are spelt as in the file; null and missing are
    empty. `lines` are the numbers of the rows in their list, from 1, hashtags and headings counted.
    Raises Problem: file-unreadable, file-not-a-table, file-header, file-empty; each names the row.
    """
    begin = content[:1000].lstrip(b"\xef\xbb\xbf \r\n\t")
    has_hashtags = b'"#' in content
    if begin[:1] not in (b"[", b"{") or not (has_hashtags or _LIST.match(begin)):
        return None
    found = _find_rows(_parse(content, where)) if has_hashtags else iter(())
    rows = next((item for item in found if _is_tagged(item, where)), None)
    if rows is None and _LIST.match(begin):
        raise Problem(
            "file-not-a-table",
            "This is JSON, and none of its rows is of HXL hashtags.",
            where=where,
            remedy="Bring the table as CSV (UTF-8), or add the hashtags.",
        )
    if rows is None:
        return None
    names, body, first = _from_objects(rows, where) if isinstance(rows[0], dict) else _from_lists(rows, where)
    if len(names) > MAX_COLUMNS:
        raise Problem(
            "file-header",
            f"The rows have {len(names):,} columns; no table read here has more than {MAX_COLUMNS:,}.",
            where=where,
            remedy="Check that this is the file meant.",
        )
    columns = {name: [row[place] for row in body] for place, name in enumerate(names)}
    lines = np.arange(first, first + len(body), dtype=np.int32)
    return Opened("json", pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), lines)


def _parse(content: bytes, where: str) -> object:
    try:
        # Numbers stay as they are spelt: 5.10 is not 5.1, and an id of twenty digits keeps all of them.
        return json.loads(
            content.decode("utf-8-sig"),
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_make_object,
        )
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Problem(
            "file-encoding", "The text is not UTF-8.", where=f"{where}, line {line}", remedy="Save it in UTF-8."
        ) from None
    except json.JSONDecodeError as error:
        raise _bad(f"This is no JSON: {error.msg}.", f"{where}, line {error.lineno}") from None
    except RecursionError:
        raise _bad("Lists and objects stand too deep in each other.", where) from None


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Twice(made)


def _find_rows(value: object, depth: int = 0) -> Iterator[list[Any]]:
    """Lists of lists, or of objects, the outermost first."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list) and value and isinstance(value[0], list | dict):
        yield value
    if isinstance(value, dict):
        for child in value.values():
            yield from _find_rows(child, depth + 1)


def _is_tagged(rows: list[Any], where: str) -> bool:
    if isinstance(rows[0], dict):
        return any(key.strip().startswith("#") for key in rows[0])
    top = [_spell_row(row, f"{where}, row {place}") for place, row in enumerate(rows[:LOOK], 1)]
    return find_hashtags(top, range(1, len(top) + 1), where) is not None


def _from_objects(rows: list[Any], where: str) -> tuple[list[str], list[list[str]], int]:
    """Columns by the keys of all rows, which are the hashtags."""
    keys: dict[str, None] = {}
    for place, row in enumerate(rows, 1):
        if not isinstance(row, dict) or isinstance(row, _Twice):
            raise _bad("This is no row of hashtags and values, or has one twice.", f"{where}, row {place}")
        keys |= dict.fromkeys(row)
    find_hashtags([list(keys)], [1], where)
    body = [
        [_spell(row.get(key), f"{where}, row {place}, {key[:60]}") for key in keys]
        for place, row in enumerate(rows, 1)
    ]
    return [key.strip() or f"column {place}" for place, key in enumerate(keys, 1)], body, 1


def _from_lists(rows: list[Any], where: str) -> tuple[list[str], list[list[str]], int]:
    """The row above the hashtags has the names; without one the hashtags are the names."""
    texts = [_spell_row(row, f"{where}, row {place}") for place, row in enumerate(rows, 1)]
    at = find_hashtags(texts[:LOOK], range(1, LOOK + 1), where) or 0
    check_headings(texts[: max(0, at - 1)], len(texts[at]), f"{where}, row {at + 1}")
    if at == len(texts) - 1:
        raise no_rows(where)
    width = max(map(len, texts))
    header, *body = (row + [""] * (width - len(row)) for row in texts[max(0, at - 1) :])
    if at > 0 and _is_data(header):
        raise misplaced(f"{where}, row {at + 1}")
    if at == 0 and number_names(header) != header:
        # Hashtags that stand twice are no names: the columns get their numbers, and the hashtags their row.
        header, body = [""] * width, [header, *body]
    names = [name or f"column {place}" for place, name in enumerate(number_names(header), 1)]
    return names, body, len(texts) - len(body) + 1


def _is_data(header: Sequence[str]) -> bool:
    """Whether what should be names of columns is numbers and days: then the hashtags stand too low."""
    filled = [cell for cell in header if cell]
    return len(filled) > 1 and 2 * sum(cell[0].isdigit() for cell in filled) >= len(filled)


def _spell_row(row: object, place: str) -> list[str]:
    if not isinstance(row, list):
        raise _bad("This is no list of values.", place)
    return [_spell(value, f"{place}, column {number}") for number, value in enumerate(row, 1)]


def _spell(value: object, place: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise Problem("file-not-a-table", "This cell holds several values.", where=place, remedy=_AGAIN)
    return value.strip()


def _bad(message: str, where: str) -> Problem:
    return Problem("file-unreadable", message, where=where, remedy=_AGAIN)
