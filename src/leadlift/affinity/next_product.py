"""Which product comes next: who held what on a past day, and what they had opened a horizon later.

Each day looked from is one horizon after the one before, so that no opening counts twice. A customer is a case for a
product on every such day on which it is not held: a discrete-time hazard, its cases independent given what is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from leadlift.affinity.histories import NEVER, SAME, Histories
from leadlift.evaluation import Estimate
from leadlift.evaluation.experiment import wilson
from leadlift.evaluation.lift import lift_of

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Base:
    """How often customers with any product and without this one open it within the horizon."""

    product: str
    cases: int
    opened: int
    chance: Estimate


@dataclass(frozen=True)
class NextRule:
    """Of who holds `left` and not `right`, how many open it within the horizon; lift over all who do not hold it.

    surely: standard errors of the lift's logarithm from 0, below 0 for products that follow less often.
    """

    left: tuple[str, ...]
    right: str
    cases: int
    opened: int
    chance: Estimate
    lift: Estimate
    surely: float


@dataclass(frozen=True)
class Step:
    """Of the customers who took another new product after `before`, the share whose next one was `after`."""

    before: str
    after: str
    customers: int
    of: int
    share: Estimate
    median_days: float


def next_rules(
    histories: Histories, as_of: int, horizon: int, windows: int, least: int, most_left: int
) -> tuple[list[Base], list[NextRule]]:
    """Bases by product and rules, the surest first. as_of: days since 1970. least: cases that a base
    and a rule need at least."""
    held, taken = _cases(histories, as_of, horizon, windows)
    bases, rules = [], []
    for place, product in enumerate(histories.products):
        without = ~held[:, place]
        cases, opened = int(without.sum()), int(taken[without, place].sum())
        if cases < least:
            continue
        bases.append(Base(product, cases, opened, wilson(opened, cases)))
        others = [one for one in range(len(histories.products)) if one != place]
        rules += list(
            _of_product(
                histories.products, place, others, held[without], taken[without, place], least, most_left
            )
        )
    return bases, sorted(rules, key=lambda one: (-abs(one.surely), one.right, one.left))


def order_of(histories: Histories) -> list[Step]:
    """From each new product to the next new one, most frequent first. Products opened on one day have no order."""
    first = histories.first_openings()
    pairs: dict[tuple[int, int], list[int]] = {}
    totals: dict[int, int] = {}
    for row in first[(first != NEVER).sum(axis=1) > 1]:
        order = np.argsort(row, kind="stable")
        order = order[row[order] != NEVER]
        days = row[order]
        for place in range(len(order) - 1):
            alone = (days == days[place]).sum() == 1 and (days == days[place + 1]).sum() == 1
            if alone:
                before, after = int(order[place]), int(order[place + 1])
                pairs.setdefault((before, after), []).append(int(days[place + 1] - days[place]))
                totals[before] = totals.get(before, 0) + 1
    names = histories.products
    steps = [
        Step(
            names[before],
            names[after],
            len(days),
            totals[before],
            wilson(len(days), totals[before]),
            float(np.median(days)),
        )
        for (before, after), days in pairs.items()
    ]
    return sorted(steps, key=lambda one: (-one.customers, one.before, one.after))


def _cases(histories: Histories, as_of: int, horizon: int, windows: int) -> tuple[Bools, Bools]:
    """What was held on each past day, and opened in the horizon after it, of who held anything: (cases, p) each."""
    held, taken = [], []
    for back in range(windows, 0, -1):
        day = as_of - back * horizon
        there = histories.held_on(day)
        anything = there.any(axis=1)
        held.append(there[anything])
        taken.append(histories.opened_within(day, day + horizon)[anything])
    return np.concatenate(held), np.concatenate(taken)


def _of_product(
    products: Sequence[str],
    place: int,
    others: Sequence[int],
    held: Bools,
    taken: Bools,
    least: int,
    most_left: int,
) -> Iterator[NextRule]:
    n, total = len(held), int(taken.sum())
    sizes: dict[tuple[int, ...], int] = {}
    for size in range(1, most_left + 1):
        for left in combinations(others, size):
            has = held[:, list(left)].all(axis=1)
            cases = int(has.sum())
            # nothing is learned of a product that all cases have, or of a set that a smaller one says already
            sizes[left] = cases
            same = size > 1 and any(
                cases >= SAME * sizes.get(part, n) for part in combinations(left, size - 1)
            )
            if cases < least or cases == n or total == 0 or same:
                continue
            opened = int(taken[has].sum())
            found = lift_of(opened, cases, total, n)
            names = tuple(products[one] for one in left)
            yield NextRule(
                names, products[place], cases, opened, wilson(opened, cases), found.estimate, found.surely
            )
