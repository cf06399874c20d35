"""The words that pages use for what stands in the catalogue, ready for translation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tutela.catalogue.countries import find_country
from tutela.catalogue.doctrine import load_doctrine
from tutela.studies.invented.country import COUNTRY_NAMES

Word = str | Promise

STATUS: Final[Mapping[str, Word]] = {
    "current": _("current"),
    "closed": _("closed"),
    "unconfirmed": _("unconfirmed"),
}

FACTS: Final[Mapping[str, Word]] = {
    "mandate_source": _("Created by"),
    "protection_mandate": _("Explicit mandate to protect civilians"),
    "force_authority": _("Authority to use force"),
    "mandate_text": _("Mandate text"),
    "mandate_wording": _("Wording on protection"),
    "mandate_until": _("Mandate runs until"),
    "started": _("Started"),
    "ended": _("Ended"),
    "funding": _("Funding"),
    "note": _("Note"),
}
"""Facts that stand alone; strength has a table of its own."""

STRENGTHS: Final[Mapping[str, Word]] = {
    "ceiling": _("Ceiling in the mandate"),
    "authorised": _("Authorised posts"),
    "deployed": _("Deployed"),
    "effective": _("Effective"),
}

COMPONENTS: Final[Mapping[str, Word]] = {
    "military": _("military"),
    "police": _("police"),
    "civilian": _("civilian"),
}

VIOLENCE: Final[Mapping[str, Word]] = {
    "one_sided": _("One-sided: civilians attacked directly"),
    "state_based": _("State-based: fighting with a State on one side"),
    "non_state": _("Non-state: fighting between armed groups or communities"),
    "unknown": _("Kind not known"),
}

PERPETRATORS: Final[Mapping[str, Word]] = {
    "host_state": _("Host State"),
    "other_state": _("Another State"),
    "state_aligned": _("Aligned with the State"),
    "non_state": _("Non-State armed group"),
    "communal": _("Communal group"),
    "criminal": _("Criminal group"),
    "un_or_un_supported": _("UN or UN-supported forces"),
    "unknown": _("Not known"),
}

TIERS: Final[Mapping[str, Word]] = {
    "T1_dialogue_engagement": _("Dialogue and engagement"),
    "T2_physical_protection": _("Physical protection"),
    "T3_protective_environment": _("A protective environment"),
}

REPORT_KINDS: Final[Mapping[str, Word]] = {
    "imported_event": _("Imported event"),
    "field_report": _("Field report"),
    "community_alert": _("Community alert"),
}


def name_country(iso3: str) -> str:
    """The country's name; a code that no list has stays as it is."""
    country = find_country(iso3)
    return country.name if country else COUNTRY_NAMES.get(iso3, iso3)


def name_kind(code: str) -> str:
    """What a kind of presence is called; an unknown code stays as it is, in words."""
    kind = load_doctrine().presence_kinds.get(code)
    return gettext(kind.label) if kind else code.replace("_", " ").lower()


def name_code(words: Mapping[str, Word], code: str) -> str:
    """The word for a code; one without a word stays as it is, in words."""
    return str(words.get(code) or code.replace("_", " "))


def grouped(number: int) -> str:
    """A whole number with its thousands set apart as the language of the page does it."""
    return number_format(number, use_l10n=True, force_grouping=True)
