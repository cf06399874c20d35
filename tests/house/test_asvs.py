"""The answers to the security standard name tests that exist, and leave no requirement of their chapters out."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path("docs/method/asvs.md")

# Requirements of levels 1 and 2 in the chapters that are answered, counted from the text of version 5.0.0.
LEVEL_TWO = {
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
}  # fmt: skip


def test_every_test_that_is_named_exists(root: Path) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (root / PAGE).read_text("utf-8"))
    assert len(named) > 30
    missing = [f"{file}::{test}" for file, test in named if f"def {test}(" not in _text(root / file)]
    assert not missing


def test_every_requirement_up_to_level_two_has_its_line(root: Path) -> None:
    text = (root / PAGE).read_text("utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if re.match(r"\| \d+\.\d", line)]
    answered = [number for row in rows for number in re.findall(r"\d+\.\d+\.\d+", row) if "level 3" not in row]
    assert len(answered) == len(set(answered))
    wanted = {f"{section}.{number}" for section, most in LEVEL_TWO.items() for number in range(1, most + 1)}
    assert set(answered) == wanted


def test_every_answer_is_one_of_four(root: Path) -> None:
    text = (root / PAGE).read_text("utf-8")
    answers = [line.split("|")[3].strip() for line in text.splitlines() if re.match(r"\| \d+\.\d", line)]
    assert [answer for answer in answers if not re.match(r"(shown|told|gap|does not apply):", answer)] == []
    unshown = [answer for answer in answers if answer.startswith("shown") and "`tests/" not in answer]
    assert not unshown


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""
