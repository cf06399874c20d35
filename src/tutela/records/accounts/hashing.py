"""How passwords are kept: argon2id at the cost that OWASP names first, with a second factor behind every password.

Django's own cost (100 MB, twice, eight lanes) took a fifth of a second of a processor for each of the two hashes of
a sign-in: two hundred people who came to work held a small server for a minute and a half.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.hashers import Argon2PasswordHasher

MEMORY_KIB: Final = 47_104
ROUNDS: Final = 1
LANES: Final = 1
"""46 MiB, once, one lane: the first of the equal choices of OWASP's Password Storage Cheat Sheet."""


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id at our cost; a password that was kept at another cost opens still."""

    memory_cost = MEMORY_KIB
    time_cost = ROUNDS
    parallelism = LANES


def hash_like(password: str, encoded: str) -> str:
    """The password hashed with the salt and the cost of one that is kept: equal to it, or another password."""
    hasher = PasswordHasher()
    kept: dict[str, Any] = hasher.decode(encoded)
    hasher.memory_cost, hasher.time_cost = kept["memory_cost"], kept["time_cost"]
    hasher.parallelism = kept["parallelism"]
    made: str = hasher.encode(password, kept["salt"])
    return made
