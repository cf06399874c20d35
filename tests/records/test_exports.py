"""What leaves: permitted twice, marked, for one person, listed row by row, gone after its day."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from cast import SECRET, Cast
from export_ground import (
    FORMULA,
    PURPOSE,
    WHEN,
    add_incidents,
    export,
    let_out,
    make_exporting_ground,
    rows_of,
    wish,
)
from incident_ground import Ground
from openpyxl import load_workbook

from tutela.kernel.markings import Marking
from tutela.kernel.problems import Problem
from tutela.records.accounts import actions as accounts
from tutela.records.accounts.models import Mode
from tutela.records.exports.actions import ask, fetch, find_export, may_take, recognise, take_back
from tutela.records.exports.formats import harmless
from tutela.records.exports.making import Wish
from tutela.records.exports.models import Export
from tutela.records.exports.orders import agreement, shuffle
from tutela.records.exports.tables import COARSE_CELL, Choice, tables
from tutela.records.files.actions import sweep
from tutela.records.files.shelves import crates
from tutela.records.incidents.models import Batch, Incident, Report
from tutela.records.jobs.actions import cancel, look
from tutela.records.jobs.models import State
from tutela.records.jobs.working import work_once
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Entry


@pytest.fixture
def ground(people: Cast) -> Ground:
    ground = make_exporting_ground(people)
    add_incidents(ground)
    return ground


def test_only_who_may_export_asks_and_only_up_to_what_may_leave(people: Cast, ground: Ground):
    answers = set()
    for who, marking in (
        ("outsider", 0),
        ("administrator", 0),
        ("custodian", 0),
        ("commander", 0),
        ("assistant", 0),
        ("analyst", 1),  # reads it, and may not take it out
        ("officer", 2),
        ("adviser", 1),  # exports, and nobody said that confidential rows may leave
    ):
        with pytest.raises(Problem) as caught:
            ask(by=people[who], wish=wish(people, marking=marking))
        answers.add(str(caught.value))
    assert len(answers) == 1
    assert may_take(by=people["analyst"]) == ((people.here, Marking.UNCLASSIFIED),)
    assert may_take(by=people["officer"]) == ((people.here, Marking.CONFIDENTIAL),)
    accounts.set_mode(by=people["custodian"], mode=Mode.READ_ONLY, compartment=people.here)
    with pytest.raises(Problem, match="do not include"):
        ask(by=people["analyst"], wish=wish(people))


def test_what_may_leave_is_never_more_than_what_is_read(people: Cast, ground: Ground):
    let_out(people, "analyst", Marking.STRICTLY_CONFIDENTIAL, Marking.UNCLASSIFIED)
    with pytest.raises(Problem, match="do not include"):
        ask(by=people["analyst"], wish=wish(people, marking=1))


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("purpose", {"purpose": "because"}),
        ("table", {"table": "intake"}),
        ("table", {"table": "vault_identity"}),
        ("format", {"format": "exe"}),
        ("format", {"table": "activities", "format": "geojson"}),
        ("until", {"choice": (date(2026, 3, 2), date(2026, 3, 1))}),
    ],
)
def test_what_does_not_fit_is_said_by_its_field(people: Cast, ground: Ground, field: str, wanted: dict):
    choice = Choice(people.here, 0, None, *wanted.get("choice", (None, None)))
    asked = Wish(
        wanted.get("table", "incidents"), wanted.get("format", "csv"), choice, wanted.get("purpose", PURPOSE)
    )
    with pytest.raises(Problem) as caught:
        ask(by=people["analyst"], wish=asked)
    assert caught.value.where == field


def test_nothing_leaves_that_is_not_meant_to(people: Cast, ground: Ground):
    for name, table in tables().items():
        for kind in ("csv", "xlsx", *(["geojson"] if table.has_places else [])):
            _, content = export(people, "officer", wish(people, name, kind, 1))
            if kind == "xlsx":
                with zipfile.ZipFile(io.BytesIO(content)) as book:
                    content = b"".join(book.read(part) for part in book.namelist())
            assert b"zzyzx" not in content, (name, kind)
    models = {table.model.__name__ for table in tables().values()}
    assert not models & {"IntakeReport", "HostIntent", "Identity", "Interlocutor", "HumanRightsLink"}


def test_a_file_says_whose_it_is_how_it_is_marked_and_what_was_left_out(people: Cast, ground: Ground):
    job, content = export(people, "analyst", wish(people))
    text = content.decode("utf-8-sig")
    lines = text.splitlines()
    assert "Unclassified" in lines[0] and "Unclassified" in lines[-1]
    assert "Analyst <analyst@invented.example>" in text and PURPOSE in text and "coarsened" in text
    rows = rows_of(content)
    assert len(rows) == 75
    assert {row["export"] for row in rows} == {f"E{job}"}
    row = find_export(by=people["analyst"], job=job)
    assert row is not None
    assert row.name.startswith("unclassified_incidents_")
    assert row.excluded == {
        "marked above what this file may hold": 75,  # what the analyst does not read is not even counted
        "left the normal queue": 1,
        "merged into another incident": 1,
    }
    with fetch(by=people["analyst"], job=job, manifest=True).stream as stream:
        manifest = json.loads(stream.read())
    assert manifest["references"] == [int(row["reference"]) for row in rows]
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    counted = manifest["accounting"]
    assert counted["input"] == counted["placed"] + sum(counted["excluded"].values()) == 152
    assert manifest["asked"]["purpose"] == PURPOSE


def import_reports(ground: Ground, *, may_be_passed_on: bool) -> tuple[int, int]:
    """A batch of two reports that are zzyzx, one of them sorted into an incident of its own; batch and incident."""
    officer, tag = ground.people["officer"], "free" if may_be_passed_on else "zzyzx"
    common = {"presence_id": ground.presence, "compartment_id": ground.people.here, "marking": 0}
    with acting(officer, "test"):
        batch = Batch(
            recorded_by=officer.actor, digest="0", rows=2, placed=2, may_be_passed_on=may_be_passed_on, **common
        )
        batch.save()
        incident = Incident(title=f"{tag}-copied", what="killing", happened_at=WHEN, **common)
        incident.save()
        for number, to in enumerate((incident.pk, None)):
            add_report(ground, f"{tag}-row {number}", batch_id=batch.pk, incident_id=to)
    return batch.pk, incident.pk


def add_report(ground: Ground, summary: str, **more: object) -> None:
    Report(
        presence_id=ground.presence,
        compartment_id=ground.people.here,
        marking=0,
        kind="imported_event" if more.get("batch_id") else "field_report",
        what="killing",
        said_at=WHEN,
        summary=summary,
        recorded_by=ground.people["officer"].actor,
        **more,
    ).save()


def test_what_a_source_does_not_let_go_further_stays_and_is_counted(people: Cast, ground: Ground):
    reason = "its source lets nothing go further"
    _, incident = import_reports(ground, may_be_passed_on=False)
    import_reports(ground, may_be_passed_on=True)
    for kind in ("csv", "geojson"):
        job, content = export(people, "analyst", wish(people, "reports", kind))
        row = find_export(by=people["analyst"], job=job)
        assert row is not None and row.excluded == {reason: 2} and row.rows == 3
        assert b"zzyzx" not in content and content.count(b"free-row") == 2
    # An incident that only such rows tell of would hand on the source's own row; told by us too, it may leave.
    job, content = export(people, "analyst", wish(people))
    row = find_export(by=people["analyst"], job=job)
    assert row is not None and row.excluded["known only from a source that lets nothing go further"] == 1
    assert b"zzyzx" not in content and b"free-copied" in content
    with acting(people["officer"], "test"):
        add_report(ground, "heard at the ford", incident_id=incident)
    assert b"zzyzx-copied" in export(people, "analyst", wish(people))[1]


def test_a_batch_that_cannot_be_read_lets_nothing_go(people: Cast, ground: Ground):
    batch, _ = import_reports(ground, may_be_passed_on=True)
    with acting(people["officer"], "test"):
        Batch.visible_to(people["officer"]).filter(pk=batch).update(marking=SECRET)
    job, content = export(people, "analyst", wish(people, "reports"))
    assert b"free-row" not in content
    row = find_export(by=people["analyst"], job=job)
    assert row is not None and sum(row.excluded.values()) == 2


def test_places_of_people_are_coarsened_in_an_unclassified_file_and_in_no_other(people: Cast, ground: Ground):
    import h3

    exact = {row["reference"]: row for row in rows_of(export(people, "officer", wish(people, marking=1))[1])}
    coarse = rows_of(export(people, "officer", wish(people))[1])
    assert len(exact) == 150 and len(coarse) == 75
    for row in coarse:
        place = exact[row["reference"]]
        cell = h3.latlng_to_cell(float(place["latitude"]), float(place["longitude"]), COARSE_CELL)
        lat, lon = h3.cell_to_latlng(cell)
        assert (float(row["latitude"]), float(row["longitude"])) == (round(lat, 2), round(lon, 2))
    assert len({row["latitude"] for row in coarse}) < 5


def test_a_workbook_opens_elsewhere_and_computes_nothing(people: Cast, ground: Ground):
    _, content = export(people, "officer", wish(people, kind="xlsx", marking=1))
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Read first", "Rows"]
    about = [row[0].value for row in book["Read first"].iter_rows()]
    assert about[1] == about[-1] == "Confidential"
    assert any("Officer <officer@invented.example>" in str(line) for line in about)
    cells = [cell for row in book["Rows"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert f"'{FORMULA}" in {cell.value for cell in cells}
    assert book["Rows"].max_row == 150 + 3
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert parts.testzip() is None
        assert not [name for name in parts.namelist() if b"<f>" in parts.read(name)]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0+", "\u200b@", "＝"])
def test_text_that_would_compute_does_not(start: str):
    assert str(harmless(f"{start}1+1")).startswith("'")
    assert harmless("Ford at 5-6") == "Ford at 5-6"
    assert harmless(-3) == -3  # a number is a number


def test_a_map_file_is_geojson_with_every_row_in_it(people: Cast, ground: Ground):
    _, content = export(people, "officer", wish(people, kind="geojson", marking=1))
    read = json.loads(content)
    assert read["marking"] == "Confidential"
    assert len(read["features"]) == 150
    point = read["features"][0]["geometry"]
    assert point["type"] == "Point" and point["coordinates"][0] == 25.0
    _, content = export(people, "officer", wish(people, "reports", "geojson", 1))
    assert [feature["geometry"] for feature in json.loads(content)["features"]] == [None]


def test_only_the_one_who_asked_fetches_and_only_while_the_right_lasts(people: Cast, ground: Ground):
    job, _ = export(people, "analyst", wish(people))
    for who in ("officer", "adviser", "custodian", "administrator", "outsider"):
        with pytest.raises(Problem, match="do not include"):
            fetch(by=people[who], job=job)
    fetched = Entry.objects.filter(operation="fetch", subject_table="exports_export")
    assert fetched.count() == 1
    accounts.dismiss(by=people["custodian"], compartment=people.here, user=people.users["analyst"])
    with pytest.raises(Problem, match="do not include"):
        fetch(by=people["analyst"], job=job)


def test_a_ceiling_lowered_meanwhile_holds_for_what_was_made_before(people: Cast, ground: Ground):
    job, _ = export(people, "officer", wish(people, marking=1))
    second = ask(by=people["officer"], wish=wish(people, marking=1))
    let_out(people, "officer", Marking.UNCLASSIFIED, SECRET)
    with pytest.raises(Problem, match="do not include"):
        fetch(by=people["officer"], job=job)
    assert work_once()
    assert look(by=people["officer"], number=second).problem == "not-allowed"
    assert find_export(by=people["officer"], job=second) is None


def test_an_export_expires_and_can_be_taken_back_and_the_note_of_it_stays(people: Cast, ground: Ground):
    job, _ = export(people, "analyst", wish(people))
    other, _ = export(people, "analyst", wish(people))
    take_back(by=people["analyst"], job=other)
    with acting(people["analyst"], "test"):
        crates().update(expires=datetime.now(UTC) - timedelta(seconds=1))
    assert sweep().expired == 2
    for number in (job, other):
        with pytest.raises(Problem, match="destroyed"):
            fetch(by=people["analyst"], job=number)
        row = find_export(by=people["analyst"], job=number)
        assert row is not None and row.purpose == PURPOSE


def test_a_cancelled_export_leaves_nothing(people: Cast, ground: Ground):
    job = ask(by=people["analyst"], wish=wish(people))
    cancel(by=people["analyst"], number=job)
    assert not work_once()
    assert look(by=people["analyst"], number=job).state == State.CANCELLED
    assert find_export(by=people["analyst"], job=job) is None
    with acting(people["analyst"], "test"):
        assert crates().count() == 0


def test_days_and_presence_narrow_an_export(people: Cast, ground: Ground):
    day = WHEN.date()
    for since, until, number in ((day, day, 75), (day + timedelta(days=1), None, 0), (None, day, 75)):
        asked = Wish("incidents", "csv", Choice(people.here, 0, ground.presence, since, until), PURPOSE)
        assert len(rows_of(export(people, "analyst", asked)[1])) == number
    nowhere = Wish("incidents", "csv", Choice(people.here, 0, 987_654), PURPOSE)
    assert rows_of(export(people, "analyst", nowhere)[1]) == []


def test_rows_of_another_compartment_change_no_byte_but_the_order(people: Cast, ground: Ground):
    def head(content: bytes) -> list[str]:
        lines = content.decode("utf-8-sig").splitlines()
        return sorted(re.sub(r"E\d+$", "E", line) for line in lines if "as of" not in line)

    _, first = export(people, "analyst", wish(people))
    officer = people["outsider"]
    from tutela.records.missions.models import Presence, Site

    with acting(officer, "test"):
        presence = Presence(key="x", name="Elsewhere", kind="X", compartment_id=people.there, marking=0)
        presence.save()
        Site(presence=presence, key="x", name="zzyzx", compartment_id=people.there, marking=0).save()
    before = head(first)
    _, second = export(people, "analyst", wish(people))
    assert head(second) == before


def test_a_copy_without_its_head_tells_whose_it_was(people: Cast, ground: Ground):
    grant = accounts.Grant(accounts.Role.AUDITOR, Marking.CONFIDENTIAL, "audits")
    accounts.admit(by=people["custodian"], compartment=people.here, user=people.users["commander"], grant=grant)
    first, _ = export(people, "analyst", wish(people))
    second, content = export(people, "officer", wish(people))
    found = [int(row["reference"]) for row in rows_of(content)][5:60]
    exports = recognise(by=people["commander"], compartment=people.here, table="incidents", references=found)
    assert [row.job for row in exports] == [second]
    with pytest.raises(Problem, match="do not include"):
        recognise(by=people["analyst"], compartment=people.here, table="incidents", references=found)
    with pytest.raises(Problem, match="too few"):
        recognise(by=people["commander"], compartment=people.here, table="incidents", references=found[:5])
    assert first != second


def test_chance_makes_no_order():
    rows = [(number, None) for number in range(2_000)]
    mine = [number for number, _ in shuffle(b"one", rows)]
    assert agreement(b"one", mine) == 1.0
    assert agreement(b"one", mine[::3]) == 1.0
    assert 0.4 < agreement(b"two", mine) < 0.6
    assert agreement(b"one", []) == 0.5


def test_the_seed_of_an_order_never_reaches_the_ledger(people: Cast, ground: Ground):
    from tutela.records.ledger.models import Content

    export(people, "analyst", wish(people))
    entry = Entry.objects.filter(subject_table="exports_export", operation="insert").get()
    assert "seed" not in Content.objects.get(pk=entry.pk).body["after"]
    with acting(people["analyst"], "test"):
        assert len(bytes(Export.visible_to(people["analyst"]).get().seed)) == 32
