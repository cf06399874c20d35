"""Minutes out of a kept reach: the answer of the surface, the reach's own terms, and refusals by name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import rasterio
from rasterio.transform import Affine

from tutela.cli.main import run

SITES = """site_id,mission,name,lon,lat,opened,closed,status,military,police,civilian,air,kind
A,UNAR,A,10.025,4.925,2019-01-01,,open,150,,12,1,base
B,UNAR,B,10.155,4.925,2019-01-01,,open,35,,,0,post
L,UNAR,L,10.105,4.925,2019-01-01,,open,35,,,0,post
M,UNAR,M,10.025,4.825,2018-01-01,2019-01-01,open,35,,,0,post
M,UNAR,M,10.035,4.855,2019-01-01,,open,35,,,0,post
"""
CANDIDATES = """site_id,type,lon,lat,cost_money
A,post,10.025,4.925,1
B,post,10.155,4.925,1
L,post,10.105,4.925,1
"""
POINTS = "point_id,lon,lat,weight\na,10.045,4.925,5\nb,10.175,4.905,7\nlake,10.105,4.855,9\nc,10.005,4.815,3\n"
SPEC = """invented = true
[demand]
file = "points.csv"
[candidates]
file = "candidates.csv"
[cover]
within_min = {within}
{way}
decay = "linear"
[budget]
money = 1
"""


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sites on both sides of a lake and one in it; minutes per metre that differ from cell to cell."""
    friction = np.random.default_rng(5).uniform(0.005, 0.02, (20, 20)).astype(np.float32)
    friction[:, 10] = np.nan
    with rasterio.open(
        tmp_path / "ground.tif", "w", driver="GTiff", height=20, width=20, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(0.01, 0, 10.0, 0, -0.01, 5.0), nodata=float("nan"),
    ) as file:  # fmt: skip
        file.write(friction, 1)
    for name, text in (("sites", SITES), ("candidates", CANDIDATES), ("points", POINTS)):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUTELA_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nothing"))
    return tmp_path


@pytest.fixture
def ask(ground: Path, capsys: pytest.CaptureFixture[str]):
    """ask(code, ...): what a command answers with this exit code, in the home where reach is kept."""

    def call(code: int, *arguments: str) -> dict:
        assert run([*arguments, "--home", "home", "--json"]) == code
        said = capsys.readouterr()
        return json.loads(said.err.splitlines()[-1] if code else said.out)

    return call


@pytest.fixture
def kept(ask) -> str:
    """The digest of reach that was made before."""
    made = ("--sites", "sites.csv", "--surface", "ground.tif", "--max-min", "150", "--out", "r")
    return ask(0, "reach", *made)["artifact"]


def site(ask, way: str, within: float = 120, code: int = 0) -> dict:
    Path("spec.toml").write_text(SPEC.format(way=way, within=within), "utf-8")
    return ask(code, "scenario", "site", "spec.toml", "--out", "out")


def test_the_answer_is_that_of_the_surface_and_can_be_traced(ask, kept: str) -> None:
    searched, taken = site(ask, 'surface = "ground.tif"'), site(ask, f'reach = "sha256:{kept}"')
    differ = ("artifact", "seconds")
    assert {k: v for k, v in searched.items() if k not in differ} == {
        k: v for k, v in taken.items() if k not in differ
    }
    assert searched["value"] > 0
    assert {"on-impassable-cell": 1} in [account["excluded"] for account in taken["accounting"]]
    traced = ask(0, "trace", taken["artifact"])
    assert traced["recomputed"]["same"]
    assert [link["kind"] for link in traced["chain"]] == ["siting", "siting-inputs", "reach", "sites", "surface"]


def test_the_terms_are_those_of_the_reach_whatever_the_spec_says(ask, kept: str) -> None:
    reach = json.loads(Path("r/manifest.json").read_text("utf-8"))
    site(ask, f'reach = "sha256:{kept}"')
    made = json.loads(Path("out/manifest.json").read_text("utf-8"))
    for name in ("marking", "compartments", "licence", "attribution", "invented", "redistributable"):
        assert made[name] == reach[name], name
    assert made["marking"] == "confidential"
    site(ask, 'surface = "ground.tif"')
    assert json.loads(Path("out/manifest.json").read_text("utf-8"))["marking"] == "unclassified"


@pytest.mark.parametrize(
    ("file", "line", "named"),
    [
        ("candidates.csv", "Z,post,10.025,4.925,1", "Z"),
        ("candidates.csv", "M,post,10.035,4.855,1", "M"),
        ("points.csv", "far,11.5,4.9,11", "far"),
    ],
)
def test_what_the_reach_does_not_hold_is_named_and_refused(
    ask, kept: str, file: str, line: str, named: str
) -> None:
    with Path(file).open("a", encoding="utf-8") as table:
        table.write(f"{line}\n")
    said = site(ask, f'reach = "sha256:{kept}"', code=2)
    assert said["problem"] == "spec-invalid"
    assert said["where"] == "cover.reach"
    assert said["message"].endswith(f": {named}.")
    assert not Path("out").exists()


def test_a_site_elsewhere_and_a_shorter_search_are_refused(ask, kept: str) -> None:
    assert "150 minutes" in site(ask, f'reach = "sha256:{kept}"', within=151, code=2)["message"]
    moved = pl.read_csv("candidates.csv").with_columns(pl.col("lon") + 0.02)
    moved.write_csv("candidates.csv")
    assert "stand elsewhere" in site(ask, f'reach = "sha256:{kept}"', code=2)["message"]


def test_another_kind_of_artifact_and_two_ways_at_once_are_refused(ask, kept: str) -> None:
    inputs = ask(0, "trace", kept)["chain"]
    sites = next(link["content"] for link in inputs if link["kind"] == "sites")
    assert site(ask, f'reach = "{sites}"', code=2)["message"].endswith("another kind: sites.")
    both = f'reach = "{kept}"\nsurface = "ground.tif"'
    assert site(ask, both, code=2)["where"] == "cover.minutes"


def test_without_a_home_a_kept_reach_is_not_looked_for(ground: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("spec.toml").write_text(SPEC.format(way='reach = "sha256:0123456789"', within=60), "utf-8")
    assert run(["scenario", "site", "spec.toml", "--out", "out", "--json"]) != 0
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["problem"] == "home-missing"


def test_reach_by_air_on_a_day_serves_the_lake_and_counts_who_cannot_be_landed_at(ask) -> None:
    made = (
        "--sites",
        "sites.csv",
        "--surface",
        "ground.tif",
        "--max-min",
        "150",
        "--out",
        "r",
        "--air",
        "helicopter",
    )
    flown = ask(0, "reach", *made, "--as-of", "2020-01-01", "--mission", "UNAR")["artifact"]
    with Path("candidates.csv").open("a", encoding="utf-8") as table:
        table.write("M,post,10.035,4.855,1\n")  # in one place on that day
    said = site(ask, f'reach = "{flown}"')
    assert [row["site_id"] for row in said["plan"]] == ["A"]
    by_step = {account["step"]: account for account in said["accounting"]}
    assert by_step["starting points"]["placed"] == 1
    assert sum(by_step["starting points"]["excluded"].values()) == 3
    assert by_step["points"]["excluded"] == {}
