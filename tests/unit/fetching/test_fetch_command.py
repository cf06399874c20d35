import json
import subprocess
import sys

import pytest
from stand_in import TOKEN, answer_with, invented_rows

from tutela.cli import speaking
from tutela.cli.main import run
from tutela.data.fetching import addresses


@pytest.fixture
def tutela(tmp_path, monkeypatch, capsys, api):
    """Run `events fetch` against the stand-in; gives exit code, what was printed, what was said on stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(addresses.TOKEN_VARIABLE, TOKEN)

    def call(*arguments):
        code = run(["events", "fetch", *arguments, "--address", api.address, "--page-rows", "1000"])
        said = capsys.readouterr()
        assert TOKEN not in said.out + said.err
        return code, said.out, said.err

    return call


def test_a_release_is_fetched_and_then_read_by_the_other_commands(tutela, capsys):
    code, text, said = tutela("25.1", "--out", "events.csv")
    assert (code, said) == (0, "")
    assert "25 events of version 25.1, 1 pages" in text
    assert run(["events", "inspect", "events.csv", "--json"]) == 0
    file = json.loads(capsys.readouterr().out)["files"][0]
    assert (file["source"], file["vintage"], file["placed"]) == ("ucdp-ged", "25.1", 25)


def test_json_says_what_the_file_is(tutela):
    code, text, _ = tutela("25.1", "--out", "events.parquet", "--country", "CAF", "--from", "2020-03-01", "--json")
    report = json.loads(text)
    assert code == 0
    assert (report["path"], report["vintage"], report["total_count"]) == ("events.parquet", "25.1", 25)
    assert report["asked"] == {"Country": "482", "StartDate": "2020-03-01"}
    assert report["fetched_on"] >= "2026"


def test_countries_are_asked_for_by_the_numbers_ucdp_uses(tutela, api):
    api.rows = [*invented_rows(3), *invented_rows(30, country="DR Congo (Zaire)", country_id=490)[3:]]
    code, text, _ = tutela(
        "25.1", "--out", "a.csv", "--country", "Democratic Republic of the Congo", "--to", "2020-12-31", "--json"
    )
    assert code == 0
    assert json.loads(text)["total_count"] == 27
    assert "Country=490&EndDate=2020-12-31" in api.seen[0][0]


def test_the_token_may_stand_in_a_file_which_goes_before_the_setting(tutela, tmp_path, monkeypatch):
    monkeypatch.setenv(addresses.TOKEN_VARIABLE, "another")
    (tmp_path / "token").write_text(TOKEN + "\n")
    assert tutela("25.1", "--out", "a.csv", "--token-file", "token")[0] == 0


def test_progress_is_told_page_by_page_on_a_terminal_only(tutela, monkeypatch):
    told = []

    class Progress:
        def __init__(self, *columns, **options):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def add_task(self, *arguments, **options):
            return 0

        def update(self, task, *, description, completed, total):
            told.append((description, completed, total))

    monkeypatch.setattr(speaking, "Progress", Progress)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert tutela("25.1", "--out", "a.csv")[0] == 0
    assert ("page 0", 25, 25) in told


def test_the_second_run_says_what_the_first_had_kept(tutela, api, capsys, tmp_path):
    command = ["events", "fetch", "25.1", "--out", "a.csv", "--address", api.address, "--page-rows", "20"]
    api.always[1] = answer_with(410)
    assert run(command) == 2
    assert "goes on from there" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [".a.csv.fetching"]
    api.always.clear()
    assert run(command) == 0
    assert "2 pages, 1 of them from an earlier run" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("latest", "--out", "a.csv"), "option-invalid"),
        (("25.1/../../x", "--out", "a.csv"), "option-invalid"),
        (("25.1?x=1", "--out", "a.csv"), "option-invalid"),
        (("25.1", "--out", "a.xlsx"), "option-invalid"),
        (("25.1", "--out", "there.csv"), "out-not-writable"),
        (("25.1", "--out", "a.csv", "--country", "Atlantis"), "country-unknown"),
        (("25.1", "--out", "a.csv", "--country", "Aruba"), "country-unknown"),
        (("25.1", "--out", "a.csv", "--from", "1/1/2020"), "date-invalid"),
        (("25.1", "--out", "a.csv", "--from", "2020-02-01", "--to", "2020-01-01"), "option-invalid"),
        (("25.1", "--out", "a.csv", "--token-file", "nowhere"), "file-missing"),
        (("25.1", "--out", "a.csv", "--token-file", "."), "file-unreadable"),
        (("25.1", "--out", "a.csv", "--token-file", "binary"), "file-unreadable"),
        (("25.1", "--out", "a.csv", "--token-file", "two"), "option-invalid"),
        (("25.1",), "option-invalid"),
    ],
)
def test_bad_input_is_refused_in_one_line_before_anything_is_asked(tutela, api, tmp_path, arguments, problem):
    (tmp_path / "there.csv").write_text("mine")
    (tmp_path / "binary").write_bytes(b"\xff" * 20)
    (tmp_path / "two").write_text(f"{TOKEN}\n{TOKEN}\n")
    before = sorted(tmp_path.rglob("*"))
    code, _, said = tutela(*arguments, "--json")
    assert code == 2
    assert json.loads(said)["problem"] == problem
    assert said.count("\n") == 1
    assert api.seen == []
    assert sorted(tmp_path.rglob("*")) == before


def test_without_a_token_nothing_is_asked(tutela, api, monkeypatch):
    monkeypatch.delenv(addresses.TOKEN_VARIABLE)
    code, _, said = tutela("25.1", "--out", "a.csv")
    assert code == 2
    assert addresses.TOKEN_VARIABLE in said
    assert api.seen == []


def test_a_refused_token_exits_as_other_problems_do(tutela, api, monkeypatch):
    monkeypatch.setenv(addresses.TOKEN_VARIABLE, "an-old-token")
    code, _, said = tutela("25.1", "--out", "a.csv", "--json")
    assert code == 2
    assert json.loads(said)["problem"] == "fetch-refused"
    assert "an-old-token" not in said


@pytest.mark.parametrize(
    "address",
    [
        "ucdp.example",
        "http://ucdp.example/api",
        "http://127.0.0.1.example/api",
        "ftp://127.0.0.1/api",
        "https://user:secret@ucdp.example/api",
        "https://ucdp.example/api?token=secret",
        "https://ucdp.example/api#secret",
        "https://ucdp.example:port/api",
        "https://[::1/api",
        "https://ucdp.example/a b",
        "https://ucdp.example/\r\nx",
        "https:///api",
        "",
    ],
)
def test_an_address_that_is_not_encrypted_or_holds_more_is_refused_unshown(tmp_path, monkeypatch, capsys, address):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(addresses.TOKEN_VARIABLE, TOKEN)
    assert run(["events", "fetch", "25.1", "--out", "a.csv", "--address", address]) == 2
    said = capsys.readouterr().err
    assert "--address" in said
    assert "secret" not in said


@pytest.mark.parametrize("address", ["https://ucdp.example/api/", "http://localhost:1/api", "http://[::1]:1/api"])
def test_https_and_this_machine_are_taken(address):
    assert addresses.check_address(address) == address.rstrip("/")


def test_the_documented_address_is_one_that_is_taken():
    assert addresses.check_address(addresses.DEFAULT_ADDRESS) == addresses.DEFAULT_ADDRESS


def test_the_network_is_loaded_by_no_other_command(root):
    code = "import sys, tutela.cli.main; print('tutela.data.fetching.replies' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
