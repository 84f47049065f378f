"""Estimators: the encoding, boosted trees, calibration, the baseline, and the finished model."""

from leadlift.models.bands import Bands, ReferencePercentiles
from leadlift.models.baseline import LogisticBaseline, fit_logistic
from leadlift.models.boosting import fit_booster, make_dataset
from leadlift.models.calibration import Calibrator, at_level, calibrator_from_dict, fit_calibrator
from leadlift.models.contributions import Explainer
from leadlift.models.encoding import Encoding, Matrix
from leadlift.models.params import DEFAULT_PARAMS, check_params, monotone_params
from leadlift.models.predictor import Predictor
from leadlift.models.ranks import Sample, placed
from leadlift.models.rfm import RfmRule, fit_rfm
from leadlift.models.scorecard import Scorecard, fit_scorecard
from leadlift.models.scorer import Model, Scores

__all__ = [
    "DEFAULT_PARAMS",
    "Bands",
    "Calibrator",
    "Encoding",
    "Explainer",
    "LogisticBaseline",
    "Matrix",
    "Model",
    "Predictor",
    "ReferencePercentiles",
    "RfmRule",
    "Sample",
    "Scorecard",
    "Scores",
    "at_level",
    "calibrator_from_dict",
    "check_params",
    "fit_booster",
    "fit_calibrator",
    "fit_logistic",
    "fit_rfm",
    "fit_scorecard",
    "make_dataset",
    "monotone_params",
    "placed",
]
