"""Locks name every version with its hash and no address, and hold what was asked for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==[^ ;]+(?: ; .+)? \\$", re.IGNORECASE)
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
WANTED = re.compile(r"^[A-Za-z0-9._-]+")

LOCKS = ("run", "dev", "setup", "node", "e2e", "docs", "bench", "lock")


def names_in(lock: Path) -> dict[str, list[str]]:
    """The locked packages with their pins; a line that is neither a pin nor a hash is an error."""
    found: dict[str, list[str]] = {}
    for line in lock.read_text("utf-8").splitlines():
        pin = PIN.match(line)
        assert pin or HASH.match(line), f"{lock.name}: {line}"
        if pin:
            found.setdefault(pin[1].lower(), []).append(line.rstrip(" \\"))
    return found


def direct(root: Path) -> list[str]:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]


def plain(requirement: str) -> str:
    match = WANTED.match(requirement)
    assert match is not None
    return match[0].lower().replace("_", "-")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_pins_and_hashes_only(root: Path, name: str) -> None:
    assert names_in(root / "requirements" / f"{name}.lock")


@pytest.mark.parametrize("name", [name for name in LOCKS if name != "run"])
def test_a_lock_holds_what_was_asked_for(root: Path, name: str) -> None:
    lines = (root / "requirements" / f"{name}.in").read_text("utf-8").splitlines()
    asked = {plain(line) for line in lines if line and not line.startswith("#")}
    assert asked
    assert asked <= set(names_in(root / "requirements" / f"{name}.lock"))


def test_the_run_lock_holds_every_direct_dependency(root: Path) -> None:
    assert {plain(item) for item in direct(root)} <= set(names_in(root / "requirements" / "run.lock"))


def test_whoever_develops_runs_what_users_run(root: Path) -> None:
    run, dev = (names_in(root / "requirements" / f"{name}.lock") for name in ("run", "dev"))
    assert {name: dev.get(name) for name in run} == run


def test_there_is_no_lock_that_nobody_reads(root: Path) -> None:
    assert {path.stem for path in (root / "requirements").glob("*.lock")} == set(LOCKS)


def test_every_direct_dependency_gives_its_reason(root: Path) -> None:
    lines = (root / "pyproject.toml").read_text("utf-8").splitlines()
    for requirement in direct(root):
        line = next(line for line in lines if line.strip().startswith(f'"{requirement}"'))
        assert re.search(r"#\s*\S+", line), f"why {requirement}?"


def test_every_direct_dependency_is_imported_or_started(root: Path, sources: list[Path]) -> None:
    text = "\n".join(path.read_text("utf-8") for path in sources)
    known_as = {
        "argon2-cffi": "Argon2PasswordHasher",
        "django-ninja": "ninja",
        "scikit-learn": "sklearn",
        "vl-convert-python": "vl_convert",
    }
    names = [known_as.get(name, name) for name in map(plain, direct(root))]
    unused = [name for name in names if not re.search(rf"(from|import) {name}\b|\"{name}(\.|\")", text)]
    assert not unused
