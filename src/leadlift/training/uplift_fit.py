"""From an experiment to a model of its effect: its cases, the fit of the learners that were chosen, the scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.models import (
    EffectBands,
    EffectEvidence,
    Heterogeneity,
    Matrix,
    Model,
    ReferencePercentiles,
    effect_doubt_of,
    effect_line,
    fit_booster,
    make_dataset,
)
from leadlift.models.trial import Bins, Proxy, Trial, inverse_propensity
from leadlift.models.uplift import blended, doubly_robust, grown, nuisance_of
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.training.fit import Cases
from leadlift.training.uplift_choice import Choice

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Experiment:
    """The cases of an experiment. treated: (n,), 1 or 0. propensity: (n,), the chance of treatment, in (0, 1).

    proxy: cases of another pipeline that the learner `proxy` may see, whatever is judged or scaled.
    """

    cases: Cases
    treated: Floats
    propensity: Floats
    proxy: Proxy | None = None

    @property
    def weight(self) -> Floats:
        """Inverse propensity, (n,), about 1 on average in each group: equal for all where treatment was a draw."""
        found = self.uneven
        return np.ones(len(self.treated)) if found is None else found

    @property
    def uneven(self) -> Floats | None:
        """The weights where cases have different ones, (n,)."""
        return inverse_propensity(self.treated, self.propensity)

    def trial(self, rows: Rows) -> Trial:
        """These cases as the learners read them."""
        cases = self.cases
        return Trial(
            cases.matrix[rows],
            cases.y[rows],
            self.treated[rows],
            self.propensity[rows],
            cases.customer[rows],
            cases.encoding,
            self.proxy,
        )

    def answered(self, part: str, score: Floats) -> tuple[Floats, Floats, Rows]:
        """Outcomes, scores and customers of a part's treated cases. score: (n,), of all cases."""
        rows = self.cases.rows(part)
        rows = rows[self.treated[rows] == 1]
        return self.cases.y[rows], score[rows], self.cases.customer[rows]

    @property
    def learned(self) -> Rows:
        """The cases that are learned from and chosen on: training and validation."""
        return np.sort(np.concatenate([self.cases.rows(TRAIN), self.cases.rows(VALID)]))

    @property
    def before(self) -> Rows:
        """All cases before the test."""
        return np.sort(np.concatenate([self.learned, self.cases.rows(CALIBRATION)]))


@dataclass(frozen=True, eq=False)
class FittedUplift:
    """The model of the effect, how it was chosen, whether effects differ, and the response model beside it.

    response: (n,), of all cases, what a model of the response to the contact says; it learned from treated cases alone.
    """

    model: Model
    choice: Choice
    differs: Heterogeneity
    response: Floats


def fit_uplift(experiment: Experiment, choice: Choice, seed: int, reference: str) -> FittedUplift:
    """Fit the chosen way on all that was learned from, and scale it on calibration cases, which nothing has seen.

    reference: the name of the out-of-time population that percentiles are read from.
    """
    cases, learned = experiment.cases, experiment.trial(experiment.learned)
    bins, everyone = Bins(learned), np.arange(len(learned.y))
    model = blended([text for _, text in grown(bins, everyone, choice.chosen, seed)]).booster()
    raw = np.asarray(model.predict(cases.matrix))
    nuisance = nuisance_of(bins, everyone, seed)
    unseen = experiment.trial(cases.rows(CALIBRATION))
    told = doubly_robust(unseen, nuisance.control, nuisance.treated)
    seen = EffectEvidence(
        pseudo=np.concatenate([nuisance.pseudo, told.effect]),
        customer=np.concatenate([learned.customer, unseen.customer]),
        calibrates=np.arange(len(learned.y) + len(unseen.y)) >= len(learned.y),
        raw=raw[cases.rows(CALIBRATION)],
        spread=told.spread,
        without=told.without,
    )
    average = float(seen.pseudo.mean())
    differs = effect_line(seen.raw, told.effect, average)
    made = Model(
        booster=model,
        encoding=cases.encoding,
        calibrator=differs.line,
        bands=EffectBands.from_effect(average, learned.binary),
        percentiles=ReferencePercentiles.from_scores(raw[cases.rows(TEST)], reference),
        doubt=effect_doubt_of(differs.line.slope, seen),
    )
    return FittedUplift(made, choice, differs, response_model(experiment)(cases.matrix))


def response_model(experiment: Experiment) -> Callable[[Matrix], Floats]:
    """What is usually done instead: a model of the response of treated cases, stopped on validation cases.

    Returned is what gives the responses of encoded rows, (n_rows,).
    """
    cases = experiment.cases
    params = {} if experiment.trial(experiment.learned).binary else {"objective": "regression"}
    train, valid = (rows[experiment.treated[rows] == 1] for rows in (cases.rows(TRAIN), cases.rows(VALID)))
    weight = experiment.uneven
    of_train, of_valid = (None if weight is None else weight[rows] for rows in (train, valid))
    learn = make_dataset(cases.matrix[train], cases.y[train], cases.encoding, weight=of_train)
    stop = make_dataset(cases.matrix[valid], cases.y[valid], cases.encoding, reference=learn, weight=of_valid)
    booster = fit_booster(learn, stop, params, 600, 40)
    return lambda matrix: np.asarray(booster.predict(matrix), dtype=np.float64)
