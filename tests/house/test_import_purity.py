"""Importing any module opens no data file and no socket, starts nothing and writes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WATCHER = """
import importlib, json, os, sys

own, modules = sys.argv[1], sys.argv[2:]
code = (".py", ".pyc", ".so", ".pth")
homes = tuple({os.path.realpath(p) for p in (sys.prefix, sys.base_prefix, "/usr/lib", "/proc", "/sys", "/etc")})
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
changing = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate",
            "subprocess.Popen", "os.posix_spawn", "os.fork", "os.system", "sqlite3.connect", "shutil.copyfile"}
seen = []


def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if isinstance(path, int):
            return
        path = os.fsdecode(path)
        if path == os.devnull:
            return
        where = os.path.realpath(path)
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (flags or 0) & writing:
            seen.append(("writes", path))
        elif where.startswith(own) or not where.startswith(homes):
            if not where.endswith(code) and os.path.basename(where) != "pyvenv.cfg":
                seen.append(("reads", path))
    elif event in changing or event in {"socket.connect", "socket.bind", "socket.getaddrinfo"}:
        seen.append((event, repr(arguments)[:80]))


sys.addaudithook(watch)
if "tutela.service.settings" in modules:
    import django

    django.setup()  # models may only be read once Django knows its settings
    seen[:] = [("django.setup", *row) for row in seen]
for name in modules:
    before = len(seen)
    importlib.import_module(name)
    seen[before:] = [(name, *row) for row in seen[before:]]
print(json.dumps(seen))
"""


def watch_imports(source: Path, modules: list[str]) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHER, str(source.resolve()), *modules],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(source), "DJANGO_SETTINGS_MODULE": "tutela.service.settings"},
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def modules_of(root: Path) -> list[str]:
    source = root / "src"
    names = [".".join(path.relative_to(source).with_suffix("").parts) for path in source.rglob("*.py")]
    # Running the package is what __main__ is for; importing it would run it.
    return sorted(n.removesuffix(".__init__") for n in names if not n.endswith(("__main__", "conftest")))


def test_importing_the_package_touches_nothing(root: Path) -> None:
    assert watch_imports(root / "src", modules_of(root)) == []


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("open('out.txt', 'w').close()", "writes"),
        ("open(__file__[:-3] + '.csv').read()", "reads"),
        ("import os; os.mkdir('folder')", "os.mkdir"),
        ("import socket; socket.socket().bind(('127.0.0.1', 0))", "socket.bind"),
    ],
)
def test_a_module_that_touches_something_is_found(tmp_path: Path, code: str, what: str, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "planted.csv").write_text("a\n", "utf-8")
    (tmp_path / "planted.py").write_text(code + "\n", "utf-8")
    assert what in [row[1] for row in watch_imports(tmp_path, ["planted"])]
