import json

from tutela.kernel.accounting import Accounting
from tutela.kernel.manifests import Input, Manifest
from tutela.kernel.markings import Marking

MANIFEST = Manifest(
    kind="vicinity",
    title="t",
    content="c" * 64,
    inputs=(Input("events", "e" * 64),),
    parameters={"within_km": [5.0]},
    seed=3,
    algorithms={"vicinity": 1},
    accounting=(Accounting("vicinity", 2, 1, {"unplaceable": 1}),),
    marking=Marking.UNCLASSIFIED,
    compartments=frozenset({"b", "a"}),
    licence="CC0-1.0",
    attribution="a",
    invented=True,
    about={"version": "0.1.0"},
    parts={"rows.parquet": "d" * 64},
)


def test_it_comes_back_from_json_as_it_was():
    assert Manifest.from_json(json.loads(json.dumps(MANIFEST.as_json()))) == MANIFEST


def test_the_recipe_follows_from_what_decides_the_result_alone():
    changed = {"parts": {}, "about": {"version": "9"}, "title": "u", "marking": Marking.CONFIDENTIAL}
    assert Manifest(**{**_fields(), **changed}).recipe == MANIFEST.recipe
    assert Manifest(**{**_fields(), "seed": 4}).recipe != MANIFEST.recipe
    assert Manifest(**{**_fields(), "algorithms": {"vicinity": 2}}).recipe != MANIFEST.recipe


def test_an_unmarked_artifact_is_confidential():
    assert Manifest("k", "t", "c").marking is Marking.CONFIDENTIAL


def test_whether_rows_may_go_is_said_and_an_older_manifest_is_read_with_care():
    kept = Manifest(**{**_fields(), "redistributable": False})
    assert Manifest.from_json(kept.as_json()) == kept
    assert kept.recipe == MANIFEST.recipe
    older = {name: value for name, value in MANIFEST.as_json().items() if name != "redistributable"}
    assert Manifest.from_json(older).redistributable
    assert not Manifest.from_json(older | {"marking": "confidential"}).redistributable


def _fields():
    return {name: getattr(MANIFEST, name) for name in MANIFEST.__slots__}
