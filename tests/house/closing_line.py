"""Adds up the reports of all kinds and ends CI with one line; a test that was passed over counts as failed."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def add_up(reports: list[Path]) -> tuple[int, int, list[str]]:
    """How many passed, how many did not, and the names of those that were passed over."""
    total = failed = 0
    skipped: list[str] = []
    for report in reports:
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            total += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += [
                f"{case.get('classname')}.{case.get('name')}: {case.find('skipped').get('message')}"  # type: ignore[union-attr]
                for case in suite.iter("testcase")
                if case.find("skipped") is not None
            ]
    return total - failed - len(skipped), failed + len(skipped), skipped


def main(folder: Path, steps: list[str]) -> int:
    """Print what failed and, last, the line; exit 1 unless everything passed."""
    passed, failed, skipped = add_up(sorted(folder.glob("*.xml")))
    for line in [*(f"passed over: {name}" for name in skipped), *(f"failed: {step}" for step in steps)]:
        sys.stdout.write(line + "\n")
    # A step that failed without a failing test (a gate, a benchmark) must not hide behind a clean count.
    failed = max(failed, len(steps))
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
