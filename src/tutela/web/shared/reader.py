"""Who reads, what lies open to them, and what day it is: the one way from a request to anything kept.

The composition root opens the room; views ask `shelf_for` and see only what this reader may see.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from tutela.kernel.markings import OUTSIDER, Marking, require_read
from tutela.kernel.problems import Problem, said

if TYPE_CHECKING:
    from tutela.catalogue.presences import Presence
    from tutela.data.store.homes import Home
    from tutela.kernel.manifests import Manifest
    from tutela.studies.book_keeping import KeptBook
    from tutela.studies.comparisons import Comparison
    from tutela.studies.outlooks.forecast_files import KeptForecast
    from tutela.studies.outlooks.shown import Past, ShownOutlook
    from tutela.studies.shelf import Shelf, Study
    from tutela.studies.sitings import SitingCase

_SHOWN = 60
"""Characters of a wrong name that a page repeats."""


@dataclass(frozen=True, slots=True)
class ReadingRoom:
    """What the composition root gives: how to open the shelf for its reader, what day it is, who must sign in.

    Where people sign in, the shelf is opened again for the principal of each request.
    """

    open_shelf: Callable[[], Shelf]
    today: Callable[[], date]
    asks_sign_in: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class ReadersShelf:
    """The shelf as one reader sees it; what is above the reader's clearance raises Problem "not-allowed"."""

    shelf: Shelf
    today: date

    @property
    def is_demonstration(self) -> bool:
        """Whether the home holds the invented country."""
        return self.shelf.is_demonstration

    def presences(self) -> tuple[Presence, ...]:
        """All presences: those that this home brought first, then the register's."""
        return self.shelf.presences()

    def find_presence(self, presence_id: str) -> Presence | None:
        """The presence of that id, if the register knows it."""
        return self.shelf.find_presence(presence_id)

    def find_study(self, presence_id: str) -> Study | None:
        """The newest study of a presence, refused where its marking is above the reader."""
        study = self.shelf.find_study(presence_id)
        if study is not None:
            require_read(self.shelf.principal, study.marking, frozenset())
        return study

    def studied(self) -> frozenset[str]:
        """The ids of presences that this reader would find a study of."""
        return self.shelf.studied()

    def comparisons(self) -> tuple[Manifest, ...]:
        """The comparisons of releases that this reader may see, the newest first."""
        return self.shelf.comparisons()

    def load_comparison(self, digest: str) -> Comparison:
        """One comparison of releases, refused where its marking or a compartment is above the reader."""
        comparison = self.shelf.load_comparison(digest)
        manifest = comparison.manifest
        require_read(self.shelf.principal, manifest.marking, manifest.compartments)
        return comparison

    def reach_books(self) -> tuple[Manifest, ...]:
        """The books of reach that this reader may see, the latest day first."""
        return self.shelf.reach_books()

    def load_reach_book(self, digest: str) -> KeptBook:
        """One book of reach, refused where its marking or a compartment is above the reader."""
        book = self.shelf.load_reach_book(digest)
        require_read(self.shelf.principal, book.manifest.marking, book.manifest.compartments)
        return book

    def outlooks(self) -> tuple[Manifest, ...]:
        """The forecasts of this home that this reader may see, from the latest origin on."""
        return self.shelf.outlooks()

    def load_outlook(self, digest: str) -> ShownOutlook:
        """One forecast; one above this reader and one that is not there are answered by the store."""
        return self.shelf.load_outlook(digest)

    def outlook_record(self) -> Sequence[Mapping[str, Any]]:
        """Every forecast of this home's record that this reader may see, the oldest first."""
        return self.shelf.outlook_record()

    def load_past(self, kept: KeptForecast, look: Mapping[str, Any]) -> Past:
        """What came of a forecast, by one look of its record."""
        return self.shelf.load_past(kept, look)

    @property
    def home(self) -> Home:
        """Where this reader's things lie."""
        return self.shelf.home

    def siting_cases(self) -> tuple[Manifest, ...]:
        """The siting questions that this reader may see, the newest first."""
        return self.shelf.siting_cases()

    def load_siting(self, digest: str) -> SitingCase:
        """One siting question; one above this reader and one that is not there are answered by the store."""
        return self.shelf.load_siting(digest)

    def require_cuts(self, case: SitingCase) -> None:
        """Refuse closures to whoever is not cleared for what is strictly confidential, unless all is invented."""
        if not case.spec.invented:
            require_read(self.shelf.principal, Marking.STRICTLY_CONFIDENTIAL, frozenset())

    def suggest(self, name: str) -> tuple[Presence, ...]:
        """Presences whose id or name is spelt nearly so, the nearest first, at most four."""
        by_name = {spelling.casefold(): p for p in self.presences() for spelling in (p.presence_id, p.name)}
        near = difflib.get_close_matches(name[:_SHOWN].casefold(), by_name, n=4, cutoff=0.5)
        return tuple({by_name[item].presence_id: by_name[item] for item in near}.values())


_rooms: list[ReadingRoom] = []


def open_room(room: ReadingRoom) -> None:
    """Show this room from now on, in every thread of this process."""
    _rooms[:] = [room]


def asks_sign_in() -> bool:
    """Whether the pages of this room are for people who signed in."""
    return bool(_rooms) and _rooms[0].asks_sign_in()


def shelf_for(request: HttpRequest) -> ReadersShelf:
    """Fetch and authorise in one step: the shelf as whoever sent this request may see it."""
    if not _rooms:
        raise Problem(
            "home-missing",
            "No home was opened for these pages.",
            remedy="Start them with tutela serve.",
        )
    known = getattr(request, "_readers_shelf", None)
    if isinstance(known, ReadersShelf):
        return known
    room = _rooms[0]
    opened = room.open_shelf()
    if room.asks_sign_in():
        opened = replace(opened, principal=getattr(request, "principal", OUTSIDER))
    shelf = ReadersShelf(opened, room.today())
    request._readers_shelf = shelf  # type: ignore[attr-defined]
    return shelf


def unknown_presence(name: str) -> Problem:
    """What to say about a name that the register does not know."""
    shown = name if len(name) <= _SHOWN else name[:_SHOWN] + "…"
    return Problem(
        "presence-unknown",
        said("The register has no presence called “{shown}”.", shown=shown),
        remedy="Look in the list of presences, or bring your own sites file.",
    )
