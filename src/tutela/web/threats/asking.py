"""What is asked of a threat, and how the answers become an assessment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tutela.catalogue.doctrine import load_doctrine
from tutela.records.incidents.actions.threats import Assessment
from tutela.records.incidents.fields import UN_OR_SUPPORTED
from tutela.records.incidents.models import Threat
from tutela.records.incidents.words import HARMS
from tutela.web.shared.desks import Desk, marking_field
from tutela.web.shared.fields import Field
from tutela.web.shared.references import read_reference, write_reference
from tutela.web.shared.words import PERPETRATORS
from tutela.web.threats import words
from tutela.web.threats.words import choose

_GROUPS: Final = 3
"""Groups of civilians that a form has room for at once; one more than a threat has."""

_PARTS: Final = ("group", "low", "high", "gender", "age")
_NOT_KNOWN: Final = _("Empty where it is not known, never 0 for that.")


def grade_field(name: str, label: Any, scale: Mapping[str, Any]) -> Field:
    """A grade from 1 to 5."""
    return Field(name, label, "choice", True, choices=choose(scale), read=int)


def grades() -> tuple[Field, ...]:
    """The four grades and how sure they are."""
    return (
        grade_field("likelihood", _("How likely"), words.LIKELIHOODS),
        grade_field("impact", _("How grave for civilians"), words.IMPACTS),
        grade_field("intent", _("Intent of the perpetrator"), words.GRADES),
        grade_field("capability", _("Capability of the perpetrator"), words.GRADES),
        Field("confidence", _("How sure this is"), "choice", True, choices=choose(words.CONFIDENCES)),
    )


def assessment_fields(desk: Desk, people: Mapping[int, str], threat: Threat | None) -> tuple[Field, ...]:
    """Everything that is asked of a threat; the intent of the host State is not."""
    towns = tuple((write_reference(number), name) for number, name in people.items())
    room = max(_GROUPS, len(threat.civilians) + 1 if threat is not None else 0)
    marking = () if threat is not None else (marking_field(desk, desk.presence.marking),)
    return (
        Field("title", _("What may happen to whom"), needed=True, longest=160),
        Field("level", _("Level"), "choice", True, choices=choose(words.LEVELS)),
        Field("area", _("Where, in words"), needed=True, longest=200),
        Field("population", _("Which people at risk"), "choice", read=read_reference,
              choices=(("", _("None of these, or several")), *towns)),
        Field("from_day", _("From"), "day", True),
        Field("to_day", _("To, if an end can be said"), "day"),
        *(part for number in range(1, room + 1) for part in _group(number)),
        Field("harms", _("Harm that is feared"), "several", choices=choose(HARMS, load_doctrine().harms)),
        *_perpetrator(),
        *_around(),
        *grades(),
        Field("would_change", _("What would change this assessment"), "text", longest=400,
              hint=_("What you would have to see or hear to think otherwise.")),
        Field("owner", _("Which function owns it"), needed=True, longest=80, hint=_("Not a name.")),
        Field("review_date", _("Looked at again on"), "day", True),
        Field("lat", _("Latitude"), "decimal", apart=True),
        Field("lon", _("Longitude"), "decimal", apart=True),
        Field("radius_km", _("Radius, km"), "decimal", apart=True),
        *marking,
    )  # fmt: skip


def read_assessment(values: Mapping[str, Any], status: str) -> Assessment:
    """The answers as an assessment."""
    names = {item.name for item in fields(Assessment)} & values.keys()
    given = {name: values[name] for name in names}
    return Assessment(**{**given, "status": status, "civilians": tuple(_groups(values))})


def known_of(threat: Threat) -> dict[str, Any]:
    """What a form that writes a threat anew begins with."""
    told = {item.name for item in fields(Assessment)} - {"population"}
    known: dict[str, Any] = {name: getattr(threat, name, None) for name in told}
    known["population"] = write_reference(threat.population_id) if threat.population_id else ""
    known["harms"] = tuple(threat.harms)
    for number, group in enumerate(threat.civilians, start=1):
        known |= {f"{part}_{number}": group.get(part) for part in _PARTS}
    return known


def _group(number: int) -> tuple[Field, ...]:
    apart, nth = number > 1, {"number": number}
    return (
        Field(f"group_{number}", _("Who is at risk, as a group") if not apart else _now("Group %(number)d") % nth,
              longest=120, apart=apart),
        Field(f"low_{number}", _("People, at least"), "number", hint=_NOT_KNOWN, apart=apart),
        Field(f"high_{number}", _("People, at most"), "number", apart=apart),
        Field(f"gender_{number}", _("Gender"), "choice", choices=choose(words.GENDERS), apart=apart),
        Field(f"age_{number}", _("Age"), "choice", choices=choose(words.AGES), apart=apart),
    )  # fmt: skip


def _perpetrator() -> tuple[Field, ...]:
    classes = [code for code in load_doctrine().perpetrators if code != UN_OR_SUPPORTED]
    return (
        Field("perpetrator", _("Who may do it"), "choice", True, choices=choose(PERPETRATORS, classes)),
        Field("perpetrator_name", _("Which group or force"), longest=160, hint=_("Never the name of a person.")),
        Field("rationale", _("Why they would"), "text", longest=400),
        Field("tactics", _("How they do it"), "text", longest=400),
        Field("inhibiting_context", _("What holds them back"), "text", longest=400),
    )


def _around() -> tuple[Field, ...]:
    apart = _("What it can do. What it intends has a page of its own, strictly confidential.")
    return (
        Field("host_state_capacity", _("Capacity of the host State to protect"), "text", longest=400, hint=apart),
        Field("other_protectors", _("Who else protects, and with what"), "text", longest=400),
        Field("vulnerability", _("What makes these people vulnerable"), "text", longest=400),
    )


def _groups(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Groups of which anything was said; one without a name is left to the register to refuse."""
    number = 1
    while f"group_{number}" in values:
        said = {part: values[f"{part}_{number}"] for part in _PARTS}
        said |= {name: said[name] or "unknown" for name in ("gender", "age")}
        if said["group"].strip() or said["low"] is not None or said["high"] is not None:
            yield said
        number += 1
