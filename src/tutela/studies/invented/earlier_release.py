"""An earlier release of the invented events: fewer people killed, so that there is something to compare."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from tutela.data.store.folders import write_file
from tutela.data.store.homes import Home
from tutela.engine.events.releases import ReleaseSpec
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import OUTSIDER
from tutela.kernel.tables import Events
from tutela.studies.comparisons import keep_comparison
from tutela.studies.intake import Intake, ReadingSpec, take_in_events
from tutela.studies.invented.country import InventedCountry
from tutela.studies.invented.files import write_events
from tutela.studies.invented.seeds import spawn_generator
from tutela.studies.release_sides import release_of
from tutela.studies.releases import study_releases

NAME: Final = "invented-earlier-events.csv"

_MISSING: Final = 0.05
"""Share of events that the earlier release does not have yet."""

_LOWER: Final = 0.08
"""Share of events that it counts lower."""

_OTHER_ID: Final = 0.03
"""Share of events that it has under a candidate's id."""

_WITHDRAWN: Final = 4
"""So many events stand in it alone: the same attack reported twice."""


def invent_earlier_release(country: InventedCountry) -> Events:
    """The events of the country as an earlier release would have had them; the same seed gives the same ones."""
    rng, events = spawn_generator(country.seed, "earlier release"), country.events
    events = events.take(np.sort(rng.choice(len(events), int(len(events) * (1 - _MISSING)), replace=False)))
    lower = rng.random(len(events)) < _LOWER
    best = np.where(lower, np.floor(events.best * rng.uniform(0.3, 0.8, len(events))), events.best)
    other = rng.random(len(events)) < _OTHER_ID
    ids = np.where(other, np.char.replace(events.event_id, "INV-", "INV-C"), events.event_id)
    twice = events.take(rng.choice(len(events), _WITHDRAWN, replace=False))
    changed = replace(events, event_id=ids, best=best, low=np.minimum(events.low, best))
    # A civilian among the dead is one of the dead.
    changed = replace(changed, civilians=np.minimum(changed.civilians, changed.best))
    again = replace(twice, event_id=np.array([f"INV-D{i + 1:05d}" for i in range(_WITHDRAWN)]), side_a=twice.side_b)
    return Events.concatenate([changed, again])


def keep_earlier_release(home: Home, country: InventedCountry, later: Intake[Events]) -> Manifest:
    """Write the earlier release as a file, read it as a user would, and keep its comparison with the later one."""
    path = home.demonstration / NAME
    write_file(path, write_events(replace(country, events=invent_earlier_release(country))))
    origin = replace(country.origin, vintage=f"{country.origin.vintage}, earlier release")
    read = take_in_events([path], ReadingSpec(source="csv", today=country.last_day))
    earlier = replace(read, readings=tuple(replace(reading, origin=origin) for reading in read.readings))
    sides = (release_of(str(path), earlier), release_of(later.manifest.title, later))
    return keep_comparison(study_releases(*sides, ReleaseSpec()), home.store, OUTSIDER)[1]
