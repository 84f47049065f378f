"""Whoever computes a score, its bits are those of `Booster.predict`."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from leadlift.errors import UserError
from leadlift.models import predictor
from leadlift.models.predictor import ByLightGbm, agree, compiled_of, fastest
from leadlift.models.probe import probe_of
from leadlift.models.trees import trees_of

from .boosters import ENCODING, KINDS, LETTERS, grown, rows

MANY = 100_000_000


def table(n: int = 3_000, seed: int = 11) -> pa.RecordBatch:
    """Customers as an engine gives them: doubles, whole numbers and text, with nulls."""
    matrix = rows(n, seed)
    missing = np.isnan(matrix)
    known = np.nan_to_num(matrix)
    return pa.record_batch(
        {
            "letter": pa.array(LETTERS).take(pa.array(known[:, 3].astype(int), mask=missing[:, 3])),
            "x": pa.array(known[:, 0].astype(float) / 3, mask=missing[:, 0]),
            "wide": pa.array(known[:, 1], mask=missing[:, 1]),
            "count": pa.array(known[:, 2].astype(int), mask=missing[:, 2]),
        }
    )


@pytest.fixture(scope="module")
def booster():
    return grown("plain")


@pytest.fixture(scope="module")
def both(booster):
    """The compiled predictor, and LightGBM."""
    return compiled_of(trees_of(booster), ENCODING), ByLightGbm(booster, ENCODING)


@pytest.mark.parametrize("kind", KINDS)
def test_compiled_gives_the_bits_of_lightgbm_on_every_threshold_and_on_customers(kind):
    booster = grown(kind)
    trees = trees_of(booster)
    compiled = compiled_of(trees, ENCODING)
    assert compiled is not None
    for batch in (probe_of(trees, ENCODING), table()):
        wanted = booster.predict(ENCODING.encode(batch))
        assert compiled.raw(batch).tobytes() == wanted.tobytes()


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("x", pa.array([0.1, None, -0.0, float("inf"), float("-inf"), float("nan"), 1e300, 5e-324])),
        ("x", pa.array([0.1, None, -0.0, 1e-36, -1e-36, 1.5, 3e38, float("nan")], pa.float32())),
        ("count", pa.array([1, None, 0, 2**62 + 1, -(2**62), 3, 4, 5])),
        ("count", pa.array([1, None, 0, 2**64 - 1, 2, 3, 4, 5], pa.uint64())),
        ("count", pa.array([1, None, 0, -3, 2, 3, 4, 5], pa.int8())),
        ("count", pa.array([True, None, False, True, True, True, False, True])),
        ("x", pa.array([Decimal("0.10"), None, *[Decimal("-1.25")] * 6], pa.decimal128(9, 2))),
        ("x", pa.array([0.5, None, 0.25, 2, 3, 4, 5, 6], pa.float16())),
        ("wide", pa.nulls(8)),
        ("letter", pa.nulls(8)),
        ("letter", pa.array(["a", None, "t", "no such", "", "b", "c", "d"]).dictionary_encode()),
        ("letter", pa.array(["a", None, "t", "no such", "", "b", "c", "d"], pa.large_string())),
        ("letter", pa.array(["a", None, "t", "no such", "", "b", "c", "d"], pa.string_view())),
    ],
)
def test_every_type_of_column_is_read_as_the_encoding_reads_it(both, column, values):
    some = table(8)
    place = some.schema.get_field_index(column)
    batch = some.set_column(place, column, values)
    assert agree(*both, [batch, batch.slice(3), batch.slice(1, 4)])


def test_batches_of_any_size_and_place_give_what_the_whole_gives(both):
    compiled, _ = both
    whole = table()
    assert len(compiled.raw(whole.slice(0, 0))) == 0
    found = [compiled.raw(whole.slice(a, b - a)) for a, b in ((0, 1), (1, 513), (513, 1024), (1024, 3_000))]
    assert np.concatenate(found).tobytes() == compiled.raw(whole).tobytes()


def test_what_the_encoding_refuses_is_refused(both):
    for one in both:
        with pytest.raises(UserError, match="lacks 1 of 4 features: wide"):
            one.raw(table(5).drop_columns(["wide"]))
        with pytest.raises(UserError, match="'x' was a number when the model was trained and is text"):
            one.raw(table(5).set_column(1, "x", pa.array(["1"] * 5)))


def test_few_customers_are_left_to_lightgbm_and_many_are_not(booster, monkeypatch):
    # on a busy machine either may be the slower one for a moment: here the stopwatch says what is usual
    usual = {"lightgbm": 1e-5, "compiled": 2e-6}
    monkeypatch.setattr(predictor, "_seconds_a_row", lambda one, _: usual[one.name])
    assert fastest(booster, ENCODING, 1_000, table(100)).name == "lightgbm"
    assert fastest(booster, ENCODING, MANY, table(100)).name == "compiled"


def test_trees_of_another_model_do_not_agree(booster):
    other = compiled_of(trees_of(grown("plain", trees=39)), ENCODING)
    assert other is not None
    assert not agree(other, ByLightGbm(booster, ENCODING), [table(5)])


def test_a_model_that_cannot_be_compiled_is_scored_by_lightgbm():
    import lightgbm as lgb

    matrix = np.nan_to_num(rows(300))
    data = lgb.Dataset(matrix, matrix[:, 0].copy(), feature_name=list(ENCODING.features))
    linear = lgb.train({"verbosity": -1, "num_threads": 1, "linear_tree": True}, data, num_boost_round=3)
    found = fastest(linear, ENCODING, MANY, table(50))
    assert found.name == "lightgbm"
    assert found.raw(table()).tobytes() == linear.predict(ENCODING.encode(table())).tobytes()


def test_the_probe_holds_both_sides_of_every_threshold(booster):
    trees = trees_of(booster)
    probe = ENCODING.encode(probe_of(trees, ENCODING))
    for feature in range(3):
        values = np.unique(probe[:, feature])
        for cut in trees.threshold[trees.feature == feature]:
            below, above = values[values <= cut].max(), values[values > cut].min(initial=np.inf)
            # beyond what float32 holds there is nothing above
            assert cut > 3e38 or above == np.nextafter(below, np.float32(np.inf))
    assert set(probe[:, 3][~np.isnan(probe[:, 3])]) == set(range(len(LETTERS)))
