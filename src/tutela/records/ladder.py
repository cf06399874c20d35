"""The order of the apps in which people work: each may use those before it, never one after it.

Imports are kept by import-linter; a foreign key named by a string leaves no import, so it is looked for here,
in the registry that Django has built.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.apps.registry import Apps
from django.db.models import Model

LADDER: Final = (
    ("ledger",),
    ("accounts",),
    ("vault",),
    ("files",),
    ("jobs",),
    ("exports",),
    ("missions",),
    ("incidents",),
    ("outlook", "scenarios", "cases", "community"),
    ("results",),
    ("statements",),
    ("framing",),
)
"""App labels from the lowest rung to the highest; apps on one rung exchange artifact digests only."""

_PACKAGE: Final = "tutela.records."


def upward_references(registry: Apps) -> list[str]:
    """A sentence for each reference that points up the ladder or sideways on one rung, in alphabetical order.

    Foreign keys, one-to-one and many-to-many fields, their hidden tables, parents and proxies are looked at,
    resolved or still only named. A generic foreign key may point anywhere, and an app of this package that
    is not on the ladder may stand anywhere: both are reported.
    """
    faults: set[str] = set()
    for model in (model for by_name in registry.all_models.values() for model in by_name.values()):
        label = model._meta.app_label
        if model.__module__.startswith(_PACKAGE) and _rung(label) is None:
            faults.add(f"{label}: the app stands on no rung of the ladder")
        for name, target in _references(model):
            fault = _fault(label, target)
            if fault:
                faults.add(f"{label}.{model.__name__}.{name} {fault}")
    return sorted(faults)


def _references(model: type[Model]) -> Iterator[tuple[str, str]]:
    """Name of the field and label of the app that it points to; "*" where it may point anywhere."""
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        if field.remote_field is not None:
            yield field.name, _label_of(field.remote_field.model, model)
            through = getattr(field.remote_field, "through", None)
            if through is not None:
                yield field.name, _label_of(through, model)
    for private in model._meta.private_fields:
        # A generic foreign key; its class cannot be imported where content types are not installed.
        if hasattr(private, "ct_field"):
            yield str(getattr(private, "name", "?")), "*"
    for parent in model.__bases__:
        if hasattr(parent, "_meta"):
            yield "(parent)", parent._meta.app_label


def _label_of(target: Any, model: type[Model]) -> str:
    if not isinstance(target, str):
        return str(target._meta.app_label)
    return target.split(".")[0] if "." in target else model._meta.app_label


def _fault(label: str, target: str) -> str | None:
    here, there = _rung(label), _rung(target)
    if here is None or target == label:
        return None
    if target == "*":
        return "may point anywhere"
    if there is None or there < here:
        return None
    return f"points up to {target}" if there > here else f"points sideways to {target}"


def _rung(label: str) -> int | None:
    return next((number for number, rung in enumerate(LADDER) if label in rung), None)
