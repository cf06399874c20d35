"""The claims of a statement: every figure with what it was computed from, for machines and for doubters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tutela.engine.statement.binding import split_runs
from tutela.engine.statement.documents import Document
from tutela.engine.statement.figures import Figure
from tutela.engine.statement.people_queries import AnyQuery
from tutela.engine.statement.queries import Answer
from tutela.kernel.digests import recipe_digest
from tutela.kernel.estimates import Estimate
from tutela.kernel.problems import Problem

SCHEMA: Final = 1
"""Version of the shape of `claims.json`."""

TOLERANCE: Final = 1e-9
"""Relative difference that counts as equal: sums come out alike on one machine, nearly alike on others."""

Evaluate = Callable[[str, AnyQuery], Answer]
"""Answers a query from the artifact with this digest."""


def claims_of(document: Document) -> dict[str, Any]:
    """The statement's `claims.json`: figures in alphabetical order of their keys, and every term with digits.

    The terms are there because nothing else in the text may hold a digit: who checks them has checked it all.
    """
    figures = [document.figures[key].as_json() for key in sorted(document.figures)]
    terms = sorted(
        {run.content for _, run in document.runs() if run.kind == "term" and any(c.isdigit() for c in run.content)}
    )
    return {
        "schema": SCHEMA,
        "statement": {
            "title": plain_text(document.title, document),
            "presence_id": document.presence_id,
            "presence_name": document.presence_name,
            "as_of": document.as_of.isoformat(),
            "edition": document.edition,
            "marking": document.marking.name.lower(),
            "invented": document.invented,
            "text": document.text_digest,
            "sections": [section.key for section in document.sections],
            "figures": recipe_digest({"figures": [figure["digest"] for figure in figures]}),
        },
        "figures": figures,
        "terms": terms,
    }


def plain_text(text: str, document: Document) -> str:
    """A text of the document as it is read, figures printed."""
    parts = (
        document.figures[run.content].printed if run.kind == "figure" else run.content for run in split_runs(text)
    )
    return "".join(parts)


def verify_claims(claims: Mapping[str, Any], evaluate: Evaluate) -> int:
    """Ask every query again; the number of figures that came out the same.

    Raises Problem "statement-altered" where a claim is not what its digest says, and "artifact-differs" at the
    first figure that comes out otherwise.
    """
    figures = claims["figures"]
    together = recipe_digest({"figures": [claim.get("digest") for claim in figures]})
    if together != claims["statement"]["figures"]:
        raise _altered("statement", "The list of figures is not the one that was built.")
    recomputed = 0
    for claim in figures:
        figure = _read_claim(claim)
        if figure.query is not None:
            _compare(figure, evaluate(figure.artifact, figure.query))
            recomputed += 1
    return recomputed


def _read_claim(claim: Mapping[str, Any]) -> Figure:
    key = str(claim.get("key"))
    try:
        figure = Figure.from_json(claim)
    except (TypeError, KeyError, ValueError) as error:
        raise _altered(key, "The claim cannot be read.") from error
    if figure.digest != claim["digest"] or figure.printed != claim["printed"]:
        raise _altered(key, "The claim is not what its digest says.")
    return figure


def _compare(figure: Figure, answer: Answer) -> None:
    if not _is_same(figure.estimate, answer.estimate):
        now = "not in this source" if answer.estimate is None else f"{answer.estimate.mid:g}"
        raise Problem(
            "artifact-differs",
            f"{figure.label}: the statement says {figure.printed!r}, recomputing gives {now}.",
            where=figure.key,
            remedy="Do not use the statement; build it again and compare the two.",
        )


def _is_same(said: Estimate | None, found: Estimate | None) -> bool:
    if said is None or found is None:
        return said is found
    if said.at_least != found.at_least:
        return False
    pairs = ((said.low, found.low), (said.mid, found.mid), (said.high, found.high))
    return all(abs(a - b) <= TOLERANCE * max(1.0, abs(b)) for a, b in pairs)


def _altered(where: str, message: str) -> Problem:
    return Problem(
        "statement-altered", message, where=where, remedy="Ask whoever built the statement for the original."
    )
