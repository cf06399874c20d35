"""A small world in plain CSV files: two sites of one invented mission, and events around them."""

import json

import pytest

from tutela.cli.main import run

EVENTS = """event_id,date,lon,lat,country,violence,best,low,high,civilians,precision,side_a,side_b
e1,2020-03-01,10.0,5.0,CAF,one_sided,4,3,6,4,1,Group A,Civilians
e2,2020-03-02,10.2,5.0,CAF,one_sided,10,8,20,10,1,Government of Central African Republic,Civilians
e3,2020-04-01,10.0,5.0,CAF,state_based,7,7,7,1,2,Government of Central African Republic,Group A
e4,2020-05-01,20.0,5.0,CAF,non_state,2,2,2,0,1,Group B,Group C
e5,2020-05-02,10.0,5.0,CAF,one_sided,9,9,9,9,5,Group A,Civilians
e6,2021-06-01,10.0,5.0,CAF,one_sided,1,1,1,1,1,Group A,Civilians
"""

SITES = """site_id,mission,name,lon,lat,opened,closed,status,military,police,civilian,air,kind
MINUSCA/one,MINUSCA,One,10.0,5.0,2019-01-01,2020-04-01,open,150,,12,1,base
MINUSCA/two,MINUSCA,Two,10.25,5.0,2020-03-02,,open,35,,,0,post
"""


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A folder with events.csv and sites.csv; no home is found from here."""
    (tmp_path / "events.csv").write_text(EVENTS)
    (tmp_path / "sites.csv").write_text(SITES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUTELA_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "nothing"))
    return tmp_path


@pytest.fixture
def tutela(capsys):
    """Run a command; gives its exit code, its JSON (None if it printed none) and what it said on stderr."""

    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        try:
            result = json.loads(said.out)
        except ValueError:
            result = said.out or None
        return code, result, said.err

    return call
