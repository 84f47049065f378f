"""The audit of a target that is an amount: asked for yes and no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from leadlift.features import Home
from leadlift.names import TRAIN
from leadlift.specs import FeatureDef, Pipeline
from leadlift.training.audit.limits import Limit, Limits, audit_limits
from leadlift.training.audit.look import audit_cases
from leadlift.training.audit.report import Acceptance, Audit
from leadlift.training.cases import Cases
from leadlift.training.table import TrainingTable

FEW_ZEROS = 0.05


def audit_amounts(
    spec: Pipeline,
    table: TrainingTable,
    cases: Cases,
    catalogue: Mapping[str, FeatureDef],
    home: Home,
    seed: int,
    accepted: Acceptance,
) -> Audit:
    """As `audit_cases`, of outcomes that may be amounts.

    The audit reads whether there is any amount. Where nearly all training cases have one it reads whether that is above
    their median (where none is, whether it is the largest), and does not ask whether single values decide it: wealth
    that decides how much is no leak.
    """
    train = cases.y[cases.rows(TRAIN)]
    sizes = not set(np.unique(train)) <= {0.0, 1.0} and bool((train > 0).mean() >= 1 - FEW_ZEROS)
    above = cases.y > (np.median(train) if sizes else 0.0)
    if sizes and not above[cases.rows(TRAIN)].any():
        above = cases.y >= train.max()
    asked = replace(cases, y=above.astype(np.float64))
    limits = _without_purity() if sizes else None
    return audit_cases(spec, table, asked, catalogue, home, seed, accepted, limits)


def _without_purity() -> Limits:
    return {**audit_limits(), "decides_the_outcome": Limit(None, None, None, 0)}
