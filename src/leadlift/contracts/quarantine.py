"""Rows that break error rules: left out of what is read, and written out for a person to look at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlglot import exp

from leadlift.contracts.query import SEEN, Contract, either, flag, flagged, when
from leadlift.contracts.rules import RowRule, col, row_rules
from leadlift.engines import Engine
from leadlift.specs import Source

BROKEN = "__broken"


def sound_rows(name: str, source: Source, sources: Mapping[str, Source]) -> exp.Expr | None:
    """The condition under which a row is read: it breaks no error rule by what it says itself.

    None when every row is read, as without `on_fail: quarantine`. Rules that need other rows leave nothing out:
    a missing partner may come tomorrow, and of two equal rows none is the wrong one.
    """
    if source.on_fail != "quarantine":
        return None
    rules = [
        rule for rule in row_rules(name, source, sources) if rule.refers is None and rule.severity == "error"
    ]
    return exp.not_(exp.or_(*(either(rule.broken) for rule in rules))) if rules else None


def write_quarantine(engine: Engine, contract: Contract, path: Path) -> int:
    """Write each row that breaks an error rule of single rows, whole as it is, and return how many they are.

    The column `__broken` names the rules, in the order of leadlift.yaml: `amount.max, references`. The source and
    those it refers to must be open with every row. The file is written whole or not at all; it may hold pii.
    When no row breaks a rule there is no file, and an earlier one is removed.
    """
    errors = [index for index, rule in enumerate(contract.rows) if rule.severity == "error"]
    if not errors:
        path.unlink(missing_ok=True)
        return 0
    columns = contract.columns
    own = [
        exp.column(exp.to_identifier(column, quoted=True), table="r").as_(column, quoted=True)
        for column in columns
    ]
    named = exp.Anonymous(
        this="CONCAT_WS",
        expressions=[
            exp.Literal.string(", "),
            *(when(exp.column(flag(i)), exp.Literal.string(_called(contract.rows[i]))) for i in errors),
        ],
    )
    rows = exp.select(*(col(column) for column in columns), named.as_(BROKEN)).from_(SEEN)
    rows = rows.where(exp.or_(*(exp.column(flag(index)) for index in errors)))
    written = engine.write(rows.with_(SEEN, as_=flagged(contract, own)), path)
    if not written:
        path.unlink()
    return written


def _called(rule: RowRule) -> str:
    """A rule's short name: `amount.max` of a column, `backwards` or its own name otherwise."""
    return f"{rule.column}.{rule.rule}" if rule.path[0] == "columns" else rule.rule
