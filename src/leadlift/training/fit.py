"""From a split training table to a calibrated model and its baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadlift.models import (
    Bands,
    LogisticBaseline,
    Model,
    ReferencePercentiles,
    constraint_params,
    fit_logistic,
)
from leadlift.names import TEST, TRAIN
from leadlift.specs import ModelChoice
from leadlift.training.away import Away
from leadlift.training.calibrating import calibrate
from leadlift.training.cases import Cases as Cases
from leadlift.training.cases import prepare as prepare
from leadlift.training.growing import grow
from leadlift.training.lasting import learned_from as learned_from

NOT_LEARNED = "not_learned_from"


def fit_calibrated(
    cases: Cases, params: Mapping[str, Any], spec: ModelChoice, reference: str, away: Away | None = None
) -> Model:
    """Grow trees and calibrate them on cases that they were not grown on; the test is not looked at.

    params: LightGBM's, as tuned; what the pipeline states in `model.params` goes before them. reference: the name
    of the out-of-time population that percentiles are read from. away: where the training cases are, when `cases`
    hold a sample of them.
    """
    constraints = constraint_params(cases.encoding, spec.monotone, spec.interactions)
    cases, moved = learned_from(cases, spec)
    grown = grow(cases, {**params, **spec.params, **constraints}, spec, away and away.without(moved.left_out))
    found = calibrate(cases, grown, spec.calibration)
    return Model(
        booster=grown.booster,
        encoding=cases.encoding,
        calibrator=found.calibrator,
        bands=Bands.from_base_rate(float(cases.y[cases.rows(TRAIN)].mean())),
        percentiles=ReferencePercentiles.from_scores(grown.raw[cases.rows(TEST)], reference),
        doubt=found.doubt,
        meta={
            "calibration": found.told,
            "ensemble": str(spec.ensemble),
            "parts": grown.told,
            NOT_LEARNED: moved.told,
        },
    )


def fit_baseline(cases: Cases, seed: int, ensemble: int = 1) -> LogisticBaseline:
    """The logistic regression on the cases that the model learns from."""
    train = cases.learned(ensemble)
    return fit_logistic(cases.matrix[train], cases.y[train], cases.encoding, seed)
