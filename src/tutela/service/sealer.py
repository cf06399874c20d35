"""The sealer at work: a thread of the application that closes the ledger, at most two seconds behind."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

PAUSE_SECONDS: Final = 1.0

_log = logging.getLogger("tutela.sealer")


class Sealer:
    """Seals what was committed until it is stopped; a failure is logged by its kind and tried again."""

    def __init__(self, keys: Path) -> None:
        self._keys = keys
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the batch under way."""
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        from django.db import close_old_connections, connection

        from tutela.records.ledger.sealing import seal_committed
        from tutela.records.ledger.signing import open_signer

        while not self._stop.is_set():
            try:
                close_old_connections()
                seal_committed(open_signer(self._keys))
            except Exception as error:
                # The kind of error alone: its text may hold a value.
                _log.warning("the ledger could not be sealed (%s); trying again", type(error).__name__)
            self._stop.wait(PAUSE_SECONDS)
        connection.close()


def start_sealer() -> Sealer | None:
    """The sealer of this process, where there is a register; whoever starts it stops it."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).is_file():
        return None
    sealer = Sealer(Path(settings.KEYS_FOLDER))
    sealer.start()
    return sealer
