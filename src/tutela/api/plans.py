"""Response plans: drafted and revised by programs, signed by people alone; rehearsed; taken on by components."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Path, Router
from pydantic import Field

from tutela.api.entrance import principal_of
from tutela.api.handing import hand_in, make
from tutela.api.shapes import (
    USUAL_PAGE,
    Changing,
    Count,
    Day,
    Flag,
    HandedIn,
    In,
    Limit,
    MarkingIn,
    Out,
    PageOf,
    Row,
    RowIn,
    RowOut,
    Version,
    WrittenOut,
    answers,
    cut_page,
    marking_of,
    named,
    require_one_of,
)
from tutela.records.incidents.actions import plans as actions
from tutela.records.incidents.actions import tasks
from tutela.records.incidents.coverage import PlanView, view_plan
from tutela.records.incidents.watching import list_plans as read_plans

router = Router(tags=["plans"])


class StepOut(Out):
    """One step: its code on the ladder, what is done, which function does it."""

    code: str
    what: str
    who: str


class PlanOut(Row):
    """What a presence will do if these people are attacked; minutes that are not known are null, never 0."""

    presence: RowOut = named("presence_id")
    population: RowOut | None = named("population_id")
    site: RowOut | None = named("site_id")
    title: str
    state: str
    steps: list[StepOut]
    recipients: list[str]
    not_told: list[str]
    arrive_minutes: int | None
    arrive_basis: str
    move_minutes: int | None
    move_basis: str
    act_minutes: int | None
    act_basis: str
    lead: str
    lead_component: str
    signed_at: datetime | None
    alone_because: str
    valid_until: date | None
    replaces: RowOut | None = named("replaces_id")


class TaskOut(Row):
    """What one component takes on in a plan."""

    component: str
    what: str
    owner: str
    state: str
    answer: str
    answered_at: datetime | None
    report: str
    reported_at: datetime | None


class RehearsalOut(Row):
    """A plan tried out against the clock."""

    held_on: date
    kind: str
    minutes: int
    result: str


class PlanFileOut(Out):
    """A plan today: whether it holds and was tried out, its tasks and rehearsals, the steps that it leaves open."""

    plan: PlanOut
    is_valid: bool
    ends_soon: bool
    exercised_on: date | None
    is_unexercised: bool
    steps_open: list[str]
    tasks: list[TaskOut]
    rehearsals: list[RehearsalOut]


class MinutesIn(In):
    """One of the three times, and what it rests on."""

    minutes: Count | None = None
    basis: str = ""


class StepIn(In):
    """One step that this presence can take."""

    code: str
    what: str
    who: str


class PlanIn(HandedIn):
    """What a plan says; `not_told` are functions that must not be told."""

    title: str
    lead: str
    lead_component: str
    steps: tuple[StepIn, ...] = Field(default=(), max_length=30)
    recipients: tuple[str, ...] = ()
    not_told: tuple[str, ...] = ()
    can_arrive: MinutesIn = MinutesIn()
    may_move: MinutesIn = MinutesIn()
    can_act: MinutesIn = MinutesIn()

    def draft(self) -> actions.Draft:
        """As the register takes it."""
        given: dict[str, Any] = self.model_dump(
            include={"title", "lead", "lead_component", "steps", "recipients", "not_told"}
        )
        for name in ("can_arrive", "may_move", "can_act"):
            given[name] = actions.Minutes(**getattr(self, name).model_dump())
        return actions.Draft(**given)


class NewPlanIn(PlanIn):
    """A new plan, for one population at risk or for one site."""

    population: RowIn | None = None
    site: RowIn | None = None
    marking: MarkingIn | None = None


class RevisionIn(PlanIn):
    """A plan written anew; of a signed one, the draft that is to replace it."""

    expected_version: Version


class RehearsalIn(HandedIn):
    """How a plan was tried out, how long it took, what that showed."""

    kind: str
    held_on: Day
    minutes: Count
    result: str


class TaskIn(HandedIn):
    """What a component is asked to take on; the owner is a function."""

    component: str
    what: str
    owner: str


class TaskAnswerIn(Changing):
    """Accepted or declined; who declines says why."""

    accept: Flag
    note: str = ""


class TaskReportIn(Changing):
    """What came of it."""

    report: str


@router.get("/presences/{presence}/plans", response=answers(PageOf[PlanOut]), operation_id="plans")
def list_plans(
    request: HttpRequest, presence: Path[RowIn], after: str = "", limit: Limit = USUAL_PAGE
) -> dict[str, Any]:
    """The plans of a presence that were not replaced: for people first, then for sites."""
    lines = read_plans(by=principal_of(request), presence=presence, today=_today())
    return cut_page([line.plan for line in lines], after, limit)


@router.get("/plans/{plan}", response=answers(PlanFileOut), operation_id="plan")
def show_plan(request: HttpRequest, plan: Path[RowIn]) -> PlanView:
    """One plan with its tasks and rehearsals, as of today."""
    return view_plan(by=principal_of(request), plan=plan, on=_today())


@router.post("/plans", response=answers(WrittenOut, 201), operation_id="draft-plan")
def draft_plan(request: HttpRequest, plan: NewPlanIn) -> Any:
    """Draft a plan. Signing it is for somebody else, at the pages: no token signs."""
    by = principal_of(request)
    return make(
        request,
        plan,
        lambda: actions.draft_plan(
            by=by,
            draft=plan.draft(),
            population=plan.population,
            site=plan.site,
            marking=marking_of(plan.marking),
        ),
    )


@router.post("/plans/{plan}", response=answers(WrittenOut), operation_id="revise-plan")
def revise_plan(request: HttpRequest, plan: Path[RowIn], revision: RevisionIn) -> dict[str, int]:
    """Change a draft; of a signed plan, draft what is to replace it. The answer names the draft."""
    by = principal_of(request)
    return hand_in(
        request,
        revision,
        lambda: actions.revise_plan(
            by=by, plan=plan, draft=revision.draft(), expected_version=revision.expected_version
        ),
    )


@router.post("/plans/{plan}/rehearsals", response=answers(WrittenOut, 201), operation_id="rehearse-plan")
def rehearse(request: HttpRequest, plan: Path[RowIn], rehearsal: RehearsalIn) -> Any:
    """Write down that a plan was tried out."""
    by = principal_of(request)
    given = rehearsal.model_dump(exclude={"submission"})
    return make(request, rehearsal, lambda: actions.rehearse(by=by, plan=plan, **given))


@router.post("/plans/{plan}/tasks", response=answers(WrittenOut, 201), operation_id="ask-task")
def ask_task(request: HttpRequest, plan: Path[RowIn], task: TaskIn) -> Any:
    """Ask a component to take something on."""
    by = principal_of(request)
    given = task.model_dump(exclude={"submission"})
    return make(request, task, lambda: tasks.ask_task(by=by, plan=plan, **given))


@router.post("/plans/{plan}/tasks/{task}/answer", response=answers(WrittenOut), operation_id="answer-task")
def answer_task(request: HttpRequest, plan: Path[RowIn], task: Path[RowIn], answer: TaskAnswerIn) -> dict[str, int]:
    """Accept or decline a task of this plan."""
    by = principal_of(request)
    require_one_of(view_plan(by=by, plan=plan, on=_today()).tasks, task)
    given = answer.model_dump(exclude={"submission"})
    return hand_in(request, answer, lambda: tasks.answer_task(by=by, task=task, **given))


@router.post("/plans/{plan}/tasks/{task}/report", response=answers(WrittenOut), operation_id="report-task")
def report_back(request: HttpRequest, plan: Path[RowIn], task: Path[RowIn], report: TaskReportIn) -> dict[str, int]:
    """Say what came of a task of this plan that was accepted."""
    by = principal_of(request)
    require_one_of(view_plan(by=by, plan=plan, on=_today()).tasks, task)
    given = report.model_dump(exclude={"submission"})
    return hand_in(request, report, lambda: tasks.report_back(by=by, task=task, **given))


def _today() -> date:
    return datetime.now(UTC).date()
