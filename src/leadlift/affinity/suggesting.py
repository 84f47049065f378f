"""From rules to a suggestion: for each product not held, the most specific rule that the data tell from a simpler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.affinity.next_product import Base, NextRule
from leadlift.evaluation.lift import lift_of

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
BEYOND_LUCK = 2.576
"""Standard errors from what would count without it at which a rule counts: 99 %, since many are looked at."""
NOBODY = -1


@dataclass(frozen=True)
class Suggestion:
    """One product's chance for who matches: `rules` in the order in which they are tried, then the base."""

    base: Base
    rules: tuple[NextRule, ...]


def rules_for(bases: Sequence[Base], rules: Sequence[NextRule]) -> dict[str, Suggestion]:
    """Product -> the rules that count for it, the most specific first. Products that nobody opened are left out.

    A rule counts where its chance departs beyond luck from that of the rule that would count without it: of fewer
    products on the left, the surest, or else the base.
    """
    return {
        base.product: Suggestion(base, _counting(base, [one for one in rules if one.right == base.product]))
        for base in bases
        if base.opened > 0
    }


def _counting(base: Base, rules: Sequence[NextRule]) -> tuple[NextRule, ...]:
    kept: list[NextRule] = []
    # within a size the surest first, as they come
    for one in sorted(rules, key=lambda rule: len(rule.left)):
        simpler = [rule for rule in kept if set(rule.left) < set(one.left)]
        surely = one.surely
        if simpler:
            longest = max(len(rule.left) for rule in simpler)
            other = next(rule for rule in simpler if len(rule.left) == longest)
            surely = lift_of(one.opened, one.cases, other.opened, other.cases).surely
        if abs(surely) >= BEYOND_LUCK:
            kept.append(one)
    return tuple(sorted(kept, key=lambda rule: -len(rule.left)))


def chances_of(
    held: Bools, products: Sequence[str], suggestions: Mapping[str, Suggestion]
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """The chance of each suggested product, (n, s), 0 for who holds it; and the place of the rule behind it.

    held: (n, p). The place is -1 where the base counts.
    """
    names = list(suggestions)
    chance = np.zeros((len(held), len(names)))
    behind = np.full((len(held), len(names)), NOBODY, dtype=np.intp)
    for column, name in enumerate(names):
        one = suggestions[name]
        chance[:, column] = one.base.chance.value
        open_ = np.ones(len(held), dtype=np.bool_)
        for place, rule in enumerate(one.rules):
            hit = open_ & held[:, [products.index(left) for left in rule.left]].all(axis=1)
            chance[hit, column], behind[hit, column] = rule.chance.value, place
            open_ &= ~hit
        chance[held[:, products.index(name)], column] = 0.0
    return chance, behind


def likely_next(chance: Floats) -> npt.NDArray[np.intp]:
    """The place of the likeliest product of each customer, the first of equal ones; -1 where none is left."""
    if not chance.shape[1]:
        return np.full(len(chance), NOBODY, dtype=np.intp)
    best = chance.argmax(axis=1)
    return np.where(chance[np.arange(len(chance)), best] > 0, best, NOBODY).astype(np.intp)


def suggest(
    held: Bools, products: Sequence[str], suggestions: Mapping[str, Suggestion]
) -> list[dict[str, object]]:
    """Each customer's likely next product, its chance, interval, lift and evidence; None where none is left."""
    chance, behind = chances_of(held, products, suggestions)
    best, names = likely_next(chance), list(suggestions)
    said: dict[tuple[int, int], dict[str, object]] = {}
    told = []
    for row, place in enumerate(best.tolist()):
        key = (place, NOBODY if place == NOBODY else int(behind[row, place]))
        if key not in said:
            said[key] = _told(names, suggestions, *key)
        told.append(said[key])
    return told


def _told(
    names: Sequence[str], suggestions: Mapping[str, Suggestion], place: int, rule: int
) -> dict[str, object]:
    if place == NOBODY:
        return dict.fromkeys(("next_product", "chance", "low", "high", "lift", "evidence"))
    one = suggestions[names[place]]
    found = one.base if rule == NOBODY else one.rules[rule]
    lift = 1.0 if rule == NOBODY else one.rules[rule].lift.value
    who = "a product and not it" if rule == NOBODY else " and ".join(one.rules[rule].left) + " and not it"
    return {
        "next_product": names[place],
        "chance": found.chance.value,
        "low": found.chance.low,
        "high": found.chance.high,
        "lift": lift,
        "evidence": f"{found.opened:,} of {found.cases:,} who held {who} opened it",
    }
