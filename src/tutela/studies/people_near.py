"""People near the open sites of a presence as a study: sources in, one artifact out, and the same again."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

import tutela
from tutela.data.people.rasters import Box
from tutela.data.store.artifacts import Content, Store
from tutela.engine.people.near import PeopleNear, PeopleSources, people_near
from tutela.engine.people.totals import total_of_units
from tutela.engine.presence.strength import sites_on, staffed_rows
from tutela.kernel.estimates import Estimate
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.people import PeopleOfUnits, PeopleRaster, Settlements
from tutela.kernel.places import EARTH_RADIUS_KM
from tutela.kernel.tables import Sites
from tutela.studies.people_sources import PeopleFiles, PeopleSource, restore_source, take_in_people

ALGORITHM: Final = 1
"""Raised when the same sources and sites would give other people."""

MARGIN_DEG: Final = 0.1


@dataclass(frozen=True, slots=True)
class PeopleSpec:
    """Whose sites, on which day, within which distances, and in which countries whole tables are added up."""

    as_of: date
    rings_km: tuple[float, ...]
    missions: tuple[str, ...]
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeopleStudy:
    """People near sites with what they were counted from.

    wholes   what each table counts in the host countries;  lacking  in sentences, what could not be used
    """

    spec: PeopleSpec
    sources: tuple[PeopleSource, ...]
    near: PeopleNear
    wholes: dict[str, Estimate]
    lacking: tuple[str, ...]
    manifest: Manifest
    content: Content

    @property
    def near_names(self) -> tuple[str, ...]:
        """The names of the sources that can say who lives near a site; whole tables cannot."""
        return tuple(source.name for source in self.sources if not isinstance(source.table, PeopleOfUnits))

    def keep(self, store: Store) -> None:
        """Register the sources and what was counted from them; events and sites are kept by others."""
        for source in self.sources:
            store.write(source.manifest, source.content)
        store.write(self.manifest, self.content)


def study_people(files: PeopleFiles, sites: Sites, kept: Manifest, spec: PeopleSpec) -> PeopleStudy:
    """Read the files around the sites that are open on the day, and count. `kept` describes the file of sites."""
    counted = _sites_of(sites, spec)
    taken = take_in_people(files, box_around(sites_on(counted, spec.as_of), max(spec.rings_km)))
    return _count(taken.sources, taken.lacking, counted, kept, spec)


def repeat_people(store: Store, manifest: Manifest, principal: Principal) -> PeopleStudy:
    """Count again from what the store holds; the caller compares the digests."""
    said = manifest.parameters
    spec = PeopleSpec(
        date.fromisoformat(said["as_of"]), tuple(said["rings_km"]), tuple(said["missions"]), tuple(said["hosts"])
    )
    found = [(item.role, store.find(item.content, principal)) for item in manifest.inputs]
    kept = next(link for role, link in found if role == "sites")
    sites = Sites.from_columns(store.load_table(kept.content, "sites", principal))
    sources = tuple(restore_source(store, link, principal) for role, link in found if role == "people")
    return _count(sources, tuple(said["lacking"]), _sites_of(sites, spec), kept, spec)


def box_around(sites: Sites, within_km: float) -> Box | None:
    """West, south, east, north of all ground within a distance of any site; None without a placed site."""
    placed = np.isfinite(sites.lon) & np.isfinite(sites.lat)
    if not placed.any():
        return None
    lon, lat = sites.lon[placed], sites.lat[placed]
    reach = math.degrees(within_km / EARTH_RADIUS_KM) + MARGIN_DEG
    south, north = max(-90.0, float(lat.min()) - reach), min(90.0, float(lat.max()) + reach)
    wide = reach / max(0.01, math.cos(math.radians(max(abs(south), abs(north)))))
    west, east = float(lon.min()) - wide, float(lon.max()) + wide
    # Over the 180th meridian the ground lies at both ends of the map.
    return (west, south, east, north) if west >= -180 and east <= 180 else (-180.0, south, 180.0, north)


def _sites_of(sites: Sites, spec: PeopleSpec) -> Sites:
    return staffed_rows(sites.take(np.isin(sites.mission, np.array(spec.missions, dtype=np.str_))))


def _count(
    sources: Sequence[PeopleSource], lacking: Sequence[str], sites: Sites, kept: Manifest, spec: PeopleSpec
) -> PeopleStudy:
    askable = PeopleSources(
        rasters=tuple(item.table for item in sources if isinstance(item.table, PeopleRaster)),
        places={item.name: item.table for item in sources if isinstance(item.table, Settlements)},
    )
    near = people_near(sites, spec.rings_km, askable, spec.as_of)
    totals = {
        item.name: total_of_units(item.table, spec.hosts)
        for item in sources
        if isinstance(item.table, PeopleOfUnits)
    }
    wholes = {name: estimate for name, estimate in totals.items() if estimate is not None}
    document = _write(near, wholes, lacking)
    content = Content(documents={"people.json": document})
    invented = kept.invented and all(item.manifest.invented for item in sources)
    manifest = Manifest(
        kind="people-near",
        title=f"People near {', '.join(spec.missions) or 'no site'} on {spec.as_of}",
        content=content.digest,
        inputs=(Input("sites", kept.content), *(Input("people", item.manifest.content) for item in sources)),
        parameters={
            "as_of": spec.as_of.isoformat(),
            "rings_km": list(spec.rings_km),
            "missions": list(spec.missions),
            "hosts": list(spec.hosts),
            "lacking": list(lacking),
        },
        algorithms={"people-near": ALGORITHM},
        accounting=(near.accounting,),
        marking=Marking.UNCLASSIFIED if invented else Marking.CONFIDENTIAL,
        licence="; ".join(dict.fromkeys(item.origin.licence for item in sources if item.origin.licence)),
        attribution="; ".join(
            dict.fromkeys(item.origin.attribution for item in sources if item.origin.attribution)
        ),
        invented=invented,
        redistributable=kept.redistributable and all(item.manifest.redistributable for item in sources),
        about={"version": tutela.__version__},
    )
    return PeopleStudy(spec, tuple(sources), near, wholes, tuple(lacking), manifest, content)


def _write(near: PeopleNear, wholes: dict[str, Estimate], lacking: Sequence[str]) -> bytes:
    value: dict[str, Any] = {
        "as_of": near.as_of.isoformat(),
        "sites": near.sites,
        "rings": [ring.as_json() for ring in near.rings],
        "whole_countries": {name: wholes[name].as_json() for name in sorted(wholes)},
        "lacking": list(lacking),
    }
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True).encode() + b"\n"


__all__ = ["PeopleFiles", "PeopleSpec", "PeopleStudy", "box_around", "repeat_people", "study_people"]
