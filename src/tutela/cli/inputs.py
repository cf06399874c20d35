"""Reading the two files that most commands start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutela.cli.speaking import Telling
from tutela.kernel.tables import Events, Sites
from tutela.studies.executor import Executor
from tutela.studies.intake import Intake, ReadingSpec, take_in_events, take_in_sites, today_utc


@dataclass(frozen=True, slots=True)
class InputFiles:
    """Files of events and of sites, and how each is to be read."""

    events: Sequence[Path]
    sites: Sequence[Path]
    source: str
    sites_source: str
    strict: bool
    actors: Path | None
    crosswalk: Path | None

    def read(self, executor: Executor, tell: Telling) -> tuple[Intake[Events], Intake[Sites]]:
        """Read both, telling the first two of four steps."""
        today = today_utc()
        tell("reading events", 0, 4)
        spec = ReadingSpec(self.source, self.strict, today, actors=self.actors, crosswalk=self.crosswalk)
        events = take_in_events(self.events, spec, executor)
        tell("reading sites", 1, 4)
        return events, take_in_sites(self.sites, ReadingSpec(self.sites_source, self.strict, today), executor)
