import pytest

from tutela.kernel.accounting import Accounting


def test_placed_and_excluded_are_the_input():
    account = Accounting("read", 5, 3, {"b": 1, "a": 1})
    assert account.as_json() == {"step": "read", "input": 5, "placed": 3, "excluded": {"a": 1, "b": 1}}


@pytest.mark.parametrize(("placed", "excluded"), [(3, {}), (5, {"a": 1}), (6, {"a": -1})])
def test_it_refuses_an_account_that_does_not_add_up(placed, excluded):
    with pytest.raises(ValueError, match="read: "):
        Accounting("read", 5, placed, excluded)


def test_it_refuses_a_negative_rest():
    with pytest.raises(ValueError, match="below zero"):
        Accounting("read", 0, -1, {"a": 1})
