"""Copy what the pages need out of node_modules, bundle the map, and say in built.json what it is.

Run at set-up, after `npm ci --ignore-scripts`. Needs the standard library only; at run time there is no Node.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Copy:
    """One file: from which package, which path in it, into which folder under which name."""

    package: str
    path: str
    folder: str
    name: str


@dataclass(frozen=True)
class Bundle:
    """One module that esbuild makes from our island, or from a package's own entry; `package` gives its version."""

    package: str
    source: str
    folder: str
    name: str


PAGES: Final = "src/tutela/web/static/built"
LAND: Final = "src/tutela/data/built"
SANS: Final = "@expo-google-fonts/noto-sans"
ARABIC: Final = "@expo-google-fonts/noto-sans-arabic"
COPIES: Final = (
    Copy("@picocss/pico", "css/pico.fluid.classless.min.css", PAGES, "pico.css"),
    Copy("@picocss/pico", "LICENSE.md", PAGES, "pico.LICENSE.md"),
    Copy("maplibre-gl", "dist/maplibre-gl.css", PAGES, "map.css"),
    Copy("maplibre-gl", "LICENSE.txt", PAGES, "map.LICENSE.txt"),
    Copy("world-atlas", "land-50m.json", LAND, "land-50m.json"),
    Copy("world-atlas", "land-10m.json", LAND, "land-10m.json"),
    Copy("world-atlas", "LICENSE", LAND, "world-atlas.LICENSE"),
    Copy(SANS, "400Regular/NotoSans_400Regular.ttf", LAND, "NotoSans-Regular.ttf"),
    Copy(SANS, "700Bold/NotoSans_700Bold.ttf", LAND, "NotoSans-Bold.ttf"),
    Copy(ARABIC, "400Regular/NotoSansArabic_400Regular.ttf", LAND, "NotoSansArabic-Regular.ttf"),
    Copy(ARABIC, "700Bold/NotoSansArabic_700Bold.ttf", LAND, "NotoSansArabic-Bold.ttf"),
    Copy(SANS, "LICENSE_FONT", LAND, "NotoSans.LICENSE"),
)
BUNDLES: Final = (
    Bundle("maplibre-gl", "assets/islands/map.js", PAGES, "map.js"),
    Bundle("maplibre-gl", "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs", PAGES, "map-worker.js"),
)
TARGET: Final = "es2022"


class Missing(Exception):
    """A package is not there, or not the one that the lock names."""


def build(root: Path = ROOT) -> dict[str, Any]:
    """Make every file of COPIES and BUNDLES under `root`; gives what stands in the built.json of each folder."""
    locked = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    made = (*COPIES, *BUNDLES)
    versions = {item.package: _version(root, item.package, locked) for item in made}
    manifests: dict[str, Any] = {}
    for folder in dict.fromkeys(item.folder for item in made):
        target = root / folder
        target.mkdir(parents=True, exist_ok=True)
        files = {}
        for item in (item for item in made if item.folder == folder):
            content = _read(root, item) if isinstance(item, Copy) else _bundle(root, item)
            _replace(target / item.name, content)
            files[item.name] = {
                "package": item.package,
                "version": versions[item.package],
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        manifests[folder] = {"files": files}
        (target / "built.json").write_text(json.dumps(manifests[folder], indent=2, sort_keys=True) + "\n", "utf-8")
    return manifests


def _read(root: Path, copy: Copy) -> bytes:
    content = (root / "node_modules" / copy.package / copy.path).read_bytes()
    return take_out_images(content) if copy.name.endswith(".css") else content


def _bundle(root: Path, bundle: Bundle) -> bytes:
    """One ES module with all that it imports, made by esbuild's own program: it needs no Node."""
    program = next(iter(sorted((root / "node_modules" / "@esbuild").glob("*/bin/esbuild"))), None)
    if program is None:
        raise Missing("esbuild is not in node_modules")
    flags = ["--bundle", "--format=esm", "--minify", f"--target={TARGET}", "--legal-comments=inline"]
    done = subprocess.run([program, bundle.source, *flags], cwd=root, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise Missing(f"{bundle.name} was not built: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def take_out_images(style: bytes) -> bytes:
    """The style sheet without its inline images: the pages' policy forbids them, and we use none of them."""
    return re.sub(rb'url\("data:[^"]*"\)', b"none", style)


def _version(root: Path, package: str, locked: dict[str, Any]) -> str:
    try:
        found = json.loads((root / "node_modules" / package / "package.json").read_text("utf-8"))["version"]
    except OSError:
        raise Missing(f"{package} is not in node_modules") from None
    wanted = locked[f"node_modules/{package}"]["version"]
    if found != wanted:
        raise Missing(f"node_modules has {package} {found}, the lock names {wanted}")
    return str(found)


def _replace(target: Path, content: bytes) -> None:
    # A reader sees the old file or the new one, never half of it.
    partial = target.with_name(target.name + ".part")
    partial.write_bytes(content)
    partial.replace(target)


def main() -> int:
    """Build, print a line for each file; exit 2 where a package is missing."""
    try:
        manifests = build()
    except Missing as problem:
        sys.stderr.write(f"{problem}. Run: npm ci --ignore-scripts\n")
        return 2
    for folder, manifest in manifests.items():
        for name, file in manifest["files"].items():
            sys.stdout.write(f"{folder}/{name}  {file['package']} {file['version']}  {file['bytes']:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
