"""The artifact of a spread vicinity holds the weights and comes out the same again; all events are invented."""

from __future__ import annotations

from pathlib import Path

from tutela.cli.main import run
from tutela.data.store.homes import require_home
from tutela.studies.owner import OWNER
from tutela.studies.vicinities import repeat_study

EVENTS = """event_id,date,date_end,lon,lat,country,adm_1,precision,best,invented
near,2020-03-01,,10.0,5.0,CAF,North,1,4,yes
far,2020-03-02,,14.0,5.0,CAF,North,1,4,yes
record,2020-03-22,2020-04-30,12.0,5.0,CAF,North,6,121848,yes
"""
SITES = """site_id,mission,name,lon,lat,opened,closed,status,military,police,civilian,air,kind
MINUSCA/one,MINUSCA,One,10.0,5.0,2019-01-01,,open,150,,12,1,base
"""


def test_the_artifact_holds_the_weights_of_the_record(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS)
    (tmp_path / "sites.csv").write_text(SITES)
    options = ["--events", tmp_path / "events.csv", "--sites", tmp_path / "sites.csv", "--within-km", "50"]
    options += ["--as-of", "2020-12-31", "--spread", "area-months", "--home", tmp_path / "home", "--json"]
    assert run(["vicinity", *map(str, options), "--out", str(tmp_path / "out")]) == 0
    store = require_home(tmp_path / "home").store
    (manifest,) = store.manifests(OWNER, "vicinity")
    events, points, months = (
        store.load_table(manifest.content, f"spread_{name}", OWNER) for name in ("events", "points", "months")
    )
    assert (events["event_id"].tolist(), events["rule"].tolist()) == (["record"], ["country"])
    assert points["lon"].tolist() == [10.0, 14.0]
    assert points["weight"].tolist() == [0.5, 0.5]
    assert months["month"].astype(str).tolist() == ["2020-03-01", "2020-04-01"]
    assert months["weight"].tolist() == [0.25, 0.75]
    assert repeat_study(store, manifest, OWNER).manifest.content == manifest.content
