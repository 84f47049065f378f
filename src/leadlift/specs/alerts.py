"""Alerts: conditions over counts, such as `psi_over_0.25 > 0 or psi_over_0.10 > 5`.

A language of names, numbers, comparisons, `and`, `or`, `not` and brackets; `never` is an alert that is switched off.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from leadlift.specs.base import listed, nearest

AlertName = Literal[
    "features", "score", "missing", "feeds", "volume", "contracts", "scoring", "estimate", "calibration", "ranking"
]  # fmt: skip

# each followed by a share, such as psi_over_0.25
FAMILIES = {
    "psi_over": "features the model uses whose PSI, beyond what chance gives, is over this",
    "score_psi_over": "1 when the score's is",
    "missing_over": "features whose missing share rose by more than this",
}
COUNTS = {
    "stale_sources": "sources whose newest row is too old",
    "emptied_columns": "columns that went empty",
    "odd_volumes": "sources with far fewer or more rows than in the months before",
    "odd_populations": "1 when far fewer or more customers were scored than in the months before",
    "broken_contracts": "error rules of source rows that are broken",
    "days_since_scoring": "days from the last scoring to the day stood on",
    "unscored": "1 when the champion has scored nobody yet",
    "without_reference": "1 when the version keeps no reference and it cannot be made again",
    "estimate_drops": "1 when the AUC to expect from the chances is lower than at training by the mark",
    "months_badly_calibrated": "of the latest months, those whose responders are off by the mark and beyond chance",
    "calibration_departs": "1 when all months together say that responders leave the expected lastingly",
    "months_ranked_worse": "of the latest months, those whose AUC is below the expected by the mark and beyond chance",
    "ranking_departs": "1 when all months together say so",
}
_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip
_DOT = "_dot_"
NEVER = "never"


@dataclass(frozen=True)
class Alert:
    """A condition over counts that was read. names: the counts it speaks of, in the order written."""

    text: str
    names: tuple[str, ...]
    _tree: ast.expr

    def holds(self, count: Callable[[str], float]) -> bool:
        """Whether it holds. count: gives the value of a name."""
        return bool(_value(self._tree, count))


def parse_alert(text: str) -> Alert:
    """Read a condition. Raises ValueError with what is wrong and the nearest known name."""
    spelled = re.sub(r"\b([a-z_]+_\d+)\.(\d+)", rf"\1{_DOT}\2", text)
    try:
        tree = ast.parse(spelled.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        hint = (
            " Compare with `==`"
            if re.search(r"(?<![=<>!])=(?!=)", text)
            else " Write it as 'stale_sources > 0 or ...'"
        )
        raise ValueError(f"{text!r} cannot be read as a condition over counts.{hint}") from None
    _check(tree, text)
    return Alert(text, tuple(dict.fromkeys(_names(tree))), tree)


def family_of(name: str) -> tuple[str, float] | None:
    """`psi_over_0.25` as ("psi_over", 0.25); None for any other name."""
    found = re.fullmatch(r"([a-z_]+_over)_(\d+(?:\.\d+)?)", name)
    return (found[1], float(found[2])) if found and found[1] in FAMILIES else None


def _check(node: ast.expr, text: str) -> None:
    """The whole must be a condition: comparisons, joined by words."""
    match node:
        case ast.BoolOp(values=parts):
            for part in parts:
                _check(part, text)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            _check(part, text)
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARE for op in ops):
            for part in (left, *others):
                _check_value(part, text)
        case ast.Name(id=name) if name == NEVER:
            return
        case ast.Name(id=name):
            _check_value(node, text)
            raise ValueError(
                f"'{_spelled(name)}' alone is no condition: compare it, as in '{_spelled(name)} > 0'"
            )
        case _:
            raise ValueError(
                f"{_spelled(ast.unparse(node))!r} is no condition over counts: compare counts with numbers"
            )


def _check_value(node: ast.expr, text: str) -> None:
    match node:
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return
        case ast.Name(id=name) if _spelled(name) in COUNTS or family_of(_spelled(name)):
            return
        case ast.Name(id=name):
            guess = nearest(_spelled(name), [*COUNTS, *(f"{one}_0.25" for one in FAMILIES)])
            raise ValueError(
                f"'{_spelled(name)}' is no count.{guess or f' Known: {listed([*COUNTS, *FAMILIES])}'}"
            )
        case _:
            raise ValueError(
                f"{_spelled(ast.unparse(node))!r} is not allowed in {text!r}: only counts and numbers are"
            )


def _names(tree: ast.expr) -> Iterator[str]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id != NEVER]
    yield from (_spelled(node.id) for node in sorted(found, key=lambda one: (one.lineno, one.col_offset)))


def _value(node: ast.expr, count: Callable[[str], float]) -> Any:
    match node:
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, count) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_value(part, count) for part in parts)
        case ast.UnaryOp(operand=part):
            return not _value(part, count)
        case ast.Compare(left=left, ops=ops, comparators=others):
            values = [_value(part, count) for part in (left, *others)]
            return all(_COMPARE[type(op)](*pair) for op, pair in zip(ops, pairwise(values), strict=True))
        case ast.Name(id=name):
            return False if name == NEVER else count(_spelled(name))
        case ast.Constant(value=value):
            return value
    raise AssertionError(f"{ast.dump(node)} passed the check")


def _spelled(name: str) -> str:
    return name.replace(_DOT, ".")


def _readable(text: str) -> str:
    parse_alert(text)
    return text


AlertText = Annotated[
    str,
    AfterValidator(_readable),
    Field(description="A condition over counts, such as 'psi_over_0.25 > 0 or psi_over_0.10 > 5'; or never."),
]
