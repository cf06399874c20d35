"""The one call that opens a closed model stands in few places, each of which says who reads."""

from __future__ import annotations

import re
from pathlib import Path

ALLOWED = {
    "records/ledger/closed.py": "defines it",
    "records/accounts/sealed.py": "visible_to",
    "records/accounts/principals.py": "finds out who somebody is, before there is a principal",
    "records/accounts/shown.py": "what an account shows by each of its passwords, before there is a principal",
    "records/accounts/showing.py": "names of compartments that somebody is in, to choose from",
    "records/accounts/sign_in.py": "factors and recovery codes of the account that acts, and of no other",
    "records/accounts/links.py": "links, and what of an account ends with a new one",
    "records/accounts/notices.py": "who chose to be told, and whose glass was broken, for the one who is told",
    "records/accounts/tokens.py": "a holder's own tokens, and the one that a program shows before it is anybody",
    "records/accounts/submissions.py": "what the account that acts handed in before, by digests and numbers alone",
    "records/accounts/waits.py": "failed attempts, before anybody is signed in",
    "records/accounts/queries.py": "custodians and administrators look at what they keep; everybody at their own",
    "records/accounts/actions.py": "custodians and administrators act on compartments that they do not read",
    "records/files/shelves.py": "names and wrapped keys of crates, which open nothing without a sealed row",
    "records/jobs/queue.py": "the queue, which says nothing of what a job is about",
}


def test_closed_models_are_opened_where_it_is_allowed_and_nowhere_else(root: Path):
    source = root / "src" / "tutela"
    found = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if re.search(r"\.opened\(|_opened = True|\bopened\(self", path.read_text("utf-8"))
    }
    assert found == set(ALLOWED)
