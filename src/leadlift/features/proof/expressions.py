"""SQL expressions over one row, in plain Python: the second reading of `of`, `where` and `expr`.

A column that is unknown is None, and so is what is made of it; a condition is true, false or unknown (None).
"""

from __future__ import annotations

from decimal import Decimal

from sqlglot import exp

from leadlift.features.proof.arithmetic import ARITHMETIC
from leadlift.features.proof.choices import CHOICES
from leadlift.features.proof.conditions import CONDITIONS
from leadlift.features.proof.functions import STRICT
from leadlift.features.proof.readings import Build, Reading, Row
from leadlift.features.proof.values import Value


def reading(tree: exp.Expr) -> Reading:
    """A function from a row (column -> value, and `as_of`) to the expression's value.

    Raises NotImplementedError for an expression that specs do not allow.
    """
    kind = type(tree)
    if kind in STRICT:
        return _called(tree)
    for node, build in _BUILD.items():
        if isinstance(tree, node):
            return build(tree, reading)
    raise NotImplementedError(f"no second reading of {tree.sql(dialect='duckdb')}")


def _called(tree: exp.Expr) -> Reading:
    function, names = STRICT[type(tree)]
    parts = [reading(tree.args[name]) for name in names if tree.args.get(name) is not None]

    def call(row: Row) -> Value:
        values = [part(row) for part in parts]
        return None if any(value is None for value in values) else function(*values)

    return call


def _column(tree: exp.Expr) -> Reading:
    name = tree.name
    return lambda row: row[name]


def _literal(tree: exp.Expr) -> Reading:
    text: str = tree.name
    value: Value = text
    if not tree.args.get("is_string"):
        value = int(text) if text.isdigit() else float(text) if "e" in text.lower() else Decimal(text)
    return lambda row: value


def _truth(tree: exp.Expr) -> Reading:
    value = bool(tree.this)
    return lambda row: value


_BUILD: dict[type[exp.Expr], Build] = {
    exp.Column: lambda tree, read: _column(tree),
    exp.Literal: lambda tree, read: _literal(tree),
    exp.Boolean: lambda tree, read: _truth(tree),
    exp.Null: lambda tree, read: lambda row: None,
    exp.Paren: lambda tree, read: read(tree.this),
    **ARITHMETIC,
    **CONDITIONS,
    **CHOICES,
}
