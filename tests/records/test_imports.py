"""Events of others in the inbox: every row is a report or left out by name, once, and taken back as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import Cast
from django.core.files.uploadedfile import SimpleUploadedFile
from incident_ground import Ground, add_duty, make_ground
from page_ground import browser_of, open_home

from tutela.kernel.problems import Problem
from tutela.records.accounts.actions import set_active
from tutela.records.files.models import KeptFile
from tutela.records.files.shelves import crates
from tutela.records.incidents.actions.imports import import_events, list_imports, undo_import
from tutela.records.incidents.actions.incidents import Triage, triage
from tutela.records.incidents.models import Batch, Report
from tutela.records.jobs.working import work_once
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Entry
from tutela.studies.intake import ReadingSpec, take_in_events, today_utc
from tutela.web.incidents import large_imports
from tutela.web.incidents.event_files import describe_intake
from tutela.web.shared.references import write_reference

HEAD = "event_id,date,lat,lon,country,best,low,high,side_a,side_b,perpetrator,precision"
NEAR = "E1,2024-03-05,5.01,25.01,CAF,3,2,5,Invented front,Civilians,non_state,1"
ALSO = 'E2,2024-03-06,5.2,25.1,CAF,,,,"Front, ""old""",Civilians,unknown,3'
FAR = "E3,2024-03-06,9.5,21.0,CAF,1,1,1,Invented front,Civilians,non_state,1"
NOWHERE = "E4,2024-03-07,,,CAF,1,1,1,Invented front,Civilians,non_state,"
OURS = "E5,2024-03-07,5.0,25.0,CAF,1,1,1,Invented contingent,Civilians,un_or_un_supported,1"


@pytest.fixture
def ground(people: Cast) -> Ground:
    add_duty(people)
    return make_ground(people)


def read(tmp_path: Path, *lines: str):
    path = tmp_path / "events.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n", "utf-8")
    return describe_intake(take_in_events([path], ReadingSpec(today=today_utc())))


def take(ground: Ground, tmp_path: Path, *lines: str, name: str = "duty", **more: object) -> Batch:
    return import_events(by=ground.people[name], presence=ground.presence, incoming=read(tmp_path, *lines), **more)


def reports(ground: Ground) -> list[Report]:
    with acting(ground.people["adviser"], "test"):
        return list(Report.visible_to(ground.people["adviser"]).order_by("source_id"))


def batches(ground: Ground) -> int:
    with acting(ground.people["adviser"], "test"):
        return Batch.visible_to(ground.people["adviser"]).count()


@pytest.mark.parametrize("name", ["outsider", "administrator", "assistant", "analyst", "commander"])
def test_who_does_not_triage_here_imports_nothing(ground: Ground, tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem) as refusal:
        take(ground, tmp_path, NEAR, name=name)
    assert refusal.value.code == "not-allowed"
    assert reports(ground) == []
    assert batches(ground) == 0


def test_rows_read_are_reports_made_and_rows_left_out_by_name(ground: Ground, tmp_path: Path) -> None:
    batch = take(ground, tmp_path, NEAR, ALSO, FAR, NOWHERE, OURS)
    assert (batch.rows, batch.placed) == (5, 2)
    assert batch.excluded == {"beyond-the-vicinity": 1, "no-place": 1, "belongs-in-restricted-intake": 1}
    assert batch.lines == [[4, "beyond-the-vicinity"], [5, "no-place"], [6, "belongs-in-restricted-intake"]]
    first, second = reports(ground)
    assert (first.kind, first.status) == ("imported_event", "alleged")
    assert (first.what, first.precision) == ("killed", "point")
    assert (first.people_low, first.people_high, first.perpetrator) == (2, 5, "non_state")
    assert first.happened_at.isoformat() == "2024-03-05T00:00:00+00:00"
    assert (second.what, second.people_low, second.precision) == ("other", None, "district")
    assert 'Front, "old" / Civilians' in second.summary
    assert second.cross_checked_with == []
    assert {row.batch_id for row in (first, second)} == {batch.pk}


def test_all_events_come_in_with_a_reason_but_never_what_belongs_in_intake(ground: Ground, tmp_path: Path) -> None:
    batch = take(ground, tmp_path, NEAR, FAR, NOWHERE, OURS, everywhere="The border is part of the question")
    assert batch.placed == 3
    assert [row.source_id for row in reports(ground)] == ["E1", "E3", "E4"]
    assert reports(ground)[2].lat is None


def test_an_event_that_is_there_stays_as_it_is_and_stands_once(ground: Ground, tmp_path: Path) -> None:
    take(ground, tmp_path, NEAR)
    first = reports(ground)[0]
    batch = take(ground, tmp_path, NEAR.replace("3,2,5", "9,9,9"), ALSO)
    assert (batch.placed, batch.excluded) == (1, {"already-in-the-inbox": 1})
    assert reports(ground)[0].people_high == first.people_high == 5


def test_one_act_names_who_did_it_and_every_report_is_in_the_ledger(ground: Ground, tmp_path: Path) -> None:
    take(ground, tmp_path, NEAR, ALSO)
    entries = Entry.objects.filter(action="incidents.import_events", kind="change")
    assert {(entry.subject_table, entry.operation) for entry in entries} == {
        ("incidents_batch", "insert"),
        ("incidents_batch", "update"),
        ("incidents_report", "insert"),
    }
    assert len({entry.act for entry in entries}) == 1
    assert {entry.actor for entry in entries} == {ground.people["duty"].actor}


def test_an_import_is_taken_back_as_a_whole_or_not_at_all(ground: Ground, tmp_path: Path) -> None:
    duty = ground.people["duty"]
    batch = take(ground, tmp_path, NEAR, ALSO)
    with pytest.raises(Problem, match="reason"):
        undo_import(by=duty, batch=batch.pk, reason=" ", expected_version=batch.version)
    with pytest.raises(Problem) as refusal:
        undo_import(by=ground.people["outsider"], batch=batch.pk, reason="no", expected_version=batch.version)
    assert refusal.value.code == "not-allowed"
    row = reports(ground)[0]
    triage(by=duty, report=row.pk, triage=Triage(title="Killed at the ford"), expected_version=row.version)
    with pytest.raises(Problem, match="1 of its reports were sorted"):
        undo_import(by=duty, batch=batch.pk, reason="wrong file", expected_version=batch.version)
    assert len(reports(ground)) == 2
    other = take(ground, tmp_path, NEAR.replace("E1", "E6"))
    undone = undo_import(by=duty, batch=other.pk, reason="wrong file", expected_version=other.version)
    assert undone.undone_at is not None
    assert [row.source_id for row in reports(ground)] == ["E1", "E2"]
    assert take(ground, tmp_path, NEAR.replace("E1", "E6")).placed == 1
    assert [item.placed for item in list_imports(by=duty, presence=ground.presence)] == [1, 1, 2]


def test_a_failure_on_the_way_leaves_nothing(ground: Ground, tmp_path: Path, monkeypatch) -> None:
    def fail(batch: Batch) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("tutela.records.incidents.actions.imports.insert_staged", fail)
    with pytest.raises(RuntimeError):
        take(ground, tmp_path, NEAR)
    monkeypatch.undo()
    assert batches(ground) == 0
    assert take(ground, tmp_path, NEAR).placed == 1


@pytest.fixture
def home(ground: Ground) -> Iterator[Ground]:
    with open_home():
        yield ground


def test_a_file_is_sent_to_the_page_and_taken_back_there(home: Ground) -> None:
    client = browser_of(home.people, "duty")
    body = f"{HEAD}\n{NEAR}\n{FAR}\n".encode()
    sent = client.post("/watch/imports/", {"file": SimpleUploadedFile("events.csv", body)})
    assert sent.status_code == 302, sent.content
    page = client.get(sent.headers["Location"]).content.decode()
    assert "2 rows read, 1 taken in." in page
    assert "beyond-the-vicinity" in page
    (batch,) = list_imports(by=home.people["duty"], presence=home.presence)
    undo = {"do": "undo", "batch": write_reference(batch.pk), "version": batch.version, "reason": "wrong"}
    assert client.post("/watch/imports/", undo).status_code == 302
    assert reports(home) == []


@pytest.mark.parametrize(
    ("name", "body"),
    [("events.exe", b"x"), ("events.csv", b""), ("events.csv", b"\x00\x01\x02"), ("events.csv", b"a,b\n1,2\n")],
)
def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_kept(home: Ground, name: str, body: bytes) -> None:
    client = browser_of(home.people, "duty")
    assert client.post("/watch/imports/", {"file": SimpleUploadedFile(name, body)}).status_code == 400
    assert client.post("/watch/imports/", {}).status_code == 400
    assert browser_of(home.people, "analyst").get("/watch/imports/").status_code == 403
    assert reports(home) == []
    assert batches(home) == 0


def send_large(home: Ground, monkeypatch: pytest.MonkeyPatch, body: str) -> str:
    """Send a file that counts as large; the page that follows."""
    monkeypatch.setattr("tutela.web.incidents.imports.AT_ONCE_BYTES", 1)
    client = browser_of(home.people, "duty")
    sent = client.post("/watch/imports/", {"file": SimpleUploadedFile("events.csv", body.encode())})
    assert sent.status_code == 302, sent.content
    return client.get(sent.headers["Location"]).content.decode()


def is_destroyed(home: Ground) -> bool:
    """Whether no key is left of any file that was kept, though its row says that it was here."""
    duty = home.people["duty"]
    with acting(duty, "test"):
        kept = KeptFile.visible_to(duty).count()
    return kept > 0 and not crates().filter(wrapped__isnull=False).exists()


def test_a_large_file_waits_sealed_and_the_worker_takes_it_in(home: Ground, monkeypatch) -> None:
    page = send_large(home, monkeypatch, f"{HEAD}\n{NEAR}\n{FAR}\n")
    assert "is being taken in" in page
    assert reports(home) == []
    assert not is_destroyed(home)
    assert work_once()
    page = browser_of(home.people, "duty").get("/watch/imports/").content.decode()
    assert "2 rows read, 1 taken in." in page
    assert "is being taken in" not in page
    assert is_destroyed(home)


@pytest.mark.parametrize("body", ["a,b\n1,2\n", f"{HEAD}\n{NEAR}\n{ALSO}\n"])
def test_a_large_file_that_is_refused_says_why_and_is_destroyed(home: Ground, monkeypatch, body: str) -> None:
    monkeypatch.setattr(large_imports, "MOST_ROWS", 1)
    send_large(home, monkeypatch, body)
    assert work_once()
    page = browser_of(home.people, "duty").get("/watch/imports/").content.decode()
    assert "was not taken in" in page
    assert reports(home) == []
    assert batches(home) == 0
    assert is_destroyed(home)


def test_whoever_lost_the_right_meanwhile_takes_nothing_in(home: Ground, monkeypatch) -> None:
    send_large(home, monkeypatch, f"{HEAD}\n{NEAR}\n")
    set_active(by=home.people["administrator"], user=home.people.users["duty"], is_active=False)
    assert work_once()
    assert reports(home) == []
    assert batches(home) == 0
