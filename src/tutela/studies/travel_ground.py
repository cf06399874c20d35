"""The ground that a statement's minutes are computed over: a surface from a file, kept with where it is from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import tutela
from tutela.catalogue.doctrine import load_doctrine
from tutela.data.sources.readings import Origin
from tutela.data.store.artifacts import Content, Store
from tutela.data.surfaces import digest_raster
from tutela.engine.reach.friction import Surface
from tutela.engine.reach.vicinity import VicinitySpec
from tutela.kernel.manifests import Input, Manifest
from tutela.studies.executor import Executor
from tutela.studies.surfaces import describe_surface, load_surface
from tutela.studies.vicinities import VicinityInputs, VicinityStudy, study_vicinity


@dataclass(frozen=True, slots=True)
class TravelGround:
    """A surface with the manifest and the content under which it is kept."""

    surface: Surface
    manifest: Manifest
    content: Content


@dataclass(frozen=True, slots=True)
class MinutesStudy:
    """The vicinity by minutes, what it is kept as, and its ground."""

    study: VicinityStudy
    content: Content
    ground: TravelGround

    @property
    def artifacts(self) -> dict[str, str]:
        """The digests of the vicinity by minutes and of its surface, by role."""
        return {"minutes": self.study.manifest.content, "surface": self.ground.manifest.content}

    def keep(self, store: Store) -> None:
        """Register the surface and the vicinity; events and sites are kept by others."""
        store.write(self.ground.manifest, self.ground.content)
        store.write(self.study.manifest, self.content)


def take_in_surface(path: Path, origin: Origin | None = None) -> TravelGround:
    """Read a friction raster, as `load_surface` does; its artifact knows the file, so that a trace finds it."""
    surface = load_surface(path)
    manifest, content = describe_surface(surface)
    digest = digest_raster(path)
    known = replace(
        manifest,
        inputs=(Input("file", digest),),
        licence=origin.licence if origin else "not stated in the file",
        attribution=origin.attribution if origin else "",
        invented=origin.invented if origin else False,
        about={"version": tutela.__version__, "files": {digest: str(path)}},
    )
    return TravelGround(surface, known, content)


def lay_in_surface(surface: Surface, origin: Origin) -> TravelGround:
    """A surface that was built here and now, with where its layers are from."""
    manifest, content = describe_surface(surface)
    known = replace(manifest, licence=origin.licence, attribution=origin.attribution, invented=origin.invented)
    return TravelGround(surface, known, content)


def ring_minutes() -> tuple[float, ...]:
    """The doctrine's rings in minutes, without the premises themselves."""
    return tuple(float(ring.minutes) for ring in load_doctrine().rings if ring.minutes > 0)


def study_minutes(
    inputs: VicinityInputs, ground: TravelGround, as_of: date, executor: Executor
) -> MinutesStudy | None:
    """The vicinity by the doctrine's minutes; None where there is no site to start from.

    Raises Problem nothing-to-study where the surface covers none of the events.
    """
    if not len(inputs.counted_sites):
        return None
    spec = VicinitySpec(ring_minutes(), None, as_of, unit="min")
    study, content = study_vicinity(inputs.over(ground.surface, ground.manifest), spec, executor)
    return MinutesStudy(study, content, ground)
