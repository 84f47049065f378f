"""What an uplift model is worth on the test: beside a random order and beside the response model's, in words too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import (
    Estimate,
    UpliftDecile,
    evaluate_uplift,
    qini_of_best,
    qini_points,
    uplift_deciles,
    uplift_difference,
)
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.training.uplift_fit import Experiment, FittedUplift

Floats = npt.NDArray[np.float64]
Metrics = Mapping[str, Estimate]
PARTS = (TRAIN, VALID, CALIBRATION, TEST)


@dataclass(frozen=True, eq=False)
class UpliftJudgement:
    """The numbers of an uplift model on the test.

    metrics: the model's. response: the response model's ranking on the same cases. gain: model minus response model,
    paired. elsewhere: part -> metric -> value, without intervals. of_best: Qini over that of the best order there is.
    curves: (depths, the model's Qini curve, the response model's). predicted: mean effect promised to the test.
    crossfitted: Qini on training customers, by models that had not seen them. over_champion: as `gain`, over the
    champion's ranking; empty where there is none.
    """

    metrics: Metrics
    response: Metrics
    gain: Metrics
    elsewhere: Mapping[str, Mapping[str, float]]
    deciles: Sequence[UpliftDecile]
    of_best: float
    curves: tuple[Floats, Floats, Floats]
    predicted: float
    crossfitted: Estimate
    over_champion: Metrics

    @property
    def contact_works(self) -> bool:
        """Whether the average effect is above 0 beyond luck."""
        return self.metrics["average_effect"].low > 0

    @property
    def ranks(self) -> bool:
        """Whether the model ranks by effect beyond luck: on the test, and on training customers it had not seen.

        One look alone finds something in one of thirty experiments in which nothing is to be found.
        """
        return self.metrics["qini"].low > 0 and self.crossfitted.low > 0


def judge_uplift(
    fitted: FittedUplift, experiment: Experiment, resamples: int = 400, champion: Floats | None = None
) -> UpliftJudgement:
    """Measure model and response model on the test, on the same resamples of customers.

    champion: (n_test,), what the champion gives the test's cases.
    Of 200 resamples the middle 95 % leave out 3 % at either end: too many for a verdict that something was found.
    """
    cases, scores = experiment.cases, fitted.model.predict_matrix(experiment.cases.matrix)
    rows = cases.rows(TEST)
    y, treated, customer = cases.y[rows], experiment.treated[rows], cases.customer[rows]
    weight, score, response = experiment.weight[rows], scores.score[rows], fitted.response[rows]
    elsewhere = {}
    for part in PARTS[:-1]:
        here = cases.rows(part)
        found = evaluate_uplift(
            cases.y[here],
            experiment.treated[here],
            scores.score[here],
            here,
            experiment.weight[here],
            resamples=0,
        )
        elsewhere[part] = {name: one.value for name, one in found.items()}
    depths, gained = qini_points(y, treated, score, weight)

    def over(other: Floats) -> Metrics:
        return uplift_difference(y, treated, score, other, customer, weight, resamples)

    return UpliftJudgement(
        metrics=evaluate_uplift(y, treated, score, customer, weight, resamples),
        response=evaluate_uplift(y, treated, response, customer, weight, resamples),
        gain=over(response),
        elsewhere=elsewhere,
        deciles=uplift_deciles(y, treated, score, scores.probability[rows], customer, weight, resamples),
        of_best=qini_of_best(y, treated, score, weight),
        curves=(depths, gained, qini_points(y, treated, response, weight)[1]),
        predicted=float(np.mean(scores.probability[rows])),
        crossfitted=fitted.choice.qini,
        over_champion={} if champion is None else over(champion),
    )


def verdict(found: UpliftJudgement, share: bool) -> str:
    """What the test says, in one or two sentences. share: the outcome is yes or no, an effect in points of a chance."""
    effect = _said(found.metrics["average_effect"], share)
    qini = found.metrics["qini"]
    told = f"Qini {_said(qini, share)}, cross-fitted {_said(found.crossfitted, share)}"
    if not found.ranks and not found.contact_works:
        harm = found.metrics["average_effect"].high < 0
        first = "The contact lowers the outcome" if harm else "No effect found"
        return (
            f"{first}: on average the contact changes the outcome by {effect}, and no ranking holds ({told})."
        )
    if not found.ranks:
        return (
            f"The contact works, by {effect} on average, but no difference between customers was found ({told}): "
            "ranking by this model is no better than drawing at random."
        )
    works = "works" if found.contact_works else "is not seen to work on average"
    return (
        f"The contact {works} ({effect}), and the model finds whom it works on better than chance ({told}). "
        f"{_beside_response(found, share)}"
    )


def _beside_response(found: UpliftJudgement, share: bool) -> str:
    gain = found.gain["qini"]
    than = (
        "better than"
        if gain.low > 0
        else "worse than"
        if gain.high < 0
        else "no different, beyond luck, from"
    )
    return f"It is {than} ranking by the response model (Qini {_said(gain, share)})."


def _said(one: Estimate, share: bool) -> str:
    times, unit = (100, " points") if share else (1, "")
    shown = [f"{times * value:+.3g}" for value in (one.value, one.low, one.high)]
    return f"{shown[0]}{unit} [{shown[1]}, {shown[2]}]"
