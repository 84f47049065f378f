"""The query that reads a source's rows as a tile keeps them: numbers, days and bits, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from leadlift.features.rows import (
    AT,
    KNOWN,
    ROW,
    UNTIL,
    all_of,
    as_date,
    case,
    col,
    days_from,
    number,
    versions,
)
from leadlift.features.tiles.measures import Measures, Value
from leadlift.names import CUSTOMER
from leadlift.specs import Source

CODES = "customer_codes"
CODE, NEW, DAY, KNOWN_DAY, UNTIL_DAY, MICROS, KEY = "code", "new", "day", "known", "until", "at", "key"
CORRECTED = "corrected_keys"
FOR_EVER = 2**31 - 1
# a BIGINT's sign is left alone
BITS_PER_WORD = 62


@dataclass(frozen=True)
class Reading:
    """How rows are read. superseded: also until when a row was the last version known; keyed: also its key's hash."""

    customer: str
    keyed: bool = False
    superseded: bool = False


def rows_query(
    table: str, source: Source, measures: Measures, columns: set[str], reading: Reading
) -> exp.Select:
    """One row for each row of `table` that has a customer and clocks, with the customer's code where it is known.

    Of keyed rows also those without: they are nobody's, known never, and replace earlier versions all the same.

    Reads the tables `customer_codes` (customer_id, code) and, for superseded rows, `corrected_keys` (key).
    """
    rows = _versions(table, source, columns, reading)
    at, known = col(AT, ROW), col(KNOWN, ROW)
    code, counts = col(CODE, "c"), all_of(*(_there(one) for one in (col(CUSTOMER, ROW), at, known)))
    chosen: list[exp.Expr] = [code.as_(CODE)]
    if reading.keyed:
        # a version that names nobody, or no time, counts for nobody; those that it replaces count no longer either
        nobody = exp.Coalesce(this=col(CUSTOMER, ROW), expressions=[exp.Literal.string("")])
        never = case(counts.copy(), _first_midnight(known)).else_(number(FOR_EVER))
        chosen += [
            case(exp.Is(this=code.copy(), expression=exp.null()), nobody).as_(NEW),
            day_number(exp.Coalesce(this=at.copy(), expressions=[known.copy()])).as_(DAY),
            never.as_(KNOWN_DAY),
            key_hash(source, ROW).as_(KEY),
        ]
        counts = exp.or_(counts, exp.and_(_there(known), *(_there(col(key, ROW)) for key in source.keys)))
    else:
        chosen += [
            case(exp.Is(this=code.copy(), expression=exp.null()), col(CUSTOMER, ROW)).as_(NEW),
            day_number(at).as_(DAY),
            _first_midnight(known).as_(KNOWN_DAY),
        ]
    if reading.superseded:
        chosen.append(_until_day(col(UNTIL, ROW), source).as_(UNTIL_DAY))
    if measures.timed:
        chosen.append(_micros(at).as_(MICROS))
    chosen += [_as_number(value).as_(f"v{place}") for place, value in enumerate(measures.values)]
    chosen += [
        word.as_(f"b{place}") for place, word in enumerate(_words([t for _, t in measures.conditions]))
    ]
    on = exp.EQ(this=col(CUSTOMER, "c"), expression=col(CUSTOMER, ROW))
    codes = exp.to_table(CODES).as_("c")
    return exp.select(*chosen).from_(rows.subquery(ROW)).join(codes, on=on, join_type="left").where(counts)


def typed_values(table: str, source: Source, values: Sequence[Value]) -> exp.Select:
    """No rows, only the types of the values as the engine computes them."""
    chosen = [value.tree.copy().as_(f"v{place}") for place, value in enumerate(values)]
    return exp.select(*chosen).from_(exp.to_table(table)).limit(0)


def key_hash(source: Source, table: str | None = None) -> exp.Expr:
    """Sixty-four bits of a row's key; null where a part of it is. Different keys may, rarely, share them."""
    keys = [col(key, table) for key in source.keys]
    there = exp.and_(*(exp.not_(exp.Is(this=key.copy(), expression=exp.null())) for key in keys))
    return case(there, exp.Anonymous(this="hash", expressions=keys))


def day_number(time: exp.Expr) -> exp.Expr:
    """Days since 1970-01-01."""
    return exp.cast(days_from(exp.cast(exp.Literal.string("1970-01-01"), "DATE"), time.copy()), "INT")


def _there(value: exp.Expr) -> exp.Expr:
    return exp.not_(exp.Is(this=value.copy(), expression=exp.null()))


def _versions(table: str, source: Source, columns: set[str], reading: Reading) -> exp.Select:
    wanted = columns | (set(source.keys) if reading.keyed or reading.superseded else set())
    if not reading.superseded:
        return versions(
            table, source.model_copy(update={"key": None}), wanted, reading.customer, source.clock
        )
    hashes = exp.select(col(KEY)).from_(exp.to_table(CORRECTED))
    corrected = exp.select("*").from_(exp.to_table(table))
    corrected = corrected.where(exp.In(this=key_hash(source), query=hashes.subquery()))
    rows = versions(table, source, wanted, reading.customer, source.clock)
    return rows.from_(corrected.subquery(table))


def _first_midnight(time: exp.Expr) -> exp.Expr:
    """The first day at whose beginning the time has come."""
    return exp.Add(this=day_number(time), expression=_begun(time))


def _begun(time: exp.Expr) -> exp.Expr:
    later = exp.GT(this=time.copy(), expression=as_date(time.copy()))
    return exp.paren(case(later, number(1)).else_(number(0)))


def _until_day(until: exp.Expr, source: Source) -> exp.Expr:
    """The first day on which the next version counts instead; see `known_rows`."""
    told_apart = source.available_at or source.available_after
    past = _begun(until) if told_apart else number(1)
    day = exp.Add(this=day_number(until), expression=past)
    return exp.Coalesce(this=day, expressions=[number(FOR_EVER)])


def _micros(time: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="epoch_us", expressions=[exp.cast(time.copy(), "TIMESTAMP")])


def _as_number(value: Value) -> exp.Expr:
    tree = exp.paren(value.tree.copy())
    if value.kind == "text":
        return exp.cast(tree, "TEXT")
    if value.kind == "time":
        return exp.cast(_micros(tree), "DOUBLE")
    return exp.cast(exp.cast(tree, "INT") if value.kind == "boolean" else tree, "DOUBLE")


def _words(conditions: Sequence[exp.Expr]) -> list[exp.Expr]:
    """Conditions as bits of whole numbers; one that is unknown is not met."""
    words: list[exp.Expr] = []
    for start in range(0, len(conditions), BITS_PER_WORD):
        part = conditions[start : start + BITS_PER_WORD]
        bits = [
            exp.paren(case(condition.copy(), exp.cast(number(1 << place), "BIGINT")).else_(number(0)))
            for place, condition in enumerate(part)
        ]
        word: exp.Expr = bits[0]
        for bit in bits[1:]:
            word = exp.BitwiseOr(this=word, expression=bit)
        words.append(exp.cast(word, "BIGINT"))
    return words
