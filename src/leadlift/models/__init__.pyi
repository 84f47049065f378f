from .amounts import AmountBands, Amounts, fit_amounts
from .bands import Bands, ReferencePercentiles
from .baseline import LogisticBaseline, fit_logistic
from .boosting import Booster, fit_booster, make_dataset
from .calibration import at_level, fit_calibrator
from .calibrators import Calibrator, calibrator_from_dict
from .choice import Choice, choose_calibration
from .contributions import Explainer
from .doubt import Doubt, Evidence, Expected, certain, doubt_of, level
from .effect_doubt import EffectDoubt, EffectEvidence, effect_doubt_of
from .effects import EffectBands, Heterogeneity, Straight, effect_line
from .encoding import Encoding, Matrix
from .ensemble import merged, with_steps
from .params import DEFAULT_PARAMS, check_params, constraint_params, monotone_params
from .predictor import Predictor
from .ranks import Sample, placed
from .rfm import RfmRule, fit_rfm
from .scorecard import Scorecard, fit_scorecard
from .scorer import Model, Scores

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
    "EffectDoubt",
    "EffectEvidence",
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
    "effect_doubt_of",
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
    "with_steps",
]
