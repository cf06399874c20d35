"""What the page of a small comparison says, approved by reading it: TUTELA_APPROVE=1 approves it anew."""

from __future__ import annotations

import os
import re
import runpy
from html import unescape
from pathlib import Path

from tutela.studies.pages.comparison import ComparisonPage, render_body

APPROVED = Path(__file__).with_name("small_comparison.txt")


def write_out(html):
    text = re.sub(r"<span popover.*?</span></span>|<svg.*?</svg>", "", html, flags=re.DOTALL)
    text = re.sub(r"</(h1|h2|p|li|tr|dd|dt|caption|figcaption|summary)>", "\n", text)
    text = re.sub(r"</(th|td)>", " | ", text)
    lines = (" ".join(unescape(re.sub(r"<[^>]+>", " ", line)).split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


def test_the_small_comparison_says_what_was_approved(root):
    kept = runpy.run_path(str(root / "tests" / "web" / "release_worlds.py"))["make_comparison"]()
    said = write_out(render_body(ComparisonPage.of_kept(kept)))
    if os.environ.get("TUTELA_APPROVE"):
        APPROVED.write_text(said, "utf-8")
    assert said == APPROVED.read_text("utf-8")
