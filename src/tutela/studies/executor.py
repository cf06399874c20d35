"""Where tasks run: one after the other (the reference), in processes here, or on many machines.

A task is a module-level function and one picklable argument that holds everything it needs, its seed included;
results come back in the order of the tasks and are the same everywhere. So the digests do not depend on the
executor, nor on which worker died on the way. What all tasks have in common goes to each worker once (`Shared`).
"""

from __future__ import annotations

import copyreg
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeVar, overload

from tutela.kernel.compiled import keep_compiled, where_compiled_is_kept

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Runs tasks; yields each result in the order of the tasks, as soon as it is there."""

    def run(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """Apply the function to every task."""


class Shared(Sequence[tuple[Any, Any]]):
    """Tasks that have one large thing in common: each is (common, item), and `common` travels once to a worker."""

    def __init__(self, common: Any, items: Sequence[Any]) -> None:
        self.common, self.items = common, items

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> tuple[Any, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Shared: ...
    def __getitem__(self, index: int | slice) -> tuple[Any, Any] | Shared:
        if isinstance(index, slice):
            return Shared(self.common, self.items[index])
        return self.common, self.items[index]


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
        common = tasks.common if isinstance(tasks, Shared) else None
        begin = (where_compiled_is_kept(), common)
        with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=begin) as pool:
            if isinstance(tasks, Shared):
                yield from pool.map(_WithCommon(function), tasks.items)
            else:
                yield from pool.map(function, tasks)


_common: Any = None


def _begin(kept: Any, common: Any) -> None:
    global _common  # a worker process has one pool and one common thing
    keep_compiled(kept)
    _common = common


@dataclass(frozen=True, slots=True)
class _WithCommon:
    """Puts the common thing of this worker beside each item."""

    function: Callable[[Any], Any]

    def __call__(self, item: Any) -> Any:
        return self.function((_common, item))


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# Frozen values hold their mappings read-only, and Python cannot send those to another process by itself.
copyreg.pickle(MappingProxyType, lambda proxy: (_read_only, (dict(proxy),)))


def executor_for(workers: int) -> Executor:
    """Serial for one worker, a pool for more."""
    return Serial() if workers <= 1 else Pool(workers)
