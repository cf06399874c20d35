"""Keys of a home's artifacts: one for each marking and set of compartments, a file each in the keys folder.

The age format (C2SP, age-encryption.org/v1) by its own library: a file key for each file, wrapped by X25519 for
the key of the shelf; chunks that were changed, moved or left out do not open. Where an artifact lies, and what its
files are called, are digests under the same key: who lists the folder learns how many there are and how large.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyrage
from pyrage import x25519

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem

SUFFIX: Final = ".age"
_BEGINS: Final = "store-"
_ENDS: Final = ".key"


@dataclass(frozen=True, slots=True)
class ShelfKey:
    """What opens the artifacts of one marking and one set of compartments; `name` is drawn by lot."""

    name: str
    marking: Marking
    compartments: frozenset[str]
    identity: str

    def seal(self, text: bytes) -> bytes:
        """This, for whoever has the key."""
        sealed: bytes = pyrage.encrypt(text, [x25519.Identity.from_str(self.identity).to_public()])
        return sealed

    def unseal(self, sealed: bytes) -> bytes:
        """What was sealed; raises ValueError where a bit of it is another."""
        try:
            text: bytes = pyrage.decrypt(sealed, [x25519.Identity.from_str(self.identity)])
        except pyrage.DecryptError as error:
            raise ValueError(str(error)) from None
        return text

    def name_folder(self, content: str) -> str:
        """Where an artifact of this content lies."""
        return self._digest(f"artifact {content}")

    def name_part(self, content: str, part: str) -> str:
        """What a file of it is called."""
        return self._digest(f"part {content} {part}")[:32] + SUFFIX

    @property
    def manifest(self) -> str:
        """The name of the file with the manifest; it says which key opens it, and nothing else."""
        return f"manifest.{self.name}{SUFFIX}"

    def _digest(self, text: str) -> str:
        return hmac.new(self.identity.encode(), text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys folder, as the store sees it."""

    folder: Path

    def keys(self) -> dict[str, ShelfKey]:
        """Every key that is there, by name."""
        return {key.name: key for key in self._read()}

    def key_for(self, marking: Marking, compartments: frozenset[str]) -> ShelfKey:
        """The key of this marking and these compartments; made, and on the disk, before it seals anything."""
        fitting = [key for key in self._read() if (key.marking, key.compartments) == (marking, compartments)]
        return min(fitting, key=lambda key: key.name) if fitting else self._make(marking, compartments)

    def _read(self) -> Iterator[ShelfKey]:
        for path in sorted(self.folder.glob(f"{_BEGINS}*{_ENDS}")):
            try:
                held = json.loads(path.read_text("utf-8"))
                marking, compartments = Marking[held["marking"].upper()], frozenset(held["compartments"])
                x25519.Identity.from_str(held["identity"])
            except (OSError, ValueError, KeyError, TypeError, AttributeError, pyrage.IdentityError):
                raise Problem(
                    "key-unusable",
                    "A key of the store cannot be read.",
                    where=str(path),
                    remedy="Restore it from where keys are kept apart from backups; nothing else opens them.",
                ) from None
            name = path.name.removeprefix(_BEGINS).removesuffix(_ENDS)
            yield ShelfKey(name, marking, compartments, held["identity"])

    def _make(self, marking: Marking, compartments: frozenset[str]) -> ShelfKey:
        key = ShelfKey(secrets.token_hex(8), marking, compartments, str(x25519.Identity.generate()))
        held = {
            "marking": marking.name.lower(),
            "compartments": sorted(compartments),
            "identity": key.identity,
        }
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = self.folder / f".{_BEGINS}{key.name}.partial"
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(held, file)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(self.folder / f"{_BEGINS}{key.name}{_ENDS}")
        except OSError as error:
            raise Problem(
                "out-not-writable",
                f"The key of the store cannot be written ({error.strerror}).",
                where=str(self.folder),
                remedy="Mend the rights of the keys folder: what is above unclassified is never kept in the clear.",
            ) from None
        return key
