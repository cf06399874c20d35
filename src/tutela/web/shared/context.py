"""What the frame of every page needs to know about the room."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from django.http import HttpRequest

import tutela
from tutela.kernel.problems import Problem
from tutela.web.shared.reader import shelf_for


def describe_room(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demonstration, and which version speaks; refuses where the built files are missing."""
    require_built_files()
    return {"is_demonstration": shelf_for(request).is_demonstration, "version": tutela.__version__}


def require_built_files() -> None:
    """Raise Problem "built-files-missing" where set-up has not put the base style sheet in its place."""
    if not _has_built_files():
        raise Problem(
            "built-files-missing",
            "The base style sheet of the pages was not built.",
            remedy="Run ./dev setup, then start tutela serve again.",
        )


@cache
def _has_built_files() -> bool:
    return (files("tutela.web") / "static" / "built" / "pico.css").is_file()
