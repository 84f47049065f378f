"""Each metric against a slow plain version, scikit-learn, or an answer worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics as oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlift.evaluation import (
    auc,
    average_precision,
    brier,
    calibration_error,
    captured_at,
    ks,
    lift_at,
    log_loss,
)


@st.composite
def ranked_customers(draw):
    """A handful of customers, of both kinds, with many ties and a weight each."""
    n = draw(st.integers(4, 40))
    y = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    y[0], y[1] = 0, 1
    score = draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    weight = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    weight[0] = weight[1] = 1
    return np.array(y), np.array(score) / 10, np.array(weight)


def test_auc_counts_pairs_and_a_tie_is_half_a_pair():
    # responders .9 and .5, others .5 and .1: of four pairs three are right and one is tied
    assert auc([1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1]) == 3.5 / 4


def test_a_reversed_ranking_has_an_auc_below_a_half():
    assert auc([1, 0, 0], [0.1, 0.5, 0.9]) == 0.0


def test_lift_is_the_rate_at_the_top_over_the_rate_of_all():
    y = [1, 1, 0, 0, 1, 0, 0, 0, 0, 0]
    score = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert lift_at(y, score, 0.2) == pytest.approx(1.0 / 0.3)
    assert captured_at(y, score, 0.2) == pytest.approx(2 / 3)


def test_ties_at_the_cut_count_in_proportion():
    # four customers tie for the last two of three places; one of the four responded
    y, score = [0, 1, 0, 0, 0, 1], [9, 5, 5, 5, 5, 1]
    assert captured_at(y, score, 0.5) == pytest.approx((1 * 2 / 4) / 2)


def test_brier_log_loss_and_calibration_error_by_hand():
    y, chance = [1, 0], [0.8, 0.4]
    assert brier(y, chance) == pytest.approx((0.04 + 0.16) / 2)
    assert log_loss(y, chance) == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert calibration_error(y, chance) == pytest.approx((0.2 + 0.4) / 2)


def test_calibration_error_does_not_depend_on_the_order_of_rows_with_equal_probability():
    y, chance = np.array([1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0]), np.full(11, 0.3)
    assert calibration_error(y, chance) == pytest.approx(abs(4 / 11 - 0.3))
    assert calibration_error(y[::-1], chance) == pytest.approx(calibration_error(y, chance))


@given(ranked_customers())
def test_ranking_metrics_agree_with_scikit_learn_under_weights(rows):
    y, score, weight = rows
    assert auc(y, score, weight) == pytest.approx(oracle.roc_auc_score(y, score, sample_weight=weight))
    expected = oracle.average_precision_score(y, score, sample_weight=weight)
    assert average_precision(y, score, weight) == pytest.approx(expected)
    others, responders, _ = oracle.roc_curve(y, score, sample_weight=weight)
    assert ks(y, score, weight) == pytest.approx(max(responders - others))


@given(ranked_customers())
def test_chance_metrics_agree_with_scikit_learn_under_weights(rows):
    y, chance, weight = rows
    expected = oracle.brier_score_loss(y, chance, sample_weight=weight)
    assert brier(y, chance, weight) == pytest.approx(expected)
    expected = oracle.log_loss(y, np.column_stack([1 - chance, chance]), sample_weight=weight)
    assert log_loss(y, chance, weight) == pytest.approx(expected)


@given(ranked_customers(), st.sampled_from([0.01, 0.1, 0.25, 0.5, 1.0]))
def test_a_weight_of_two_is_the_same_as_the_row_twice(rows, share):
    y, score, weight = rows
    twice = np.repeat(np.arange(len(y)), weight)
    for metric in (auc, average_precision, ks, brier, log_loss, calibration_error):
        assert metric(y, score, weight) == pytest.approx(metric(y[twice], score[twice]))
    assert lift_at(y, score, share, weight) == pytest.approx(lift_at(y[twice], score[twice], share))


@given(ranked_customers(), st.floats(0.01, 1.0))
@settings(max_examples=50)
def test_captured_is_the_average_over_all_ways_to_break_the_ties(rows, share):
    y, score, _ = rows
    expected = [_captured_plainly(y, score, share, seed) for seed in range(400)]
    assert captured_at(y, score, share) == pytest.approx(np.mean(expected), abs=0.12)


def _captured_plainly(y, score, share, seed):
    shuffled = np.random.default_rng(seed).permutation(len(y))
    ranked = y[shuffled][np.argsort(-score[shuffled], kind="stable")]
    contacted = share * len(y)
    whole = int(contacted)
    part = ranked[whole] * (contacted - whole) if whole < len(y) else 0.0
    return (ranked[:whole].sum() + part) / y.sum()


@given(ranked_customers())
def test_contacting_everyone_gives_lift_one(rows):
    y, score, weight = rows
    assert lift_at(y, score, 1.0, weight) == pytest.approx(1.0)


@given(ranked_customers())
def test_only_the_order_of_scores_counts(rows):
    y, score, weight = rows
    assert auc(y, np.exp(3 * score), weight) == auc(y, score, weight)
    assert average_precision(y, score - 5, weight) == average_precision(y, score, weight)


@pytest.mark.parametrize("metric", [auc, average_precision, ks, lambda y, s: lift_at(y, s, 0.1)])
def test_a_ranking_without_responders_has_no_number(metric):
    with pytest.raises(ValueError, match="nobody responded"):
        metric([0, 0, 0], [0.1, 0.2, 0.3])


@pytest.mark.parametrize("metric", [auc, ks])
def test_a_ranking_of_responders_alone_has_no_number(metric):
    with pytest.raises(ValueError, match="everybody responded"):
        metric([1, 1], [0.1, 0.2])


def test_wrong_inputs_are_refused():
    with pytest.raises(ValueError, match="0 or 1"):
        auc([0, 2], [0.1, 0.2])
    with pytest.raises(ValueError, match="NaN"):
        auc([0, 1], [0.1, np.nan])
    with pytest.raises(ValueError, match="shapes differ"):
        brier([0, 1], [0.1])
    with pytest.raises(ValueError, match="share"):
        lift_at([0, 1], [0.1, 0.2], 10)
    with pytest.raises(ValueError, match="weights"):
        auc([0, 1], [0.1, 0.2], [0, -1])
