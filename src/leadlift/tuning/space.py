"""Which parameters are searched, and between which values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leadlift.errors import UserError
from leadlift.models import DEFAULT_PARAMS
from leadlift.models.params import did_you_mean

Value = int | float


@dataclass(frozen=True)
class Range:
    """Values from `low` to `high`, ends included, whole or not, by size or (log) by order of magnitude.

    least, most: what a modeller may narrow or widen the range to.
    """

    low: Value
    high: Value
    least: Value
    most: Value
    whole: bool = False
    log: bool = False

    def nearest(self, value: Value) -> Value:
        """Return the value itself, or the end it lies beyond."""
        return min(max(value, self.low), self.high)


# None of these needs the rows to be binned again: one Dataset serves all trials. How rows are binned (max_bin and
# its kin) is not searched: each value would bin anew, which costs as much as many trials, and it decides little.
SPACE: Mapping[str, Range] = {
    "num_leaves": Range(5, 63, 2, 4_096, whole=True, log=True),
    "max_depth": Range(3, 12, 1, 64, whole=True),
    "min_data_in_leaf": Range(5, 2_000, 1, 1_000_000, whole=True, log=True),
    "feature_fraction": Range(0.3, 1.0, 0.01, 1.0),
    "bagging_fraction": Range(0.5, 1.0, 0.01, 1.0),
    "lambda_l1": Range(0.001, 10.0, 1e-9, 1e6, log=True),
    "lambda_l2": Range(0.001, 100.0, 1e-9, 1e6, log=True),
    "path_smooth": Range(0.01, 100.0, 1e-9, 1e6, log=True),
    "cat_smooth": Range(5.0, 100.0, 1e-9, 1e6, log=True),
    "min_gain_to_split": Range(0.0001, 1.0, 1e-9, 1e6, log=True),
}
# Of no use without text features: how much a rare category is drawn towards the others.
OF_CATEGORIES = frozenset({"cat_smooth"})
# Searched only when the modeller gives a range.
ON_DEMAND: Mapping[str, Range] = {"learning_rate": Range(0.02, 0.2, 0.001, 1.0, log=True)}
KNOWN: Mapping[str, Range] = {**SPACE, **ON_DEMAND}


def search_space(
    bounds: Mapping[str, Sequence[Value]], fixed: Mapping[str, Any], n_rows: int, categories: bool = True
) -> dict[str, Range]:
    """Return the ranges to search: the defaults, moved to the modeller's bounds, without what is fixed.

    bounds: parameter -> [low, high]. fixed: parameters set in the pipeline, not searched. n_rows: to learn
    from; a leaf is never asked to hold more than a twentieth of them, unless the bounds say so.
    categories: whether any feature is text.
    Raises UserError for an unknown parameter, one that is fixed as well, or bounds that are none.
    """
    most = SPACE["min_data_in_leaf"].nearest(n_rows // 20)
    ranges = {**SPACE, "min_data_in_leaf": replace(SPACE["min_data_in_leaf"], high=most)}
    ranges |= {name: _moved(name, ends, fixed) for name, ends in bounds.items()}
    idle = frozenset() if categories else OF_CATEGORIES
    return {name: found for name, found in ranges.items() if name not in fixed and name not in idle}


def starting_point(space: Mapping[str, Range]) -> dict[str, Value]:
    """Return the defaults, or what is nearest to them in the ranges."""
    point = {name: found.nearest(DEFAULT_PARAMS[name]) for name, found in space.items()}
    # Its default, -1, is no depth but "no limit".
    return point | {"max_depth": space["max_depth"].high} if "max_depth" in space else point


def _moved(name: str, ends: Sequence[Value], fixed: Mapping[str, Any]) -> Range:
    if name not in KNOWN:
        hint = did_you_mean(name, KNOWN) or f"searched are: {', '.join(KNOWN)}"
        raise UserError(f"tune.space: {name!r} is not searched: {hint}")
    if name in fixed:
        raise UserError(
            f"tune.space: {name} is also fixed by model.params to {fixed[name]}: keep one of the two"
        )
    known = KNOWN[name]
    if len(ends) != 2 or not known.least <= ends[0] <= ends[1] <= known.most:
        raise UserError(
            f"tune.space: {name}: {list(ends)} must be [low, high] within [{known.least}, {known.most}]"
        )
    low, high = (round(end) if known.whole else float(end) for end in ends)
    return replace(known, low=low, high=high)
