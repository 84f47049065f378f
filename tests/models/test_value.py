"""Models of amounts: one sum of trees that says the logarithm, calibrated totals, scikit-learn's deviance."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_tweedie_deviance

from leadlift.models import AmountBands, Amounts, fit_amounts
from leadlift.models.calibrators import calibrator_from_dict
from leadlift.models.effects import bands_from_dict
from leadlift.models.encoding import Encoding
from leadlift.models.value import as_logarithm, deviance, fit_amount_baseline

ROWS = 4_000


def boosters() -> tuple[np.ndarray, list[lgb.Booster]]:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(ROWS, 3)).astype(np.float32)
    chance, size = np.exp(-2 + x[:, 0]), np.exp(x[:, 1])
    parts = []
    for objective, y in (("poisson", draw.random(ROWS) < chance), ("gamma", size * draw.gamma(2, 0.5, ROWS))):
        params = {"objective": objective, "verbosity": -1, "num_leaves": 7, "seed": 1, "deterministic": True}
        parts.append(lgb.train(params, lgb.Dataset(x, np.asarray(y, dtype=float)), 30))
    return x, parts


def test_the_product_of_two_parts_is_one_sum_of_trees_with_exact_contributions():
    x, parts = boosters()
    one = as_logarithm(parts, 250.0)
    wanted = np.log(parts[0].predict(x) * parts[1].predict(x) * 250.0)
    np.testing.assert_allclose(one.predict(x), wanted, rtol=1e-9)
    told = one.predict(x, pred_contrib=True)
    np.testing.assert_allclose(told.sum(axis=1), wanted, rtol=1e-6, atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1.2, 1.5, 1.8]))
@settings(max_examples=30)
def test_the_deviance_is_that_of_scikit_learn(seed, power):
    draw = np.random.default_rng(seed)
    y = draw.gamma(1.0, 100.0, 50) * (draw.random(50) < 0.4)
    told = draw.gamma(2.0, 50.0, 50) + 1e-3
    assert deviance(y, told, power).mean() == pytest.approx(mean_tweedie_deviance(y, told, power=power))


@given(st.integers(0, 2**32 - 1), st.integers(60, 3_000))
@settings(max_examples=30)
def test_calibrated_amounts_rise_with_the_raw_and_add_up_to_what_was_found(seed, rows):
    draw = np.random.default_rng(seed)
    raw = draw.normal(3.0, 1.5, rows)
    y = np.exp(raw) * draw.gamma(0.5, 4.0, rows) * (draw.random(rows) < 0.5)
    y[0] = 1.0
    found = fit_amounts(raw, y)
    assert found(raw).sum() == pytest.approx(y.sum())
    grid = found(np.linspace(-50, 50, 500))
    assert (grid >= 0).all()
    assert np.isfinite(grid).all()
    assert (np.diff(grid) >= -1e-9 * grid[1:]).all()


def test_what_trees_overstate_is_brought_down_where_it_is_overstated():
    draw = np.random.default_rng(1)
    raw = draw.uniform(0, 6, 20_000)
    truth = np.exp(0.5 * raw)
    found = fit_amounts(raw, truth * draw.gamma(2.0, 0.5, 20_000))
    for low, high in ((0, 2), (2, 4), (4, 6)):
        here = (raw >= low) & (raw < high)
        assert found(raw[here]).sum() == pytest.approx(truth[here].sum(), rel=0.06)


def test_calibration_and_bands_are_read_as_they_were_written():
    amounts, bands = Amounts((1.0, 5.0), (2.0, 7.0)), AmountBands.from_average(100.0)
    assert calibrator_from_dict(amounts.to_dict()) == amounts
    assert bands_from_dict(bands.to_dict()) == bands
    assert bands.describe() == {
        "A": "from 400", "B": "200 to 400", "C": "100 to 200", "D": "50 to 100", "E": "below 50",
    }  # fmt: skip
    with pytest.raises(ValueError, match="an amount is no chance"):
        amounts.moved(0.1)


def test_the_linear_model_finds_a_line_in_the_logarithm():
    draw = np.random.default_rng(2)
    x = draw.normal(size=(5_000, 2)).astype(np.float32)
    y = np.exp(4 + 0.8 * x[:, 0]) * draw.gamma(3.0, 1 / 3, 5_000) * (draw.random(5_000) < 0.5)
    line = fit_amount_baseline(x, y, Encoding(("one", "two"), {}))
    strongest, weight = line.coefficients()[0]
    assert strongest == "one"
    assert weight == pytest.approx(0.8, abs=0.1)
    assert line.predict(x).sum() == pytest.approx(y.sum(), rel=0.05)
