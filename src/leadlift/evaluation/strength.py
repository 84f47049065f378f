"""What one feature alone says of a target: information value, AUC with an interval, rates of categories.

Everywhere: y is (n,), 0 or 1, who responded; customer is (n,), whole numbers from 0, whose case it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.bootstrap import Estimate
from leadlift.evaluation.stability import bin_counts, psi

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

Z95 = 1.959963984540054
CAUTION = 20.0


def information_value(y: npt.ArrayLike, codes: Codes) -> float:
    """Information value of a binned feature: sum((r - o) * ln(r / o)) over the bins, 0 for a useless one.

    r and o are the shares of the responders and of the others in a bin. codes: (n,), the bin of each case, missing
    values in one of their own. As in Siddiqi, Credit Risk Scorecards
    (2006), which reads below 0.02 as useless, to 0.1 weak, to 0.3 medium, above strong, and above 0.5 as too good to
    be true. Each bin counts half a case more on either side than it holds. It is the stability index of responders
    against others, so `psi_by_chance` says what luck alone would give. Raises ValueError when nobody or everybody
    responded.
    """
    actual = np.asarray(y)
    bins = int(codes.max(initial=0)) + 1
    responders, others = bin_counts(codes[actual == 1], bins), bin_counts(codes[actual == 0], bins)
    if responders.sum() == 0 or others.sum() == 0:
        raise ValueError("information value needs responders and others")
    present = responders + others > 0
    return psi(others[present], responders[present])


def clustered_auc(y: npt.ArrayLike, score: npt.ArrayLike, customer: Codes) -> Estimate:
    """AUC of a score with a 95 % interval that knows that cases of one customer are alike.

    DeLong's structural components, added up by customer (Obuchowski, "Nonparametric analysis of clustered ROC curve
    data", Biometrics 53, 1997); equal scores count half. The interval is cut at 0 and 1, and NaN with fewer than two
    customers on a side. Raises ValueError when nobody or everybody responded, or a score is NaN.
    """
    actual, values = np.asarray(y) == 1, np.asarray(score, dtype=np.float64)
    if np.isnan(values).any():
        raise ValueError("a ranking needs scores without NaN")
    above, below = values[actual], values[~actual]
    if len(above) == 0 or len(below) == 0:
        raise ValueError("AUC needs responders and others")
    wins = _share_below(above, np.sort(below))
    area = float(wins.mean())
    lost = 1.0 - _share_below(below, np.sort(above))
    error = np.sqrt(max(_variance(wins - area, lost - area, customer[actual], customer[~actual]), 0.0))
    return Estimate(area, _cut(area - Z95 * error), _cut(area + Z95 * error))


def _cut(value: float) -> float:
    return float(np.clip(value, 0.0, 1.0))  # NaN stays NaN


def _share_below(values: Floats, others: Floats) -> Floats:
    """For each value the share of the others, rising, that lie below it; equal ones count half."""
    low = np.searchsorted(others, values, side="left")
    high = np.searchsorted(others, values, side="right")
    share: Floats = (low + high) / (2.0 * len(others))
    return share


def _variance(wins: Floats, lost: Floats, responder: Codes, other: Codes) -> float:
    """Variance of the area from its components about it, by customer."""
    size = int(max(responder.max(), other.max())) + 1
    by_responder, by_other = (
        np.bincount(codes, weights=weights, minlength=size)
        for codes, weights in ((responder, wins), (other, lost))
    )
    there = [np.bincount(codes, minlength=size) > 0 for codes in (responder, other)]
    groups = [int(one.sum()) for one in there]
    if min(groups) < 2:
        return float("nan")
    everyone = int((there[0] | there[1]).sum())
    first = groups[0] / (groups[0] - 1) * np.sum(by_responder**2) / len(wins) ** 2
    second = groups[1] / (groups[1] - 1) * np.sum(by_other**2) / len(lost) ** 2
    both = everyone / (everyone - 1) * np.sum(by_responder * by_other) / (len(wins) * len(lost))
    return float(first + second + 2.0 * both)


def rates_of_others(y: npt.ArrayLike, codes: Codes, customer: Codes) -> Floats:
    """Each case's category as the response rate of that category among the other half of the customers, (n,).

    codes: (n,), the category, from 0. Customers of even and odd number are the halves, so that no case helps to rank
    itself: in-sample rates would make a strong feature of any list of names. A rate is drawn to that of all as if 20
    cases more had the usual one.
    """
    actual = np.asarray(y, dtype=np.float64)
    half = customer % 2
    rates = np.empty(len(actual))
    bins = int(codes.max(initial=0)) + 1
    for own in (0, 1):
        other = half != own
        usual = actual[other].mean() if other.any() else actual.mean()
        count = np.bincount(codes[other], minlength=bins)
        yes = np.bincount(codes[other], weights=actual[other], minlength=bins)
        rates[half == own] = ((yes + CAUTION * usual) / (count + CAUTION))[codes[half == own]]
    return rates
