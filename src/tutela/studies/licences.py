"""What may leave the home: rows of a source whose terms keep them stay in it, and what holds them back says so.

Figures added up from such rows may go, with the source's attribution. A row may not: neither its id, nor its
point, nor its day and place together, nor its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.accounting import Accounting
from tutela.kernel.tables import Events
from tutela.studies.intake import Intake

REASON: Final = "kept-by-the-terms-of-the-source"
"""Why a row is held back, as accounts name it."""

WHY: Final = "The terms of the source keep its rows with whoever brought them: they are counted, not passed on."
"""The same in a sentence, for whoever reads the file that would hold them."""


def find_held(intake: Intake[Events]) -> NDArray[np.bool_]:
    """Which rows of the table come from a file whose rows may not be passed on."""
    held = np.array([not reading.origin.redistributable for reading in intake.readings], dtype=bool)
    found: NDArray[np.bool_] = held[intake.table.source_file]
    return found


def account_for(step: str, rows: int, held: int) -> Accounting:
    """How many rows a step passed on, and how many it held back."""
    return Accounting(step, rows, rows - held, {REASON: held} if held else {})


def hold_lists(lengths: Mapping[str, int]) -> dict[str, Any]:
    """What stands in the place of lists whose rows are all held back: how long each would be, and why."""
    return {
        "why": WHY,
        "lists": [account_for(f"writing {name}", rows, rows).as_json() for name, rows in lengths.items()],
    }
