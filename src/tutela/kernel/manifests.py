"""What travels with every artifact: what it is, what it was made from, how, and who may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tutela.kernel.accounting import Accounting
from tutela.kernel.digests import recipe_digest
from tutela.kernel.markings import Marking


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that an artifact was made from: an earlier artifact, by the digest of its content."""

    role: str
    content: str

    def as_json(self) -> dict[str, str]:
        """Plain values."""
        return {"role": self.role, "content": self.content}


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of an artifact.

    `recipe` follows from inputs, parameters, seed and algorithms; `content` is the digest of the result, that
    is of `parts`: the digest of each table and document, filled in by the store.
    `about` holds what helps a reader and decides nothing (versions, paths, the time it took).
    `redistributable` is False where rows of it may not leave the home: the terms of a source forbid it.
    """

    kind: str
    title: str
    content: str
    inputs: tuple[Input, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    algorithms: Mapping[str, int] = field(default_factory=dict)
    accounting: tuple[Accounting, ...] = ()
    marking: Marking = Marking.CONFIDENTIAL
    compartments: frozenset[str] = frozenset()
    licence: str = ""
    attribution: str = ""
    invented: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    redistributable: bool = True

    @property
    def recipe(self) -> str:
        """The digest of how it was made."""
        return recipe_digest(
            {
                "kind": self.kind,
                "inputs": [item.as_json() for item in self.inputs],
                "parameters": dict(self.parameters),
                "seed": self.seed,
                "algorithms": dict(self.algorithms),
            }
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values, as they stand in manifest.json."""
        return {
            "kind": self.kind,
            "title": self.title,
            "content": self.content,
            "recipe": self.recipe,
            "inputs": [item.as_json() for item in self.inputs],
            "parameters": dict(self.parameters),
            "seed": self.seed,
            "algorithms": dict(self.algorithms),
            "accounting": [item.as_json() for item in self.accounting],
            "marking": self.marking.name.lower(),
            "compartments": sorted(self.compartments),
            "licence": self.licence,
            "attribution": self.attribution,
            "invented": self.invented,
            "about": dict(self.about),
            "parts": dict(self.parts),
            "redistributable": self.redistributable,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Manifest:
        """Read what `as_json` wrote; the recipe is recomputed, not believed."""
        return cls(
            kind=value["kind"],
            title=value["title"],
            content=value["content"],
            inputs=tuple(Input(item["role"], item["content"]) for item in value["inputs"]),
            parameters=value["parameters"],
            seed=value["seed"],
            algorithms=value["algorithms"],
            accounting=tuple(
                Accounting(item["step"], item["input"], item["placed"], item["excluded"])
                for item in value["accounting"]
            ),
            marking=Marking[value["marking"].upper()],
            compartments=frozenset(value["compartments"]),
            licence=value["licence"],
            attribution=value["attribution"],
            invented=value["invented"],
            about=value["about"],
            parts=value["parts"],
            # Earlier manifests did not say: then only what everybody may read is known to be free.
            redistributable=value.get("redistributable", value["marking"] == "unclassified"),
        )
