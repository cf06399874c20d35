"""Artifacts: immutable folders of tables and documents with a manifest, addressed by their content."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.data.store.folders import write_folder
from tutela.kernel.digests import bytes_digest, content_digest, recipe_digest
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Principal, require_read
from tutela.kernel.problems import Problem

Columns = Mapping[str, NDArray[Any]]

_TABLE: Final = ".parquet"
_TRASH: Final = ".trash"

SHORTEST_PREFIX: Final = 8
"""So many digits of a digest must be given."""


@dataclass(frozen=True)
class Content:
    """What an artifact holds: tables of columns by name, documents as bytes by file name."""

    tables: Mapping[str, Columns] = field(default_factory=dict)
    documents: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def parts(self) -> dict[str, str]:
        """The digest of each table (whatever the order of its rows) and of each document, by file name."""
        tables = {f"{name}{_TABLE}": content_digest(columns) for name, columns in self.tables.items()}
        return tables | {name: bytes_digest(document) for name, document in self.documents.items()}

    @property
    def digest(self) -> str:
        """SHA-256 over all of it."""
        return recipe_digest(self.parts)


@dataclass(frozen=True, slots=True)
class Store:
    """All artifacts under one folder. Every read names who reads."""

    root: Path

    def write(self, manifest: Manifest, content: Content) -> Manifest:
        """Keep an artifact; writing what is there already changes nothing. The manifest's digest must be right."""
        if manifest.content != content.digest:
            msg = "the manifest names another content"
            raise ValueError(msg)
        described = replace(manifest, parts=content.parts)

        def fill(folder: Path) -> None:
            for name, columns in content.tables.items():
                _frame(columns).write_parquet(folder / f"{name}.parquet")
            for name, document in content.documents.items():
                (folder / name).write_bytes(document)
            text = json.dumps(described.as_json(), indent=2, ensure_ascii=False)
            (folder / "manifest.json").write_text(text, "utf-8")

        try:
            write_folder(self._folder(manifest.content), fill)
        except (OSError, pl.exceptions.PolarsError) as error:  # polars wraps a full disk in errors of its own
            why = getattr(error, "strerror", None) or str(error)
            raise Problem(
                "out-not-writable",
                f"The store cannot be written ({why}).",
                where=str(self.root),
                remedy="Free space or mend the rights of the folder; what was there before is unchanged.",
            ) from None
        return described

    def manifests(self, principal: Principal, kind: str | None = None) -> Iterator[Manifest]:
        """The artifacts that this principal may read, oldest first; `damaged` names those that nobody can read."""
        paths = sorted(self._paths(), key=lambda path: (path.stat().st_mtime_ns, path))
        for path in paths:
            manifest = _find_manifest(path)
            if manifest is None:
                continue
            if (kind is None or manifest.kind == kind) and principal.may_read(
                manifest.marking, manifest.compartments
            ):
                yield manifest

    def find(self, digest: str, principal: Principal) -> Manifest:
        """The artifact whose content or recipe begins with these digits, if this principal may read it."""
        check_digest(digest)
        if len(digest) == 64 and (path := self._folder(digest) / "manifest.json").is_file():
            found = {digest: _load_manifest(path)}
        else:
            candidates = (_find_manifest(path) for path in self._paths())
            found = {
                manifest.content: manifest
                for manifest in candidates
                if manifest and (manifest.content.startswith(digest) or manifest.recipe.startswith(digest))
            }
        if not found:
            raise _unknown(digest)
        if len(found) > 1:
            raise Problem(
                "artifact-ambiguous",
                f"{len(found)} artifacts begin with these digits.",
                where=digest,
                remedy="Give more digits.",
            )
        manifest = next(iter(found.values()))
        require_read(principal, manifest.marking, manifest.compartments)
        return manifest

    def damaged(self) -> tuple[str, ...]:
        """The names of folders whose manifest cannot be read or does not fit: one such must not hide the others."""
        return tuple(sorted(path.parent.name for path in self._paths() if _find_manifest(path) is None))

    def load_table(self, digest: str, name: str, principal: Principal) -> dict[str, NDArray[Any]]:
        """One table of an artifact, as columns; refused if it is not what was kept."""
        manifest = self.find(digest, principal)
        path = self._folder(manifest.content) / f"{name}{_TABLE}"
        try:
            frame = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError):
            raise _damaged(digest) from None
        columns = {column.name: _column(column) for column in frame.get_columns()}
        if content_digest(columns) != manifest.parts.get(path.name):
            raise _damaged(digest)
        return columns

    def load_document(self, digest: str, name: str, principal: Principal) -> bytes:
        """One document of an artifact; refused if it is not what was kept."""
        manifest = self.find(digest, principal)
        try:
            content = (self._folder(manifest.content) / name).read_bytes()
        except OSError:
            raise _damaged(digest) from None
        if bytes_digest(content) != manifest.parts.get(name):
            raise _damaged(digest)
        return content

    def remove(self, digest: str, principal: Principal) -> Manifest:
        """Remove a whole artifact that no other rests on; gives its manifest, so that it can be told of.

        Raises "artifact-in-use" with the number of those that rest on it and may be read. It leaves its place in
        one step: what a stopped removal leaves behind is no artifact, and the next one clears it away.
        """
        manifest = self.find(digest, principal)
        kept = (_find_manifest(path) for path in self._paths())
        resting = [item for item in kept if item and manifest.content in {used.content for used in item.inputs}]
        if resting:
            seen = sum(principal.may_read(item.marking, item.compartments) for item in resting)
            raise Problem(
                "artifact-in-use",
                f"{seen} of the artifacts that you may read rest on it.",
                where=manifest.content[:12],
                remedy="Keep it: figures that were made from it could no longer be traced to their rows.",
            )
        trash = self.root / _TRASH
        try:
            trash.mkdir(exist_ok=True)
            self._folder(manifest.content).rename(trash / f"{manifest.content}.{secrets.token_hex(4)}")
            shutil.rmtree(trash)
        except OSError as error:
            raise Problem(
                "out-not-writable",
                f"The artifact cannot be removed ({error.strerror}).",
                where=str(self.root),
                remedy="Mend the rights of the folder and run the command again.",
            ) from None
        return manifest

    def verify(self, manifest: Manifest, principal: Principal) -> None:
        """Read all of an artifact, and so refuse it if any of it is not what was kept."""
        for name in self.find(manifest.content, principal).parts:
            if name.endswith(_TABLE):
                self.load_table(manifest.content, name.removesuffix(_TABLE), principal)
            else:
                self.load_document(manifest.content, name, principal)

    def _paths(self) -> Iterator[Path]:
        # What a killed process left half-written begins with a dot, and is no artifact.
        return self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f]*/manifest.json")

    def _folder(self, digest: str) -> Path:
        return self.root / digest[:2] / digest


def check_digest(digest: str) -> None:
    """Refuse what cannot be a digest."""
    if len(digest) < SHORTEST_PREFIX or len(digest) > 64 or not set(digest) <= set("0123456789abcdef"):
        raise Problem(
            "option-invalid",
            "This is not a digest.",
            where="DIGEST",
            remedy=f"Give at least {SHORTEST_PREFIX} of its 64 digits (0-9, a-f), as claims.json has them.",
        )


def _unknown(digest: str) -> Problem:
    return Problem(
        "artifact-unknown",
        "Nothing in this home has this digest.",
        where=digest,
        remedy="Name the home that it was made in with --home, or run the command that makes it again.",
    )


def _damaged(digest: str) -> Problem:
    return Problem(
        "artifact-damaged",
        "The artifact was altered or is incomplete.",
        where=digest[:12],
        remedy="Delete its folder from the store and run the command that makes it again.",
    )


def _find_manifest(path: Path) -> Manifest | None:
    try:
        return _load_manifest(path)
    except Problem:
        return None


def _load_manifest(path: Path) -> Manifest:
    try:
        manifest = Manifest.from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        raise _damaged(path.parent.name) from None
    if not manifest.content == recipe_digest(manifest.parts) == path.parent.name:
        raise _damaged(path.parent.name)
    return manifest


def _frame(columns: Columns) -> pl.DataFrame:
    return pl.DataFrame([pl.Series(name, column) for name, column in columns.items()])


def _column(series: pl.Series) -> NDArray[Any]:
    if series.dtype == pl.String:
        return series.to_numpy().astype(np.str_)
    if series.dtype == pl.Date:
        return series.to_numpy().astype("datetime64[D]")
    return np.array(series.to_numpy())
