"""From a split training table to a calibrated model and its baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.models import (
    Bands,
    Encoding,
    LogisticBaseline,
    Matrix,
    Model,
    ReferencePercentiles,
    at_level,
    fit_booster,
    fit_calibrator,
    fit_logistic,
    make_dataset,
    monotone_params,
)
from leadlift.names import AS_OF, CALIBRATION, CUSTOMER, TARGET, TEST, TRAIN, VALID
from leadlift.specs import FeatureDef, ModelChoice
from leadlift.training.split import Parts


@dataclass(frozen=True, eq=False)
class Cases:
    """The training table as the estimators read it.

    matrix: (n, n_features). y: (n,), 0 or 1. customer: (n,), a code for each customer. as_of: (n,), days; NaT without.
    """

    encoding: Encoding
    matrix: Matrix
    y: npt.NDArray[np.float64]
    customer: npt.NDArray[np.intp]
    as_of: npt.NDArray[np.datetime64]
    parts: Parts

    def rows(self, part: str) -> npt.NDArray[np.intp]:
        """The cases of a part, in the order of time."""
        return self.parts.rows[part]


def prepare(table: pa.Table, features: tuple[FeatureDef, ...], parts: Parts) -> Cases:
    """Encode the cases. What a category's code is, is learned from the training cases alone."""
    names = [feature.name for feature in features]
    encoding = Encoding.fit(table.select(names).take(parts.rows[TRAIN]), names)
    codes = np.unique(table[CUSTOMER].to_numpy(zero_copy_only=False), return_inverse=True)[1]
    return Cases(
        encoding=encoding,
        matrix=encoding.encode(table),
        y=table[TARGET].to_numpy().astype(np.float64),
        customer=codes,
        as_of=table[AS_OF].to_numpy().astype("datetime64[D]"),
        parts=parts,
    )


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
    unseen = cases.rows(CALIBRATION)
    calibrator = fit_calibrator(spec.calibration, raw[unseen], cases.y[unseen])
    if spec.calibration != "none":
        calibrator = at_level(calibrator, raw[unseen], _level(cases, raw))
    return Model(
        booster=booster,
        encoding=cases.encoding,
        calibrator=calibrator,
        bands=Bands.from_base_rate(float(cases.y[train].mean())),
        percentiles=ReferencePercentiles.from_scores(raw[cases.rows(TEST)], reference),
    )


def _level(cases: Cases, raw: npt.NDArray[np.float64]) -> float:
    """The mean chance that the calibration cases should have.

    Their own response rate is off by chance: with 500 responders by 5 %. The trees' mean is not, as far as it fits
    all cases before the test: so it is the calibration cases' mean output, times responders over outputs of all.
    """
    before = np.concatenate([cases.rows(part) for part in (TRAIN, VALID, CALIBRATION)])
    mean = raw[cases.rows(CALIBRATION)].mean() * cases.y[before].sum() / raw[before].sum()
    return float(np.clip(mean, 1e-6, 1 - 1e-6))


def fit_baseline(cases: Cases, seed: int) -> LogisticBaseline:
    """The logistic regression on the same training cases."""
    train = cases.rows(TRAIN)
    return fit_logistic(cases.matrix[train], cases.y[train], cases.encoding, seed)
