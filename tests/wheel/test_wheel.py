"""What users install: the built wheel, in a fresh environment, without Node and without the source."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

PYTHON = str(getattr(sys, "_base_executable", sys.executable))

PAGE = """
import sys
from pathlib import Path
from tutela.service.wsgi import build_application

build_application(Path(sys.argv[1]))
from django.test import Client

client = Client(SERVER_NAME="127.0.0.1")
PATHS = ("/", "/presences/", "/static/built/pico.css", "/static/built/map.js", "/static/built/map-worker.js",
         "/static/tutela.css")
for path in PATHS:
    answer = client.get(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    print(answer.status_code, len(body), path)
    if path == "/":
        assert b"invented" in body.lower()
import tutela
print(tutela.__file__)
"""


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it; the packages it runs on are lent from ours, ours itself is not."""
    venv = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(subprocess.run([python, "-c", where], check=True, capture_output=True, text=True).stdout.strip())
    # A path in a .pth file is searched, but the .pth files in it are not read: our editable source stays out.
    (own / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    pip = [PYTHON, "-m", "pip", "--python", str(python), "install", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    return venv


def run(command: list[str | Path], folder: Path, venv: Path) -> str:
    # The search path holds the environment alone: no Node, and no tool that a user might lack.
    env = {"PATH": str(venv / "bin"), "HOME": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_the_package_and_its_built_files_only(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"tutela", next(top for top in tops if top.endswith(".dist-info"))}
    built = {"tutela/data/built/land-50m.json", "tutela/data/built/NotoSans-Regular.ttf"}
    built |= {"tutela/web/static/built/pico.css", "tutela/web/static/tutela.css"}
    assert built <= set(names)
    assert any(name.endswith(".html") for name in names)
    assert not [name for name in names if "test" in name or "__pycache__" in name or "node_modules" in name]
    assert wheel.stat().st_size < 10_000_000


def test_the_wheel_carries_its_licence_and_asks_for_what_it_runs_on(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        metadata = next(name for name in opened.namelist() if name.endswith("/METADATA"))
        about = message_from_bytes(opened.read(metadata))
        assert metadata.replace("METADATA", "licenses/LICENSE") in opened.namelist()
    assert about["License-Expression"] == "Apache-2.0"
    assert any(item.startswith("numpy") for item in about.get_all("Requires-Dist", []))


def test_the_command_works(installed: Path, tmp_path: Path) -> None:
    tutela = installed / "bin" / "tutela"
    assert "vicinity" in run([tutela, "--help"], tmp_path, installed)
    presences = json.loads(run([tutela, "presence", "list", "--json"], tmp_path, installed))
    assert len(presences) >= 40


def test_a_page_of_the_demonstration_loads_with_its_styles(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run([installed / "bin" / "tutela", "demo", "--size", "small", "--home", home], tmp_path, installed)
    *pages, where = run([installed / "bin" / "python", "-c", PAGE, home], tmp_path, installed).splitlines()
    assert len(pages) == 6
    for page in pages:
        status, length, path = page.split()
        assert (status, int(length) > 100) == ("200", True), path
    assert where.startswith(str(installed)), "the source was loaded, not the wheel"
