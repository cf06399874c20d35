"""Inner loops that are compiled on their first call, and plain Python until then.

Importing compiles nothing and writes nothing. Whoever owns a home says where compiled code is kept between
runs (`keep_compiled`). Where numba is missing or its JIT is off, the same functions run as they are written:
the results are the same, only later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from types import FunctionType
from typing import Any, Final, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_LOCK: Final = RLock()
_CACHE: dict[str, Path] = {}
_STATE: dict[str, bool] = {"interpreted": False}


class Compiled(Generic[P, R]):
    """A function of arrays and numbers, compiled when it is first called.

    Its numbers follow IEEE 754 to the letter (no fastmath), it holds no lock while it runs, and other compiled
    functions of its module that it calls are compiled with it.
    """

    def __init__(self, function: Callable[P, R]) -> None:
        self.as_written = function
        self.__doc__ = function.__doc__
        self._fast: Callable[P, R] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:  # noqa: D102
        return self.fast(*args, **kwargs)

    @property
    def fast(self) -> Callable[P, R]:
        """The compiled function; as it is written where nothing compiles."""
        if _STATE["interpreted"]:
            return self.as_written
        if self._fast is None:
            with _LOCK:
                self._fast = self._fast or self._compile()
        return self._fast

    def _compile(self) -> Callable[P, R]:
        function = self.as_written
        if not (can_compile() and isinstance(function, FunctionType)):
            return function
        import numba

        world = {
            name: value.fast if isinstance(value, Compiled) and name in function.__code__.co_names else value
            for name, value in function.__globals__.items()
        }
        twin = FunctionType(function.__code__, world, function.__name__, function.__defaults__)
        if "at" in _CACHE:
            _numba_settings().CACHE_DIR = str(_CACHE["at"])
        fast: Callable[P, R] = numba.njit(cache="at" in _CACHE, nogil=True, fastmath=False)(twin)
        return fast


def can_compile() -> bool:
    """Whether numba is there and its JIT is on."""
    try:
        settings = _numba_settings()
    except ImportError:
        return False
    return not settings.DISABLE_JIT


def _numba_settings() -> Any:
    from numba.core import config

    return config


def keep_compiled(folder: Path | None) -> None:
    """Keep what is compiled from now on in a folder, so that the next run starts at once; None keeps nothing."""
    _CACHE.clear()
    if folder is not None:
        _CACHE["at"] = folder


def where_compiled_is_kept() -> Path | None:
    """The folder, for the processes that this one starts."""
    return _CACHE.get("at")


@contextmanager
def interpreted() -> Iterator[None]:
    """Run every such function as it is written, line by line: how tests see inside, and judge the compiler."""
    before, _STATE["interpreted"] = _STATE["interpreted"], True
    try:
        yield
    finally:
        _STATE["interpreted"] = before
