"""When countries that came out of others began: before that month they have no zeros, but nothing.

The table is our own and was written from memory of public law; it says nothing about status, only from which month
sources of events speak of a country by its own name. A deployment says otherwise with `--begins`.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def load_country_begins() -> dict[str, str]:
    """The first month (YYYY-MM) of each country that began since 1990, by ISO 3166 alpha-3."""
    text = resources.files("tutela.catalogue").joinpath("country_begins.csv").read_text(encoding="utf-8")
    return {row["iso3"]: row["since"] for row in csv.DictReader(text.splitlines())}
