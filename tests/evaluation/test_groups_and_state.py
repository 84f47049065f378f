"""Groups of customers, depth and money, and the state of a model."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.evaluation.depth import gains_band, profit
from leadlift.evaluation.groups import by_group, wilson
from leadlift.evaluation.state import state_of

GOOD = {
    "oot.positives": 400.0, "oot.auc": 0.75, "oot.auc.low": 0.73, "oot.auc_gain_over_baseline": 0.02,
    "oot.auc_gain_over_baseline.low": 0.01,
}  # fmt: skip


@pytest.fixture
def customers():
    rng = np.random.default_rng(0)
    chance = rng.beta(1, 6, 6_000)
    return chance, (rng.random(6_000) < chance).astype(float), np.arange(6_000)


def test_a_group_that_is_promised_too_much_is_weak_and_the_others_are_not(customers):
    chance, y, _ = customers
    level = np.where(np.arange(6_000) % 3 == 0, "east", "west")
    fooled = np.where((level == "east") & (np.arange(6_000) % 2 == 0), 0.0, y)
    found = {line.level: line for line in by_group("region", list(level), fooled, chance, chance)}
    assert "promises too much" in found["east"].weak
    assert found["west"].weak == ""
    assert found["east"].cases + found["west"].cases == 6_000


def test_the_shares_contacted_add_up_to_the_depth_and_small_groups_are_not_shown(customers):
    chance, y, place = customers
    level = [None if i % 2 else "a" if i > 60 else "few" for i in place]
    lines = by_group("g", level, y, chance, chance, depth=0.2)
    assert {line.level for line in lines} == {"(unknown)", "a"}
    contacted = sum(line.selected_rate * line.cases for line in lines)
    assert 1_200 - 31 <= contacted <= 1_200


def test_wilson_has_the_ends_that_its_paper_gives():
    # Brown, Cai and DasGupta (2001): 0 of 10 gives 0 to .278
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-3)


def test_the_best_depth_is_where_one_more_contact_costs_what_it_brings(customers):
    chance, y, place = customers
    band = gains_band(y, chance, place, resamples=20)
    assert (band.low <= band.found + 1e-9).all()
    assert profit(band, y.mean(), value=10, cost=0).best == pytest.approx(1.0, abs=0.2)
    assert profit(band, y.mean(), value=1, cost=5).best == 0.0
    found = profit(band, y.mean(), value=10, cost=3)
    rank = np.argsort(-chance)[: round(6_000 * found.best)]
    assert found.earned == pytest.approx((10 * y[rank].sum() - 3 * len(rank)) / 6, rel=0.02)


ADDS = {
    "oot.positives": 400.0,
    "oot.qini": 0.008,
    "oot.qini.low": 0.005,
    "oot.qini_gain_over_response": 0.004,
    "oot.qini_gain_over_response.low": 0.001,
}


@pytest.mark.parametrize(
    ("champion", "later", "chances", "state"),
    [
        (None, [], [], "immature"),
        (GOOD | {"oot.positives": 150.0}, [], [], "immature"),
        (GOOD, [], [], "healthy"),
        (GOOD, [{"oot.auc": 0.70, "oot.auc.high": 0.72}], [], "decaying"),
        (GOOD, [{"oot.auc": 0.74, "oot.auc.high": 0.76}], [0.02, 0.025], "healthy"),
        (GOOD, [], [0.02, 0.031], "decaying"),
        (GOOD, [], [0.03, 0.015], "decaying"),
        (GOOD | {"oot.auc_gain_over_baseline.low": -0.001}, [], [], "no better"),
        (ADDS, [], [-0.01, 0.2], "healthy"),
        (ADDS | {"oot.positives": 150.0}, [], [], "immature"),
        (ADDS | {"oot.qini_gain_over_response.low": -0.001}, [], [], "no better"),
        (ADDS, [{"oot.qini": 0.001, "oot.qini.high": 0.002}], [], "decaying"),
    ],
)
def test_the_state_follows_from_the_rules(champion, later, chances, state):
    found, reasons = state_of(champion, later, chances, "trained, never promoted")
    assert found == state
    assert reasons
