"""What stands in the project's files: nothing of the machine it was made on, nothing half done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

# Written in pieces, so that this file does not hold what it looks for.
PLACES = {
    "a path of one machine": "|".join(["/" + "work/", "/" + "root/", "/home/" + r"[a-z]+/", "bash_" + "jobs"]),
    "a registry's address": "|".join(
        ["index-" + "url", "find-" + "links", '"resolved": *"' + "http", "registry *= *" + "http"]
        + [
            re.escape(host)
            for host in ("pypi" + ".org", "pythonhosted" + ".org", "registry.npm" + "js", "deb.deb" + "ian")
        ]
    ),
    "whoever wrote it": r"\b("
    + "|".join(["clau" + "de", "chat" + "gpt", "co" + "pilot", "sub" + "agent", "language " + "model"])
    + "|"
    + "|".join(["llm " + "session", "this " + "session", "developer " + "session"])
    + r")\b",
    "something half done": r"#\s*(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise NotImplemented" + "Error",
    "a test that does not test": r"^\s*assert (True|1)\s*$|mark\.(sk" + r"ip|xf" + "ail)",
}
LARGEST = 1_500_000
LINES = {name: re.compile(pattern, re.IGNORECASE | re.MULTILINE) for name, pattern in PLACES.items()}


def find_words(text: str, what: str) -> list[int]:
    return [text.count("\n", 0, match.start()) + 1 for match in LINES[what].finditer(text)]


def texts(files: list[Path]) -> dict[Path, str]:
    found = {}
    for path in files:
        raw = path.read_bytes()
        if b"\0" not in raw[:8000] and path.suffix != ".svg":
            found[path] = raw.decode("utf-8")
    return found


@pytest.mark.parametrize("what", PLACES)
def test_no_file_names(project_files: list[Path], root: Path, what: str) -> None:
    # The texts of licences name their own makers and stay as they are.
    named = [
        f"{path.relative_to(root)}:{line}"
        for path, text in texts(project_files).items()
        for line in find_words(text, what)
        if path.name != "LICENSE"
    ]
    assert not named, f"{what}: {named}"


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of one machine", "see /" + "work/main"),
        ("a registry's address", "--index-" + "url x"),
        ("whoever wrote it", "as Clau" + "de said"),
        ("something half done", "x = 1  # TO" + "DO"),
        ("a test that does not test", "    assert Tr" + "ue\n"),
    ],
)
def test_a_planted_word_is_found(what: str, text: str) -> None:
    assert find_words("first\n" + text, what) == [2]


def test_no_file_is_large(project_files: list[Path], root: Path) -> None:
    large = [str(path.relative_to(root)) for path in project_files if path.stat().st_size > LARGEST]
    assert not large


def test_what_is_looked_at_is_the_project(project_files: list[Path], root: Path) -> None:
    names = {str(path.relative_to(root)) for path in project_files}
    assert {"dev", "pyproject.toml", "src/tutela/__init__.py", "tests/house/test_words.py"} <= names
    assert not [name for name in names if name.startswith((".venv/", "build/", "node_modules/", ".git/"))]
