"""What a small statement says, approved by reading it: run with TUTELA_APPROVE=1 to approve it anew."""

from __future__ import annotations

import os
from pathlib import Path

from tutela.engine.statement.claims import plain_text
from tutela.studies.statements import claims_of, compose_statement

APPROVED = Path(__file__).with_name("small_statement.txt")


def write_out(document):
    lines = [plain_text(document.title, document)]
    for section in document.sections[:5]:
        lines += ["", f"== {section.key}"]
        lines += [line for text in section.texts() if (line := plain_text(text, document))]
    claims = claims_of(document)
    lines += ["", "== claims"]
    lines += [f"{claim['key']}: {claim['printed']} [{claim['digest'][:12]}]" for claim in claims["figures"]]
    return "\n".join(lines) + "\n"


def test_the_small_statement_says_what_was_approved(world):
    said = write_out(compose_statement(world.sources()))
    if os.environ.get("TUTELA_APPROVE"):
        APPROVED.write_text(said, "utf-8")
    assert said == APPROVED.read_text("utf-8")
