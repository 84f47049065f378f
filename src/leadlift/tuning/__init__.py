"""The search for good boosting parameters."""

from leadlift.tuning.problem import MetricName, Progress, TrialRow, TuningData, TuningResult, TuningSettings
from leadlift.tuning.space import SPACE
from leadlift.tuning.study import tune

__all__ = [
    "SPACE",
    "MetricName",
    "Progress",
    "TrialRow",
    "TuningData",
    "TuningResult",
    "TuningSettings",
    "tune",
]
