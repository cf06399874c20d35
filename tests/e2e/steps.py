"""What people do on the way through a day, and how long the steps take.

Steps become seconds by the keystroke-level model (Card, Moran and Newell, 1980): 1.35 s to think before each act,
1.3 s to point and press, and half a second for a letter on a phone. It is a bound by counting, for somebody who
knows the page; it is no measurement of people.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from seats import Seat

THINK, PRESS, LETTER = 1.35, 1.3, 0.5

Sit = Callable[..., Seat]
"""How a test seats somebody: `sit("adviser")`."""


def seconds(presses: int, fields: int, letters: int = 0) -> float:
    """What an experienced person needs; a field from a list is two presses: open it, choose."""
    return (presses + fields) * THINK + (presses + 2 * fields) * PRESS + letters * LETTER


def in_days(days: int) -> str:
    """A day as a form has it."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def file_alert(seat: Seat, town: str, *, facts: str = "") -> None:
    """From the first page of the watch to an alert that is kept."""
    seat.go("/watch/")
    seat.presses = seat.fields = 0
    seat.press(seat.page.get_by_role("link", name="File an alert"))
    form = seat.page.locator("form.alert")
    form.locator("[name=what]").select_option("threat")
    place = form.locator("[name=where]")
    place.select_option(value=place.locator("option", has_text=town).get_attribute("value"))
    seat.fields += 2
    if facts:
        seat.fill(form, summary=facts)
    seat.press(form.get_by_role("button", name="File the alert"))
    assert seat.page.get_by_role("status").is_visible()


def start_clock(seat: Seat, town: str) -> None:
    """From the inbox to a running clock, pressing only."""
    seat.go("/watch/inbox/")
    seat.presses = 0
    row = seat.page.locator("main tr, main li").filter(has_text=town).first
    seat.press(row.get_by_role("link").first)
    seat.press(seat.page.get_by_role("button", name="Make it an incident"))
    seat.press(seat.page.get_by_role("button", name="Start the clock"))
    assert seat.page.get_by_text("It runs.").is_visible()


def close_the_loop(seat: Seat, step: str) -> None:
    """Decide, stamp, check, tell the community, commit."""
    page = seat.page
    seat.press(page.locator("details.deed > summary", has_text="Decide"))
    form = seat.form("decide")
    form.get_by_label("Warn the threatened community").check()
    seat.press(form.get_by_role("button"))
    assert page.get_by_text("Warn the threatened community").first.is_visible()
    seat.press(page.get_by_role("button", name=f"Stamp now: {step}"))
    assert page.locator(".done-step", has_text=step).is_visible()
    seat.deed("check", risks="They may be seen with us", measures="By radio", verdict="go")
    seat.deed("tell", to_whom="Market committee", what="A patrol comes before noon")
    assert page.locator("section", has=page.locator("#told")).get_by_text("A patrol comes before noon").is_visible()
    assert page.locator(".done-step", has_text="Community told").is_visible()
    seat.deed("commit", to_whom="Market committee", what="A patrol on market days", due_on=in_days(3))
    assert (
        page.locator("section", has=page.locator("#commitments"))
        .get_by_text("A patrol on market days")
        .is_visible()
    )
