"""How far the responders of a list may be from the expected: chance, a calibration learned from few, months."""

# ruff: noqa: RUF001 - Chinese is written with full-width signs

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.models.calibration import at_level, fit_calibrator
from leadlift.models.calibrators import Calibrator, Floats, chance, log_odds

REPLICAS = 100
# Customers alike enough to be one binomial; more change nothing that could be seen.
GROUPS = 200
FEWEST_MONTHS = 4
# Months are not thought to move log-odds by more than this (standard deviation).
WILDEST = 0.5
KNOTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)
# Groups of like outputs that a refit sees.
CUTS = 1_000
DRAWS = 2_000
METHODS = {
    "en": {
        "draws": "95 % of draws of responders: each customer by chance (Poisson-binomial), from one of {replicas} "
        "calibrations refitted to reweighted customers (Bayesian bootstrap), {months}",
        "months": "and a month of its own ({wobble:.3f} in log-odds; months learned from: {count})",
        "alike": "as if all months were alike, since there were too few to see",
        "added": "95 % by the normal limit: chance, as if what a customer does with and without the contact were "
        "independent, and the errors of the average effect and of the slope that an experiment of {cases} cases "
        "leaves; as if effects were the same in every month, since one experiment cannot tell",
        "effect": "no interval: this version keeps no doubt of its effect; train it anew to have one",
        "amount": "no interval: the model card has intervals of what was brought by decile",
        "certain": "95 % by chance alone (Poisson-binomial, normal limit): this version keeps no doubt of its "
        "calibration",
    },
    "zh": {
        "draws": "95% 的响应人数模拟落在此区间：每位客户是否响应服从其概率（泊松二项分布），校准取自 {replicas} 次"
        "客户重新加权后的重新校准（贝叶斯自助法），{months}",
        "months": "并计入月份之间的差异（对数几率标准差 {wobble:.3f}，由 {count} 个月得出）",
        "alike": "月份太少，看不出差异，按各月相同处理",
        "added": "95% 区间（正态近似）：计入偶然波动（视客户被联系与未被联系时的行为相互独立），以及由 {cases} 个"
        "实验案例估计的平均效果和斜率的误差；单次实验无法看出月份差异，按各月效果相同处理",
        "effect": "无区间：该版本没有保存效果的不确定性；重新训练后即可得到",
        "amount": "无区间：模型卡给出按十分位的金额区间",
        "certain": "95% 区间仅计入偶然波动（泊松二项分布的正态近似）：该版本没有保存校准的不确定性",
    },
}
"""How the interval of expected responders is found, in the languages of lists."""


@dataclass(frozen=True)
class Expected:
    """The responders that a list should bring: the sum of chances, and between what 95 of 100 such lists fall.

    low, high: None where no interval is known, as of value models. Of what a contact adds both may lie below 0.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Doubt:
    """What is not known of the calibration, frozen with the model.

    raw_odds: (n_knots,), log-odds of raw outputs, rising. shifts: (n_replicas, n_knots), how much each refitted
    calibration differs there, in log-odds; level beyond the ends. wobble: standard deviation of the months, in
    log-odds, beyond chance. months: how many the level was learned from; 0 where the wobble is not known, and is
    taken for 0.
    """

    raw_odds: tuple[float, ...]
    shifts: tuple[tuple[float, ...], ...]
    wobble: float
    months: int

    def expected(self, calibrator: Calibrator, raw: npt.ArrayLike, holds: npt.ArrayLike = 1.0) -> Expected:
        """Return the responders expected among customers with these raw outputs, (n,), one row a customer.

        holds: (n,) or one number in [0, 1], the share of the chance that is left on the customer's channel. Equal
        outputs give an equal interval: the draws are always the same.
        """
        told = np.asarray(raw, dtype=np.float64)
        order = np.argsort(told, kind="stable")
        score, kept = told[order], np.broadcast_to(np.asarray(holds, dtype=np.float64), told.shape)[order]
        probability = calibrator(score)
        if len(score) == 0:
            return Expected(0.0, 0.0, 0.0)
        draw = np.random.default_rng(0)
        first = np.unique(np.linspace(0, len(score), min(GROUPS, len(score)), endpoint=False).astype(int))
        size = np.diff(np.append(first, len(score)))
        odds, left = log_odds(np.add.reduceat(probability, first) / size), np.add.reduceat(kept, first) / size
        at = log_odds(score[first + size // 2])
        turns = -(-DRAWS // len(self.shifts))
        drawn = [
            draw.binomial(size, left * chance(odds + np.interp(at, self.raw_odds, shift) + month)).sum(axis=1)
            for shift in self.shifts
            for month in [self._months(draw, turns)]
        ]
        low, high = np.quantile(np.concatenate(drawn), [0.025, 0.975])
        return Expected(float(kept @ probability), float(np.floor(low)), float(np.ceil(high)))

    def _months(self, draw: np.random.Generator, count: int) -> Floats:
        """Shifts of months to come, (count, 1)."""
        if not self.months:
            return np.zeros((count, 1))
        # the level that was learned is a mean of so many months and shares their luck
        scale = self.wobble * np.sqrt(1.0 + 1.0 / self.months)
        return np.asarray(scale * draw.normal(size=(count, 1)), dtype=np.float64)

    def restless_as(self, before: Doubt | None, months: int) -> Doubt:
        """Return this doubt, with how much months differ from another one where these were too few to see.

        months: how many the calibration was fitted to. That a level is newer makes the next month no calmer.
        """
        if self.months or before is None or not before.months:
            return self
        return replace(self, wobble=before.wobble, months=months)

    def method(self, language: str = "en") -> str:
        """How the interval is found, in words of a language."""
        words = METHODS[language]
        told = words["months" if self.months else "alike"].format(wobble=self.wobble, count=self.months)
        return words["draws"].format(replicas=len(self.shifts), months=told)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON."""
        return {
            "raw_odds": list(self.raw_odds),
            "shifts": [list(row) for row in self.shifts],
            "wobble": self.wobble,
            "months": self.months,
        }

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described."""
        shifts = tuple(tuple(row) for row in saved["shifts"])
        return cls(tuple(saved["raw_odds"]), shifts, saved["wobble"], saved["months"])


def certain(probability: npt.ArrayLike) -> Expected:
    """Return the responders expected where nothing is known of the calibration's doubt: chance alone.

    probability: (n,). By the normal limit of the Poisson-binomial.
    """
    chances = np.asarray(probability, dtype=np.float64)
    mean, deviation = float(chances.sum()), float(np.sqrt((chances * (1 - chances)).sum()))
    return Expected(
        mean, max(0.0, float(np.floor(mean - 1.96 * deviation))), float(np.ceil(mean + 1.96 * deviation))
    )


@dataclass(frozen=True, eq=False)
class Evidence:
    """The cases before the test that the level and the calibration were learned from.

    raw, y, customer: (n,). calibrates: (n,), whether the calibration was fitted to the case.
    unseen: (n,), whether raw is of trees that were not grown on it. weight: (n,), in learning.
    month: (n,), a code of the as-of date, or None without dates.
    """

    raw: Floats
    y: Floats
    customer: npt.NDArray[np.intp]
    calibrates: npt.NDArray[np.bool_]
    unseen: npt.NDArray[np.bool_]
    weight: Floats
    month: npt.NDArray[np.intp] | None


def doubt_of(calibrator: Calibrator, seen: Evidence, replicas: int = REPLICAS) -> Doubt:
    """Refit the calibration to reweighted customers (Rubin, 1981) and measure how restless the months are."""
    raw = seen.raw[seen.calibrates]
    knots = np.unique(np.quantile(log_odds(raw), KNOTS))
    at = chance(knots)
    told = log_odds(calibrator(at))
    refit = _Refit(calibrator.kind, seen)
    draw = np.random.default_rng(0)
    shifts: list[tuple[float, ...]] = []
    while len(shifts) < replicas:
        try:
            again = refit.with_weights(draw.exponential(size=int(seen.customer.max()) + 1))
        except UserError:  # hardly any responders, and all their weights nearly nothing
            continue
        shifts.append(tuple(np.round(log_odds(again(at)) - told, 4).tolist()))
    wobble, months = _wobble(calibrator, seen)
    return Doubt(tuple(knots.tolist()), tuple(shifts), wobble, months)


class _Refit:
    """Calibration and level once more, on groups of like outputs: hundreds of fits cost what a few on all cases do."""

    def __init__(self, kind: str, seen: Evidence) -> None:
        self._kind, self._seen = kind, seen
        raw = seen.raw[seen.calibrates]
        order = np.argsort(raw, kind="stable")
        self._group = np.empty(len(raw), dtype=np.intp)
        self._group[order] = np.arange(len(raw)) * min(CUTS, len(raw)) // len(raw)
        self._raw = chance(np.bincount(self._group, log_odds(raw)) / np.bincount(self._group))

    def with_weights(self, by_customer: Floats) -> Calibrator:
        """The calibration where each customer counts as often as told."""
        seen = self._seen
        weight = by_customer[seen.customer]
        mine = weight[seen.calibrates]
        held = np.bincount(self._group, mine).astype(np.float64)
        rate = np.bincount(self._group, mine * seen.y[seen.calibrates]) / held
        fitted = fit_calibrator(self._kind, self._raw, rate, held)
        return at_level(fitted, self._raw, level(seen, weight), held)


def level(seen: Evidence, weight: Floats | None = None) -> float:
    """Return the mean chance that the calibration cases should have.

    Their own response rate is off by chance: with 500 responders by 5 %. The trees' mean is not, as far as it fits
    all cases before the test: so it is the calibration cases' mean output, times responders over outputs of all.
    """
    weights = np.ones(len(seen.raw)) if weight is None else weight
    mine = np.average(seen.raw[seen.calibrates], weights=weights[seen.calibrates])
    learned = weights * seen.weight
    mean = mine * float(learned @ seen.y) / float(learned @ seen.raw)
    return float(np.clip(mean, 1e-6, 1 - 1e-6))


def _wobble(calibrator: Calibrator, seen: Evidence) -> tuple[float, int]:
    """What months differ by beyond chance: root mean square of the posterior, all up to WILDEST alike before.

    Not the likeliest value: that is 0 whenever chance alone could have done it, which does not prove months alike.
    """
    if seen.month is None:
        return 0.0, 0
    month, y = seen.month[seen.unseen], seen.y[seen.unseen]
    probability = calibrator(seen.raw[seen.unseen])
    kinds, place = np.unique(month, return_inverse=True)
    if len(kinds) < FEWEST_MONTHS:
        return 0.0, 0
    variance = np.bincount(place, probability * (1 - probability))
    effect = np.bincount(place, y - probability) / variance
    grid = np.linspace(0.0, WILDEST, 101)
    within = grid[:, None] ** 2 + 1.0 / variance
    mean = (effect / within).sum(axis=1) / (1.0 / within).sum(axis=1)
    fit = -0.5 * (np.log(within) + (effect - mean[:, None]) ** 2 / within).sum(axis=1)
    fit -= 0.5 * np.log((1.0 / within).sum(axis=1))
    likely = np.exp(fit - fit.max())
    return round(float(np.sqrt(np.average(grid**2, weights=likely))), 4), len(kinds)
