"""Addresses of this area."""

from __future__ import annotations

from typing import Any, Final

app_name: Final = "threats"
urlpatterns: Final[list[Any]] = []
