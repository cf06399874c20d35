"""Response plans: the list by population and by site, drafting, and one plan with all that is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tutela.records.accounts.principals import refused
from tutela.records.accounts.roles import May
from tutela.records.incidents.actions.clocks import possible_steps
from tutela.records.incidents.actions.plans import (
    HOST,
    Draft,
    Minutes,
    draft_plan,
    rehearse,
    revise_plan,
    sign_plan,
)
from tutela.records.incidents.actions.tasks import answer_task, ask_task, report_back
from tutela.records.incidents.coverage import PlanView, view_plan
from tutela.records.incidents.fields import components
from tutela.records.incidents.models import Plan, Rehearsal
from tutela.records.incidents.watching import list_plans, marking_of_places, name_places
from tutela.records.missions import queries
from tutela.records.missions.models import Population, Site
from tutela.web.incidents import words
from tutela.web.incidents.words import WATCH, choose
from tutela.web.shared.deeds import Deed, Forms, take
from tutela.web.shared.desks import Desk, choose_desk, member, show, sit_down
from tutela.web.shared.doors import writing
from tutela.web.shared.fields import Field
from tutela.web.shared.forms import Sheet
from tutela.web.shared.references import read_reference

TIMES: Final = (
    ("arrive", "can_arrive", _("Can arrive, minutes")),
    ("move", "may_move", _("May move, minutes")),
    ("act", "can_act", _("Can act, minutes")),
)
"""The three times, each with what it rests on."""


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One plan as its page shows it; `name` is that of the people or the site it is for."""

    desk: Desk
    view: PlanView
    name: str
    function: str

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.view.plan

    def may(self, ability: May) -> bool:
        """Whether they may do this with this plan."""
        return self.desk.may(ability, self.plan.marking)


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A plan that is about to be drafted, and the people or the site that it is for."""

    desk: Desk
    target: Population | Site


def show_plans(request: HttpRequest) -> HttpResponse:
    """The plans of a presence: for people first, then for sites."""
    desk = choose_desk(WATCH, request)
    if desk is None:
        return show(WATCH, request, "none.html", 0, {})
    lines = list_plans(by=desk.by, presence=desk.presence.pk, today=desk.today)
    people, sites = name_places(by=desk.by, presence=desk.presence.pk)
    planned = {line.plan.population_id for line in lines}, {line.plan.site_id for line in lines}
    context = {
        "lines": lines,
        "people_open": {key: name for key, name in people.items() if key not in planned[0]},
        "sites_open": {key: name for key, name in sites.items() if key not in planned[1]},
    }
    return desk.show(
        "plans.html",
        [line.plan for line in lines],
        context,
        least=marking_of_places(by=desk.by, presence=desk.presence.pk),
    )


@writing
def new_plan(request: HttpRequest) -> HttpResponse:
    """Draft a plan for a population or a site that the address names."""
    by = member(request)
    kind: type[Population] | type[Site] = Population if "population" in request.GET else Site
    number = read_reference(request.GET.get("population") or request.GET.get("site") or "")
    target: Any = queries.read_row(by=by, model=kind, number=number)
    desk = sit_down(WATCH, request, target.presence_id)
    if not desk.may(May.PLAN, target.marking):
        raise refused()
    page = DraftPage(desk, target)
    sheet = _DRAFT.take(page, request) if request.method == "POST" else _DRAFT.sheet(page)
    if sheet.made is not None:
        return _to(sheet.made, "draft")
    context = {"sheet": sheet, "name": target.name, "refused": sheet, "http_status": sheet.status}
    return desk.show("draft.html", (target,), context)


@writing
def revise_plan_page(request: HttpRequest, plan: int) -> HttpResponse:
    """Change a draft, or draft what is to replace a signed plan."""
    page = _page(request, plan)
    if not page.may(May.PLAN):
        raise refused()
    if request.method == "POST":
        sheet = _REVISE.take(page, request)
        if sheet.made is not None:
            return _to(sheet.made, "revise")
        page = _page(request, plan)
        sheet = _REVISE.show_again(page, sheet)
    else:
        sheet = _REVISE.sheet(page)
    context = {"sheet": sheet, "name": page.name, "plan": page.plan, "refused": sheet, "http_status": sheet.status}
    return page.desk.show("draft.html", (page.plan,), context)


@writing
def show_plan(request: HttpRequest, plan: int) -> HttpResponse:
    """One plan: who must not be told, its steps and times, its tasks and rehearsals, its signature."""
    page = _page(request, plan)
    refusal = None
    if request.method == "POST":
        answer = take(request, page, tuple(_DEEDS.values()), reverse("watch:plan", args=[plan]))
        if not isinstance(answer, Sheet):
            return answer
        refusal, page = answer, _page(request, plan)
    forms = Forms(page, _DEEDS, refusal)
    standing = page.plan.state != Plan.State.RETIRED
    wanted = {
        "sign": page.may(May.SIGN) and page.plan.state == Plan.State.DRAFT,
        "rehearse": page.may(May.PLAN) and standing,
        "ask-task": page.may(May.PLAN) and standing,
    }
    context = {
        "page": page,
        "plan": page.plan,
        "view": page.view,
        "times": [(label, getattr(page.plan, f"{name}_minutes"), getattr(page.plan, f"{name}_basis"))
                  for name, _draft, label in TIMES],
        "tasks": [(task, _of_task(page, forms, task)) for task in page.view.tasks],
        "forms": {code.replace("-", "_"): forms.sheet(code) for code, is_wanted in wanted.items() if is_wanted},
        "may_revise": page.may(May.PLAN) and standing,
        "is_mine": page.plan.drafted_by == page.desk.by.actor,
        "refused": refusal,
        "http_status": forms.status,
    }  # fmt: skip
    return page.desk.show("plan.html", (page.plan,), context)


def draft_fields(desk: Desk) -> tuple[Field, ...]:
    """The questions of a plan: the steps that this presence can take, and no other."""
    steps: list[Field] = []
    for rung in possible_steps(desk.presence):
        name = words.name_code(words.RUNGS, rung.code)
        steps.append(
            Field(
                f"what_{rung.code}", name, longest=280, hint=_("What is done; empty where it is not in the plan.")
            )
        )
        steps.append(Field(f"who_{rung.code}", _("By which function"), longest=80))
    times = [
        part
        for name, _draft, label in TIMES
        for part in (
            Field(f"{name}_minutes", label, "number", hint=_("Empty where it is not known.")),
            Field(f"{name}_basis", _("What that rests on"), longest=280),
        )
    ]
    return (
        Field("title", _("What the plan is called"), needed=True, longest=160),
        Field("lead", _("Which function leads"), needed=True, longest=80),
        Field("lead_component", _("Of which component"), "choice", needed=True,
              choices=choose(words.COMPONENTS, components())),
        Field("recipients", _("Who is told, one function a line"), "list"),
        Field("hosts", _("Of the host, who must not be told"), "several", choices=choose(words.HOSTS, HOST)),
        Field("not_told", _("Who else must not be told, one function a line"), "list"),
        *steps,
        *times,
    )  # fmt: skip


def _page(request: HttpRequest, plan: int) -> PlanPage:
    by = member(request)
    view = view_plan(by=by, plan=plan, on=datetime.now(UTC).date())
    desk = sit_down(WATCH, request, view.plan.presence_id)
    people, sites = name_places(by=by, presence=desk.presence.pk)
    name = people.get(view.plan.population_id or 0, "") or sites.get(view.plan.site_id or 0, "")
    return PlanPage(desk, view, name, desk.function())


def _draft(values: Mapping[str, Any]) -> Draft:
    steps = [
        {"code": name.removeprefix("what_"), "what": what, "who": values[name.replace("what_", "who_")]}
        for name, what in values.items()
        if name.startswith("what_") and what.strip()
    ]
    times = {draft: Minutes(values[f"{name}_minutes"], values[f"{name}_basis"]) for name, draft, _label in TIMES}
    return Draft(
        title=values["title"],
        lead=values["lead"],
        lead_component=values["lead_component"],
        steps=steps,
        recipients=values["recipients"],
        not_told=(*values["hosts"], *values["not_told"]),
        **times,
    )


def _known(plan: Plan) -> dict[str, Any]:
    known: dict[str, Any] = {name: getattr(plan, name) for name in ("title", "lead", "lead_component")}
    known["recipients"] = "\n".join(plan.recipients)
    known["hosts"] = tuple(name for name in plan.not_told if name in HOST)
    known["not_told"] = "\n".join(name for name in plan.not_told if name not in HOST)
    for name, _draft, _label in TIMES:
        known |= {key: getattr(plan, key) for key in (f"{name}_minutes", f"{name}_basis")}
    for item in plan.steps:
        known |= {f"what_{item['code']}": item["what"], f"who_{item['code']}": item["who"]}
    return known


def _of_task(page: PlanPage, forms: Forms[PlanPage], task: Any) -> tuple[Sheet, ...]:
    codes = {"asked": ("answer-task",), "accepted": ("report-back",)}.get(task.state, ())
    return tuple(forms.sheet(code, task.pk) for code in codes) if page.may(May.RESPOND) else ()


def _task(page: PlanPage, sheet: Sheet) -> int:
    if sheet.row not in {task.pk for task in page.view.tasks}:
        raise refused()
    return sheet.row


def _task_version(page: PlanPage, row: int) -> int:
    return next((task.version for task in page.view.tasks if task.pk == row), 0)


def _answer(page: PlanPage, sheet: Sheet) -> Any:
    accept = sheet.values["answer"] == "accept"
    return answer_task(
        by=page.desk.by,
        task=_task(page, sheet),
        accept=accept,
        note=sheet.values["note"],
        expected_version=sheet.version,
    )


def _sign_fields(page: PlanPage) -> tuple[Field, ...]:
    until = Field("valid_until", _("It holds until"), "day", needed=True, hint=_("A year at most."))
    alone = Field("alone_because", _("Why you sign your own draft: nobody else here may"), "text", longest=280)
    return (until, alone) if page.plan.drafted_by == page.desk.by.actor else (until,)


def _to(plan: Plan, code: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("watch:plan", args=[plan.pk]) + f"?done={code}")


def _draft_anew(page: DraftPage, sheet: Sheet) -> Plan:
    kind = "population" if isinstance(page.target, Population) else "site"
    own: dict[str, Any] = {kind: page.target.pk}
    return draft_plan(by=page.desk.by, draft=_draft(sheet.values), **own)


_DRAFT: Final[Deed[DraftPage]] = Deed(
    code="draft",
    title=_("Draft a plan"),
    button=_("Keep the draft"),
    fields=lambda page: draft_fields(page.desk),
    send=_draft_anew,
    known=lambda page: {
        "title": _now("If %(name)s is attacked") % {"name": page.target.name[:120]},
        "lead": page.desk.function(),
        "lead_component": "civilian",
    },
)
_REVISE: Final[Deed[PlanPage]] = Deed(
    code="revise",
    title=_("Change the draft"),
    button=_("Keep the draft"),
    fields=lambda page: draft_fields(page.desk),
    send=lambda page, sheet: revise_plan(
        by=page.desk.by, plan=page.plan.pk, draft=_draft(sheet.values), expected_version=sheet.version
    ),
    version=lambda page, _row: page.plan.version,
    stands=lambda page: _known(page.plan),
)
_EVERY: Final[tuple[Deed[PlanPage], ...]] = (
    Deed(
        code="sign", title=_("Sign the plan"), button=_("Sign"), fields=_sign_fields,
        send=lambda page, sheet: sign_plan(
            by=page.desk.by, plan=page.plan.pk, expected_version=sheet.version, **sheet.values
        ),
        version=lambda page, _row: page.plan.version,
    ),
    Deed(
        code="rehearse", title=_("Write down a rehearsal"), button=_("Write it down"),
        fields=lambda _page: (
            Field("held_on", _("Held on"), "day", needed=True),
            Field("kind", _("How"), "choice", needed=True, choices=choose(words.REHEARSALS)),
            Field("minutes", _("It took, minutes"), "number", needed=True),
            Field("result", _("What it showed"), "text", needed=True, longest=280),
        ),
        send=lambda page, sheet: rehearse(by=page.desk.by, plan=page.plan.pk, **sheet.values),
        known=lambda _page: {"kind": Rehearsal.Kind.values[0]},
    ),
    Deed(
        code="ask-task", title=_("Ask a component"), button=_("Ask"),
        fields=lambda _page: (
            Field("component", _("Which component"), "choice", needed=True,
                  choices=choose(words.COMPONENTS, components())),
            Field("what", _("What it takes on"), needed=True, longest=280),
            Field("owner", _("Which function owns it"), needed=True, longest=80),
        ),
        send=lambda page, sheet: ask_task(by=page.desk.by, plan=page.plan.pk, **sheet.values),
        known=lambda page: {"component": page.plan.lead_component},
    ),
    Deed(
        code="answer-task", title=_("Answer"), button=_("Write the answer down"), send=_answer,
        fields=lambda _page: (
            Field("answer", _("Answer"), "choice", needed=True,
                  choices=(("", _("Choose")), ("accept", _("Accept")), ("decline", _("Decline")))),
            Field("note", _("Why, where it is declined"), longest=280),
        ),
        version=_task_version,
    ),
    Deed(
        code="report-back", title=_("Report back"), button=_("Report back"),
        fields=lambda _page: (Field("report", _("What came of it"), needed=True, longest=280),),
        send=lambda page, sheet: report_back(
            by=page.desk.by, task=_task(page, sheet), expected_version=sheet.version, **sheet.values
        ),
        version=_task_version,
    ),
)  # fmt: skip
_DEEDS: Final = {deed.code: deed for deed in _EVERY}
