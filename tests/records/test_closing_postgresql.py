"""A closed site whose register lies in PostgreSQL: nothing of it is left in the database or the home."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import cast
import pytest
from django.db import connection
from test_backups import _as_superuser, emptied, home, tell

from tutela.kernel.problems import Problem
from tutela.records.accounts.models import House
from tutela.records.vault.actions import Person, read_identity, reveal, shelter
from tutela.service import closing, register

__all__ = ["emptied", "home"]

pytestmark = pytest.mark.only_postgresql

REASON = "To arrange relocation before the weekend"
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


def _set_up(home: Path, tmp_path: Path) -> Path:
    made = closing.make_recovery_key(tmp_path / "headquarters")
    closing.set_recovery_key(home, Path(made["public"]))
    return Path(made["private"])


@pytest.mark.parametrize("setting", ["TUTELA_DATABASE_OWNER", "TUTELA_DATABASE_BACKUP"])
def test_without_who_may_copy_and_empty_it_nothing_is_touched(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    cast.assemble()
    _set_up(home, tmp_path)
    monkeypatch.delenv(setting)
    with pytest.raises(Problem) as caught:
        closing.close_site(home, tmp_path / "out" / "site", tell)
    assert caught.value.where == setting
    assert House.objects.get().mode == "normal" and not (tmp_path / "out").exists()


def test_it_is_emptied_here_and_whole_elsewhere(home: Path, tmp_path: Path, emptied) -> None:
    people = cast.assemble()
    name = shelter(by=people["officer"], compartment=people.here, case="1", person=Person("zzyzx-name"))
    private, database = _set_up(home, tmp_path), connection.settings_dict["NAME"]
    done = closing.close_site(home, tmp_path / "out" / "site", tell)
    connection.close()
    assert _as_superuser(database, TABLES) == [(0,)]
    assert set(done["left"]) <= {"home.json", "closed.json", "keys/recovery.pub"}
    emptied()
    closing.open_closed(tmp_path / "out" / "site", private, tmp_path / "elsewhere", tell)
    register.point_at(tmp_path / "elsewhere")
    assert House.objects.get().mode == "closed"
    assert register.verify_ledger(tmp_path / "elsewhere")["whole"]
    assert not (tmp_path / "elsewhere" / "register.pgdump").exists()
    register.set_mode(tmp_path / "elsewhere", "normal")
    reveal(by=people["officer"], pseudonym=name, reason=REASON, factor_at=datetime.now(UTC))
    assert read_identity(by=people["officer"], pseudonym=name).name == "zzyzx-name"
