import json

import pytest

NEAR = ("--events", "events.csv", "--sites", "sites.csv", "--as-of", "2020-12-31")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("vicinity", *NEAR[:-1], "31/12/2020", "--out", "out"), "date-invalid"),
        (("vicinity", *NEAR, "--out", "out", "--within-km", "5;30"), "option-invalid"),
        (("vicinity", *NEAR, "--out", "out", "--within-km", "-5"), "option-invalid"),
        (("vicinity", *NEAR, "--out", "."), "out-not-writable"),
        (("vicinity", "--events", "nowhere.csv", *NEAR[2:], "--out", "out"), "file-missing"),
        (("vicinity", *NEAR), "option-invalid"),
        (("statement", "build", "MINUSKA", *NEAR, "--out", "out"), "presence-unknown"),
        (("events", "import", "events.csv"), "home-missing"),
        (("trace", "0123456789"), "home-missing"),
        (("trace", "not-a-digest", "--home", "home"), "home-missing"),
        (("presence", "list", "--kind", "ARMY"), "option-invalid"),
        (("presence", "show", "ATLANTIS"), "presence-unknown"),
        (("no-such-command",), "option-invalid"),
        (("serve",), "home-missing"),
    ],
)
def test_bad_input_is_refused_in_one_line_and_nothing_is_written(world, tutela, arguments, problem):
    before = sorted(world.rglob("*"))
    code, _, said = tutela(*arguments, "--json")
    if said.startswith("{"):
        assert json.loads(said)["problem"] == problem
        assert json.loads(said)["remedy"]
    assert code == 2
    assert said.count("\n") == 1
    assert sorted(world.rglob("*")) == before
    code, _, said = tutela(*arguments)
    assert code == 2
    assert said.startswith("tutela: ")
    assert said.count("\n") == 1


def test_inspecting_says_what_is_there_and_what_is_not(world, tutela):
    code, report, _ = tutela("events", "inspect", "events.csv", "--json")
    assert code == 0
    expected = {"events": 6, "best": 33, "low": 30, "high": 45, "civilians": 25}
    assert {name: report["totals"][name] for name in expected} == expected
    assert report["files"][0]["placed"] == 6
    assert report["by_country"]["CAF"]["best"] == 33
    code, text, _ = tutela("events", "inspect", "events.csv")
    assert code == 0
    assert "Civilians among them: 25" in text


def test_a_bad_row_is_left_out_by_name_and_refused_when_strict(world, tutela):
    text = (world / "events.csv").read_text()
    many = "".join(f"f{i},2020-01-01,10,5,CAF,one_sided,1,1,1,1,1,A,Civilians\n" for i in range(200))
    (world / "events.csv").write_text(text + many + "bad,2020-01-01,10,5,CAF,one_sided,-1,1,1,1,1,A,Civilians\n")
    code, report, _ = tutela("events", "inspect", "events.csv", "--json")
    assert code == 0
    assert report["files"][0]["excluded"] == {"deaths-negative": 1}
    assert report["files"][0]["excluded_rows"][0]["line"] == 208
    assert tutela("events", "inspect", "events.csv", "--strict")[0] == 2


def test_the_vicinity_has_the_agreed_shape(world, tutela):
    code, report, said = tutela("vicinity", *NEAR, "--within-km", "30", "--out", "out", "--json")
    assert code == 0
    assert "No home was found" in said
    # e3 falls on the closing day of one, but is 27.7 km from two
    assert (report["events_inside"], report["pairs"]) == (3, 4)
    assert (
        report["events_inside"]
        + report["events_outside"]
        + report["unplaceable"]["events"]
        + sum(report["excluded"].values())
        == report["input"]
    )
    assert report["excluded"] == {"after-as-of": 1}
    assert {row["site_id"] for row in report["sites"]} == {"MINUSCA/one", "MINUSCA/two"}
    assert json.loads((world / "out" / "vicinity.json").read_text())["artifact"] == report["artifact"]
    code, text, _ = tutela("vicinity", *NEAR, "--out", "out")
    assert code == 0
    assert "events inside" in text


def test_a_figure_is_traced_to_its_rows(world, tutela):
    home = ("--home", world / "home")
    code, report, _ = tutela("statement", "build", "MINUSCA", *NEAR, "--out", "out", *home, "--json")
    assert code == 0
    claims = json.loads((world / "out" / "claims.json").read_text())
    assert report["figures"] == len(claims["figures"]) > 0
    figure = next(item for item in claims["figures"] if item.get("query") and item["query"]["where"] == "inside")
    code, traced, _ = tutela("trace", figure["digest"][:12], *home, "--json")
    assert code == 0
    assert traced["recomputed"]["same"] is True
    assert {link["kind"] for link in traced["chain"]} == {"statement", "vicinity", "events", "sites"}
    assert {file["found"] for file in traced["files"]} == {"unchanged"}
    assert all(row["file"].endswith("events.csv") for row in traced["rows"])
    code, text, _ = tutela("trace", figure["digest"][:12], *home)
    assert code == 0
    assert "Computed again: the same." in text
    code, checked, _ = tutela("statement", "verify", "out", *home, "--json")
    assert code == 0
    assert checked["figures"] == report["figures"]


def test_an_altered_statement_is_found_out(world, tutela):
    home = ("--home", world / "home")
    tutela("statement", "build", "MINUSCA", *NEAR, "--out", "out", *home)
    page = world / "out" / "statement.html"
    page.write_text(page.read_text().replace("MINUSCA", "MINUSKA", 1))
    code, _, said = tutela("statement", "verify", "out", *home)
    assert code == 3
    assert "statement" in said


def test_the_same_files_in_any_row_order_give_the_same_artifacts(world, tutela):
    _, first, _ = tutela("vicinity", *NEAR, "--out", "a", "--json")
    header, *rows = (world / "events.csv").read_text().splitlines()
    (world / "events.csv").write_text("\n".join([header, *reversed(rows)]) + "\n")
    _, second, _ = tutela("vicinity", *NEAR, "--out", "b", "--workers", 2, "--json")
    assert second["artifact"] == first["artifact"]


def test_events_are_kept_in_a_home(world, tutela):
    code, report, _ = tutela("events", "import", "events.csv", "--into", "home", "--json")
    assert code == 0
    assert report["accounting"]["placed"] == 6
    code, traced, _ = tutela("trace", report["artifact"], "--home", "home", "--json")
    assert code == 0
    assert [link["kind"] for link in traced["chain"]] == ["events"]
    assert "Kept 6 of 6 rows" in tutela("events", "import", "events.csv", "--home", "home")[1]


def test_the_register_is_read(world, tutela):
    code, rows, _ = tutela("presence", "list", "--json")
    assert code == 0
    assert len(rows) >= 40
    assert "MINUSCA" in tutela("presence", "list", "--status", "current")[1]
    code, shown, _ = tutela("presence", "show", "UNMISS", "--on", "2026-06-01", "--json")
    assert code == 0
    assert shown["mandate_on"]["state"] == "last known, confirm"
    assert "last known, confirm" in tutela("presence", "show", "UNMISS", "--on", "2026-06-01")[1]


def test_a_file_of_sites_is_inspected(world, tutela):
    code, report, _ = tutela("presence", "inspect", "sites.csv", "--as-of", "2020-03-15", "--json")
    assert code == 0
    assert report["placed"] == 2
    assert "2 placed" in tutela("presence", "inspect", "sites.csv")[1]


def test_the_doctor_says_what_is_missing(world, tutela):
    code, findings, _ = tutela("doctor", "--json")
    assert code == 0
    assert {item["what"]: item["state"] for item in findings}["home"] == "missing"
    assert tutela("doctor", "--home", world)[0] == 2


def test_help_is_shown(world, tutela):
    code, text, _ = tutela("--help")
    assert code == 0
    assert "vicinity" in text


def test_the_doctor_names_artifacts_that_cannot_be_read(world, tutela):
    tutela("events", "import", "events.csv", "--into", "home", "--json")
    (sealed,) = (world / "home" / "store").glob("*/*/manifest.*.age")
    sealed.write_bytes(b"{}")
    code, findings, _ = tutela("doctor", "--home", "home", "--json")
    assert code == 2
    assert sealed.parent.name[:12] in next(item["remedy"] for item in findings if item["what"] == "home")


def test_the_doctor_says_that_keys_are_missing_and_seals_what_lies_in_the_clear(world, tutela, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr("tutela.data.store.artifacts._is_sealed", lambda _manifest: False)
        _, report, _ = tutela("events", "import", "events.csv", "--into", "home", "--json")

    def said(*options: str) -> tuple[int, str]:
        code, findings, _ = tutela("doctor", *options, "--home", "home", "--json")
        return code, next(item["remedy"] for item in findings if item["what"] == "home")

    assert said() == (2, "1 artifacts above unclassified lie in the clear: run tutela doctor --seal.")
    code, remedy = said("--seal")
    assert code == 0 and "artifacts" not in remedy
    assert not list((world / "home" / "store").glob("*/*/manifest.json"))
    assert tutela("trace", report["artifact"], "--home", "home")[0] == 0
    (key,) = (world / "home" / "keys").glob("store-*.key")
    key.rename(world / "kept elsewhere")
    code, remedy = said()
    assert code == 2 and remedy.startswith("1 artifacts are sealed under keys that are not in ")
    code, _, problem = tutela("trace", report["artifact"], "--home", "home")
    assert code == 3 and "TUTELA_KEYS" in problem and problem.count("\n") == 1


def test_a_table_of_strengths_is_kept_and_shown_beside_the_register(world, tutela):
    header = "date,mission,troops_auth,troops_actual"
    (world / "strange.csv").write_text(f"{header}\n2010-01,MINUSCA,1,1\n")
    code, _, said = tutela("presence", "import", "strange.csv", "--into", "home")
    assert code == 2
    assert said.count("\n") == 1
