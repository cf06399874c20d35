"""The sealer at work in the application: behind by little, undisturbed by a failure."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest
from cast import Cast

from tutela.records.accounts import actions
from tutela.records.ledger.sealing import unsealed_tail
from tutela.records.ledger.signing import load_public_keys
from tutela.records.ledger.verifying import verify_ledger
from tutela.service import sealer


def _wait_until_sealed() -> bool:
    patience = time.monotonic() + 20
    while unsealed_tail()[0] and time.monotonic() < patience:
        time.sleep(0.05)
    return unsealed_tail()[0] == 0


def test_what_is_written_is_sealed_without_anybody_asking(people: Cast, register: Path):
    running = sealer.start_sealer()
    assert running is not None
    try:
        assert _wait_until_sealed()
        actions.create_user(by=people["administrator"], email="late@invented.example", name="Late")
        assert _wait_until_sealed()
    finally:
        running.stop()
    assert verify_ledger(load_public_keys(register)).is_whole


def test_a_failure_is_logged_by_its_kind_and_tried_again(
    people: Cast, register: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(sealer, "PAUSE_SECONDS", 0.05)
    register.mkdir(exist_ok=True)
    (register / "ledger.key").write_bytes(b"broken secret")
    with caplog.at_level(logging.WARNING):
        running = sealer.Sealer(register)
        running.start()
        time.sleep(0.3)
        assert "could not be sealed (Problem)" in caplog.text
        assert "secret" not in caplog.text
        (register / "ledger.key").unlink()
        try:
            assert _wait_until_sealed()
        finally:
            running.stop()


@pytest.mark.only_sqlite
def test_without_a_register_there_is_nothing_to_seal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from django.db import connection

    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "none.sqlite3"))
    assert sealer.start_sealer() is None
