"""The earlier release of the invented events: fewer people killed, the same for the same seed, and all invented."""

from __future__ import annotations

import numpy as np
import pytest

from tutela.data.store.homes import create_home
from tutela.kernel.digests import content_digest
from tutela.kernel.markings import OUTSIDER, Marking
from tutela.studies.comparisons import load_comparison
from tutela.studies.demonstration import _with_origin
from tutela.studies.intake import ReadingSpec, keep, take_in_events
from tutela.studies.invented.earlier_release import NAME, invent_earlier_release, keep_earlier_release
from tutela.studies.invented.files import write_country


@pytest.fixture(scope="module")
def comparison(small, tmp_path_factory):
    home = create_home(tmp_path_factory.mktemp("demo") / "home", demonstration=True)
    files = write_country(small, home.demonstration)
    path = next(path for path in files if path.name == "invented-events.csv")
    later = _with_origin(take_in_events([path], ReadingSpec(source="csv", today=small.last_day)), small)
    keep(later, home.store)
    manifest = keep_earlier_release(home, small, later)
    assert "invented" in (home.demonstration / NAME).read_text("utf-8").splitlines()[0]
    return load_comparison(home.store, manifest.content, OUTSIDER)


def test_an_outsider_may_read_it_since_all_of_it_is_invented(comparison):
    assert comparison.manifest.invented
    assert comparison.manifest.marking is Marking.UNCLASSIFIED
    assert comparison.files == {"old": (NAME,), "new": ("invented-events.csv",)}


def test_it_counts_fewer_and_every_way_to_change_is_there(comparison):
    best = comparison.document["shared"]["totals"]["best"]
    assert 0 < best["before"] < best["after"]
    causes = {part["cause"]: part["events"] for part in comparison.document["shared"]["difference_of_best"]}
    assert min(causes["added-in-the-old-period"], causes["raised"], causes["removed"]) > 0
    assert causes["lowered"] == 0
    assert comparison.document["matched"]["replaced_exactly"] > 0
    assert comparison.document["old"]["vintages"] != comparison.document["new"]["vintages"]


def test_the_same_country_has_the_same_earlier_release(small):
    first, second = invent_earlier_release(small), invent_earlier_release(small)
    assert content_digest(first.columns()) == content_digest(second.columns())
    assert len(set(first.event_id.tolist())) == len(first)
    assert np.all(first.low <= first.best)
    assert np.all(first.best <= first.high)
    assert np.all(first.civilians <= first.best)
