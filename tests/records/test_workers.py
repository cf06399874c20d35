"""The processes of the server over PostgreSQL: one for each processor, and one of them closes the ledger."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cast
import pytest
from django.db import connection
from registers import ADDRESS

from tutela.data.store.homes import create_home
from tutela.records.accounts import actions
from tutela.records.ledger.sealing import unsealed_tail
from tutela.service.server import MOST_WORKERS

pytestmark = pytest.mark.only_postgresql

PATIENCE = 60.0
SERVE = [sys.executable, "-c", "from tutela.cli.main import main; main()", "serve", "--port", "0", "--json"]


@dataclass
class Served:
    """A server that runs, and where it answers."""

    process: subprocess.Popen[str]
    address: str

    def workers(self) -> list[int]:
        """The processes that answer: those that the first one started."""
        number = self.process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text()
        return [int(child) for child in children.split()]


@pytest.fixture
def served(register: Path, tmp_path: Path) -> Iterator[Served]:
    home = create_home(tmp_path / "home", demonstration=False).root
    address = f"postgresql://tutela_app@/{connection.settings_dict['NAME']}?host={ADDRESS}"
    environment = {**os.environ, "TUTELA_DATABASE": address, "TUTELA_KEYS": str(register)}
    with subprocess.Popen([*SERVE, "--home", str(home)], stdout=subprocess.PIPE, text=True, env=environment) as it:
        assert it.stdout is not None
        try:
            yield Served(it, json.loads(it.stdout.readline())["address"])
        finally:
            it.terminate()


def test_the_ledger_is_closed_also_after_any_worker_was_killed(served: Served):
    people = cast.assemble()
    expected = min(MOST_WORKERS, os.cpu_count() or 1)
    _until(lambda: len(served.workers()) == expected)
    for turn, number in enumerate(served.workers()):
        _until(lambda: unsealed_tail()[0] == 0)
        os.kill(number, signal.SIGKILL)
        _until(lambda number=number: number not in served.workers() and len(served.workers()) == expected)
        actions.create_user(by=people["administrator"], email=f"late-{turn}@invented.example", name="Late")
        _until(lambda: unsealed_tail()[0] == 0)
        with urllib.request.urlopen(f"{served.address}accounts/sign-in/") as answer:
            assert answer.status == 200


def _until(holds) -> None:
    patience = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < patience
        time.sleep(0.1)
