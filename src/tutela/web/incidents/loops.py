"""Closing the loop: who heard nothing back, what was told to whom and when, what was promised and by what day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.commitments import Undertaking, commit, settle_commitment
from tutela.records.incidents.loops import Promises, list_commitments, list_public_commitments, list_told
from tutela.records.incidents.models import Commitment
from tutela.records.incidents.queries import unanswered_alerts
from tutela.records.incidents.watching import marking_of_places, name_places
from tutela.web.incidents import words
from tutela.web.incidents.words import WATCH, choose
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, choose_desk, show
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import read_reference, write_reference

_SHOWN: Final = 200
"""Alerts without an answer that are shown at once; how many more there are is said."""


@dataclass(frozen=True, slots=True)
class PromisePage:
    """The commitments of one presence."""

    desk: Desk
    promises: Promises
    people: Any

    def find(self, number: int) -> Commitment:
        """An open commitment of this page."""
        for row in self.promises.open:
            if row.pk == number:
                return row
        raise refused()


def show_loop(request: HttpRequest) -> HttpResponse:
    """Alerts of communities that heard nothing back, and what communities were told."""
    desk = choose_desk(WATCH, request)
    if desk is None:
        return show(WATCH, request, "none.html", 0, {})
    waiting = unanswered_alerts(by=desk.by, presence=desk.presence.pk)
    told, older = list_told(by=desk.by, presence=desk.presence.pk)
    people, sites = name_places(by=desk.by, presence=desk.presence.pk)
    rows = [*waiting, *(item.feedback for item in told), *(item.incident for item in told if item.incident)]
    context = {
        "waiting": waiting[:_SHOWN],
        "left": max(0, len(waiting) - _SHOWN),
        "told": told,
        "older": older,
        "people": people,
        "sites": sites,
    }
    return desk.show("loop.html", rows, context)


@writing
def show_commitments(request: HttpRequest) -> HttpResponse:
    """What communities were promised: what is overdue first, then what is due, then what became of the others."""
    page = _page(request)
    if page is None:
        return show(WATCH, request, "none.html", 0, {})
    refusal = None
    if request.method == "POST":
        back = reverse("watch:commitments")
        answer = take(request, page, tuple(_DEEDS.values()), back)
        if not isinstance(answer, Sheet):
            answer["Location"] += f"&presence={write_reference(page.desk.presence.pk)}"
            return answer
        refusal, page = answer, _page(request) or page
    if request.method == "GET" and request.GET.get("for") == "public":
        return _show_public(page.desk)
    forms, desk = Forms(page, _DEEDS, refusal), page.desk
    may = desk.may(May.RESPOND)
    context = {
        "open": [(row, forms.sheet("settle", row.pk) if desk.may(May.RESPOND, row.marking) else None)
                 for row in page.promises.open],
        "settled": page.promises.settled,
        "older": page.promises.left,
        "overdue": sum(row.due_on < desk.today for row in page.promises.open),
        "people": page.people,
        "new": forms.sheet("commit") if may else None,
        "refused": refusal,
        "http_status": forms.status,
    }  # fmt: skip
    rows = [*page.promises.open, *page.promises.settled]
    least = marking_of_places(by=desk.by, presence=desk.presence.pk)
    return desk.show("commitments.html", rows, context, least=least)


def _show_public(desk: Desk) -> HttpResponse:
    """What may be said outside of what was promised, for somebody to read before it leaves, and to print."""
    rows = list_public_commitments(by=desk.by, presence=desk.presence.pk)
    kept = sum(row.state == Commitment.State.KEPT for row, _place in rows)
    return desk.show("commitments_public.html", [row for row, _place in rows], {"rows": rows, "kept": kept})


def _page(request: HttpRequest) -> PromisePage | None:
    desk = choose_desk(WATCH, request)
    if desk is None:
        return None
    promises = list_commitments(by=desk.by, presence=desk.presence.pk)
    return PromisePage(desk, promises, name_places(by=desk.by, presence=desk.presence.pk)[0])


def _commit(page: PromisePage, sheet: Sheet) -> Commitment:
    return commit(
        by=page.desk.by,
        presence=page.desk.presence.pk,
        undertaking=Undertaking(**sheet.values),
        submission=sheet.submission,
    )


def _settle(page: PromisePage, sheet: Sheet) -> Commitment:
    row = page.find(sheet.row)
    return settle_commitment(by=page.desk.by, commitment=row.pk, expected_version=sheet.version, **sheet.values)


def commitment_fields(people: Any) -> tuple[Field, ...]:
    """What is asked of a commitment that belongs to no incident."""
    towns = tuple((write_reference(number), name) for number, name in people.items())
    return (
        Field("what", _("What was promised"), needed=True, longest=280),
        Field("to_whom", _("To whom, as a group or function"), needed=True, longest=120, hint=_("Not a name.")),
        Field("population", _("Which people at risk"), "choice", read=read_reference,
              choices=(("", _("None of these")), *towns)),
        Field("due_on", _("By what day"), "day", True),
        Field("owner", _("Which function sees to it"), needed=True, longest=80, hint=_("Not a name.")),
    )  # fmt: skip


_EVERY: Final[tuple[Deed[PromisePage], ...]] = (
    Deed(
        code="commit", title=_("Write down a commitment"), button=_("Write it down"), send=_commit, is_new=True,
        fields=lambda page: commitment_fields(page.people), known=lambda page: {"owner": page.desk.function()},
    ),
    Deed(
        code="settle", title=_("What became of it"), button=_("Write it down"), send=_settle,
        fields=lambda _page: (
            Field("state", _("What became of it"), "choice", True, choices=choose(words.SETTLED)),
            Field("note", _("Why, where it was not kept"), longest=280),
        ),
        version=lambda page, row: next((item.version for item in page.promises.open if item.pk == row), 0),
    ),
)  # fmt: skip
_DEEDS: Final = {deed.code: deed for deed in _EVERY}
