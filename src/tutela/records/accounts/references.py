"""How a row is called in an address: by letters that tell nothing of how many rows there are before it.

Numbers of rows count up over all compartments: written as they are, they would tell everybody how much others
write. Every spelling stands for some number, so a guess is answered like a row that is not there.
"""

from __future__ import annotations

import base64
import hmac
from typing import Final

from django.conf import settings

_ROUNDS: Final = 6
_HALF: Final = 2**32 - 1
_LARGEST: Final = 2**63 - 1
"""What the database takes for the number of a row."""

_MAC: Final = "sha256"


def write_reference(number: int) -> str:
    """The 13 letters for the number of a row."""
    left, right = number >> 32 & _HALF, number & _HALF
    for turn in range(_ROUNDS):
        left, right = right, left ^ _stir(turn, right)
    whole = (left << 32 | right).to_bytes(8, "big")
    return base64.b32encode(whole).decode().rstrip("=").lower()


def read_reference(text: str) -> int:
    """The number of a row; 0, which no row has, for letters that stand for nothing."""
    try:
        whole = int.from_bytes(base64.b32decode(text.upper() + "==="), "big")
    except ValueError:
        return 0
    left, right = whole >> 32, whole & _HALF
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _stir(turn, left), left
    number = left << 32 | right
    return number if number <= _LARGEST else 0


def _stir(turn: int, half: int) -> int:
    key = f"tutela row reference {settings.SECRET_KEY}".encode()
    return int.from_bytes(hmac.digest(key, bytes([turn]) + half.to_bytes(4, "big"), _MAC)[:4], "big")
