"""Facts that somebody imported into their home, beside the register: attributed, dated, never shipped.

An imported fact fills what the register leaves empty and overrides nothing: where both know a field, the
register's fact stands and the imported one stays in the history with its own source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

import tutela
from tutela.catalogue.countries import fold_name
from tutela.catalogue.presences import FIELDS, UNKNOWN, Fact, Presence, load_presences
from tutela.data.sources.register_rows import Missions, RegisterReading
from tutela.data.sources.strengths import SOURCE as STRENGTHS
from tutela.data.sources.strengths import read_strengths
from tutela.data.sources.unpmm import SOURCE as UNPMM
from tutela.data.sources.unpmm import read_unpmm
from tutela.data.store.artifacts import Content, Store
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking, Principal
from tutela.kernel.problems import Problem

ALGORITHM: Final = 1
"""Raised when the same file would give other facts."""

KIND: Final = "register-facts"
"""The kind of artifact that holds imported facts."""

SOURCES: Final = (UNPMM, STRENGTHS)

_KNOWN_AS: Final = {
    "SPECIAL ADVISER CYPRUS": "OSASG-Cyprus",
    "SPECIAL ENVOY SYRIA": "OSE-Syria",
    "SPECIAL ENVOY MYANMAR": "OSESG-Myanmar",
    "PERSONAL ENVOY WESTERN SAHARA": "PESG-WS",
    "OSEGL": "OSESG-GL",
}
"""Names that UNPMM alone uses for presences of the register."""

_KINDS: Final = {"PKO": "PKO_SMALL_NO_POC", "SPM": "SPM_SMALL_FIELD", "GOE": "SPM_ENVOY_GOOD_OFFICES"}
_PROTECTING: Final = {"PKO": "PKO_MULTIDIMENSIONAL_POC"}
"""What a source's kind becomes where the mandate holds, or does not hold, the protection of civilians."""


@dataclass(frozen=True, slots=True)
class ImportedFact:
    """One fact of an imported file; `presence` is the id of the presence that it is told of."""

    presence: str
    field: str
    value: str
    source: str
    as_of: str
    status: Literal["imported"] = "imported"

    def as_fact(self) -> Fact:
        """As the register holds facts."""
        return Fact(self.value, self.source, self.as_of, self.status)


@dataclass(frozen=True, slots=True)
class ImportedRegister:
    """What the home's imported files say: facts by presence id, and the missions that the register lacks."""

    facts: Mapping[str, tuple[ImportedFact, ...]]
    presences: tuple[Presence, ...]


def read_register_file(path: Path, source: str = "auto") -> RegisterReading:
    """Read a file of facts about presences: "unpmm" (a workbook), "strengths" (a table), or whichever it is.

    Raises Problem "option-invalid" for another source, and what the readers raise.
    """
    if source not in ("auto", *SOURCES):
        raise Problem(
            "option-invalid",
            f"{source!r} is not one of them.",
            where="--source",
            remedy=f"Use {', '.join(SOURCES)} or auto.",
        )
    if source == "auto":
        source = UNPMM if path.suffix.lower() in (".xlsx", ".xlsm") else STRENGTHS
    return read_unpmm(path) if source == UNPMM else read_strengths(path)


def keep_register_facts(reading: RegisterReading, store: Store) -> Manifest:
    """Register what was read as an artifact of the home, confidential: nobody here knows the files' terms."""
    content = Content({"missions": reading.missions.columns(), "facts": reading.facts.columns()})
    manifest = Manifest(
        kind=KIND,
        title=reading.origin.name,
        content=content.digest,
        inputs=(Input("file", reading.file_digest),),
        parameters={
            "source": reading.source,
            "name": reading.origin.name,
            "vintage": reading.origin.vintage,
            "notes": list(reading.notes),
        },
        algorithms={"register-facts": ALGORITHM},
        accounting=(reading.accounting,),
        marking=Marking.CONFIDENTIAL,
        licence=reading.origin.licence,
        attribution=reading.origin.attribution,
        about={"version": tutela.__version__, "files": {reading.file_digest: reading.path}},
    )
    return store.write(manifest, content)


def load_imported_facts(store: Store, principal: Principal) -> ImportedRegister:
    """All imported facts that this principal may read; of a file imported twice, the later import counts."""
    newest = {str(item.parameters["source"]): item for item in store.manifests(principal, KIND)}
    facts: dict[str, list[ImportedFact]] = {}
    described: dict[str, tuple[str, ...]] = {}
    for source in (name for name in SOURCES if name in newest):
        manifest = newest[source]
        missions = Missions.from_columns(store.load_table(manifest.content, "missions", principal))
        told_of = match_missions(missions)
        columns = store.load_table(manifest.content, "facts", principal)
        # Artifacts do not promise the order of their rows.
        order = np.lexsort(tuple(columns[name] for name in ("line", "value", "as_of", "field", "mission")))
        table = [columns[name][order].tolist() for name in ("mission", "field", "value", "as_of")]
        cited = f"{manifest.parameters['name']}, {manifest.parameters['vintage']}"
        for mission, field, value, as_of in zip(*table, strict=True):
            item = ImportedFact(told_of[mission], field, value, cited, as_of)
            facts.setdefault(item.presence, []).append(item)
        for row in zip(*(column.tolist() for column in missions.columns().values()), strict=True):
            described.setdefault(told_of[row[0]], tuple(row))
    known = {presence.presence_id for presence in load_presences()}
    frozen = {key: tuple(items) for key, items in facts.items()}
    unmatched = sorted(described.keys() - known)
    return ImportedRegister(
        MappingProxyType(frozen),
        tuple(_build_presence(key, described[key], frozen.get(key, ())) for key in unmatched),
    )


def match_missions(missions: Missions) -> dict[str, str]:
    """The presence id of each mission: the register's where it has one of that abbreviation or name, else its own.

    A full name matches only a presence that no abbreviation matched: offices of one name followed each other.
    """
    by_name = _names_of_register()
    found: dict[str, str] = {}
    for mission in missions.mission.tolist():
        key = _KNOWN_AS.get(mission, by_name.get(fold_name(mission), ""))
        if key:
            found[mission] = key
    taken = set(found.values())
    for mission, name in zip(missions.mission.tolist(), missions.name.tolist(), strict=True):
        if mission not in found:
            key = by_name.get(fold_name(name), "")
            found[mission] = key if key and key not in taken else _coin_id(mission)
    return found


def with_imported(presence: Presence, facts: Iterable[ImportedFact]) -> Presence:
    """The presence with imported facts where the register has none of that field.

    In the history of a field the imported facts stand before the register's own, so that on every day on which
    the register says something, it is the register that is heard. Fields that the register does not have
    (`mandate_task`, `mission_type`, `hosts`) are in the history alone.
    """
    added: dict[str, list[Fact]] = {}
    for item in sorted(facts, key=lambda item: item.as_of):
        if item.presence == presence.presence_id:
            added.setdefault(item.field, []).append(item.as_fact())
    if not added:
        return presence
    history = dict(presence.history)
    newest = dict(presence.facts)
    for field, found in added.items():
        own = presence.history.get(field) or tuple(fact for fact in (presence.fact(field),) if fact.value)
        history[field] = (*found, *own)
        if field in FIELDS and not newest.get(field, UNKNOWN).value:
            newest[field] = found[-1]
    return replace(presence, facts=MappingProxyType(newest), history=MappingProxyType(history))


def _names_of_register() -> dict[str, str]:
    known = {fold_name(item.presence_id): item.presence_id for item in load_presences()}
    for presence in load_presences():
        for name in (presence.name, *presence.also):
            known.setdefault(fold_name(name), presence.presence_id)
    return known


def _coin_id(mission: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", mission).strip("-")


def _build_presence(presence_id: str, row: tuple[str, ...], facts: tuple[ImportedFact, ...]) -> Presence:
    """A mission that the register lacks, as a presence of the home; its kind is our reading of the source's."""
    mission, name, kind, hosts, _, ended = row
    protects = any(item.field == "protection_mandate" for item in facts)
    empty = Presence(
        presence_id=presence_id,
        name=name,
        kind=(_PROTECTING if protects else _KINDS).get(kind, _KINDS.get(kind, "PKO_SMALL_NO_POC")),
        hosts=tuple(hosts.split("|")) if hosts else (),
        # Without an end the files say nothing of today.
        status="closed" if ended else "unconfirmed",
        invented=False,
        facts=MappingProxyType(dict.fromkeys(FIELDS, UNKNOWN)),
        also=() if mission == presence_id else (mission,),
        identity="imported",
    )
    return with_imported(empty, facts)
