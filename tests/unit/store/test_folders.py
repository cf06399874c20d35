import pytest

from tutela.data.store.folders import OUT_MARK, write_file, write_folder, write_out
from tutela.kernel.problems import Problem


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_it_refuses_to_overwrite_what_it_did_not_write(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_bytes(b"mine")
    with pytest.raises(Problem) as caught:
        write_out(out, {"a.json": b"{}"})
    assert caught.value.code == "out-not-writable"
    with pytest.raises(Problem):
        write_out(out / "thesis.docx", {"a.json": b"{}"})
    assert names(out) == ["thesis.docx"]


def test_it_replaces_its_own_output_whole(tmp_path):
    out = tmp_path / "deep" / "out"
    write_out(out, {"old.json": b"1"})
    write_out(out, {"new.json": b"2"})
    assert names(out) == ["new.json", OUT_MARK]
    assert names(out.parent) == ["out"]


@pytest.mark.parametrize("failing", ["tutela.data.store.folders.write_file", "pathlib.Path.rename"])
def test_when_it_fails_the_old_output_is_still_there(tmp_path, monkeypatch, failing):
    out = tmp_path / "out"
    write_out(out, {"old.json": b"1"})

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(failing, full)
    with pytest.raises(Problem) as caught:
        write_out(out, {"new.json": b"2"})
    assert "No space left" in caught.value.message
    assert names(tmp_path) == ["out"]
    assert (out / "old.json").read_bytes() == b"1"


def test_when_the_last_step_fails_the_old_output_comes_back(tmp_path, monkeypatch):
    out = tmp_path / "out"
    write_out(out, {"old.json": b"1"})
    rename, calls = type(out).rename, []

    def second_fails(self, target):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(type(out), "rename", second_fails)
    with pytest.raises(Problem):
        write_out(out, {"new.json": b"2"})
    assert (out / "old.json").read_bytes() == b"1"


def test_a_file_is_whole_or_not_there(tmp_path):
    with pytest.raises(TypeError):
        write_file(tmp_path / "a", "text is no bytes")
    assert names(tmp_path) == []
    write_file(tmp_path / "a", b"1")
    assert names(tmp_path) == ["a"]


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    assert write_folder(tmp_path / "a", lambda folder: write_file(folder / "x", b"1"))
    assert not write_folder(tmp_path / "a", lambda folder: write_file(folder / "x", b"2"))
    assert (tmp_path / "a" / "x").read_bytes() == b"1"
    assert names(tmp_path) == ["a"]


def test_a_race_for_one_folder_has_one_winner(tmp_path, monkeypatch):
    rename = type(tmp_path).rename

    def beaten(self, target):
        target.mkdir()
        (target / "x").write_bytes(b"theirs")
        return rename(self, target)

    monkeypatch.setattr(type(tmp_path), "rename", beaten)
    assert not write_folder(tmp_path / "a", lambda folder: write_file(folder / "x", b"ours"))
    assert (tmp_path / "a" / "x").read_bytes() == b"theirs"
    assert names(tmp_path) == ["a"]


def test_a_failed_move_is_told(tmp_path, monkeypatch):
    def denied(*_args):
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "rename", denied)
    with pytest.raises(OSError, match="denied"):
        write_folder(tmp_path / "a", lambda folder: None)
    assert names(tmp_path) == []
