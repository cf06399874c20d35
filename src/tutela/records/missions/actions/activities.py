"""What was done, on what it rests, and how far it rests on human rights posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tutela.catalogue.doctrine import load_doctrine
from tutela.kernel.markings import Marking, Principal
from tutela.records.accounts.principals import require
from tutela.records.accounts.roles import May
from tutela.records.ledger.acts import action
from tutela.records.missions.inputs import read_codes, read_draft, require_code, require_past
from tutela.records.missions.lookups import change, find_for, find_row, find_site, insert, marking_for
from tutela.records.missions.models import Activity, HumanRightsLink, Policy, Presence


@dataclass(frozen=True, slots=True)
class ActivityDraft:
    """What was done and on what it rests; fields named as on `Activity`."""

    code: str
    tier: str
    phase: str
    component: str
    day: date
    basis: str = ""
    policies: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class HumanRightsDraft:
    """How far an activity rests on human rights posts (yes, partly, no), and on which function."""

    rests: str
    function: str = ""


@action("missions.log_activity")
def log_activity(
    *, by: Principal, presence: int, draft: ActivityDraft, site: int | None = None, marking: Marking | None = None
) -> Activity:
    """Something done to protect civilians; always kept, with a warning where its basis is missing or unusual."""
    parent = find_for(by, May.REPORT, Presence, presence)
    place = find_site(by, parent, site)
    values = _read_activity(draft, parent)
    level = marking_for(by, May.REPORT, marking, parent, place)
    row = Activity(compartment_id=parent.compartment_id, marking=level, presence_id=parent.pk, **values)
    row.site_id = place.pk if place else None
    return insert(row)


@action("missions.describe_activity")
def describe_activity(*, by: Principal, activity: int, expected_version: int, draft: ActivityDraft) -> Activity:
    """Write an activity anew; this also answers the request for its basis."""
    row = find_for(by, May.REPORT, Activity, activity)
    parent = find_row(by, Presence, row.presence_id)
    return change(by, row, expected_version, _read_activity(draft, parent))


@action("missions.give_basis")
def give_basis(*, by: Principal, activity: int, expected_version: int, basis: str) -> Activity:
    """Answer the request for the basis of an activity; the warning goes where the basis fits."""
    row = find_for(by, May.REPORT, Activity, activity)
    require_code("basis", basis, load_doctrine().bases)
    warning = _warn(row.code, basis, find_row(by, Presence, row.presence_id))
    return change(by, row, expected_version, {"basis": basis, "warning": warning, "warned": bool(warning)})


@action("missions.link_human_rights")
def link_human_rights(
    *, by: Principal, activity: int, draft: HumanRightsDraft, expected_version: int = 0
) -> HumanRightsLink:
    """Say how far an activity rests on human rights posts; 0 as the version where nothing was said before."""
    row = find_for(by, May.DESCRIBE, Activity, activity)
    require(by, May.DESCRIBE, row.compartment_id, Marking.STRICTLY_CONFIDENTIAL)
    values = read_draft(HumanRightsLink, draft)
    held = HumanRightsLink.visible_to(by).filter(activity_id=row.pk).first()
    if held is not None:
        return change(by, held, expected_version, values)
    return insert(
        HumanRightsLink(
            compartment_id=row.compartment_id,
            marking=int(Marking.STRICTLY_CONFIDENTIAL),
            activity_id=row.pk,
            **values,
        )
    )


def _read_activity(draft: ActivityDraft, parent: Presence) -> dict[str, Any]:
    doctrine = load_doctrine()
    values = read_draft(Activity, draft)
    require_code("code", draft.code, {item.code for item in doctrine.activities})
    require_code("tier", draft.tier, doctrine.enumerations["poc_tier"])
    require_code("phase", draft.phase, doctrine.enumerations["poc_phase"])
    require_code("component", draft.component, doctrine.enumerations["component"])
    require_code("basis", draft.basis, ("", *doctrine.bases))
    require_past("day", draft.day)
    warning = _warn(draft.code, draft.basis, parent)
    policies = read_codes("policies", draft.policies, Policy.values)
    return values | {"policies": policies, "warning": warning, "warned": bool(warning)}


def _warn(code: str, basis: str, parent: Presence) -> str:
    """Why an activity is kept with a warning; nothing where its basis fits."""
    known = next(item for item in load_doctrine().activities if item.code == code)
    if not basis:
        return Activity.Caution.NO_BASIS
    if basis not in known.bases:
        return Activity.Caution.OTHER_BASIS
    if "force_authority" in known.bases and parent.force_authority != "yes":
        return Activity.Caution.NO_FORCE_AUTHORITY
    return Activity.Caution.NONE
