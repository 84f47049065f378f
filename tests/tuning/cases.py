"""Small problems to search, quickly."""

from __future__ import annotations

import numpy as np

from leadlift.models import Encoding
from leadlift.tuning import TuningData, TuningSettings

ENCODING = Encoding(tuple(f"f{i}" for i in range(6)), {})
QUICK = {"num_threads": 1}


def customers(n, seed, usual=-2.0):
    """People who respond to the product of two features and to a third."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, 6)).astype(np.float32)
    log_odds = matrix[:, 0] * matrix[:, 1] + matrix[:, 2] + usual
    return TuningData(matrix, (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float), ENCODING)


TRAIN, VALID = customers(1_000, 0), customers(800, 1)


def settings(**changes):
    return TuningSettings(
        **{"trials": 8, "max_rounds": 40, "metric": "auc", "folds": 1, "params": QUICK, **changes}
    )


def told(result):
    """The trials without their seconds, which no seed fixes."""
    return [(trial.number, trial.state, trial.value, trial.params, trial.rounds) for trial in result.trials]
