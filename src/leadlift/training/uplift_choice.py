"""Which learner ranks unseen customers by effect: all are tried on folds, and cross-fitted Qini decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from leadlift.evaluation import Estimate, evaluate_uplift
from leadlift.models.trial import Bins, Trial
from leadlift.models.uplift import Setting, folds, grown, settings

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

BLEND = "blend"
RESAMPLES = 400
"""Of 200 the middle 95 % leave out 3 % at either end: too many for a verdict that something was found."""


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

    qini: of choosing so, on all training customers: each fold is ranked by what the other folds choose, and by models
    that had not seen it. That of what was chosen on all folds would flatter: it is the best of many on the same folds.
    """

    tried: tuple[Tried, ...]
    chosen: tuple[Setting, ...]
    why: str
    qini: Estimate


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
    seen = _Folds(trial, weight, told, parts)
    every = range(len(parts))
    picked = _pick(seen, learners, every)
    tried = [
        Tried(one.learner, one.leaves, one.rounds, *_mean_and_error(found))
        for one, found in seen.qini.items()
    ]
    tried.append(Tried(BLEND, 0, 0, *_mean_and_error(picked.mixed)))
    return Choice(
        tuple(sorted(tried, key=lambda one: -one.qini)),
        picked.chosen,
        picked.why,
        _unflattered(seen, learners),
    )


class _Folds:
    """What each setting says of customers that it had not seen, and how well it ranks those of each fold."""

    def __init__(
        self, trial: Trial, weight: Floats, told: Mapping[Setting, Floats], parts: Sequence[Rows]
    ) -> None:
        self.trial, self.weight, self.told, self.parts = trial, weight, told, parts
        self.qini = {one: self.by_fold(score, range(len(parts))) for one, score in told.items()}

    def by_fold(self, score: Floats, over: Sequence[int]) -> Floats:
        """Qini of a score in these folds; 0, as of chance, in one without treated customers or without controls."""
        return np.array([self._qini(score, self.parts[fold]) for fold in over])

    def mean(self, settings: Sequence[Setting]) -> Floats:
        """The mean of what settings say, (n,)."""
        mixed: Floats = np.mean([self.told[one] for one in settings], axis=0)
        return mixed

    def _qini(self, score: Floats, rows: Rows) -> float:
        treated = self.trial.treated[rows]
        if treated.min() == treated.max():
            return 0.0
        found = evaluate_uplift(
            self.trial.y[rows], treated, score[rows], rows, self.weight[rows], resamples=0, shares=()
        )
        return found["qini"].value


@dataclass(frozen=True, eq=False)
class _Picked:
    chosen: tuple[Setting, ...]
    why: str
    mixed: Floats


def _pick(seen: _Folds, learners: Sequence[str], over: Sequence[int]) -> _Picked:
    """What these folds choose. `mixed`: Qini in each of the mean of each learner's best."""
    places = list(over)
    found = {one: by_fold[places] for one, by_fold in seen.qini.items()}
    means = {one: float(by_fold.mean()) for one, by_fold in found.items()}
    best_of = tuple(
        max((one for one in means if one.learner == name), key=means.__getitem__) for name in learners
    )
    best = max(means, key=means.__getitem__)
    mixed = seen.by_fold(seen.mean(best_of), places)
    behind = found[best] - mixed
    if len(learners) > 1 and behind.mean() <= _mean_and_error(behind)[1]:
        why = f"the mean of {len(best_of)} learners: none alone is better by more than its error"
        return _Picked(best_of, why, mixed)
    return _Picked((best,), f"{best}: the best cross-fitted Qini", mixed)


def _unflattered(seen: _Folds, learners: Sequence[str]) -> Estimate:
    """Qini of choosing so: in each fold by what the others choose, which ranks its customers among themselves."""
    rank, every = np.empty(len(seen.trial.y)), range(len(seen.parts))
    for fold, rows in enumerate(seen.parts):
        picked = _pick(seen, learners, [other for other in every if other != fold])
        rank[rows] = rankdata(seen.mean(picked.chosen)[rows]) / len(rows)
    trial = seen.trial
    found = evaluate_uplift(
        trial.y, trial.treated, rank, trial.customer, seen.weight, resamples=RESAMPLES, shares=()
    )
    return found["qini"]


def _mean_and_error(by_fold: Floats) -> tuple[float, float]:
    """The error is 0 with one fold, which tells none."""
    error = by_fold.std(ddof=1) / np.sqrt(len(by_fold)) if len(by_fold) > 1 else 0.0
    return float(by_fold.mean()), float(error)
