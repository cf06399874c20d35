"""`tutela basemap`: lakes, rivers, places and boundaries of the deployment's own under its maps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.options import HomeOption, JsonOption
from tutela.cli.speaking import print_json, print_lines, telling
from tutela.data.basemap_layers import DISCLAIMER, LAYERS, build_basemap
from tutela.data.store.homes import require_home

app = typer.Typer(no_args_is_help=True, help="The ground of the maps.")
Layer = Annotated[Path | None, typer.Option(help="A GeoJSON file in degrees (WGS 84).")]


@app.callback()
def main() -> None:
    """Keep `build` a command of its own."""


@app.command("build")
def build(
    lakes: Layer = None,
    rivers: Layer = None,
    places: Layer = None,
    boundaries: Layer = None,
    attribution: Annotated[str, typer.Option("--attribution", help="Whose files these are, as maps say it.")] = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Check layers and put them under the maps of the home, in place of those before; the coast is there."""
    given = dict(zip(LAYERS, (lakes, rivers, places, boundaries), strict=True))
    with telling(as_json=json) as tell:
        place = require_home(home)
        tell("checking layers")
        files = {name: path for name, path in given.items() if path is not None}
        kept = build_basemap(files, place.root / "basemap", attribution)
    if json:
        print_json(kept)
        return
    for name, layer in kept["layers"].items():
        empty = f", {layer['empty']:,} without geometry left out" if layer["empty"] else ""
        print_lines(f"{name}: {layer['shapes']:,} shapes, {layer['bytes']:,} bytes{empty}")
    if "boundaries" in kept["layers"]:
        print_lines(f"Every map with boundaries says: {DISCLAIMER}")
