"""The worker at work: jobs one after the other, and the sweep of kept files once an hour.

The application starts workers of its own, each in a process that ends when the queue is empty: a job that takes
all its memory, or dies, takes no page with it.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

PAUSE_SECONDS: Final = 1.0
SWEEP_SECONDS: Final = 3600.0

_log = logging.getLogger("tutela.worker")


def work(home: Path | None, *, until_empty: bool, tell: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
    """Do what waits in the register of this home; without `until_empty` until it is interrupted.

    `tell` hears after each job how many were done. Expired files are destroyed on the way.
    """
    from tutela.service.register import open_register

    open_register(home)
    from django.db import close_old_connections

    from tutela.records.files.actions import sweep
    from tutela.records.jobs.working import work_once

    done, swept, due = 0, None, time.monotonic()
    while True:
        close_old_connections()
        if time.monotonic() >= due:
            swept, due = sweep(), time.monotonic() + SWEEP_SECONDS
        if work_once():
            done += 1
            tell(done)
        elif until_empty:
            break
        else:
            time.sleep(PAUSE_SECONDS)
    assert swept is not None
    return {"jobs": done, "expired": swept.expired, "orphans": swept.orphans, "missing": swept.missing}


class Foreman:
    """Looks every second whether anything waits, and starts a worker then; and once an hour for the sweep."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="foreman", daemon=True)
        self._due = 0.0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what a worker has in hand is taken up again when the application runs the next time."""
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        from django.db import close_old_connections, connection

        from tutela.records.jobs.queue import is_anything_waiting

        while not self._stop.wait(PAUSE_SECONDS):
            try:
                close_old_connections()
                if time.monotonic() >= self._due or is_anything_waiting():
                    self._due = time.monotonic() + SWEEP_SECONDS
                    connection.close()
                    self._employ()
            except Exception as error:
                # The kind of error alone: its text may hold a value.
                _log.warning("no worker could be started (%s); trying again", type(error).__name__)
        connection.close()

    def _employ(self) -> None:
        """One worker, until it ends by itself or the application does."""
        command = [sys.executable, "-m", "tutela.service.worker", self._home]
        worker = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  our own program
        while worker.poll() is None:
            if self._stop.wait(0.2):
                worker.terminate()
                worker.wait(5)
                return
        if worker.returncode:
            _log.warning("a worker ended with %s", worker.returncode)
            self._stop.wait(10 * PAUSE_SECONDS)


def start_foreman() -> Foreman | None:
    """The foreman of this process, where there is a register; whoever starts it stops it."""
    import os

    from django.db import connection

    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).is_file():
        return None
    foreman = Foreman(os.environ["TUTELA_HOME"])
    foreman.start()
    return foreman


if __name__ == "__main__":
    work(Path(sys.argv[1]), until_empty=True)
