"""Metrics of uplift, held against the published formulas written out the slow way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.evaluation import (
    arm_effects,
    evaluate_uplift,
    qini_of_best,
    qini_points,
    uplift_deciles,
    uplift_difference,
)


def trial(rows: int = 400, seed: int = 0, ties: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes, groups and scores: the effect is real and the score knows some of it."""
    rng = np.random.default_rng(seed)
    x, treated = rng.normal(size=rows), (rng.random(rows) < 0.4).astype(float)
    y = (rng.random(rows) < 0.2 + 0.3 * treated * (x > 0)).astype(float)
    score = x + rng.normal(size=rows)
    return y, treated, np.round(score) if ties else score


def area(x: list[float], y: list[float]) -> float:
    return sum((b - a) * (u + v) / 2 for a, b, u, v in zip(x, x[1:], y, y[1:], strict=False))


def slow_curve(y: np.ndarray, treated: np.ndarray, score: np.ndarray) -> tuple[list[float], list[float]]:
    """Radcliffe (2007): customers by score, equal ones together; treated responders less scaled control responders."""
    depth, gained = [0.0], [0.0]
    for cut in sorted(set(score.tolist()), reverse=True):
        above = [i for i in range(len(y)) if score[i] >= cut]
        here, there = [i for i in above if treated[i] == 1], [i for i in above if treated[i] == 0]
        scale = len(here) / len(there) if there else 0.0
        depth.append(float(len(above)))
        gained.append(sum(y[i] for i in here) - sum(y[i] for i in there) * scale)
    return depth, gained


def slow_ratio(y: np.ndarray, treated: np.ndarray, score: np.ndarray) -> float:
    """`qini_auc_score` of scikit-uplift with its negative effects: area over chance, over that of the best curve."""
    found, best = slow_curve(y, treated, score), slow_curve(y, treated, y * treated - y * (1 - treated))
    chance = area([0.0, best[0][-1]], [0.0, best[1][-1]])
    return (area(*found) - chance) / (area(*best) - chance)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_qini_is_the_area_of_the_published_curve_and_its_ratio_that_of_scikit_uplift(seed, ties):
    y, treated, score = trial(seed=seed, ties=ties)
    depth, gained = slow_curve(y, treated, score)
    chance = area([0.0, depth[-1]], [0.0, gained[-1]])
    plain = (area(depth, gained) - chance) / len(y) / treated.sum()
    found = evaluate_uplift(y, treated, score, np.arange(len(y)), resamples=0)
    assert found["qini"].value == pytest.approx(plain)
    assert qini_of_best(y, treated, score) == pytest.approx(slow_ratio(y, treated, score))


def test_uplift_among_the_best_and_by_decile_is_the_difference_of_two_means():
    y, treated, score = trial(1_000)
    found = evaluate_uplift(y, treated, score, np.arange(len(y)), resamples=0)
    best = np.argsort(-score)
    for share in (10, 20, 30, 50, 100):
        top = best[: share * 10]
        plain = y[top][treated[top] == 1].mean() - y[top][treated[top] == 0].mean()
        name = "average_effect" if share == 100 else f"uplift_at_{share}"
        assert found[name].value == pytest.approx(plain)
    rows = uplift_deciles(y, treated, score, score, np.arange(len(y)), resamples=20)
    for i, row in enumerate(rows):
        here = best[100 * i : 100 * (i + 1)]
        assert row.treated + row.control == pytest.approx(100)
        assert row.effect == pytest.approx(
            y[here][treated[here] == 1].mean() - y[here][treated[here] == 0].mean()
        )
        assert row.predicted == pytest.approx(score[here].mean())
        assert row.low <= row.effect <= row.high


def test_the_uplift_curve_is_depth_times_the_difference_above_the_cut():
    y, treated, score = trial(300)
    depth, heights = [0.0], [0.0]
    for n in range(1, len(y) + 1):
        top = np.argsort(-score)[:n]
        here, there = y[top][treated[top] == 1], y[top][treated[top] == 0]
        depth.append(n / len(y))
        heights.append(n / len(y) * (here.mean() - there.mean()) if len(here) and len(there) else 0.0)
    found = evaluate_uplift(y, treated, score, np.arange(len(y)), resamples=0)
    assert found["auuc"].value == pytest.approx(area(depth, heights))
    assert found["auuc_over_random"].value == pytest.approx(area(depth, heights) - heights[-1] / 2)


@given(st.integers(0, 10_000))
def test_a_ranking_that_knows_nothing_gains_nothing_and_any_rising_function_ranks_alike(seed):
    y, treated, score = trial(80, seed % 50)
    if treated.sum() in (0, len(y)):
        return
    alike = evaluate_uplift(y, treated, np.ones(len(y)), np.arange(len(y)), resamples=0)
    assert alike["qini"].value == pytest.approx(0.0)
    assert alike["uplift_at_10"].value == pytest.approx(alike["average_effect"].value)
    one, two = (
        evaluate_uplift(y, treated, s, np.arange(len(y)), resamples=0, shares=())["qini"].value
        for s in (score, np.exp(score))
    )
    assert one == pytest.approx(two)


def test_a_weight_of_two_is_a_row_that_stands_twice():
    y, treated, score = trial(200, ties=True)
    weight = np.where(np.arange(200) % 3 == 0, 2.0, 1.0)
    twice = np.repeat(np.arange(200), weight.astype(int))
    weighted = evaluate_uplift(y, treated, score, np.arange(200), weight, resamples=0)
    repeated = evaluate_uplift(y[twice], treated[twice], score[twice], np.arange(len(twice)), resamples=0)
    assert {k: v.value for k, v in weighted.items()} == pytest.approx(
        {k: v.value for k, v in repeated.items()}
    )


def test_intervals_cover_the_truth_and_a_paired_difference_of_equals_is_none():
    # the score is the true effect: its expected area is that of the effects themselves
    rng = np.random.default_rng(5)
    inside = 0
    for seed in range(20):
        x, treated = rng.random(3_000), (rng.random(3_000) < 0.5).astype(float)
        y = (rng.random(3_000) < 0.1 + 0.4 * treated * x).astype(float)
        found = evaluate_uplift(y, treated, x, np.arange(3_000), resamples=60, seed=seed)["qini"]
        # effects 0.4 x of x uniform: the curve is 0.4 (d - d^2 / 2), the area over the chord 0.4 / 12
        inside += found.low <= 0.4 / 12 <= found.high
    assert inside >= 16
    y, treated, score = trial()
    none = uplift_difference(y, treated, score, 2 * score, np.arange(len(y)), resamples=20)
    assert (none["qini"].low, none["qini"].high) == (0.0, 0.0)


def test_the_curve_begins_at_nothing_and_ends_at_the_average_effect():
    y, treated, score = trial()
    depths, gained = qini_points(y, treated, score)
    assert (depths[0], gained[0], depths[-1]) == (0.0, 0.0, 1.0)
    assert gained[-1] == pytest.approx(y[treated == 1].mean() - y[treated == 0].mean())


def test_one_group_alone_and_another_word_for_treatment_are_refused():
    y, treated, score = trial()
    with pytest.raises(ValueError, match="both treated customers and controls"):
        evaluate_uplift(y, np.ones(len(y)), score, np.arange(len(y)))
    with pytest.raises(ValueError, match="0 or 1"):
        evaluate_uplift(y, treated + 1, score, np.arange(len(y)))


def test_each_arm_is_held_against_the_controls_by_itself():
    # 8 of 40 and 20 of 40 beside 4 of 40: differences .10 and .40
    y = np.array([1.0] * 8 + [0.0] * 32 + [1.0] * 20 + [0.0] * 20 + [1.0] * 4 + [0.0] * 36)
    group = np.repeat([1, 2, 0], 40)
    mild, strong = arm_effects(y, group, ["sms", "call", "never sent"], np.arange(len(y)))
    assert (mild.arm, mild.cases, mild.mean) == ("sms", 40, 0.2)
    assert mild.effect == pytest.approx(0.1)
    assert mild.low < 0 < mild.high
    assert strong.effect == pytest.approx(0.4)
    assert strong.low > 0
    money = 100.0 * y + np.arange(120)
    amounts = arm_effects(money, group, ["sms", "call"], np.arange(len(y)))
    assert amounts[1].effect == pytest.approx(money[40:80].mean() - money[80:].mean())


def test_arms_that_the_wealthy_were_chosen_for_are_weighed():
    draw = np.random.default_rng(1)
    wealthy = draw.random(60_000) < 0.5
    chance = np.where(wealthy, 0.8, 0.2)
    group = np.where(draw.random(60_000) < chance, draw.integers(1, 3, 60_000), 0)
    y = (draw.random(60_000) < 0.1 + 0.3 * wealthy + 0.05 * (group == 2)).astype(float)
    weight = np.where(group > 0, 1 / chance, 1 / (1 - chance))
    plain, weighed = (
        arm_effects(y, group, ["none", "some"], np.arange(len(y)), one) for one in (None, weight)
    )
    assert plain[0].low > 0.1
    assert weighed[0].low < 0 < weighed[0].high
    assert weighed[1].low < 0.05 < weighed[1].high
    # an estimate of its error by drawing customers again
    again = [
        arm_effects(y[rows], group[rows], ["none", "some"], np.arange(len(y)), weight[rows])[1].effect
        for rows in draw.integers(0, 60_000, (200, 60_000))
    ]
    assert (weighed[1].high - weighed[1].low) / 2 == pytest.approx(1.96 * np.std(again), rel=0.15)


def test_customers_of_weight_two_count_twice_in_the_share_of_the_best_order():
    y, treated, score = trial()
    twice = np.where(np.arange(len(y)) % 3 == 0, 2, 1)
    rows = np.repeat(np.arange(len(y)), twice)
    assert qini_of_best(y, treated, score, twice) == pytest.approx(
        qini_of_best(y[rows], treated[rows], score[rows])
    )


def test_where_a_tenth_has_no_control_its_effect_is_unknown_and_all_else_is_told():
    y, treated, score = trial()
    first = score >= np.quantile(score, 0.8)
    treated = np.where(first, 1.0, treated)
    found = evaluate_uplift(y, treated, score, np.arange(len(y)), resamples=50)
    assert np.isnan(found["uplift_at_10"].value)
    assert np.isnan(found["uplift_at_10"].low)
    assert np.isfinite([found["qini"].low, found["average_effect"].low, found["uplift_at_50"].high]).all()
    deciles = uplift_deciles(y, treated, score, score, np.arange(len(y)), resamples=50)
    assert [np.isnan(row.effect) for row in deciles] == [True, True] + [False] * 8
    assert np.isnan(deciles[0].control_mean)
    assert np.isfinite(deciles[0].treated_mean)
    assert np.isfinite(deciles[5].low)


def test_several_cases_of_a_customer_tell_no_more_of_an_arm_than_one():
    draw = np.random.default_rng(3)
    group, y = draw.integers(0, 3, 900), (draw.random(900) < 0.2).astype(float)
    once = arm_effects(y, group, ["sms", "call"], np.arange(900))[0]
    again = arm_effects(np.tile(y, 4), np.tile(group, 4), ["sms", "call"], np.tile(np.arange(900), 4))[0]
    assert again.effect == pytest.approx(once.effect)
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=0.15)
