"""The ladder is kept: planted references are found, and the project has none."""

from __future__ import annotations

import os

import django
import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from tutela.records.ladder import LADDER, upward_references

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
django.setup()


def make_model(label: str, name: str, **fields: object) -> type[models.Model]:
    meta = type("Meta", (), {"app_label": label})
    id_field = models.BigAutoField(primary_key=True)
    return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, "id": id_field, **fields})


def key(to: object) -> models.ForeignKey:
    return models.ForeignKey(to, models.CASCADE, related_name="+")


def test_every_app_stands_on_one_rung() -> None:
    labels = [label for rung in LADDER for label in rung]
    assert labels[0] == "ledger"
    assert labels[-1] == "framing"
    assert len(labels) == len(set(labels)) == 15


def test_the_project_has_no_reference_up_the_ladder() -> None:
    assert upward_references(apps) == []


def test_a_key_down_the_ladder_is_no_fault() -> None:
    with isolate_apps() as registry:
        mission = make_model("missions", "Mission")
        make_model("incidents", "Incident", mission=key(mission), again=key("self"))
        assert upward_references(registry) == []


def test_a_planted_key_up_the_ladder_is_found() -> None:
    with isolate_apps() as registry:
        incident = make_model("incidents", "Incident")
        make_model("missions", "Mission", last=key(incident))
        assert upward_references(registry) == ["missions.Mission.last points up to incidents"]


def test_a_key_that_is_only_a_string_is_found() -> None:
    with isolate_apps() as registry:
        make_model("ledger", "Entry", actor=key("accounts.User"))
        assert upward_references(registry) == ["ledger.Entry.actor points up to accounts"]


@pytest.mark.parametrize("target", ["framing.Wording", "outlook.Forecast"])
def test_many_to_many_fields_are_found_with_their_hidden_table(target: str) -> None:
    with isolate_apps() as registry:
        make_model(*target.split("."))
        make_model("cases", "Case", things=models.ManyToManyField(target, related_name="+"))
        faults = upward_references(registry)
        assert any(fault.startswith("cases.Case.things points") for fault in faults)
        assert any(fault.startswith("cases.Case_things.") for fault in faults)


def test_apps_on_one_rung_exchange_digests_only() -> None:
    with isolate_apps() as registry:
        forecast = make_model("outlook", "Forecast")
        make_model("scenarios", "Scenario", forecast=key(forecast))
        assert upward_references(registry) == ["scenarios.Scenario.forecast points sideways to outlook"]


def test_inheriting_from_a_higher_app_is_found() -> None:
    with isolate_apps() as registry:
        base = make_model("framing", "Wording")
        meta = type("Meta", (), {"app_label": "vault", "proxy": True})
        type("Identity", (base,), {"__module__": __name__, "Meta": meta})
        assert upward_references(registry) == ["vault.Identity.(parent) points up to framing"]


def test_a_generic_key_may_point_anywhere_and_is_found() -> None:
    class LikeGenericForeignKey(models.Field):
        # The real one needs Django's content types among the installed apps, which this project does without.
        ct_field, fk_field = "kind", "object_id"

        def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = True) -> None:
            super().contribute_to_class(cls, name, private_only=True)

    with isolate_apps() as registry:
        make_model("files", "Note", about=LikeGenericForeignKey())
        assert upward_references(registry) == ["files.Note.about may point anywhere"]


def test_an_app_of_the_register_that_stands_nowhere_is_found() -> None:
    with isolate_apps() as registry:
        meta = type("Meta", (), {"app_label": "stray"})
        body = {
            "__module__": "tutela.records.stray.models",
            "Meta": meta,
            "id": models.BigAutoField(primary_key=True),
        }
        type("Stray", (models.Model,), body)
        assert upward_references(registry) == ["stray: the app stands on no rung of the ladder"]
