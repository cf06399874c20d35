"""A row in the address of a page, called by its reference and never by its number."""

from __future__ import annotations

from tutela.records.accounts.references import read_reference, write_reference

__all__ = ["RowReference", "read_reference", "write_reference"]


class RowReference:
    """A row in an address: its number on our side, its reference outside."""

    regex = "[a-z2-7]{13}"

    def to_python(self, value: str) -> int:
        """The number of the row."""
        return read_reference(value)

    def to_url(self, value: int) -> str:
        """Its reference."""
        return write_reference(int(value))
