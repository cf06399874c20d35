"""What a deployment needs and has: one finding a line, with the remedy."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tutela
from tutela.catalogue.checks import check_catalogue
from tutela.data.basemap import load_land
from tutela.data.store.homes import find_home
from tutela.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: Literal["good", "missing", "broken"]
    remedy: str

    def as_json(self) -> dict[str, str]:
        """Plain values."""
        return {"what": self.what, "state": self.state, "remedy": self.remedy}


def examine(home: Path | None) -> tuple[Finding, ...]:
    """Look at the home, the pages' files, the coast and the catalogue."""
    return (
        Finding("version", "good", tutela.__version__),
        _home(home),
        _pages(),
        _coast(),
        _catalogue(),
    )


def _home(explicit: Path | None) -> Finding:
    try:
        home = find_home(explicit)
    except Problem as problem:
        return Finding("home", "broken", str(problem))
    if home is None:
        return Finding("home", "missing", "Run tutela demo, or name a home with --home or TUTELA_HOME.")
    if damaged := home.store.damaged():
        names = ", ".join(name[:12] for name in damaged[:3])
        return Finding("home", "broken", f"{len(damaged)} artifacts in {home.root} cannot be read: {names}.")
    if locked := home.store.locked():
        return Finding("home", "broken", f"{locked} artifacts are sealed under keys that are not in {home.keys}.")
    if bare := home.store.bare():
        remedy = f"{len(bare)} artifacts above unclassified lie in the clear: run tutela doctor --seal."
        return Finding("home", "broken", remedy)
    return Finding("home", "good", f"{home.root}" + (" (demonstration)" if home.is_demonstration else ""))


def _pages() -> Finding:
    built = importlib.resources.files("tutela") / "web" / "static" / "built" / "built.json"
    if built.is_file():
        return Finding("pages", "good", "built files are there")
    return Finding("pages", "missing", "Run ./dev setup, or install the wheel: the pages have no style without it.")


def _coast() -> Finding:
    if load_land().is_missing:
        return Finding("coast", "missing", "Run ./dev setup; until then maps are drawn on plain ground and say so.")
    return Finding("coast", "good", "land outlines are there")


def _catalogue() -> Finding:
    findings = check_catalogue()
    if findings:
        return Finding("catalogue", "broken", "; ".join(findings[:3]))
    return Finding("catalogue", "good", "no contradiction")
