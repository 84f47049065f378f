"""The shapes that a calibration can have, and how they are written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.models.amounts import Amounts
from leadlift.models.effects import Straight

Floats = npt.NDArray[np.float64]

# No customer is certain. Probabilities are kept inside [FLOOR, 1 - FLOOR].
FLOOR = 1e-6


class Calibrator(Protocol):
    """A never falling function from the raw output to a probability strictly between 0 and 1.

    The one of uplift models, `effects.Straight`, gives an effect instead, the one of value models, `amounts.Amounts`,
    an amount; neither can be moved.
    """

    kind: ClassVar[str]

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the probabilities of raw outputs, same shape."""
        ...

    def moved(self, shift: float) -> Calibrator:
        """Return the same with `shift` added to the log-odds of every probability."""
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
    kind: ClassVar[str] = "isotonic"

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the probabilities of raw outputs, same shape."""
        return inside(np.interp(np.asarray(raw, dtype=np.float64), self.raw, self.probability))

    def moved(self, shift: float) -> Steps:
        """See Calibrator."""
        return Steps(self.raw, tuple(inside(chance(log_odds(self.probability) + shift)).tolist()))

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON."""
        return {"kind": self.kind, "raw": list(self.raw), "probability": list(self.probability)}


@dataclass(frozen=True)
class Centred:
    """Centred isotonic calibration: lines in log-odds through the middles of the steps, sloping on beyond the ends.

    raw_odds: (n_steps,), the mean log-odds of the raw output in each step, rising. odds: (n_steps,), the step's own,
    never falling. slope: of both ends, never below 0: where it is above, no two raw outputs there are alike.
    """

    raw_odds: tuple[float, ...]
    odds: tuple[float, ...]
    slope: float
    kind: ClassVar[str] = "centred"

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the probabilities of raw outputs, same shape."""
        x = log_odds(raw)
        beyond = np.minimum(x - self.raw_odds[0], 0.0) + np.maximum(x - self.raw_odds[-1], 0.0)
        return inside(chance(np.interp(x, self.raw_odds, self.odds) + self.slope * beyond))

    def moved(self, shift: float) -> Centred:
        """See Calibrator."""
        return Centred(self.raw_odds, tuple((np.asarray(self.odds) + shift).tolist()), self.slope)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, fit for JSON."""
        return {
            "kind": self.kind,
            "raw_odds": list(self.raw_odds),
            "odds": list(self.odds),
            "slope": self.slope,
        }


@dataclass(frozen=True)
class Sigmoid:
    """Platt calibration: a straight line in log-odds, `slope` (never below 0) and `intercept`."""

    slope: float
    intercept: float
    kind: ClassVar[str] = "platt"

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the probabilities of raw outputs, same shape."""
        return inside(chance(self.slope * log_odds(raw) + self.intercept))

    def moved(self, shift: float) -> Sigmoid:
        """See Calibrator."""
        return Sigmoid(self.slope, self.intercept + shift)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, fit for JSON."""
        return {"kind": self.kind, "slope": self.slope, "intercept": self.intercept}


@dataclass(frozen=True)
class Beta:
    """Beta calibration: log-odds are `a` ln(raw) - `b` ln(1 - raw) + `intercept`; a and b are never below 0.

    a = b is Platt's line; a bends the low end, b the high one.
    """

    a: float
    b: float
    intercept: float
    kind: ClassVar[str] = "beta"

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the probabilities of raw outputs, same shape."""
        low, high = both_logs(raw)
        return inside(chance(self.a * low + self.b * high + self.intercept))

    def moved(self, shift: float) -> Beta:
        """See Calibrator."""
        return Beta(self.a, self.b, self.intercept + shift)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, fit for JSON."""
        return {"kind": self.kind, "a": self.a, "b": self.b, "intercept": self.intercept}


@dataclass(frozen=True)
class AsIs:
    """No calibration: the raw output is taken for the probability, only kept off 0 and 1."""

    kind: ClassVar[str] = "none"

    def __call__(self, raw: npt.ArrayLike) -> Floats:
        """Return the raw outputs, same shape."""
        return inside(np.asarray(raw, dtype=np.float64))

    def moved(self, shift: float) -> Sigmoid:
        """See Calibrator."""
        return Sigmoid(1.0, shift)

    def to_dict(self) -> dict[str, Any]:
        """Return the kind alone."""
        return {"kind": self.kind}


def calibrator_from_dict(saved: Mapping[str, Any]) -> Calibrator:
    """Return what `to_dict` described. Raises UserError for a kind that only a later leadlift knows."""
    kind = saved["kind"]
    if kind == Steps.kind:
        return Steps(tuple(saved["raw"]), tuple(saved["probability"]))
    if kind == Centred.kind:
        return Centred(tuple(saved["raw_odds"]), tuple(saved["odds"]), saved["slope"])
    if kind == Sigmoid.kind:
        return Sigmoid(saved["slope"], saved["intercept"])
    if kind == Beta.kind:
        return Beta(saved["a"], saved["b"], saved["intercept"])
    if kind == Straight.kind:
        return Straight(saved["slope"], saved["intercept"])
    if kind == Amounts.kind:
        return Amounts.from_dict(saved)
    if kind == AsIs.kind:
        return AsIs()
    raise UserError(f"the model's calibration is {kind!r}, which this leadlift cannot read: use a later one")


def chance(odds: npt.ArrayLike) -> Floats:
    """Return the probabilities of log-odds."""
    # Written with tanh, the logistic function does not overflow.
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(odds, dtype=np.float64))), dtype=np.float64)


def log_odds(probability: npt.ArrayLike) -> Floats:
    """Return the log-odds of probabilities, those of 0 and 1 finite."""
    low, high = both_logs(probability)
    return low + high


def both_logs(probability: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return ln(p) and -ln(1 - p), both finite and rising with p; their sum is the log-odds."""
    within = np.clip(np.asarray(probability, dtype=np.float64), 1e-15, 1.0 - 1e-15)
    return np.log(within), -np.log1p(-within)


def inside(probability: Floats) -> Floats:
    """Return the probabilities kept off 0 and 1."""
    return np.clip(probability, FLOOR, 1.0 - FLOOR)
