"""Whether two searches may share their trials."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version

import numpy as np

from leadlift.tuning.fitting import TRIAL_RATE
from leadlift.tuning.problem import TuningData, TuningSettings
from leadlift.tuning.space import Range

# To be raised when trials come to mean something else.
METHOD = 3
# Say how fast, not what.
NO_MATTER = frozenset({"num_threads"})


def fingerprint(
    train: TuningData, valid: TuningData, settings: TuningSettings, space: dict[str, Range]
) -> str:
    """Return a name for all that a trial's value depends on, its own parameters excepted: 16 hexadecimal digits.

    The seed counts where it draws the sample of negatives, that is, always: nobody need know whether it did.
    """
    told = {
        "method": [METHOD, TRIAL_RATE, version("lightgbm")],
        "metric": settings.metric,
        "params": {name: value for name, value in settings.params.items() if name not in NO_MATTER},
        "space": {name: [found.low, found.high] for name, found in space.items()},
        "rounds": [settings.max_rounds, settings.early_stopping],
        "sample": [settings.negatives, settings.seed, settings.folds],
        "encoding": train.encoding.to_dict(),
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for rows in (train, valid):
        digest.update(np.ascontiguousarray(rows.matrix).data)
        digest.update(np.ascontiguousarray(rows.y, dtype=np.float64).data)
        if rows.customer is not None:
            digest.update(np.ascontiguousarray(rows.customer, dtype=np.int64).data)
        if rows.weight is not None:
            digest.update(b"weight")
            digest.update(np.ascontiguousarray(rows.weight, dtype=np.float64).data)
    return digest.hexdigest()[:16]
