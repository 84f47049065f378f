"""Who gets which offer on which channel: the best in all, within every capacity."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from leadlift.leads.allocation import Cap, allocate
from leadlift.leads.allocation.problem import overfull, total_worth


def instance(seed):
    """Customers, offers on channels, and overlapping capacities: some tight, some 0, some ties, some nobody's."""
    rng = np.random.default_rng(seed)
    n, offers, channels = int(rng.integers(20, 260)), int(rng.integers(1, 4)), int(rng.integers(1, 4))
    p = offers * channels
    worth = rng.gamma(1.0, 10.0, (n, 1)) * rng.uniform(0.3, 1.0, (n, p)) - rng.uniform(0, 5, p)
    if seed % 3 == 0:
        worth = np.round(worth)  # ties
    worth[rng.random((n, p)) < 0.3] = -np.inf
    worth[rng.random(n) < 0.1] = -np.inf
    pair_offer, pair_channel = np.divmod(np.arange(p), channels)
    caps = [Cap("all", int(rng.integers(1, n)), np.ones(p, dtype=bool))] if seed % 4 else []
    caps += [Cap(f"offer {o}", int(rng.integers(0, n // 2 + 1)), pair_offer == o) for o in range(offers)]
    caps += [
        Cap(f"channel {c}", int(rng.integers(0, n // 3 + 1)), pair_channel == c) for c in range(channels)
    ]
    if seed % 2:
        branch = rng.integers(0, 5, n)
        caps.append(
            Cap("branch", rng.integers(0, n // 5 + 1, int(branch.max()) + 1), np.ones(p, dtype=bool), branch)
        )
    return worth, caps


def best_by_highs(worth, caps):
    """The same problem written out plainly, one variable for every customer and pair."""
    n, p = worth.shape
    rows, most = [], []
    for i in range(n):
        row = np.zeros((n, p))
        row[i] = 1
        rows.append(row.ravel())
        most.append(1)
    for cap in caps:
        group = np.zeros(n, dtype=int) if cap.group is None else cap.group
        for g in range(group.max() + 1):
            limit = cap.most if np.ndim(cap.most) == 0 else cap.most[g]
            rows.append(np.outer(group == g, cap.pairs).astype(float).ravel())
            most.append(limit)
    allowed = np.isfinite(worth).ravel()
    found = milp(
        -np.where(allowed, np.nan_to_num(worth.ravel(), neginf=0), 0),
        constraints=LinearConstraint(np.array(rows), ub=np.array(most, dtype=float)),
        integrality=np.ones(n * p),
        bounds=Bounds(0, allowed.astype(float)),
    )
    return -found.fun


@pytest.mark.parametrize("part", range(4))
def test_it_is_within_a_thousandth_of_highs_on_200_instances(part):
    for seed in range(part * 50, part * 50 + 50):
        worth, caps = instance(seed)
        best = best_by_highs(worth, caps)
        by_prices = allocate(worth, caps, exact=0, close_calls=(60,))
        exact = allocate(worth, caps)
        for found in (by_prices, exact):
            assert overfull(caps, found.pair) == []
            assert np.isfinite(worth[found.pair >= 0, found.pair[found.pair >= 0]]).all()
            assert found.total == pytest.approx(total_worth(worth, found.pair))
            assert found.bound >= best - 1e-4 * max(1.0, best)
        assert exact.total == pytest.approx(best, rel=1e-5, abs=1e-6)
        assert by_prices.total >= best * (1 - 1e-3) - 1e-6, seed
