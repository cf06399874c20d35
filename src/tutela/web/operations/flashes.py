"""A flash report out of a running clock: filled in already, issued with one press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tutela.data.documents.html import write_block
from tutela.kernel.problems import Problem
from tutela.records.incidents.duty.papers import FlashDraft, issue_flash
from tutela.records.incidents.flashes import Flash, prepare_flash, with_names
from tutela.records.incidents.operations import clock_of
from tutela.web.operations.area import AREA
from tutela.web.shared.deeds import Deed
from tutela.web.shared.desks import Desk, member, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet


@dataclass(frozen=True, slots=True)
class FlashPage:
    """What would be issued now."""

    desk: Desk
    flash: Flash


@writing
def show_flash(request: HttpRequest, incident: int) -> HttpResponse:
    """The flash report of an incident's clock, as it would be issued, with the one press that issues it."""
    page = _read(request, incident)
    sheet = _ISSUE.take(page, request) if request.method == "POST" else _ISSUE.sheet(page)
    if sheet.made is not None:
        return HttpResponseRedirect(reverse("operations:report", args=[sheet.made.pk]) + "?done=issue")
    flash = page.flash
    blocks = with_names(flash, flash.recipients, flash.never_told, flash.unknown)
    context: dict[str, Any] = {
        "flash": flash,
        "sheet": sheet,
        "fragment": SafeString("\n".join(write_block(block) for block in blocks)),
        "refused": sheet,
        "http_status": sheet.status,
    }
    return page.desk.show("flash.html", [flash.incident], context, least=flash.marking)


def _read(request: HttpRequest, incident: int) -> FlashPage:
    by = member(request)
    clock = clock_of(by=by, incident=incident)
    if clock is None:
        raise Problem("not-possible", "No clock runs for this incident.", remedy="Start the clock first.")
    flash = prepare_flash(by=by, clock=clock.pk, now=datetime.now(UTC))
    return FlashPage(sit_down(AREA, request, flash.incident.presence_id), flash)


def _issue(page: FlashPage, sheet: Sheet) -> Any:
    return issue_flash(by=page.desk.by, clock=page.flash.clock.pk, draft=FlashDraft(**sheet.values))


def _fields(_page: FlashPage) -> tuple[Field, ...]:
    return (
        Field("recipients", _("Who it is for, one function a line"), "list", needed=True),
        Field("not_told", _("Who else must NOT be told, one a line"), "list"),
        Field("issued_as", _("You issue it as"), needed=True, longest=80, hint=_("A function, not a name.")),
        Field("unknown", _("What else is not known, one a line"), "list", apart=True),
        Field("title", _("Another title"), longest=200, apart=True),
    )


_ISSUE: Final[Deed[FlashPage]] = Deed(
    code="issue",
    title=_("Issue it"),
    button=_("Issue the flash report"),
    send=_issue,
    fields=_fields,
    known=lambda page: {
        "recipients": "\n".join(page.flash.recipients),
        "issued_as": page.desk.function(),
    },
)
