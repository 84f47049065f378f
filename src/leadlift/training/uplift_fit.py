"""From an experiment to a model of its effect: learners tried on training customers, the choice, the fit, the scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.errors import UserError
from leadlift.evaluation import Estimate, evaluate_uplift
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
from leadlift.models.uplift import (
    Setting,
    blended,
    doubly_robust,
    folds,
    grown,
    nuisance_of,
    settings,
)
from leadlift.names import CALIBRATION, TEST, TRAIN, TREATMENT, VALID
from leadlift.training.fit import Cases

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

BLEND = "blend"
FEWEST = 50


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

    @property
    def learned(self) -> Rows:
        """The cases that are learned from and chosen on: training and validation."""
        return np.sort(np.concatenate([self.cases.rows(TRAIN), self.cases.rows(VALID)]))

    @property
    def before(self) -> Rows:
        """All cases before the test."""
        return np.sort(np.concatenate([self.learned, self.cases.rows(CALIBRATION)]))


@dataclass(frozen=True)
class Tried:
    """A way of learning the effect, and its Qini on customers it had not seen: mean over the folds, and its error."""

    learner: str
    leaves: int
    rounds: int
    qini: float
    error: float


@dataclass(frozen=True)
class Choice:
    """What was tried, the best first, and what was chosen: the settings whose mean is the effect. why: in words.

    qini: of what was chosen, on all training customers by models that had not seen them.
    """

    tried: tuple[Tried, ...]
    chosen: tuple[Setting, ...]
    why: str
    qini: Estimate


@dataclass(frozen=True, eq=False)
class FittedUplift:
    """The model of the effect, how it was chosen, whether effects differ, and the response model beside it.

    response: (n,), of all cases, what a model of the response to the contact says; it learned from treated cases alone.
    """

    model: Model
    choice: Choice
    differs: Heterogeneity
    response: Floats


def treated_of(table: pa.Table) -> Floats:
    """1 for each case of any arm, 0 for controls, (n,). Raises UserError when a group is too small."""
    groups = table[TREATMENT].to_numpy()
    for name, count in (("control", int((groups == 0).sum())), ("treated", int((groups > 0).sum()))):
        if count < FEWEST:
            raise UserError(
                f"treatment: {count:,} {name} cases are too few to learn an effect from; at least {FEWEST} of each are "
                "needed. Look at `treatment.control`, `treatment.arms` and `population.where`"
            )
    return np.asarray(groups > 0, dtype=np.float64)


def choose(
    trial: Trial,
    weight: Floats,
    learners: Sequence[str],
    count: int,
    seed: int,
    done: Callable[[float], None] = lambda _: None,
) -> Choice:
    """Try every setting of the learners on all folds but one and rank the customers of that one.

    The best mean Qini wins. The mean of each learner's best is tried too and taken when it is within the standard error
    of its distance to the best: a mean of models varies less from sample to sample.
    """
    wanted, bins = settings(learners), Bins(trial)
    told, parts = {one: np.empty(len(trial.y)) for one in wanted}, []
    for number, (learn, tell) in enumerate(folds(trial.customer, count, seed)):
        parts.append(tell)
        for one, text in grown(bins, learn, wanted, seed):
            told[one][tell] = text.booster().predict(trial.matrix[tell])
        done((number + 1) / count)

    def by_fold(score: Floats) -> Floats:
        return np.array([_qini(trial, weight, score, rows) for rows in parts])

    found = {one: by_fold(score) for one, score in told.items()}
    means = {one: float(by_one.mean()) for one, by_one in found.items()}
    best_of = [
        max((one for one in wanted if one.learner == name), key=means.__getitem__) for name in learners
    ]
    mixed = by_fold(np.mean([told[one] for one in best_of], axis=0))
    best = max(wanted, key=means.__getitem__)
    behind = found[best] - mixed
    tried = [Tried(one.learner, one.leaves, one.rounds, *_mean_and_error(found[one])) for one in wanted]
    tried.append(Tried(BLEND, 0, 0, *_mean_and_error(mixed)))
    if len(learners) > 1 and behind.mean() <= _mean_and_error(behind)[1]:
        why = f"the mean of {len(best_of)} learners: none alone is better by more than its error"
        chosen = tuple(best_of)
    else:
        why, chosen = f"{best}: the best cross-fitted Qini", (best,)
    score = np.mean([told[one] for one in chosen], axis=0)
    held = evaluate_uplift(trial.y, trial.treated, score, trial.customer, weight, shares=())["qini"]
    return Choice(tuple(sorted(tried, key=lambda one: -one.qini)), chosen, why, held)


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


def _qini(trial: Trial, weight: Floats, score: Floats, rows: Rows) -> float:
    found = evaluate_uplift(
        trial.y[rows], trial.treated[rows], score[rows], rows, weight[rows], resamples=0, shares=()
    )
    return found["qini"].value


def _mean_and_error(by_fold: Floats) -> tuple[float, float]:
    return float(by_fold.mean()), float(by_fold.std(ddof=1) / np.sqrt(len(by_fold)))
