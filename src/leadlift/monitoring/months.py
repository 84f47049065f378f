"""What came of scorings once outcomes are known: responders against the expected, ranking against the expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import hypot, inf, isfinite, sqrt

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import Onset, calibration_error, clustered_auc, estimated, lift_at, onset
from leadlift.evaluation.gains import Z_95

Floats = npt.NDArray[np.float64]

# A month is off only beyond so many standard errors: 1 in 1,000 by chance.
Z_MONTH = 3.3
LATEST = 3


@dataclass(frozen=True, eq=False)
class Outcomes:
    """One scoring and what became of it. score, probability: (n,), as scored. y: (n,), 0 or 1.

    mature: whether the outcome window of every case is over; if not, nothing is judged. superseded: whether another
    calibration of the same trees has replaced the one that told the chances: then the ranking alone is judged.
    """

    as_of: date
    version: int
    score: Floats
    probability: Floats
    y: Floats
    mature: bool
    superseded: bool = False


@dataclass(frozen=True)
class MonthJudged:
    """One scoring, judged. error: standard error of responders, by chance, by months that differ and by overlap.

    low, high: within which responders fall in 95 of 100 months, were the chances right. auc, expected_auc, lift_at_10:
    None where it cannot be told. gap: AUC minus the expected, less what that was at training; gap_error: its standard
    error. badly_calibrated, ranked_worse: beyond the marks and beyond chance. superseded: as of Outcomes.
    """

    as_of: date
    cases: int
    responders: int
    expected: float
    error: float
    low: float
    high: float
    calibration_error: float
    auc: float | None
    expected_auc: float | None
    lift_at_10: float | None
    gap: float | None
    gap_error: float | None
    badly_calibrated: bool
    ranked_worse: bool
    superseded: bool = False

    @property
    def ratio(self) -> float:
        """Responders over the expected."""
        return self.responders / self.expected if self.expected else inf


@dataclass(frozen=True)
class Trend:
    """A lasting departure, and the scoring with which it began. size: at the last month; gradual: month by month."""

    since: date
    size: float
    gradual: bool


@dataclass(frozen=True)
class Judged:
    """All mature months, oldest first, and what they say together. waiting: scorings with outcomes yet to come."""

    months: tuple[MonthJudged, ...]
    calibration: Trend | None
    ranking: Trend | None
    waiting: tuple[date, ...]

    @property
    def latest(self) -> tuple[MonthJudged, ...]:
        """The months that alerts count."""
        return self.months[-LATEST:]


def judge_months(
    outcomes: Sequence[Outcomes],
    judged: Mapping[str, float],
    marks: Mapping[str, float],
    wobble: float = 0.0,
    overlap: float = 1.0,
) -> Judged:
    """Judge scorings in the order of time.

    judged: what the test said at training (`Reference.judged`). wobble: standard deviation of months beyond chance, in
    log-odds. overlap: how many outcome windows hold the same outcome, at least 1.
    """
    mature = [one for one in outcomes if one.mature and len(one.y)]
    months = tuple(_month(one, judged, marks, wobble) for one in mature)
    told = [m for m in months if m.expected > 0 and not m.superseded]
    relative = [((m.responders - m.expected) / m.expected, m.error / m.expected) for m in told]
    ranked = [m for m in months if m.gap is not None and m.gap_error is not None]
    calibration = _trend([m.as_of for m in told], relative, overlap)
    if calibration is not None and not _far(1.0 + calibration.size, marks["calibration"]):
        calibration = None
    ranking = _trend([m.as_of for m in ranked], [(m.gap or 0.0, m.gap_error or inf) for m in ranked], overlap)
    if ranking is not None and ranking.size > -marks["ranking"]:
        ranking = None
    waiting = tuple(one.as_of for one in outcomes if not one.mature)
    return Judged(months, calibration, ranking, waiting)


def _month(
    one: Outcomes, judged: Mapping[str, float], marks: Mapping[str, float], wobble: float
) -> MonthJudged:
    chance, y = one.probability, one.y
    expected, responders = float(chance.sum()), int(y.sum())
    variance = float(chance @ (1.0 - chance))
    error = hypot(sqrt(variance), wobble * variance)  # a shift of log-odds by w moves the sum by w p (1 - p)
    ratio = responders / expected if expected else inf
    off = _far(ratio, marks["calibration"]) and abs(responders - expected) > Z_MONTH * error
    off = off and not one.superseded
    auc = expected_auc = lift = gap = gap_error = None
    if 2 <= responders <= len(y) - 2:
        area = clustered_auc(y, one.score, np.arange(len(y)))
        auc, expected_auc = area.value, estimated(chance, one.score).auc
        lift = lift_at(y, one.score, 0.1)
        own = (area.high - area.low) / (2 * Z_95)
        then = judged.get("auc", expected_auc) - judged.get("expected", judged.get("auc", expected_auc))
        gap, gap_error = auc - expected_auc - then, max(hypot(own, judged.get("error", 0.0)), 1e-6)
    worse = (
        gap is not None and gap_error is not None and gap < -marks["ranking"] and gap < -Z_MONTH * gap_error
    )
    return MonthJudged(
        as_of=one.as_of,
        cases=len(y),
        responders=responders,
        expected=expected,
        error=error,
        low=max(0.0, expected - Z_95 * error),
        high=expected + Z_95 * error,
        calibration_error=calibration_error(y, chance),
        auc=auc,
        expected_auc=expected_auc,
        lift_at_10=lift,
        gap=gap,
        gap_error=gap_error,
        badly_calibrated=off,
        ranked_worse=worse,
        superseded=one.superseded,
    )


def _far(ratio: float, mark: float) -> bool:
    return ratio >= mark or ratio * mark <= 1.0


def _trend(days: Sequence[date], told: Sequence[tuple[float, float]], overlap: float) -> Trend | None:
    """A departure that lasts. Months whose windows overlap say the same thing twice: their errors are widened."""
    sound = [
        (day, value, error)
        for day, (value, error) in zip(days, told, strict=True)
        if isfinite(error) and error > 0
    ]
    if len(sound) < 2:
        return None
    widened = [error * sqrt(max(1.0, overlap)) for *_, error in sound]
    found: Onset | None = onset([value for _, value, _ in sound], widened)
    return None if found is None else Trend(sound[found.first][0], found.size, found.gradual)
