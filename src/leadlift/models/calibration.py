"""From a model's raw output to a chance one can count on: of customers given 4 %, four in 100 respond."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.models.calibrators import (
    AsIs,
    Beta,
    Calibrator,
    Centred,
    Floats,
    Sigmoid,
    Steps,
    both_logs,
    log_odds,
)
from leadlift.models.lines import fit_line

# How far the isotonic steps are drawn to the base rate: a step without responders gets 0.1 % of it, not 0.
PULL = 0.001
# Smaller steps promise too much at the top. Simulated on 3,000 rows at 2 %: steps of one customer overstate
# the best hundredth by 5.6 points, of 50 by 2.7, of 100 by 1.2.
SMALLEST_STEP = 100
# where a few customers are told apart for certain, lines are steep and log-odds large
FARTHEST = 1e4


def fit_calibrator(
    kind: str, raw: npt.ArrayLike, y: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> Calibrator:
    """Fit one of isotonic, centred, platt, beta, none.

    raw: (n,), uncalibrated outputs in [0, 1]. y: (n,), 0 or 1, or the response rate of a group of customers.
    weight: (n,), how many customers each row stands for; 1 by default.
    Raises UserError for another kind or when only one class is there.
    """
    if kind == AsIs.kind:
        return AsIs()
    if kind not in FITS:
        raise UserError(
            f"model.calibration: {kind!r} is not a calibration; known: auto, {', '.join(FITS)}, none"
        )
    return FITS[kind](*_both_classes(raw, y, weight))


def at_level(
    calibrator: Calibrator, raw: npt.ArrayLike, mean: float, weight: Floats | None = None
) -> Calibrator:
    """Return the calibrator moved along log-odds so that the mean probability of these rows is `mean`.

    raw: (n,), uncalibrated outputs. mean: in (0, 1). weight: (n,), of each row. The order of customers stays as it
    was. For when the level is known better than the calibration rows alone can tell it (Saerens et al., 2002).
    """
    from scipy.optimize import brentq

    def missing(shift: float) -> float:
        return mean - float(np.average(calibrator.moved(shift)(raw), weights=weight))

    far = 1.0
    while missing(far) > 0.0 or missing(-far) < 0.0:
        if far >= FARTHEST:
            return calibrator.moved(far if missing(far) > 0.0 else -far)
        far *= 4.0
    return calibrator.moved(float(brentq(missing, -far, far, xtol=1e-14)))


def isotonic(raw: Floats, y: Floats, weight: Floats) -> Steps:
    """Fit the never falling steps nearest to the responses (Zadrozny and Elkan, 2002).

    Each step holds at least 100 customers (all, when there are fewer), equal outputs are never parted, and every
    step is drawn by 0.1 % to the base rate so that none is 0 or 1. The mean probability of these rows is their
    response rate.
    """
    order, first, level, _ = _levels(raw, y, weight)
    scores = raw[order]
    last = np.append(first[1:], len(scores)) - 1
    # Both ends of each step, so that on these customers the line has exactly the step's height.
    ends = np.column_stack([scores[first], scores[last]]).ravel()
    points, where = np.unique(ends, return_index=True)
    return Steps(tuple(points.tolist()), tuple(np.repeat(level, 2)[where].tolist()))


def centred(raw: Floats, y: Floats, weight: Floats) -> Centred:
    """Fit the isotonic steps and join their middles by lines in log-odds (Oron and Flournoy, 2017).

    Within and beyond the steps customers keep their order where `isotonic` makes them alike: beyond the middles of
    the lowest and the highest step the line goes on with the slope of Platt's line.
    """
    order, first, level, size = _levels(raw, y, weight)
    x = log_odds(raw)[order] * weight[order]
    # what is level stays one step, however many of the smallest steps it was made of
    block = np.flatnonzero(np.diff(level, prepend=-1.0) > 0)
    middle = np.add.reduceat(np.add.reduceat(x, first), block) / np.add.reduceat(size, block)
    odds = log_odds(level[block])
    fitted = Centred(tuple(middle.tolist()), tuple(odds.tolist()), platt(raw, y, weight).slope)
    mean = float(np.average(y, weights=weight))
    return at_level(fitted, raw, mean, weight)  # type: ignore[return-value] # it is moved, no more


def platt(raw: Floats, y: Floats, weight: Floats) -> Sigmoid:
    """Fit a logistic line on the log-odds of the output (Platt, 1999, without his smoothing of the targets).

    The mean probability of these rows is their response rate. A model that ranks the wrong way round gets a
    level line, the base rate for everyone.
    """
    (slope,), intercept = fit_line(log_odds(raw)[:, None], y, weight)
    return Sigmoid(slope, intercept)


def beta(raw: Floats, y: Floats, weight: Floats) -> Beta:
    """Fit a beta curve (Kull, Silva Filho and Flach, 2017): a logistic fit on ln(raw) and -ln(1 - raw).

    The mean probability of these rows is their response rate. A coefficient that would be below 0 is 0 and the
    other is fitted anew.
    """
    (a, b), intercept = fit_line(np.column_stack(both_logs(raw)), y, weight)
    return Beta(a, b, intercept)


FITS: Mapping[str, Callable[[Floats, Floats, Floats], Calibrator]] = {
    "isotonic": isotonic,
    "centred": centred,
    "platt": platt,
    "beta": beta,
}


def _levels(
    raw: Floats, y: Floats, weight: Floats
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats, Floats]:
    """The order of the rows, where in it each step begins, each step's probability and its weight."""
    from sklearn.isotonic import isotonic_regression

    order = np.argsort(raw, kind="stable")
    y, weight = y[order], weight[order]
    first = _step_starts(raw[order], weight)
    size = np.add.reduceat(weight, first)
    rate = np.add.reduceat(y * weight, first) / size
    level = np.asarray(isotonic_regression(rate, sample_weight=size), dtype=np.float64)
    return order, first, (1.0 - PULL) * level + PULL * float(np.average(y, weights=weight)), size


def _step_starts(ordered: Floats, weight: Floats) -> npt.NDArray[np.intp]:
    """Where steps of at least SMALLEST_STEP customers begin, never between equal outputs."""
    before = np.cumsum(weight) - weight
    changes = np.flatnonzero(np.diff(ordered)) + 1
    begins, end = before[changes], float(weight.sum()) - SMALLEST_STEP
    starts, held = [0], 0.0
    while True:
        at = int(np.searchsorted(begins, held + SMALLEST_STEP))
        if at == len(changes) or begins[at] > end:
            return np.array(starts, dtype=np.intp)
        starts.append(int(changes[at]))
        held = float(begins[at])


def _both_classes(
    raw: npt.ArrayLike, y: npt.ArrayLike, weight: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    scores, responses = np.asarray(raw, dtype=np.float64), np.asarray(y, dtype=np.float64)
    weights = np.ones(len(scores)) if weight is None else np.asarray(weight, dtype=np.float64)
    if scores.shape != responses.shape or scores.ndim != 1 or weights.shape != scores.shape:
        raise ValueError(f"raw {scores.shape}, y {responses.shape} and weight {weights.shape} must be alike")
    if len(responses) == 0 or responses.max() == 0 or responses.min() == 1:
        raise UserError(
            f"cannot calibrate on {len(responses)} rows of one class: both responders and others are needed. "
            "Give the calibration part of the split a longer period"
        )
    return scores, responses, weights
