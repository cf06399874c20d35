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

from tutela.records.accounts.models import User
from tutela.records.ledger.acts import acting
from tutela.records.ledger.models import Content, Entry
from tutela.records.ledger.sealing import seal_committed, unsealed_tail
from tutela.records.ledger.signing import load_public_keys, open_signer
from tutela.records.ledger.verifying import verify_ledger
from tutela.records.vault.models import CaseKey, Identity

ROUNDS = 20 if os.environ.get("CI") == "true" else 4


def _kill_after(seconds: float, keys: Path) -> list[str]:
    """Start the writer, kill it so long after its first acknowledged write, give all that it acknowledged."""
    connection.close()
    command = [
        sys.executable,
        str(Path(__file__).with_name("writer.py")),
        connection.settings_dict["NAME"],
        str(keys),
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
    patience = time.monotonic() + 20
    while unsealed_tail()[0] and time.monotonic() < patience:
        seal_committed(open_signer(register))
    verdict = verify_ledger(load_public_keys(register))
    assert (verdict.fault, verdict.unsealed) == ("", 0)
