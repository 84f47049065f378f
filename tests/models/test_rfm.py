"""The RFM rule on a bank of eleven customers' kinds, with the answer counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.errors import UserError
from leadlift.models import fit_rfm

PARTS = {"recency": "days", "monetary": "spent"}
FEATURES = ("spent", "other", "days")


def rows(*pairs: tuple[float, float]) -> np.ndarray:
    return np.array([[spent, 0.0, days] for days, spent in pairs], dtype=np.float32)


def test_a_cell_has_its_training_rate_drawn_to_that_of_all():
    # 1,000 recent spenders of whom 300 respond, 1,000 who are neither and of whom 100 do
    matrix = rows(*[(1.0, 90.0)] * 1_000, *[(99.0, 5.0)] * 1_000)
    y = np.array([1.0] * 300 + [0.0] * 700 + [1.0] * 100 + [0.0] * 900)
    rule = fit_rfm(matrix, y, FEATURES, PARTS)
    recent, other, never = rule.predict(rows((1.0, 90.0), (99.0, 5.0), (float("nan"), 90.0)))
    assert recent == pytest.approx((300 + 5) / (1_000 + 5 / 0.2))
    assert other == pytest.approx((100 + 5) / (1_000 + 5 / 0.2))
    assert never == pytest.approx(0.2)  # a cell without training cases says what is true of all


def test_missing_values_are_a_group_of_their_own():
    matrix = rows(*[(float("nan"), 5.0)] * 500, *[(float(d), 5.0) for d in range(500)])
    y = np.array([1.0] * 250 + [0.0] * 250 + [0.0] * 490 + [1.0] * 10)
    rule = fit_rfm(matrix, y, FEATURES, PARTS)
    missing, known = rule.predict(rows((float("nan"), 5.0), (100.0, 5.0)))
    assert missing > 0.45 > 0.1 > known


def test_the_rule_is_stated_in_words():
    matrix = rows((1.0, 2.0), (3.0, 4.0))
    told = str(fit_rfm(matrix, [0, 1], FEATURES, PARTS))
    assert told.startswith("recency = days, monetary = spent; each in fifths of the training cases")


def test_one_class_alone_is_refused():
    with pytest.raises(UserError, match="the RFM rule needs responders and others"):
        fit_rfm(rows((1.0, 2.0)), [1], FEATURES, PARTS)
