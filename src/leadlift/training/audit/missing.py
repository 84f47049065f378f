"""Missingness that follows the target: a column that is filled in when the outcome is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from leadlift.training.audit.finding import Finding, figure, others
from leadlift.training.audit.limits import SEVERITIES, Limits
from leadlift.training.audit.purity import purest
from leadlift.training.audit.sample import Training, either_way

FILLED_IN = "Find out who fills it in, and when; if only after the outcome, exclude it"


def missing_follows(train: Training, limits: Limits) -> list[Finding]:
    """One finding for all features that are missing in the very same cases."""
    patterns: dict[bytes, list[int]] = {}
    for index in range(len(train.cases.encoding.features)):
        gone = np.isnan(train.cases.matrix[train.rows, index])
        if gone.any() and not gone.all():
            patterns.setdefault(np.packbits(gone).tobytes(), []).append(index)
    found = [_of_pattern(train, alike, limits) for alike in patterns.values()]
    return [finding for finding in found if finding is not None]


def _of_pattern(train: Training, alike: list[int], limits: Limits) -> Finding | None:
    first, *also = (train.cases.encoding.features[index] for index in alike)
    gone = np.isnan(train.values(alike[0]))
    kind = limits["missing_follows_target"]
    area = either_way(train.y, gone.astype(np.float64), train.customer)
    by_area = kind.severity(area.low) if train.enough(kind.fewest) else None
    pure = purest(train, np.isnan(train.cases.matrix[train.rows, alike[0]]).astype(np.intp), 2)
    by_purity = pure.severity(limits["decides_the_outcome"]) if pure is not None else None
    severity = next((one for one in SEVERITIES if one in (by_area, by_purity)), None)
    if severity is None:
        return None
    yes, no = (_share(gone, train.y == outcome) for outcome in (1, 0))
    text = f"{first} is missing for {yes:.1%} of the responders and for {no:.1%} of the others"
    evidence = {
        "missing_of_responders": figure(yes),
        "missing_of_others": figure(no),
        "auc": figure(area.value),
        "low": figure(area.low),
    }
    text += others(tuple(also))
    return Finding("missing_follows_target", severity, first, text, FILLED_IN, evidence, tuple(also))


def _share(gone: npt.NDArray[np.bool_], which: npt.NDArray[np.bool_]) -> float:
    return float(gone[which].mean()) if which.any() else 0.0
