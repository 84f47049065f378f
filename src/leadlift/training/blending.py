"""A sum of steps beside an ensemble's trees, with the share that tells held-out customers' outcomes best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leadlift.models import Booster, with_steps
from leadlift.models.additive import MOST_INPUTS, Additive, cut_features, fit_additive, inputs_of, mean_of
from leadlift.models.calibrators import Floats, chance, log_odds
from leadlift.models.lines import fit_line
from leadlift.specs import ModelChoice
from leadlift.training.cases import Cases

Rows = npt.NDArray[np.intp]

# Inverse penalties. With more cases than FEW they come to the same, and one is enough.
STRENGTHS = (1.0, 0.1, 0.03, 0.01)
USUAL, FEW = 0.1, 20_000
SHARES = tuple(np.linspace(0.0, 1.0, 11).tolist())


@dataclass(frozen=True, eq=False)
class Blend:
    """The booster with the steps in it, its held-out outputs, (n_rows,), and how it came about, in words."""

    booster: Booster
    raw: Floats
    told: str


def blended(
    cases: Cases, rows: Rows, fold: Rows, raw: Floats, booster: Booster, weight: Floats
) -> Blend:
    """Fit steps on the folds that the ensemble was grown on and take the share of the least log loss, 0 included.

    rows: the cases before the test, with their folds and what the trees say that were grown without them, (n_rows,).
    weight: (n,), each case's in learning. The test is not looked at.
    """
    matrix, y, mine = cases.matrix[rows], cases.y[rows], weight[rows]
    cuts = cut_features(matrix, cases.encoding)
    n_inputs = sum(cut.inputs.shape[1] for cut in cuts)
    if not 0 < n_inputs <= MOST_INPUTS:
        return Blend(booster, raw, f"trees alone: {n_inputs:,} inputs of a sum of steps")
    inputs, grown = inputs_of(cuts, matrix), log_odds(raw)
    best_loss, best = np.inf, (0.0, USUAL, grown)
    fitted: dict[float, Sequence[Additive]] = {}
    for strength in STRENGTHS if len(rows) <= FEW else (USUAL,):
        said = np.empty(len(rows))
        fitted[strength] = members = []
        for number in np.unique(fold):
            learn, out = fold != number, fold == number
            members.append(fit_additive(cuts, inputs[learn], y[learn], mine[learn], strength))
            said[out] = members[-1].raw(matrix[out])
        for share in SHARES:
            odds = (1.0 - share) * grown + share * said
            loss = _loss(odds, y, mine)
            if loss < best_loss:
                best_loss, best = loss, (share, strength, odds)
    share, strength, odds = best
    if share == 0.0:
        return Blend(booster, raw, "trees alone: a sum of steps told held-out customers no better")
    whole = with_steps(booster, mean_of(fitted[strength]), share)
    return Blend(whole, chance(odds), f"{share:.0%} a sum of steps (C {strength:g}), by held-out log loss")


def joins(params: Mapping[str, Any], spec: ModelChoice) -> bool:
    """Whether steps may join: chances by log loss, no direction that steps might break, rows in one process."""
    plain = params.get("objective", "binary") == "binary" and not spec.monotone and spec.distributed is None
    return plain and spec.steps == "auto"


def _loss(odds: Floats, y: Floats, weight: Floats) -> float:
    """Log loss a case after Platt's line, which the calibration will have the like of."""
    (slope,), intercept = fit_line(odds[:, None], y, weight)
    line = slope * odds + intercept
    return float(np.average(np.logaddexp(0.0, line) - y * line, weights=weight))
