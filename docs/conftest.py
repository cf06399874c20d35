"""The examples of the documentation run: a page that shows something false fails the tests."""

from __future__ import annotations

from contextlib import suppress
from unittest import SkipTest

import pytest
from sybil import Sybil
from sybil.integration.pytest import SybilItem
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser, SkipParser

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), DocTestDirectiveParser(), SkipParser()],
    patterns=["*.md"],
).pytest()

_ran: set[str] = set()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Run what stands before an example on its page: workers share out examples, and may cut a page in two."""
    for other in item.session.items:
        if other is item:
            break
        if isinstance(other, SybilItem) and other.parent is item.parent and other.nodeid not in _ran:
            _ran.add(other.nodeid)
            with suppress(SkipTest):
                other.example.evaluate()
    _ran.add(item.nodeid)
