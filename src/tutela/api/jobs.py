"""One's own jobs: what was asked for behind the pages, how far it is, and stopping it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Path, Router

from tutela.api.entrance import principal_of
from tutela.api.shapes import (
    USUAL_PAGE,
    HandedIn,
    Limit,
    MarkingOut,
    Out,
    PageOf,
    RowIn,
    RowOut,
    answers,
    cut_page,
)
from tutela.records.accounts.queries import name_reached
from tutela.records.jobs.actions import JobView, cancel, list_jobs, look

router = Router(tags=["jobs"])


class JobOut(Out):
    """One job; `done` of `total` says how far it is, 0 of 0 that nobody knows. `problem` where it failed."""

    reference: RowOut
    kind: str
    state: str
    compartment: str
    marking: MarkingOut
    created: datetime
    started: datetime | None
    finished: datetime | None
    done: int
    total: int
    problem: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A job with what its compartment is called."""

    job: JobView
    compartment: str

    @property
    def pk(self) -> int:
        """Its number."""
        return self.job.number

    def fields(self) -> dict[str, Any]:
        """What is said of it; what it is about is not."""
        names = JobOut.model_fields.keys() - {"reference", "compartment"}
        own = {name: getattr(self.job, name) for name in names}
        return {"reference": self.pk, "compartment": self.compartment, **own}


@router.get("/jobs", response=answers(PageOf[JobOut]), operation_id="jobs")
def show_jobs(request: HttpRequest, kind: str = "", after: str = "", limit: Limit = USUAL_PAGE) -> dict[str, Any]:
    """One's own jobs, the newest first; the last hundred."""
    by = principal_of(request)
    names = name_reached(by=by)
    page = cut_page([show(job, names) for job in list_jobs(by=by, kind=kind)], after, limit)
    return page | {"items": [item.fields() for item in page["items"]]}


@router.get("/jobs/{job}", response=answers(JobOut), operation_id="job")
def show_job(request: HttpRequest, job: Path[RowIn]) -> dict[str, Any]:
    """One job of one's own."""
    by = principal_of(request)
    return show(look(by=by, number=job), name_reached(by=by)).fields()


@router.post("/jobs/{job}/cancel", response=answers(JobOut), operation_id="cancel-job")
def cancel_job(request: HttpRequest, job: Path[RowIn], body: HandedIn) -> dict[str, Any]:  # noqa: ARG001
    """Stop a job of one's own; one that runs ends at its next step, and leaves nothing."""
    by = principal_of(request)
    cancel(by=by, number=job)
    return show(look(by=by, number=job), name_reached(by=by)).fields()


def show(job: JobView, names: Mapping[int, str]) -> Shown:
    """A job as a program sees it."""
    return Shown(job, names.get(job.compartment, ""))
