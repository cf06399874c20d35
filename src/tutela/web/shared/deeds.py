"""What can be done on a page: each deed with its form and its action, and how a form that was sent is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tutela.kernel.problems import Problem
from tutela.web.shared.fields import Field, wrong
from tutela.web.shared.forms import Sheet, fill, new_submission, read, row_sent
from tutela.web.shared.words import Word

Page = TypeVar("Page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed(Generic[Page]):
    """One thing that can be done on a page of this kind.

    send     calls the action with the sheet; raises Problem. What it returns is `Sheet.made`
    version  of the row that it changes; 0 where it changes none
    known    what is usual, and stands in the form from the start
    stands   what the register holds in these columns: in the form from the start, and beside what was typed where
             somebody else wrote first
    renamed  names of the action's fields that are others here
    is_new   it makes something new: the same form sent twice makes it once
    """

    code: str
    title: Word
    button: Word
    send: Callable[[Page, Sheet], Any]
    fields: Callable[[Page], tuple[Field, ...]] = field(default=lambda _page: ())
    version: Callable[[Page, int], int] = field(default=lambda _page, _row: 0)
    known: Callable[[Page], Mapping[str, Any]] = field(default=lambda _page: {})
    stands: Callable[[Page], Mapping[str, Any]] = field(default=lambda _page: {})
    renamed: Mapping[str, str] = field(default_factory=dict)
    is_new: bool = False

    def sheet(self, page: Page, row: int = 0) -> Sheet:
        """Its form, with what is known."""
        return fill(self._empty(page, row), {**self.known(page), **self.stands(page)})

    def take(self, page: Page, request: HttpRequest) -> Sheet:
        """Read what was sent and do it; what is wrong stands in the sheet. Refusals are raised as they are."""
        sheet = read(self._empty(page, row_sent(request.POST)), request.POST)
        if sheet.is_refused:
            return sheet
        try:
            sheet.made = self.send(page, sheet)
        except Problem as problem:
            if problem.code == "not-allowed":
                raise
            sheet.add(problem, self.renamed)
        return sheet

    def show_again(self, page: Page, sheet: Sheet) -> Sheet:
        """A refused form on the page as it stands now: with the version of now, so that it can be sent again."""
        sheet.version = self.version(page, sheet.row)
        if sheet.has_moved:
            sheet.stand_beside(self.stands(page))
        return sheet

    def _empty(self, page: Page, row: int) -> Sheet:
        return Sheet(
            self.code,
            self.fields(page),
            self.title,
            self.button,
            row,
            self.version(page, row),
            new_submission() if self.is_new else "",
        )


@dataclass(slots=True)
class Forms(Generic[Page]):
    """The forms of one page; the one that was refused stands in its place as it was typed."""

    page: Page
    deeds: Mapping[str, Deed[Page]]
    refused: Sheet | None = None

    def sheet(self, code: str, row: int = 0) -> Sheet:
        """The form of this deed, for this row of the page where there are several."""
        held = self.refused
        if held is not None and (held.code, held.row) == (code, row):
            return self.deeds[code].show_again(self.page, held)
        return self.deeds[code].sheet(self.page, row)

    @property
    def status(self) -> int:
        """The HTTP status of the page."""
        return self.refused.status if self.refused is not None else 200


def take(request: HttpRequest, page: Page, deeds: Sequence[Deed[Page]], back: str) -> HttpResponse | Sheet:
    """Do what was sent: a redirect to `back` that says what was done, or the refused sheet."""
    known = {deed.code: deed for deed in deeds}
    deed = known.get(request.POST.get("do", ""))
    if deed is None:
        raise wrong("do", _("This cannot be done here."), _("Use the forms of the page."))
    sheet = deed.take(page, request)
    if sheet.is_refused:
        return sheet
    return HttpResponseRedirect(f"{back}?done={deed.code}")
