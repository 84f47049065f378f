"""Pure metrics: arrays in, numbers out."""

from leadlift.evaluation.bootstrap import Estimate
from leadlift.evaluation.evaluate import SHARES, difference, evaluate
from leadlift.evaluation.gains import Decile, Reliability, decile_table, gains_curve, reliability
from leadlift.evaluation.metrics import (
    auc,
    average_precision,
    brier,
    calibration_error,
    captured_at,
    ks,
    lift_at,
    log_loss,
)

__all__ = [
    "SHARES",
    "Decile",
    "Estimate",
    "Reliability",
    "auc",
    "average_precision",
    "brier",
    "calibration_error",
    "captured_at",
    "decile_table",
    "difference",
    "evaluate",
    "gains_curve",
    "ks",
    "lift_at",
    "log_loss",
    "reliability",
]
