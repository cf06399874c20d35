"""TUTELA_HOME: the one folder in which everything of a deployment lies."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tutela.data.store.artifacts import Store
from tutela.data.store.folders import write_file
from tutela.data.store.keyrings import Keyring
from tutela.kernel.problems import Problem

VARIABLE: Final = "TUTELA_HOME"
"""The environment setting that names the home; the option --home goes before it."""

KEYS: Final = "TUTELA_KEYS"
"""The environment setting that names the keys folder, best on another disk than the home."""

_MARK: Final = "home.json"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Home:
    """An existing home: `store/` holds artifacts, `cache/` what can be made again, `keys/` keys."""

    root: Path
    is_demonstration: bool

    @property
    def store(self) -> Store:
        """The artifacts of this home."""
        return Store(self.root / "store", Keyring(self.keys))

    @property
    def keys(self) -> Path:
        """Where its keys lie: in a folder of their own where one is named."""
        return Path(os.environ.get(KEYS) or self.root / "keys")

    @property
    def cache(self) -> Path:
        """What can be made again."""
        return self.root / "cache"

    @property
    def demonstration(self) -> Path:
        """The files of the invented country, as a user would bring them."""
        return self.root / "invented"


def find_home(explicit: Path | None, environment: Mapping[str, str] | None = None) -> Home | None:
    """The home that is meant: --home, then TUTELA_HOME, then build/home here, then the user's data folder.

    A folder named by --home or TUTELA_HOME that is no home is a Problem; the others are passed over.
    """
    environment = os.environ if environment is None else environment
    named = explicit or (Path(environment[VARIABLE]) if environment.get(VARIABLE) else None)
    if named is not None:
        return open_home(named)
    for folder in _usual_places(environment):
        if (folder / _MARK).is_file():
            return open_home(folder)
    return None


def require_home(explicit: Path | None, environment: Mapping[str, str] | None = None) -> Home:
    """As `find_home`, but its absence is a Problem."""
    home = find_home(explicit, environment)
    if home is None:
        raise _missing("no home was named and none was found")
    return home


def open_home(root: Path) -> Home:
    """Open the home in this folder."""
    mark = root / _MARK
    if not mark.is_file():
        raise _missing("this folder is no Tutela home", where=str(root))
    try:
        written = json.loads(mark.read_text("utf-8"))
        return Home(root, bool(written["demonstration"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise Problem(
            "home-missing",
            f"{_MARK} cannot be read.",
            where=str(root),
            remedy="Restore the folder from a backup, or name another one with --home.",
        ) from None


def create_home(root: Path, *, demonstration: bool) -> Home:
    """Open the home in this folder, creating it where there is none. Other people's folders are refused."""
    if (root / _MARK).is_file():
        home = open_home(root)
        if demonstration and not home.is_demonstration:
            raise Problem(
                "out-not-writable",
                "This home holds real work; the invented country does not go into it.",
                where=str(root),
                remedy="Name another folder with --home.",
            )
        return home
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Problem(
            "out-not-writable",
            "This folder is not empty and is no Tutela home.",
            where=str(root),
            remedy="Name an empty or a new folder with --home.",
        )
    try:
        for folder in ("store", "cache", "keys"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "keys").chmod(0o700)
        write_file(root / _MARK, json.dumps({"home": _VERSION, "demonstration": demonstration}).encode())
    except OSError as error:
        raise Problem(
            "out-not-writable",
            f"The home cannot be created ({error.strerror}).",
            where=str(root),
            remedy="Name a folder that you may write to with --home.",
        ) from None
    return Home(root, demonstration)


def _usual_places(environment: Mapping[str, str]) -> tuple[Path, ...]:
    base = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME", "~")) / ".local" / "share")
    return (Path("build") / "home", Path(base) / "tutela")


def _missing(message: str, where: str | None = None) -> Problem:
    return Problem(
        "home-missing",
        message[0].upper() + message[1:] + ".",
        where=where,
        remedy="Run tutela demo, or name a home with --home or TUTELA_HOME.",
    )
