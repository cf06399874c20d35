import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.kernel.digests import bytes_digest, canonical_json, content_digest, recipe_digest

tables = st.integers(0, 12).flatmap(
    lambda n: st.fixed_dictionaries(
        {
            "id": st.lists(st.text(max_size=3), min_size=n, max_size=n).map(lambda x: np.array(x, dtype=np.str_)),
            "deaths": st.lists(st.floats(), min_size=n, max_size=n).map(lambda x: np.array(x, dtype=np.float64)),
            "code": st.lists(st.integers(-9, 9), min_size=n, max_size=n).map(lambda x: np.array(x, dtype=np.int8)),
            "yes": st.lists(st.booleans(), min_size=n, max_size=n).map(lambda x: np.array(x, dtype=bool)),
        }
    )
)


@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(table, random):
    order = list(range(len(table["id"])))
    random.shuffle(order)
    shuffled = {name: table[name][order] for name in reversed(table)}
    assert content_digest(shuffled) == content_digest(table)


@given(tables.filter(lambda table: len(table["id"]) > 0))
def test_one_changed_value_changes_it(table):
    changed = table | {"code": table["code"].copy()}
    changed["code"][0] += 1
    assert content_digest(changed) != content_digest(table)


def test_widths_and_byte_orders_do_not_matter_but_kinds_do():
    small, big = np.array([1, 2], dtype=np.int8), np.array([1, 2], dtype=">i4")
    assert content_digest({"a": small}) == content_digest({"a": big})
    assert content_digest({"a": small}) != content_digest({"a": small.astype(np.float64)})
    assert content_digest({"a": np.array(["x"])}) == content_digest({"a": np.array(["x"], dtype="U9")})
    assert content_digest({"a": np.array(["x"])}) == content_digest({"a": np.array(["x"], dtype=object)})


def test_not_a_number_and_minus_zero_have_one_spelling():
    odd_nan = np.frombuffer(np.array([0x7FF8000000000001], dtype="<u8").tobytes(), dtype="<f8")
    assert content_digest({"a": odd_nan}) == content_digest({"a": np.array([np.nan])})
    assert content_digest({"a": np.array([-0.0])}) == content_digest({"a": np.array([0.0])})


def test_days_are_days_and_other_times_are_microseconds():
    days = np.array(["2020-01-01", "NaT"], dtype="M8[D]")
    assert content_digest({"a": days}) == content_digest({"a": days[::-1]})
    assert content_digest({"a": days.astype("M8[ns]")}) == content_digest({"a": days.astype("M8[s]")})


def test_an_empty_table_has_a_digest():
    assert content_digest({}) != content_digest({"a": np.array([], dtype=np.int64)})


def test_it_refuses_columns_that_are_no_table():
    with pytest.raises(ValueError, match="differ in length"):
        content_digest({"a": np.array([1]), "b": np.array([1, 2])})
    with pytest.raises(TypeError, match="complex"):
        content_digest({"a": np.array([1j])})


def test_a_recipe_is_the_same_whatever_the_order_of_its_parts():
    assert recipe_digest({"a": 1, "b": [1, 2]}) == recipe_digest({"b": [1, 2], "a": 1})
    assert recipe_digest({"a": 1}) != recipe_digest({"a": 2})


def test_a_recipe_cannot_hold_not_a_number():
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"a": float("nan")})


def test_documents_are_their_bytes():
    assert bytes_digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
