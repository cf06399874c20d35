from dataclasses import fields

import numpy as np
import pytest

from tutela.kernel.tables import Events, Sites, Total, add_up


def make(cls, n):
    numbers = {"precision", "violence", "perpetrator", "air", "source_file", "source_line"}
    floats = {"lon", "lat", "best", "low", "high", "civilians", "military", "police", "civilian"}
    days = {"day", "day_end", "opened", "closed"}
    columns = {}
    for item in fields(cls):
        if item.name in floats:
            columns[item.name] = np.arange(n, dtype=np.float64)
        elif item.name in days:
            columns[item.name] = np.full(n, "2020-01-01", dtype="M8[D]")
        elif item.name in numbers:
            columns[item.name] = np.zeros(n, dtype=np.int8)
        else:
            columns[item.name] = np.array([str(i) for i in range(n)], dtype=np.str_)
    return columns


@pytest.mark.parametrize("cls", [Events, Sites])
def test_a_table_takes_its_columns_and_gives_them_back(cls):
    table = cls.from_columns(make(cls, 3))
    assert len(table) == 3
    assert list(table.columns()) == [item.name for item in fields(cls)]
    assert len(table.take(np.array([True, False, True]))) == 2
    assert table.take(np.array([2, 0])).lon.tolist() == [2.0, 0.0]
    assert len(cls.concatenate([table, table.take(np.array([0]))])) == 4


def test_it_refuses_columns_of_different_lengths():
    columns = make(Events, 3) | {"lon": np.zeros(2)}
    with pytest.raises(ValueError, match="Events differ in length"):
        Events.from_columns(columns)


def test_what_is_not_in_the_source_is_no_zero():
    assert add_up(np.array([np.nan, np.nan])) == Total(None, 2)
    assert add_up(np.array([np.nan, np.nan])).as_json() is None
    assert add_up(np.array([1.0, np.nan, 2.0])) == Total(3.0, 1)
    assert add_up(np.array([])).as_json() == 0
