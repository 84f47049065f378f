from .arms import ArmEffect, arm_effects
from .association import mid_ranks, rank_correlations
from .bootstrap import Estimate
from .compare import Compared, compare
from .distribution import Bins, CategoryBins, NumberBins
from .estimated import Estimated, estimated
from .evaluate import SHARES, difference, evaluate
from .gains import Decile, Reliability, decile_table, gains_curve, reliability
from .limits import Limits, limits
from .metrics import (
    auc,
    average_precision,
    brier,
    calibration_error,
    captured_at,
    ks,
    lift_at,
    log_loss,
)
from .onset import Onset, onset
from .profile import DRIFT, QUANTILES, SHIFT, FeatureProfile, Month, Strength
from .qini_curve import qini_points, uplift_band
from .stability import bin_counts, binned, frozen_edges, psi, psi_by_chance, psi_expected
from .strength import clustered_auc, information_value, rates_of_others
from .uplift import (
    UpliftDecile,
    evaluate_uplift,
    qini_of_best,
    uplift_deciles,
    uplift_difference,
)
from .value import (
    ValueDecile,
    evaluate_value,
    mean_amount,
    money_curve,
    value_deciles,
    value_difference,
)

__all__ = [
    "DRIFT",
    "QUANTILES",
    "SHARES",
    "SHIFT",
    "ArmEffect",
    "Bins",
    "CategoryBins",
    "Compared",
    "Decile",
    "Estimate",
    "Estimated",
    "FeatureProfile",
    "Limits",
    "Month",
    "NumberBins",
    "Onset",
    "Reliability",
    "Strength",
    "UpliftDecile",
    "ValueDecile",
    "arm_effects",
    "auc",
    "average_precision",
    "bin_counts",
    "binned",
    "brier",
    "calibration_error",
    "captured_at",
    "clustered_auc",
    "compare",
    "decile_table",
    "difference",
    "estimated",
    "evaluate",
    "evaluate_uplift",
    "evaluate_value",
    "frozen_edges",
    "gains_curve",
    "information_value",
    "ks",
    "lift_at",
    "limits",
    "log_loss",
    "mean_amount",
    "mid_ranks",
    "money_curve",
    "onset",
    "psi",
    "psi_by_chance",
    "psi_expected",
    "qini_of_best",
    "qini_points",
    "rank_correlations",
    "rates_of_others",
    "reliability",
    "uplift_band",
    "uplift_deciles",
    "uplift_difference",
    "value_deciles",
    "value_difference",
]
