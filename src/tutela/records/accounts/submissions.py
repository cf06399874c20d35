"""What a program hands in, done once: the same submission again is answered like the first, and writes nothing.

The row is put down before the work begins, so that of two that come at once the second waits for the first and
then finds it. Where the work is refused, the row goes with it, and the submission may be sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from tutela.kernel.markings import Principal
from tutela.kernel.problems import Problem
from tutela.records.accounts.factors import digest_under_key
from tutela.records.accounts.models import Submission
from tutela.records.accounts.principals import Member, refused
from tutela.records.ledger.acts import action, record_access
from tutela.records.ledger.closed import ClosedQuerySet


@dataclass(frozen=True, slots=True)
class Written:
    """What a submission wrote: the number of the row, and its version then."""

    row: int
    version: int


@action("accounts.once")
def once(*, by: Principal, submission: str, content: str, write: Callable[[], Written]) -> Written:
    """Do what `write` does, or say what it did when this submission came before; `content` is all that was sent.

    Another content, or another token, under the same submission is refused: nothing of it is kept, and it says so.
    """
    if not isinstance(by, Member):
        raise refused()
    row = Submission(
        user_id=by.actor, submission=submission, token=by.token or 0, digest=digest_under_key("submission", content)
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return _answer_again(row)
    written = write()
    _rows().filter(pk=row.pk).update(row=written.row, version=written.version)
    return written


@action("accounts.refuse")
def refuse_unread(*, by: Principal, problem: Problem) -> None:  # noqa: ARG001
    """Write down that something was handed in that could not even be read."""
    record_access("refused", "", problem.code)


def _answer_again(sent: Submission) -> Written:
    first = _rows().get(user_id=sent.user_id, submission=sent.submission)
    if (first.digest, first.token) != (sent.digest, sent.token):
        raise Problem(
            "already-there",
            "Something else was handed in under this submission before; this was not kept.",
            where="submission",
            remedy="Send it under a number of its own.",
        )
    return Written(first.row, first.version)


def _rows() -> ClosedQuerySet[Submission]:
    rows: ClosedQuerySet[Submission] = Submission.objects.get_queryset()  # type: ignore[assignment]
    return rows.opened()
