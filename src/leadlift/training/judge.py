"""What a model is worth: every metric on every part, beside the baseline, on the same cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import (
    Decile,
    Estimate,
    Reliability,
    decile_table,
    difference,
    evaluate,
    gains_curve,
    reliability,
)
from leadlift.models import Expected, LogisticBaseline, Model
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.training.fit import Cases

Floats = npt.NDArray[np.float64]
Metrics = Mapping[str, Estimate]


@dataclass(frozen=True)
class Period:
    """The cases of one as-of month of the test: how many, how many responded, how many were predicted to."""

    month: str
    cases: int
    responders: int
    predicted: float


@dataclass(frozen=True, eq=False)
class Judgement:
    """The model's and the baseline's numbers.

    metrics: part -> metric -> estimate. baseline: the logistic regression's, on the test. gain: model minus
    baseline on the same test cases, paired. gains: (shares contacted, responders found by the model, by the baseline).
    months: the test and the time before it, by as-of month; empty for a table without dates.
    limits: between what the responders of the test should fall, as of a list.
    """

    metrics: Mapping[str, Metrics]
    baseline: Metrics
    gain: Metrics
    deciles: Sequence[Decile]
    gains: tuple[Floats, Floats, Floats]
    reliability: Sequence[Reliability]
    months: Sequence[Period]
    test_probability: Floats
    test_y: Floats
    limits: Expected | None = None

    @property
    def expected(self) -> float:
        """Responders predicted among the test cases."""
        return float(self.test_probability.sum())

    @property
    def actual(self) -> float:
        """Responders among the test cases."""
        return float(self.test_y.sum())


def judge(model: Model, baseline: LogisticBaseline, cases: Cases, resamples: int = 200) -> Judgement:
    """Measure the model on every part, and the baseline beside it on the test.

    resamples: of customers, for the intervals on the test.
    """
    scores = {
        part: model.predict_matrix(cases.matrix[cases.rows(part)])
        for part in (TRAIN, VALID, CALIBRATION, TEST)
    }
    metrics = {}
    for part, found in scores.items():
        rows = cases.rows(part)
        # intervals are wanted where the model is judged; elsewhere the point is enough and fifty times cheaper
        times = resamples if part == TEST else 20
        metrics[part] = evaluate(
            cases.y[rows], found.score, found.probability, cases.customer[rows], resamples=times
        )
    rows = cases.rows(TEST)
    y, customer, test = cases.y[rows], cases.customer[rows], scores[TEST]
    simple = baseline.predict(cases.matrix[rows])
    shares, found_by_model = gains_curve(y, test.score)
    return Judgement(
        metrics=metrics,
        baseline=evaluate(y, simple, simple, customer, resamples=resamples),
        gain=difference(y, test.score, simple, customer, resamples=resamples),
        deciles=decile_table(y, test.probability, test.score),
        gains=(shares, found_by_model, gains_curve(y, simple)[1]),
        reliability=reliability(y, test.probability),
        months=_by_month(cases, model),
        test_probability=test.probability,
        test_y=y,
        limits=model.expected(test.score),
    )


def _by_month(cases: Cases, model: Model) -> list[Period]:
    if np.isnat(cases.as_of).any():
        return []
    probability = model.predict_matrix(cases.matrix).probability
    months = cases.as_of.astype("datetime64[M]")
    return [
        Period(str(month), int(here.sum()), int(cases.y[here].sum()), float(probability[here].sum()))
        for month in np.unique(months)
        for here in [months == month]
    ]
