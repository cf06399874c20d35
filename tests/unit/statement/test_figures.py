from __future__ import annotations

import pytest

from tutela.engine.statement.figures import ABSENCES, Figure
from tutela.engine.statement.queries import ADDED_UP, COUNTED, QUARTILES
from tutela.kernel.estimates import Estimate


def figure(kind="estimate", unit="killed", basis=ADDED_UP, numbers=(388, 412, 1020), at_least=False, **changes):
    estimate = Estimate(*numbers, basis, at_least) if kind in ("estimate", "count") else None
    return Figure("k", "Label", kind, unit, "definition", basis, "a" * 64, estimate=estimate, **changes)


@pytest.mark.parametrize(
    ("made", "printed", "short"),
    [
        (figure(), "412 killed (best; 388-1,020)", "412 (388-1,020)"),
        (figure(at_least=True), "at least 412 killed (best; 388-1,020)", "≥ 412 (388-1,020)"),
        (figure(numbers=(3, 3, 3)), "3 killed (best)", "3"),
        (figure(numbers=(0, 0, 4)), "0 killed (best; 0-4)", "0 (0-4)"),
        (figure("count", "events", COUNTED, (1, 1, 1)), "1 event", "1"),
        (figure("count", "events", COUNTED, (1200, 1200, 1200)), "1,200 events", "1,200"),
        (
            figure(unit="km", basis=QUARTILES, numbers=(4, 56, 101), middle="median"),
            "56 km (median; 4-101)",
            "56 (4-101)",
        ),
        (figure(numbers=(0, 0, 0)), "none recorded", "none recorded"),
        (
            figure(numbers=(0, 0, 0), complete=True),
            "none, complete in this source",
            "none, complete in this source",
        ),
        (figure("day", value="2020-05-03"), "3 May 2020", "3 May 2020"),
        (figure("text", value="in force"), "in force", "in force"),
        (
            figure("absent", value="no-report-since", detail="3 May"),
            "no report since 3 May",
            "no report since 3 May",
        ),
    ],
)
def test_a_figure_prints_as_the_field_reads_it(made, printed, short):
    assert made.printed == printed
    assert made.printed_short == short


def test_the_ways_to_have_no_number_look_and_read_differently_and_none_is_zero():
    absent = [figure("absent", value=reason) for reason in ABSENCES]
    none = [figure(numbers=(0, 0, 0)), figure(numbers=(0, 0, 0), complete=True)]
    made = [*absent, *none]
    assert len({item.look for item in made}) == len({item.printed for item in made}) == len(made)
    assert not any("0" in item.printed for item in made)
    assert figure().look == "estimate"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "absent", "value": "lost"},
        {"kind": "text", "estimate": Estimate.exactly(1, "x")},
        {"kind": "count"},
    ],
)
def test_a_figure_that_contradicts_itself_cannot_be_made(changes):
    values = {"key": "k", "label": "", "kind": "text", "unit": "", "definition": "", "basis": "", "artifact": ""}
    with pytest.raises(ValueError, match="figure"):
        Figure(**(values | changes))


def test_the_digest_follows_artifact_query_and_value():
    assert figure().digest == figure().digest
    assert len({figure().digest, figure(numbers=(388, 413, 1020)).digest, figure(at_least=True).digest}) == 3
