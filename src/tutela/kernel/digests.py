"""Two digests, never confused: `content` of what something is, `recipe` of how it was made.

`content` is taken over canonical columns, never over file bytes (a Parquet file carries its writer's
version). `recipe` is taken over inputs, parameters, seed and the algorithm version of each step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]


def canonical_json(value: object) -> bytes:
    """One spelling for one value: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def recipe_digest(recipe: Mapping[str, object]) -> str:
    """SHA-256 of a recipe's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(recipe)).hexdigest()


def bytes_digest(content: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal: for documents, whose bytes are the thing itself."""
    return hashlib.sha256(content).hexdigest()


def content_digest(columns: Mapping[str, Column]) -> str:
    """SHA-256 over a table, the same whatever the order of its rows and columns.

    Columns are boolean, integer, floating, text or datetime64 arrays of one length. Every NaN counts as one
    value and -0 as 0; all numbers are taken as little-endian, and integers and floats as 64 bits. Rows are
    sorted by all columns, in the order of their names.
    """
    prepared = {name: _canonical(columns[name]) for name in sorted(columns)}
    if len({len(column) for column in prepared.values()}) > 1:
        msg = "the columns of one table differ in length"
        raise ValueError(msg)
    keys = [_ranked(column) for column in prepared.values()]
    order = np.lexsort(keys[::-1]) if keys else np.arange(0)
    digest = hashlib.sha256()
    for name, column in prepared.items():
        ordered = column[order]
        digest.update(canonical_json([name, _kind(column), len(column)]))
        if column.dtype.kind == "U":
            digest.update(canonical_json(ordered.tolist()))
        else:
            digest.update(np.ascontiguousarray(ordered).tobytes())
    return digest.hexdigest()


def _canonical(column: Column) -> Column:
    kind = column.dtype.kind
    if kind == "b":
        return column.astype("<u1")
    if kind in "iu":
        return column.astype("<i8")
    if kind == "f":
        values = column.astype("<f8") + 0.0  # adding 0.0 turns -0 into 0
        values[np.isnan(values)] = np.nan
        return values
    if kind == "M":
        return column.astype("<M8[D]") if np.datetime_data(column.dtype)[0] == "D" else column.astype("<M8[us]")
    if kind in "UOT":
        return column.astype(np.str_)
    msg = f"no canonical form for columns of type {column.dtype}"
    raise TypeError(msg)


def _kind(column: Column) -> str:
    return "text" if column.dtype.kind == "U" else column.dtype.str


def _ranked(column: Column) -> Column:
    # lexsort is several times quicker on integers than on text, and NaN and NaT do not equal themselves.
    if column.dtype.kind == "U":
        return np.unique(column, return_inverse=True)[1]
    if column.dtype.kind in "fM":
        return column.view("<i8")
    return column
