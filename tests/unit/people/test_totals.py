import numpy as np

from tutela.engine.people.totals import total_of_units
from tutela.kernel.people import PeopleOfUnits


def build(rows):
    code, level, country, people, year = zip(*rows, strict=True)
    n = len(rows)
    text = np.array([""] * n, dtype=np.str_)
    return PeopleOfUnits(
        code=np.array(code, dtype=np.str_),
        name=text,
        level=np.array(level, np.int8),
        parent=text,
        country=np.array(country, dtype=np.str_),
        people=np.array(people, dtype=np.float64),
        women=np.full(n, np.nan),
        men=np.full(n, np.nan),
        year=np.array(year, np.int16),
        origin=text,
        source_line=np.arange(2, n + 2, dtype=np.int32),
    )


ROWS = (
    ("A1", 1, "AAA", 90.0, 2019),
    ("A", 0, "AAA", 105.0, 2020),
    ("A1", 1, "AAA", 60.0, 2020),
    ("A2", 1, "AAA", 40.0, 2020),
    ("B1", 1, "BBB", 7.0, 0),
    ("C1", 1, "CCC", float("nan"), 2020),
)


def test_the_newest_year_and_the_deepest_level_are_added_up_once():
    total = total_of_units(build(ROWS), ("AAA",))
    assert (total.low, total.mid, total.at_least) == (100, 100, False)
    assert total.basis == "people of 2 units in 2020, added up"


def test_a_country_that_the_table_lacks_makes_a_lower_bound_or_no_number():
    assert total_of_units(build(ROWS), ("AAA", "ZZZ")).at_least
    assert total_of_units(build(ROWS), ("ZZZ",)) is None
    assert total_of_units(build(ROWS), ()) is None
    assert total_of_units(build(ROWS), ("CCC",)) is None
    assert total_of_units(build(ROWS), ("BBB",)).basis == "people of 1 units, added up"


def test_a_unit_without_a_number_makes_a_lower_bound():
    total = total_of_units(build([*ROWS, ("A3", 1, "AAA", float("nan"), 2020)]), ("AAA",))
    assert total.at_least
    assert "1 more have no number" in total.basis
