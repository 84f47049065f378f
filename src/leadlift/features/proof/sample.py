"""Which customers are looked at on which days: mostly those for whom something could go wrong.

The engine is asked who they are; nothing of it reaches the values that are compared.
"""

from __future__ import annotations

import calendar
import random
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
from sqlglot import exp

from leadlift.engines import Engine
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import Source

Pair = tuple[str, date]
CANDIDATES, DAYS = "proof_candidates", "proof_days"
MOST_DATES, CANDIDATES_PER_PAIR = 6, 4
SHARE_LATE, SHARE_KNOWN = 0.45, 0.85


@dataclass(frozen=True)
class Sample:
    """Pairs of customer and as-of date in the order of time. late: how many have rows that had happened and were not
    known yet. without: how many have no row that was known, of anything that happens."""

    pairs: tuple[Pair, ...]
    late: int
    without: int


def spread_dates(first: date, last: date, most: int = MOST_DATES) -> list[date]:
    """As-of dates over all the time of the data, ends and beginnings of months among them."""
    days = (last - first).days
    found = {last}
    for place in range(1, most):
        day = first + timedelta(days=round(days * place / most))
        if place % 3 == 1:
            day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        elif place % 3 == 2:
            day = day.replace(day=1)
        if first < day < last:
            found.add(day)
    leap = [date(year, 2, 29) for year in range(first.year, last.year + 1) if calendar.isleap(year)]
    return sorted(found | {day for day in leap[-1:] if first < day < last})


def data_days(engine: Engine, sources: Mapping[str, Source]) -> tuple[date, date] | None:
    """The day on which half of the sources have begun, and the day after the last record; None where there is none.

    Of things that happen, where there are such; holdings may be far older, and open in the future.
    """
    for kinds in (("events", "snapshots"), ("intervals",)):
        ends = [_days(engine, name, one) for name, one in sources.items() if one.kind in kinds]
        there = [(first, last) for first, last in ends if first is not None and last is not None]
        if there:
            begun = statistics.median_low(first.toordinal() for first, _ in there)
            return date.fromordinal(begun), max(last for _, last in there) + timedelta(days=1)
    return None


def _days(engine: Engine, name: str, source: Source) -> tuple[date | None, date | None]:
    day = exp.cast(_column(str(source.clock)), "DATE")
    asked = exp.select(exp.Min(this=day).as_("first"), exp.Max(this=day.copy()).as_("last"))
    row = engine.table(asked.from_(exp.to_table(name))).to_pylist()[0]
    return row["first"], row["last"]


def sampled(
    engine: Engine, sources: Mapping[str, Source], customer: str, days: Sequence[date], most: int, seed: int
) -> Sample:
    """At most so many pairs; the same ones for the same data, days and seed.

    sources: those that features come from, open under their names. customer: the workspace's key.
    """
    names = _candidates(engine, sources, customer, most * CANDIDATES_PER_PAIR, seed)
    engine.define_table(CANDIDATES, pa.table({CUSTOMER: pa.array(names, pa.string())}))
    engine.define_table(DAYS, pa.table({AS_OF: pa.array(sorted(days), pa.date32())}))
    late, known = set[Pair](), set[Pair]()
    for name, source in sources.items():
        if source.clock is None:
            continue
        found = engine.table(_where_rows_lie(name, source, customer)).to_pylist()
        late |= {(row[CUSTOMER], row[AS_OF]) for row in found if row["late"]}
        if source.kind != "attributes":
            known |= {(row[CUSTOMER], row[AS_OF]) for row in found if row["known"]}
    everyone = [(name, day) for name in names for day in sorted(days)]
    draw = random.Random(seed)
    chosen = _chosen(draw, everyone, [(late, SHARE_LATE), (known, SHARE_KNOWN)], most)
    pairs = tuple(sorted(chosen, key=lambda pair: (pair[1], pair[0])))
    return Sample(pairs, len(late & chosen), len(chosen - known))


def _chosen(
    draw: random.Random, everyone: Sequence[Pair], kinds: Iterable[tuple[set[Pair], float]], most: int
) -> set[Pair]:
    """Up to a share of each kind, filled up with others, and with whoever is left where there are too few."""
    chosen: set[Pair] = set()
    seen: set[Pair] = set()
    for kind, share in kinds:
        chosen |= _some(draw, sorted(kind - chosen), round(most * share) - len(chosen))
        seen |= kind
    others = [pair for pair in everyone if pair not in seen]
    chosen |= _some(draw, others, most - len(chosen))
    return chosen | _some(draw, [pair for pair in everyone if pair not in chosen], most - len(chosen))


def _some(draw: random.Random, pairs: Sequence[Pair], most: int) -> set[Pair]:
    return set(draw.sample(pairs, max(0, min(most, len(pairs)))))


def _candidates(
    engine: Engine, sources: Mapping[str, Source], customer: str, most: int, seed: int
) -> list[str]:
    parts = []
    for name, source in sources.items():
        key = exp.cast(_column(source.customer_key or customer), "TEXT")
        there = exp.not_(exp.Is(this=key.copy(), expression=exp.null()))
        parts.append(exp.select(key.as_(CUSTOMER)).from_(exp.to_table(name)).where(there))
    every: exp.Query = parts[0]
    for part in parts[1:]:
        every = exp.union(every, part)
    salted = exp.DPipe(this=exp.Literal.string(f"{seed}:"), expression=_column(CUSTOMER))
    chosen = exp.select(CUSTOMER).distinct().from_(every.subquery("c"))
    ordered = exp.select(CUSTOMER).from_(chosen.subquery("d")).order_by(exp.MD5(this=salted), CUSTOMER)
    return sorted(engine.table(ordered.limit(most))[CUSTOMER].to_pylist())


def _where_rows_lie(name: str, source: Source, customer: str) -> exp.Select:
    """For each candidate and day whether rows were known, and whether some had happened and were not known yet."""
    at, day = _column(str(source.clock), "r"), _column(AS_OF, "d")
    known = _column(source.available_at, "r") if source.available_at else _later(at, source)
    happened = exp.LT(this=at.copy(), expression=day)
    told = exp.LTE(this=known, expression=day.copy())
    late: exp.Expr = exp.not_(exp.paren(told))
    if source.valid_to is not None:
        end = _column(source.valid_to, "r")
        ended = exp.LT(this=end, expression=day.copy())
        hidden = exp.not_(exp.paren(exp.LTE(this=_later(end, source), expression=day.copy())))
        late = exp.or_(late, exp.and_(ended, hidden))
    same = exp.EQ(
        this=exp.cast(_column(source.customer_key or customer, "r"), "TEXT"),
        expression=_column(CUSTOMER, "c"),
    )
    return (
        exp.select(
            _column(CUSTOMER, "c"),
            _column(AS_OF, "d"),
            exp.LogicalOr(this=exp.paren(late)).as_("late"),
            exp.LogicalOr(this=exp.paren(told.copy())).as_("known"),
        )
        .from_(exp.to_table(name).as_("r"))
        .join(exp.to_table(CANDIDATES).as_("c"), on=same)
        .join(exp.to_table(DAYS).as_("d"), on=happened)
        .group_by(_column(CUSTOMER, "c"), _column(AS_OF, "d"))
    )


def _later(time: exp.Expr, source: Source) -> exp.Expr:
    days = exp.Literal.number(source.available_after or 0)
    return exp.DateAdd(this=time.copy(), expression=days, unit=exp.var("DAY"))


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)
