"""Learners of effects: what a contact adds for each customer. Each ends as one sum of regression trees.

All trees are grown on squared loss, for chances too: then an effect adds up in the units of the outcome, a difference
of two models is one model, and its contributions are exact shares of the added chance or amount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from leadlift.models.tree_text import TreeText, total
from leadlift.models.trial import RETOLD_ROUNDS, Bins, Floats, Rows, Trial


@dataclass(frozen=True)
class Grid:
    """What is tried of a learner. leaves: sizes of trees. rounds: numbers of trees, rising; one fit gives them all."""

    leaves: tuple[int, ...]
    rounds: tuple[int, ...]


EFFECT = Grid(leaves=(3, 7), rounds=(15, 40, 100))
"""Effects are small beside the noise: large trees learn the noise."""
CHANCE = Grid(leaves=(7,), rounds=(100, 300))
"""The proxy's outcome is seen, not a difference, and of more cases: it bears more trees."""
COMMON: Mapping[str, Any] = {
    "objective": "regression",
    "learning_rate": 0.05,
    "feature_fraction": 0.7,
    "lambda_l2": 10.0,
}
OUTCOME: Mapping[str, Any] = {**COMMON, "num_leaves": 8}
OUTCOME_ROUNDS = 80
INNER_FOLDS = 3


Parts = Callable[[int], TreeText]
"""From a number of rounds to the effect's trees."""


@dataclass(frozen=True, eq=False)
class Nuisance:
    """What both groups' outcomes look like, of some rows of a trial: models of each group, and out-of-fold values.

    pseudo: (n_rows,), the doubly robust score of each row: its mean is the effect, whichever of the outcome models
    and the propensity is right (Robins et al., 1994), from models that never saw the row's customer.
    """

    control: lgb.Booster
    treated: lgb.Booster
    pseudo: Floats


def nuisance_of(bins: Bins, rows: Rows, seed: int) -> Nuisance:
    """Fit the outcome models of both groups on some rows, and cross-fit them for the pseudo-outcomes."""
    trial = bins.trial
    pseudo = np.empty(len(rows))
    for learn, tell in folds(trial.customer[rows], INNER_FOLDS, seed):
        control, treated = _outcomes(bins, rows[learn], seed)
        pseudo[tell] = doubly_robust(trial.take(rows[tell]), control, treated).effect
    control, treated = _outcomes(bins, rows, seed)
    return Nuisance(control, treated, pseudo)


@dataclass(frozen=True, eq=False)
class RobustScores:
    """What single cases say of the outcome with and without the contact, whichever was seen, (n,) each.

    effect: the doubly robust score. without: the same of the outcome without the contact. spread: of the variance of
    what the contact adds, as if the two outcomes were independent. None is a customer's own: their means are right.
    """

    effect: Floats
    without: Floats
    spread: Floats


def doubly_robust(trial: Trial, control: lgb.Booster, treated: lgb.Booster) -> RobustScores:
    """Return the scores of a trial's rows; the models must not have seen their customers."""
    if len(trial.y) == 0:
        return RobustScores(np.empty(0), np.empty(0), np.empty(0))
    without, with_ = (
        np.asarray(model.predict(trial.matrix), dtype=np.float64) for model in (control, treated)
    )
    of_treated, of_control = trial.treated / trial.propensity, (1 - trial.treated) / (1 - trial.propensity)
    lone = without + of_control * (trial.y - without)
    return RobustScores(
        effect=with_ + of_treated * (trial.y - with_) - lone,
        without=lone,
        spread=of_treated * (trial.y - with_) ** 2 + of_control * (trial.y - without) ** 2,
    )


def _outcomes(bins: Bins, rows: Rows, seed: int) -> tuple[lgb.Booster, lgb.Booster]:
    trial, params = bins.trial, {**OUTCOME, "seed": seed}
    groups = [rows[trial.treated[rows] == group] for group in (0.0, 1.0)]
    control, treated = (
        bins.grow(group, trial.y[group], params, OUTCOME_ROUNDS, _weight(trial, group)) for group in groups
    )
    return control, treated


def _weight(trial: Trial, rows: Rows) -> Floats | None:
    """Inverse propensities of some rows, so that each group stands for everybody; None where all count alike."""
    weight = trial.weight
    return None if weight is None else weight[rows]


def _means(trial: Trial, rows: Rows) -> tuple[float, float]:
    """The mean outcome of the controls and of the treated among some rows."""
    of_group = (rows[trial.treated[rows] == group] for group in (0.0, 1.0))
    without, with_ = (float(np.average(trial.y[one], weights=_weight(trial, one))) for one in of_group)
    return without, with_


def s_learner(bins: Bins, rows: Rows, _: Nuisance, params: Mapping[str, Any]) -> Parts:
    """One model with the treatment among its features, asked with and without (Künzel et al., 2019)."""
    # the treatment is one column among many: it is always on offer, or most trees would not know of it
    own = {**params, "feature_fraction": 1.0}
    weight = _weight(bins.trial, rows)
    model = bins.grow(rows, bins.trial.y[rows], own, EFFECT.rounds[-1], weight, with_treatment=True)

    def parts(rounds: int) -> TreeText:
        text = TreeText.of(model, rounds)
        return total([text.held(1.0), text.held(0.0).times(-1.0)])

    return parts


def t_learner(bins: Bins, rows: Rows, _: Nuisance, params: Mapping[str, Any]) -> Parts:
    """A model of each group, and their difference (Künzel et al., 2019)."""
    trial = bins.trial
    groups = [rows[trial.treated[rows] == group] for group in (0.0, 1.0)]
    models = [
        bins.grow(group, trial.y[group], params, EFFECT.rounds[-1], _weight(trial, group)) for group in groups
    ]

    def parts(rounds: int) -> TreeText:
        without, with_ = (TreeText.of(model, rounds) for model in models)
        return total([with_, without.times(-1.0)])

    return parts


def x_learner(bins: Bins, rows: Rows, nuisance: Nuisance, params: Mapping[str, Any]) -> Parts:
    """Effects imputed in each group by the other's model, learned, and weighed by group size (Künzel et al., 2019)."""
    trial = bins.trial
    control, treated = (rows[trial.treated[rows] == group] for group in (0.0, 1.0))
    gained = trial.y[treated] - np.asarray(nuisance.control.predict(trial.matrix[treated]))
    missed = np.asarray(nuisance.treated.predict(trial.matrix[control])) - trial.y[control]
    of_treated = bins.grow(treated, gained, params, EFFECT.rounds[-1], _weight(trial, treated))
    of_control = bins.grow(control, missed, params, EFFECT.rounds[-1], _weight(trial, control))
    share = float(trial.treated[rows].mean())

    def parts(rounds: int) -> TreeText:
        return total(
            [
                TreeText.of(of_control, rounds).times(share),
                TreeText.of(of_treated, rounds).times(1.0 - share),
            ]
        )

    return parts


def dr_learner(bins: Bins, rows: Rows, nuisance: Nuisance, params: Mapping[str, Any]) -> Parts:
    """A regression on cross-fitted doubly robust scores (Kennedy, 2020)."""
    model = bins.grow(rows, nuisance.pseudo, params, EFFECT.rounds[-1])
    return lambda rounds: TreeText.of(model, rounds)


def class_transformation(bins: Bins, rows: Rows, _: Nuisance, params: Mapping[str, Any]) -> Parts:
    """Whether a customer did as the contact would have it: treated and yes, or not and no (Jaskowski and
    Jaroszewicz, 2012). Twice its chance less one is the effect, when both groups weigh the same.

    Of an amount: the outcome over the chance of the group, negative for controls (Athey and Imbens, 2015).
    """
    trial = bins.trial
    y, t, e = trial.y[rows], trial.treated[rows], trial.propensity[rows]
    if not trial.binary:
        model = bins.grow(rows, y * (t - e) / (e * (1 - e)), params, EFFECT.rounds[-1])
        return lambda rounds: TreeText.of(model, rounds)
    weight = np.where(t == 1, 0.5 / e, 0.5 / (1 - e))
    agreed = bins.grow(rows, np.where(t == 1, y, 1 - y), params, EFFECT.rounds[-1], weight)
    return lambda rounds: TreeText.of(agreed, rounds).times(2.0).plus(-1.0)


def proportional(bins: Bins, rows: Rows, _: Nuisance, params: Mapping[str, Any]) -> Parts:
    """The response of the treated, times the share of it that the contact made on average.

    Assumes that effects rise in proportion to the response. Where few respond unasked this is near the truth, and
    one model of one group varies far less than a difference of two.
    """
    trial = bins.trial
    without, with_ = _means(trial, rows)
    treated = rows[trial.treated[rows] == 1]
    model = bins.grow(treated, trial.y[treated], params, EFFECT.rounds[-1], _weight(trial, treated))
    made = (with_ - without) / with_ if with_ else 0.0
    return lambda rounds: TreeText.of(model, rounds).times(made)


def proxy(bins: Bins, rows: Rows, _: Nuisance, params: Mapping[str, Any]) -> Parts:
    """The chance of the proxy's outcome, scaled so that its mean is the average effect of the experiment.

    Assumes that effects rise in proportion to that chance, as with sales that the bank credits to the contact. All
    cases of the proxy teach it, drawn at random or not; whether it ranks by effect the experiment decides. A contact
    that brings nothing on average has nothing to share out: the effect is 0 for everybody.

    The chance is learned on log loss, since what raises it multiplies; and is then told again as a sum of trees.
    """
    trial = bins.trial
    without, with_ = _means(trial, rows)
    model, seen = bins.grow_proxy(rows, {**params, "objective": "binary"}, CHANCE.rounds[-1])

    def parts(rounds: int) -> TreeText:
        told = bins.retell(model, rounds, seen)
        mean = float(np.mean(np.asarray(told.predict(trial.matrix[rows]))))
        scale = max(with_ - without, 0.0) / mean if mean > 0 else 0.0
        return TreeText.of(told, RETOLD_ROUNDS).times(scale)

    return parts


Learner = Callable[[Bins, Rows, Nuisance, Mapping[str, Any]], Parts]
LEARNERS: Mapping[str, Learner] = {
    "s": s_learner,
    "t": t_learner,
    "x": x_learner,
    "dr": dr_learner,
    "class_transformation": class_transformation,
    "proportional": proportional,
    "proxy": proxy,
}
GRIDS: Mapping[str, Grid] = {"proxy": CHANCE}
"""Learners with a grid of their own; the others have that of effects."""


@dataclass(frozen=True, order=True)
class Setting:
    """One way of learning an effect: a learner, the size of its trees and how many rounds."""

    learner: str
    leaves: int
    rounds: int

    def __str__(self) -> str:
        """As tables and messages say it."""
        return f"{self.learner}, {self.leaves} leaves, {self.rounds} rounds"


def settings(learners: Sequence[str]) -> list[Setting]:
    """All settings that are tried of these learners."""
    return [
        Setting(name, leaves, rounds)
        for name in learners
        for leaves in GRIDS.get(name, EFFECT).leaves
        for rounds in GRIDS.get(name, EFFECT).rounds
    ]


def grown(bins: Bins, rows: Rows, wanted: Sequence[Setting], seed: int) -> Iterator[tuple[Setting, TreeText]]:
    """Learn the effect on some rows of the trial in each of the ways."""
    nuisance = nuisance_of(bins, rows, seed)
    for learner, leaves in sorted({(one.learner, one.leaves) for one in wanted}):
        params = {**COMMON, "num_leaves": leaves, "seed": seed}
        parts = LEARNERS[learner](bins, rows, nuisance, params)
        for one in wanted:
            if (one.learner, one.leaves) == (learner, leaves):
                yield one, parts(one.rounds)


def blended(models: Sequence[TreeText]) -> TreeText:
    """Return the mean of some effects, as one model."""
    return total([model.times(1.0 / len(models)) for model in models])


def folds(customer: npt.NDArray[np.intp], count: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Yield rows to learn from and rows to tell, `count` times: all rows of a customer are on one side."""
    names, place = np.unique(customer, return_inverse=True)
    part = np.random.default_rng(seed).permutation(len(names)) % count
    for fold in range(count):
        here = part[place] == fold
        yield np.flatnonzero(~here), np.flatnonzero(here)
