from __future__ import annotations

from functools import cache

import pytest

from tutela.studies.invented.country import InventedCountry, build_country


@cache
def _build(size: str) -> InventedCountry:
    return build_country(size)


@pytest.fixture(scope="session")
def small() -> InventedCountry:
    return _build("small")


@pytest.fixture(scope="session")
def medium() -> InventedCountry:
    return _build("medium")


@pytest.fixture(scope="session")
def large() -> InventedCountry:
    return _build("large")


@pytest.fixture(scope="session", params=["small", "medium", "large"])
def country(request: pytest.FixtureRequest) -> InventedCountry:
    """The country in each of its sizes."""
    return _build(request.param)
