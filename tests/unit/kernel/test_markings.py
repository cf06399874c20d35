import pytest

from tutela.kernel.markings import OUTSIDER, Marking, Principal, require_read
from tutela.kernel.problems import Problem

OWNER = Principal("owner", Marking.STRICTLY_CONFIDENTIAL, frozenset({"cases"}))


@pytest.mark.parametrize(
    ("principal", "marking", "compartments"),
    [
        (OUTSIDER, Marking.CONFIDENTIAL, frozenset()),
        (OUTSIDER, Marking.UNCLASSIFIED, frozenset({"cases"})),
        (OWNER, Marking.UNCLASSIFIED, frozenset({"vault"})),
        (OWNER, Marking.UNCLASSIFIED, frozenset({"cases", "vault"})),
    ],
)
def test_it_refuses_the_uncleared_and_those_outside_the_compartment(principal, marking, compartments):
    with pytest.raises(Problem) as caught:
        require_read(principal, marking, compartments)
    assert caught.value.code == "not-allowed"


def test_it_lets_the_cleared_read():
    require_read(OUTSIDER, Marking.UNCLASSIFIED, frozenset())
    require_read(OWNER, Marking.STRICTLY_CONFIDENTIAL, frozenset({"cases"}))


def test_a_marking_is_printed_in_words():
    assert Marking.STRICTLY_CONFIDENTIAL.label == "Strictly confidential"
