"""What a value model is worth on the test: beside a linear model and beside ranking by the chance, in words too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import (
    Estimate,
    ValueDecile,
    evaluate_value,
    money_curve,
    value_deciles,
    value_difference,
)
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.training.cases import Cases
from leadlift.training.value_fit import FittedValue

Floats = npt.NDArray[np.float64]
Metrics = Mapping[str, Estimate]


@dataclass(frozen=True, eq=False)
class ValueJudgement:
    """The numbers of a value model on the test.

    metrics: the model's. baseline: the linear model's on the same cases. gain, over_chance: model minus linear model,
    and minus ranking by the chance of any amount; paired. over_champion: the same
    of the champion, empty without one. elsewhere: part -> metric -> value, without intervals.
    curves: (depths, money by the model, by the linear model, by the chance). predicted, actual: totals of the test.
    zeros: whether any case has no amount, so that there is a chance to rank by.
    """

    metrics: Metrics
    baseline: Metrics
    gain: Metrics
    over_chance: Metrics
    over_champion: Metrics
    elsewhere: Mapping[str, Mapping[str, float]]
    deciles: Sequence[ValueDecile]
    curves: tuple[Floats, Floats, Floats, Floats]
    predicted: float
    actual: float
    zeros: bool

    @property
    def ranks(self) -> bool:
        """Whether the model ranks money better than chance, beyond luck."""
        return self.metrics["gini"].low > 0


def judge_value(
    fitted: FittedValue, cases: Cases, resamples: int = 200, champion: Floats | None = None
) -> ValueJudgement:
    """Measure model, linear model and chance on the test, on the same resamples of customers.

    champion: (n_test,), what the champion gives the test's cases, to rank by.
    """
    told = fitted.model.predict_matrix(cases.matrix).probability
    rows = cases.rows(TEST)
    y, customer = cases.y[rows], cases.customer[rows]
    simple, chance = fitted.baseline.predict(cases.matrix[rows]), fitted.chance[rows]
    elsewhere = {}
    for part in (TRAIN, VALID, CALIBRATION):
        here = cases.rows(part)
        found = evaluate_value(cases.y[here], told[here], here, resamples=0)
        elsewhere[part] = {name: one.value for name, one in found.items()}
    depths, money = money_curve(y, told[rows])

    def over(other: Floats) -> Metrics:
        return value_difference(y, told[rows], other, customer, resamples)

    return ValueJudgement(
        metrics=evaluate_value(y, told[rows], customer, resamples),
        baseline=evaluate_value(y, simple, customer, resamples),
        gain=over(simple),
        over_chance=over(chance),
        over_champion={} if champion is None else over(champion),
        elsewhere=elsewhere,
        deciles=value_deciles(y, told[rows], customer, resamples),
        curves=(depths, money, money_curve(y, simple)[1], money_curve(y, chance)[1]),
        predicted=float(told[rows].sum()),
        actual=float(y.sum()),
        zeros=bool((y == 0).any()),
    )


def value_verdict(found: ValueJudgement) -> str:
    """What the test says, in one to three sentences."""
    gini, share, ratio = (found.metrics[name] for name in ("gini", "value_at_10", "total_ratio"))
    if not found.ranks:
        return (
            f"No order found: Gini {_said(gini)}; ranking by this model is no better than drawing at random."
        )
    first = (
        f"The best tenth of customers bring {share.value:.0%} [{share.low:.0%}, {share.high:.0%}] of the money "
        f"(Gini {_said(gini)})."
    )
    chance = f"{_than(found.over_chance['gini'], 'ranking by the chance of any amount')}, and "
    beside = f"Ranking by amount is {chance * found.zeros}{_than(found.gain['gini'], 'the linear model')}."
    right = ratio.low <= 1 <= ratio.high
    level = "as it was found, within luck" if right else "too high" if ratio.value > 1 else "too low"
    total = f"{ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}] of the actual one"
    return f"{first} {beside} The predicted total is {level}: {total}."


def _than(gain: Estimate, what: str) -> str:
    how = (
        "better than"
        if gain.low > 0
        else "worse than"
        if gain.high < 0
        else "no different, beyond luck, from"
    )
    return f"{how} {what} (Gini {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}])"


def _said(one: Estimate) -> str:
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"
