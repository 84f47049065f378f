"""Which features hold: of those whose values move with time, the ones without which later cases are told better go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import bin_counts, psi
from leadlift.models.additive import Cut, bins_of, cut_features, fit_additive, inputs_of
from leadlift.models.baseline import drawn
from leadlift.models.calibrators import Floats
from leadlift.models.lines import fit_line
from leadlift.names import CALIBRATION, TRAIN, VALID
from leadlift.specs import ModelChoice
from leadlift.training.cases import Cases

Rows = npt.NDArray[np.intp]

# From here on a feature's values are of another population than before (Siddiqi, 2006).
MOVED = 0.25
LATE = 0.25
# Learn until one share of the cases before the test, judge until the next.
LOOKS = ((0.6, 0.8), (0.8, 1.0))
FEWEST, MOST_ROWS, MOST_TRIES = 50, 20_000, 8
STRENGTH, TOLERANCE = 0.1, 1e-6
SURE = 1.96


@dataclass(frozen=True)
class Lasting:
    """Matrix columns that are not learned from, their features' names, and why, in words."""

    left_out: tuple[int, ...]
    because: str
    features: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The sentence that a person should read; empty when all features are learned from."""
        return f"not learned from: {', '.join(self.features)}, {self.because}" if self.features else ""


def lasting(cases: Cases) -> Lasting:
    """Find the features not to learn from, on cases before the test alone.

    Features whose values moved (PSI of the latest quarter against the rest) are left out one after another, the one
    that moved most first, and each time a sum of steps learned from earlier cases tells later ones, twice. Judged is
    log loss after Platt's line, so that a level that moved for all alike decides nothing. Fewer features only where
    that is better than all features by more than luck (1.96 standard errors, customers counted); then the fewest
    losses. Nothing is left out where rows have no order in time, or too few responders to judge by.
    """
    rows = in_time(cases)
    if rows is None:
        return Lasting((), "the cases have no order in time")
    cuts = cut_features(cases.matrix[rows], cases.encoding)
    moved = _moved(cuts, cases, rows)
    if not moved:
        return Lasting((), "no feature's values moved")
    looks = [in_time_for(cases, rows[: int(b * len(rows))], int(a * len(rows))) for a, b in LOOKS]
    if any(min(fewer_kind(cases.y[part]) for part in look) < FEWEST for look in looks):
        return Lasting((), f"fewer than {FEWEST} responders, or others, to judge by")
    tries = [moved[:count] for count in _counts(len(moved))]
    losses = _losses(cases, cuts, tries, looks)
    best = min(range(len(tries)), key=lambda one: float(losses[one].mean()))
    gain = losses[0] - losses[best]
    who = cases.customer[np.concatenate([later for _, later in looks])]
    if gain.mean() <= SURE * _error(gain, who):
        return Lasting((), "leaving out what moved told later cases no better")
    names = tuple(cases.encoding.features[column] for column in tries[best])
    because = f"which moved with time and without which later cases are told better (log loss {gain.mean():.5f} less)"
    return Lasting(tuple(tries[best]), because, names)


def learned_from(cases: Cases, spec: ModelChoice) -> tuple[Cases, Lasting]:
    """The cases as trees and steps should read them, and what of them was left out.

    Where the pipeline gives features a direction or a group, or says `moved: keep`, all are read.
    """
    if spec.moved == "keep" or spec.monotone or spec.interactions:
        return cases, Lasting((), "all features are kept, as the pipeline says")
    found = lasting(cases)
    return without(cases, found.left_out), found


def without(cases: Cases, columns: Sequence[int]) -> Cases:
    """The same cases with columns that say nothing: no tree or step can ask of them."""
    if not columns:
        return cases
    matrix = cases.matrix.copy()
    matrix[:, list(columns)] = np.nan
    return replace(cases, matrix=matrix)


def in_time(cases: Cases) -> Rows | None:
    """The cases before the test, the oldest first; None where no order is known."""
    before = np.sort(np.concatenate([cases.rows(part) for part in (TRAIN, VALID, CALIBRATION)]))
    if not cases.parts.ordered:
        return None
    when = cases.as_of[before]
    if np.isnat(when).any():
        return before
    return before[np.argsort(when, kind="stable")] if when.min() < when.max() else None


def in_time_for(cases: Cases, rows: Rows, first: int) -> tuple[Rows, Rows]:
    """Earlier cases to learn from and later ones to judge by, from place `first` on; `rows` are in time.

    As before the test, a case whose outcome was not known on the first later day is not learned from.
    """
    earlier, later = rows[:first], rows[first:]
    if cases.parts.wait and len(later):
        known = cases.as_of[later].min() - np.timedelta64(cases.parts.wait, "D")
        earlier = earlier[cases.as_of[earlier] <= known]
    return earlier, later


def _moved(cuts: Sequence[Cut], cases: Cases, rows: Rows) -> list[int]:
    """Columns whose values moved, the farthest first."""
    cut = int(len(rows) * (1.0 - LATE))
    found = []
    for one, places in zip(cuts, bins_of(cuts, cases.matrix[rows]), strict=True):
        index = psi(*(bin_counts(part, len(one.cases)) for part in (places[:cut], places[cut:])))
        if index >= MOVED:
            found.append((-index, one.column))
    return [column for _, column in sorted(found)]


def _counts(moved: int) -> list[int]:
    """How many to leave out: none, and up to eight numbers more, to all that moved."""
    return sorted({0, *np.linspace(1, moved, min(moved, MOST_TRIES)).round().astype(int).tolist()})


def _losses(
    cases: Cases, cuts: tuple[Cut, ...], tries: Sequence[Sequence[int]], looks: Sequence[tuple[Rows, Rows]]
) -> list[Floats]:
    """Log loss of every later case without the columns of each try, of which each holds those before it."""
    told: list[list[Floats]] = [[] for _ in tries]
    for earlier, later in looks:
        rows = earlier[drawn(cases.y[earlier], 0, MOST_ROWS)]
        inputs, y = inputs_of(cuts, cases.matrix[rows]), cases.y[later]
        column = np.repeat([cut.column for cut in cuts], [cut.inputs.shape[1] for cut in cuts])
        bins, steps = bins_of(cuts, cases.matrix[later]), None
        for gone, losses in zip(tries, told, strict=True):
            kept = [place for place, cut in enumerate(cuts) if cut.column not in gone]
            steps = fit_additive(
                tuple(cuts[place] for place in kept),
                inputs[:, ~np.isin(column, gone)],
                cases.y[rows],
                np.ones(len(rows)),
                STRENGTH,
                steps,
                TOLERANCE,
            )
            losses.append(after_line(steps.at(bins[kept]), y, np.ones(len(y))))
    return [np.concatenate(one) for one in told]


def after_line(odds: Floats, y: Floats, weight: Floats) -> Floats:
    """Log loss of each case after Platt's line, which the calibration will have the like of."""
    (slope,), intercept = fit_line(odds[:, None], y, weight)
    line = slope * odds + intercept
    return np.asarray(np.logaddexp(0.0, line) - y * line, dtype=np.float64)


def fewer_kind(y: Floats) -> int:
    """How many there are of responders or of others, whichever are fewer."""
    return int(min(y.sum(), len(y) - y.sum()))


def _error(excess: Floats, customer: Rows) -> float:
    """The standard error of the mean, a customer's cases taken together."""
    sums = np.bincount(customer, weights=excess - excess.mean())
    return float(np.sqrt((sums**2).sum()) / len(excess))
