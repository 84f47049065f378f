"""Which group of an experiment a row belongs to, as an expression over its columns."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from leadlift.features.rows import col, number
from leadlift.specs import Source, column_types, sql
from leadlift.specs.treatment import Treatment

VALUE, ROWS = "value", "rows"


def group_of(treatment: Treatment) -> exp.Expr:
    """0 for a control, 1, 2 ... for the arms in their order, null for rows that are neither."""
    value = exp.cast(col(treatment.column), "TEXT")
    groups = [treatment.controls, *((arm,) for arm in treatment.contacted)]
    chosen = exp.Case()
    for group, words in enumerate(groups):
        literals: list[exp.Expr] = [exp.Literal.string(word) for word in words]
        chosen = chosen.when(exp.In(this=value.copy(), expressions=literals), number(group))
    return chosen


def in_trial(treatment: Treatment) -> exp.Expr:
    """Whether the row belongs to any group."""
    return exp.not_(exp.Is(this=group_of(treatment), expression=exp.null()))


def rows_by_value(
    name: str, source: Source, treatment: Treatment, where: str | None, sources: Mapping[str, Source]
) -> exp.Select:
    """How many rows of a source have each value of the treatment column: value as text, null for missing, and rows."""
    value = exp.cast(col(treatment.column), "TEXT").as_(VALUE)
    rows = exp.select(value).from_(exp.to_table(name))
    if where is not None:
        rows = rows.where(sql.parse(where, column_types(source, sources), f"source '{name}'"))
    counted = exp.select(col(VALUE), exp.Count(this=exp.Star()).as_(ROWS, quoted=True))
    return counted.from_(rows.subquery("t")).group_by(col(VALUE))
