"""From what was asked for on the command line to whoever does the work, opened and closed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tutela.kernel.problems import Problem
from tutela.studies.executor import Executor, executor_for


@contextmanager
def opened(workers: int, scheduler: str = "", inputs: Sequence[Any] = ()) -> Iterator[Executor]:
    """The executor for so many workers, or the Dask cluster at an address; "local" starts one here. Closed after.

    `inputs` are the manifests of what the work is about: what is marked goes to no other machine ("not-allowed").
    Raises "option-invalid" where the package for clusters is missing or nothing answers at the address.
    """
    if not scheduler:
        yield executor_for(workers)
        return
    try:
        from tutela.studies.cluster import open_cluster, refuse_sealed
    except ImportError:
        raise Problem(
            "option-invalid",
            "Dask is not installed, so there is no cluster to work on.",
            where="--scheduler",
            remedy='Install tutela with its extra "cluster", or leave the option out and use --workers.',
        ) from None
    if scheduler != "local":
        for manifest in inputs:
            refuse_sealed(manifest)
    with open_cluster("" if scheduler == "local" else scheduler, workers) as cluster:
        yield cluster
