"""What every page of the operations centre shares: its area, its words, the row that a form speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from tutela.records.accounts.principals import refused
from tutela.records.incidents.models.rows import IncidentRow
from tutela.web.shared.desks import Area
from tutela.web.shared.fields import Choices
from tutela.web.shared.words import Word

DONE: Final[Mapping[str, Word]] = {
    "log": _("The line is in the log."),
    "correct": _("The line is corrected; what was wrong is kept beside it."),
    "add-contact": _("The contact is in the tree."),
    "change-contact": _("The contact was changed."),
    "try-contact": _("It is written down that the number answers."),
    "retire-contact": _("The contact was taken out; whoever they called moved up."),
    "give": _("The shift is given over. The incoming must take it."),
    "add-note": _("What you added is in the handover."),
    "take": _("You have the shift."),
    "call": _("The meeting is called, with the agenda that the register made."),
    "renew": _("The agenda was filled in anew."),
    "hold": _("The meeting was written down."),
    "resolve": _("The decision was written down; its component is asked."),
    "accept": _("It is accepted."),
    "decline": _("It is declined."),
    "report": _("What came of it was written down."),
    "withdraw": _("The decision was taken back."),
    "check": _("The item was written down."),
    "draft": _("The report is drafted. Read it, add the assessment, have it signed off."),
    "edit": _("The report was changed."),
    "refill": _("The report was filled in anew; the assessment was kept."),
    "sign": _("The report is signed off. It can be issued."),
    "issue": _("The report is issued. It is not changed any more."),
    "revise": _("The next edition is drafted; the one that was issued stands until then."),
}

AREA: Final = Area("operations", "watch", DONE)

KINDS: Final[Mapping[str, Word]] = {
    "clock": _("Clocks that run"),
    "undecided": _("Clocks that run with nothing decided"),
    "note": _("Do-no-harm notes that are overdue"),
    "alert": _("Alerts of communities that heard nothing back"),
    "commitment": _("Commitments due within a week, or overdue"),
    "decision": _("Decisions of the working group that are open"),
    "review": _("Threats whose review is overdue"),
    "plan": _("Plans that ran out, or end within thirty days"),
    "task": _("Tasks of plans that nobody answered"),
    "uncovered": _("People at risk without a valid plan"),
}


def pick(rows: Iterable[IncidentRow], number: int) -> Any:
    """The row of this page that a form speaks of; refused where it is none of them."""
    found = next((row for row in rows if row.pk == number), None)
    if found is None:
        raise refused()
    return found


def version_of(rows: Iterable[IncidentRow], number: int) -> int:
    """The version of that row, for its form; 0 where it is none of the page's."""
    return next((row.version for row in rows if row.pk == number), 0)


def options(pairs: Iterable[tuple[Any, Any]]) -> Choices:
    """A model's choices as those of a field."""
    return tuple((str(code), _(str(label))) for code, label in pairs)


def by_kind(waiting: Iterable[Any]) -> list[tuple[Word, list[Any]]]:
    """What waits under the heading of its kind, in the order of reading."""
    held: dict[str, list[Any]] = {}
    for item in waiting:
        held.setdefault(item.kind, []).append(item)
    return [(words, held[kind]) for kind, words in KINDS.items() if kind in held]
