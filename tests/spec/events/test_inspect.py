"""From a table of events to what `events inspect` says of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from tutela.data.sources.events import read_events
from tutela.engine.events.summary import summarise

HERE = Path(__file__).parent


def test_the_table_gives_the_summary_beside_it() -> None:
    reading = read_events(HERE / "inspect.csv", today=date(2024, 1, 1))
    expected = json.loads((HERE / "inspect.json").read_text(encoding="utf-8"))
    assert summarise(reading.table).as_json() == expected
    assert reading.accounting.placed == expected["totals"]["events"]
