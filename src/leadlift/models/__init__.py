"""Estimators: the encoding, boosted trees, calibration, the baseline, and the finished model."""

from leadlift.models.amounts import AmountBands, Amounts, fit_amounts
from leadlift.models.bands import Bands, ReferencePercentiles
from leadlift.models.baseline import LogisticBaseline, fit_logistic
from leadlift.models.boosting import Booster, fit_booster, make_dataset
from leadlift.models.calibration import at_level, fit_calibrator, unsampled
from leadlift.models.calibrators import Calibrator, calibrator_from_dict
from leadlift.models.choice import Choice, choose_calibration
from leadlift.models.contributions import Explainer
from leadlift.models.doubt import Doubt, Evidence, Expected, certain, doubt_of, level
from leadlift.models.effects import EffectBands, Heterogeneity, Straight, effect_line
from leadlift.models.encoding import Encoding, Matrix
from leadlift.models.ensemble import merged, with_steps
from leadlift.models.params import DEFAULT_PARAMS, check_params, constraint_params, monotone_params
from leadlift.models.predictor import Predictor
from leadlift.models.ranks import Sample, placed
from leadlift.models.rfm import RfmRule, fit_rfm
from leadlift.models.scorecard import Scorecard, fit_scorecard
from leadlift.models.scorer import Model, Scores

__all__ = [
    "DEFAULT_PARAMS",
    "AmountBands",
    "Amounts",
    "Bands",
    "Booster",
    "Calibrator",
    "Choice",
    "Doubt",
    "EffectBands",
    "Encoding",
    "Evidence",
    "Expected",
    "Explainer",
    "Heterogeneity",
    "LogisticBaseline",
    "Matrix",
    "Model",
    "Predictor",
    "ReferencePercentiles",
    "RfmRule",
    "Sample",
    "Scorecard",
    "Scores",
    "Straight",
    "at_level",
    "calibrator_from_dict",
    "certain",
    "check_params",
    "choose_calibration",
    "constraint_params",
    "doubt_of",
    "effect_line",
    "fit_amounts",
    "fit_booster",
    "fit_calibrator",
    "fit_logistic",
    "fit_rfm",
    "fit_scorecard",
    "level",
    "make_dataset",
    "merged",
    "monotone_params",
    "placed",
    "unsampled",
    "with_steps",
]
