"""The key that signs seals: a file beside the database, never in it and never in its backup."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tutela.kernel.problems import Problem

_PRIVATE: Final = "ledger.key"
_PUBLIC: Final = "ledger-{name}.pub"


@dataclass(frozen=True, slots=True)
class Signer:
    """An Ed25519 key and the short name of its public half."""

    key: Ed25519PrivateKey

    @property
    def name(self) -> str:
        """The first 16 hexadecimal digits of the digest of the public key."""
        return key_name(self.key.public_key())

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self.key.sign(message)


def key_name(public: Ed25519PublicKey) -> str:
    """How seals name a key."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def open_signer(folder: Path) -> Signer:
    """The key in this folder, made where there is none; its public half lies beside it and may be handed out."""
    path = folder / _PRIVATE
    if not path.exists():
        _make(folder, path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Problem(
            "key-unusable",
            "The key that signs the ledger cannot be read.",
            where=str(path),
            remedy="Restore it from where keys are kept apart from backups; without it nothing new can be sealed.",
        )
    return Signer(key)


def load_public_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """Every public key in this folder by its name; a file that is none is a Problem."""
    keys = {}
    for path in sorted(folder.glob(_PUBLIC.format(name="*"))):
        try:
            key = serialization.load_pem_public_key(path.read_bytes())
        except (OSError, ValueError):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise Problem(
                "key-unusable",
                "This is no public key of a ledger.",
                where=str(path),
                remedy="Restore the file, or take it out of the folder.",
            )
        keys[key_name(key)] = key
    return keys


def is_signed(public: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    """Whether this key signed this message."""
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _make(folder: Path, path: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (folder / _PUBLIC.format(name=key_name(key.public_key()))).write_bytes(public)
    # Whoever comes second finds the first one's key: a key is never written over.
    partial = folder / f".{_PRIVATE}.{os.getpid()}"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
