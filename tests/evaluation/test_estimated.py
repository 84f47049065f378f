"""Performance expected from chances, against its definition pair by pair and against outcomes drawn from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.evaluation import auc, average_precision, estimated, lift_at

chances = st.lists(st.floats(0.01, 0.99), min_size=2, max_size=12)


def pair_by_pair(chance, score):
    """The expected number of pairs in order, ties half, over that of all pairs; no customer beside itself."""
    right = every = 0.0
    for i, above in enumerate(chance):
        for j, below in enumerate(chance):
            if i != j:
                weight = above * (1 - below)
                every += weight
                right += weight * (1.0 if score[i] > score[j] else 0.5 if score[i] == score[j] else 0.0)
    return right / every


@given(chances, st.data())
def test_the_area_is_that_of_all_pairs_weighted_by_how_likely_each_is(chance, data):
    score = data.draw(st.lists(st.integers(0, 3), min_size=len(chance), max_size=len(chance)))
    assert estimated(chance, score).auc == pytest.approx(pair_by_pair(chance, score))


def test_what_is_expected_is_what_comes_on_average_when_the_chances_are_true():
    draw = np.random.default_rng(3)
    chance = draw.beta(1.0, 9.0, 3_000)
    told = estimated(chance, chance)
    y = [(draw.random(3_000) < chance).astype(float) for _ in range(60)]
    assert told.auc == pytest.approx(np.mean([auc(one, chance) for one in y]), abs=0.005)
    assert told.lift_at_10 == pytest.approx(np.mean([lift_at(one, chance, 0.1) for one in y]), rel=0.03)
    assert told.average_precision == pytest.approx(
        np.mean([average_precision(one, chance) for one in y]), rel=0.04
    )
    assert told.responders == pytest.approx(np.mean([one.sum() for one in y]), rel=0.03)


def test_other_customers_change_the_estimate_and_other_behaviour_does_not():
    draw = np.random.default_rng(4)
    chance = draw.beta(1.0, 9.0, 2_000)
    alike = chance[(chance > 0.05) & (chance < 0.15)]
    assert estimated(alike, alike).auc < estimated(chance, chance).auc - 0.1
    # nobody responds as promised, and the estimate cannot see it
    assert estimated(chance, chance).auc > 0.7 > auc((draw.random(2_000) < 0.1).astype(float), chance)


def test_one_customer_has_no_ranking():
    with pytest.raises(ValueError, match="1 customers have no ranking"):
        estimated([0.5], [0.5])
