from datetime import date

import pytest

from tutela.engine.people.near import PeopleNear, RingPeople
from tutela.engine.people.ranges import reconcile
from tutela.engine.statement.figures import Figure, round_people
from tutela.engine.statement.people_queries import PeopleQuery, evaluate_people, read_query
from tutela.engine.statement.queries import Query
from tutela.kernel.accounting import Accounting
from tutela.kernel.estimates import Estimate
from tutela.kernel.problems import Problem

BY = {"a": Estimate.exactly(1_234_567.0, "cells"), "b": Estimate.exactly(987_654.0, "cells"), "c": None}
NEAR = PeopleNear(
    date(2020, 12, 31),
    2,
    (RingPeople(30.0, reconcile({"a": BY["a"], "b": BY["b"]}), BY),),
    Accounting("sites", 2, 2),
)
WHOLES = {"t": Estimate.exactly(5e6, "units")}


def test_the_range_one_source_and_whole_countries_are_each_answered():
    assert evaluate_people(PeopleQuery(30.0), NEAR, WHOLES).estimate.high == 1_234_567
    assert evaluate_people(PeopleQuery(30.0, "b"), NEAR, WHOLES).estimate.mid == 987_654
    assert evaluate_people(PeopleQuery(30.0, "c"), NEAR, WHOLES).estimate is None
    assert evaluate_people(PeopleQuery(None, "t"), NEAR, WHOLES).estimate.mid == 5e6
    assert evaluate_people(PeopleQuery(None, "u"), NEAR, WHOLES).estimate is None
    assert len(evaluate_people(PeopleQuery(30.0), NEAR, WHOLES).rows) == 0


@pytest.mark.parametrize("query", [PeopleQuery(5.0), PeopleQuery(30.0, "z")])
def test_what_was_not_counted_is_refused(query):
    with pytest.raises(Problem) as caught:
        evaluate_people(query, NEAR, WHOLES)
    assert caught.value.code == "option-invalid"


def test_a_query_is_read_back_as_what_it_was():
    for query in (PeopleQuery(30.0, "a"), Query(violence="one_sided")):
        assert read_query(query.as_json()) == query
    with pytest.raises(Problem, match="one source at a time"):
        PeopleQuery(None)
    with pytest.raises(Problem, match="fields"):
        read_query({"about": "people", "far": 3})


def make_figure(estimate, query, middle="middle of the sources"):
    return Figure(
        "k", "l", "estimate", "people", "d", estimate.basis, "a" * 64, estimate, query=query, middle=middle
    )


def test_people_are_printed_rounded_with_their_range():
    figure = make_figure(NEAR.rings[0].estimate, PeopleQuery(30.0))
    assert figure.printed == "1,110,000 people (middle of the sources; 988,000-1,230,000)"
    assert figure.printed_short == "1,110,000 (988,000-1,230,000)"
    assert Figure.from_json(figure.as_json()) == figure
    alike = make_figure(Estimate(10_001, 10_002, 10_003, "cells"), PeopleQuery(30.0))
    assert alike.printed == "10,000 people"
    # People whom a file counts one by one (staff) are not rounded.
    assert make_figure(Estimate.exactly(10_735, "counted"), None).printed == "10,735 people"


@pytest.mark.parametrize(("value", "rounded"), [(0, 0), (7, 10), (444, 440), (1_234_567, 1_230_000)])
def test_rounding_keeps_three_figures_and_never_less_than_ten(value, rounded):
    assert round_people(value) == rounded
