"""One budget for several specs by command: within it, below its bound, and the same whoever works and dies."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from tutela.cli.main import run
from tutela.studies.cluster import open_cluster
from tutela.studies.executor import Pool, Serial
from tutela.studies.siting_shares import study_shares
from tutela.studies.siting_specs import read_spec
from tutela.studies.siting_tables import read_tables
from tutela.studies.sitings import SitingCase

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"
FLOORS = '[floors]\n"Neklulash" = 0.1\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two presences on a few places: one with much money, one with little; a loose gap, so that it is quick."""
    for path in EXAMPLES.iterdir():
        shutil.copy(path, tmp_path / path.name)
    text = (tmp_path / "siting.toml").read_text("utf-8")
    assert FLOORS in text
    for name, lines in (("candidates", 16), ("demand", 40)):
        table = tmp_path / f"invented-siting-{name}.csv"
        table.write_text("".join(table.read_text("utf-8").splitlines(keepends=True)[:lines]), "utf-8")
    text = text.replace(FLOORS, "").replace("gap = 0.001", "gap = 0.1").replace("seconds = 20", "seconds = 600")
    (tmp_path / "north.toml").write_text(text.replace("money = 116", "money = 40"), "utf-8")
    (tmp_path / "south.toml").write_text(text.replace("money = 116", "money = 12"), "utf-8")
    return tmp_path


def stay_open(candidates: Path) -> None:
    """What is open now may not close."""
    lines = candidates.read_text("utf-8").splitlines()
    fixed = [lines[0] + ",fixed", *(line + (",open" if ",yes,yes" in line else ",") for line in lines[1:])]
    candidates.write_text("\n".join(fixed) + "\n", "utf-8")


def cases(folder: Path) -> dict[str, SitingCase]:
    found = {}
    for name in ("north", "south"):
        spec = read_spec(folder / f"{name}.toml")
        found[name] = SitingCase.of(spec, read_tables(spec, folder))
    return found


def share(folder: Path, *more: str) -> int:
    specs = [str(folder / name) for name in ("north.toml", "south.toml")]
    out = ("--out", str(folder / "out"), "--home", str(folder / "home"), "--json")
    return run(["scenario", "share", *specs, "--budget", "money", *out, *more])


def test_a_division_is_no_worse_than_each_for_itself_and_below_its_bound(folder: Path, capsys) -> None:
    assert share(folder) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["spent"] <= said["total"] == 52
    assert said["value"] == pytest.approx(sum(part["value"] for part in said["presences"]))
    assert said["value"] <= said["bound"]
    alone = 0.0
    for name in ("north", "south"):
        out = str(folder / f"alone-{name}")
        assert run(["scenario", "site", str(folder / f"{name}.toml"), "--out", out, "--json"]) == 0
        alone += json.loads(capsys.readouterr().out)["value"]
    assert said["value"] >= alone * (1 - 1e-9)
    # Both see the same ground, so the poorer one gets some of what the richer one had.
    assert said["presences"][1]["spent"] > 12
    kept = json.loads((folder / "out" / "shares.json").read_text("utf-8"))
    assert (kept["artifact"], kept["marking"]) == (said["artifact"], "Unclassified")
    assert (folder / "out" / "plan.csv").read_text("utf-8").startswith("presence,site_id,type,action\n")
    assert run(["trace", said["artifact"], "--home", str(folder / "home"), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["chain"]) == 3


def test_people_read_who_gets_what(folder: Path, capsys) -> None:
    specs = [str(folder / name) for name in ("north.toml", "south.toml")]
    assert run(["scenario", "share", *specs, "--budget", "money", "--out", str(folder / "out")]) == 0
    said = capsys.readouterr().out
    assert "no division passes" in said
    assert "Marked unclassified" in said


def test_real_cases_are_confidential_and_go_to_no_other_machine(folder: Path, capsys) -> None:
    spec = folder / "north.toml"
    spec.write_text(spec.read_text("utf-8").replace("invented = true", "invented = false"), "utf-8")
    assert share(folder, "--scheduler", "tcp://127.0.0.1:1") == 4
    assert json.loads(capsys.readouterr().err)["problem"] == "not-allowed"
    assert not (folder / "out").exists()
    assert share(folder) == 0
    assert json.loads((folder / "out" / "shares.json").read_text("utf-8"))["marking"] == "Confidential"


@pytest.mark.parametrize(
    ("more", "old", "new", "code"),
    [
        (("--total", "1"), "", "", "plan-impossible"),
        ((), "[budget]\nmoney = 40", "[budget]", "spec-invalid"),
        ((), "[limits]", "[floors]\nKernumo = 0.1\n[limits]", "spec-invalid"),
        ((), "[limits]", '[capacity]\ncolumn = "posts"\n[limits]', "spec-invalid"),
    ],
)
def test_what_cannot_be_shared_is_refused_and_nothing_is_written(
    folder: Path, capsys, more: tuple[str, ...], old: str, new: str, code: str
) -> None:
    spec = folder / "north.toml"
    text = spec.read_text("utf-8")
    assert old in text
    spec.write_text(text.replace(old, new), "utf-8")
    if more:
        stay_open(folder / "invented-siting-candidates.csv")
    assert share(folder, *more) == 2
    said = json.loads(capsys.readouterr().err)
    assert said["problem"] == code
    assert said["remedy"]
    assert not (folder / "out").exists()


def test_one_spec_or_two_of_one_name_are_no_division(folder: Path, capsys) -> None:
    spec = str(folder / "north.toml")
    for specs in ((spec,), (spec, spec)):
        assert run(["scenario", "share", *specs, "--budget", "money", "--out", str(folder / "o"), "--json"]) == 2
        assert json.loads(capsys.readouterr().err)["where"] == "SPEC"


class Deadly:
    """A cluster of which a worker is killed as soon as the first result is there."""

    def __init__(self, cluster) -> None:
        self.cluster, self.killed = cluster, 0

    def run(self, function, tasks):
        for number, result in enumerate(self.cluster.run(function, tasks)):
            if number == 0 and not self.killed:
                self.killed = min(self.cluster.client.run(os.getpid).values())
                os.kill(self.killed, signal.SIGKILL)
            yield result


def test_serial_pool_and_a_cluster_that_loses_a_worker_give_one_digest(folder: Path) -> None:
    asked = cases(folder)
    with open_cluster(workers=2) as cluster:
        deadly = Deadly(cluster)
        digests = [
            study_shares(asked, "money", 50.0, executor)[0].manifest.content
            for executor in (Serial(), Pool(2), deadly)
        ]
    assert deadly.killed
    assert len(set(digests)) == 1
