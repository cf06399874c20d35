import json
import re

import pytest

from tutela.data.store.homes import create_home, open_home
from tutela.kernel.digests import recipe_digest
from tutela.kernel.markings import OUTSIDER, Marking
from tutela.kernel.problems import Problem
from tutela.studies.demonstration import build_demonstration
from tutela.studies.executor import Pool, Serial
from tutela.studies.owner import OWNER
from tutela.studies.shelf import open_shelf
from tutela.studies.statement_verifying import verify_statement
from tutela.studies.tracing import trace


def build(root, executor):
    told = []
    report = build_demonstration(
        root, size="small", seed=1, executor=executor, told=lambda what, done, of: told.append((what, done, of))
    )
    assert all(done <= of for _, done, of in told)
    return report


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    root = tmp_path_factory.mktemp("demo") / "home"
    report = build(root, Serial())
    return open_home(root), report


def test_it_does_not_go_into_a_home_with_real_work(tmp_path):
    create_home(tmp_path / "home", demonstration=False)
    with pytest.raises(Problem) as caught:
        build(tmp_path / "home", Serial())
    assert caught.value.code == "out-not-writable"


def test_six_kinds_of_presence_are_stated_and_all_of_it_says_invented(demonstration):
    home, report = demonstration
    shelf = open_shelf(home)
    assert shelf.is_demonstration
    assert shelf.principal is OUTSIDER
    assert len(report["statements"]) == 6
    for item in report["statements"]:
        study = shelf.find_study(item["presence"])
        assert study.invented
        assert study.marking is Marking.UNCLASSIFIED
        assert "Invented country" in study.statement_html
        assert len(study.claims["figures"]) == item["figures"]
        assert study.map_svg.startswith("<svg")
        assert shelf.find_presence(item["presence"]).invented
    assert shelf.studied() == {item["presence"] for item in report["statements"]}
    assert all(manifest.invented for manifest in home.store.manifests(OWNER))


def test_a_pool_builds_the_same_demonstration(demonstration, tmp_path):
    again = build(tmp_path / "home", Pool(2))
    assert (again["statements"], again["outlook"]) == (demonstration[1]["statements"], demonstration[1]["outlook"])


def test_every_figure_of_every_statement_comes_out_again(demonstration, tmp_path):
    home, report = demonstration
    for item in report["statements"]:
        folder = tmp_path / item["presence"]
        folder.mkdir()
        for name in home.store.find(item["statement"], OWNER).about["files"]:
            (folder / name).write_bytes(home.store.load_document(item["statement"], name, OWNER))
        checked = verify_statement(folder / "claims.json", home.store, OUTSIDER)
        assert checked["figures"] == item["figures"]
        assert checked["computed_again"] > 0


def test_a_presence_without_force_prints_no_empty_tables_and_no_zero_reached(demonstration):
    home, report = demonstration
    shelf = open_shelf(home)
    pages = {item["presence"]: shelf.find_study(item["presence"]).statement_html for item in report["statements"]}
    for presence in ("IPMA", "IESAT", "IUNCTA"):
        assert "0 reached" not in pages[presence]
        assert "patrol gap" not in pages[presence]
        assert "<tbody></tbody>" not in pages[presence].replace("\n", "").replace(" ", "")
    for page in pages.values():
        assert not re.search(r"\bsafe(r|ly|st)?\b", page.lower())


def test_an_altered_claim_is_found_out(demonstration, tmp_path):
    home, report = demonstration
    item = report["statements"][0]
    for name in home.store.find(item["statement"], OWNER).about["files"]:
        (tmp_path / name).write_bytes(home.store.load_document(item["statement"], name, OWNER))
    claims = json.loads((tmp_path / "claims.json").read_text())
    claims["statement"]["figures"] = recipe_digest({"figures": []})
    (tmp_path / "claims.json").write_text(json.dumps(claims))
    with pytest.raises(Problem) as caught:
        verify_statement(tmp_path, home.store, OUTSIDER)
    assert caught.value.code == "artifact-unknown"
    (tmp_path / "claims.json").write_text("[]")
    with pytest.raises(Problem) as caught:
        verify_statement(tmp_path, home.store, OUTSIDER)
    assert caught.value.code == "statement-altered"
    (tmp_path / "claims.json").unlink()
    with pytest.raises(Problem) as caught:
        verify_statement(tmp_path, home.store, OUTSIDER)
    assert caught.value.code == "file-missing"


def test_a_trace_says_whether_the_file_is_still_the_same(demonstration):
    home, report = demonstration
    digest = report["statements"][0]["statement"]
    events = home.demonstration / "invented-events.csv"
    before = events.read_bytes()
    assert {file["found"] for file in trace(home.store, digest, OWNER).files} == {"unchanged"}
    try:
        events.write_bytes(before + b"\n")
        assert {file["found"] for file in trace(home.store, digest, OWNER).files} == {"unchanged", "changed since"}
        events.unlink()
        assert {file["found"] for file in trace(home.store, digest, OWNER).files} == {"unchanged", "not there"}
    finally:
        events.write_bytes(before)


def test_a_trace_refuses_what_it_does_not_know(demonstration):
    home, _ = demonstration
    for digest, code in (("0" * 64, "artifact-unknown"), ("xyz", "option-invalid")):
        with pytest.raises(Problem) as caught:
            trace(home.store, digest, OWNER)
        assert caught.value.code == code


def test_a_real_statement_in_the_same_home_is_not_on_the_outsiders_shelf(demonstration):
    home, report = demonstration
    shelf = open_shelf(home, OWNER)
    assert shelf.find_study("MINUSCA") is None
    assert len(shelf.presences()) > 100
    assert shelf.find_presence("ATLANTIS") is None
    assert len(shelf.studied()) == len(report["statements"])


def test_it_ships_an_outlook_whose_first_forecast_was_scored_and_whose_second_stands(demonstration):
    home, report = demonstration
    shelf = open_shelf(home)
    newest, before = shelf.outlooks()
    assert [newest.content, before.content] == report["outlook"][::-1]
    assert newest.invented
    assert newest.marking is Marking.UNCLASSIFIED
    assert newest.parameters["origin"] > before.parameters["origin"]
    held = shelf.load_outlook(newest.content)
    mission = held.missions()[0]
    assert held.near(mission)
    assert held.near("nobody") == {}
    scored, standing = shelf.outlook_record()
    assert standing["outcomes"] == []
    past = shelf.load_past(shelf.load_outlook(scored["digest"]).kept, scored["outcomes"][-1])
    assert past.is_late
    recorded = scored["outcomes"][-1]["late"]["mean"]
    mine = next(item for item in past.scores if (item.lead, item.score) == (0, "crps"))
    assert mine.ours == pytest.approx(recorded["crps"])
    assert mine.theirs == pytest.approx(scored["outcomes"][-1]["late"]["conflictology-12"]["crps"], rel=0.01)
