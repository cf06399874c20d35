"""The same release as GeoJSON and as CSV is the same events."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from tutela.data.sources.events import read_events

TODAY = date(2026, 11, 23)


def test_geojson_and_csv_of_one_release_are_the_same_events(shared: Path) -> None:
    whole = read_events(shared / "ged/ged231_car_1989_2022.original.geojson", today=TODAY)
    table = read_events(shared / "ged/ged231_car_1989_2022.csv", today=TODAY)
    assert (whole.source, whole.origin, whole.accounting) == (table.source, table.origin, table.accounting)
    assert whole.notes == table.notes
    ours, theirs = (item.table.take(np.argsort(item.table.event_id)) for item in (whole, table))
    for name, column in ours.columns().items():
        if name != "source_line":
            np.testing.assert_array_equal(column, getattr(theirs, name), err_msg=name)
    assert sorted(whole.table.source_line.tolist()) == list(range(1, 1849))
