"""The register with the invented cast, served by the command itself, and seats at it that look at every page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

TUTELA = [sys.executable, "-c", "from tutela.cli.main import main; main()"]
MAKE = Path(__file__).with_name("make_cast.py")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = 390, 1280

SIDEWAYS = """() => [...document.querySelectorAll('main *, header *, footer *')]
    .filter(e => e.checkVisibility() && !e.closest('.skip, .wide-table, .maplibregl-map, svg'))
    .filter(e => { const b = e.getBoundingClientRect();
                   return b.width && (b.right > innerWidth + 1 || b.left < -1); })
    .map(e => e.outerHTML.slice(0, 120)).slice(0, 3)"""
OVERLAPS = """() => {
    const all = [...document.querySelectorAll('main a, main button, main input, main select, main textarea, '
                 + 'main summary, header.top a, header.top button')].filter(e => e.checkVisibility());
    const boxes = all.map(e => [...e.getClientRects()]);
    const found = [];
    for (let i = 0; i < all.length; i++) for (let j = i + 1; j < all.length; j++) {
        if (all[i].contains(all[j]) || all[j].contains(all[i])) continue;
        for (const a of boxes[i]) for (const b of boxes[j]) {
            const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (across > 2 && down > 2)
                found.push([all[i], all[j]].map(e => e.outerHTML.slice(0, 90)).join(' | '));
        }
    }
    return found.slice(0, 3);
}"""


@dataclass(frozen=True)
class Served:
    """Where it is served, a session for everybody, and the addresses of the pages that show rows."""

    address: str
    sessions: dict[str, str]
    pages: dict[str, dict[str, str]]


@contextmanager
def serve_cast(home: Path, **setting: str) -> Iterator[Served]:
    """Make the register, and serve it for as long as the block runs, with settings of the environment."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TUTELA_")} | setting
    made = subprocess.run([sys.executable, MAKE, home], check=True, capture_output=True, text=True, env=env)
    told: dict[str, Any] = json.loads(made.stdout)
    command = [*TUTELA, "serve", "--home", home, "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as server:
        assert server.stdout is not None
        yield Served(json.loads(server.stdout.readline())["address"].rstrip("/"), **told)
        server.terminate()


class Seat:
    """Somebody at a screen, signed in already; counts what they press and fill in."""

    def __init__(
        self, browser: Browser, served: Served, name: str, width: int = DESK, *, script: bool = True
    ) -> None:
        self.served, self.width, self.name = served, width, name
        self.complaints: list[str] = []
        self.presses = self.fields = 0
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, bypass_csp=True, java_script_enabled=script
        )
        self.context.add_cookies(
            [{"name": "tutela_session", "value": served.sessions[name], "url": served.address}]
        )
        self.context.on("request", lambda asked: asked.url.startswith(served.address) or self.complain(asked.url))
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.complain(message.text))

    def complain(self, text: str) -> None:
        """Something that must not be: a request elsewhere, a word on the console."""
        # A refused form answers with 400, which the browser writes down; the journey that sends one asks for it.
        if not any(known in text for known in ("GL Driver Message", "WebGL", "with a status of 400")):
            self.complaints.append(f"{self.page.url}: {text}")

    def go(self, path: str) -> int:
        """Open a page by its address; its status."""
        answer = self.page.goto(self.served.address + path)
        assert answer is not None
        return answer.status

    def heading(self) -> str:
        """The question of the page."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def press(self, target: Locator) -> None:
        """One press, which leads to another page or opens a part of this one."""
        self.presses += 1
        target.click()
        self.page.wait_for_load_state()

    def fill(self, within: Locator, **fields: str) -> None:
        """Fill in fields by their names, in one form."""
        for name, value in fields.items():
            self.fields += 1
            field = within.locator(f"[name={name}]:not([type=hidden])").first
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def form(self, code: str) -> Locator:
        """The form that does this deed."""
        return self.page.locator(f"form:has(input[name=do][value={code}])").first

    def deed(self, code: str, **fields: str) -> None:
        """Open a form that is folded, fill it in and send it."""
        form = self.form(code)
        if not form.locator("button").last.is_visible():
            self.press(self.page.locator("details.deed", has=form).locator("> summary"))
        self.fill(form, **fields)
        self.press(form.locator("button").last)

    @contextmanager
    def download(self) -> Iterator[list[bytes]]:
        """The content of the file that a press within the block fetches."""
        found: list[bytes] = []
        with self.page.expect_download() as fetched:
            yield found
        found.append(Path(fetched.value.path()).read_bytes())

    def by_keyboard(self, target: Locator) -> None:
        """Tab until this has the focus, which must be seen; never a pointer."""
        goal = target.element_handle()
        for _ in range(200):
            self.page.keyboard.press("Tab")
            assert self.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"
            if self.page.evaluate("goal => document.activeElement === goal", goal):
                return
        raise AssertionError(f"Tab never comes to {target}")

    def enter(self) -> None:
        """Press Enter on what has the focus, and wait for where it leads."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def picture(self, name: str) -> None:
        """Keep a picture where TUTELA_PICTURES names a folder."""
        if folder := os.environ.get("TUTELA_PICTURES"):
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def look(self, name: str) -> list[str]:
        """What is wrong with this page: axe at both widths, sideways scrolling and overlap from both ways."""
        page, wrong = self.page, []
        page.add_script_tag(path=AXE)
        for width in (DESK, 320):
            page.set_viewport_size({"width": width, "height": 800})
            self.picture(f"{name}-{width}")
            wrong += [f"{width}: {line}" for line in _axe(page)]
            for way in ("ltr", "rtl"):
                page.evaluate(f"() => document.documentElement.dir = '{way}'")
                across = page.evaluate("() => document.documentElement.scrollWidth")
                if across > width:
                    wrong.append(f"{width} {way}: {across} px wide: {page.evaluate(SIDEWAYS)}")
                wrong += [f"{width} {way}: overlap: {line}" for line in page.evaluate(OVERLAPS)]
                if way == "rtl":
                    self.picture(f"{name}-{width}-rtl")
            page.evaluate("() => document.documentElement.dir = 'ltr'")
        page.set_viewport_size({"width": self.width, "height": 800})
        return [f"{name}: {line}" for line in wrong]


def _axe(page: Page) -> list[str]:
    found = page.evaluate("() => axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{item['impact']} {item['id']}: {[node['html'][:140] for node in item['nodes'][:3]]}"
        for item in found
        if item["impact"] in ("serious", "critical")
    ]
