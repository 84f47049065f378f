"""What must hold of a source's data: required, unique and allowed values, counted in one pass."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from leadlift.engines.protocol import Engine, Fault
from leadlift.specs import Column, Source
from leadlift.specs.base import listed


@dataclass(frozen=True)
class Rule:
    """One rule of one column: the SQL that counts what breaks it, and one value that does."""

    column: str
    name: str
    broken: exp.Expr
    example: exp.Expr


def broken_rules(engine: Engine, table: str, source: Source) -> list[Fault]:
    """Every rule of the source's columns that its data breaks, with the count and an example."""
    rules = [rule for name, column in source.columns.items() for rule in _rules(name, column, source)]
    if not rules:
        return []
    chosen = [exp.Count(this=exp.Star()).as_("rows")]
    for index, rule in enumerate(rules):
        chosen += [rule.broken.as_(f"n{index}"), rule.example.as_(f"e{index}")]
    row = engine.table(exp.select(*chosen).from_(exp.to_table(table))).to_pylist()[0]
    told = [(rule, row[f"n{index}"], row[f"e{index}"]) for index, rule in enumerate(rules)]
    return [
        _fault(rule, source.columns[rule.column], count, row["rows"], value)
        for rule, count, value in told
        if count
    ]


def _rules(name: str, column: Column, source: Source) -> list[Rule]:
    value = exp.column(exp.to_identifier(name, quoted=True))
    null = exp.Is(this=value, expression=exp.null())
    rules = []
    if column.required:
        rules.append(Rule(name, "required", exp.Count(this=_when(null, exp.Literal.number(1))), exp.null()))
    if column.unique:
        # in a history a customer stands once among the rows that still hold
        current = exp.column(exp.to_identifier(source.valid_to, quoted=True)) if source.valid_to else None
        kept = _when(exp.Is(this=current, expression=exp.null()), value) if current else value
        distinct = exp.Count(this=exp.Distinct(expressions=[kept.copy()]))
        rules.append(
            Rule(name, "unique", exp.Sub(this=exp.Count(this=kept), expression=distinct), exp.null())
        )
    if column.allowed is not None:
        words = [exp.Literal.string(word) for word in column.allowed]
        text = exp.cast(value.copy(), "TEXT")
        other = exp.and_(exp.not_(null.copy()), exp.not_(exp.In(this=text, expressions=words)))
        bad = _when(other, text.copy())
        rules.append(Rule(name, "allowed", exp.Count(this=bad), exp.Min(this=bad.copy())))
    return rules


def _when(condition: exp.Expr, value: exp.Expr) -> exp.Expr:
    return exp.Case().when(condition, value)


def _fault(rule: Rule, column: Column, count: int, rows: int, example: object) -> Fault:
    share = f"{count:,} of {rows:,} rows"
    # the value of a personal column must not reach a screen or a log
    shown = "" if column.pii else f", such as {example!r}"
    message = {
        "required": f"{share} have no '{rule.column}', which is required",
        "unique": f"{share} repeat a '{rule.column}', which must be unique",
        "allowed": f"{share} have another '{rule.column}' than {listed(column.allowed or ())}{shown}",
    }[rule.name]
    return Fault(("columns", rule.column, rule.name), message)
