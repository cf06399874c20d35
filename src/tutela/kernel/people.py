"""How many people live where, as the sources have it: on a grid, in units, and in named places.

A number that a source does not have is NaN, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.kernel.grids import Grid
from tutela.kernel.tables import Codes, Floats, Table, Text


@dataclass(frozen=True, slots=True)
class PeopleRaster:
    """People on a grid of degrees of WGS 84.

    people, least  people in each cell, (rows, columns), and the fewest that the source allows; NaN without a number
    source         what to call it, with its year;  year  0 where unknown
    counted_as     in words, how a value of the file became people
    digest         SHA-256 of the file
    """

    people: Floats
    least: Floats
    grid: Grid
    source: str
    year: int
    counted_as: str
    digest: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.people.shape == self.least.shape == self.grid.shape:
            msg = "a PeopleRaster needs people and fewest for every cell of its grid"
            raise ValueError(msg)
        if not np.array_equal(np.isnan(self.people), np.isnan(self.least)):
            msg = "a PeopleRaster has a fewest wherever it has people, and nowhere else"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class PeopleOfUnits(Table):
    """People of administrative units, a row for each unit, level and year.

    code      the unit's P-code, "" where the source has none;  name  as the source has it
    level     1 for provinces, 2 for districts, ...; 0 is the country;  parent  the code one level up, "" if unknown
    country   ISO 3166 alpha-3, "" where unknown
    people, women, men   of all ages; NaN where not in this source
    year      that the numbers speak for, 0 where unknown
    origin    who counted, in the source's words, "" where it does not say
    source_line   the first line of the file that the row rests on
    """

    code: Text
    name: Text
    level: Codes
    parent: Text
    country: Text
    people: Floats
    women: Floats
    men: Floats
    year: NDArray[np.int16]
    origin: Text
    source_line: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Settlements(Table):
    """Named places, a row each.

    place_id   text, unique in its source;  lon, lat  degrees;  country  ISO 3166 alpha-3, "" where unknown
    people     who live there; NaN where the source does not say
    """

    place_id: Text
    name: Text
    lon: Floats
    lat: Floats
    country: Text
    people: Floats
    source_line: NDArray[np.int32]
