"""Envelope encryption: AES-256-GCM under a key of its own, that key wrapped under another.

The place of a text (table, row, field, version) goes in as associated data, so that a ciphertext copied to
another row does not open. Nonces are random: 96 bits, under keys that encrypt far fewer than 2^32 texts.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tutela.kernel.problems import Problem

_NONCE: Final = 12
_KEY: Final = 32
_ROOT: Final = "vault.key"


def make_key() -> bytes:
    """A new key of 256 bits."""
    return AESGCM.generate_key(256)


def seal(key: bytes, text: bytes, place: str) -> bytes:
    """Nonce and ciphertext."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """The text; raises Problem "key-unusable" where the key, the place or a single bit is another."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except (InvalidTag, ValueError):
        raise Problem(
            "key-unusable",
            "What is sealed here does not open with this key.",
            where=place,
            remedy="Restore the keys that belong to this register; nothing else opens it.",
        ) from None


def blind_index(key: bytes, text: str) -> str:
    """A digest under a key, by which an exact name is found again without anything to read."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hmac.new(hashlib.sha256(b"index" + key).digest(), plain.encode(), hashlib.sha256).hexdigest()


def open_root_key(folder: Path) -> bytes:
    """The key under which all others are wrapped: a file of the keys folder, made where there is none."""
    path = folder / _ROOT
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = folder / f".{_ROOT}.{os.getpid()}"
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)
        except FileExistsError:
            pass  # somebody else's key came first, and is the one
        finally:
            partial.unlink()
    try:
        key = path.read_bytes()
    except OSError:
        key = b""
    if len(key) != _KEY:
        raise Problem(
            "key-unusable",
            "The root key of the vault cannot be read.",
            where=str(path),
            remedy="Restore it from where keys are kept apart from backups; without it no identity opens.",
        )
    return key
