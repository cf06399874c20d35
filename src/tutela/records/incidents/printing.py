"""A report of the operations centre as a document, whatever it is written out as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from tutela.data.documents import (
    Block,
    Candour,
    Document,
    Heading,
    Labels,
    Listing,
    Paragraph,
    Table,
    from_json,
)
from tutela.kernel.markings import Marking, Principal
from tutela.records.incidents.finding import note_access, see_presence, see_row
from tutela.records.incidents.models import Paper
from tutela.records.incidents.situation import BLOCKS
from tutela.records.incidents.words import HOSTS, STATUSES
from tutela.records.ledger.acts import action

TITLES: Final[Mapping[str, Promise]] = {
    "unit_location": gettext_lazy("Where units are"),
    "places_visited": gettext_lazy("Places visited and patrolled"),
    "significant_incidents": gettext_lazy("Significant incidents"),
    "action_taken": gettext_lazy("Action taken"),
    "special_reports_24h": gettext_lazy("Special reports in the last 24 hours"),
    "special_tasks": gettext_lazy("Special tasks"),
    "national_resources": gettext_lazy("Resources and consent"),
    "gender_observations": gettext_lazy("Gender-related observations and action"),
    "assessment": gettext_lazy("Assessment"),
}


@action("incidents.print_paper")
def print_paper(*, by: Principal, paper: int) -> Document:
    """The document of a report, for whoever may read it; that it was written out is an entry of the ledger."""
    row = see_row(by, Paper, paper)
    home = see_presence(by, row.presence_id)
    note_access("export", row)
    return document_of(row, invented=home.invented)


def document_of(row: Paper, *, invented: bool = False) -> Document:
    """A report as it was issued, or as its draft stands; in its own language."""
    with override(row.language):
        notices = [
            (row.state in (Paper.State.DRAFT, Paper.State.SIGNED), _("Draft: not issued.")),
            (row.state == Paper.State.REPLACED, _("Replaced by a later edition.")),
            (bool(row.alone_because), f"{_('Signed off by its own author')}: {row.alone_because}"),
            (invented, _("Invented: no place, person or event in it is real.")),
        ]
        edition = f", {_('edition')} {row.edition}" if row.edition > 1 else ""
        issued = f", {_('issued by')} {row.issued_as}" if row.issued_as else ""
        return Document(
            title=row.title + edition,
            marking=Marking(row.marking),
            issued=row.issued_at or row.as_of,
            blocks=from_json(row.content) if row.content else tuple(blocks_of(row)),
            recipient="; ".join(row.recipients),
            as_of=f"{row.as_of:%Y-%m-%d %H:%M} UTC{issued}",
            language=row.language,
            sources=(_("The register, as its author could read it at the time above."),),
            notice=" ".join(words for holds, words in notices if holds),
            labels=Labels(
                _("For"),
                _("Issued"),
                _("As of"),
                _("Sources"),
                _("Page"),
                _("of"),
                str(_(Marking(row.marking).label)),
            ),
        )


def blocks_of(row: Paper) -> list[Block]:
    """The blocks of a daily report out of its text and its counts; each of the nine is there, also an empty one."""
    held = {item["block"]: item["text"] for item in row.sections}
    made: list[Block] = []
    if row.not_told:
        names = "; ".join(str(HOSTS.get(name, name)) for name in row.not_told)
        made.append(Candour(_("Must NOT be told"), (names,)))
    for block in BLOCKS:
        made.append(Heading(str(TITLES[block])))
        if block == "significant_incidents":
            made += _counts(row.figures)
        lines = tuple(line for line in held.get(block, "").splitlines() if line.strip())
        if not lines:
            made.append(Paragraph(_("Nothing was written down; that is not the same as nothing happened.")))
        elif len(lines) == 1 or block == "assessment":
            made += [Paragraph(line) for line in lines]
        else:
            made.append(Listing(lines))
    return [*made, Candour(_("What is not known"), _unknown(row.figures))]


def _counts(figures: list[dict[str, Any]]) -> list[Block]:
    rows = [item for item in figures if item["status"] != "untriaged"]
    if not rows:
        return []
    head = (_("Status"), _("Incidents"), _("Answered"), _("By nobody"), _("Not known"), _("Share answered"))
    return [
        Table(head, tuple(_row(item) for item in rows)),
        Paragraph(
            _(
                "At least so many: incidents of the day that reached the register. What is alleged and what is"
                " verified are never added up. Share answered: of those of which it is written down, with its 95 %"
                " Wilson interval."
            ),
            quiet=True,
        ),
    ]


def _row(item: Mapping[str, Any]) -> tuple[str, ...]:
    low, mid, high = item["share"] or (None, None, None)
    share = _("nothing written down") if mid is None else f"{mid:.0%} ({low:.0%}-{high:.0%})"
    least = _("at least {number}").format(number=item["incidents"]) if item["incidents"] else _("none known")
    numbers = (str(item["answered"]), str(item["unanswered"]), str(item["not_known"]))
    return (str(STATUSES.get(item["status"], item["status"])), least, *numbers, share)


def _unknown(figures: list[dict[str, Any]]) -> tuple[str, ...]:
    waiting = sum(item["incidents"] for item in figures if item["status"] == "untriaged")
    lines = [
        _("What was not reported. Fewer reports are not fewer incidents."),
        _("Who is said to have done it is not in this paper; ask the register."),
    ]
    if waiting:
        lines.insert(0, _("{number} reports of this day were not sorted yet.").format(number=waiting))
    return tuple(lines)
