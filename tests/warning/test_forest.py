"""The forest: the month before sets the mark, a planted odd month is found, and its features are named."""

from __future__ import annotations

import numpy as np

from leadlift.specs.warning import Forest
from leadlift.warning import odd_months

NAN = float("nan")


def months(seed: int, n: int = 3_000, f: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).standard_t(4, (n, f))


def test_an_ordinary_month_is_as_odd_as_the_month_before():
    found = odd_months(months(1), months(2), Forest(share=0.02))
    assert found.odd_before == 60
    assert 0.01 < found.odd.mean() < 0.035


def test_planted_months_are_found_and_the_features_that_made_them_odd_are_named():
    now = months(3)
    now[:20, [1, 3]] = [9.0, -8.0]  # odd together, each rare alone
    found = odd_months(now, months(4), Forest(share=0.01))
    assert found.odd[:20].mean() > 0.9
    rows = np.flatnonzero(found.odd[:20])
    strongest = np.sort(np.argsort(-found.part[rows], axis=1)[:, :2], axis=1)
    assert (strongest == [1, 3]).all(axis=1).mean() > 0.9
    assert (found.part[~found.odd] == 0).all()


def test_equal_data_gives_equal_scores_and_nobody_else_moves_them():
    now, before = months(5), months(6)
    one, two = (odd_months(now, before, Forest()) for _ in range(2))
    np.testing.assert_array_equal(one.score, two.score)
    fewer = odd_months(now[:10], before, Forest())
    np.testing.assert_array_equal(fewer.score, one.score[:10])


def test_who_has_no_past_is_not_judged_and_a_handful_of_customers_judge_nobody():
    now = months(7)
    now[4] = NAN
    found = odd_months(now, months(8), Forest())
    assert np.isnan(found.score[4])
    assert not found.odd[4]
    assert odd_months(now, months(8, n=20), Forest()) is None
