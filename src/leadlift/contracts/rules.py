"""The rules of a source as SQL: which rows break each, what to show of them, and how to say it.

A row rule looks at one row, or at one row and the keys of another source. A key rule looks at all rows with the
same values. What is null breaks `required` alone: of a value that is not known no other rule can say anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from leadlift.specs import Column, Severity, Source, column_types, marked_columns, sql
from leadlift.specs.base import listed
from leadlift.specs.checks import COLUMN_RULES, SOURCE_RULES
from leadlift.specs.columns import TIMES

Sources = Mapping[str, Source]
Where = tuple[str | int, ...]


@dataclass(frozen=True)
class RowRule:
    """One rule of single rows.

    path: where it stands below the source in leadlift.yaml. broken: true of a row that breaks it. shows: the
    value at fault, when it may be shown. says: what rows that break it do, as in "3 of 5 rows ...". refers:
    the source and column whose keys it needs.
    """

    path: Where
    rule: str
    severity: Severity
    broken: exp.Expr
    says: str
    column: str | None = None
    shows: exp.Expr | None = None
    keyed: bool = True
    refers: tuple[str, str] | None = None


@dataclass(frozen=True)
class KeyRule:
    """One rule of rows with equal values: no two of them.

    shown: the columns that say which values, as far as they may be shown. among: the rows that it looks at, or
    None for all. nulls_count: nulls are equal to each other; otherwise a row that lacks a value is left aside.
    """

    path: Where
    rule: str
    severity: Severity
    columns: tuple[str, ...]
    says: str
    shown: tuple[str, ...]
    among: exp.Expr | None = None
    nulls_count: bool = False


def col(name: str) -> exp.Column:
    """A column, quoted so that any declared name will do."""
    return exp.column(exp.to_identifier(name, quoted=True))


def is_null(value: exp.Expr) -> exp.Is:
    """Whether the value is not known."""
    return exp.Is(this=value, expression=exp.null())


def weight(source: Source, rule: str, column: str | None = None) -> Severity | None:
    """What the rule weighs for this source, or None when it is off."""
    spec = source.columns[column] if column is not None else None
    given = spec.severity if spec is not None else source.checks.severity
    level = given.get(rule, (COLUMN_RULES if spec is not None else SOURCE_RULES)[rule])
    return None if level == "off" else level


def row_rules(name: str, source: Source, sources: Sources) -> list[RowRule]:
    """The rules of single rows, in the order of the columns, then of the source."""
    rules: list[RowRule] = []
    for column, spec in source.columns.items():
        for rule, broken, says in _of_column(column, spec):
            severity = weight(source, rule, column)
            if severity is not None:
                rules.append(_column_rule(column, spec, rule, severity, broken, says))
    if (backwards := weight(source, "backwards")) is not None:
        rules += _backwards(source, backwards)
    columns, owner = column_types(source, sources), f"source '{name}'"
    for called, said in source.checks.rules.items():
        fails = exp.Not(this=exp.paren(sql.parse(said.expect, columns, owner)))
        says = f"break the rule '{called}': {said.because or said.expect}"
        rules.append(RowRule(("checks", "rules", called), called, said.severity, fails, says))
    return rules


def key_rules(name: str, source: Source, sources: Sources, customer: str) -> list[KeyRule]:
    """The rules of rows with equal values. customer: the workspace's customer key."""
    hidden = marked_columns(source, sources, "pii") | marked_columns(source, sources, "protected")
    rules = []
    for column, spec in source.columns.items():
        if spec.unique and (severity := weight(source, "unique", column)) is not None:
            # in a history a customer stands once among the rows that still hold
            among = is_null(col(source.valid_to)) if source.valid_to else None
            says = f"repeat a '{column}', which must be unique"
            path: Where = ("columns", column, "unique")
            rules.append(
                KeyRule(
                    path, "unique", severity, (column,), says, () if column in hidden else (column,), among
                )
            )
    severity = weight(source, "duplicates")
    if severity is not None:
        for path, columns, says, nulls in _duplicates(name, source, sources):
            # of whole rows the key and the clock say enough
            telling = (*source.keys, source.customer_key or customer, source.clock) if nulls else columns
            shown = tuple(dict.fromkeys(one for one in columns if one in telling and one not in hidden))
            rules.append(KeyRule(path, "duplicates", severity, columns, says, shown, None, nulls))
    return rules


def identity(source: Source, sources: Sources, customer: str) -> tuple[str, ...]:
    """The columns that say which row is meant, where they may be shown: key, unique column, or customer."""
    hidden = marked_columns(source, sources, "pii") | marked_columns(source, sources, "protected")
    unique = [name for name, column in source.columns.items() if column.unique]
    known = column_types(source, sources)
    for columns in (source.keys, tuple(unique[:1]), (source.customer_key or customer,)):
        if columns and not hidden & set(columns) and all(column in known for column in columns):
            return columns
    return ()


def _column_rule(
    name: str, spec: Column, rule: str, severity: Severity, broken: exp.Expr, says: str
) -> RowRule:
    refers = None
    if rule == "references":
        source, _, column = str(spec.references).partition(".")
        refers = (source, column)
    # of a protected column a value may be shown, but not whose it is
    return RowRule(
        path=("columns", name, rule),
        rule=rule,
        severity=severity,
        broken=broken,
        says=says,
        column=name,
        shows=None if rule == "required" or spec.pii else col(name),
        keyed=rule == "required" or not spec.protected,
        refers=refers,
    )


def _of_column(name: str, spec: Column) -> Iterator[tuple[str, exp.Expr, str]]:
    """Each rule of a column: its name, the SQL of what breaks it, and how to say so."""
    if spec.required:
        yield "required", is_null(col(name)), f"have no '{name}', which is required"
    if spec.allowed is not None:
        words = [exp.Literal.string(word) for word in spec.allowed]
        other = exp.Not(this=exp.In(this=exp.cast(col(name), "TEXT"), expressions=words))
        yield "allowed", other, f"have another '{name}' than {listed(spec.allowed)}"
    if spec.min is not None:
        low = exp.LT(this=_measured(name, spec), expression=_limit(spec.min))
        yield "min", low, f"have a '{name}' below {spec.min}"
    if spec.max is not None:
        high = exp.GT(this=_measured(name, spec), expression=_limit(spec.max))
        yield "max", high, f"have a '{name}' above {spec.max}"
    if spec.pattern is not None:
        # \A and \z are the ends of the text in every engine, whatever line ends it holds
        like = exp.RegexpLike(this=col(name), expression=exp.Literal.string(rf"\A(?:{spec.pattern})\z"))
        yield "pattern", exp.Not(this=like), f"have a '{name}' that does not match {spec.pattern}"
    if spec.references is not None:
        stray = exp.and_(exp.Not(this=is_null(col(name))), is_null(col(partner(name))))
        yield "references", stray, f"have a '{name}' that is not in {spec.references}"


def partner(column: str) -> str:
    """The name under which the partner that a column refers to is joined."""
    return f"__ref_{column}"


def _measured(name: str, spec: Column) -> exp.Expr:
    return exp.cast(col(name), "DATE") if spec.type == "timestamp" else col(name)


def _limit(limit: int | float | date) -> exp.Expr:
    if isinstance(limit, date):
        return exp.cast(exp.Literal.string(limit.isoformat()), "DATE")
    return exp.Literal.number(repr(limit)) if limit >= 0 else exp.Neg(this=exp.Literal.number(repr(-limit)))


def _backwards(source: Source, severity: Severity) -> Iterator[RowRule]:
    """Clocks that run backwards: known before it happened, or at an end before the beginning."""
    pairs = [(source.clock, source.available_at, "were known before they happened")]
    pairs += [(source.valid_from, source.valid_to, "end before they begin")]
    for earlier, later, words in pairs:
        if earlier is None or later is None:
            continue
        kinds = {source.columns[name].type for name in (earlier, later) if name in source.columns}
        # a day without a time of day is not before a time on that day
        first, last = (
            col(name) if kinds == {"timestamp"} else exp.cast(col(name), "DATE") for name in (earlier, later)
        )
        clock = "available_at" if later == source.available_at else "valid_to"
        says = f"{words}: '{later}' lies before '{earlier}'"
        spec = source.columns.get(later)
        shows = col(later) if spec is not None and not spec.pii else None
        yield RowRule(
            (clock,), "backwards", severity, exp.LT(this=last, expression=first), says, later, shows
        )


def _duplicates(
    name: str, source: Source, sources: Sources
) -> Iterator[tuple[Where, tuple[str, ...], str, bool]]:
    """What must not stand twice: path, columns, how to say so, and whether nulls are equal to each other."""
    if source.keys:
        known = source.available_at or source.clock
        columns = tuple(dict.fromkeys([*source.keys, *([known] if known else [])]))
        says = f"repeat {listed(columns)}: which of them is the last version cannot be told"
        yield ("key",), columns, says, False
    for column in sorted(
        {join.to or join.on for s in sources.values() for join in s.joins if join.source == name}
    ):
        says = f"repeat a '{column}', by which this source is joined to others: their rows would stand twice"
        yield ("columns", column), (column,), says, False
    if source.checks.duplicates == "rows":
        says = "are the same as another row in every column"
        yield ("checks", "duplicates"), tuple(source.columns), says, True


__all__ = ["TIMES", "KeyRule", "RowRule", "identity", "key_rules", "row_rules", "weight"]
