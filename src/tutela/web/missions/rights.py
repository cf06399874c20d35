"""What activities serve of the policies that bind everybody, and, strictly confidential, which posts carry them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tutela.kernel.markings import Marking
from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import acting
from tutela.records.missions import actions, queries
from tutela.records.missions.models import Activity, HumanRightsLink, Policy
from tutela.web.missions.desks import REGISTER, row_at
from tutela.web.missions.pages import days_asked
from tutela.web.missions.words import LABELS, choices_of
from tutela.web.shared.deeds import Deed
from tutela.web.shared.desks import Desk, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet

_SECRET: Final = Marking.STRICTLY_CONFIDENTIAL
_NOT_HELD: Final = frozenset({Policy.AGENDA})
"""Policies whose text is not held: what links to them reads "not available"."""


@dataclass(frozen=True, slots=True)
class PostPage:
    """One activity, with what was said of the posts that it rests on; None while nothing was."""

    desk: Desk
    activity: Activity
    link: HumanRightsLink | None


def show_policies(request: HttpRequest, presence: int) -> HttpResponse:
    """What was done for each policy that binds every presence, with the policies for which nothing was."""
    desk = sit_down(REGISTER, request, presence)
    span = days_asked(desk)
    with acting(desk.by, "missions.show_policies"):
        links = queries.policy_links(by=desk.by, presence=presence, since=span.since, until=span.until)
    codes, names = dict(choices_of(Activity, "code")), dict(Policy.choices)
    context = {
        "span": span,
        "policies": [
            (names[code], code in _NOT_HELD, [(row, codes.get(row.code, row.code)) for row in rows])
            for code, rows in links.by_policy
        ],
        "none": links.none,
        "total": len(links.rows),
        "reads_posts": _reads(desk),
    }
    return desk.show("policies.html", links.rows, context)


def show_posts(request: HttpRequest, presence: int) -> HttpResponse:
    """The share of protection work that rests on human rights posts. It is a target list for cuts."""
    desk = sit_down(REGISTER, request, presence)
    if not _reads(desk):
        raise refused()
    span = days_asked(desk)
    days: dict[str, Any] = {"by": desk.by, "presence": presence, "since": span.since, "until": span.until}
    with acting(desk.by, "missions.show_posts"):
        share = queries.human_rights_share(**days)
        rows = queries.list_activities(**days, most=500)
        links = queries.list_rights_links(by=desk.by, presence=presence, activities=[row.pk for row in rows])
    codes = dict(choices_of(Activity, "code"))
    context = {
        "span": span,
        "share": share,
        "percent": None if share.estimate is None else _percent(share.estimate),
        "rows": [(row, codes.get(row.code, row.code), links.get(row.pk)) for row in rows],
        "may": desk.may(May.DESCRIBE, _SECRET),
    }
    return desk.show("posts.html", rows, context, least=_SECRET)


@writing
def write_post(request: HttpRequest, presence: int, number: int) -> HttpResponse:
    """Say of one activity how far it rests on human rights posts, and on which function."""
    page = _page(request, presence, number)
    if not page.desk.may(May.DESCRIBE, _SECRET):
        raise refused()
    if request.method == "POST":
        sheet = _REST.take(page, request)
        if sheet.made is not None:
            return HttpResponseRedirect(reverse("missions:posts", args=[presence]) + "?done=rest")
        sheet = _REST.show_again(_page(request, presence, number), sheet)
    else:
        sheet = _REST.sheet(page)
    name = dict(choices_of(Activity, "code")).get(page.activity.code, page.activity.code)
    context = {"deed": _REST, "sheet": sheet, "subject": name, "http_status": sheet.status}
    return page.desk.show("form_of_presence.html", [page.activity], context, least=_SECRET)


def _page(request: HttpRequest, presence: int, number: int) -> PostPage:
    desk = sit_down(REGISTER, request, presence)
    if not _reads(desk):
        raise refused()
    row = row_at(desk, Activity, number)
    links = queries.list_rights_links(by=desk.by, presence=presence, activities=[row.pk])
    return PostPage(desk, row, links.get(row.pk))


def _reads(desk: Desk) -> bool:
    return desk.by.reads(desk.presence.compartment_id, _SECRET)


def _percent(estimate: Any) -> tuple[int, int, int]:
    low, mid, high = (round(100 * value) for value in (estimate.low, estimate.mid, estimate.high))
    return low, mid, high


def _send(page: PostPage, sheet: Sheet) -> HumanRightsLink:
    return actions.link_human_rights(
        by=page.desk.by,
        activity=page.activity.pk,
        draft=actions.HumanRightsDraft(**sheet.values),
        expected_version=sheet.version,
    )


_REST: Final[Deed[PostPage]] = Deed(
    code="",
    title=_("Does this activity rest on human rights posts?"),
    button=_("Write it down"),
    fields=lambda _page: (
        Field("rests", LABELS["rests"], "choice", True, choices=choices_of(HumanRightsLink, "rests")),
        Field("function", LABELS["function"], longest=120, hint=_("A function, not a name.")),
    ),
    send=_send,
    version=lambda page, _row: page.link.version if page.link is not None else 0,
    stands=lambda page: {} if page.link is None else {"rests": page.link.rests, "function": page.link.function},
)
