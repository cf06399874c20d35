"""Which rows of a file are bad, for which one named reason, and by which column."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.data.sources.raw import RawTable
from tutela.data.sources.readings import ExcludedRow
from tutela.kernel.problems import Problem

BAD_SHARE: Final = 0.01
"""Above this share of bad rows a file is refused: it is not what it claims to be."""

Mask = NDArray[np.bool_]


class Verdicts:
    """Collects bad rows; the first reason given to a row stays."""

    def __init__(self, rows: int) -> None:
        self._index = np.zeros(rows, dtype=np.int16)
        self._kinds: list[tuple[str, str]] = [("", "")]

    @property
    def good(self) -> Mask:
        """The rows that no reason was given to."""
        good: Mask = self._index == 0
        return good

    @property
    def bad_rows(self) -> int:
        """How many rows are bad."""
        return int(np.count_nonzero(self._index))

    def mark(self, bad: Mask, reason: str, column: str) -> int:
        """Give a reason to those of the rows that have none yet; says how many these were."""
        fresh = bad & self.good
        count = int(np.count_nonzero(fresh))
        if count:
            self._index[fresh] = len(self._kinds)
            self._kinds.append((reason, column))
        return count

    def count(self) -> dict[str, int]:
        """Bad rows by reason."""
        counts: Counter[str] = Counter()
        for (reason, _), number in zip(
            self._kinds, np.bincount(self._index, minlength=len(self._kinds)), strict=True
        ):
            counts[reason] += int(number)
        counts.pop("", None)
        return {reason: number for reason, number in counts.items() if number}

    def list_excluded(self, lines: NDArray[np.int32]) -> tuple[ExcludedRow, ...]:
        """All bad rows, by line."""
        return tuple(
            ExcludedRow(int(lines[row]), *self._kinds[self._index[row]]) for row in np.flatnonzero(self._index)
        )

    def refuse(self, table: RawTable, *, strict: bool) -> None:
        """Refuse the file where too many rows are bad, or with `strict` a single one."""
        if not self.bad_rows:
            return
        if strict:
            row = int(np.argmax(self._index > 0))
            reason, column = self._kinds[self._index[row]]
            raise Problem(
                "bad-row",
                f"The row is bad ({reason}), and strict reading was asked for.",
                where=table.where(row, column),
                remedy="Correct the row, or read without --strict to leave it out by name.",
            )
        if self.bad_rows > BAD_SHARE * len(table):
            reason = max(self.count().items(), key=lambda item: item[1])[0]
            of_it = [index for index, kind in enumerate(self._kinds) if kind[0] == reason]
            row = int(np.argmax(np.isin(self._index, of_it)))
            raise Problem(
                "too-many-bad-rows",
                f"{self.bad_rows:,} of {len(table):,} rows are bad, which is more than 1 %; "
                f"most often: {reason}, here for the first time.",
                where=table.where(row, self._kinds[self._index[row]][1]),
                remedy="Check whether the column holds what its name says, and export the file again.",
            )
