"""Two digests, never confused: `content` of what something is, `recipe` of how it was made.

`content` is taken over canonical columns, never over file bytes (a Parquet file carries its writer's
version). `recipe` is taken over inputs, parameters, seed and the algorithm version of each step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
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
    if len({len(part.codes) for part in prepared.values()}) > 1:
        msg = "the columns of one table differ in length"
        raise ValueError(msg)
    keys = [part.codes.view("<i8") if part.codes.dtype.kind in "fM" else part.codes for part in prepared.values()]
    order = np.lexsort(keys[::-1]) if keys else np.arange(0)
    digest = hashlib.sha256()
    for name, part in prepared.items():
        digest.update(canonical_json([name, part.kind, len(part.codes)]))
        digest.update(canonical_json(part.labels))
        digest.update(np.ascontiguousarray(part.codes[order]).tobytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Part:
    """A column ready to be hashed: its values, or for text the sorted labels and each row's place among them."""

    kind: str
    codes: Column
    labels: list[str]


def _canonical(column: Column) -> _Part:
    kind = column.dtype.kind
    if kind in "UOT":
        return _canonical_text(column)
    if kind == "b":
        values: Column = column.astype("<u1")
    elif kind in "iu":
        values = column.astype("<i8")
    elif kind == "f":
        values = column.astype("<f8") + 0.0  # adding 0.0 turns -0 into 0
        values[np.isnan(values)] = np.nan
    elif kind == "M":
        is_day = np.datetime_data(column.dtype)[0] == "D"
        values = column.astype("<M8[D]" if is_day else "<M8[us]")
    else:
        msg = f"no canonical form for columns of type {column.dtype}"
        raise TypeError(msg)
    return _Part(values.dtype.str, values, [])


def _canonical_text(column: Column) -> _Part:
    # Sorting or copying wide text arrays took most of the time and a gigabyte; a set of the values takes neither.
    texts: list[str] = column.tolist()
    labels = sorted(set(texts))
    place = {label: i for i, label in enumerate(labels)}
    return _Part("text", np.fromiter((place[text] for text in texts), "<i8", len(texts)), labels)
