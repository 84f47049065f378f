"""A sum of steps beside an ensemble's trees, by how likely each share makes later or held-out customers' outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leadlift.models import Booster, with_steps
from leadlift.models.additive import (
    MOST_INPUTS,
    Additive,
    Cut,
    cut_features,
    fit_additive,
    inputs_of,
    mean_of,
)
from leadlift.models.calibrators import Floats, chance, log_odds
from leadlift.specs import ModelChoice
from leadlift.training.cases import Cases
from leadlift.training.lasting import FEWEST, after_line, fewer_kind, in_time, in_time_for

Rows = npt.NDArray[np.intp]
# Grows trees on some cases, stopped on others.
Grows = Callable[[Rows, Rows], Booster]

# Inverse penalties. With more cases than FEW they come to the same, and one is enough.
STRENGTHS = (1.0, 0.1, 0.03, 0.01)
USUAL, FEW = 0.1, 20_000
SHARES = tuple(np.linspace(0.0, 1.0, 11).tolist())
LATER = 0.2
# A penalty of less weight is left out, and so are steps of less share.
LEAST_WEIGHT, LEAST_SHARE = 0.01, 0.05


@dataclass(frozen=True, eq=False)
class Blend:
    """The booster with the steps in it, its held-out outputs, (n_rows,), and how it came about, in words."""

    booster: Booster
    raw: Floats
    told: str


@dataclass(frozen=True)
class Taken:
    """The steps' share, in [0, 1], and of it the part of each inverse penalty; parts add up to 1. None: trees alone."""

    share: float
    parts: Mapping[float, float]


@dataclass(frozen=True, eq=False)
class Folded:
    """The cases before the test as an ensemble was grown on them.

    rows, fold: (n_rows,). weight: (n_rows,), in learning. raw: (n_rows,), outputs of trees grown without the fold.
    """

    cases: Cases
    rows: Rows
    fold: Rows
    weight: Floats
    raw: Floats

    @property
    def y(self) -> Floats:
        """The targets, (n_rows,)."""
        return self.cases.y[self.rows]

    @property
    def strengths(self) -> Sequence[float]:
        """The inverse penalties to try."""
        return STRENGTHS if len(self.rows) <= FEW else (USUAL,)


def joins(params: Mapping[str, Any], spec: ModelChoice) -> bool:
    """Whether steps may join: chances by log loss, no direction that steps might break, rows in one process."""
    plain = params.get("objective", "binary") == "binary" and not spec.monotone and spec.distributed is None
    return plain and spec.steps == "auto"


def blended(grown: Folded, booster: Booster, grows: Grows) -> Blend:
    """Fit steps on the folds that the ensemble was grown on and take as much of them as outcomes make likely.

    Each share (0 to 1 in tenths) and penalty is weighed by the likelihood of outcomes under it, none preferred, and the
    log-odds are averaged (Bayesian model averaging; Hoeting et al., Statistical Science 14, 1999): with few cases many
    have a say, with many one has. Where cases have an order in time, the outcomes are the latest fifth's, told by trees
    and steps learned from the cases before; else held-out customers'. The test is not looked at.
    grows: grows trees as the ensemble's members were.
    """
    matrix = grown.cases.matrix[grown.rows]
    cuts = cut_features(matrix, grown.cases.encoding)
    n_inputs = sum(cut.inputs.shape[1] for cut in cuts)
    if not 0 < n_inputs <= MOST_INPUTS:
        return Blend(booster, grown.raw, f"trees alone: {n_inputs:,} inputs of a sum of steps")
    inputs = inputs_of(cuts, matrix)
    odds, members, held = log_odds(grown.raw), {}, {}
    taken = _by_later(grown, cuts, inputs, grows)
    how = "later cases" if taken else "held-out customers"
    for strength in grown.strengths if taken is None else taken.parts:
        members[strength], held[strength] = _members(grown, cuts, inputs, matrix, strength)
    taken = taken or _taken(odds, held, grown.y, grown.weight)
    if not taken.parts:
        return Blend(booster, grown.raw, f"trees alone: a sum of steps told {how} no better")
    steps = mean_of([mean_of(members[strength]) for strength in taken.parts], list(taken.parts.values()))
    said = sum(part * held[strength] for strength, part in taken.parts.items())
    raw = chance((1.0 - taken.share) * odds + taken.share * said)
    return Blend(with_steps(booster, steps, taken.share), raw, f"{_told(taken)}, by what {how} did")


def _told(taken: Taken) -> str:
    low, high = min(taken.parts), max(taken.parts)
    penalty = f"C {low:g}" if low == high else f"C {low:g} to {high:g}"
    return f"{taken.share:.0%} a sum of steps ({penalty})"


def _members(
    grown: Folded,
    cuts: tuple[Cut, ...],
    inputs: npt.NDArray[np.float32],
    matrix: npt.NDArray[np.float32],
    strength: float,
) -> tuple[Sequence[Additive], Floats]:
    """Steps learned without each fold, and the log-odds that they give to it, (n_rows,)."""
    found, said = [], np.empty(len(grown.rows))
    for number in np.unique(grown.fold):
        learn, out = grown.fold != number, grown.fold == number
        found.append(fit_additive(cuts, inputs[learn], grown.y[learn], grown.weight[learn], strength))
        said[out] = found[-1].raw(matrix[out])
    return found, said


def _by_later(
    grown: Folded, cuts: tuple[Cut, ...], inputs: npt.NDArray[np.float32], grows: Grows
) -> Taken | None:
    """What the latest cases make likely; None where there is no order, or too few to judge."""
    ordered = in_time(grown.cases)
    if ordered is None:
        return None
    # places among `rows`, which rise
    earlier, later = (
        np.searchsorted(grown.rows, part)
        for part in in_time_for(grown.cases, ordered, int(len(ordered) * (1.0 - LATER)))
    )
    if min(fewer_kind(grown.y[part]) for part in (earlier, later)) < FEWEST:
        return None
    stops = grown.fold[earlier] == 0
    trees = grows(grown.rows[earlier[~stops]], grown.rows[earlier[stops]])
    matrix = grown.cases.matrix[grown.rows[later]]
    said = {
        strength: fit_additive(cuts, inputs[earlier], grown.y[earlier], grown.weight[earlier], strength).raw(
            matrix
        )
        for strength in grown.strengths
    }
    odds = np.asarray(trees.predict(matrix, raw_score=True), dtype=np.float64)
    return _taken(odds, said, grown.y[later], grown.weight[later])


def _taken(odds: Floats, said: Mapping[float, Floats], y: Floats, weight: Floats) -> Taken:
    """The mean of all shares and penalties, each weighed by the likelihood of the outcomes.

    Cases count as independent: a customer with many makes the best share surer of itself than it should be.
    """
    tried = [(share, strength) for share in SHARES for strength in said]
    mixed = ((1.0 - share) * odds + share * said[one] for share, one in tried)
    losses = np.array([np.average(after_line(one, y, weight), weights=weight) for one in mixed])
    likely = np.exp(-weight.sum() * (losses - losses.min()))
    of_steps = dict.fromkeys(said, 0.0)
    for (share, strength), weighs in zip(tried, likely / likely.sum(), strict=True):
        of_steps[strength] += float(share * weighs)
    share = sum(of_steps.values())
    if share < LEAST_SHARE:
        return Taken(0.0, {})
    kept = {one: part for one, part in of_steps.items() if part > LEAST_WEIGHT * share}
    return Taken(share, {one: part / sum(kept.values()) for one, part in kept.items()})
