"""From a split training table to a calibrated model and its baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from leadlift.models import (
    Bands,
    LogisticBaseline,
    Model,
    ReferencePercentiles,
    fit_booster,
    fit_logistic,
    make_dataset,
    monotone_params,
)
from leadlift.names import TEST, TRAIN, VALID
from leadlift.specs import ModelChoice
from leadlift.training.calibrating import calibrate
from leadlift.training.cases import Cases as Cases
from leadlift.training.cases import prepare as prepare


def fit_calibrated(cases: Cases, params: Mapping[str, Any], spec: ModelChoice, reference: str) -> Model:
    """Grow trees on the training cases, stop on the validation cases, calibrate on cases the trees never saw.

    params: LightGBM's, as tuned; what the pipeline states in `model.params` goes before them. reference: the name
    of the out-of-time population that percentiles are read from.
    """
    chosen = {**params, **spec.params, **monotone_params(cases.encoding, spec.monotone)}
    train, valid = (cases.rows(part) for part in (TRAIN, VALID))
    learn = make_dataset(cases.matrix[train], cases.y[train], cases.encoding, params=chosen)
    stop = make_dataset(cases.matrix[valid], cases.y[valid], cases.encoding, reference=learn, params=chosen)
    booster = fit_booster(learn, stop, chosen, spec.max_rounds, spec.early_stopping)
    raw = np.asarray(booster.predict(cases.matrix))
    found = calibrate(cases, raw, spec.calibration)
    return Model(
        booster=booster,
        encoding=cases.encoding,
        calibrator=found.calibrator,
        bands=Bands.from_base_rate(float(cases.y[train].mean())),
        percentiles=ReferencePercentiles.from_scores(raw[cases.rows(TEST)], reference),
        doubt=found.doubt,
        meta={"calibration": found.told},
    )


def fit_baseline(cases: Cases, seed: int) -> LogisticBaseline:
    """The logistic regression on the same training cases."""
    train = cases.rows(TRAIN)
    return fit_logistic(cases.matrix[train], cases.y[train], cases.encoding, seed)
