"""Letters and places, frozen with a model."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.models import Bands, ReferencePercentiles


def test_bands_are_cut_at_multiples_of_the_base_rate_and_include_their_floor():
    bands = Bands.from_base_rate(0.02)
    assert bands.floors == pytest.approx((0.08, 0.04, 0.02, 0.01))
    a, b, c, d = bands.floors
    chances = [0.9, a, a - 1e-9, b, b - 1e-9, c, d, d - 1e-9]
    assert bands.of(chances).tolist() == list("AABBCCDE")
    assert bands.describe() == {
        "A": "8.00% to 100.00%",
        "B": "4.00% to 8.00%",
        "C": "2.00% to 4.00%",
        "D": "1.00% to 2.00%",
        "E": "0.00% to 1.00%",
    }
    assert bands.describe("zh")["B"] == "4.00% 至 8.00%"


@given(st.floats(1e-6, 1 - 1e-6))
def test_every_band_can_be_reached_at_any_base_rate(rate):
    floors = Bands.from_base_rate(rate).floors
    assert all(0 < floor < 1 for floor in floors)
    assert sorted(set(floors), reverse=True) == list(floors)


def test_where_half_respond_band_a_is_four_times_fewer_who_do_not():
    assert Bands.from_base_rate(0.5).floors == pytest.approx((0.875, 0.75, 0.5, 0.25))


def test_a_hundred_customers_take_a_hundred_percentiles():
    scores = np.random.default_rng(0).permutation(100) / 7
    percentiles = ReferencePercentiles.from_scores(scores, "all customers, 2026-03")
    assert percentiles.of(np.sort(scores)).tolist() == list(range(1, 101))
    assert percentiles.of([-1.0, 1e9]).tolist() == [1, 100]


@given(st.lists(st.integers(0, 20), min_size=1, max_size=300))
def test_at_least_p_minus_one_percent_of_the_reference_score_lower(scores):
    reference = np.array(scores)
    places = ReferencePercentiles.from_scores(reference, "here").of(reference)
    for score, place in zip(scores, places, strict=True):
        assert (reference < score).sum() * 100 >= (int(place) - 1) * len(scores)


def test_equal_scores_all_round_are_no_distinction():
    assert ReferencePercentiles.from_scores(np.full(50, 0.3), "flat").of([0.3]).tolist() == [1]


def test_both_are_the_same_after_saving():
    bands = Bands.from_base_rate(0.031)
    places = ReferencePercentiles.from_scores(np.random.default_rng(0).random(333), "客户")
    assert Bands.from_dict(json.loads(json.dumps(bands.to_dict()))) == bands
    assert ReferencePercentiles.from_dict(json.loads(json.dumps(places.to_dict()))) == places


def test_what_has_no_band_or_place_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        Bands.from_base_rate(0.1).of([0.1, np.nan])
    with pytest.raises(ValueError, match="base_rate"):
        Bands.from_base_rate(0.0)
    with pytest.raises(ValueError, match="scores"):
        ReferencePercentiles.from_scores([], "nobody")
    with pytest.raises(ValueError, match="NaN"):
        ReferencePercentiles.from_scores([0.1], "one").of([np.nan])
