"""Whether a statement that lies in a folder is what was built, and whether its figures come out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tutela.data.store.artifacts import Store
from tutela.engine.statement.claims import verify_claims
from tutela.kernel.digests import bytes_digest
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.studies.answering import Answering

CLAIMS = "claims.json"


def verify_statement(path: Path, store: Store, principal: Principal) -> dict[str, Any]:
    """Ask every figure again from the stored artifacts, and compare every file with the one that was built.

    Raises "statement-altered" for a file that differs, "artifact-differs" for a figure that does.
    """
    folder = path if path.is_dir() else path.parent
    claims = _load_claims(folder / CLAIMS)
    manifest = _find_statement(claims, store, principal)
    altered = [
        name
        for name in manifest.about["files"]
        if not (folder / name).is_file()
        or bytes_digest((folder / name).read_bytes()) != manifest.about["files"][name]
    ]
    if altered:
        raise Problem(
            "statement-altered",
            f"{', '.join(altered)} is not what the statement was built with.",
            where=str(folder),
            remedy="Ask whoever built the statement for the original, or build it again.",
        )
    computed = verify_claims(claims, Answering(store, principal).answer)
    return {"statement": manifest.content, "figures": len(claims["figures"]), "computed_again": computed}


def _load_claims(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise Problem(
            "file-missing",
            f"There is no {CLAIMS} here.",
            where=str(path.parent),
            remedy="Name the folder that tutela statement build wrote.",
        )
    try:
        claims = json.loads(path.read_text("utf-8"))
    except ValueError:
        claims = None
    if not isinstance(claims, dict) or {"figures", "statement"} - set(claims):
        raise Problem(
            "statement-altered",
            f"{CLAIMS} cannot be read as the claims of a statement.",
            where=str(path),
            remedy="Ask whoever built the statement for the original, or build it again.",
        )
    return claims


def _find_statement(claims: dict[str, Any], store: Store, principal: Principal) -> Manifest:
    said = claims["statement"]
    for manifest in store.manifests(principal, "statement"):
        kept = json.loads(store.load_document(manifest.content, CLAIMS, principal))["statement"]
        if kept == said:
            return manifest
    raise Problem(
        "artifact-unknown",
        "This home has no statement with these figures.",
        remedy="Name the home that it was built in with --home; if it was, the claims were altered.",
    )
