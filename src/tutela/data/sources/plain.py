"""The plain table of events: what anybody can write who has events and no data programme.

`event_id, date, lon, lat` must be there; `date_end, country, adm_1, adm_2, violence, perpetrator, side_a,
side_b, best, low, high, civilians, precision` may be. Empty means unknown, never 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tutela.data.sources.layouts import Layout, Recogniser
from tutela.data.sources.raw import RawTable
from tutela.data.sources.readings import Origin

_COLUMNS: Final = {"event_id": "event_id", "day": "date", "day_end": "date_end"} | {
    name: name
    for name in (
        "lon",
        "lat",
        "country",
        "adm_1",
        "adm_2",
        "violence",
        "perpetrator",
        "side_a",
        "side_b",
        "best",
        "low",
        "high",
        "civilians",
        "precision",
    )
}
INVENTED: Final = ("true", "yes", "1", "invented")


def _describe(table: RawTable) -> Layout:
    invented = _is_invented(table)
    name = "an invented country" if invented else f"events of {Path(table.path).name}"
    return Layout(
        source="csv",
        columns={field: column for field, column in _COLUMNS.items() if column in table.columns},
        origin=Origin(name, "not stated", "not stated", "the makers of the file", invented=invented),
        notes=("Invented: no person, place or event in this file is real.",) if invented else (),
    )


def _is_invented(table: RawTable) -> bool:
    """A column `invented` that says yes in every row; one real row makes the file a real one."""
    if table.missing(("invented",)):
        return False
    return bool(table.text("invented").str.to_lowercase().is_in(INVENTED).fill_null(value=False).all())


RECOGNISERS: Final = (Recogniser("csv", ("event_id", "date", "lon", "lat"), _describe),)
