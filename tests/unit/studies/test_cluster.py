"""Work on a cluster: the same results, whoever is killed on the way; and nothing sealed ever goes there."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from datetime import date
from operator import neg
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from tutela.engine.reach.vicinity import VicinitySpec
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.studies import vicinities
from tutela.studies.at_work import opened
from tutela.studies.cluster import Cluster, open_cluster, refuse_sealed
from tutela.studies.executor import Pool, Serial, Shared
from tutela.studies.invented.country import build_country
from tutela.studies.vicinities import VicinityInputs, study_vicinity

TASKS = 12


@pytest.fixture(scope="module")
def cluster():
    with open_cluster(workers=2) as running:
        yield running


def slow_sum(task):
    """A task that takes a moment and says which process did it."""
    common, item = task
    time.sleep(0.3)
    return float(np.sum(common)) + item, os.getpid()


def proxy(item):
    return MappingProxyType({"item": item})


def scale(task):
    common, item = task
    return common * item


def test_results_come_in_the_order_of_the_tasks(cluster: Cluster) -> None:
    assert list(cluster.run(neg, [3, 1, 2])) == [-3, -1, -2]
    assert list(cluster.run(neg, [])) == []
    assert [dict(found) for found in cluster.run(proxy, [1, 2])] == [{"item": 1}, {"item": 2}]


def test_what_tasks_share_reaches_every_executor(cluster: Cluster) -> None:
    tasks = Shared(7, range(20))
    assert len(tasks[2:5]) == 3
    expected = [7 * item for item in range(20)]
    for executor in (Serial(), Pool(2), cluster):
        assert list(executor.run(scale, tasks)) == expected


def test_a_worker_killed_in_the_middle_changes_nothing_but_the_time(cluster: Cluster) -> None:
    expected = [6.0 + item for item in range(TASKS)]
    found, killed = [], 0
    for value, process in cluster.run(slow_sum, Shared(np.array([1.0, 2.0, 3.0]), range(TASKS))):
        found.append(value)
        if len(found) == 2:
            os.kill(process, signal.SIGKILL)
            killed = process
    assert found == expected
    assert killed
    with pytest.raises(ProcessLookupError):
        os.kill(killed, 0)


def test_serial_pool_and_cluster_give_one_digest(cluster: Cluster, monkeypatch) -> None:
    country = build_country("small", 1)
    kept = {kind: Manifest(kind, kind, kind[0] * 64) for kind in ("events", "sites")}
    inputs = VicinityInputs(country.events, country.sites, kept)
    spec = VicinitySpec((5, 30, 100), date(2019, 1, 1), date(2024, 6, 30))
    monkeypatch.setattr(vicinities, "CHUNK", 400)
    digests = {
        study_vicinity(inputs, spec, executor)[0].manifest.content for executor in (Serial(), Pool(2), cluster)
    }
    assert len(digests) == 1


@dataclass(frozen=True)
class Holder:
    inside: object


@dataclass(frozen=True)
class Row:
    compartment: int = 0
    marking: int = 0


@pytest.mark.parametrize(
    "sealed",
    [
        Manifest("cases", "cases", "c" * 64, marking=Marking.CONFIDENTIAL),
        Marking.STRICTLY_CONFIDENTIAL,
        Row(compartment=3),
        Row(marking=2),
        Holder({"rows": [Row(marking=1)]}),
        (1, [Holder(Row(compartment=1))]),
    ],
)
def test_nothing_sealed_goes_to_a_cluster(cluster: Cluster, sealed: object) -> None:
    for tasks in ([1, sealed], Shared(sealed, [1, 2]), Shared(1, [sealed])):
        with pytest.raises(Problem) as caught:
            cluster.run(neg, tasks)
        assert caught.value.code == "not-allowed"


def test_a_row_of_the_register_does_not_travel_even_unmarked() -> None:
    row = type("Anything", (), {"__module__": "tutela.records.incidents.models"})()
    with pytest.raises(Problem):
        refuse_sealed(Holder([row]))
    refuse_sealed(
        Holder(
            [
                Manifest("open", "open", "o" * 64, marking=Marking.UNCLASSIFIED),
                np.zeros(3),
                Marking.UNCLASSIFIED,
                None,
            ]
        )
    )


def test_an_address_where_nothing_answers_is_said() -> None:
    with pytest.raises(Problem) as caught, opened(1, "tcp://127.0.0.1:9"):
        pass
    assert caught.value.code == "option-invalid"
    assert "scheduler" in caught.value.remedy


def test_inputs_that_are_marked_are_refused_before_an_address_is_tried() -> None:
    marked = Manifest("sites", "sites", "s" * 64)
    with pytest.raises(Problem) as caught, opened(1, "tcp://127.0.0.1:9", [marked]):
        pass
    assert caught.value.code == "not-allowed"


def test_the_executor_follows_the_options(tmp_path: Path) -> None:
    with opened(1) as one, opened(2) as two:
        assert (one, two) == (Serial(), Pool(2))
    with opened(1, "local") as local:
        assert list(local.run(neg, [1])) == [-1]
