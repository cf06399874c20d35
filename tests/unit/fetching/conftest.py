"""The stand-in for UCDP's API, and how tests fetch from it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import stand_in

from tutela.data.fetching.addresses import Access, Query
from tutela.data.fetching.replies import Manners
from tutela.data.fetching.ucdp_api import Fetched, fetch_events

TODAY = date(2026, 1, 15)


@pytest.fixture
def api() -> Iterator[stand_in.StandIn]:
    """Twenty-five invented events; ten to a page make three pages, the first of them 0."""
    with stand_in.running(stand_in.invented_rows(25)) as server:
        yield server


@pytest.fixture
def slept() -> list[float]:
    """The seconds that were waited, one after the other."""
    return []


@pytest.fixture
def fetch(api: stand_in.StandIn, slept: list[float], tmp_path: Path) -> Callable[..., Fetched]:
    def call(name: str = "events.csv", *, manners: dict[str, Any] | None = None, **asked: Any) -> Fetched:
        query = replace(Query("25.1", page_rows=10), **asked)
        patience = Manners(sleep=slept.append, timeout_seconds=5, **(manners or {}))
        access = Access(api.address, stand_in.TOKEN)
        return fetch_events(query, access, tmp_path / name, today=TODAY, manners=patience)

    return call
