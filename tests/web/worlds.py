"""Homes for the tests of the pages: a shelf in memory, with presences of every kind and two studies."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from reach_worlds import make_book
from release_worlds import make_comparison

from tutela.catalogue.presences import Fact, Presence, load_presences
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import OUTSIDER, Marking, Principal, require_read
from tutela.kernel.problems import Problem
from tutela.studies.book_keeping import KeptBook
from tutela.studies.comparisons import Comparison
from tutela.studies.shelf import Study
from tutela.studies.siting_specs import read_spec
from tutela.studies.siting_tables import read_tables
from tutela.studies.sitings import SitingCase, describe_inputs

TODAY = date(2026, 11, 23)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
DIGEST = "3f" * 32

MAP = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 420" role="img" aria-label="Map">'
    '<rect width="600" height="420" fill="#eef3f4"/><path d="M60 60 L480 40 L560 300 L200 380 Z" fill="#fbfaf5" '
    'stroke="#8a979c"/><circle cx="260" cy="190" r="90" fill="none" stroke="#12565c"/>'
    '<circle cx="300" cy="210" r="14" fill="#d55e00" fill-opacity=".45" stroke="#a04000"/></svg>'
)


def tally(events: int, best: int | None, spread: int = 40, **more: Any) -> dict[str, Any]:
    """A tally as the engine writes it; `best` None means that the source has no such column."""
    low, high = (None, None) if best is None else (max(best - spread, 0), best + 3 * spread)
    civilians = None if best is None else best // 2
    return {"events": events, "best": best, "low": low, "high": high, "civilians": civilians, "missing": {}, **more}


def make_ring(within_km: float, inside: int) -> dict[str, Any]:
    """A ring of 1,000 events, 120 of them without a place."""
    years = {str(year): tally(inside // 4, inside // 2) for year in range(2017, 2021)}
    return {
        "within_km": within_km,
        "spread": "none",
        "pairs": inside + 3,
        "events_inside": inside,
        "events_outside": 880 - inside,
        "inside": tally(inside, inside * 2),
        "outside": tally(880 - inside, 900),
        "unplaceable": {**tally(120, 200), "share_of_events": 0.12, "precision": "known", "precise_only": False},
        "sites": [
            {"site_id": f"INV/{name}", "mission": "INV-LARGE", **tally(count, count * 2)}
            for name, count in (("north-gate", 12), ("harbour", 0), ("old-mill", 31), ("cape", 7))
        ],
        "presences": [{"mission": "INV-LARGE", **tally(inside, inside * 2)}],
        "by_violence": {"state_based": tally(inside // 2, 90), "non_state": tally(0, 0), "one_sided": tally(9, 30)},
        "by_perpetrator": {
            "unknown": tally(6, 8),
            "host_state": tally(14, 40),
            "non_state": tally(20, 44, missing={"best": 2}),
            "communal": tally(0, 0),
        },
        "by_year": years,
    }


def make_claims(*, rings: bool = True) -> list[dict[str, Any]]:
    """Claims as a statement writes them, of which the page shows some."""
    printed = {
        "near_30_life_core_events": "at least 61",
        "near_30_life_core_best": "at least 142 (best; 120–260)",
        "near_30_life_all_best": "at least 424 (best; 384–544)",
        "outside_life_events": "33",
        "unplaced_life": "12 %",
    }
    if not rings:
        printed = {"head_life_events": "at least 77", "head_life_best": "at least 150", "unplaced_life": "12 %"}
    return [
        {
            "key": key,
            "label": key.replace("_", " "),
            "printed": text,
            "definition": "Events within 30 km of a site that was open on their first day",
            "basis": "events counted",
            "vintage": "" if key == "unplaced_life" else "invented, 2024",
            "beside": None if key == "unplaced_life" else "unplaced_life",
            "digest": DIGEST,
        }
        for key, text in printed.items()
    ]


def make_study(*, marking: Marking = Marking.UNCLASSIFIED, rings: bool = True, invented: bool = True) -> Study:
    """A study with four rings, or of a presence without a site."""
    sizes = ((5.0, 21), (30.0, 212), (50.0, 330), (100.0, 610))
    vicinity = {
        "definition": "Analytical distance from a site that was open on the day of the event",
        "rings": [make_ring(km, inside) for km, inside in sizes] if rings else [],
        "unplaceable": {"events": 120, "best": 200},
        "excluded": {"after_as_of": 4},
        "input": 1004,
        "vintages": {"events": ["23.1, by the file's name"], "sites": ["maps to 2020"]},
        "artifact": DIGEST,
    }
    page = "<!doctype html><html lang=en><head><title>Statement</title><style>p{color:#000}</style></head>"
    return Study(
        as_of="2024-12-31",
        statement_html=f"{page}<body><h1>Statement</h1><p>Invented.</p></body></html>",
        claims={"figures": make_claims(rings=rings)},
        vicinity=vicinity,
        map_svg=MAP if rings else "",
        marking=marking,
        invented=invented,
    )


def make_presence(presence_id: str, name: str, kind: str, **facts: str) -> Presence:
    """An invented presence; its facts are unverified."""
    return Presence(
        presence_id=presence_id,
        name=name,
        kind=kind,
        hosts=("XKO",),
        status="current",
        invented=True,
        facts={key: Fact(value, "invented", "2024-12-31", "unverified") for key, value in facts.items()},
        also=(),
    )


INVENTED = (
    make_presence(
        "INV-LARGE",
        "Invented Mission in Korrim",
        "PKO_MULTIDIMENSIONAL_POC",
        protection_mandate="yes",
        force_authority="yes",
        mandate_until="2025-06-30",
        ceiling_military="8000",
        deployed_military="6400",
        deployed_police="900",
    ),
    make_presence("INV-SMALL", "Invented Observers", "PKO_SMALL_NO_POC", force_authority="no"),
    make_presence("INV-SPM", "Invented Assistance Mission", "SPM_FIELD_MULTIDIM"),
    make_presence("INV-ENVOY", "Invented Envoy", "SPM_ENVOY_GOOD_OFFICES", force_authority="no"),
    make_presence("INV-MODULAR", "Invented Modular Team", "PKO_MODULAR_LIGHT"),
    make_presence("INV-UNCT", f"Country team {HOSTILE}", "UNCT_RCO"),
)


@dataclass(frozen=True)
class FakeShelf:
    """A shelf without a disk, of the same shape as the real one."""

    studies: dict[str, Study] = field(default_factory=dict)
    principal: Principal = OUTSIDER
    is_demonstration: bool = True
    kept: tuple[Comparison, ...] = ()
    books: tuple[KeptBook, ...] = ()

    def presences(self) -> tuple[Presence, ...]:
        return (*INVENTED, *load_presences()) if self.is_demonstration else load_presences()

    def find_presence(self, presence_id: str) -> Presence | None:
        return next((item for item in self.presences() if item.presence_id == presence_id), None)

    def studied(self) -> frozenset[str]:
        return frozenset(key for key, study in self.studies.items() if self.principal.may_read(study.marking))

    def find_study(self, presence_id: str) -> Study | None:
        return self.studies.get(presence_id)

    def comparisons(self) -> tuple[Manifest, ...]:
        return tuple(item.manifest for item in self.kept if self.principal.may_read(item.manifest.marking))

    def reach_books(self) -> tuple[Manifest, ...]:
        return tuple(book.manifest for book in self.books if book.manifest.marking <= self.principal.clearance)

    def load_reach_book(self, digest: str) -> KeptBook:
        for book in self.books:
            if book.manifest.content == digest:
                return book
        raise Problem("artifact-unknown", "No book of reach has this digest.", remedy="Choose one of the list.")

    @property
    def home(self) -> None:
        return None

    def outlooks(self) -> tuple[Manifest, ...]:
        return ()

    def siting_cases(self) -> tuple[Manifest, ...]:
        found = (siting_world(invented=True)[0], siting_world(invented=False)[0])
        return tuple(item for item in found if self.principal.may_read(item.marking))

    def load_siting(self, digest: str) -> SitingCase:
        for invented in (True, False):
            manifest, case = siting_world(invented=invented)
            if manifest.content == digest:
                require_read(self.principal, manifest.marking, manifest.compartments)
                return case
        raise Problem("artifact-unknown", "Nothing has this digest.", remedy="Make it again.")

    def load_comparison(self, digest: str) -> Comparison:
        found = [item for item in self.kept if item.manifest.content.startswith(digest)]
        if not found:
            raise Problem("artifact-unknown", "Nothing has this digest.", remedy="Make it again.")
        return found[0]


@cache
def siting_world(*, invented: bool) -> tuple[Manifest, SitingCase]:
    """The question of the documentation's example, as invented and as if it were somebody's own."""
    path = Path(__file__).resolve().parents[2] / "docs" / "examples" / "siting.toml"
    spec = replace(read_spec(path), invented=invented, floors={})
    case = SitingCase.of(spec, read_tables(spec, path.parent))
    return describe_inputs(case)[0], case


def make_demonstration() -> FakeShelf:
    """The invented country as an outsider sees it, with one study above what an outsider may see."""
    return FakeShelf(
        {
            "INV-LARGE": make_study(),
            "INV-ENVOY": make_study(rings=False),
            "INV-SPM": make_study(marking=Marking.CONFIDENTIAL),
        },
        kept=(make_comparison(), make_comparison(Marking.CONFIDENTIAL)),
        books=(make_book(), make_book(Marking.CONFIDENTIAL)),
    )


def make_real_home() -> FakeShelf:
    """A home of real work as its owner sees it."""
    owner = Principal("home-owner", Marking.STRICTLY_CONFIDENTIAL)
    return FakeShelf({"MINUSCA": make_study(marking=Marking.CONFIDENTIAL, invented=False)}, owner, False)
