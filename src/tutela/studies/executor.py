"""Where tasks run: one after the other (the reference), or in a pool of processes. The results are the same.

A task is a module-level function and one picklable argument that holds everything it needs, its seed
included; results come back in the order of the tasks. So the digests do not depend on the executor.
"""

from __future__ import annotations

import copyreg
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from tutela.kernel.compiled import keep_compiled, where_compiled_is_kept

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Runs tasks; yields each result in the order of the tasks, as soon as it is there."""

    def run(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """Apply the function to every task."""


@dataclass(frozen=True, slots=True)
class Serial:
    """One after the other, in this process."""

    def run(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """Apply the function to every task."""
        return map(function, tasks)


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of processes on this machine, started afresh (spawn): no thread or open file is inherited."""

    workers: int = 2

    def run(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """Apply the function to every task."""
        context = multiprocessing.get_context("spawn")
        workers = min(self.workers, max(1, len(tasks)))
        kept = (where_compiled_is_kept(),)
        with ProcessPoolExecutor(workers, context, initializer=keep_compiled, initargs=kept) as pool:
            yield from pool.map(function, tasks)


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# Frozen values hold their mappings read-only, and Python cannot send those to another process by itself.
copyreg.pickle(MappingProxyType, lambda proxy: (_read_only, (dict(proxy),)))


def executor_for(workers: int) -> Executor:
    """Serial for one worker, a pool for more."""
    return Serial() if workers <= 1 else Pool(workers)
