"""Fewer negatives in learning: chances stay those of all customers."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.models import Encoding
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.specs.pipelines import ModelChoice
from leadlift.training import Cases, fit_calibrated
from leadlift.training.fewer import fewer
from leadlift.training.growing import grow
from leadlift.training.split import Parts

ROWS = 60_000


@pytest.fixture(scope="module")
def bank() -> tuple[Cases, np.ndarray]:
    """One in a hundred responds; the second value is each case's true chance."""
    draw = np.random.default_rng(3)
    matrix = draw.normal(size=(ROWS, 4)).astype(np.float32)
    odds = -5.2 + matrix[:, 0] + 0.7 * matrix[:, 1]
    chance = 1 / (1 + np.exp(-odds.astype(float)))
    y = (draw.random(ROWS) < chance).astype(float)
    at = draw.choice(4, ROWS, p=[0.5, 0.15, 0.15, 0.2])
    rows = {part: np.flatnonzero(at == n) for n, part in enumerate((TRAIN, VALID, CALIBRATION, TEST))}
    none = np.full(ROWS, np.datetime64("NaT", "D"))
    encoding = Encoding(tuple("abcd"), {})
    return Cases(encoding, matrix, y, np.arange(ROWS), none, Parts(rows, None, 0, False)), chance


def test_every_positive_is_kept_and_what_is_kept_stands_for_all(bank):
    cases, _ = bank
    train = cases.rows(TRAIN)
    kept, stands = fewer(train, cases.y, 20, 0)
    positives = int(cases.y[train].sum())
    assert int(cases.y[kept].sum()) == positives
    assert len(kept) == 21 * positives < len(train)
    assert set(kept) <= set(train)
    assert stands[kept].sum() == pytest.approx(len(train))
    assert (np.delete(stands, kept) == 1).all(), "validation cases stand for themselves"


def test_where_there_are_no_more_negatives_than_asked_for_all_stay(bank):
    cases, _ = bank
    kept, stands = fewer(cases.rows(TRAIN), cases.y, 1_000, 0)
    assert np.array_equal(kept, cases.rows(TRAIN))
    assert (stands == 1).all()


@pytest.mark.slow
@pytest.mark.parametrize("calibration", ["auto", "none"])
@pytest.mark.parametrize("negatives", [5, 20])
def test_at_one_percent_the_chances_come_true_with_and_without_a_calibration(bank, calibration, negatives):
    cases, chance = bank
    assert cases.y.mean() == pytest.approx(0.01, abs=0.002)
    spec = ModelChoice(negatives=negatives, calibration=calibration, max_rounds=200)
    told = fit_calibrated(cases, {}, spec, "x").predict_matrix(cases.matrix[cases.rows(TEST)]).probability
    true = chance[cases.rows(TEST)]
    # without the weights it would be about five times (20) and sixteen times (5) the truth
    assert told.mean() == pytest.approx(true.mean(), rel=0.12)
    best = np.argsort(-told)[: len(told) // 10]
    assert told[best].mean() == pytest.approx(true[best].mean(), rel=0.2)
    assert np.corrcoef(told, true)[0, 1] > 0.8


@pytest.mark.slow
def test_fewer_negatives_and_several_processes_go_together_and_with_decay(bank):
    cases, _ = bank
    dated = Cases(
        cases.encoding,
        cases.matrix,
        cases.y,
        cases.customer,
        np.full(ROWS, np.datetime64("2025-03-31", "D")),
        cases.parts,
    )
    spec = ModelChoice(negatives=10, time_decay="90d", distributed={"machines": 2}, max_rounds=40)
    grown = grow(dated, {}, spec)
    assert grown.raw.mean() == pytest.approx(cases.y.mean(), rel=0.15)
