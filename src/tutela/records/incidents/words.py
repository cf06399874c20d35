"""The words for what stands as a code in this app: for its pages, and for the reports that it writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HARMS: Final[Mapping[str, Promise]] = {
    "killed": _("People killed"),
    "injured": _("People injured"),
    "abducted": _("People abducted"),
    "sexual_violence": _("Sexual violence"),
    "detained": _("People detained"),
    "displaced": _("People displaced"),
    "property_destroyed": _("Property destroyed"),
    "aid_denied": _("Aid denied"),
}
WHATS: Final[Mapping[str, Promise]] = {
    **HARMS,
    "threat": _("Threat"),
    "armed_movement": _("Armed movement"),
    "tension": _("Tension"),
    "protest": _("Protest"),
    "arrest_wave": _("Wave of arrests"),
    "hate_speech": _("Hate speech"),
    "checkpoint": _("Checkpoint"),
    "hijacking": _("Hijacking"),
    "access_denied": _("Access denied"),
    "other": _("Something else"),
}
STATUSES: Final[Mapping[str, Promise]] = {
    "alleged": _("alleged"),
    "under_verification": _("under verification"),
    "verified": _("verified"),
    "rejected": _("rejected"),
    "cannot_verify": _("cannot be verified"),
}
STEPS: Final[Mapping[str, Promise]] = {
    "event": _("Happened"),
    "detected": _("Detected"),
    "verified": _("Verified"),
    "assessed": _("Assessed"),
    "decided": _("Decided"),
    "moved": _("Moved"),
    "arrived": _("Arrived"),
    "effect": _("Effect"),
    "contact_made": _("Contact made"),
    "commitment_obtained": _("Commitment obtained"),
    "observed": _("Observed"),
    "community_told": _("Community told"),
}
RUNGS: Final[Mapping[str, Promise]] = {
    "R0": _("Record only"),
    "R1": _("Warn the threatened community"),
    "R2": _("Alert the host's authority or force"),
    "R3": _("Political call, good offices, quiet advocacy"),
    "R4": _("Public statement"),
    "R5": _("Send monitors, protective presence"),
    "R6": _("Refuge, relocation, escort without force"),
    "R7a": _("Observe or patrol"),
    "R7b": _("Accompany, give refuge, take position"),
    "R8": _("Show or use force"),
    "R9": _("Consolidate"),
}
RESPONDERS: Final[Mapping[str, Promise]] = {
    "un_physical": _("United Nations, on the spot"),
    "un_non_physical": _("United Nations, from afar"),
    "host_state": _("Host State"),
    "community": _("The community"),
    "other": _("Others"),
    "none": _("Nobody"),
}
RINGS: Final[Mapping[str, Promise]] = {
    "V0": _("at or inside"),
    "V1": _("up to 5 km"),
    "V2": _("up to 30 km"),
    "V3": _("up to 50 km"),
    "V4": _("up to 100 km"),
    "outside": _("beyond 100 km"),
}
PRECISIONS: Final[Mapping[str, Promise]] = {
    "point": _("exact point"),
    "settlement": _("known to the settlement"),
    "district": _("known to the district"),
    "region": _("known to the region"),
    "unknown": _("how exactly is not known"),
}
HOSTS: Final[Mapping[str, Promise]] = {
    "host_authority": _("The host's authorities"),
    "host_force": _("The host's forces"),
}
