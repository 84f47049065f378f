"""What an index shows where nothing changed: its mean and its tail, against simulated samples."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.evaluation import psi, psi_by_chance, psi_expected


@pytest.fixture(scope="module")
def indices():
    draw = np.random.default_rng(1)
    shares = np.full(10, 0.1)
    return np.array(
        [psi(draw.multinomial(4_000, shares), draw.multinomial(800, shares)) for _ in range(4_000)]
    )


def test_the_mean_of_unchanged_samples_is_what_is_expected(indices):
    assert psi_expected(4_000, 800, 10) == pytest.approx(indices.mean(), rel=0.05)


@pytest.mark.parametrize("beyond", [0.05, 0.01])
def test_a_share_beyond_of_unchanged_samples_is_above_the_limit(indices, beyond):
    over = (indices > psi_by_chance(4_000, 800, 10, beyond)).mean()
    assert over == pytest.approx(beyond, rel=0.35)


def test_one_bin_cannot_change():
    assert (psi_expected(10, 10, 1), psi_by_chance(10, 10, 1, 0.001)) == (0.0, 0.0)
