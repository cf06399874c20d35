"""Sphinx builds the documentation from these pages: ./dev docs."""

from __future__ import annotations

project = "Tutela"
author = copyright = "The Tutela founders"  # noqa: A001  # the name that Sphinx reads

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["pictures"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
# Links that leave the documentation lead to files of the repository, which Sphinx cannot see.
suppress_warnings = ["myst.xref_missing"]

html_theme = "alabaster"
html_title = "Tutela"
html_show_sourcelink = False
# The pages work without a network: no font, script or style comes from elsewhere.
html_theme_options = {"page_width": "60rem", "fixed_sidebar": True}
