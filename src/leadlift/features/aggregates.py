"""Each aggregation as one SQL expression over the rows known at an as-of date."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from leadlift.features.rows import AGE, AT, CLOSED_AGE, all_of, case, col, days_from, number
from leadlift.names import AS_OF
from leadlift.specs import FeatureDef, Source

DAYS_PER_SLOPE = 30


def aggregate(feature: FeatureDef, source: Source) -> exp.Expr:
    """The aggregate of one feature: a number, or null when no row counts (counts and `holds` give 0)."""
    agg = str(feature.spec.agg)
    counts = _rows_that_count(feature, source)
    return _BUILD[agg](feature, counts, _age(feature, source))


def empty_value(feature: FeatureDef) -> int | None:
    """What a customer without any row has: 0 for counts and sums of nothing, otherwise unknown."""
    return 0 if feature.spec.agg in ("count", "distinct", "sum", "holds", "held_count") else None


def _age(feature: FeatureDef, source: Source) -> exp.Expr:
    return col(CLOSED_AGE if feature.spec.on == "closed" else AGE)


def _rows_that_count(feature: FeatureDef, source: Source) -> exp.Expr | None:
    conditions: list[exp.Expr | None] = [feature.where.copy() if feature.where is not None else None]
    if source.kind == "intervals":
        ended = exp.Is(this=col(CLOSED_AGE), expression=exp.null())
        if feature.spec.on == "closed":
            conditions.append(exp.not_(ended, copy=False))
        elif feature.spec.on in (None, "held"):
            conditions.append(ended)
    if feature.window is not None:
        conditions.append(exp.LTE(this=_age(feature, source), expression=number(feature.window)))
    given = [condition for condition in conditions if condition is not None]
    return exp.and_(*given, copy=False) if given else None


def _taken(feature: FeatureDef, counts: exp.Expr | None) -> exp.Expr:
    of = feature.of.copy() if feature.of is not None else number(1)
    return case(counts, of) if counts is not None else of


def _plain(
    build: Callable[[exp.Expr], exp.Expr],
) -> Callable[[FeatureDef, exp.Expr | None, exp.Expr], exp.Expr]:
    return lambda feature, counts, age: build(_taken(feature, counts))


def _of_age(
    build: type[exp.Min] | type[exp.Max],
) -> Callable[[FeatureDef, exp.Expr | None, exp.Expr], exp.Expr]:
    return lambda feature, counts, age: build(this=case(counts, age) if counts is not None else age)


def _at_end(feature: FeatureDef, counts: exp.Expr | None, age: exp.Expr, *, first: bool = False) -> exp.Expr:
    """The value of the latest (or earliest) row that has one; of rows at the same time, the largest value."""
    value = feature.of.copy() if feature.of is not None else exp.null()
    there = all_of(counts, _is_there(value.copy()))
    pair = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier("a"), expression=col(AT)),
            exp.PropertyEQ(this=exp.to_identifier("b"), expression=value.copy()),
        ]
    )
    take = exp.ArgMin if first else exp.ArgMax
    return take(this=value, expression=case(there, pair))


def _is_there(value: exp.Expr) -> exp.Expr:
    return exp.not_(exp.Is(this=exp.paren(value, copy=False), expression=exp.null()), copy=False)


def _value_ago(feature: FeatureDef, counts: exp.Expr | None, age: exp.Expr) -> exp.Expr:
    months = number(feature.spec.months or 0)
    back = exp.cast(exp.DateSub(this=col(AS_OF), expression=months, unit=exp.var("MONTH")), "DATE")
    return _at_end(feature, all_of(counts, exp.LT(this=col(AT), expression=back)), age)


def _change(feature: FeatureDef, counts: exp.Expr | None, age: exp.Expr) -> exp.Expr:
    now, ago = _at_end(feature, counts, age), _value_ago(feature, counts, age)
    return exp.Sub(this=exp.cast(now, "DOUBLE"), expression=exp.cast(ago, "DOUBLE"))


def _slope(feature: FeatureDef, counts: exp.Expr | None, age: exp.Expr) -> exp.Expr:
    """The least-squares slope: units per 30 days. Unknown where all rows stand on one day."""
    y = exp.cast(_taken(feature, counts), "DOUBLE")
    days = exp.Neg(this=exp.cast(age, "DOUBLE"))
    x = exp.Div(this=days, expression=exp.cast(number(DAYS_PER_SLOPE), "DOUBLE"))
    of = feature.of.copy() if feature.of is not None else exp.null()
    seen = case(all_of(counts, _is_there(of)), age.copy())
    # engines give null, NaN or an error for a single day
    spread = exp.LT(this=exp.Min(this=seen), expression=exp.Max(this=seen.copy()))
    return case(spread, exp.RegrSlope(this=y, expression=x))


def _days_to_end(feature: FeatureDef, counts: exp.Expr | None, age: exp.Expr) -> exp.Expr:
    end = feature.of.copy() if feature.of is not None else exp.null()
    left = days_from(col(AS_OF), end)
    return exp.Min(this=case(counts, left) if counts is not None else left)


def _std(value: exp.Expr) -> exp.Expr:
    return exp.StddevSamp(this=exp.cast(value, "DOUBLE"))


_BUILD: dict[str, Callable[[FeatureDef, exp.Expr | None, exp.Expr], exp.Expr]] = {
    "count": _plain(lambda value: exp.Count(this=value)),
    "sum": _plain(lambda value: exp.Sum(this=value)),
    "mean": _plain(lambda value: exp.Avg(this=value)),
    "min": _plain(lambda value: exp.Min(this=value)),
    "max": _plain(lambda value: exp.Max(this=value)),
    "std": _plain(_std),
    "distinct": _plain(lambda value: exp.Count(this=exp.Distinct(expressions=[value]))),
    "last": _at_end,
    "first": lambda feature, counts, age: _at_end(feature, counts, age, first=True),
    "days_since_last": _of_age(exp.Min),
    "days_since_first": _of_age(exp.Max),
    "value_ago": _value_ago,
    "change": _change,
    "slope": _slope,
    "holds": _plain(lambda value: exp.Max(this=value)),
    "held_count": _plain(lambda value: exp.Count(this=value)),
    "days_held": _of_age(exp.Max),
    "days_to_end": _days_to_end,
}
