"""One reading of a table, in training and in scoring."""

from __future__ import annotations

import json
import math
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.errors import UserError
from leadlift.models import Encoding


def encoded(values, kind=None):
    """One column, fitted and encoded."""
    table = pa.table({"x": pa.array(values, kind)})
    return Encoding.fit(table, ["x"]).encode(table)[:, 0].tolist()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 0], pa.int8()),
        ([1, 0], pa.uint64()),
        ([1.0, 0.0], pa.float16()),
        ([1.0, 0.0], pa.float64()),
        ([True, False], pa.bool_()),
        ([Decimal("1.00"), Decimal("0.00")], pa.decimal128(12, 2)),
    ],
)
def test_every_kind_of_number_is_read_and_null_is_missing(values, kind):
    one, zero, missing = encoded([*values, None], kind)
    assert (one, zero) == (1.0, 0.0)
    assert math.isnan(missing)


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
)
def test_categories_become_codes_in_alphabetical_order(kind):
    west, east, none = encoded(["west", "east", None], kind)
    assert (east, west) == (0.0, 1.0)
    assert math.isnan(none)


def test_a_category_never_seen_in_training_is_missing():
    encoding = Encoding.fit(pa.table({"x": ["a", "b"]}), ["x"])
    assert np.isnan(encoding.encode(pa.table({"x": ["c"]}))).all()


def test_infinity_and_what_float32_cannot_hold_are_missing():
    assert all(math.isnan(value) for value in encoded([math.inf, -math.inf, math.nan, 1e300]))


def test_a_column_of_nulls_only_is_missing_whatever_it_was_in_training():
    encoding = Encoding.fit(pa.table({"n": [1.0], "t": ["a"]}), ["n", "t"])
    assert np.isnan(encoding.encode(pa.table({"n": pa.nulls(2), "t": pa.nulls(2)}))).all()


def test_columns_are_found_by_name_and_others_are_left_alone():
    encoding = Encoding(("b", "a"), {})
    table = pa.table({"a": [1, 2], "when": [date(2026, 1, 1)] * 2, "b": [3, 4]})
    assert encoding.encode(table).tolist() == [[3, 1], [4, 2]]


def test_every_absent_feature_is_named():
    with pytest.raises(UserError, match="lacks 2 of 3 features: a, c"):
        Encoding(("a", "b", "c"), {}).encode(pa.table({"b": [1]}))


def test_text_where_a_number_was_is_refused_and_the_other_way_round():
    with pytest.raises(UserError, match="'x' was a number when the model was trained and is text"):
        Encoding(("x",), {}).encode(pa.table({"x": ["12"]}))
    with pytest.raises(UserError, match="'x' was text when the model was trained and is a number"):
        Encoding(("x",), {"x": ("1", "2")}).encode(pa.table({"x": [1]}))


def test_a_date_is_no_feature():
    with pytest.raises(UserError, match="'x' is date32"):
        Encoding.fit(pa.table({"x": [date(2026, 1, 1)]}), ["x"])


def test_only_the_thousand_commonest_categories_are_kept():
    names = [f"branch {i:04}" for i in range(1_200)]
    table = pa.table({"x": names + names[100:]})
    kept = Encoding.fit(table, ["x"]).categories["x"]
    assert len(kept) == 1_000
    assert set(kept) <= set(names[100:])


def test_a_buffer_is_written_again_and_a_short_batch_gets_its_first_rows():
    encoding = Encoding(("x",), {})
    buffer = np.empty((3, 1), dtype=np.float32)
    first = encoding.encode(pa.record_batch({"x": [1, 2, 3]}), buffer)
    second = encoding.encode(pa.record_batch({"x": [9]}), buffer)
    assert np.shares_memory(first, buffer)
    assert second.tolist() == [[9]]
    assert first.tolist() == [[9], [2], [3]]
    with pytest.raises(ValueError, match="buffer"):
        encoding.encode(pa.record_batch({"x": [1, 2, 3, 4]}), buffer)


def test_a_table_in_many_pieces_is_read_like_one_piece():
    whole = pa.table({"x": range(20_000), "t": ["a", "b"] * 10_000})
    pieces = pa.concat_tables([whole.slice(0, 7), whole.slice(7, 12_000), whole.slice(12_007)])
    encoding = Encoding.fit(pieces, ["x", "t"])
    assert (encoding.encode(pieces) == encoding.encode(whole)).all()
    assert encoding.encode(whole.slice(3, 2))[:, 0].tolist() == [3, 4]


@given(
    st.dictionaries(st.text(max_size=5), st.sampled_from([["a", "ü", "银行"], [1.5, 2.5, None]]), min_size=1)
)
def test_saved_and_read_again_it_encodes_the_same(columns):
    table = pa.table(columns)
    encoding = Encoding.fit(table, table.column_names)
    again = Encoding.from_dict(json.loads(json.dumps(encoding.to_dict())))
    assert again == encoding
    assert np.array_equal(again.encode(table), encoding.encode(table), equal_nan=True)


def test_a_matrix_value_is_told_as_people_know_it():
    encoding = Encoding(("region", "age"), {"region": ("east", "west")})
    assert encoding.decode("region", 1.0) == "west"
    assert encoding.decode("age", 41.0) == 41.0
    assert encoding.decode("region", math.nan) is None
