"""How much of a sum of steps joins the trees, against scikit-learn's regression and a plain count."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from leadlift.training.blending import LEAST_SHARE, SHARES, _taken


def outcomes(rows: int, seed: int) -> tuple[np.ndarray, dict[float, np.ndarray], np.ndarray]:
    """Log-odds of trees and of steps by penalty, neither of which tells all, and what came."""
    rng = np.random.default_rng(seed)
    true = rng.normal(-1.0, 1.2, rows)
    trees = true + rng.normal(0, 0.8, rows)
    said = {strength: 0.6 * true + rng.normal(0, noise, rows) for strength, noise in ((1.0, 1.0), (0.1, 0.5))}
    return trees, said, (rng.random(rows) < 1 / (1 + np.exp(-true))).astype(np.float64)


@pytest.mark.parametrize("rows", [60, 400, 5_000])
def test_the_share_is_the_mean_of_all_shares_weighed_by_likelihood(rows):
    trees, said, y = outcomes(rows, rows)
    weighs = {}
    for strength, steps in said.items():
        for share in SHARES:
            odds = ((1 - share) * trees + share * steps)[:, None]
            line = LogisticRegression(C=np.inf, tol=1e-8).fit(odds, y)
            weighs[strength, share] = -log_loss(y, line.predict_proba(odds)[:, 1], normalize=False)
    most = max(weighs.values())
    likely = {one: np.exp(value - most) for one, value in weighs.items()}
    whole = sum(likely.values())
    taken = _taken(trees, said, y, np.ones(rows))
    of_steps = {s: sum(v * share for (t, share), v in likely.items() if t == s) / whole for s in said}
    assert taken.share == pytest.approx(sum(of_steps.values()), abs=0.01)
    assert sum(taken.parts.values()) == pytest.approx(1.0)
    for strength, part in taken.parts.items():
        assert part == pytest.approx(of_steps[strength] / sum(of_steps.values()), abs=0.02)


def test_with_many_cases_the_best_penalty_has_nearly_all():
    trees, said, y = outcomes(200_000, 1)
    assert _taken(trees, said, y, np.ones(len(y))).parts[0.1] > 0.99


def test_steps_that_know_nothing_are_left_out():
    trees, said, y = outcomes(20_000, 2)
    said = {strength: np.random.default_rng(3).permutation(steps) for strength, steps in said.items()}
    taken = _taken(trees, said, y, np.ones(len(y)))
    assert taken.share < LEAST_SHARE
    assert not taken.parts


def test_cases_that_count_half_are_half_as_sure():
    trees, said, y = outcomes(300, 4)
    twice = [np.tile(one, 2) for one in (trees, y)]
    both = _taken(twice[0], {s: np.tile(one, 2) for s, one in said.items()}, twice[1], np.full(600, 0.5))
    assert both.share == pytest.approx(_taken(trees, said, y, np.ones(300)).share, abs=1e-6)
