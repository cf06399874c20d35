"""The same digests whoever does the work, and in whatever order the rows stand."""

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutela.engine.reach.vicinity import VicinitySpec
from tutela.kernel.manifests import Manifest
from tutela.studies import vicinities
from tutela.studies.executor import Pool, Serial
from tutela.studies.invented.country import build_country
from tutela.studies.vicinities import VicinityInputs, study_vicinity

SPEC = VicinitySpec((5, 30, 100), date(2019, 1, 1), date(2024, 6, 30))
KEPT = {kind: Manifest(kind, kind, kind[0] * 64) for kind in ("events", "sites")}


@pytest.fixture(scope="module")
def country():
    return build_country("small", 1)


def digest(events, sites, executor, spec=SPEC):
    return study_vicinity(VicinityInputs(events, sites, KEPT), spec, executor)[0].manifest.content


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from([100, 257, 65_536]))
def test_neither_the_order_of_rows_nor_the_size_of_chunks_changes_a_digest(country, monkeypatch, seed, chunk):
    dice = np.random.default_rng(seed)
    events = country.events.take(dice.permutation(len(country.events)))
    sites = country.sites.take(dice.permutation(len(country.sites)))
    expected = digest(country.events, country.sites, Serial())
    monkeypatch.setattr(vicinities, "CHUNK", chunk)
    assert digest(events, sites, Serial()) == expected


def test_a_pool_gives_the_digest_of_one_process(country, monkeypatch):
    expected = digest(country.events, country.sites, Serial())
    monkeypatch.setattr(vicinities, "CHUNK", 400)
    assert digest(country.events, country.sites, Pool(2)) == expected


def test_another_question_has_another_digest(country):
    other = VicinitySpec((5, 30, 100), date(2019, 1, 1), date(2024, 6, 29))
    assert digest(country.events, country.sites, Serial(), other) != digest(country.events, country.sites, Serial())


def test_missions_choose_sites_and_all_rows_are_accounted_for(country):
    inputs = VicinityInputs(country.events, country.sites, KEPT, ("IMIPA",))
    account = inputs.site_account
    assert account.input == len(country.sites)
    assert set(account.excluded) == {"of-other-presences", "nobody-there"}
    study, _ = study_vicinity(inputs, SPEC, Serial())
    assert set(study.vicinity.site_missions.tolist()) == {"IMIPA"}
