"""Takes the pictures of the documentation: the main pages of the invented country, as they stand now.

    .venv/bin/python docs/pictures.py [NAME...]

Builds the demonstration, and a register of the invented cast that is served as one for practice, and looks at both
in Debian's Chromium (`./dev test e2e` sets up what that needs). Each picture must show the line that says that the
country is invented, and weighs at most 150 kB; one that does not is not kept, and the program says so. Names take
those pictures alone. Look at each before it is committed.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "e2e")]

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from seats import TUTELA, Seat, Served, serve_cast  # noqa: E402

FOLDER: Final = ROOT / "docs" / "pictures"
CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--force-color-profile=srgb")
VISITOR: Final = "visitor"
DESK: Final = (1180, 800)
TALL: Final = (1180, 1150)
PHONE: Final = (390, 780)
HEAVIEST: Final = 150_000
COLOURS: Final = (128, 64, 32, 16)
"""So few colours serve a page of text and lines; fewer where the picture is still too heavy."""

INVENTED: Final = re.compile(r"invented|inventé", re.IGNORECASE)
"""What the bar at the top of each picture says."""


@dataclass(frozen=True)
class Shot:
    """One picture: of which page, who looks, what is done there first, and where the picture begins."""

    name: str
    page: Callable[[Served], str]
    who: str = "adviser"
    size: tuple[int, int] = DESK
    ready: Callable[[Seat], None] = lambda _seat: None
    language: str = "en"


def here(name: str) -> Callable[[Served], str]:
    """The page of the large operation under this name."""
    return lambda served: served.pages["here"][name]


def at(path: str) -> Callable[[Served], str]:
    """A page under a fixed address."""
    return lambda _served: path


def search(seat: Seat) -> None:
    """Look for the ford."""
    seat.page.locator("#words").fill("ford")
    seat.press(seat.page.locator("main form").get_by_role("button"))


def follow(pattern: str) -> Callable[[Seat], None]:
    """Open the first link of the page that looks so."""

    def go(seat: Seat) -> None:
        links = [link.get_attribute("href") or "" for link in seat.page.locator("main a").all()]
        seat.go(next(link for link in links if re.fullmatch(pattern, link)))

    return go


def wait_for_map(seat: Seat) -> None:
    """Until the map to move stands where the drawn one stood."""
    seat.page.locator("#map").wait_for(state="visible")
    seat.page.wait_for_timeout(1_500)


def turn(seat: Seat) -> None:
    """From right to left, as a page in Arabic stands."""
    seat.page.evaluate("() => document.documentElement.dir = 'rtl'")


def begin_alert(seat: Seat) -> None:
    """What an assistant has typed just before sending."""
    form = seat.page.locator("form.alert")
    form.locator("[name=what]").select_option("threat")
    place = form.locator("[name=where]")
    place.select_option(value=place.locator("option", has_text="Invented town").get_attribute("value"))
    seat.fill(form, summary="Armed men at the market, 20")


SHOTS: Final = (
    Shot("watch", at("/watch/")),
    Shot("incident", here("watch:incident"), size=TALL),
    Shot("threats", at("/threats/")),
    Shot("map", at("/map/"), size=TALL, ready=wait_for_map),
    Shot("operations", here("operations:desk"), who="duty"),
    Shot("activities", here("missions:activities")),
    Shot("reach", at("/reach/"), ready=follow(r"/reach/[0-9a-f]+/?"), who=VISITOR),
    Shot("siting", at("/siting/"), who=VISITOR, ready=follow(r"/siting/[0-9a-f]+/?")),
    Shot("search", at("/search/"), ready=search),
    Shot("exports", at("/exports/")),
    Shot("ledger", at("/administration/ledger/"), who="custodian", ready=follow(r"/administration/ledger/[^/]+/")),
    Shot("presence", at("/presences/IMIPA/"), who=VISITOR),
    Shot("watch-fr", at("/watch/"), language="fr"),
    Shot("watch-rtl", at("/watch/"), ready=turn),
    Shot("alert-phone", at("/watch/alerts/new/"), who="assistant", size=PHONE, ready=begin_alert),
)


def main(arguments: list[str]) -> int:
    """Take them; 1 where one may not be kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args(arguments)
    wanted = [shot for shot in SHOTS if not options.names or shot.name in options.names]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with (
            serve_demonstration(home / "demo") as demo,
            serve_cast(home / "cast", TUTELA_PRACTICE="1") as cast,
            sync_playwright() as driver,
        ):
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
            served = {True: demo, False: cast}
            faults = [fault for shot in wanted if (fault := take(browser, served[shot.who == VISITOR], shot))]
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults else 0


@contextmanager
def serve_demonstration(home: Path) -> Iterator[Served]:
    """The demonstration, built and served; nobody signs in there."""
    subprocess.run([*TUTELA, "demo", "--home", home, "--size", "small"], check=True)  # noqa: S603  our own
    command = [*TUTELA, "serve", "--home", home, "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout is not None
        yield Served(json.loads(server.stdout.readline())["address"].rstrip("/"), {VISITOR: "nobody"}, {})
        server.terminate()


def take(browser: Browser, served: Served, shot: Shot) -> str:
    """One picture, kept if it may be; else what is wrong with it."""
    seat = Seat(browser, served, shot.who, shot.size[0])
    try:
        seat.page.set_viewport_size({"width": shot.size[0], "height": shot.size[1]})
        if shot.language != "en":
            seat.go(f"/language/{shot.language}/")
        status = seat.go(shot.page(served))
        if status != 200:
            return f"{shot.name}: the page answers {status}"
        shot.ready(seat)
        seat.page.evaluate("() => scrollTo(0, 0)")
        bar = seat.page.locator("aside.bar").first
        if not bar.is_visible() or not INVENTED.search(bar.inner_text()):
            return f"{shot.name}: it does not say that the country is invented"
        content = lighten(seat.page.screenshot())
    finally:
        seat.context.close()
    if len(content) > HEAVIEST:
        return f"{shot.name}: {len(content):,} bytes, more than {HEAVIEST:,}"
    FOLDER.mkdir(exist_ok=True)
    partial = FOLDER / f".{shot.name}.part"
    partial.write_bytes(content)
    partial.replace(FOLDER / f"{shot.name}.png")
    sys.stdout.write(f"{shot.name}.png  {len(content):,} bytes\n")
    return ""


def lighten(content: bytes) -> bytes:
    """The picture in as many colours as its weight allows."""
    whole, made = Image.open(io.BytesIO(content)).convert("RGB"), content
    for colours in COLOURS:
        out = io.BytesIO()
        whole.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        made = out.getvalue()
        if len(made) <= HEAVIEST:
            break
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
