import pytest

from tutela.data.store.homes import create_home, find_home, open_home, require_home
from tutela.kernel.problems import Problem


def refused(call):
    with pytest.raises(Problem) as caught:
        call()
    return caught.value.code


def test_it_refuses_a_folder_that_is_no_home(tmp_path):
    assert refused(lambda: open_home(tmp_path)) == "home-missing"
    assert refused(lambda: find_home(tmp_path, {})) == "home-missing"
    assert refused(lambda: find_home(None, {"TUTELA_HOME": str(tmp_path)})) == "home-missing"


def test_without_a_home_it_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_home(None, {"HOME": str(tmp_path)}) is None
    with pytest.raises(Problem) as caught:
        require_home(None, {"HOME": str(tmp_path)})
    assert "tutela demo" in caught.value.remedy


def test_it_refuses_other_peoples_folders(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    assert refused(lambda: create_home(tmp_path, demonstration=False)) == "out-not-writable"
    assert refused(lambda: create_home(tmp_path / "letter.txt", demonstration=False)) == "out-not-writable"


def test_the_invented_country_does_not_go_into_a_home_with_real_work(tmp_path):
    create_home(tmp_path / "home", demonstration=False)
    assert refused(lambda: create_home(tmp_path / "home", demonstration=True)) == "out-not-writable"


def test_a_home_is_created_once_and_opened_after(tmp_path):
    made = create_home(tmp_path / "home", demonstration=True)
    assert create_home(tmp_path / "home", demonstration=False) == made
    assert open_home(tmp_path / "home").is_demonstration
    assert (made.root / "keys").stat().st_mode & 0o777 == 0o700
    assert made.store.root.is_dir()
    assert made.cache.is_dir()
    assert made.demonstration.parent == made.root


def test_a_broken_mark_is_named(tmp_path):
    create_home(tmp_path / "home", demonstration=True)
    (tmp_path / "home" / "home.json").write_text("[]")
    assert refused(lambda: open_home(tmp_path / "home")) == "home-missing"


def test_a_folder_that_may_not_be_written_is_named(tmp_path, monkeypatch):
    def denied(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", denied)
    assert refused(lambda: create_home(tmp_path / "home", demonstration=True)) == "out-not-writable"


def test_the_home_is_looked_for_in_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    environment = {"HOME": str(tmp_path)}
    users = create_home(tmp_path / ".local" / "share" / "tutela", demonstration=False)
    assert find_home(None, environment) == users
    here = create_home(tmp_path / "build" / "home", demonstration=True)
    assert find_home(None, environment).root.resolve() == here.root.resolve()
    named = create_home(tmp_path / "named", demonstration=False)
    environment["TUTELA_HOME"] = str(named.root)
    assert find_home(None, environment) == named
    assert find_home(users.root, environment) == users
    elsewhere = create_home(tmp_path / "data" / "tutela", demonstration=False)
    (tmp_path / "build" / "home" / "home.json").unlink()
    assert require_home(None, {"XDG_DATA_HOME": str(tmp_path / "data")}) == elsewhere
