"""The owner of a home, as a reader of it."""

from __future__ import annotations

from typing import Final

from tutela.kernel.markings import Marking, Principal

OWNER: Final = Principal("home-owner", Marking.STRICTLY_CONFIDENTIAL)
"""Who runs the process owns its files: there are no other accounts until the register has them."""
