"""Rules against slow plain counts over the same histories."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations, pairwise
from statistics import median

import numpy as np
import pytest

from leadlift.affinity import next_rules, order_of, rules_for, suggest, together_rules
from leadlift.affinity.histories import day_number

from .bank import PRODUCTS, held, histories, rows

AS_OF = date(2025, 12, 31)


def test_rules_of_what_is_held_together_are_counted_as_by_hand():
    told = rows()
    found = histories(told)
    sets = list(held(told, AS_OF).values())
    rules = together_rules(found.held_on(day_number(AS_OF)), found.products, support=0.01)
    assert {rule.right for rule in rules} == set(PRODUCTS)
    for rule in rules:
        left, both = set(rule.left), {*rule.left, rule.right}
        a, ab = sum(left <= one for one in sets), sum(both <= one for one in sets)
        b = sum(rule.right in one for one in sets)
        assert (rule.with_left, rule.with_both, rule.customers) == (a, ab, len(sets))
        assert rule.lift.value == pytest.approx(ab * len(sets) / (a * b))
        assert rule.lift.low <= rule.lift.value <= rule.lift.high


def test_a_set_that_says_no_more_than_a_smaller_one_makes_no_rule():
    rules = together_rules(histories(rows()).held_on(day_number(AS_OF)), PRODUCTS, support=0.01)
    assert not [rule for rule in rules if "savings" in rule.left and len(rule.left) > 1]


def test_luck_is_told_from_what_goes_together():
    rng = np.random.default_rng(4)
    apart = rng.random((3_000, 6)) < 0.3
    names = [f"p{place}" for place in range(6)]
    assert not any(rule.surely for rule in together_rules(apart, names, support=0.01))
    apart[:, 1] |= apart[:, 0] & (rng.random(3_000) < 0.4)
    found = {frozenset((*r.left, r.right)): r for r in together_rules(apart, names, 0.01, 1) if r.surely}
    assert found[frozenset(("p0", "p1"))].chance_of_luck < 1e-9
    assert len(found) <= 2  # of false discoveries one in twenty is accepted


def test_what_comes_next_is_counted_as_by_hand():
    told, horizon, windows = rows(), 90, 5
    bases, rules = next_rules(histories(told), day_number(AS_OF), horizon, windows, least=10, most_left=2)
    cases: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for back in range(1, windows + 1):
        day = AS_OF - timedelta(days=back * horizon)
        for customer, has in held(told, day).items():
            opened = {
                p for who, p, on, _ in told if who == customer and day <= on < day + timedelta(days=horizon)
            }
            for product in set(PRODUCTS) - has:
                lefts = [(), *((one,) for one in sorted(has)), *combinations(sorted(has), 2)]
                for left in lefts:
                    cases.setdefault((left, product), []).append(int(product in opened))
    assert {one.product: (one.cases, one.opened) for one in bases} == {
        product: (len(seen), sum(seen)) for (left, product), seen in cases.items() if not left
    }
    assert rules
    for rule in rules:
        seen, base = cases[rule.left, rule.right], cases[(), rule.right]
        assert (rule.cases, rule.opened) == (len(seen), sum(seen))
        assert rule.lift.value == pytest.approx((sum(seen) / len(seen)) / (sum(base) / len(base)))
    assert max(rules, key=lambda rule: rule.surely).left == ("deposit",)
    assert max(rules, key=lambda rule: rule.surely).right == "fund"


def test_nothing_that_happens_on_the_day_or_later_moves_a_rule():
    told = rows()
    later = [*told, *((f"{n:04d}", "fund", AS_OF + timedelta(days=n % 30), None) for n in range(200))]
    asked = (day_number(AS_OF), 90, 4, 10, 2)
    assert next_rules(histories(told), *asked) == next_rules(histories(later), *asked)


def test_the_order_of_products_is_counted_as_by_hand():
    told = rows()
    gaps: dict[tuple[str, str], list[int]] = {}
    for customer in {one[0] for one in told}:
        first: dict[str, date] = {}
        for who, product, opened, _ in told:
            if who == customer:
                first[product] = min(opened, first.get(product, opened))
        order = sorted(first, key=first.__getitem__)
        for before, after in pairwise(order):
            if list(first.values()).count(first[before]) == list(first.values()).count(first[after]) == 1:
                gaps.setdefault((before, after), []).append((first[after] - first[before]).days)
    assert {(s.before, s.after): (s.customers, s.median_days) for s in order_of(histories(told))} == {
        pair: (len(days), median(days)) for pair, days in gaps.items()
    }


def test_a_suggestion_is_a_product_not_held_with_its_evidence():
    told = rows(2_000)
    found = histories(told)
    bases, rules = next_rules(found, day_number(AS_OF), 90, 6, least=30, most_left=2)
    suggestions = rules_for(bases, rules)
    now = found.held_on(day_number(AS_OF))
    said = suggest(now, found.products, suggestions)
    for has, one in zip(now, said, strict=True):
        if one["next_product"] is not None:
            assert not has[found.products.index(one["next_product"])]
            assert one["low"] <= one["chance"] <= one["high"]
            assert " who held " in one["evidence"]
    deposit, fund = found.products.index("deposit"), found.products.index("fund")
    lifts = [
        one["lift"]
        for has, one in zip(now, said, strict=True)
        if one["next_product"] == "fund" and has[deposit]
    ]
    assert lifts
    assert min(lifts) > 1.5
    assert "fund" not in {one["next_product"] for has, one in zip(now, said, strict=True) if has[fund]}


def test_luck_alone_counts_for_no_rule():
    rng = np.random.default_rng(9)
    told = [
        (f"{n:04d}", product, date(2024, 1, 1) + timedelta(days=int(rng.integers(0, 700))), None)
        for n in range(1_500)
        for product in PRODUCTS
        if rng.random() < 0.5
    ]
    bases, rules = next_rules(histories(told), day_number(AS_OF), 90, 4, least=50, most_left=2)
    counted = [rule for one in rules_for(bases, rules).values() for rule in one.rules]
    assert len(rules) > 30
    assert len(counted) <= 3
