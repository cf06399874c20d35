"""Where compiled inner loops are kept between runs: in the home's cache, so that only the first run waits."""

from __future__ import annotations

from tutela.data.store.homes import Home
from tutela.kernel.compiled import keep_compiled


def keep_compiled_at(home: Home | None) -> None:
    """Keep compiled code in a home; without one it is compiled anew in each run, and nothing is written."""
    if home is not None:
        keep_compiled((home.cache / "compiled").resolve())  # wherever the process stands later
