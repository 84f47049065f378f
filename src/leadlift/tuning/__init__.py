"""The search for good boosting parameters."""

from leadlift.tuning.problem import (
    MetricName,
    Progress,
    Standing,
    TrialRow,
    TuningData,
    TuningResult,
    TuningSettings,
)
from leadlift.tuning.space import SPACE

__all__ = [
    "SPACE",
    "MetricName",
    "Progress",
    "Standing",
    "TrialRow",
    "TuningData",
    "TuningResult",
    "TuningSettings",
    "tune",
]


def tune(
    train: TuningData, valid: TuningData, settings: TuningSettings, progress: Progress | None = None
) -> TuningResult:
    """Search the boosting parameters that are best on the validation rows: see `study.tune`."""
    # Optuna is imported here: workers read this package too and have no use for it.
    from leadlift.tuning.study import tune as search

    return search(train, valid, settings, progress)
