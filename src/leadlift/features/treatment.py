"""Which group of an experiment a row belongs to, as an expression over its columns."""

from __future__ import annotations

from sqlglot import exp

from leadlift.features.rows import col, number
from leadlift.specs.treatment import Treatment


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
