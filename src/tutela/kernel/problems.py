"""One catalogue of everything that may go wrong, at any layer.

A `Problem` names the offender and the remedy in one sentence each. The process exit code, the HTTP status
and the page's title all derive from its code, so every surface says the same thing.
A message never holds a value from a case: name the column and the line, not what stands there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What every problem with one code has in common."""

    code: str
    title: str
    exit_code: int = 2
    http_status: int = 400


_KINDS: Final = (
    # files that people bring
    ProblemKind("file-missing", "The file is not there", http_status=404),
    ProblemKind("file-unreadable", "The file cannot be read"),
    ProblemKind("file-empty", "The file has no rows"),
    ProblemKind("file-encoding", "The file is in another encoding"),
    ProblemKind("file-delimiter", "The columns are separated by another character"),
    ProblemKind("file-header", "The header is not the one expected"),
    ProblemKind("file-not-a-table", "The file is not a table"),
    ProblemKind("file-truncated", "The file ends in the middle of a row"),
    ProblemKind("file-too-large", "The file is larger than it may be", http_status=413),
    ProblemKind("file-kind", "Files of this kind are not kept", http_status=415),
    ProblemKind("source-unknown", "No reader knows this layout"),
    ProblemKind("id-conflict", "One id stands for two different rows"),
    ProblemKind("too-many-bad-rows", "Too many rows are bad"),
    ProblemKind("bad-row", "A row is bad and strict reading was asked for"),
    ProblemKind("surface-unusable", "The surface of travel cannot be used"),
    ProblemKind("raster-projection", "The raster is not in degrees of WGS 84"),
    ProblemKind("raster-unusable", "The raster cannot be used"),
    ProblemKind("shape-projection", "The shapes are not in degrees of WGS 84"),
    ProblemKind("mapping-invalid", "The mapping cannot be used"),
    ProblemKind("spec-invalid", "The spec cannot be used"),
    ProblemKind("plan-impossible", "No plan keeps to everything that was asked for"),
    ProblemKind("panel-unusable", "The panel cannot be used"),
    ProblemKind("forecast-unusable", "The forecast cannot be used"),
    # what people ask for
    ProblemKind("option-invalid", "An option has a value that does not fit"),
    ProblemKind("date-invalid", "The date is not a day"),
    ProblemKind("presence-unknown", "The register knows no such presence", http_status=404),
    ProblemKind("country-unknown", "No list of countries has this name or code"),
    ProblemKind("nothing-to-study", "There is nothing to compute from"),
    # what other machines answer
    ProblemKind("fetch-failed", "Fetching did not come to its end", http_status=502),
    ProblemKind("fetch-refused", "The API did not accept the token"),
    # home, store, artifacts
    ProblemKind("home-missing", "There is no Tutela home here", http_status=503),
    ProblemKind("out-not-writable", "The output cannot be written"),
    ProblemKind("artifact-unknown", "No artifact has this digest", http_status=404),
    ProblemKind("artifact-ambiguous", "More than one artifact begins so"),
    ProblemKind("artifact-in-use", "Other artifacts rest on this one", http_status=409),
    ProblemKind("artifact-damaged", "The artifact is not what its digest says", exit_code=3, http_status=500),
    ProblemKind("artifact-differs", "Recomputing gave something else", exit_code=3, http_status=500),
    ProblemKind("not-allowed", "You may not see this", exit_code=4, http_status=403),
    ProblemKind("page-missing", "There is no such page", http_status=404),
    # statements
    ProblemKind("figure-unbound", "A number in the text is bound to nothing"),
    ProblemKind("figure-unknown", "The text names a figure that was not computed"),
    ProblemKind("word-refused", "The text uses a word that this software does not use"),
    ProblemKind("statement-altered", "The statement is not what was built", exit_code=3),
    # documents
    ProblemKind("document-unwritable", "The document cannot be written", exit_code=3, http_status=500),
    ProblemKind("word-missing", "Word documents cannot be written here", http_status=503),
    # the register
    ProblemKind("field-invalid", "What was written does not fit"),
    ProblemKind("already-there", "That is already there", http_status=409),
    ProblemKind("not-possible", "That cannot be done as things are", http_status=409),
    ProblemKind("factor-needed", "The second factor is needed", exit_code=4, http_status=403),
    ProblemKind("token-refused", "The token was not accepted", exit_code=4, http_status=401),
    ProblemKind("house-closed", "The register is closed", http_status=503),
    ProblemKind("too-many-attempts", "Too many attempts", http_status=429),
    ProblemKind("job-failed", "The job came to no end", exit_code=3, http_status=500),
    ProblemKind("key-unusable", "A key cannot be used", exit_code=3, http_status=500),
    ProblemKind("file-altered", "A kept file is not as it was written", exit_code=3, http_status=500),
    ProblemKind("backup-unusable", "The backup cannot be used", exit_code=3, http_status=500),
    ProblemKind("database-unready", "The database is not ready", http_status=503),
    # the service
    ProblemKind("host-not-loopback", "The application may only be reached from this machine for now"),
    ProblemKind("port-taken", "The port is in use"),
    ProblemKind("only-reading", "These pages can only be read", http_status=405),
    ProblemKind("request-refused", "The request was refused"),
    ProblemKind("application-failed", "The application failed", exit_code=3, http_status=500),
    ProblemKind("built-files-missing", "The pages' built files are missing", http_status=503),
)

KINDS: Final[dict[str, ProblemKind]] = {kind.code: kind for kind in _KINDS}


class Said(str):
    """A sentence with something filled in, which still knows its pattern: a page can say it in another language."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: dict[str, object]

    def __new__(cls, pattern: str, values: dict[str, object]) -> Said:
        """The sentence in English."""
        made = super().__new__(cls, pattern.format(**values))
        made.pattern, made.values = pattern, values
        return made

    def __getnewargs__(self) -> tuple[str, dict[str, object]]:  # type: ignore[override]  # of a text, with its parts
        return (self.pattern, self.values)


def said(pattern: str, **values: object) -> Said:
    """A message or a remedy in which something of ours is filled in, never something of a case."""
    return Said(pattern, values)


class Problem(Exception):
    """Something that a person can put right: what is wrong, where, and what to do about it."""

    def __init__(self, code: str, message: str, *, remedy: str, where: str | None = None) -> None:
        super().__init__(message)
        self.kind = KINDS[code]
        self.message = message
        self.where = where
        self.remedy = remedy

    @property
    def code(self) -> str:
        """The stable code, for machines."""
        return self.kind.code

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message} {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        # Problems cross process pools; the default would call __init__ with the message alone.
        return (_rebuild, (self.code, self.message, self.remedy, self.where))

    def as_json(self) -> dict[str, str | None]:
        """The shape of the command contract: problem, message, where, remedy."""
        return {"problem": self.code, "message": self.message, "where": self.where, "remedy": self.remedy}


def _rebuild(code: str, message: str, remedy: str, where: str | None) -> Problem:
    return Problem(code, message, remedy=remedy, where=where)
