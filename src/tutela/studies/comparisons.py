"""Comparisons of releases as artifacts: kept with both imports, computed again; what stands on the old one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import tutela
from tutela.data.store.artifacts import Content, Store
from tutela.engine.events.releases import ALGORITHM
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.studies.release_sides import keep_release, load_release, name_files
from tutela.studies.releases import ReleaseStudy, spec_of, study_releases

KIND: Final = "comparison"
DOCUMENT: Final = "comparison.json"


@dataclass(frozen=True, slots=True)
class Standing:
    """A statement or another artifact of the home that was made from the earlier release.

    `presence_id` and `as_of` are "" where it has none. `is_built_again`: the same was built from the later
    release as well.
    """

    kind: str
    title: str
    digest: str
    presence_id: str
    as_of: str
    is_built_again: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A kept comparison, as a page shows it: what it is, what it says, the files of both sides, what stands."""

    manifest: Manifest
    document: dict[str, Any]
    files: dict[str, tuple[str, ...]]
    standing: tuple[Standing, ...]


def describe_comparison(study: ReleaseStudy) -> tuple[Manifest, Content]:
    """The artifact of a comparison, and its content: the figures, and which row was taken for which."""
    comparison, sides = study.comparison, (study.old, study.new)
    old, new, matches, possible = comparison.old, comparison.new, comparison.matches, comparison.possible
    content = Content(
        {
            "matches": {
                "old_id": old.event_id[matches.old],
                "new_id": new.event_id[matches.new],
                "how": matches.how,
                "is_changed": comparison.is_changed,
            },
            "added": {"event_id": new.event_id[comparison.added]},
            "removed": {"event_id": old.event_id[comparison.removed]},
            "ambiguous": {
                "old_id": old.event_id[possible.old],
                "new_id": new.event_id[possible.new],
                "how": possible.rule,
            },
        },
        {DOCUMENT: json.dumps(study.document, sort_keys=True, ensure_ascii=False).encode()},
    )
    manifest = Manifest(
        kind=KIND,
        title=f"{study.document['new']['vintage']} against {study.document['old']['vintage']}",
        content=content.digest,
        inputs=tuple(Input(role, side.manifest.content) for role, side in zip(("old", "new"), sides, strict=True)),
        parameters={
            **study.document["asked_for"],
            "vintages": {"old": list(study.old.vintages), "new": list(study.new.vintages)},
        },
        algorithms={KIND: ALGORITHM},
        accounting=(comparison.account_of_old, comparison.account_of_new),
        marking=max(side.manifest.marking for side in sides),
        compartments=frozenset().union(*(side.manifest.compartments for side in sides)),
        licence=_join_words(side.manifest.licence for side in sides),
        attribution=_join_words(side.manifest.attribution for side in sides),
        invented=all(side.manifest.invented for side in sides),
        redistributable=all(side.manifest.redistributable for side in sides),
        about={"version": tutela.__version__},
    )
    return manifest, content


def keep_comparison(study: ReleaseStudy, store: Store, principal: Principal) -> tuple[ReleaseStudy, Manifest]:
    """Register both sides and the comparison of them; gives the study as it was kept."""
    kept = replace(
        study,
        old=keep_release(study.old, store, principal),
        new=keep_release(study.new, store, principal),
    )
    manifest, content = describe_comparison(kept)
    return kept, store.write(manifest, content)


def repeat_comparison(store: Store, manifest: Manifest, principal: Principal) -> Manifest:
    """Compare again from the two imports in the home; the caller compares the digests."""
    sides = {item.role: load_release(store, item.content, principal) for item in manifest.inputs}
    study = study_releases(sides["old"], sides["new"], spec_of(manifest.parameters))
    return describe_comparison(study)[0]


def list_comparisons(store: Store, principal: Principal) -> tuple[Manifest, ...]:
    """The comparisons that this principal may read, the newest first."""
    return tuple(store.manifests(principal, KIND))[::-1]


def load_comparison(store: Store, digest: str, principal: Principal) -> Comparison:
    """A kept comparison with what stands on its earlier release; anything else at this digest is refused."""
    manifest = store.find(digest, principal)
    if manifest.kind != KIND:
        raise Problem(
            "page-missing",
            "This is no comparison of releases.",
            where=manifest.content[:12],
            remedy="Look in the list of comparisons, or make one with tutela events compare.",
        )
    sides = {item.role: store.find(item.content, principal) for item in manifest.inputs}
    return Comparison(
        manifest,
        json.loads(store.load_document(manifest.content, DOCUMENT, principal)),
        {role: name_files(side) for role, side in sides.items()},
        tuple(find_standing(store, sides["old"], sides["new"], principal)),
    )


def find_standing(store: Store, old: Manifest, new: Manifest, principal: Principal) -> Iterator[Standing]:
    """What this principal may read of all that was made from the earlier release, or from a file of it.

    Imports and comparisons are not listed; what stands on the later release too counts as built from it.
    """
    manifests = {item.content: item for item in store.manifests(principal)}
    later = _rest_on(manifests, new, frozenset())
    earlier = _rest_on(manifests, old, frozenset(item.content for item in new.inputs)) - {new.content}
    again = {_same(manifests[digest]) for digest in later}
    for digest, manifest in manifests.items():
        if digest in earlier - later and manifest.kind not in (KIND, "events"):
            parameters = manifest.parameters
            yield Standing(
                manifest.kind,
                manifest.title,
                digest,
                str(parameters.get("presence_id", "")),
                str(parameters.get("as_of", "")),
                _same(manifest) in again,
            )


def _rest_on(manifests: dict[str, Manifest], release: Manifest, not_files: frozenset[str]) -> frozenset[str]:
    """The digests of all that rests on a release, however far up; also on another import of one of its files."""
    files = {item.content for item in release.inputs} - not_files
    found = {release.content}
    found |= {
        digest
        for digest, item in manifests.items()
        if item.kind == "events" and files & {used.content for used in item.inputs}
    }
    grown = True
    while grown:
        more = {d for d, item in manifests.items() if d not in found and found & {u.content for u in item.inputs}}
        grown = bool(more)
        found |= more
    return frozenset(found)


def _same(manifest: Manifest) -> tuple[str, str]:
    parameters = manifest.parameters
    key = {name: value for name, value in parameters.items() if name not in ("vintages", "sources", "notes")}
    return manifest.kind, json.dumps(key, sort_keys=True, default=str)


def _join_words(words: Iterator[str]) -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))
