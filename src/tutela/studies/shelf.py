"""What a home holds about presences, for one reader: the register and the newest statement of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tutela.catalogue.presences import Presence, load_presences
from tutela.data.store.homes import Home
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import OUTSIDER, Marking, Principal
from tutela.studies.book_keeping import KeptBook, find_book, list_books
from tutela.studies.comparisons import Comparison, list_comparisons, load_comparison
from tutela.studies.invented.files import load_presences_file
from tutela.studies.outlooks.forecast_files import KeptForecast
from tutela.studies.outlooks.shown import Past, ShownOutlook, list_outlooks, load_outlook, load_past
from tutela.studies.outlooks.tracking import read_record
from tutela.studies.owner import OWNER
from tutela.studies.register_imports import load_imported_facts, with_imported
from tutela.studies.sitings import INPUTS, SitingCase, load_case


@dataclass(frozen=True, slots=True)
class Study:
    """The newest statement of a presence with what its page shows."""

    as_of: str
    statement_html: str
    claims: dict[str, Any]
    vicinity: dict[str, Any]
    map_svg: str
    marking: Marking
    invented: bool


@dataclass(frozen=True)
class Shelf:
    """The presences and statements of a home that this principal may read."""

    home: Home
    principal: Principal

    @property
    def is_demonstration(self) -> bool:
        """Whether this is the invented country's home."""
        return self.home.is_demonstration

    @cached_property
    def _presences(self) -> dict[str, Presence]:
        invented = sorted(self.home.demonstration.glob("*presences.json"))
        ours = [presence for path in invented for presence in load_presences_file(path)]
        imported = load_imported_facts(self.home.store, self.principal)
        known = {item.presence_id: item for item in (*imported.presences, *ours, *load_presences())}
        return {key: with_imported(item, imported.facts.get(key, ())) for key, item in known.items()}

    @cached_property
    def _manifests(self) -> dict[str, Manifest]:
        newest: dict[str, Manifest] = {}
        for manifest in self.home.store.manifests(self.principal, "statement"):
            key = str(manifest.parameters["presence_id"])
            if key not in newest or manifest.parameters["as_of"] >= newest[key].parameters["as_of"]:
                newest[key] = manifest
        return newest

    def presences(self) -> tuple[Presence, ...]:
        """All presences: the home's own first, then the register's."""
        return tuple(self._presences.values())

    def find_presence(self, presence_id: str) -> Presence | None:
        """One presence by its id."""
        return self._presences.get(presence_id)

    def studied(self) -> frozenset[str]:
        """The ids of presences that have a statement here."""
        return frozenset(self._manifests)

    def find_study(self, presence_id: str) -> Study | None:
        """The newest statement of a presence, None where there is none that this principal may read."""
        manifest = self._manifests.get(presence_id)
        if manifest is None:
            return None
        store = self.home.store

        def document(name: str) -> str:
            return store.load_document(manifest.content, name, self.principal).decode()

        return Study(
            as_of=str(manifest.parameters["as_of"]),
            statement_html=document("statement.html"),
            claims=json.loads(document("claims.json")),
            vicinity=json.loads(document("vicinity.json")),
            map_svg=document("map.svg"),
            marking=manifest.marking,
            invented=manifest.invented,
        )

    def comparisons(self) -> tuple[Manifest, ...]:
        """The comparisons of releases that this principal may read, the newest first."""
        return list_comparisons(self.home.store, self.principal)

    def reach_books(self) -> tuple[Manifest, ...]:
        """The books of reach that this principal may read, the latest day first."""
        return list_books(self.home.store, self.principal)

    def load_reach_book(self, digest: str) -> KeptBook:
        """One book of reach; raises what the store raises for a digest that leads nowhere or to something else."""
        return find_book(self.home.store, digest, self.principal)

    def load_comparison(self, digest: str) -> Comparison:
        """One comparison of releases; raises what the store raises for a digest that leads nowhere."""
        return load_comparison(self.home.store, digest, self.principal)

    def outlooks(self) -> tuple[Manifest, ...]:
        """The forecasts of the home that this principal may read, from the latest origin on."""
        return list_outlooks(self.home.store, self.principal)

    def load_outlook(self, digest: str) -> ShownOutlook:
        """One forecast; raises what the store raises for a digest that leads nowhere."""
        return load_outlook(self.home.store, digest, self.principal)

    def outlook_record(self) -> Sequence[Mapping[str, Any]]:
        """Every forecast that the home's record names and this principal may read, the oldest first."""
        found: list[Mapping[str, Any]] = read_record(self.home, self.principal)["forecasts"]
        return found

    def load_past(self, kept: KeptForecast, look: Mapping[str, Any]) -> Past:
        """What came of a forecast, by one look of its record."""
        return load_past(self.home.store, kept, look, self.principal)

    def siting_cases(self) -> tuple[Manifest, ...]:
        """The siting questions that this principal may read, the newest first."""
        return tuple(self.home.store.manifests(self.principal, INPUTS))[::-1]

    def load_siting(self, digest: str) -> SitingCase:
        """One siting question; raises what the store raises for a digest that leads nowhere."""
        return load_case(self.home.store, digest, self.principal)


def open_shelf(home: Home, principal: Principal | None = None) -> Shelf:
    """The shelf of a home; in the demonstration the reader is an outsider, who sees what is invented."""
    return Shelf(home, principal or (OUTSIDER if home.is_demonstration else OWNER))
