"""Artifacts: immutable folders of tables and documents with a manifest, addressed by their content."""

from __future__ import annotations

import io
import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tutela.data.store.folders import write_folder
from tutela.data.store.keyrings import SUFFIX, Keyring, ShelfKey
from tutela.kernel.digests import bytes_digest, content_digest, recipe_digest
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Marking, Principal, require_read
from tutela.kernel.problems import Problem

Columns = Mapping[str, NDArray[Any]]

_TABLE: Final = ".parquet"
_MANIFEST: Final = "manifest.json"
_FOLDERS: Final = "[0-9a-f][0-9a-f]/[0-9a-f]*"
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
class _Kept:
    """An artifact as it lies in the store: its folder, and the key that opens it where it is sealed."""

    folder: Path
    manifest: Manifest
    key: ShelfKey | None

    def read(self, part: str) -> bytes:
        """One file of it; raises OSError or ValueError where it is not there or not what was written."""
        if self.key is None:
            return (self.folder / part).read_bytes()
        return self.key.unseal((self.folder / self.key.name_part(self.manifest.content, part)).read_bytes())


@dataclass(frozen=True, slots=True)
class Store:
    """All artifacts under one folder. Every read names who reads.

    What is unclassified and in no compartment lies in the clear; all else is sealed under a key of `keyring`, the
    folder beside it where none is named.
    """

    root: Path
    keyring: Keyring | None = None

    def write(self, manifest: Manifest, content: Content) -> Manifest:
        """Keep an artifact; writing what is there already changes nothing. The manifest's digest must be right."""
        if manifest.content != content.digest:
            msg = "the manifest names another content"
            raise ValueError(msg)
        described = replace(manifest, parts=content.parts)
        there = self._lies(manifest.content, self._keys().keys())
        if there is not None and there.suffix == SUFFIX:
            return described
        key = self._keys().key_for(manifest.marking, manifest.compartments) if _is_sealed(manifest) else None

        def put(folder: Path, name: str, text: bytes) -> None:
            if key is None:
                (folder / name).write_bytes(text)
            else:
                (folder / key.name_part(manifest.content, name)).write_bytes(key.seal(text))

        def fill(folder: Path) -> None:
            for name, columns in content.tables.items():
                table = io.BytesIO()
                _frame(columns).write_parquet(table)
                put(folder, f"{name}{_TABLE}", table.getvalue())
            for name, document in content.documents.items():
                put(folder, name, document)
            text = json.dumps(described.as_json(), indent=2, ensure_ascii=False).encode()
            (folder / (key.manifest if key else _MANIFEST)).write_bytes(key.seal(text) if key else text)

        try:
            write_folder(self._place(key.name_folder(manifest.content) if key else manifest.content), fill)
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
        keys = self._keys().keys()
        for path in paths:
            kept = _open(path, keys)
            if kept is None:
                continue
            manifest = kept.manifest
            if (kind is None or manifest.kind == kind) and principal.may_read(
                manifest.marking, manifest.compartments
            ):
                yield manifest

    def find(self, digest: str, principal: Principal) -> Manifest:
        """The artifact whose content or recipe begins with these digits, if this principal may read it."""
        return self._find(digest, principal).manifest

    def damaged(self) -> tuple[str, ...]:
        """The names of folders whose manifest cannot be read or does not fit: one such must not hide the others."""
        keys = self._keys().keys()
        faulty = [path for path in self._paths() if not _is_locked(path, keys) and _open(path, keys) is None]
        return tuple(sorted(path.parent.name for path in faulty))

    def locked(self) -> int:
        """How many artifacts are sealed under a key that is not here."""
        keys = self._keys().keys()
        return sum(_is_locked(path, keys) for path in self._paths())

    def bare(self) -> tuple[str, ...]:
        """The digests of artifacts that lie in the clear and should not: kept before there were keys."""
        clear = (_open(path, {}) for path in self.root.glob(f"{_FOLDERS}/{_MANIFEST}"))
        return tuple(sorted(kept.manifest.content for kept in clear if kept and _is_sealed(kept.manifest)))

    def seal_bare(self, told: Callable[[int, int], None] = lambda _done, _all: None) -> int:
        """Seal what lies in the clear and should not; gives how many. Stopped, it goes on at the next call."""
        found = self.bare()
        for done, digest in enumerate(found, start=1):
            kept = _open(self._place(digest) / _MANIFEST, {})
            if kept is not None:
                self.write(kept.manifest, _content(kept))
                self._discard(kept.folder)
            told(done, len(found))
        return len(found)

    def load_table(self, digest: str, name: str, principal: Principal) -> dict[str, NDArray[Any]]:
        """One table of an artifact, as columns; refused if it is not what was kept."""
        kept = self._find(digest, principal)
        try:
            return _table(kept, f"{name}{_TABLE}")
        except (OSError, ValueError, pl.exceptions.PolarsError):
            raise _damaged(digest) from None

    def load_document(self, digest: str, name: str, principal: Principal) -> bytes:
        """One document of an artifact; refused if it is not what was kept."""
        kept = self._find(digest, principal)
        try:
            return _document(kept, name)
        except (OSError, ValueError):
            raise _damaged(digest) from None

    def remove(self, digest: str, principal: Principal) -> Manifest:
        """Remove a whole artifact that no other rests on; gives its manifest, so that it can be told of.

        Raises "artifact-in-use" with the number of those that rest on it and may be read. It leaves its place in
        one step: what a stopped removal leaves behind is no artifact, and the next one clears it away.
        """
        found = self._find(digest, principal)
        manifest, keys = found.manifest, self._keys().keys()
        others = (_open(path, keys) for path in self._paths())
        resting = [
            item.manifest
            for item in others
            if item and manifest.content in {used.content for used in item.manifest.inputs}
        ]
        if resting:
            seen = sum(principal.may_read(item.marking, item.compartments) for item in resting)
            raise Problem(
                "artifact-in-use",
                f"{seen} of the artifacts that you may read rest on it.",
                where=manifest.content[:12],
                remedy="Keep it: figures that were made from it could no longer be traced to their rows.",
            )
        self._discard(found.folder)
        return manifest

    def verify(self, manifest: Manifest, principal: Principal) -> None:
        """Read all of an artifact, and so refuse it if any of it is not what was kept."""
        for name in self.find(manifest.content, principal).parts:
            if name.endswith(_TABLE):
                self.load_table(manifest.content, name.removesuffix(_TABLE), principal)
            else:
                self.load_document(manifest.content, name, principal)

    def _find(self, digest: str, principal: Principal) -> _Kept:
        """Fetch and authorise in one step."""
        check_digest(digest)
        keys = self._keys().keys()
        found = self._find_whole(digest, keys) if len(digest) == 64 else {}
        if not found:
            for kept in (_open(path, keys) for path in self._paths()):
                if kept and (kept.manifest.content.startswith(digest) or kept.manifest.recipe.startswith(digest)):
                    found[kept.manifest.content] = kept
        if not found:
            raise _unknown(digest) if not self.locked() else self._no_key()
        if len(found) > 1:
            raise Problem(
                "artifact-ambiguous",
                f"{len(found)} artifacts begin with these digits.",
                where=digest,
                remedy="Give more digits.",
            )
        kept = next(iter(found.values()))
        require_read(principal, kept.manifest.marking, kept.manifest.compartments)
        return kept

    def _find_whole(self, digest: str, keys: Mapping[str, ShelfKey]) -> dict[str, _Kept]:
        path = self._lies(digest, keys)
        return {} if path is None else {digest: _load(path, keys)}

    def _lies(self, digest: str, keys: Mapping[str, ShelfKey]) -> Path | None:
        """By the whole digest, without looking at any other artifact: its manifest, sealed or else in the clear."""
        places = [self._place(key.name_folder(digest)) / key.manifest for key in keys.values()]
        return next((path for path in (*places, self._place(digest) / _MANIFEST) if path.is_file()), None)

    def _no_key(self) -> Problem:
        return Problem(
            "key-unusable",
            f"{self.locked()} artifacts of this home are sealed under keys that are not here.",
            where=str(self._keys().folder),
            remedy="Restore the keys that belong to this home, or name their folder with TUTELA_KEYS.",
        )

    def _discard(self, folder: Path) -> None:
        trash = self.root / _TRASH
        try:
            trash.mkdir(exist_ok=True)
            folder.rename(trash / f"{folder.name}.{secrets.token_hex(4)}")
            shutil.rmtree(trash)
        except OSError as error:
            raise Problem(
                "out-not-writable",
                f"The artifact cannot be removed ({error.strerror}).",
                where=str(self.root),
                remedy="Mend the rights of the folder and run the command again.",
            ) from None

    def _keys(self) -> Keyring:
        return self.keyring or Keyring(self.root.parent / "keys")

    def _paths(self) -> Iterator[Path]:
        # What a killed process left half-written begins with a dot, and is no artifact.
        yield from self.root.glob(f"{_FOLDERS}/{_MANIFEST}")
        yield from self.root.glob(f"{_FOLDERS}/manifest.*{SUFFIX}")

    def _place(self, name: str) -> Path:
        return self.root / name[:2] / name


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


def _is_sealed(manifest: Manifest) -> bool:
    """Whether this may not lie in the clear."""
    return manifest.marking > Marking.UNCLASSIFIED or bool(manifest.compartments)


def _is_locked(path: Path, keys: Mapping[str, ShelfKey]) -> bool:
    return path.suffix == SUFFIX and path.name.split(".")[1] not in keys


def _open(path: Path, keys: Mapping[str, ShelfKey]) -> _Kept | None:
    try:
        return None if _is_locked(path, keys) else _load(path, keys)
    except Problem:
        return None


def _load(path: Path, keys: Mapping[str, ShelfKey]) -> _Kept:
    key = keys[path.name.split(".")[1]] if path.suffix == SUFFIX else None
    try:
        text = path.read_bytes()
        manifest = Manifest.from_json(json.loads(key.unseal(text) if key else text))
    except (OSError, ValueError, KeyError, TypeError):
        raise _damaged(path.parent.name) from None
    name = key.name_folder(manifest.content) if key else manifest.content
    if manifest.content != recipe_digest(manifest.parts) or name != path.parent.name:
        raise _damaged(path.parent.name)
    return _Kept(path.parent, manifest, key)


def _table(kept: _Kept, name: str) -> dict[str, NDArray[Any]]:
    """Raises ValueError where it is not what was kept."""
    frame = pl.read_parquet(io.BytesIO(kept.read(name)))
    columns = {column.name: _column(column) for column in frame.get_columns()}
    if content_digest(columns) != kept.manifest.parts.get(name):
        raise ValueError(name)
    return columns


def _document(kept: _Kept, name: str) -> bytes:
    """Raises ValueError where it is not what was kept."""
    text = kept.read(name)
    if bytes_digest(text) != kept.manifest.parts.get(name):
        raise ValueError(name)
    return text


def _content(kept: _Kept) -> Content:
    """All of an artifact, to be kept anew."""
    parts = kept.manifest.parts
    try:
        tables = {name.removesuffix(_TABLE): _table(kept, name) for name in parts if name.endswith(_TABLE)}
        return Content(tables, {name: _document(kept, name) for name in parts if not name.endswith(_TABLE)})
    except (OSError, ValueError, pl.exceptions.PolarsError):
        raise _damaged(kept.manifest.content) from None


def _frame(columns: Columns) -> pl.DataFrame:
    return pl.DataFrame([pl.Series(name, column) for name, column in columns.items()])


def _column(series: pl.Series) -> NDArray[Any]:
    if series.dtype == pl.String:
        return series.to_numpy().astype(np.str_)
    if series.dtype == pl.Date:
        return series.to_numpy().astype("datetime64[D]")
    return np.array(series.to_numpy())
