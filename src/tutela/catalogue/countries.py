"""Countries by any of the names and numbers that the sources use.

The table holds the entries of ISO 3166-1, with the names that the United Nations uses, and two rows beside
them: Kosovo (XKX, XK: user-assigned codes, ISO and M49 have none; named without prejudice to positions on
status) and Czechoslovakia (CSK of ISO 3166-3: events before 1993 belong to no single country of today).
Other states of the past resolve to the country that holds all of their ground today.
A name that means more than one place ("Abyei", "Ethiopia/Eritrea", "Korea") is no country here.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

AREAS: Final[dict[str, tuple[str, ...]]] = {
    # Its status is to be determined: both countries are hosts, and neither alone is the answer.
    "abyei": ("SDN", "SSD"),
}
"""Areas that sources write where a country stands, with every country that they may belong to."""


@dataclass(frozen=True, slots=True)
class Country:
    """One country or territory.

    iso3, iso2   ISO 3166-1 (XKX and XK are user-assigned; CSK and CS are withdrawn codes)
    m49          the number that the UN and ISO use; 0 where there is none
    gw           Gleditsch and Ward numbers as UCDP uses them, of former states of this ground too; often empty
    ne_a3        Natural Earth's ADM0_A3, which differs for a few; "" where it has none
    also         other names and codes in the sources
    """

    iso3: str
    iso2: str
    m49: int
    gw: tuple[int, ...]
    ne_a3: str
    name: str
    name_fr: str
    also: tuple[str, ...]


@cache
def load_countries() -> tuple[Country, ...]:
    """All countries, in the order of their ISO 3166 alpha-3 codes."""
    text = resources.files("tutela.catalogue").joinpath("countries.csv").read_text(encoding="utf-8")
    return tuple(
        Country(
            iso3=row["iso3"],
            iso2=row["iso2"],
            m49=int(row["m49"] or 0),
            gw=tuple(int(number) for number in row["gw"].split()),
            ne_a3=row["ne_a3"],
            name=row["name"],
            name_fr=row["name_fr"],
            also=tuple(row["also"].split("|")) if row["also"] else (),
        )
        for row in csv.DictReader(text.splitlines())
    )


def find_country(text: str) -> Country | None:
    """The country that a code or name means, whatever its case, spaces, accents and punctuation.

    Takes ISO 3166 alpha-3 and alpha-2, Natural Earth's ADM0_A3, and the names of the UN, ISO and UCDP in
    English and French, also inverted ("Korea, Republic of").
    """
    known = _by_key()
    found = known.get(fold_name(text))
    if found is None and "," in text:
        head, tail = text.split(",", 1)
        found = known.get(fold_name(f"{tail} {head}"))
    return found


def find_countries(text: str) -> tuple[Country, ...]:
    """Every country that a cell names: one, several ("Ethiopia/Eritrea", "Abyei"), none if a part is unknown."""
    one = find_country(text)
    if one is not None:
        return (one,)
    codes = AREAS.get(fold_name(text))
    parts = [find_country(part) for part in codes or re.split(r"[/;]", text)]
    found = tuple(dict.fromkeys(part for part in parts if part is not None))
    return found if len(found) == len(parts) else ()


def is_left_to_users(code: str) -> bool:
    """Whether ISO 3166 leaves this alpha-3 code to users: no country will ever have it."""
    return bool(re.fullmatch(r"AA[A-Z]|QM[A-Z]|QN[A-Z]|Q[O-Z][A-Z]|X[A-Z]{2}|ZZ[A-Z]", code)) and code != "XKX"


def find_by_gw(number: int) -> Country | None:
    """The country with this Gleditsch and Ward number, which UCDP calls country_id."""
    return _by_gw().get(number)


def find_by_m49(number: int) -> Country | None:
    """The country with this number of the M49 standard; 0 is nobody's."""
    return _by_m49().get(number)


def fold_name(text: str) -> str:
    """The form in which names are compared: lower case, no accents, punctuation or article, short words long."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and "))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    plain = re.sub(r"['’`ʼ.]", "", plain)
    words = re.sub(r"[\W_]+", " ", plain).split()
    longer = {"st": "saint", "rep": "republic", "dem": "democratic"}
    return " ".join(longer.get(word, word) for word in words if word != "the")


@cache
def _by_key() -> dict[str, Country]:
    countries = load_countries()
    known: dict[str, Country] = {}
    # Codes of the standard go first: no name of one country may hide the code of another.
    for codes in ("iso3", "iso2", "ne_a3", "name", "name_fr"):
        for country in countries:
            known.setdefault(fold_name(getattr(country, codes)), country)
    for country in countries:
        for name in country.also:
            known.setdefault(fold_name(name), country)
    known.pop("", None)
    return known


@cache
def _by_gw() -> dict[int, Country]:
    return {number: country for country in load_countries() for number in country.gw}


@cache
def _by_m49() -> dict[int, Country]:
    return {country.m49: country for country in load_countries() if country.m49}
