"""Set-up copies the built files whole, says what they are, and names what is missing."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def script(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("assets_build", root / "assets" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["assets_build"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path, script: ModuleType) -> Path:
    """A project whose packages are small."""
    packages = {item.package for item in (*script.COPIES, *script.BUNDLES)}
    lock = {"packages": {f"node_modules/{name}": {"version": "1.2.3"} for name in packages}}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    for copy in script.COPIES:
        target = tmp_path / "node_modules" / copy.package / copy.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text('a{b:url("data:image/svg+xml,%3Csvg")}' if copy.path.endswith(".css") else copy.path)
    program = tmp_path / "node_modules" / "@esbuild" / "this" / "bin" / "esbuild"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "bundle of $1"\n')
    program.chmod(0o755)
    for name in packages:
        (tmp_path / "node_modules" / name / "package.json").write_text('{"version": "1.2.3"}')
    return tmp_path


def test_every_file_is_there_with_its_version_and_digest(script: ModuleType, project: Path) -> None:
    manifests = script.build(project)
    assert sum(len(manifest["files"]) for manifest in manifests.values()) == len(script.COPIES) + len(
        script.BUNDLES
    )
    for folder, manifest in manifests.items():
        assert json.loads((project / folder / "built.json").read_text()) == manifest
        for name, file in manifest["files"].items():
            content = (project / folder / name).read_bytes()
            assert file["sha256"] == hashlib.sha256(content).hexdigest()
            assert file["bytes"] == len(content)
            assert file["version"] == "1.2.3"
        assert not list((project / folder).glob("*.part"))


def test_style_sheets_lose_their_inline_images(script: ModuleType, project: Path) -> None:
    script.build(project)
    assert (project / script.PAGES / "pico.css").read_text() == "a{b:none}"


def test_a_package_that_is_missing_or_of_another_version_is_named(
    script: ModuleType, project: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setattr(script.build, "__defaults__", (project,))
    manifest = project / "node_modules" / "world-atlas" / "package.json"
    manifest.write_text('{"version": "9.9.9"}')
    assert script.main() == 2
    assert "world-atlas 9.9.9, the lock names 1.2.3" in capsys.readouterr().err
    manifest.unlink()
    assert script.main() == 2
    assert "world-atlas is not in node_modules. Run: npm ci --ignore-scripts" in capsys.readouterr().err


def test_a_bundle_that_cannot_be_made_is_named(script: ModuleType, project: Path) -> None:
    program = next((project / "node_modules" / "@esbuild").glob("*/bin/esbuild"))
    program.write_text("#!/bin/sh\necho 'no such module' >&2\nexit 1\n")
    with pytest.raises(script.Missing, match=r"map\.js was not built: no such module"):
        script.build(project)
    program.unlink()
    with pytest.raises(script.Missing, match="esbuild is not in node_modules"):
        script.build(project)


def test_the_lock_names_no_host(root: Path) -> None:
    lock = json.loads((root / "package-lock.json").read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)  # where its authors take gifts; nothing is fetched from there
    assert "http" not in json.dumps(lock)
    assert "http" not in (root / ".npmrc").read_text()
