"""Tasks on many machines, by Dask's scheduler: the same results as one after the other, whoever dies on the way.

A task and its result travel to other machines, and whoever reaches a scheduler can run code on its workers. So what
may go there is decided here, before anything is sent: nothing marked above unclassified, nothing in a compartment,
no row of the register. A worker that is lost costs time and nothing else: its tasks are given to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any, Final, TypeVar

from distributed import Client, Future, LocalCluster

from tutela.kernel.compiled import keep_compiled, where_compiled_is_kept
from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.studies.executor import Shared

T = TypeVar("T")
R = TypeVar("R")

AHEAD: Final = 4
"""So many tasks for each worker are sent ahead of the result that is waited for."""

DEATHS: Final = 20
"""A task is given up when so many workers died with it: then it is the task that kills."""

DEEP: Final = 6
"""So deep into what travels is looked for sealed things."""


class Cluster:
    """Workers behind a scheduler; as an executor it promises what `Serial` does."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def run(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """Apply the function to every task. Raises Problem "not-allowed" before anything sealed would travel."""
        common = tasks.common if isinstance(tasks, Shared) else None
        items: Sequence[Any] = tasks.items if isinstance(tasks, Shared) else tasks
        refuse_sealed(common)
        for item in items:
            refuse_sealed(item)
        return self._run(_Task(function, isinstance(tasks, Shared)), common, items)

    def _run(self, task: _Task, common: Any, items: Sequence[Any]) -> Iterator[Any]:
        # Hashes of arguments are not asked for: a task is done because it is asked for, not because it is new.
        sent = None
        if task.is_shared:
            sent = self.client.scatter(common, broadcast=True, hash=False)  # type: ignore[no-untyped-call]
        ahead = AHEAD * max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))
        waiting: list[Future[Any]] = []
        for item in items:
            waiting.append(self.client.submit(task, sent, item, pure=False, retries=0))
            if len(waiting) >= ahead:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()


class _Task:
    """A function as it is sent; sending it makes the worker import what pickling needs."""

    def __init__(self, function: Callable[[Any], Any], is_shared: bool) -> None:
        self.function, self.is_shared = function, is_shared

    def __call__(self, common: Any, item: Any) -> Any:
        return self.function((common, item) if self.is_shared else item)


@contextmanager
def open_cluster(address: str = "", workers: int = 2) -> Iterator[Cluster]:
    """The cluster behind this scheduler, or one on this machine alone. Raises Problem "option-invalid"."""
    import dask

    with dask.config.set({"distributed.scheduler.allowed-failures": DEATHS}):
        if address:
            with _reach(address) as client:
                yield Cluster(client)
            return
        with (
            LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=max(1, workers), threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1"
            ) as local,
            Client(local) as client,  # type: ignore[no-untyped-call]
        ):
            kept = where_compiled_is_kept()
            if kept is not None:
                client.run(keep_compiled, kept)
            yield Cluster(client)


def _reach(address: str) -> Client:
    try:
        return Client(address, timeout="10s")  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError):
        raise Problem(
            "option-invalid",
            "No scheduler answers at this address.",
            where="--scheduler",
            remedy='Start one with "dask scheduler", and give its address as tcp://HOST:8786 or tls://HOST:8786.',
        ) from None


def refuse_sealed(thing: Any, deep: int = 0) -> None:
    """Raise Problem "not-allowed" where a thing, or what it holds, is marked, in a compartment, or a row."""
    if _is_sealed(thing):
        raise Problem(
            "not-allowed",
            "This work holds what is marked or in a compartment, and that never goes to a cluster.",
            where="--scheduler",
            remedy="Leave the option out: then the work is done on this machine.",
        )
    if deep >= DEEP or thing is None or isinstance(thing, str | bytes | int | float | bool):
        return
    for part in _parts_of(thing):
        refuse_sealed(part, deep + 1)


def _is_sealed(thing: Any) -> bool:
    home = type(thing).__module__
    if home.startswith(("tutela.records", "tutela.web", "django.db")):
        return True
    marking = getattr(thing, "marking", None)
    marked = isinstance(thing, Marking) or isinstance(marking, int)
    level = int(thing) if isinstance(thing, Marking) else int(marking) if isinstance(marking, int) else 0
    kept_apart = any(bool(getattr(thing, name, None)) for name in ("compartment", "compartments"))
    return (marked and level > Marking.UNCLASSIFIED) or kept_apart


def _parts_of(thing: Any) -> Iterator[Any]:
    if is_dataclass(thing) and not isinstance(thing, type):
        yield from (getattr(thing, field.name, None) for field in fields(thing))
    elif isinstance(thing, Mapping):
        yield from thing.keys()
        yield from thing.values()
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from thing
