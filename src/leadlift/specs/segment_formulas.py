"""Segmentations as formulas over features: one CASE each, so that they are built, proved and used as features are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from sqlglot import exp

from leadlift.specs.frozen import Cluster, Frozen, Scaling
from leadlift.specs.segments import Segmentation, Weights

Trees = Mapping[str, exp.Expr]


@dataclass(frozen=True)
class Formula:
    """One feature that a segmentation gives. name: its feature's. label: what is said beside the segmentation's own."""

    name: str
    tree: exp.Expr
    label: str = ""


def names_of(spec: Segmentation) -> tuple[str, ...]:
    """The features that a segmentation gives, that of groups first; where many may hold a yes or no for each."""
    if spec.match == "many":
        return tuple(f"{spec.segment}_{group}" for group in spec.groups)
    more = {"tiers": ("rank",), "rfm": ("r", "f", "m", "score")}.get(spec.kind, ())
    return (spec.segment, *(f"{spec.segment}_{part}" for part in more))


def formulas_of(spec: Segmentation, trees: Trees, frozen: Frozen | None) -> list[Formula]:
    """The formulas, in the order in which they can be computed.

    trees: the parsed expressions by where they stand: `groups.NAME`, `of`, `recency`, `over.NAME`. frozen: the frozen
    definition of a segmentation that needs one.
    """
    if spec.kind == "tiers":
        return _tiers(spec, trees["of"], frozen.cuts if frozen is not None else tuple(spec.thresholds))
    if spec.kind == "rfm" and frozen is not None:
        return _rfm(spec, trees, frozen)
    if spec.kind == "clusters" and frozen is not None:
        return [Formula(spec.segment, _nearest(spec, trees, frozen))]
    if spec.match == "many":
        return [
            Formula(
                f"{spec.segment}_{name}",
                _either(trees[f"groups.{name}"], number(1), number(0)),
                group.label or name,
            )
            for name, group in spec.groups.items()
        ]
    return [
        Formula(spec.segment, first_match([(trees[f"groups.{g}"], g) for g in spec.groups], spec.else_group))
    ]


def first_match(rules: Sequence[tuple[exp.Expr, str]], otherwise: str) -> exp.Expr:
    """The group of the first condition that holds."""
    made = exp.Case()
    for condition, group in rules:
        made = made.when(condition.copy(), exp.Literal.string(group))
    return made.else_(exp.Literal.string(otherwise))


def _tiers(spec: Segmentation, of: exp.Expr, cuts: Sequence[float]) -> list[Formula]:
    groups = list(spec.groups)
    above = exp.GT if spec.by_share and spec.ties == "lower" else exp.GTE
    made, rank = exp.Case().when(_unknown(of), exp.Literal.string(spec.missing)), exp.Case()
    for place in range(len(cuts), 0, -1):
        reached = above(this=exp.paren(of.copy()), expression=number(cuts[place - 1]))
        made = made.when(reached, exp.Literal.string(groups[place]))
        rank = rank.when(reached.copy(), number(place + 1))
    rank = rank.when(exp.not_(_unknown(of)), number(1))
    return [
        Formula(spec.segment, made.else_(exp.Literal.string(groups[0]))),
        Formula(f"{spec.segment}_rank", rank, f"rank of {len(groups)} tiers"),
    ]


def _rfm(spec: Segmentation, trees: Trees, frozen: Frozen) -> list[Formula]:
    """Bins from 1, the worst, to `bins`, the best; an unknown value is the worst."""
    name = spec.segment
    bins = {
        "r": _bin(exp.Neg(this=exp.paren(trees["recency"].copy())), frozen.r, spec.ties),
        "f": _bin(trees["frequency"], frozen.f, spec.ties),
        "m": _bin(trees["monetary"], frozen.m, spec.ties),
    }
    words = {"r": "recency", "f": "frequency", "m": "money"}
    made = [
        Formula(f"{name}_{part}", tree, f"{words[part]}, 1 to {spec.bins}") for part, tree in bins.items()
    ]
    columns = {part: exp.column(f"{name}_{part}", quoted=True) for part in bins}
    score = _weighted(columns, spec.weights)
    made.append(Formula(f"{name}_score", score, f"score, 1 to {spec.bins}"))
    columns["score"] = exp.column(f"{name}_score", quoted=True)
    rules = [(renamed(trees[f"groups.{group}"], columns), group) for group in spec.groups]
    if not rules:
        rules = usual_groups(columns, spec)
    return [*made, Formula(name, first_match(rules, spec.else_group))]


def renamed(tree: exp.Expr, columns: Mapping[str, exp.Expr]) -> exp.Expr:
    """A condition over r, f, m and score with the features of those names."""

    def swap(node: exp.Expr) -> exp.Expr:
        return columns[node.name].copy() if isinstance(node, exp.Column) and node.name in columns else node

    return tree.copy().transform(swap)


USUAL = ("champions", "loyal", "recent", "at_risk", "asleep")
"""The groups of an rfm segmentation that names none."""


def usual_groups(columns: Mapping[str, exp.Expr], spec: Segmentation) -> list[tuple[exp.Expr, str]]:
    """Five groups by recency and the mean of frequency and money, halves and upper quarters of the bins."""
    middle, high = (spec.bins + 1) / 2, 1 + 0.75 * (spec.bins - 1)
    worth = exp.Mul(
        this=exp.paren(exp.Add(this=columns["f"].copy(), expression=columns["m"].copy())),
        expression=number(0.5),
    )
    recent = columns["r"]

    def at_least(what: exp.Expr, least: float) -> exp.Expr:
        return exp.GTE(this=what.copy(), expression=number(least))

    return [
        (exp.and_(at_least(recent, high), at_least(worth, high)), "champions"),
        (exp.and_(at_least(recent, middle), at_least(worth, middle)), "loyal"),
        (at_least(recent, middle), "recent"),
        (at_least(worth, middle), "at_risk"),
        (exp.true(), "asleep"),
    ]


def _bin(value: exp.Expr, cuts: Sequence[float], ties: str) -> exp.Expr:
    above = exp.GT if ties == "lower" else exp.GTE
    made = exp.Case()
    for place in range(len(cuts), 0, -1):
        made = made.when(
            above(this=exp.paren(value.copy()), expression=number(cuts[place - 1])), number(place + 1)
        )
    return made.else_(number(1))


def _weighted(columns: Mapping[str, exp.Expr], weights: Weights) -> exp.Expr:
    total = weights.r + weights.f + weights.m
    parts = [_times(columns[part], getattr(weights, part)) for part in ("r", "f", "m")]
    return exp.Div(this=exp.paren(_sum(parts)), expression=number(total))


def _nearest(spec: Segmentation, trees: Trees, frozen: Frozen) -> exp.Expr:
    """The cluster whose middle is nearest, or most probable of a mixture; unknown where no measure is known.

    Of two as near the first named counts. An unknown measure counts as the median.
    """
    measures = {one.name: one for one in spec.over}
    weights = {name: one.weight for name, one in measures.items()}
    values = {}
    for one in frozen.scaling:
        tree = trees[f"over.{one.name}"]
        values[one.name] = _comparable(logarithm(tree) if measures[one.name].scale == "log" else tree, one)
    scores = [_closeness(cluster, frozen.scaling, values, weights) for cluster in frozen.clusters]
    nothing = exp.and_(*(_unknown(trees[f"over.{one.name}"]) for one in frozen.scaling))
    made = exp.Case().when(nothing, exp.Literal.string(spec.missing))
    for place, cluster in enumerate(frozen.clusters[:-1]):
        others = [exp.paren(one.copy()) for one in scores[place + 1 :]]
        best = others[0] if len(others) == 1 else exp.Greatest(this=others[0], expressions=others[1:])
        made = made.when(
            exp.GTE(this=exp.paren(scores[place].copy()), expression=best), exp.Literal.string(cluster.id)
        )
    return made.else_(exp.Literal.string(frozen.clusters[-1].id))


def _comparable(tree: exp.Expr, scaling: Scaling) -> exp.Expr:
    """The value kept between its frozen bounds, the median where it is unknown."""
    known = exp.Coalesce(
        this=exp.cast(exp.paren(tree.copy()), "DOUBLE"), expressions=[number(scaling.centre)]
    )
    least = exp.Greatest(this=known, expressions=[number(scaling.low)])
    return exp.Least(this=least, expressions=[number(scaling.high)])


def logarithm(tree: exp.Expr) -> exp.Expr:
    """sign(x) * ln(1 + |x|): amounts by proportions, debts below nothing."""
    size = exp.Ln(this=exp.paren(exp.Add(this=number(1), expression=exp.Abs(this=tree.copy()))))
    below = exp.LT(this=exp.paren(tree.copy()), expression=number(0))
    return exp.Case().when(below, exp.Neg(this=size.copy())).else_(size)


def _closeness(
    cluster: Cluster, scaling: Sequence[Scaling], values: Trees, weights: Mapping[str, float]
) -> exp.Expr:
    """Larger is nearer. Of k-means the linear part of minus half the squared distance; of a mixture the log density."""
    parts: list[exp.Expr] = []
    constant = 0.0
    if cluster.variance:
        constant = math.log(cluster.share) - 0.5 * sum(math.log(one) for one in cluster.variance)
    for place, one in enumerate(scaling):
        times, middle = weights[one.name] / one.spread, cluster.middle[place]
        precision = 1 / cluster.variance[place] if cluster.variance else 1.0
        # -(times * (t - centre) - middle)^2 * precision / 2 = a t^2 + b t + c
        shift = times * one.centre + middle
        value = values[one.name]
        parts.append(_times(value, precision * times * shift))
        constant -= 0.5 * precision * shift * shift
        if cluster.variance:
            parts.append(
                _times(exp.Mul(this=value.copy(), expression=value.copy()), -0.5 * precision * times * times)
            )
    return _sum([*parts, number(constant)])


def _unknown(tree: exp.Expr) -> exp.Expr:
    return exp.Is(this=exp.paren(tree.copy()), expression=exp.null())


def _either(condition: exp.Expr, yes: exp.Expr, no: exp.Expr) -> exp.Expr:
    return exp.Case().when(condition.copy(), yes).else_(no)


def _times(tree: exp.Expr, factor: float) -> exp.Expr:
    return exp.Mul(this=exp.paren(tree.copy()), expression=number(factor))


def _sum(parts: Sequence[exp.Expr]) -> exp.Expr:
    return reduce(lambda a, b: exp.Add(this=a, expression=b), parts)


def number(value: float) -> exp.Expr:
    """A number as SQL, exactly; below 0 in brackets."""
    if value < 0:
        return exp.paren(exp.Neg(this=number(-value)))
    text = repr(float(value))
    # with an exponent an engine reads it as floating point; without one as a decimal, which may be another number
    whole = text[:-2] if text.endswith(".0") else text
    return exp.Literal.number(whole if whole.isdigit() or "e" in whole else f"{whole}e0")
