"""What may leave: less than what may be read, and each time asked anew."""

from __future__ import annotations

from tutela.kernel.markings import Principal
from tutela.records.accounts.principals import Member, refused, require
from tutela.records.accounts.roles import May


def require_share(by: Principal, compartment: int, marking: int) -> Member:
    """Refuse unless they may take rows of this marking out of this compartment now."""
    member = require(by, May.EXPORT, compartment, marking)
    if not member.shares_up_to(compartment, marking):
        raise refused()
    return member
