import dataclasses
import json
import shutil

import numpy as np
import pytest

from tutela.data.store.artifacts import Content, Store
from tutela.kernel.manifests import Manifest
from tutela.kernel.markings import OUTSIDER, Marking, Principal
from tutela.kernel.problems import Problem

OWNER = Principal("owner", Marking.STRICTLY_CONFIDENTIAL)
TABLE = {
    "id": np.array(["b", "a"]),
    "day": np.array(["2020-01-01", "NaT"], dtype="M8[D]"),
    "deaths": np.array([np.nan, 2.0]),
    "code": np.array([1, 2], dtype=np.int8),
}
CONTENT = Content({"rows": TABLE}, {"page.html": b"<p>"})


def test_a_store_that_was_altered_is_found_out_by_its_rows(store):
    kept = keep(store)
    other = Content({"rows": TABLE | {"code": TABLE["code"] + 1}})
    elsewhere = keep(Store(store.root.parent / "other"), other)
    theirs = store.root.parent / "other" / elsewhere.content[:2] / elsewhere.content / "rows.parquet"
    shutil.copy(theirs, store.root / kept.content[:2] / kept.content)
    with pytest.raises(Problem) as caught:
        store.verify(kept, OUTSIDER)
    assert caught.value.code == "artifact-damaged"


def keep(store, content=CONTENT, marking=Marking.UNCLASSIFIED, **changes):
    manifest = Manifest("thing", "t", content.digest, marking=marking, **changes)
    return store.write(manifest, content)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def test_it_refuses_a_reader_who_is_not_cleared(store):
    kept = keep(store, marking=Marking.CONFIDENTIAL)
    for read in (
        lambda: store.find(kept.content, OUTSIDER),
        lambda: store.find(kept.content[:8], OUTSIDER),
        lambda: store.load_table(kept.content, "rows", OUTSIDER),
        lambda: store.load_document(kept.content, "page.html", OUTSIDER),
    ):
        with pytest.raises(Problem) as caught:
            read()
        assert caught.value.code == "not-allowed"
    assert list(store.manifests(OUTSIDER)) == []


def test_it_refuses_what_is_no_digest_and_what_it_does_not_have(store):
    keep(store)
    for text, code in [
        ("abc", "option-invalid"),
        ("../../../../etc", "option-invalid"),
        ("0" * 64, "artifact-unknown"),
    ]:
        with pytest.raises(Problem) as caught:
            store.find(text, OWNER)
        assert caught.value.code == code


def test_it_refuses_a_beginning_that_fits_two(store, monkeypatch):
    monkeypatch.setattr("tutela.data.store.artifacts.SHORTEST_PREFIX", 0)
    keep(store)
    keep(store, Content(documents={"other": b""}))
    with pytest.raises(Problem) as caught:
        store.find("", OWNER)
    assert caught.value.code == "artifact-ambiguous"


def test_it_gives_back_what_was_kept(store):
    kept = keep(store)
    assert store.find(kept.content[:10], OUTSIDER) == kept
    assert store.find(kept.recipe, OUTSIDER) == kept
    columns = store.load_table(kept.content, "rows", OUTSIDER)
    assert {name: column.dtype.kind for name, column in columns.items()} == {
        "id": "U", "day": "M", "deaths": "f", "code": "i",
    }  # fmt: skip
    assert np.isnat(columns["day"]).tolist() == [False, True]
    assert store.load_document(kept.content, "page.html", OUTSIDER) == b"<p>"
    store.verify(kept, OUTSIDER)


def test_the_order_of_rows_does_not_make_another_artifact(store):
    turned = {name: column[::-1] for name, column in TABLE.items()}
    assert Content({"rows": turned}, CONTENT.documents).digest == CONTENT.digest


def test_keeping_twice_keeps_once(store):
    keep(store)
    keep(store)
    assert len(list(store.manifests(OUTSIDER))) == 1
    assert [path.name for path in store.root.rglob("*.partial")] == []


def test_it_refuses_a_manifest_of_something_else(store):
    with pytest.raises(ValueError, match="another content"):
        store.write(Manifest("thing", "t", "0" * 64), CONTENT)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: (folder / "manifest.json").write_text(
            json.dumps(json.loads((folder / "manifest.json").read_text()) | {"content": "1" * 64})
        ),
        lambda folder: (folder / "rows.parquet").write_bytes(b"PAR1"),
        lambda folder: (folder / "rows.parquet").unlink(),
    ],
)
def test_it_names_damage(store, damage):
    kept = keep(store)
    damage(store.root / kept.content[:2] / kept.content)
    with pytest.raises(Problem) as caught:
        store.load_table(kept.content, "rows", OUTSIDER)
    assert caught.value.code == "artifact-damaged"


def test_a_document_that_was_altered_is_found_out(store):
    kept = keep(store)
    (store.root / kept.content[:2] / kept.content / "page.html").write_bytes(b"<p>safe")
    with pytest.raises(Problem) as caught:
        store.verify(kept, OUTSIDER)
    assert caught.value.code == "artifact-damaged"


def test_a_full_disk_leaves_the_store_as_it_was(store, monkeypatch):
    keep(store)
    before = sorted(store.root.rglob("*"))

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("polars.DataFrame.write_parquet", full)
    with pytest.raises(Problem) as caught:
        keep(store, Content({"rows": TABLE | {"code": TABLE["code"] + 1}}))
    assert caught.value.code == "out-not-writable"
    assert "No space left" in caught.value.message
    assert [path for path in sorted(store.root.rglob("*")) if path.is_file()] == [p for p in before if p.is_file()]


def test_manifests_come_by_kind_and_only_those_that_one_may_read(store):
    keep(store)
    keep(store, Content(documents={"other": b""}), Marking.CONFIDENTIAL)
    assert len(list(store.manifests(OWNER, "thing"))) == 2
    assert list(store.manifests(OWNER, "else")) == []
    assert [manifest.content for manifest in store.manifests(OUTSIDER)] == [CONTENT.digest]


def test_a_copied_store_is_the_same_store(store, tmp_path):
    kept = keep(store)
    shutil.copytree(store.root, tmp_path / "copy")
    Store(tmp_path / "copy").verify(dataclasses.replace(kept), OUTSIDER)


def test_what_a_killed_process_left_half_written_is_no_artifact(store):
    kept = keep(store)
    folder = store.root / kept.content[:2]
    shutil.copytree(folder / kept.content, folder / f".{kept.content}.0a1b2c3d.partial")
    assert [manifest.content for manifest in store.manifests(OUTSIDER)] == [kept.content]
    assert store.find(kept.content[:8], OUTSIDER) == kept


def test_a_document_that_is_gone_or_was_never_there_is_named(store):
    kept = keep(store)
    for name in ("no-such.html", "manifest.json", "../page.html"):
        with pytest.raises(Problem) as caught:
            store.load_document(kept.content, name, OUTSIDER)
        assert caught.value.code == "artifact-damaged"
    (store.root / kept.content[:2] / kept.content / "page.html").unlink()
    with pytest.raises(Problem) as caught:
        store.load_document(kept.content, "page.html", OUTSIDER)
    assert caught.value.code == "artifact-damaged"


def test_one_damaged_artifact_is_named_and_does_not_hide_the_others(store):
    kept, other = keep(store), keep(store, Content(documents={"other": b""}))
    (store.root / other.content[:2] / other.content / "manifest.json").write_text("{}")
    assert [manifest.content for manifest in store.manifests(OUTSIDER)] == [kept.content]
    assert store.find(kept.content[:8], OUTSIDER) == kept
    assert store.damaged() == (other.content,)
    with pytest.raises(Problem) as caught:
        store.find(other.content, OUTSIDER)
    assert caught.value.code == "artifact-damaged"


# ----------------------------------------------------------------------------- what may not lie in the clear

PLANTED = Content({"zzyzx-table": {"zzyzx-column": np.array(["zzyzx-cell"])}}, {"zzyzx-page.html": b"zzyzx-text"})
SEALED = [
    {"marking": Marking.CONFIDENTIAL},
    {"marking": Marking.STRICTLY_CONFIDENTIAL},
    {"marking": Marking.UNCLASSIFIED, "compartments": frozenset({"3"})},
    {"marking": Marking.CONFIDENTIAL, "compartments": frozenset({"3", "4"})},
]
INSIDER = Principal("insider", Marking.STRICTLY_CONFIDENTIAL, frozenset({"3", "4"}))


def everything_under(folder):
    return b"".join(
        str(path).encode() + (path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*")
    )


def test_without_its_key_nothing_opens_and_that_is_said(store):
    kept = keep(store, marking=Marking.CONFIDENTIAL)
    clear = keep(store, Content(documents={"other": b""}))
    for path in (store.root.parent / "keys").iterdir():
        path.rename(store.root.parent / path.name)
    for digest in (kept.content, kept.content[:8], "0" * 64):
        with pytest.raises(Problem) as caught:
            store.load_document(digest, "page.html", OWNER)
        assert caught.value.code == "key-unusable" and "1 artifacts" in caught.value.message
    assert (store.locked(), store.damaged()) == (1, ())
    assert [manifest.content for manifest in store.manifests(OWNER)] == [clear.content]
    for path in store.root.parent.glob("store-*.key"):
        path.rename(store.root.parent / "keys" / path.name)
    store.verify(kept, OWNER)


@pytest.mark.parametrize("text", ["", "{}", '{"marking": "x", "compartments": [], "identity": ""}', "\0"])
def test_a_key_that_is_none_is_named(store, text):
    keep(store, marking=Marking.CONFIDENTIAL)
    (path,) = (store.root.parent / "keys").iterdir()
    path.write_text(text)
    with pytest.raises(Problem) as caught:
        list(store.manifests(OWNER))
    assert (caught.value.code, caught.value.where) == ("key-unusable", str(path))


def test_the_key_of_another_marking_opens_nothing(store):
    kept = keep(store, marking=Marking.CONFIDENTIAL)
    (path,) = (store.root.parent / "keys").iterdir()
    held = json.loads(path.read_text())
    keep(Store(store.root.parent / "other" / "store"), marking=Marking.CONFIDENTIAL)
    (theirs,) = (store.root.parent / "other" / "keys").iterdir()
    path.write_text(json.dumps(held | {"identity": json.loads(theirs.read_text())["identity"]}))
    assert store.damaged() and not store.locked()
    with pytest.raises(Problem) as caught:
        store.find(kept.content, OWNER)
    assert caught.value.code == "artifact-unknown"


@pytest.mark.parametrize("changes", SEALED)
def test_what_is_above_unclassified_or_in_a_compartment_is_not_found_on_the_disk(store, changes):
    kept = keep(store, PLANTED, licence="zzyzx-licence", about={"path": "zzyzx-about"}, **changes)
    held = everything_under(store.root)
    assert b"zzyzx" not in held and kept.content.encode() not in held and kept.recipe.encode() not in held
    assert b"confidential" not in held and b"compartments" not in held
    assert store.find(kept.content[:8], INSIDER) == kept
    assert store.load_table(kept.content, "zzyzx-table", INSIDER)["zzyzx-column"].tolist() == ["zzyzx-cell"]
    assert store.load_document(kept.content, "zzyzx-page.html", INSIDER) == b"zzyzx-text"
    store.verify(kept, INSIDER)
    for path in (store.root.parent / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("position", [0, 40, -1])
def test_one_bit_of_any_sealed_file_is_found_out(store, position):
    kept = keep(store, marking=Marking.CONFIDENTIAL)
    for path in list(store.root.rglob("*.age")):
        whole = path.read_bytes()
        changed = bytearray(whole)
        changed[position] ^= 1
        path.write_bytes(bytes(changed))
        with pytest.raises(Problem) as caught:
            store.verify(kept, OWNER)
        assert caught.value.code in {"artifact-damaged", "artifact-unknown"}
        path.write_bytes(whole)
    store.verify(kept, OWNER)


def test_each_marking_and_compartment_has_its_own_key_made_once(store):
    for number, changes in enumerate((*SEALED, *SEALED)):
        keep(store, Content(documents={"page": bytes([number])}), **changes)
    assert len(list((store.root.parent / "keys").iterdir())) == len(SEALED)


def test_what_lay_in_the_clear_is_sealed_once_and_stays_the_same(store, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr("tutela.data.store.artifacts._is_sealed", lambda _manifest: False)
        kept = keep(store, PLANTED, marking=Marking.CONFIDENTIAL)
    clear = keep(store, Content(documents={"other": b""}))
    assert store.bare() == (kept.content,)
    store.verify(kept, OWNER)
    assert (store.seal_bare(), store.seal_bare()) == (1, 0)
    assert b"zzyzx" not in everything_under(store.root) and store.bare() == ()
    assert {manifest.content for manifest in store.manifests(OWNER)} == {kept.content, clear.content}
    store.verify(kept, OWNER)
    assert store.remove(kept.content, OWNER) == kept
    assert [manifest.content for manifest in store.manifests(OWNER)] == [clear.content]
