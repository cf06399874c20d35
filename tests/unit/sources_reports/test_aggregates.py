"""Counts by district and month are no events, and the refusal says what they are good for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tutela.data.sources.events import read_events
from tutela.kernel.problems import Problem

TODAY = date(2024, 1, 1)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ("hdx_hapi_conflict_event_csv", "HDX HAPI's conflict events are counts"),
        ("HRP_columns", "ACLED's table on HDX of counts"),
        ("Non_HRP_columns", "ACLED's table on HDX of counts"),
    ],
)
@pytest.mark.parametrize("tagged", [False, True])
def test_counts_are_refused_by_name(
    shared: Path, write_rows: Callable[..., Path], schema: str, says: str, tagged: bool
) -> None:
    schemas = json.loads((shared / "formats" / "schemas_no_rows.json").read_text("utf-8"))
    columns = {**schemas, **schemas["acled_on_hdx_xlsx"]}[schema]
    names = [name.partition("(")[0] for name in columns]
    rows = [dict.fromkeys(names, "1")]
    tags = [{name: f"#x{index}" for index, name in enumerate(names)}]
    with pytest.raises(Problem, match=says) as caught:
        read_events(write_rows([*tags, *rows] if tagged else rows), today=TODAY)
    assert caught.value.code == "source-unknown"
    assert "district and month" in caught.value.remedy


def test_what_was_asked_for_as_hapi_is_refused_too(write_rows: Callable[..., Path]) -> None:
    with pytest.raises(Problem, match="counts by district") as caught:
        read_events(write_rows([{"a": "1", "b": "2"}]), source="hapi", today=TODAY)
    assert caught.value.code == "source-unknown"
