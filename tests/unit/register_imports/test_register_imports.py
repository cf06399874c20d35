"""Imported facts fill what the register leaves empty, override nothing, and stay in the home that has them."""

from __future__ import annotations

import json
from datetime import date

import pytest
import typer
from typer.testing import CliRunner

from tutela.catalogue.presences import Fact, find_presence, load_fact_rows, load_presences, mandate_on
from tutela.cli import register
from tutela.data.store.homes import create_home
from tutela.kernel.markings import OUTSIDER, Marking, Principal
from tutela.kernel.problems import Problem
from tutela.studies.register_imports import (
    ImportedFact,
    keep_register_facts,
    load_imported_facts,
    match_missions,
    read_register_file,
    with_imported,
)

OWNER = Principal("owner", Marking.CONFIDENTIAL)


@pytest.fixture
def home(tmp_path, book, strengths):
    home = create_home(tmp_path / "home", demonstration=False)
    for path in (strengths, book):
        keep_register_facts(read_register_file(path), home.store)
    return home


def test_an_import_is_confidential_attributed_and_accounted_for(home):
    kept = {item.parameters["source"]: item for item in home.store.manifests(OWNER, "register-facts")}
    assert set(kept) == {"unpmm", "strengths"}
    assert all(item.marking is Marking.CONFIDENTIAL and not item.invented for item in kept.values())
    assert "Hellmüller" in kept["unpmm"].attribution
    assert "2024" in kept["unpmm"].attribution
    assert "terms not seen" in kept["unpmm"].licence
    assert kept["unpmm"].accounting[0].input == 12


def test_who_may_not_read_the_artifact_gets_no_fact_of_it(home):
    found = load_imported_facts(home.store, OUTSIDER)
    assert found.presences == ()
    assert found.facts == {}


def test_missions_that_the_register_lacks_become_presences_of_the_home(home):
    found = load_imported_facts(home.store, OWNER)
    assert [(item.presence_id, item.kind, item.hosts, item.status) for item in found.presences] == [
        ("X-TWO-B", "PKO_MULTIDIMENSIONAL_POC", ("TCD",), "closed"),
        ("XONE", "SPM_SMALL_FIELD", ("TCD",), "closed"),
    ]
    two, one = found.presences
    assert {item.identity for item in found.presences} == {"imported"}
    assert two.also == ("X TWO/B",)
    assert one.fact("started") == Fact(
        "1950-03-01",
        "UN Peace Mission Mandates (UNPMM), V2.0, to 31 December 2022",
        "1950-03-01",
        "imported",
    )
    assert one.fact("authorised_military").value == "20"
    assert one.fact("deployed_military").value == ""
    assert len(one.history["mandate_task"]) == 3
    assert "mandate_task" not in one.facts
    assert mandate_on(one, date(1951, 5, 1)).state == "not known"


def test_an_imported_fact_fills_an_empty_field_and_overrides_none(home):
    before = find_presence("MINUSCA")
    after = with_imported(before, load_imported_facts(home.store, OWNER).facts["MINUSCA"])
    for field, fact in before.facts.items():
        if fact.value:
            assert after.fact(field) == fact
    history = after.history["protection_mandate"]
    assert [fact.status for fact in history][:1] == ["imported"]
    assert set(before.history["protection_mandate"]) < set(history)
    for day in (date(2014, 9, 30), date(2020, 1, 1), date(2026, 1, 1)):
        for field in before.history:
            if before.fact_on(field, day).value:
                assert after.fact_on(field, day) == before.fact_on(field, day)


def test_a_past_month_finds_the_strength_of_that_month(home):
    facts = load_imported_facts(home.store, OWNER).facts["MINUSCA"]
    after = with_imported(find_presence("MINUSCA"), facts)
    assert after.fact_on("deployed_military", date(2014, 9, 30)).value == "7649"
    assert after.fact_on("deployed_military", date(2014, 10, 1)).value == "7750"


def test_facts_of_another_presence_change_nothing():
    presence = find_presence("UNMISS")
    other = ImportedFact("MINUSCA", "started", "2014-04-10", "a table", "2014-04-10")
    assert with_imported(presence, [other]) is presence


def test_a_presence_without_history_keeps_its_own_fact_first():
    presence = find_presence("UNMISS")
    bare = type(presence)(
        **{
            name: getattr(presence, name) for name in ("presence_id", "name", "kind", "hosts", "status", "invented")
        },
        facts={"started": Fact("2011-07-09", "a resolution", "2011-07-09", "verified")},
    )
    after = with_imported(bare, [ImportedFact("UNMISS", "started", "2011-07-10", "a table", "2011-07-10")])
    assert after.fact("started").value == "2011-07-09"
    assert after.fact_on("started", date(2020, 1, 1)).value == "2011-07-09"
    assert [fact.value for fact in after.history["started"]] == ["2011-07-10", "2011-07-09"]


def test_a_later_import_of_the_same_source_takes_the_place_of_the_first(home, write_book, mission_year):
    keep_register_facts(read_register_file(write_book([mission_year("XNEW", 1950)], "later.xlsx")), home.store)
    ids = {item.presence_id for item in load_imported_facts(home.store, OWNER).presences}
    assert ids == {"XNEW", "XONE"}  # XONE is in the table of strengths too


def test_offices_of_one_name_are_not_taken_for_each_other(shared):
    reading = read_register_file(shared / "presence" / "UNPMM_V2.0.xlsx")
    told_of = match_missions(reading.missions)
    assert told_of["BNUB"] == "BNUB"
    assert told_of["UNOB"] == "UNOB"
    assert told_of["UN VERIFICATION MISSION COLOMBIA"] == "UNVMC"
    assert told_of["SPECIAL ENVOY SYRIA"] == "OSE-Syria"
    assert len(set(told_of.values())) == 141


def test_an_unknown_source_is_refused(book):
    with pytest.raises(Problem) as caught:
        read_register_file(book, "wiki")
    assert caught.value.code == "option-invalid"


def test_the_command_keeps_the_facts_and_says_what_it_did(tmp_path, book, strengths):
    app = typer.Typer()
    app.command("import")(register.import_)
    home = str(tmp_path / "new")
    result = CliRunner().invoke(app, [str(book), "--into", home, "--json"])
    report = json.loads(result.stdout)
    assert report["missions"] == 3
    assert report["matched"] == 1
    assert report["not_in_register"] == ["X TWO/B", "XONE"]
    assert report["accounting"]["placed"] + sum(report["accounting"]["excluded"].values()) == 12
    assert report["marking"] == "confidential"
    spoken = CliRunner().invoke(app, [str(strengths), "--into", home, "--source", "strengths"]).stdout
    assert "2 missions" in spoken
    assert "left out, month-twice: 1" in spoken


def test_nothing_imported_is_shipped_with_the_register():
    assert "imported" not in {presence.identity for presence in load_presences()}
    assert "imported" not in {row.fact.status for row in load_fact_rows()}
