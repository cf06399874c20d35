"""The store and the outputs when the machine fails in the middle of a write."""

import random
import resource
import signal
import subprocess
import sys
import time

import pytest

from tutela.data.store.artifacts import Store
from tutela.data.store.folders import OUT_MARK
from tutela.kernel.markings import Marking, Principal

OWNER = Principal("owner", Marking.STRICTLY_CONFIDENTIAL)

WRITER = """
import sys
import numpy as np
from pathlib import Path
from tutela.data.store.artifacts import Content, Store
from tutela.data.store.folders import write_out
from tutela.kernel.manifests import Manifest
root = Path(sys.argv[1])
store = Store(root / "store")
for i in range(10_000):
    content = Content({"rows": {"n": np.arange(20_000) + i}}, {"page.html": bytes(200_000)})
    store.write(Manifest("thing", str(i), content.digest), content)
    write_out(root / "out", {"number.json": str(i).encode(), "again.json": str(i).encode()})
    print(content.digest, i, flush=True)
"""


@pytest.mark.parametrize("seed", range(8))
def test_kill_9_loses_nothing_that_was_said_to_be_written(tmp_path, seed):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL
    ) as writer:
        first = writer.stdout.readline()  # it has begun to write
        time.sleep(random.Random(seed).uniform(0, 0.6))
        writer.send_signal(signal.SIGKILL)
        said = [line.split() for line in (first + writer.stdout.read()).splitlines()]
    store = Store(tmp_path / "store")
    kept = {manifest.content for manifest in store.manifests(OWNER)}
    assert {digest for digest, _ in said[:-1]} <= kept
    for manifest in store.manifests(OWNER):
        store.verify(manifest, OWNER)
    _check_out(tmp_path, int(said[-2][1]) if len(said) > 1 else 0)


def _check_out(folder, at_least):
    """The last output is there whole under its name; killed between two renames, under its neighbour's."""
    out = folder / "out"
    candidates = [out] if out.exists() else list(folder.glob(".out.*"))
    numbers = [
        {int((path / name).read_text()) for name in ("number.json", "again.json")}
        for path in candidates
        if (path / OUT_MARK).is_file()
    ]
    assert numbers
    assert all(len(pair) == 1 for pair in numbers)
    assert max(max(pair) for pair in numbers) >= at_least


def test_a_file_limit_in_the_middle_of_a_command_leaves_nothing_half_written(tmp_path):
    (tmp_path / "events.csv").write_text(
        "event_id,date,lon,lat,country,violence,best,low,high\n"
        + "".join(f"e{i},2020-01-01,{10 + i % 7 / 10},5,CAF,one_sided,1,1,1\n" for i in range(5_000))
    )
    (tmp_path / "sites.csv").write_text(
        "site_id,mission,name,lon,lat,opened,closed,status,military,police,civilian,air,kind\n"
        "A/one,A,One,10,5,2019-01-01,,open,,,,,\n"
    )
    command = [sys.executable, "-c", "from tutela.cli.main import main; main()", "vicinity"]
    options = ["--events", "events.csv", "--sites", "sites.csv", "--as-of", "2020-12-31", "--out", "out"]

    def small_files():
        # A write beyond this fails as on a full disk; without the handler the signal would end the process.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))

    result = subprocess.run(
        [*command, *options, "--home", "home"],
        cwd=tmp_path, preexec_fn=small_files, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "cannot be written" in result.stderr
    assert not (tmp_path / "out").exists()
    assert list(Store(tmp_path / "home" / "store").manifests(OWNER)) == []
    assert list(tmp_path.rglob("*.partial")) == []
