"""The second factor itself: a secret shared with a phone (RFC 6238), and codes on paper for when it is lost.

Secrets are sealed under a key beside the database; codes and links are kept as digests under that key. Six digits
of thirty seconds, as every authenticator program shows them; one step early or late is accepted, once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings

from tutela.kernel.problems import Problem
from tutela.records.accounts.key_files import SIGN_IN_KEY, open_key_file

STEP_SECONDS: Final = 30
DIGITS: Final = 6
RECOVERY_CODES: Final = 10

_NONCE: Final = 12
_SECRET: Final = 20
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE: Final = 16
"""Letters of a recovery code: 78 bits, so that a plain keyed digest is enough."""


def make_secret() -> bytes:
    """A new secret, as long as the hash that is made of it."""
    return secrets.token_bytes(_SECRET)


def seal_secret(secret: bytes, holder: str) -> bytes:
    """The secret as the database keeps it; it opens for this holder alone."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key()).encrypt(nonce, secret, f"factor {holder}".encode())


def open_secret(sealed: bytes, holder: str) -> bytes:
    """The secret again; raises Problem "key-unusable" where the key or the holder is another."""
    try:
        return AESGCM(_key()).decrypt(sealed[:_NONCE], sealed[_NONCE:], f"factor {holder}".encode())
    except (InvalidTag, ValueError):
        raise Problem(
            "key-unusable",
            "The second factor of this account does not open with this key.",
            where=SIGN_IN_KEY,
            remedy="Restore the keys that belong to this register, or hand out a new link.",
        ) from None


def spell_secret(secret: bytes) -> str:
    """The secret as somebody types it into a phone: four letters at a time."""
    text = base64.b32encode(secret).decode("ascii")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address_secret(secret: bytes, holder: str) -> str:
    """The secret as a phone reads it from a picture."""
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS).get_provisioning_uri(holder, "Tutela")  # noqa: S303


def make_code(secret: bytes, counter: int) -> str:
    """The code of one step of thirty seconds."""
    return HOTP(secret, DIGITS, SHA1()).generate(counter).decode("ascii")  # noqa: S303


def find_counter(secret: bytes, code: str, seconds: float, after: int) -> int | None:
    """The step whose code this is: this one, the one before or after, and later than `after`; None otherwise."""
    now = int(seconds) // STEP_SECONDS
    given, found = "".join(code.split()).encode(), None
    for counter in (now - 1, now, now + 1):
        if hmac.compare_digest(make_code(secret, counter).encode(), given) and counter > after:
            found = counter
    return found


def make_recovery_codes() -> tuple[str, ...]:
    """Codes for paper, in groups of four."""
    return tuple(
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(_CODE // 4))
        for _ in range(RECOVERY_CODES)
    )


def digest_code(code: str, holder: str) -> str:
    """What the database keeps of a recovery code, however it is written down."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return digest_under_key("recovery", f"{holder} {plain}")


def digest_under_key(purpose: str, text: str) -> str:
    """A digest that nobody makes without the key."""
    return hmac.new(_key(), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _key() -> bytes:
    return open_key_file(Path(settings.KEYS_FOLDER), SIGN_IN_KEY)
