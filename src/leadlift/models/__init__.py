"""Estimators: the encoding, boosted trees, calibration, the baseline, and the finished model."""

from leadlift.models.bands import Bands, ReferencePercentiles
from leadlift.models.baseline import LogisticBaseline, fit_logistic
from leadlift.models.boosting import fit_booster, make_dataset
from leadlift.models.calibration import Calibrator, at_level, calibrator_from_dict, fit_calibrator
from leadlift.models.contributions import Explainer
from leadlift.models.effects import EffectBands, Heterogeneity, Straight, effect_line
from leadlift.models.encoding import Encoding, Matrix
from leadlift.models.params import DEFAULT_PARAMS, check_params, monotone_params
from leadlift.models.predictor import Predictor
from leadlift.models.ranks import Sample, placed
from leadlift.models.scorer import Model, Scores

__all__ = [
    "DEFAULT_PARAMS",
    "Bands",
    "Calibrator",
    "EffectBands",
    "Encoding",
    "Explainer",
    "Heterogeneity",
    "LogisticBaseline",
    "Matrix",
    "Model",
    "Predictor",
    "ReferencePercentiles",
    "Sample",
    "Scores",
    "Straight",
    "at_level",
    "calibrator_from_dict",
    "check_params",
    "effect_line",
    "fit_booster",
    "fit_calibrator",
    "fit_logistic",
    "make_dataset",
    "monotone_params",
    "placed",
]
