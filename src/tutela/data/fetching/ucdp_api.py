"""Events of UCDP's API as one file that the reader of UCDP's releases reads: all of them, or no file.

The API gives pages; callers disagree whether the first is 0 or 1. Asked is for 0, then for 1 if there is no 0,
then for the page that each names as its next. Whoever begins at 1 where the first is 0 loses a page in silence:
therefore the ids must be as many as TotalCount says.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from tutela.data.fetching.addresses import Access, Query, page_url
from tutela.data.fetching.origins import FetchedOrigin
from tutela.data.fetching.pages import Page, parse_page
from tutela.data.fetching.partial_pages import PartialPages, open_partial
from tutela.data.fetching.replies import MANNERS, Asked, Manners, get_reply
from tutela.data.store.folders import digest_file
from tutela.kernel.problems import Problem

SUFFIXES: Final = (".csv", ".parquet")

_NO_FIRST: Final = frozenset({400, 404, 500})
_AGAIN: Final = "Run the same command again: it begins afresh."

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """The file that was written, what it is, and how many pages an earlier run had kept."""

    path: Path
    origin: FetchedOrigin
    pages_kept_before: int

    def as_json(self) -> dict[str, Any]:
        """The JSON of `events fetch`."""
        origin = {name: value for name, value in self.origin.as_json().items() if name != "tutela_origin"}
        return {
            "path": str(self.path),
            **origin,
            "vintage": self.origin.vintage,
            "pages_kept_before": self.pages_kept_before,
        }


@dataclass(frozen=True, slots=True)
class _Run:
    query: Query
    access: Access
    manners: Manners
    tell: Tell

    def get(self, number: int, *, spare: frozenset[int] = frozenset(), is_first: bool = False) -> Page | None:
        url = page_url(self.access.address, self.query, number)
        where = f"{url.partition('?')[0]}, page {number}"
        reply = get_reply(Asked(url, where, self.access.token, spare, is_first), self.manners)
        if reply.status != 200:
            return None
        # A token of a few signs may stand in any text by chance.
        if len(self.access.token) >= 8 and self.access.token.encode() in reply.body:
            raise Problem(
                "fetch-failed",
                "The reply repeats the token, which is kept nowhere.",
                where=where,
                remedy="Check --address: this is not how UCDP's API answers.",
            )
        return parse_page(reply.body, self.access.address, self.query, where)


def fetch_events(
    query: Query,
    access: Access,
    out: Path,
    *,
    today: date,
    manners: Manners = MANNERS,
    tell: Tell = lambda what, done, of: None,  # noqa: ARG005
) -> Fetched:
    """Fetch all events of a query and write them as one CSV or Parquet file, with its origin beside it.

    Rows stand in the order of their ids, whatever the order of pages. A stop leaves no file; the pages that came
    are kept aside, and the same call takes them up again if the API still says the same.
    Raises Problem: fetch-failed, fetch-refused (the token), nothing-to-study (no events), out-not-writable.
    """
    check_file(out)
    run = _Run(query, access, manners, tell)
    try:
        with open_partial(out, access.address, query, today) as partial:
            kept_before = _begin(run, partial, today)
            _fetch_rest(run, partial)
            origin = _write(run, partial, out, today)
            partial.clear(today.isoformat())
    except OSError as error:
        raise Problem(
            "out-not-writable",
            f"The file cannot be written ({error.strerror}).",
            where=str(out),
            remedy="Free space or name another file with --out; the pages that came are kept where they could be.",
        ) from None
    return Fetched(out, origin, kept_before)


def check_file(out: Path) -> None:
    """Refuse an --out of another form, or one that is there already."""
    if out.suffix.lower() not in SUFFIXES:
        raise Problem(
            "option-invalid",
            "The file's name says neither CSV nor Parquet.",
            where="--out",
            remedy="Let it end in .csv or .parquet.",
        )
    if out.exists() or out.is_symlink():
        raise Problem(
            "out-not-writable",
            "There is a file here already.",
            where=str(out),
            remedy="Name a new file: what was fetched before is not overwritten.",
        )


def _begin(run: _Run, partial: PartialPages, today: date) -> int:
    """Have the first page, and every page of an earlier run that still holds; gives their number."""
    run.tell("asking for the first page", 0, 0)
    if partial.pages:
        # The first page again: it shows whether the API still says what it said when the run stopped.
        first = partial.pages[0]
        page = run.get(first.number, is_first=True)
        assert page is not None
        if page.total == partial.total and page.digest == first.digest:
            return len(partial.pages)
        partial.clear(today.isoformat())
        number = first.number
    else:
        number, page = _find_first(run)
    if page.total == 0:
        raise Problem(
            "nothing-to-study",
            "The API has no events for this.",
            where=f"version {run.query.version}",
            remedy="Ask for other countries or days, or leave them out.",
        )
    _keep(run, partial, page, number)
    return 0


def _find_first(run: _Run) -> tuple[int, Page]:
    page = run.get(0, spare=_NO_FIRST, is_first=True)
    if page is not None and (page.rows or not page.total):
        return 0, page
    run.manners.sleep(run.manners.pause_seconds)
    page = run.get(1, is_first=True)
    assert page is not None
    return 1, page


def _fetch_rest(run: _Run, partial: PartialPages) -> None:
    while len(partial.ids) < partial.total:
        last = partial.pages[-1]
        number = last.number + 1 if last.next_number is None else last.next_number
        if number in {page.number for page in partial.pages}:
            raise _differs(run, partial, number, "The pages lead in a circle.")
        run.manners.sleep(run.manners.pause_seconds)
        page = run.get(number)
        assert page is not None
        if page.total != partial.total:
            raise _differs(run, partial, number, "TotalCount is another one than on the pages before.")
        if len(partial.pages) == 1 and number == 1 and page.digest == partial.pages[0].digest:
            # Where the first page is 1, some answer 0 with it as well.
            partial.clear(partial.begun_on)
        _keep(run, partial, page, number)


def _keep(run: _Run, partial: PartialPages, page: Page, number: int) -> None:
    if not page.rows:
        raise _differs(
            run, partial, number, f"{page.total - len(partial.ids):,} of {page.total:,} events are on no page."
        )
    if not partial.add(page, number):
        raise _differs(run, partial, number, "An id came twice.")
    if len(partial.ids) > page.total:
        raise _differs(run, partial, number, "There are more events than TotalCount says.")
    run.tell(f"page {number}", len(partial.ids), page.total)


def _differs(run: _Run, partial: PartialPages, number: int, message: str) -> Problem:
    """What came does not fit together: none of it is kept."""
    partial.clear(partial.begun_on)
    where = page_url(run.access.address, run.query, number).partition("?")[0]
    return Problem("fetch-failed", message, where=f"{where}, page {number}", remedy=_AGAIN)


def _write(run: _Run, partial: PartialPages, out: Path, today: date) -> FetchedOrigin:
    """The file and its origin, the origin first: a file that is there always says what it is."""
    run.tell("writing the file", 0, 0)
    try:
        frame = _collect(partial)
    except ValueError:
        raise _differs(run, partial, partial.pages[0].number, "A page that was kept is altered.") from None
    whole = partial.folder / f"whole{out.suffix.lower()}"
    with whole.open("wb") as file:
        if out.suffix.lower() == ".csv":
            frame.write_csv(file)
        else:
            frame.write_parquet(file)
        file.flush()
        os.fsync(file.fileno())
    origin = FetchedOrigin(
        address=run.access.address,
        version=run.query.version,
        asked=run.query.parameters(),
        begun_on=partial.begun_on,
        fetched_on=today.isoformat(),
        total_count=partial.total,
        pages=len(partial.pages),
        digest=digest_file(whole),
    )
    check_file(out)  # somebody may have put one there meanwhile
    origin.write_beside(out)
    whole.replace(out)
    return origin


def _collect(partial: PartialPages) -> pl.DataFrame:
    """All rows as text, by id: numbers in their order, then all other ids."""
    frames = []
    for page in partial.pages:
        rows = partial.rows_of(page)
        names = dict.fromkeys(name for row in rows for name in row)
        columns = {name: [row.get(name) for row in rows] for name in names}
        frames.append(pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)))
    frame = pl.concat(frames, how="diagonal").with_columns(pl.all().replace("", None))
    number = pl.col("id").cast(pl.Int64, strict=False)
    return frame.sort(number, pl.col("id"), nulls_last=True)
