"""Who was targeted near whom, as a study: chunks of events through the executor, one artifact out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np

import tutela
from tutela.data.store.artifacts import Content, Store
from tutela.engine.presence.strength import staffed_rows
from tutela.engine.reach import air_rings, flights, travel_rings, traveltime
from tutela.engine.reach import vicinity as engine
from tutela.engine.reach.air_rings import compute_air_vicinity
from tutela.engine.reach.flights import Aircraft
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.rings import vicinity_json
from tutela.engine.reach.travel_rings import compute_travel_vicinity, find_starts, find_wanted
from tutela.engine.reach.traveltime import compute_travel
from tutela.engine.reach.vicinity import Pairs, Vicinity, VicinitySpec, compute_vicinity
from tutela.engine.reach.weights import list_weights
from tutela.kernel.accounting import Accounting
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events, Sites
from tutela.studies.executor import Executor, Serial
from tutela.studies.intake import Intake, keep
from tutela.studies.surfaces import describe_surface, restore_surface

CHUNK: Final = 65_536
"""Events a task; fixed, so that the number of workers changes nothing."""


@dataclass(frozen=True, slots=True)
class VicinityStudy:
    """A vicinity with what it was computed from, and the shape that the command line and the pages show."""

    events: Events
    sites: Sites
    vicinity: Vicinity
    manifest: Manifest
    summary: dict[str, Any]
    surface: Surface | None = None

    @property
    def artifacts(self) -> dict[str, str]:
        """The digests of events, sites and vicinity, by role."""
        by_role = {item.role: item.content for item in self.manifest.inputs}
        return by_role | {"vicinity": self.manifest.content}


def split_vicinity(events: Events, sites: Sites, spec: VicinitySpec, executor: Executor) -> Vicinity:
    """As `compute_vicinity`, in chunks of events that the executor may run side by side.

    A spread event needs all events around it, so that variant is one task.
    """
    if spec.spread != "none" or len(events) <= CHUNK:
        return compute_vicinity(events, sites, spec)
    starts = range(0, len(events), CHUNK)
    tasks = [(events.take(np.arange(i, min(i + CHUNK, len(events)))), sites, spec) for i in starts]
    return _join(list(executor.run(_compute, tasks)), list(starts))


@dataclass(frozen=True, slots=True)
class VicinityInputs:
    """What a vicinity is computed from: tables, their manifests by role, the missions whose sites count.

    surface   the ground that minutes are computed over; its manifest is in `kept` as "surface"
    aircraft  what flies, where minutes are by air: never together with ground
    """

    events: Events
    sites: Sites
    kept: Mapping[str, Manifest]
    missions: tuple[str, ...] | None = None
    surface: Surface | None = None
    aircraft: Aircraft | None = None

    @classmethod
    def of(
        cls, events: Intake[Events], sites: Intake[Sites], missions: tuple[str, ...] | None = None
    ) -> VicinityInputs:
        """From what was read."""
        return cls(events.table, sites.table, {"events": events.manifest, "sites": sites.manifest}, missions)

    def over(self, surface: Surface, manifest: Manifest) -> VicinityInputs:
        """The same with the ground for rings in minutes."""
        return replace(self, kept={**self.kept, "surface": manifest}, surface=surface)

    def by_air(self, aircraft: Aircraft) -> VicinityInputs:
        """The same with an aircraft and without ground: minutes by the two are never added up."""
        kept = {role: manifest for role, manifest in self.kept.items() if role != "surface"}
        return replace(self, kept=kept, surface=None, aircraft=aircraft)

    @property
    def counted_sites(self) -> Sites:
        """The sites of the missions, or all."""
        if self.missions is None:
            return self.sites
        return self.sites.take(np.isin(self.sites.mission, np.array(self.missions, dtype=np.str_)))

    @property
    def site_account(self) -> Accounting:
        """Which rows of sites count: those of the missions in which somebody was there."""
        counted = self.counted_sites
        staffed = len(staffed_rows(counted))
        left_out = {"of-other-presences": len(self.sites) - len(counted), "nobody-there": len(counted) - staffed}
        return Accounting("choosing sites", len(self.sites), staffed, {k: n for k, n in left_out.items() if n})


def study_vicinity(inputs: VicinityInputs, spec: VicinitySpec, executor: Executor) -> tuple[VicinityStudy, Content]:
    """Compute a vicinity and describe it as an artifact: pairs by event and site id, states, the summary."""
    events, sites, kept = inputs.events, inputs.counted_sites, inputs.kept
    if spec.unit == "min":
        vicinity = _compute_by_minutes(inputs, spec)
    else:
        vicinity = split_vicinity(events, staffed_rows(sites), spec, executor)
    vintages = {role: list(kept[role].parameters.get("vintages", ())) for role in ("events", "sites")}
    summary = _label_rings(vicinity_json(vicinity, events), inputs) | {"vintages": vintages}
    pairs = vicinity.columns_by_id(events)
    content = Content(
        {
            "pairs": pairs | {"month": pairs["month"].astype("M8[D]")},
            "events": {
                "event_id": events.event_id,
                "state": vicinity.state,
                "nearest_site": _site_or_none(vicinity),
                f"nearest_{spec.unit}": vicinity.nearest_km,
            },
            **list_weights(vicinity, events),
        },
        {"vicinity.json": json.dumps(summary, sort_keys=True).encode()},
    )
    invented = all(kept[role].invented for role in ("events", "sites"))
    manifest = Manifest(
        kind="vicinity",
        title=f"Vicinity {'by air ' if inputs.aircraft else ''}of {kept['sites'].title}",
        content=content.digest,
        inputs=tuple(Input(role, kept[role].content) for role in kept),
        parameters=_parameters(vicinity.spec, inputs),
        algorithms=_algorithms(spec, inputs),
        accounting=(inputs.site_account, vicinity.site_rows, vicinity.accounting),
        # Which places are far from help is for those who need it, whatever the files were.
        marking=Marking.UNCLASSIFIED if invented else Marking.CONFIDENTIAL,
        licence=_join_words(manifest.licence for manifest in kept.values()),
        attribution=_join_words(manifest.attribution for manifest in kept.values()),
        invented=invented,
        redistributable=all(manifest.redistributable for manifest in kept.values()),
        about={"version": tutela.__version__},
    )
    return VicinityStudy(events, sites, vicinity, manifest, summary, inputs.surface), content


def keep_study(
    store: Store, events: Intake[Events], sites: Intake[Sites], study: VicinityStudy, content: Content
) -> None:
    """Register a vicinity with what it was computed from, also the surface."""
    keep(events, store)
    keep(sites, store)
    if study.surface is not None:
        store.write(*describe_surface(study.surface))
    store.write(study.manifest, content)


def out_files(study: VicinityStudy) -> dict[str, bytes]:
    """What goes into --out: the summary, its manifest, and a table of sites for a spreadsheet."""
    report = {**study.summary, "artifact": study.manifest.content}
    return {
        "vicinity.json": _pretty(report),
        "manifest.json": _pretty(study.manifest.as_json()),
        "sites.csv": _sites_csv(study).encode("utf-8-sig"),
    }


def add_minutes(study: VicinityStudy, minutes: VicinityStudy) -> dict[str, Any]:
    """The summary of a vicinity by distance with the rings in minutes beside its own.

    What differs between the two (definition, excluded events, steps, artifact) stands under "minutes".
    """
    rings = {"rings": [*study.summary["rings"], *minutes.summary["rings"]]}
    own = {name: minutes.summary[name] for name in ("definition", "unplaceable", "excluded", "nearest", "steps")}
    return study.summary | rings | {"minutes": own | {"artifact": minutes.manifest.content}}


def add_air(summary: dict[str, Any], air: VicinityStudy) -> dict[str, Any]:
    """The summary with that of a vicinity by air under "air": its rings are never among those of the ground."""
    return summary | {"air": air.summary | {"artifact": air.manifest.content}}


def repeat_study(store: Store, manifest: Manifest, principal: Principal) -> VicinityStudy:
    """Compute a vicinity again from the stored events and sites; the caller compares the digests."""
    kept = {item.role: store.find(item.content, principal) for item in manifest.inputs}
    missions = manifest.parameters["missions"]
    inputs = VicinityInputs(
        Events.from_columns(store.load_table(kept["events"].content, "events", principal)),
        Sites.from_columns(store.load_table(kept["sites"].content, "sites", principal)),
        kept,
        None if missions is None else tuple(missions),
    )
    if "surface" in kept:
        inputs = inputs.over(restore_surface(store, kept["surface"], principal), kept["surface"])
    if "aircraft" in manifest.parameters:
        inputs = inputs.by_air(Aircraft(**manifest.parameters["aircraft"]))
    return study_vicinity(inputs, spec_of(manifest.parameters), Serial())[0]


def spec_of(parameters: Mapping[str, Any]) -> VicinitySpec:
    """The spec that a manifest's parameters came from."""
    from_day = parameters["from_day"]
    unit: engine.Unit = "min" if "within_min" in parameters else "km"
    return VicinitySpec(
        tuple(parameters[f"within_{unit}"]),
        None if from_day is None else date.fromisoformat(from_day),
        date.fromisoformat(parameters["as_of"]),
        parameters["spread"],
        unit,
    )


def _parameters(spec: VicinitySpec, inputs: VicinityInputs) -> dict[str, Any]:
    # The numbers of the aircraft and not its name alone: the table of speeds may change.
    flies = {} if inputs.aircraft is None else {"aircraft": asdict(inputs.aircraft)}
    return flies | {
        "missions": inputs.missions and list(inputs.missions),
        f"within_{spec.unit}": list(spec.within_km),
        "from_day": None if spec.from_day is None else spec.from_day.isoformat(),
        "as_of": spec.as_of.isoformat(),
        "spread": spec.spread,
    }


def _label_rings(summary: dict[str, Any], inputs: VicinityInputs) -> dict[str, Any]:
    """Every ring by air says so itself: it is never taken for one of the ground."""
    if inputs.aircraft is None:
        return summary
    by = {"by": f"air: {inputs.aircraft.name}"}
    top = by if len(summary["rings"]) == 1 else {}
    return summary | top | {"rings": [ring | by for ring in summary["rings"]]}


def _algorithms(spec: VicinitySpec, inputs: VicinityInputs) -> dict[str, int]:
    if spec.unit == "km":
        return {"vicinity": engine.ALGORITHM}
    if inputs.aircraft is not None:
        flown = {"flights": flights.ALGORITHM, "air_rings": air_rings.ALGORITHM}
        return {"vicinity": engine.ALGORITHM} | flown
    return {
        "vicinity": engine.ALGORITHM,
        "travel": traveltime.ALGORITHM,
        "travel_rings": travel_rings.ALGORITHM,
    }


def _join_words(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))


def _compute_by_minutes(inputs: VicinityInputs, spec: VicinitySpec) -> Vicinity:
    """By air; or search the ways from every site as far as the widest ring, and keep the cells with events."""
    if inputs.aircraft is not None:
        return compute_air_vicinity(inputs.events, staffed_rows(inputs.counted_sites), spec, inputs.aircraft)
    if inputs.surface is None:
        raise Problem(
            "option-invalid",
            "Rings in minutes need ground to travel over.",
            where="surface",
            remedy="Build it with `tutela surface build` and name its friction.tif with --surface.",
        )
    sites = staffed_rows(inputs.counted_sites)
    wanted = find_wanted(inputs.events, spec, inputs.surface.grid)
    travel = compute_travel(inputs.surface, find_starts(sites), spec.widest_km, wanted)
    return compute_travel_vicinity(inputs.events, sites, spec, travel)


def _compute(task: tuple[Events, Sites, VicinitySpec]) -> Vicinity:
    return compute_vicinity(*task)


def _join(parts: list[Vicinity], starts: list[int]) -> Vicinity:
    pairs = Pairs.concatenate(
        [
            replace(part.pairs, event=part.pairs.event + np.int32(start))
            for part, start in zip(parts, starts, strict=True)
        ]
    )
    excluded: dict[str, int] = {}
    for part in parts:
        for reason, count in part.excluded.items():
            excluded[reason] = excluded.get(reason, 0) + count
    return replace(
        parts[0],
        pairs=pairs,
        excluded=excluded,
        state=np.concatenate([part.state for part in parts]),
        is_spread=np.concatenate([part.is_spread for part in parts]),
        nearest_site=np.concatenate([part.nearest_site for part in parts]),
        nearest_km=np.concatenate([part.nearest_km for part in parts]),
    )


def _site_or_none(vicinity: Vicinity) -> Any:
    ids = np.append(vicinity.site_ids, "")  # -1 takes the last: no site
    return ids[vicinity.nearest_site]


def _pretty(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def _sites_csv(study: VicinityStudy) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    unit = study.vicinity.spec.unit
    by_air = "_by_air" if "aircraft" in study.manifest.parameters else ""
    writer.writerow([f"within_{unit}{by_air}", "site_id", "events", "best", "low", "high", "civilians"])
    for ring in study.summary["rings"]:
        if f"within_{unit}" not in ring:
            continue  # of the other measure, which has a table of its own
        for site in ring["sites"]:
            values = [site[name] for name in ("events", "best", "low", "high", "civilians")]
            writer.writerow([ring[f"within_{unit}"], _no_formula(site["site_id"]), *values])
    return file.getvalue()


def _no_formula(text: str) -> str:
    # A spreadsheet runs what begins so; the apostrophe makes it text.
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
