"""Pages that came before a stop: kept in a private folder beside the file to be, and taken up again.

The folder's name begins with a dot, nobody else may look into it, and nothing reads it but the next run of the
same query. One run at a time may use it.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import json
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from tutela.data.fetching.addresses import Query
from tutela.data.fetching.pages import Page, Row
from tutela.data.store.folders import write_file
from tutela.kernel.digests import bytes_digest, canonical_json
from tutela.kernel.problems import Problem

_FORMAT: Final = 1
_STATE: Final = "state.json"


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page that came: its number, that of the next (None: it named none), its rows' count and digest."""

    number: int
    next_number: int | None
    rows: int
    digest: str


class PartialPages:
    """The pages of one query that came so far, in the order in which they came."""

    def __init__(self, folder: Path, question: dict[str, Any], begun_on: str) -> None:
        self.folder = folder
        self.begun_on = begun_on
        self.total = 0
        self.pages: list[KeptPage] = []
        self.ids: set[str] = set()
        self._question = question
        self._load()

    def add(self, page: Page, number: int) -> bool:
        """Keep a page; False, and nothing kept, where one of its ids came before."""
        ids = page.ids
        if len(set(ids)) < len(ids) or not self.ids.isdisjoint(ids):
            return False
        kept = KeptPage(number, page.next_number, len(ids), page.digest)
        write_file(self._file(kept), gzip.compress(page.content, 1, mtime=0))
        self.ids.update(ids)
        self.pages.append(kept)
        self.total = page.total
        self._write_state()
        return True

    def rows_of(self, page: KeptPage) -> list[Row]:
        """The rows of a kept page; ValueError where the file is not what was written."""
        try:
            content = gzip.decompress(self._file(page).read_bytes())
        except (EOFError, zlib.error, gzip.BadGzipFile):
            content = b""
        if bytes_digest(content) != page.digest:
            msg = f"page {page.number} was altered"
            raise ValueError(msg)
        rows: list[Row] = json.loads(content)
        return rows

    def clear(self, begun_on: str) -> None:
        """Forget all pages."""
        for page in self.pages:
            self._file(page).unlink(missing_ok=True)
        (self.folder / _STATE).unlink(missing_ok=True)
        self.pages, self.ids, self.total, self.begun_on = [], set(), 0, begun_on

    def _file(self, page: KeptPage) -> Path:
        return self.folder / f"page-{page.number:07d}.json.gz"

    def _write_state(self) -> None:
        state = {
            "format": _FORMAT,
            "question": self._question,
            "begun_on": self.begun_on,
            "total": self.total,
            "pages": [asdict(page) for page in self.pages],
        }
        write_file(self.folder / _STATE, canonical_json(state))

    def _load(self) -> None:
        """Take up what an earlier run of the same query kept; anything else is thrown away."""
        fresh = self.begun_on
        try:
            self._take_up(json.loads((self.folder / _STATE).read_bytes()))
        except (OSError, ValueError, TypeError, KeyError):
            self.clear(fresh)
            for left in (*self.folder.glob("page-*"), *self.folder.glob(".*.partial")):
                left.unlink(missing_ok=True)

    def _take_up(self, state: dict[str, Any]) -> None:
        if state["format"] != _FORMAT or state["question"] != self._question:
            raise ValueError
        self.total, self.begun_on = int(state["total"]), str(date.fromisoformat(state["begun_on"]))
        for kept in state["pages"]:
            page = KeptPage(**kept)
            self.ids.update(row["id"] for row in self.rows_of(page))
            self.pages.append(page)
        if not self.pages or len(self.ids) != sum(page.rows for page in self.pages):
            raise ValueError


@contextmanager
def open_partial(out: Path, address: str, query: Query, begun_on: date) -> Iterator[PartialPages]:
    """The partial folder of an output, for this run alone; it stays where pages are in it."""
    folder = out.with_name(f".{out.name}.fetching")
    question = {"address": address, "version": query.version, "rows": query.page_rows, **query.parameters()}
    out.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        _take(lock, folder, out)
        folder.chmod(0o700)
        partial = PartialPages(folder, question, begun_on.isoformat())
        try:
            yield partial
        finally:
            if not partial.pages:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _take(lock: int, folder: Path, out: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The run before may have ended, and removed the folder, between our opening and our locking.
        alone = os.path.samestat(os.fstat(lock), (folder / "lock").stat())
    except (BlockingIOError, FileNotFoundError):
        alone = False
    if not alone:
        raise Problem(
            "fetch-failed",
            "Another run fetches the same file just now.",
            where=str(out),
            remedy="Wait until it ends, or name another file with --out.",
        )
