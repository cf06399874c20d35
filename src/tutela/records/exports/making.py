"""An export being made: rows in windows, each read in a transaction of its own as the one who asked."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.models import User
from tutela.records.exports.exporters import find_exporter
from tutela.records.exports.formats import Head, Sink, Stream
from tutela.records.exports.models import Export
from tutela.records.exports.orders import WINDOW, shuffle
from tutela.records.exports.rights import require_share
from tutela.records.exports.tables import Choice, Table, Value, account, find_table, page
from tutela.records.files.actions import Kept, Packing
from tutela.records.files.media import find_media
from tutela.records.jobs.kinds import Result, Work
from tutela.records.ledger.acts import acting, action, record_access

KEPT_FOR: Final = timedelta(days=7)
"""How long an export can be fetched; then it is destroyed."""

_SPAN: Final = 32 * WINDOW
"""Row numbers read at a time."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks to take out."""

    table: str
    format: str
    choice: Choice
    purpose: str

    def as_spec(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "table": self.table,
            "format": self.format,
            "compartment": self.choice.compartment,
            "marking": int(self.choice.marking),
            "presence": self.choice.presence,
            "since": self.choice.since.isoformat() if self.choice.since else None,
            "until": self.choice.until.isoformat() if self.choice.until else None,
            "purpose": self.purpose,
        }

    @classmethod
    def of_spec(cls, spec: Mapping[str, Any]) -> Wish:
        """As a job kept it."""
        since, until = (date.fromisoformat(spec[name]) if spec[name] else None for name in ("since", "until"))
        choice = Choice(spec["compartment"], spec["marking"], spec["presence"], since, until)
        return cls(spec["table"], spec["format"], choice, spec["purpose"])


@dataclass(frozen=True, slots=True)
class Made:
    """What is known once all rows are written."""

    file: Kept
    manifest: Kept
    rows: int
    excluded: Mapping[str, int]
    as_of: datetime
    seed: bytes
    name: str


class Making:
    """One export under way."""

    def __init__(self, work: Work) -> None:
        self.work, self.wish = work, Wish.of_spec(work.spec)
        self.table, self.exporter = find_table(self.wish.table), find_exporter(self.wish.format)
        self.seed, self.as_of = secrets.token_bytes(32), datetime.now(UTC)
        self.expires = self.as_of + KEPT_FOR
        self.count, self.excluded, self.top = _account(by=work.by, table=self.table, choice=self.wish.choice)

    def head(self) -> Head:
        """Marking, watermark, purpose and what to know, as they stand in the file."""
        user = User.objects.get(pk=self.work.by.actor)
        marking = Marking(self.wish.choice.marking)
        lines = [
            f"Export {code_of(self.work.number)}: {self.table.title}, as of {self.as_of:%Y-%m-%d %H:%M} UTC.",
            f"For {user.name} <{user.email}> and nobody else. The file says whose it is.",
            f"Purpose: {self.wish.purpose}",
            f"Destroy it by {self.expires:%Y-%m-%d}; it is gone from the register on that day.",
            f"Rows: {self.count + sum(self.excluded.values())} read, {self.count} here"
            + "".join(f"; {number} left out: {reason}" for reason, number in self.excluded.items())
            + ".",
        ]
        if self.table.people and marking is Marking.UNCLASSIFIED and self.table.has_places:
            lines.append("Places are coarsened: latitude and longitude are the middle of a cell of about 250 km2.")
        if self.table.people and marking is Marking.UNCLASSIFIED:
            lines.append("Names of places stand as they are in the rows marked unclassified.")
        return Head(self.table.title, marking.label, tuple(lines), self.table.columns, code_of(self.work.number))

    def rows(self) -> Iterator[tuple[int, list[Value]]]:
        """All rows in the order of this export; constant memory, and no transaction longer than a window."""
        done = 0
        for start in range(0, self.top + 1, _SPAN):
            by = self.work.by
            require_share(by, self.wish.choice.compartment, self.wish.choice.marking)
            with acting(by, "exports.read"):
                found = page(by, self.table, self.wish.choice, (start, min(start + _SPAN - 1, self.top)))
            yield from shuffle(self.seed, found)
            done += len(found)
            self.work.tell(min(done, self.count), max(self.count, done, 1))


def run(work: Work) -> Result:
    """Make the file and its manifest, and enter both; what is not finished is never seen."""
    making = Making(work)
    marking, compartment = making.wish.choice.marking, making.wish.choice.compartment
    by = work.by
    with (
        Packing(by, compartment, marking, making.exporter.media_type) as file,
        Packing(by, compartment, marking, "application/json") as manifest,
    ):
        sink = making.exporter.open(file.crate, making.head())
        rows = _pour(making, sink, manifest.crate)
        kept = file.keep(f"export: {making.wish.purpose}", making.expires)
        _end_manifest(manifest.crate, making, kept, rows)
        listed = manifest.keep(f"manifest of file {kept.number}", making.expires)
    name = _name(making)
    made = Made(kept, listed, rows, making.excluded, making.as_of, making.seed, name)
    _enter(by=work.by, work=work, wish=making.wish, made=made)
    return {"file": kept.number, "manifest": listed.number, "rows": rows, "excluded": dict(making.excluded)}


def _pour(making: Making, sink: Sink, manifest: Stream) -> int:
    """Write every row into the file and its number into the manifest; gives how many."""
    wish = making.wish.as_spec()
    manifest.write(
        json.dumps({"export": code_of(making.work.number), "asked": wish}, ensure_ascii=False)[:-1].encode()
    )
    manifest.write(b', "references": [')
    number = 0
    for reference, values in making.rows():
        sink.add(reference, values)
        manifest.write(f"{',' if number else ''}{reference}".encode())
        number += 1
    sink.close()
    return number


def _end_manifest(manifest: Stream, making: Making, kept: Kept, rows: int) -> None:
    tail = {
        "accounting": {
            "input": rows + sum(making.excluded.values()),
            "placed": rows,
            "excluded": dict(making.excluded),
        },
        "as_of": making.as_of.isoformat(timespec="seconds"),
        "expires": making.expires.isoformat(timespec="seconds"),
        "marking": Marking(making.wish.choice.marking).label,
        "recipient": making.work.by.actor,
        "file": _name(making),
        "sha256": kept.digest,
    }
    manifest.write(b"], " + json.dumps(tail, ensure_ascii=False)[1:].encode() + b"\n")


@action("exports.account")
def _account(*, by: Principal, table: Table, choice: Choice) -> tuple[int, dict[str, int], int]:
    member = require_share(by, choice.compartment, choice.marking)
    return account(member, table, choice)


@action("exports.enter")
def _enter(*, by: Principal, work: Work, wish: Wish, made: Made) -> None:
    """The row of an export that was made, and the entry that its rows left."""
    require_share(by, wish.choice.compartment, wish.choice.marking)
    row = Export(
        compartment_id=wish.choice.compartment,
        marking=int(wish.choice.marking),
        job=work.number,
        table=wish.table,
        format=wish.format,
        purpose=wish.purpose[:200],
        recipient=by.actor,
        filters=wish.as_spec(),
        name=made.name,
        file_id=made.file.number,
        manifest_id=made.manifest.number,
        rows=made.rows,
        excluded=dict(made.excluded),
        as_of=made.as_of,
        expires=made.as_of + KEPT_FOR,
        seed=made.seed,
    )
    row.save(force_insert=True)
    record_access("export", "exports_export", str(row.pk), compartment=row.compartment_id, marking=row.marking)


def code_of(number: int) -> str:
    """How an export is called in its own rows."""
    return f"E{number}"


def _name(making: Making) -> str:
    """A name that says how the file is marked, wherever it is moved."""
    marking = Marking(making.wish.choice.marking).name.lower().replace("_", "-")
    suffix = find_media(making.exporter.media_type).suffix
    return f"{marking}_{making.table.name}_{making.as_of:%Y-%m-%d}_{code_of(making.work.number)}.{suffix}"
