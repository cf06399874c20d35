"""Kept files: read by those who read there, in no clear byte on the disk, gone when their key is gone."""

from __future__ import annotations

import io
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cast import SECRET, Cast
from django.conf import settings

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts import actions as accounts
from tutela.records.accounts.models import Mode
from tutela.records.files import folder
from tutela.records.files.actions import (
    Packing,
    describe,
    erase,
    erase_again,
    find_same,
    keep,
    open_kept,
    sweep,
)
from tutela.records.files.crates import CHUNK
from tutela.records.files.media import MEDIA, Media
from tutela.records.files.models import ShelfKey
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry
from tutela.service.register import Principal

TEXT = b"Zzyzx Qwertz was seen at the ford\n"


def _keep(people: Cast, who: str = "adviser", marking: int = Marking.CONFIDENTIAL, content: bytes = TEXT):
    return keep(
        by=people[who],
        compartment=people.here,
        marking=marking,
        content=content,
        media_type="text/plain",
        purpose="minutes of a meeting",
    )


def _lying() -> list[Path]:
    return [path for path in Path(settings.FILES_FOLDER).rglob("*") if path.is_file()]


def test_nobody_reads_a_file_beyond_their_compartment_and_marking(people: Cast):
    secret = _keep(people, "officer", SECRET)
    kept = _keep(people)
    answers = set()
    for who, number in (
        ("outsider", kept.number),
        ("administrator", kept.number),
        ("custodian", kept.number),
        ("assistant", kept.number),
        ("adviser", secret.number),
        ("officer", 987_654),
    ):
        for look in (open_kept, describe, erase):
            with pytest.raises(Problem) as caught:
                look(by=people[who], number=number)
            answers.add(str(caught.value))
    assert len(answers) == 1  # not theirs and not there answer alike
    with open_kept(by=people["officer"], number=kept.number) as file:
        assert file.read() == TEXT


def test_nobody_keeps_a_file_where_they_do_not_work(people: Cast):
    for who, marking in (("outsider", 1), ("custodian", 0), ("assistant", 1), ("adviser", 2)):
        with pytest.raises(Problem, match="do not include"):
            _keep(people, who, marking)
    accounts.set_mode(by=people["custodian"], mode=Mode.READ_ONLY, compartment=people.here)
    with pytest.raises(Problem, match="do not include"):
        _keep(people)
    assert _lying() == []


def test_only_files_of_a_closed_list_come_in_and_only_what_they_say_they_are(
    people: Cast, monkeypatch: pytest.MonkeyPatch
):
    def bring(media_type: str, content: bytes) -> Problem:
        with pytest.raises(Problem) as caught:
            keep(
                by=people["adviser"],
                compartment=people.here,
                marking=1,
                content=content,
                media_type=media_type,
                purpose="x",
            )
        return caught.value

    assert bring("image/svg+xml", b"<svg/>").code == "file-kind"
    assert bring("application/pdf", b"<html>").code == "file-kind"
    assert bring("text/csv", b"a,\0b").code == "file-kind"
    assert bring("text/csv", b"").code == "file-empty"
    monkeypatch.setitem(MEDIA, "text/csv", Media("csv", 2 * CHUNK))
    assert bring("text/csv", b"x" * (2 * CHUNK + 1)).code == "file-too-large"
    with pytest.raises(Problem, match="purpose"):
        keep(
            by=people["adviser"],
            compartment=people.here,
            marking=1,
            content=b"x",
            media_type="text/csv",
            purpose=" ",
        )
    assert _lying() == []


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_file_comes_back_as_it_was_whatever_its_size(people: Cast, size: int):
    content = os.urandom(size).replace(b"\0", b"\1")
    kept = keep(
        by=people["adviser"],
        compartment=people.here,
        marking=1,
        content=io.BytesIO(content),
        media_type="text/plain",
        purpose="as it was",
    )
    with open_kept(by=people["officer"], number=kept.number) as file:
        assert file.read() == content
    assert find_same(by=people["officer"], compartment=people.here, digest=kept.digest) == (kept.number,)


def test_nothing_of_a_file_lies_in_the_clear_or_in_its_name(people: Cast):
    first, again = _keep(people), _keep(people)
    assert first.digest == again.digest
    paths = _lying()
    assert len(paths) == 2  # the same content twice: erasing one neither erases nor spares the other
    for path in paths:
        assert b"Zzyzx" not in path.read_bytes()
        assert first.digest[:16] not in path.name
        assert path.stat().st_mode & 0o077 == 0
    written = "".join(str(content.body) for content in Content.objects.iterator())
    assert "Zzyzx" not in written and "wrapped" not in written


def test_looking_into_a_file_is_an_entry(people: Cast):
    kept = _keep(people)
    open_kept(by=people["officer"], number=kept.number).close()
    entry = Entry.objects.filter(operation="open").get()
    assert (entry.actor, entry.subject, entry.compartment, entry.marking) == (
        people["officer"].actor,
        str(kept.number),
        people.here,
        1,
    )


def test_each_marking_has_a_key_of_its_own(people: Cast):
    _keep(people)
    _keep(people, "officer", SECRET)
    with acting(people["adviser"], "test"):
        assert ShelfKey.visible_to(people["adviser"]).count() == 1
    with acting(people["officer"], "test"):
        assert ShelfKey.visible_to(people["officer"]).count() == 2


@pytest.mark.parametrize("harm", ["a bit", "cut short", "a chunk left out", "chunks in another order", "gone"])
def test_a_file_that_is_not_as_it_was_written_does_not_open(people: Cast, harm: str):
    kept = _keep(people, content=os.urandom(3 * CHUNK).replace(b"\0", b"\1"))
    path = _lying()[0]
    whole, head, step = path.read_bytes(), 15, CHUNK + 16
    first, second, rest = whole[head : head + step], whole[head + step : head + 2 * step], whole[head + 2 * step :]
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(
            {
                "a bit": whole[:-1] + bytes([whole[-1] ^ 1]),
                "cut short": whole[: head + 2 * step],
                "a chunk left out": whole[:head] + first + rest,
                "chunks in another order": whole[:head] + second + first + rest,
            }[harm]
        )
    with pytest.raises(Problem) as caught, open_kept(by=people["officer"], number=kept.number) as file:
        file.read()
    assert caught.value.code == "file-altered"


def test_half_a_file_is_never_there(people: Cast):
    def break_off() -> None:
        with Packing(people["adviser"], people.here, 1, "text/csv") as packing:
            packing.crate.write(b"a,b\n" * 100_000)
            assert len(_lying()) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert _lying() == []


def test_an_erased_file_is_gone_with_its_key_and_stays_gone_after_a_backup(people: Cast):
    kept, other = _keep(people), _keep(people)
    before = {path: path.read_bytes() for path in _lying()}
    with pytest.raises(Problem, match="do not include"):
        erase(by=people["officer"], number=kept.number)  # it is not theirs
    erase(by=people["adviser"], number=kept.number)
    assert len(_lying()) == 1
    for path, content in before.items():
        path.write_bytes(content)  # as a copy of the disk would bring it back
    with pytest.raises(Problem, match="destroyed"):
        open_kept(by=people["adviser"], number=kept.number)
    with open_kept(by=people["adviser"], number=other.number) as file:
        assert file.read() == TEXT
    assert len(folder.noted_erased()) == 1
    assert erase_again(by=Principal(accounts.FOUNDER)) == 0  # the register at hand knows it already
    with pytest.raises(Problem, match="do not include"):
        erase_again(by=people["adviser"])


def test_what_has_expired_is_destroyed_and_what_nobody_names_is_swept(people: Cast):
    with Packing(people["adviser"], people.here, 1, "text/csv") as packing:
        packing.crate.write(b"a,b\n")
        kept = packing.keep("for an hour", datetime.now(UTC) + timedelta(seconds=0.3))
    stays = _keep(people)
    home = Path(settings.FILES_FOLDER)
    fresh, stale, partial = home / "aa" / ("a" * 64), home / "bb" / ("b" * 64), home / "c.partial"
    for path in (fresh, stale, partial):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    for path in (stale, partial):
        os.utime(path, (time.time() - 2 * folder.LEFT_ALONE_SECONDS,) * 2)
    time.sleep(0.4)
    with pytest.raises(Problem, match="destroyed"):
        open_kept(by=people["adviser"], number=kept.number)  # expired already, swept or not
    swept = sweep()
    assert (swept.expired, swept.orphans, swept.missing) == (1, 2, 0)
    assert fresh.exists() and not stale.exists() and not partial.exists()
    assert len(_lying()) == 2
    open_kept(by=people["adviser"], number=stays.number).close()
    next(path for path in _lying() if path != fresh).unlink()
    assert sweep().missing == 1
