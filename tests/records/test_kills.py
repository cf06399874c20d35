"""Killed at a random moment under load: nothing acknowledged is lost, nothing half there, no gap in the ledger."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from cast import Cast
from django.db import connection
from incident_ground import hand_in, make_ground, open_incident
from sealed import seal_all

from tutela.records.accounts.models import User
from tutela.records.incidents.actions.incidents import Triage, triage
from tutela.records.incidents.actions.merges import undo_merge
from tutela.records.incidents.models import Incident, Merge, Report
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry
from tutela.records.ledger.signing import load_public_keys
from tutela.records.ledger.verifying import verify_ledger
from tutela.records.vault.models import CaseKey, Identity

ROUNDS = 20 if os.environ.get("CI") == "true" else 4


def _kill_after(seconds: float, keys: Path, program: str = "writer.py", *words: object) -> list[str]:
    """Start the writer, kill it so long after its first acknowledged write, give all that it acknowledged."""
    connection.close()
    command = [
        sys.executable,
        str(Path(__file__).with_name(program)),
        connection.settings_dict["NAME"],
        str(keys),
        *map(str, words),
    ]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    first = running.stdout.readline()
    assert first, running.stderr.read() if running.stderr else ""
    time.sleep(seconds)
    running.send_signal(signal.SIGKILL)
    rest, _ = running.communicate()
    lines = (first + rest).splitlines(keepends=True)
    return [line.strip() for line in lines if line.endswith("\n")]  # half a line was not said


def test_no_acknowledged_write_is_lost_and_the_ledger_has_no_gap(people: Cast, register: Path):
    luck = random.Random(7)
    acknowledged: list[str] = []
    for _ in range(ROUNDS):
        acknowledged += _kill_after(luck.uniform(0.0, 0.4), register)
        assert verify_ledger(load_public_keys(register)).fault == ""
    assert len(acknowledged) > 4 * ROUNDS
    users = {f"user {address}" for address in User.objects.values_list("email", flat=True)}
    officer = people["officer"]
    with acting(officer, "test"):
        rows = Identity.visible_to(officer)
        identities = {f"identity {name}" for name in rows.values_list("pseudonym", flat=True)}
        keys = set(CaseKey.visible_to(officer).values_list("pk", flat=True))
        used = set(rows.values_list("key_id", flat=True))
    assert set(acknowledged) <= users | identities
    assert keys == used  # a key and its identity are written together or not at all
    written = Entry.objects.filter(subject_table="accounts_user", operation="insert").count()
    assert written == User.objects.count()
    assert Content.objects.count() == Entry.objects.filter(kind="change").count()
    seal_all(register)
    verdict = verify_ledger(load_public_keys(register))
    assert (verdict.fault, verdict.unsealed) == ("", 0)


def test_no_merge_of_two_incidents_is_left_half_done(people: Cast, register: Path):
    ground, luck = make_ground(people), random.Random(11)
    kept, other = open_incident(ground), open_incident(ground)
    brought = {report.pk for report in _reports(people, other)}
    for _ in range(8):  # so many that half of them would be seen
        late = hand_in(ground)
        triage(
            by=people["adviser"],
            report=late.pk,
            triage=Triage(incident=other.pk),
            expected_version=late.version,
        )
        brought.add(late.pk)
    stayed = {report.pk for report in _reports(people, kept)}
    acknowledged: list[str] = []
    for _ in range(ROUNDS):
        acknowledged += _kill_after(luck.uniform(0.0, 0.4), register, "merger.py", kept.pk, other.pk)
        _expect_whole(people, (kept.pk, other.pk), stayed, brought)
        _expect_kept(people, acknowledged)
    assert len(acknowledged) > 2 * ROUNDS
    assert verify_ledger(load_public_keys(register)).fault == ""


def _reports(people: Cast, incident: Incident) -> list[Report]:
    with acting(people["adviser"], "look"):
        return list(Report.visible_to(people["adviser"]).filter(incident_id=incident.pk))


def _expect_whole(people: Cast, pair: tuple[int, int], stayed: set[int], brought: set[int]) -> None:
    """Either both are one, with every report in one place, or they are two as they were."""
    by = people["adviser"]
    with acting(by, "look"):
        kept, other = (Incident.visible_to(by).get(pk=number) for number in pair)
        open_merges = list(Merge.visible_to(by).filter(undone_at__isnull=True))
    held = [{report.pk for report in _reports(people, row)} for row in (kept, other)]
    if other.merged_into_id is None:
        assert (held, open_merges) == ([stayed, brought], [])
    else:
        assert other.merged_into_id == kept.pk
        assert held == [stayed | brought, set()]
        assert [(row.kept_id, row.other_id, set(row.moved)) for row in open_merges] == [(*pair, brought)]
        undo_merge(by=by, merge=open_merges[0].pk, reason="They are two", expected_version=open_merges[0].version)


def _expect_kept(people: Cast, acknowledged: list[str]) -> None:
    by = people["adviser"]
    with acting(by, "look"):
        rows = {row.pk: row for row in Merge.visible_to(by)}
    for line in acknowledged:
        word, number = line.split()
        assert int(number) in rows
        assert word == "merged" or rows[int(number)].undone_at is not None
