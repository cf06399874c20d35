"""A worker killed while it exports: no half file is offered, and the job is taken again and done."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cast import Cast
from django.conf import settings
from django.db import connection
from export_ground import add_incidents, make_exporting_ground, rows_of, wish

from tutela.kernel.problems import Problem
from tutela.records.exports.actions import ask, fetch
from tutela.records.exports.models import Export
from tutela.records.files.actions import sweep
from tutela.records.files.shelves import crates
from tutela.records.jobs import queue
from tutela.records.jobs.actions import look
from tutela.records.jobs.models import State
from tutela.records.jobs.working import work_once
from tutela.records.ledger.acts import acting


def _kill_after(lines: int, keys: Path) -> None:
    """Start a worker, kill it once it has said so many lines."""
    connection.close()
    command = [
        sys.executable,
        str(Path(__file__).with_name("exporting.py")),
        str(connection.settings_dict["NAME"]),
        str(keys),
        settings.FILES_FOLDER,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        for _ in range(lines):
            assert worker.stdout.readline() == "writing\n"
        worker.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("lines", [1, 4, 9])
def test_no_half_file_is_offered_and_the_job_is_done_by_the_next_worker(people: Cast, register: Path, lines: int):
    add_incidents(make_exporting_ground(people), 40)
    job = ask(by=people["analyst"], wish=wish(people))
    _kill_after(lines, register)
    assert look(by=people["analyst"], number=job).state == State.RUNNING
    with pytest.raises(Problem, match="do not include"):
        fetch(by=people["analyst"], job=job)
    with acting(people["analyst"], "test"):
        assert Export.visible_to(people["analyst"]).count() == 0
        assert crates().count() == 0  # nothing was entered, whatever lies half written in the folder
    assert not work_once()  # its lease has not ended
    with acting(queue.WORKER, "test"):
        queue.pulses().update(until=datetime.now(UTC) - timedelta(seconds=1))
    assert work_once()
    with fetch(by=people["analyst"], job=job).stream as stream:
        assert len(rows_of(stream.read())) == 20
    assert sweep().missing == 0
