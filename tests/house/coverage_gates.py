"""Two gates from one run of the tests: every branch of what computes, nine tenths of the rest.

Run by ./dev test after `coverage json`. Lines alone would not do: an `if` without its other side counts as missed.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

INNER = ("kernel", "catalogue", "engine")
OUTER_GATE = 90.0
COUNTS = ("covered_branches", "num_branches", "covered_lines", "num_statements")
REPORT = Path(__file__).resolve().parents[2] / "build" / "coverage" / "coverage.json"


def layer_of(name: str) -> str:
    """The layer of src/tutela/LAYER/...; the package's own file belongs to none."""
    parts = Path(name).parts
    below = parts[parts.index("tutela") + 1 :]
    return below[0] if len(below) > 1 else "(package)"


def share(part: int, whole: int) -> float:
    """Percent of a whole; all of nothing is all."""
    return 100.0 * part / whole if whole else 100.0


def judge(files: dict[str, Any]) -> tuple[list[str], bool]:
    """What to print about these files of a coverage report, and whether both gates are passed."""
    layers: dict[str, Counter[str]] = {}
    missed: list[str] = []
    for name, file in sorted(files.items()):
        layer = layer_of(name)
        layers.setdefault(layer, Counter()).update({name: file["summary"][name] for name in COUNTS})
        gaps = [*map(str, file["missing_lines"]), *(f"{a}->{b}" for a, b in file["missing_branches"])]
        if layer in INNER and gaps:
            missed.append(f"  not covered: {name}: {', '.join(gaps)}")
    outer = sum((counts for layer, counts in layers.items() if layer not in INNER), Counter[str]())
    said = [_line(layer, counts) for layer, counts in layers.items()]
    said += [_line("elsewhere", outer) + f"  (gate {OUTER_GATE:.0f} %)", *missed]
    enough = min(_shares(outer)) >= OUTER_GATE
    said += [] if enough else [f"Coverage FAILED: less than {OUTER_GATE:.0f} % elsewhere"]
    said += [f"Coverage FAILED: not all of {', '.join(INNER)}"] if missed else []
    return [*said, *(["Coverage: both gates passed"] if enough and not missed else [])], enough and not missed


def _shares(counts: Counter[str]) -> tuple[float, float]:
    branches = share(counts["covered_branches"], counts["num_branches"])
    return branches, share(counts["covered_lines"], counts["num_statements"])


def _line(layer: str, counts: Counter[str]) -> str:
    branches, lines = _shares(counts)
    return f"  {layer:<10}{branches:6.1f} % of branches {lines:6.1f} % of lines"


if __name__ == "__main__":
    lines, passed = judge(json.loads(REPORT.read_text("utf-8"))["files"])
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(0 if passed else 1)
