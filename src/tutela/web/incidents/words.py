"""The words of the watch for what stands as a code, and what a page says after something was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from tutela.records.incidents.models import Clock, Commitment, HarmCheck, Rehearsal, Report
from tutela.records.incidents.words import HOSTS, PRECISIONS, RESPONDERS, RINGS, RUNGS, STATUSES, STEPS, WHATS
from tutela.web.incidents.guides import GUIDES
from tutela.web.shared.desks import Area
from tutela.web.shared.fields import Choices
from tutela.web.shared.words import COMPONENTS, PERPETRATORS, REPORT_KINDS, Word, name_code

REASONS: Final[Mapping[str, Word]] = {
    "not_credible": _("The report was not credible"),
    "no_asset": _("Nothing was there to act with"),
    "flight_denied": _("Flight denied"),
    "caveat": _("A national caveat"),
    "host_responding": _("The host is responding"),
    "would_endanger": _("Acting would endanger people"),
    "outside_area": _("Outside the area"),
}
WHY_UNCOVERED: Final[Mapping[str, Word]] = {
    "none": _("no plan"),
    "draft only": _("a draft, not signed"),
    "expired": _("ran out"),
}
CHANNELS: Final[Mapping[str, Word]] = {
    "in person": _("In person"),
    "telephone": _("Telephone"),
    "radio": _("Radio"),
    "messenger": _("Somebody they trust"),
}
OUTCOMES: Final[Mapping[str, Word]] = dict(Clock.Outcome.choices)
VERDICTS: Final[Mapping[str, Word]] = dict(HarmCheck.Verdict.choices)
ABOUTS: Final[Mapping[str, Word]] = dict(HarmCheck.About.choices)
SETTLED: Final[Mapping[str, Word]] = {
    value: label for value, label in Commitment.State.choices if value != Commitment.State.OPEN
}
REHEARSALS: Final[Mapping[str, Word]] = dict(Rehearsal.Kind.choices)
FILED_AS: Final[Mapping[str, Word]] = {
    code: REPORT_KINDS[code] for code in (Report.Kind.COMMUNITY_ALERT, Report.Kind.FIELD_REPORT)
}

DONE: Final[Mapping[str, Word]] = {
    "filed": _("The alert is filed. It waits in the inbox."),
    "triage": _("The report is sorted into this incident."),
    "report-status": _("The status of the report was changed."),
    "take-on": _("You see to it; the others who work this intake see that."),
    "intake-choice": _("What is wanted was kept."),
    "hand-off": _("It was written down to whom it was handed."),
    "start": _("The clock runs."),
    "stamp": _("The step was stamped."),
    "decide": _("The decision was written down."),
    "close": _("The clock is closed."),
    "harm-note": _("The do-no-harm note was kept."),
    "respond": _("Who answered was written down."),
    "check": _("The do-no-harm check was written down."),
    "tell": _("What the community was told was written down."),
    "commit": _("The commitment was written down."),
    "settle": _("What became of the commitment was written down."),
    "status": _("The status was changed."),
    "people": _("The number of people was changed."),
    "merge": _("The two incidents are one. It can be undone below."),
    "undo-merge": _("The merge is undone; the two incidents stand again."),
    "draft": _("The plan is drafted. Somebody else must sign it."),
    "revise": _("The draft was changed."),
    "sign": _("The plan is signed and in force."),
    "rehearse": _("The rehearsal was written down."),
    "ask-task": _("The task was asked for."),
    "answer-task": _("The answer was written down."),
    "report-back": _("What came of it was written down."),
}


WATCH: Final = Area("watch", "watch", DONE, GUIDES, "watch.md")


def choose(words: Mapping[str, Word], codes: Iterable[str] | None = None, none: Word | None = None) -> Choices:
    """Choices of these codes with their words, after an empty one that reads `none`."""
    listed = tuple((code, name_code(words, code)) for code in (words if codes is None else codes))
    return listed if none is None else (("", none), *listed)


__all__ = [
    "COMPONENTS",
    "HOSTS",
    "PERPETRATORS",
    "PRECISIONS",
    "REPORT_KINDS",
    "RESPONDERS",
    "RINGS",
    "RUNGS",
    "STATUSES",
    "STEPS",
    "WATCH",
    "WHATS",
    "choose",
    "name_code",
]
