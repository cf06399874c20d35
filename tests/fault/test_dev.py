"""./dev after faults: damaged stamps, killed installers, moved or broken environments, no registry, no pip."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PYTHON = str(getattr(sys, "_base_executable", sys.executable))


def load_dev(path: Path) -> Any:
    loader = importlib.machinery.SourceFileLoader("dev_under_test", str(path))
    spec = importlib.util.spec_from_loader("dev_under_test", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def place(root: Path, tmp_path: Path) -> Path:
    """A copy of what ./dev reads, without any environment."""
    for name in ("dev", "pyproject.toml", "package.json", "package-lock.json"):
        shutil.copy2(root / name, tmp_path / name)
    shutil.copytree(root / "requirements", tmp_path / "requirements")
    return tmp_path


@pytest.fixture
def dev(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return load_dev(place / "dev")


def test_a_finished_step_is_not_done_again(dev: Any, place: Path) -> None:
    stamps = dev.Stamps(place / "env")
    digest = stamps.digest("x")
    assert not stamps.holds("step", digest)
    with stamps.during("step", digest):
        assert stamps.was_cut_short()
    assert stamps.holds("step", digest)
    assert not stamps.holds("step", stamps.digest("y"))
    assert not stamps.was_cut_short()


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00", b"0" * 63])
def test_a_damaged_stamp_is_no_stamp(dev: Any, place: Path, damage: bytes) -> None:
    stamps = dev.Stamps(place / "env")
    digest = stamps.digest("x")
    with stamps.during("step", digest):
        pass
    (stamps.folder / "step").write_bytes(damage)
    assert not stamps.holds("step", digest)


def test_an_environment_that_was_moved_is_made_again(dev: Any, place: Path) -> None:
    dev.make_venv(place / "one", PYTHON)
    (place / "one").rename(place / "two")
    (place / "two" / "leftover").touch()
    dev.make_venv(place / "two", PYTHON)
    assert not (place / "two" / "leftover").exists()


def test_an_environment_whose_python_is_gone_is_made_again(dev: Any, place: Path) -> None:
    stamps = dev.make_venv(place / "env", PYTHON)
    inside = stamps.venv / "bin" / "python"
    inside.unlink()
    inside.symlink_to(place / "nowhere")
    dev.make_venv(place / "env", PYTHON)
    assert dev.answers([inside, "-c", "print(1)"]) == "1"


def test_a_whole_environment_is_kept(dev: Any, place: Path) -> None:
    stamps = dev.make_venv(place / "env", PYTHON)
    (stamps.venv / "kept").touch()
    dev.make_venv(place / "env", PYTHON)
    assert (stamps.venv / "kept").exists()


KILLED = """
import importlib.machinery, importlib.util, sys, time, pathlib
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("dev_under_test", sys.argv[1])
dev = importlib.util.module_from_spec(importlib.util.spec_from_loader("dev_under_test", loader))
loader.exec_module(dev)
stamps = dev.make_venv(pathlib.Path(sys.argv[2]), sys.argv[3])
with stamps.during("run", "digest"):
    (stamps.venv / "half-a-package").touch()
    print("installing", flush=True)
    time.sleep(60)
"""


def test_a_killed_installation_starts_afresh(dev: Any, place: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(place / "dev"), str(place / "env"), PYTHON]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as installing:
        assert installing.stdout is not None
        for line in installing.stdout:
            if line.startswith("installing"):
                break
        installing.send_signal(signal.SIGKILL)
    stamps = dev.Stamps(place / "env")
    assert stamps.was_cut_short()
    assert not stamps.holds("run", "digest")
    dev.make_venv(place / "env", PYTHON)
    assert not (place / "env" / "half-a-package").exists()
    assert not stamps.was_cut_short()


def failed_installation(dev: Any, place: Path, said: str) -> Any:
    stamps = dev.make_venv(place / "env", PYTHON)
    log = place / "pip.log"
    log.write_text(said, "utf-8")
    with pytest.raises(dev.Failure), stamps.during("run", "digest"):
        raise dev.Failure("failed.", "Mend it.", log=log)
    return stamps


def test_a_download_that_failed_keeps_the_environment(dev: Any, place: Path) -> None:
    assert not failed_installation(dev, place, "ERROR: No matching distribution\n").was_cut_short()


def test_an_installer_that_failed_while_writing_does_not(dev: Any, place: Path) -> None:
    said = "Installing collected packages: numpy\nERROR: No space left on device\n"
    assert failed_installation(dev, place, said).was_cut_short()


def test_a_second_set_up_waits_for_the_first(dev: Any, place: Path) -> None:
    code = KILLED.split("stamps =")[0] + "with dev.alone():\n    print('alone', flush=True)\n"
    with dev.alone():
        waiting = subprocess.Popen(
            [sys.executable, "-c", code, str(place / "dev")], stdout=subprocess.PIPE, text=True, cwd=place
        )
        assert waiting.stdout is not None
        assert "waiting" in waiting.stdout.readline()
        time.sleep(0.2)
        assert waiting.poll() is None
    assert waiting.communicate(timeout=20)[0] == "alone\n"


def start(place: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYTHON, str(place / "dev"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **settings},
    )


def test_without_a_registry_one_line_says_what_to_do(place: Path) -> None:
    done = start(place, "setup", PIP_NO_INDEX="1", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("./dev setup: Installing the packages that tests and checks need: failed")
    assert "registry" in last
    assert "Log: build/log/" in last
    assert "Traceback" not in done.stderr


def make_wheel(folder: Path) -> None:
    """A package that holds nothing but itself."""
    about = "tiny-1.0.dist-info"
    with zipfile.ZipFile(folder / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", f"tiny.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n")


def test_a_package_that_is_not_what_the_lock_names_is_refused(place: Path) -> None:
    make_wheel(place)
    (place / "requirements" / "dev.lock").write_text(f"tiny==1.0 \\\n    --hash=sha256:{'0' * 64}\n", "utf-8")
    done = start(place, "setup", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(place), PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert (place / ".venv" / "bin" / "python").exists()
    assert not list((place / ".venv" / "lib").rglob("tiny*"))


def test_without_any_pip_the_remedy_is_named(dev: Any, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "answers", lambda command: None)
    with pytest.raises(dev.Failure, match="python3-pip") as caught:
        dev.pip(place / "env", PYTHON)
    assert caught.value.code == 2


def test_without_a_browser_and_without_root_the_line_to_run_is_printed(
    dev: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: None if name == "chromium" else f"/usr/bin/{name}")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    with pytest.raises(dev.Failure, match="apt-get install -y --no-install-recommends chromium") as caught:
        dev.ensure_browser()
    assert caught.value.code == 2


def test_an_unknown_kind_or_benchmark_is_refused_with_the_known_ones(dev: Any, root: Path) -> None:
    ours = load_dev(root / "dev")
    with pytest.raises(ours.Failure, match="fault") as caught:
        ours.run_pytest(["nonsense"], Path("report.xml"), measured=False, extra=[])
    assert caught.value.code == 2
    with pytest.raises(dev.Failure, match="no benchmark 'nonsense'"):
        dev.bench(dev.parse(["bench", "nonsense"]))


def test_an_older_python_is_told_so(dev: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    assert dev.main(["setup"]) == 2
    assert "needs Python 3.11" in capsys.readouterr().err
