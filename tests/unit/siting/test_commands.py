"""The three commands on the invented country, and specs that are refused by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from tutela.cli.main import run
from tutela.kernel.problems import Problem
from tutela.studies.invented.country import build_country
from tutela.studies.invented.siting_case import siting_files
from tutela.studies.siting_options import OptionLimits, read_options, study_options
from tutela.studies.siting_specs import read_spec
from tutela.studies.siting_tables import read_tables
from tutela.studies.sitings import SitingCase, read_folder

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Path:
    """The example with a looser gap, so that it is quick without compiling."""
    folder = tmp_path_factory.mktemp("siting")
    for path in EXAMPLES.iterdir():
        shutil.copy(path, folder / path.name)
    spec = folder / "siting.toml"
    text = spec.read_text("utf-8").replace("gap = 0.001", "gap = 0.03").replace("seconds = 20", "seconds = 600")
    spec.write_text(text, "utf-8")
    return folder


def case_of(path: Path) -> SitingCase:
    spec = read_spec(path)
    return SitingCase.of(spec, read_tables(spec, read_folder(path)))


def answer(capsys, *arguments: str) -> dict:
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_example_is_what_the_invented_country_gives() -> None:
    for name, content in siting_files(build_country("small", 1)).items():
        shown = EXAMPLES / ("siting.toml" if name.endswith(".toml") else name)
        assert shown.read_bytes() == content


def test_a_plan_has_a_bound_and_says_what_binds(bench: Path, tmp_path: Path, capsys) -> None:
    said = answer(capsys, "scenario", "site", str(bench / "siting.toml"), "--out", str(tmp_path / "out"))
    assert said["value"] <= said["bound"]
    assert said["gap"] == pytest.approx((said["bound"] - said["value"]) / said["bound"])
    assert {row["action"] for row in said["plan"]} <= {"open", "keep", "close"}
    assert "money" in {item["name"] for item in said["binding"]}
    assert said["spending"]["money"] <= 116
    kept = json.loads((tmp_path / "out" / "siting.json").read_text("utf-8"))
    assert kept["artifact"] == said["artifact"]
    assert "seconds" not in kept


def test_a_trace_computes_the_plan_again_to_the_same_digest(bench: Path, tmp_path: Path, capsys) -> None:
    home, spec = str(tmp_path / "home"), str(bench / "siting.toml")
    said = answer(capsys, "scenario", "site", spec, "--out", str(tmp_path / "out"), "--home", home)
    assert not said["stopped_by_time"]
    again = answer(capsys, "trace", said["artifact"], "--home", home)
    assert again["recomputed"]["same"]
    assert said["artifact"] in again["recomputed"]["artifacts"]


def test_capacity_counts_whom_a_site_can_hold_and_calls_no_other_plan_as_good(
    bench: Path, tmp_path: Path, capsys
) -> None:
    (tmp_path / "demand.csv").write_text("point_id,weight\na,30\nb,20\nc,10\n", "utf-8")
    places = "site_id,type,cost_money,people\nP1,post,1,25\nP2,post,1,100\n"
    (tmp_path / "sites.csv").write_text(places, "utf-8")
    pairs = "site_id,point_id,value\nP1,a,1\nP1,b,1\nP2,c,1\nP2,b,1\n"
    (tmp_path / "cover.csv").write_text(pairs, "utf-8")
    spec = tmp_path / "spec.toml"
    spec.write_text(CAPACITY, "utf-8")
    said = answer(capsys, "scenario", "site", str(spec), "--out", str(tmp_path / "out"))
    assert [row["site_id"] for row in said["plan"]] == ["P2"]  # without capacity P1 would cover 50
    assert (said["value"], said["bound"]) == (pytest.approx(30.0), pytest.approx(30.0))
    assert said["alternatives"] == []
    assert any("hold" in line for line in said["limits"])


CAPACITY = (
    '[demand]\nfile = "demand.csv"\n[candidates]\nfile = "sites.csv"\n[cover]\nfile = "cover.csv"\n'
    '[objective]\nkind = "classical"\n[budget]\nmoney = 1\n[capacity]\ncolumn = "people"\n'
)


def test_an_option_with_capacity_counts_whom_its_sites_can_hold(tmp_path: Path, capsys) -> None:
    (tmp_path / "demand.csv").write_text("point_id,weight\na,30\nb,20\nc,10\n", "utf-8")
    places = "site_id,type,cost_money,people\nP1,post,1,25\nP2,post,1,100\n"
    (tmp_path / "sites.csv").write_text(places, "utf-8")
    (tmp_path / "cover.csv").write_text("site_id,point_id,value\nP1,a,1\nP1,b,1\nP2,c,1\nP2,b,1\n", "utf-8")
    (tmp_path / "spec.toml").write_text(CAPACITY, "utf-8")
    (tmp_path / "options.csv").write_text("option,site_id,type\nfirst,P1,post\nsecond,P2,post\n", "utf-8")
    said = answer(
        capsys, "scenario", "options", str(tmp_path / "spec.toml"), "--plans", str(tmp_path / "options.csv"),
        "--out", str(tmp_path / "out"),
    )  # fmt: skip
    assert [row["value"] for row in said["options"]] == [pytest.approx(25.0), pytest.approx(30.0)]
    assert [row["best_of_equal_cost"]["value"] for row in said["options"]] == [pytest.approx(30.0)] * 2
    assert any("hold" in line for line in said["limits"])


def test_options_stand_side_by_side_and_against_the_best_of_equal_cost(bench: Path, tmp_path: Path, capsys) -> None:
    plans = str(bench / "siting-options.csv")
    spec = str(bench / "siting.toml")
    said = answer(capsys, "scenario", "options", spec, "--plans", plans, "--out", str(tmp_path / "out"))
    assert [row["option"] for row in said["options"]] == ["stay", "two hubs", "spread police"]
    for row in said["options"]:
        best = row["best_of_equal_cost"]
        assert row["value"] <= best["bound"] * (1 + 1e-9)
        assert best["value"] <= best["bound"] * (1 + 1e-9)
        assert not best["stopped_by_time"]


def test_options_from_toml_are_those_from_csv(bench: Path, tmp_path: Path) -> None:
    case = case_of(bench / "siting.toml")
    from_csv = read_options(bench / "siting-options.csv", case)
    frame = pl.read_csv(bench / "siting-options.csv", infer_schema=False)
    lines = []
    for (name,), rows in frame.group_by(["option"], maintain_order=True):
        teams = ", ".join(
            f'{{ site_id = "{site}", type = "{kind}" }}'
            for _, site, kind in rows.select("option", "site_id", "type").rows()
        )
        lines.append(f'[[option]]\nname = "{name}"\nteams = [{teams}]\n')
    path = tmp_path / "options.toml"
    path.write_text("\n".join(lines), "utf-8")
    from_toml = read_options(path, case)
    assert list(from_toml) == list(from_csv)
    assert all((from_toml[name] == y).all() for name, y in from_csv.items())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[option]]\nname = 'a'\nteams = [{ site_id = 'P01' }]\n", "spec-invalid"),
        ("[[option]]\nteams = [{ site_id = 'P01', type = 'military' }]\n", "spec-invalid"),
        ("[[option]]\nname = 'a'\nteams = [{ site_id = 'P99', type = 'military' }]\n", "spec-invalid"),
        ("option = 3\n", "nothing-to-study"),
        ("= =\n", "file-unreadable"),
    ],
)
def test_options_that_do_not_fit_are_refused(bench: Path, tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "options.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(Problem) as caught:
        read_options(path, case_of(bench / "siting.toml"))
    assert caught.value.code == code


def test_options_without_time_say_so_and_their_bounds_hold(bench: Path) -> None:
    case = case_of(bench / "siting.toml")
    plans = read_options(bench / "siting-options.csv", case)
    slow = study_options(case, plans, OptionLimits(600.0, 0.03))[0].report["options"]
    fast = study_options(case, plans, OptionLimits(0.0, 0.0))[0].report["options"]
    for row, other in zip(fast, slow, strict=True):
        best = row["best_of_equal_cost"]
        assert best["stopped_by_time"]
        assert best["value"] >= row["value"] or row["breaks"]
        assert best["bound"] >= other["best_of_equal_cost"]["value"] * (1 - 1e-9)


def test_options_of_one_cost_are_held_against_one_plan(bench: Path) -> None:
    case = case_of(bench / "siting.toml")
    y = read_options(bench / "siting-options.csv", case)["stay"]
    heard: list[str] = []
    limits = OptionLimits(600.0, 0.05, lambda name, *_: heard.append(name))
    study_options(case, {"one": y, "the same": y}, limits)
    assert heard == ["one"]


def test_cuts_are_nested_and_strictly_confidential_unless_all_is_invented(
    bench: Path, tmp_path: Path, capsys
) -> None:
    spec = bench / "siting.toml"
    said = answer(capsys, "scenario", "cuts", str(spec), "--budget", "money", "--out", str(tmp_path / "a"))
    assert said["marking"] == "Unclassified"
    covered = [said["covered_now"], *(step["covered"] for step in said["steps"])]
    assert covered == sorted(covered, reverse=True)
    assert [cut["cut"] for cut in said["cuts"]] == [0.15, 0.25, 0.7]
    real = bench / "real.toml"
    real.write_text(spec.read_text("utf-8").replace("invented = true", "invented = false"), "utf-8")
    said = answer(capsys, "scenario", "cuts", str(real), "--budget", "money", "--out", str(tmp_path / "b"))
    assert said["marking"] == "Strictly confidential"


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("[demand]", "[demands]", "spec-invalid", "demands"),
        ('kind = "cooperative"', 'kind = "magic"', "spec-invalid", "objective.kind"),
        ("money = 116", "money = -1", "spec-invalid", "budget.money"),
        ("money = 116", "gold = 1", "file-header", None),
        ('"Neklulash" = 0.1', '"Nowhere" = 0.1', "spec-invalid", "floors.Nowhere"),
        ('"Neklulash" = 0.1', '"Neklulash" = 1.0', "plan-impossible", None),
        ("invented-siting-demand.csv", "missing.csv", "file-missing", None),
        ("military = 120, police = 60, civilian = 40", "military = 9", "spec-invalid", None),
    ],
)  # fmt: skip
def test_a_spec_that_does_not_fit_is_refused_by_name(
    bench: Path, tmp_path: Path, capsys, old: str, new: str, code: str, where: str | None
) -> None:
    text = (bench / "siting.toml").read_text("utf-8")
    assert old in text
    spec = bench / "wrong.toml"
    spec.write_text(text.replace(old, new), "utf-8")
    assert run(["scenario", "site", str(spec), "--out", str(tmp_path / "out"), "--json"]) == 2
    said = json.loads(capsys.readouterr().err)
    assert said["problem"] == code
    assert where in (None, said["where"])
    assert said["remedy"]
    assert not (tmp_path / "out").exists()
