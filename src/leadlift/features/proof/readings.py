"""What the parts of the second reading of expressions share: a reading of a row, and how a node becomes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from leadlift.features.proof.values import Value

Row = Mapping[str, Value]
Reading = Callable[[Row], Value]
Read = Callable[[exp.Expr], Reading]
# from a node, and the reading of the nodes below it, to its own
Build = Callable[[exp.Expr, Read], Reading]


def both(tree: exp.Expr, read: Read, combine: Callable[[Value, Value], Value]) -> Reading:
    """The combination of both sides where both are known, and otherwise unknown."""
    left, right = read(tree.this), read(tree.expression)

    def combined(row: Row) -> Value:
        a, b = left(row), right(row)
        return None if a is None or b is None else combine(a, b)

    return combined
