"""The second person: who made something does not also sign it, unless there is nobody else who may."""

from __future__ import annotations

from typing import Final

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem, said
from tutela.records.accounts.principals import is_alone, require
from tutela.records.accounts.roles import May
from tutela.records.accounts.sealed import SealedModel
from tutela.records.incidents.fields import invalid, text

_REASON: Final = 20


def second_person(by: Principal, row: SealedModel, ability: May, first: str, alone_because: str) -> str:
    """ "" where somebody else made this; else the reason why one person does both. Raises where others could."""
    member = require(by, ability, row.compartment_id, row.marking)
    if first != by.actor:
        return ""
    if not is_alone(member, ability, row.compartment_id):
        raise Problem("not-possible", "This is yours.", remedy="Somebody else who may must do it.")
    reason = text(alone_because, "alone_because", 280)
    if len(reason) < _REASON:
        raise invalid(
            "alone_because",
            "This is yours, and nobody else here may.",
            said("Say in at least {reason} characters why you do it alone; it is shown.", reason=_REASON),
        )
    return reason
