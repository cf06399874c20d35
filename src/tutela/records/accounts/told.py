"""What a problem says, in the language of whoever asked; codes stay as they are, and so does the command line."""

from __future__ import annotations

from django.utils.translation import pgettext

from tutela.kernel.problems import Problem, Said


def tell(text: str) -> str:
    """A sentence of a problem in the language of the moment; one that nobody translated stays in English."""
    if isinstance(text, Said):
        return pgettext("problem", text.pattern).format(**text.values)
    return pgettext("problem", text) if text else ""


def tell_problem(problem: Problem) -> dict[str, str | None]:
    """A problem as JSON, its sentences in the language of the moment."""
    said = problem.as_json()
    return {**said, "message": tell(problem.message), "remedy": tell(problem.remedy)}
