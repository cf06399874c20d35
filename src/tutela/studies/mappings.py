"""Files read by a mapping: shown before anything is kept, kept with the mapping beside them, undone as a whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from tutela.data.sources.events import EventSpec
from tutela.data.sources.mapped import Mapped, open_grid, open_mapped
from tutela.data.sources.mapping_drafts import draft_mapping
from tutela.data.sources.mapping_files import FIELDS, FileForm, FileMapping, Kind
from tutela.data.sources.perpetrators import EMPTY, load_actor_list
from tutela.data.sources.readings import ExcludedRow, Reading
from tutela.data.sources.workbook import SheetSpec
from tutela.data.store.artifacts import Content, Store
from tutela.engine.events.summary import summarise
from tutela.kernel.digests import bytes_digest
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.kernel.tables import Events
from tutela.studies.intake import Intake, ReadingSpec

DOCUMENT: Final = "mapping.toml"
CROSSWALK: Final = "crosswalk.csv"
"""The names inside the artifact of the mapping, and of the crosswalk where the mapping names one of its own."""

LISTED: Final = 20
"""So many bad rows and values without a translation are shown; the rest are counted."""


@dataclass(frozen=True)
class MappedStudy:
    """One file as its mapping reads it; `outcome` is the reading, or the reason why the file is refused."""

    path: str
    mapping: FileMapping
    mapped: Mapped
    spec: ReadingSpec
    outcome: Reading[Events] | Problem

    @property
    def refused(self) -> Problem | None:
        """Why the file is refused, if it is."""
        return self.outcome if isinstance(self.outcome, Problem) else None

    @property
    def reading(self) -> Reading[Events]:
        """The events; raises the reason why the file is refused."""
        if isinstance(self.outcome, Problem):
            raise self.outcome
        return self.outcome

    @property
    def excluded(self) -> tuple[ExcludedRow, ...]:
        """The rows that are bad, also where the file is refused for them."""
        return self.mapped.list_excluded()

    @cached_property
    def fields(self) -> list[dict[str, Any]]:
        """What each field of an event is made of, and on how many rows it has a value, in the order of FIELDS."""
        frame, made_of = self.mapped.table.frame, self.mapped.table.made_of
        rows = []
        for name in (item for item in FIELDS if item in frame.columns):
            filled = int((frame[name].str.strip_chars() != "").sum())
            rows.append(
                {
                    "field": name,
                    "column": made_of.get(name),
                    "constant": self.mapping.constants.get(name),
                    "default": self.mapping.defaults.get(name),
                    "filled": filled,
                    "empty": frame.height - filled,
                }
            )
        return rows

    def first_rows(self, count: int) -> list[dict[str, Any]]:
        """The first rows as they would be read, each with the reason why it would be left out, or None."""
        table = self.mapped.table
        reasons = {row.line: row.reason for row in self.excluded}
        names = [item["field"] for item in self.fields]
        rows = zip(table.lines[:count].tolist(), table.frame.select(names).head(count).rows(), strict=True)
        return [
            {"line": line, "values": dict(zip(names, row, strict=True)), "left_out": reasons.get(line)}
            for line, row in rows
        ]

    def as_json(self, rows: int) -> dict[str, Any]:
        """What a person must see before anything is kept."""
        excluded, unmapped, refused = self.excluded, self.mapped.unmapped, self.refused
        return {
            "path": self.path,
            "kind": self.mapping.form.kind,
            "sheet": self.mapped.table.grid.sheet or None,
            "source": self.mapping.origin.name,
            "vintage": self.mapping.origin.vintage,
            "rows": len(self.mapped.table),
            "fields": self.fields,
            "unused_columns": list(self.mapped.unused),
            "unmapped_values": [
                {"field": item.field, "value": item.value, "rows": item.rows} for item in unmapped[:LISTED]
            ],
            "unmapped_values_in_all": len(unmapped),
            "crosswalk": self.mapping.crosswalk and self.mapping.crosswalk.digest,
            "first_rows": self.first_rows(rows),
            "excluded": dict(Counter(row.reason for row in excluded)),
            "excluded_rows": [
                {"line": row.line, "reason": row.reason, "column": row.column} for row in excluded[:LISTED]
            ],
            "totals": None if refused else summarise(self.reading.table).as_json()["totals"],
            "notes": [] if refused else list(self.reading.notes),
            "refused": refused.as_json() if refused else None,
        }


def study_mapped(path: Path, mapping: FileMapping, spec: ReadingSpec) -> MappedStudy:
    """Read a file by its mapping and keep nothing. A file that is refused for its rows can still be looked at."""
    mapped = open_mapped(path, mapping)
    actors = EMPTY if spec.actors is None else load_actor_list(spec.actors)
    how = EventSpec(spec.today, strict=spec.strict, boundaries=spec.boundaries, actors=actors)
    outcome: Reading[Events] | Problem
    try:
        outcome = mapped.judge(how)
    except Problem as problem:
        outcome = problem
    return MappedStudy(str(path), mapping, mapped, spec, outcome)


def keep_mapped(study: MappedStudy, store: Store) -> Manifest:
    """Register the events as an import with its mapping beside them; raises the reason why the file is refused."""
    reading, text = study.reading, study.mapping.text
    intake = Intake("events", reading.table, (reading,), reading.accounting, study.spec)
    documents, parameters = {DOCUMENT: text}, {**intake.manifest.parameters, "mapping": bytes_digest(text)}
    if study.mapping.crosswalk is not None:
        parameters["crosswalk"] = study.mapping.crosswalk.digest
    if study.mapping.crosswalk_text is not None:
        documents[CROSSWALK] = study.mapping.crosswalk_text
    content = Content(intake.content.tables, documents)
    return store.write(replace(intake.manifest, content=content.digest, parameters=parameters), content)


def find_import(store: Store, digest: str, principal: Principal) -> Manifest:
    """The import of events that a digest names; anything else is refused."""
    manifest = store.find(digest, principal)
    if manifest.kind != "events":
        raise Problem(
            "option-invalid",
            f"This is no import of events but of another kind: {manifest.kind}.",
            where=manifest.content[:12],
            remedy="Give the digest that `tutela events import` or `tutela events map` printed.",
        )
    return manifest


def undo_import(store: Store, digest: str, principal: Principal) -> Manifest:
    """Remove an import as a whole, if nothing rests on it; gives what it was."""
    return store.remove(find_import(store, digest, principal).content, principal)


def draft_for(path: Path, sheet: str, header_row: int) -> str:
    """A draft mapping for a file, whose kind its name says."""
    form = FileForm(_find_kind(path), SheetSpec(sheet, header_row))
    grid = open_grid(path, form)
    return draft_mapping(form.kind, grid.sheet, header_row, grid.frame.columns)


def _find_kind(path: Path) -> Kind:
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        return "xlsx"
    return "geojson" if path.suffix.lower() in (".geojson", ".json") else "csv"
