"""From a model's raw output to a chance one can count on: of customers given 4 %, four in 100 respond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.models.effects import Straight

Floats = npt.NDArray[np.float64]

# No customer is certain. Probabilities are kept inside [FLOOR, 1 - FLOOR].
FLOOR = 1e-6
# How far the isotonic steps are drawn to the base rate: a step without responders gets 0.1 % of it, not 0.
PULL = 0.001
# Smaller steps promise too much at the top. Simulated on 3,000 rows at 2 %: steps of one customer overstate
# the best hundredth by 5.6 points, of 50 by 2.7, of 100 by 1.2.
SMALLEST_STEP = 100


class Calibrator(Protocol):
    """A never falling function from the raw output to a probability strictly between 0 and 1."""

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the probabilities of raw outputs, same shape."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON; `calibrator_from_dict` reads them."""
        ...


@dataclass(frozen=True)
class Steps:
    """Isotonic calibration: straight lines through points, level beyond the first and the last.

    raw, probability: (n_points,), neither ever falling.
    """

    raw: tuple[float, ...]
    probability: tuple[float, ...]

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the probabilities of raw outputs, same shape."""
        return _inside(np.interp(np.asarray(raw, dtype=np.float64), self.raw, self.probability))

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON."""
        return {"kind": "isotonic", "raw": list(self.raw), "probability": list(self.probability)}


@dataclass(frozen=True)
class Sigmoid:
    """Platt calibration: a straight line in log-odds, `slope` (never below 0) and `intercept`."""

    slope: float
    intercept: float

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the probabilities of raw outputs, same shape."""
        line = self.slope * _log_odds(raw) + self.intercept
        return _inside(_chance(line))

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, fit for JSON."""
        return {"kind": "platt", "slope": self.slope, "intercept": self.intercept}


@dataclass(frozen=True)
class AsIs:
    """No calibration: the raw output is taken for the probability, only kept off 0 and 1."""

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the raw outputs, same shape."""
        return _inside(np.asarray(raw, dtype=np.float64))

    def to_dict(self) -> dict[str, Any]:
        """Return the kind alone."""
        return {"kind": "none"}


def fit_calibrator(kind: str, raw: npt.ArrayLike, y: npt.ArrayLike) -> Calibrator:
    """Fit one of isotonic, platt, none. Raises UserError for another kind or when only one class is there."""
    if kind == "isotonic":
        return isotonic(raw, y)
    if kind == "platt":
        return platt(raw, y)
    if kind == "none":
        return AsIs()
    raise UserError(f"model.calibration: {kind!r} is not a calibration; known: isotonic, platt, none")


def calibrator_from_dict(saved: Mapping[str, Any]) -> Calibrator:
    """Return what `to_dict` described."""
    if saved["kind"] == "isotonic":
        return Steps(tuple(saved["raw"]), tuple(saved["probability"]))
    if saved["kind"] == "platt":
        return Sigmoid(saved["slope"], saved["intercept"])
    if saved["kind"] == "effect":
        return Straight(saved["slope"], saved["intercept"])
    return AsIs()


def isotonic(raw: npt.ArrayLike, y: npt.ArrayLike) -> Steps:
    """Fit the never falling steps nearest to the responses (Zadrozny and Elkan, 2002).

    raw: (n,), uncalibrated outputs. y: (n,), 0 or 1. Each step holds at least 100 customers (all, when there
    are fewer), equal outputs are never parted, and every step is drawn by 0.1 % to the base rate so that none
    is 0 or 1. The mean probability of these n equals their response rate. Raises UserError for one class.
    """
    from sklearn.isotonic import isotonic_regression

    scores, responses = _both_classes(raw, y)
    order = np.argsort(scores, kind="stable")
    scores, responses = scores[order], responses[order]
    first = _step_starts(scores)
    count = np.diff(np.append(first, len(scores)))
    rate = np.add.reduceat(responses, first) / count
    level = np.asarray(isotonic_regression(rate, sample_weight=count), dtype=np.float64)
    level = (1.0 - PULL) * level + PULL * responses.mean()
    # Both ends of each step, so that on these customers the line has exactly the step's height.
    ends = np.column_stack([scores[first], scores[first + count - 1]]).ravel()
    points, where = np.unique(ends, return_index=True)
    return Steps(tuple(points.tolist()), tuple(np.repeat(level, 2)[where].tolist()))


def platt(raw: npt.ArrayLike, y: npt.ArrayLike) -> Sigmoid:
    """Fit a logistic line on the log-odds of the output (Platt, 1999, without his smoothing of the targets).

    raw: (n,), uncalibrated outputs in [0, 1]. y: (n,), 0 or 1. The mean probability of these n equals their
    response rate. A model that ranks the wrong way round gets a level line, the base rate for everyone.
    Raises UserError when there is only one class.
    """
    from sklearn.linear_model import LogisticRegression

    scores, responses = _both_classes(raw, y)
    # C keeps the slope finite where the output parts the classes perfectly; the intercept stays free.
    line = LogisticRegression(C=1e4, solver="newton-cholesky", tol=1e-10, max_iter=100)
    line.fit(_log_odds(scores)[:, None], responses)
    slope, intercept = float(line.coef_[0, 0]), float(line.intercept_[0])
    if slope <= 0.0:
        slope, intercept = 0.0, float(_log_odds(responses.mean()))
    return Sigmoid(slope, intercept)


def at_level(calibrator: Calibrator, raw: npt.ArrayLike, mean: float) -> Calibrator:
    """Return the calibrator moved along log-odds so that the mean probability of these rows is `mean`.

    raw: (n,), uncalibrated outputs. mean: in (0, 1). The order of customers stays as it was. For when the level
    is known better than the calibration rows alone can tell it (prior correction, Saerens et al., 2002).
    """
    odds = _log_odds(calibrator(raw))
    low, high = -20.0, 20.0
    for _ in range(60):
        shift = 0.5 * (low + high)
        low, high = (shift, high) if _chance(odds + shift).mean() < mean else (low, shift)
    if isinstance(calibrator, Steps):
        moved = _inside(_chance(_log_odds(calibrator.probability) + shift))
        return Steps(calibrator.raw, tuple(moved.tolist()))
    slope, intercept = (
        (calibrator.slope, calibrator.intercept) if isinstance(calibrator, Sigmoid) else (1.0, 0.0)
    )
    return Sigmoid(slope, intercept + shift)


def _chance(odds: Floats) -> Floats:
    # Written with tanh, the logistic function does not overflow.
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * odds)), dtype=np.float64)


def _both_classes(raw: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
    scores, responses = np.asarray(raw, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if scores.shape != responses.shape or scores.ndim != 1:
        raise ValueError(f"raw {scores.shape} and y {responses.shape} must be one-dimensional and alike")
    if len(responses) == 0 or responses.min() == responses.max():
        raise UserError(
            f"cannot calibrate on {len(responses)} rows of one class: both responders and others are needed. "
            "Give the calibration part of the split a longer period"
        )
    return scores, responses


def _step_starts(ordered: Floats) -> npt.NDArray[np.intp]:
    """Where steps of at least SMALLEST_STEP rows begin, never between equal outputs."""
    changes = np.flatnonzero(np.diff(ordered)) + 1
    starts = [0]
    while True:
        at = int(np.searchsorted(changes, starts[-1] + SMALLEST_STEP))
        if at == len(changes) or changes[at] > len(ordered) - SMALLEST_STEP:
            return np.array(starts, dtype=np.intp)
        starts.append(int(changes[at]))


def _log_odds(probability: npt.ArrayLike) -> Floats:
    inside = np.clip(np.asarray(probability, dtype=np.float64), 1e-15, 1.0 - 1e-15)
    odds: Floats = np.log(inside) - np.log1p(-inside)
    return odds


def _inside(probability: Floats) -> Floats:
    return np.clip(probability, FLOOR, 1.0 - FLOOR)
