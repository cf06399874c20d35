"""Kernels that are compiled when they are first called, never when they are imported.

A kernel is a plain function over arrays. Where numba is told to stand aside (NUMBA_DISABLE_JIT, as coverage
does), the plain function runs: the same lines, slowly. Compiled code is kept only where studies said so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_kept_in: list[str] = []


def keep_compiled_in(folder: str) -> None:
    """Keep what is compiled from now on in this folder; "" keeps nothing. The engine opens no file: numba does."""
    _kept_in[:] = [folder] if folder else []


def compiled(kernel: Kernel) -> Kernel:
    """This function, compiled on its first call; no fastmath and no parallel sums, so that digests stay."""
    ready: list[Callable[..., Any]] = []

    def call(*arguments: Any) -> Any:
        if not ready:
            ready.append(_compile(kernel))
        return ready[0](*arguments)

    call.__name__, call.__doc__, call.__wrapped__ = kernel.__name__, kernel.__doc__, kernel  # type: ignore[attr-defined]
    return call  # type: ignore[return-value]


def _compile(kernel: Callable[..., Any]) -> Callable[..., Any]:
    import numba  # half a second that only those who compute should wait

    settings: Any = numba.config
    if not _kept_in:
        made: Callable[..., Any] = numba.njit(nogil=True)(kernel)
        return made
    before = settings.CACHE_DIR
    settings.CACHE_DIR = _kept_in[0]
    try:
        made = numba.njit(nogil=True, cache=True)(kernel)
    finally:
        settings.CACHE_DIR = before
    return made
