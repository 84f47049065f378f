"""Which products go together: association rules over what customers hold on a day.

Frequent sets by FP-growth and the rules among them come from mlxtend (Han, Pei and Yin, "Mining frequent patterns
without candidate generation", 2000); the intervals and the correction for having looked at many rules are ours, on its
counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.affinity.histories import SAME
from leadlift.evaluation import Estimate
from leadlift.evaluation.experiment import wilson
from leadlift.evaluation.lift import lift_of

FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True)
class Together:
    """Who holds `left` also holds `right`.

    support: share of all customers who hold all of it. confidence: share of those with `left`. chance_of_luck: of a
    table as far from independence (Fisher's exact test), corrected for the number of rules (Benjamini and Hochberg).
    """

    left: tuple[str, ...]
    right: str
    customers: int
    with_left: int
    with_both: int
    support: Estimate
    confidence: Estimate
    lift: Estimate
    chance_of_luck: float

    @property
    def surely(self) -> bool:
        """Whether the two go together, or apart, beyond luck."""
        return self.chance_of_luck <= FALSE_DISCOVERIES


def together_rules(
    held: npt.NDArray[np.bool_], products: Sequence[str], support: float, most_left: int = 2
) -> list[Together]:
    """Rules with one product on the right, the highest lift first.

    held: (n, p), of customers with at least one product. support: sets held by a smaller share are left out. most_left:
    products on the left at most.
    """
    import pandas as pd
    from mlxtend.frequent_patterns import association_rules, fpgrowth

    n = len(held)
    if not n or not held.any():
        return []
    frame = pd.DataFrame(held, columns=list(products))
    sets = fpgrowth(frame, min_support=support, use_colnames=True, max_len=most_left + 1)
    if sets.empty or sets["itemsets"].map(len).max() < 2:
        return []
    # its other measures divide by zero where everyone holds a product, and warn of it
    found = association_rules(
        sets, num_itemsets=n, metric="support", min_threshold=0.0, return_metrics=["support"]
    )
    counts = dict(zip(sets["itemsets"], (sets["support"] * n).round().astype(int), strict=True))
    rows = [
        (tuple(sorted(left)), next(iter(right)), counts[left], counts[right], counts[left | right])
        for left, right in zip(found["antecedents"], found["consequents"], strict=True)
        if len(right) == 1 and not _says_no_more(left, counts)
    ]
    return _judged(rows, n)


def _says_no_more(left: frozenset[str], counts: Mapping[frozenset[str], int]) -> bool:
    """Whether a smaller set is held by nearly the same customers."""
    return len(left) > 1 and any(counts[left] >= SAME * counts[left - {one}] for one in left)


def _judged(rows: Sequence[tuple[tuple[str, ...], str, int, int, int]], n: int) -> list[Together]:
    from scipy.stats import false_discovery_control, fisher_exact

    if not rows:
        return []
    luck = [fisher_exact([[both, a - both], [b - both, n - a - b + both]])[1] for _, _, a, b, both in rows]
    corrected = false_discovery_control(np.clip(luck, 0.0, 1.0))
    told = [
        Together(
            left,
            right,
            n,
            a,
            both,
            wilson(both, n),
            wilson(both, a),
            lift_of(both, a, b, n).estimate,
            float(chance),
        )
        for (left, right, a, b, both), chance in zip(rows, corrected, strict=True)
    ]
    return sorted(told, key=lambda one: (-one.lift.value, one.left, one.right))
