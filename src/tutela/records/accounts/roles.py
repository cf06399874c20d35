"""What each function may do in a compartment: one table, read by people and by the tests.

A role never says how far somebody reads; that is the level of the membership. Nobody who administers accounts
reads anything by that alone, and opening identities belongs to the human rights officer and to nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.db.models import TextChoices


class May(StrEnum):
    """One kind of thing that somebody may do with the rows that they can read."""

    REPORT = "report"
    TRIAGE = "triage"
    VERIFY = "verify"
    DECIDE = "decide"
    PLAN = "plan"
    SIGN = "sign"
    RESPOND = "respond"
    DESCRIBE = "describe"
    ASSESS = "assess"
    EXPORT = "export"
    INFLUENCE = "reach by influence"
    OPEN_IDENTITIES = "open identities"
    KEEP_MEMBERS = "keep members"
    AUDIT = "audit"


class Role(TextChoices):
    """Functions in a presence, as their holders call them."""

    LIAISON_ASSISTANT = "liaison_assistant", "Community liaison assistant"
    DUTY_OFFICER = "duty_officer", "Duty officer, operations centre"
    PROTECTION_ADVISER = "protection_adviser", "Protection adviser"
    HUMAN_RIGHTS_OFFICER = "human_rights_officer", "Human rights officer"
    POLITICAL_OFFICER = "political_officer", "Political affairs officer"
    SITE_COMMANDER = "site_commander", "Site commander"
    ANALYST = "analyst", "Analyst"
    CUSTODIAN = "custodian", "Custodian of the compartment"
    AUDITOR = "auditor", "Auditor"


ABILITIES: Final[Mapping[str, frozenset[May]]] = {
    Role.LIAISON_ASSISTANT: frozenset({May.REPORT}),
    Role.DUTY_OFFICER: frozenset({May.REPORT, May.TRIAGE, May.DECIDE, May.RESPOND}),
    Role.PROTECTION_ADVISER: frozenset(
        {May.REPORT, May.TRIAGE, May.DECIDE, May.PLAN, May.SIGN, May.RESPOND, May.DESCRIBE, May.ASSESS, May.EXPORT}
        | {May.INFLUENCE}
    ),
    Role.HUMAN_RIGHTS_OFFICER: frozenset(
        {May.REPORT, May.TRIAGE, May.VERIFY, May.ASSESS, May.DESCRIBE, May.EXPORT, May.OPEN_IDENTITIES}
        | {May.INFLUENCE}
    ),
    Role.POLITICAL_OFFICER: frozenset(
        {May.REPORT, May.DECIDE, May.PLAN, May.SIGN, May.RESPOND, May.DESCRIBE, May.ASSESS, May.INFLUENCE}
    ),
    Role.SITE_COMMANDER: frozenset({May.REPORT, May.RESPOND}),
    Role.ANALYST: frozenset({May.ASSESS, May.EXPORT}),
    Role.CUSTODIAN: frozenset({May.KEEP_MEMBERS, May.AUDIT}),
    Role.AUDITOR: frozenset({May.AUDIT}),
}

ONLY_LOOKS: Final = frozenset({May.KEEP_MEMBERS, May.AUDIT})
"""What lets nobody put anything into a compartment."""
