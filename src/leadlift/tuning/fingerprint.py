"""Whether two searches may share their trials."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from leadlift.tuning.problem import TuningData, TuningSettings


def fingerprint(train: TuningData, valid: TuningData, settings: TuningSettings) -> str:
    """Return a name for all that a trial's value depends on, its own parameters and the seed excepted."""
    told = {
        "metric": settings.metric,
        "params": dict(settings.params),
        "space": {name: list(ends) for name, ends in settings.search_space.items()},
        "rounds": [settings.max_rounds, settings.early_stopping],
        "encoding": train.encoding.to_dict(),
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for rows in (train, valid):
        digest.update(np.ascontiguousarray(rows.matrix).data)
        digest.update(np.ascontiguousarray(rows.y, dtype=np.float64).data)
    return digest.hexdigest()
