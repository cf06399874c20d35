"""Exports: asked for, looked at, fetched while the right lasts, destroyed before their day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.http import FileResponse, HttpRequest
from ninja import Path, Router

from tutela.api.entrance import principal_of
from tutela.api.handing import make
from tutela.api.jobs import JobOut
from tutela.api.jobs import show as show_job
from tutela.api.shapes import (
    REFUSALS,
    USUAL_PAGE,
    Day,
    HandedIn,
    Limit,
    MarkingIn,
    PageOf,
    ProblemOut,
    RowIn,
    RowOut,
    WrittenOut,
    answers,
    cut_page,
)
from tutela.kernel.problems import Problem
from tutela.records.accounts.principals import Member, refused
from tutela.records.accounts.queries import name_reached
from tutela.records.exports import actions
from tutela.records.exports.formats import CsvExporter, GeoJsonExporter
from tutela.records.exports.making import Wish
from tutela.records.exports.tables import Choice
from tutela.records.exports.workbooks import XlsxExporter
from tutela.records.jobs.actions import JobView, list_jobs, look
from tutela.records.jobs.models import State

router = Router(tags=["exports"])

_FILES: Final = (CsvExporter.media_type, GeoJsonExporter.media_type, XlsxExporter.media_type)


class ExportOut(JobOut):
    """An export: the job that makes it, what was asked for, and what was made once it is done."""

    table: str
    format: str
    purpose: str
    presence: RowOut | None
    since: date | None
    until: date | None
    name: str | None = None
    rows: int | None = None
    excluded: dict[str, int] | None = None
    as_of: datetime | None = None
    expires: datetime | None = None


class ExportIn(HandedIn):
    """Which table as what file, out of which compartment up to which marking, and what for."""

    table: str
    format: str
    compartment: str
    marking: MarkingIn
    purpose: str
    presence: RowIn | None = None
    since: Day | None = None
    until: Day | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The job of an export that was asked for."""

    pk: int
    version: int = 1


@router.get("/exports", response=answers(PageOf[ExportOut]), operation_id="exports")
def list_exports(request: HttpRequest, after: str = "", limit: Limit = USUAL_PAGE) -> dict[str, Any]:
    """One's own exports, the newest first; the last hundred."""
    by = principal_of(request)
    names = name_reached(by=by)
    rows = [show_job(job, names) for job in list_jobs(by=by, kind=actions.KIND)]
    page = cut_page(rows, after, limit)
    return page | {"items": [_describe(by, item.job, names) for item in page["items"]]}


@router.get("/exports/{export}", response=answers(ExportOut), operation_id="export")
def show_export(request: HttpRequest, export: Path[RowIn]) -> dict[str, Any]:
    """One export: how far it is, and what was made."""
    by = principal_of(request)
    return _describe(by, _own(by, export), name_reached(by=by))


@router.post("/exports", response=answers(WrittenOut, 201), operation_id="ask-export")
def ask_export(request: HttpRequest, wish: ExportIn) -> Any:
    """Ask for an export; it is made behind the pages, and its reference says where to look."""
    by = principal_of(request)
    numbers = {key: number for number, key in name_reached(by=by).items()}
    if wish.compartment not in numbers:
        raise refused()
    choice = Choice(numbers[wish.compartment], int(wish.marking), wish.presence, wish.since, wish.until)
    given = Wish(wish.table, wish.format, choice, wish.purpose)
    return make(request, wish, lambda: Asked(actions.ask(by=by, wish=given)))


@router.get(
    "/exports/{export}/file",
    response={REFUSALS: ProblemOut},
    operation_id="export-file",
    openapi_extra={"responses": {200: {"description": "The file", "content": {kind: {} for kind in _FILES}}}},
)
def fetch_file(request: HttpRequest, export: Path[RowIn]) -> FileResponse:
    """The file, for whoever asked, while they still may take it out; each fetching is an entry of the ledger."""
    return _hand_out(principal_of(request), export, manifest=False)


@router.get(
    "/exports/{export}/manifest",
    response={REFUSALS: ProblemOut},
    operation_id="export-manifest",
    openapi_extra={"responses": {200: {"description": "The manifest", "content": {"application/json": {}}}}},
)
def fetch_manifest(request: HttpRequest, export: Path[RowIn]) -> FileResponse:
    """The manifest of the file, on the same terms."""
    return _hand_out(principal_of(request), export, manifest=True)


@router.post("/exports/{export}/destroy", response=answers(ExportOut), operation_id="destroy-export")
def destroy_export(request: HttpRequest, export: Path[RowIn], body: HandedIn) -> dict[str, Any]:  # noqa: ARG001
    """Destroy the file before its day; that one had it stays written down."""
    by = principal_of(request)
    _own(by, export)
    actions.take_back(by=by, job=export)
    return _describe(by, _own(by, export), name_reached(by=by))


def _own(by: Member, number: int) -> JobView:
    """The job of one's own export; one of another kind is as if it were not there."""
    job = look(by=by, number=number)
    if job.kind != actions.KIND:
        raise refused()
    return job


def _hand_out(by: Member, export: int, *, manifest: bool) -> FileResponse:
    job = _own(by, export)
    if job.is_open:
        raise Problem("not-possible", "This export is not made yet.", remedy="Look at it again in a little while.")
    handed = actions.fetch(by=by, job=job.number, manifest=manifest)
    answer = FileResponse(handed.stream, as_attachment=True, filename=handed.name, content_type=handed.media_type)
    answer["Content-Length"] = str(handed.size)
    return answer


def _describe(by: Member, job: JobView, names: dict[int, str]) -> dict[str, Any]:
    asked = {name: job.spec[name] for name in ("table", "format", "purpose", "presence", "since", "until")}
    shown = show_job(job, names).fields() | asked
    row = actions.find_export(by=by, job=job.number) if job.state == State.DONE else None
    if row is not None:
        shown |= {name: getattr(row, name) for name in ("name", "rows", "excluded", "as_of", "expires")}
    return shown
