"""Where the parts meet: which home the pages show, to whom, and what day it is."""

from __future__ import annotations

from pathlib import Path

from tutela.data.store.homes import require_home
from tutela.studies.intake import today_utc
from tutela.studies.shelf import Shelf, open_shelf
from tutela.web.shared.reader import ReadingRoom, open_room


def connect(home: Path | None) -> None:
    """Let the pages show this home (None: the one that TUTELA_HOME or the usual places name).

    Until there are accounts, the reader is whoever owns the home; in the demonstration, an outsider.
    """

    def shelf() -> Shelf:
        return open_shelf(require_home(home))

    open_room(ReadingRoom(open_shelf=shelf, today=today_utc))
