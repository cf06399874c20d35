"""Fetching events when the machine or the network fails in the middle."""

import importlib.util
import os
import resource
import signal
import subprocess
import sys
import time
from datetime import date
from random import Random

import pytest

from tutela.data.sources.events import read_events

COMMAND = [sys.executable, "-c", "from tutela.cli.main import main; main()", "events", "fetch", "25.1"]
OPTIONS = ["--out", "events.csv", "--page-rows", "1000", "--address"]


@pytest.fixture(scope="module")
def stand_in(root):
    path = root / "tests" / "unit" / "fetching" / "stand_in.py"
    spec = importlib.util.spec_from_file_location("stand_in_under_fault", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def api(stand_in):
    with stand_in.running(stand_in.invented_rows(3_500)) as server:
        yield server


def start(folder, stand_in, api, **options):
    environment = {**os.environ, "TUTELA_UCDP_TOKEN": stand_in.TOKEN}
    return subprocess.Popen(
        [*COMMAND, *OPTIONS, api.address], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


def results(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_kill_9_while_fetching_leaves_no_result_or_a_whole_one(tmp_path, stand_in, api):
    for seed in range(4):
        before = len(api.pages_asked)
        with start(tmp_path, stand_in, api) as fetching:
            until = time.monotonic() + 60
            while len(api.pages_asked) == before and fetching.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(Random(seed).uniform(0, 2.5))
            fetching.send_signal(signal.SIGKILL)
        if "events.csv" in results(tmp_path):
            break
        assert results(tmp_path) in ([], ["events.csv.origin.json"])
    else:
        with start(tmp_path, stand_in, api) as fetching:
            assert fetching.wait(120) == 0, fetching.stderr.read()
    reading = read_events(tmp_path / "events.csv", today=date(2026, 1, 1))
    assert reading.accounting.placed == 3_500
    assert reading.origin.vintage == "25.1"
    # Pages that an earlier run had kept were not asked for again, but for the first.
    assert len(api.pages_asked) < 5 * 4


def test_a_full_disk_leaves_no_result(tmp_path, stand_in, api):
    def small_files():
        # A write beyond this fails as on a full disk; without the handler the signal would end the process.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    with start(tmp_path, stand_in, api, preexec_fn=small_files) as fetching:
        assert fetching.wait(120) == 2
        said = fetching.stderr.read()
    assert said.count("\n") == 1
    assert "cannot be written" in said
    assert results(tmp_path) == []
    with start(tmp_path, stand_in, api) as fetching:
        assert fetching.wait(120) == 0, fetching.stderr.read()
        assert "4 of them from an earlier run" in fetching.stdout.read()
    assert results(tmp_path) == ["events.csv", "events.csv.origin.json"]


def test_an_interrupt_keeps_the_pages_and_leaves_no_result(tmp_path, stand_in, api):
    with start(tmp_path, stand_in, api) as fetching:
        until = time.monotonic() + 60
        while len(api.pages_asked) < 2 and fetching.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        fetching.send_signal(signal.SIGINT)
        assert fetching.wait(60) == 130
    assert results(tmp_path) == []
    assert (tmp_path / ".events.csv.fetching" / "state.json").is_file()
