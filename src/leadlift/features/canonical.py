"""One way of writing for expressions that always give the same value, however they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from sqlglot import exp

# a sign and what it stands before: x is (1, "x"), -x is (-1, "x")
Signed = tuple[int, str]
Names = Mapping[str, Signed]


def canonical(tree: exp.Expr | None, names: Names | None = None) -> Signed:
    """The expression in its one way of writing, its sign apart; (1, "") for none.

    Orders of `and`, `or`, sums, products and lists do not matter, nor brackets, nor from which side a comparison
    is read. names: what column names stand for, where that is known. Two expressions that are written alike are
    equal everywhere, but for the last digit of sums and products. The reverse does not hold: there is more algebra
    than this.
    """
    if tree is None:
        return 1, ""
    return _signed(tree, names or {})


def _signed(node: exp.Expr, names: Names) -> Signed:
    build = _WRITTEN.get(type(node))
    return build(node, names) if build is not None else (1, _plain(node, names))


def _text(node: exp.Expr, names: Names) -> str:
    sign, text = _signed(node, names)
    return text if sign > 0 else f"-{text}"


def _plain(node: exp.Expr, names: Names) -> str:
    parts = []
    for key, value in node.args.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, exp.Expr):
                parts.append(f"{key}={_text(one, names)}")
            elif one not in (None, False):
                parts.append(f"{key}={one}")
    return f"{type(node).__name__}({', '.join(parts)})"


def _column(node: exp.Expr, names: Names) -> Signed:
    return names.get(node.name, (1, f"`{node.name}`"))


def _literal(node: exp.Expr, names: Names) -> Signed:
    if node.args.get("is_string"):
        return 1, repr(node.name)
    return 1, format(Decimal(node.name).normalize(), "f")


def _negative(node: exp.Expr, names: Names) -> Signed:
    sign, text = _signed(node.this, names)
    return -sign, text


def _inside(node: exp.Expr, names: Names) -> Signed:
    return _signed(node.this, names)


def _cast(node: exp.Expr, names: Names) -> Signed:
    kind = node.args["to"].sql()
    if kind != "DOUBLE":  # the text of -1 is not minus the text of 1
        return 1, f"cast({_text(node.this, names)}, {kind})"
    sign, text = _signed(node.this, names)
    return sign, f"cast({text}, {kind})"


def _terms(node: exp.Expr, names: Names, sign: int = 1) -> Iterator[Signed]:
    bare = node.unnest()
    if isinstance(bare, exp.Add | exp.Sub):
        yield from _terms(bare.this, names, sign)
        yield from _terms(bare.expression, names, sign if isinstance(bare, exp.Add) else -sign)
    else:
        own, text = _signed(bare, names)
        yield own * sign, text


def _sum(node: exp.Expr, names: Names) -> Signed:
    terms = sorted((term for term in _terms(node, names) if term[1] != "0"), key=lambda term: term[1])
    if len(terms) < 2:
        return terms[0] if terms else (1, "0")
    lead = terms[0][0]
    return lead, "(" + " ".join(f"{'+' if sign == lead else '-'} {text}" for sign, text in terms) + ")"


def _chained(node: exp.Expr, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    """What a chain of one operator connects, brackets aside."""
    bare = node.unnest()
    if isinstance(bare, kind):
        yield from _chained(bare.this, kind)
        yield from _chained(bare.expression, kind)
    else:
        yield bare


def _product(node: exp.Expr, names: Names) -> Signed:
    factors = [_signed(part, names) for part in _chained(node, exp.Mul)]
    sign = 1
    for own, _ in factors:
        sign *= own
    texts = sorted(text for _, text in factors if text != "1")
    return sign, texts[0] if len(texts) == 1 else f"({' * '.join(texts)})"


def _quotient(node: exp.Expr, names: Names) -> Signed:
    (above, top), (below, bottom) = _signed(node.this, names), _signed(node.expression, names)
    return above * below, f"({top} / {bottom})"


def _nullif(node: exp.Expr, names: Names) -> Signed:
    # nullif(-x, 0) is -nullif(x, 0): zero has no sign
    other = _text(node.expression, names)
    sign, text = _signed(node.this, names)
    return (sign, f"nullif({text}, 0)") if other == "0" else (1, _plain(node, names))


def _connected(word: str) -> Callable[[exp.Expr, Names], Signed]:
    def written(node: exp.Expr, names: Names) -> Signed:
        parts = {_text(part, names) for part in _chained(node, type(node))}
        return 1, parts.pop() if len(parts) == 1 else f"({f' {word} '.join(sorted(parts))})"

    return written


def _either_side(word: str) -> Callable[[exp.Expr, Names], Signed]:
    def written(node: exp.Expr, names: Names) -> Signed:
        sides = sorted([_text(node.this, names), _text(node.expression, names)])
        return 1, f"({sides[0]} {word} {sides[1]})"

    return written


def _less(word: str, *, turned: bool) -> Callable[[exp.Expr, Names], Signed]:
    def written(node: exp.Expr, names: Names) -> Signed:
        sides = [_text(node.this, names), _text(node.expression, names)]
        left, right = reversed(sides) if turned else sides
        return 1, f"({left} {word} {right})"

    return written


def _between(node: exp.Expr, names: Names) -> Signed:
    value, low, high = (_text(node.args[key], names) for key in ("this", "low", "high"))
    return 1, f"({' and '.join(sorted([f'({low} <= {value})', f'({value} <= {high})']))})"


def _in(node: exp.Expr, names: Names) -> Signed:
    value = _text(node.this, names)
    listed = sorted({_text(one, names) for one in node.expressions})
    if len(listed) == 1:
        left, right = sorted([value, listed[0]])
        return 1, f"({left} = {right})"
    return 1, f"({value} in {', '.join(listed)})"


def _not(node: exp.Expr, names: Names) -> Signed:
    inner = node.this.unnest()
    turned = _OPPOSITE.get(type(inner))
    if turned is not None:  # true, false and unknown alike
        return _signed(turned(this=inner.this.copy(), expression=inner.expression.copy()), names)
    return 1, f"(not {_text(inner, names)})"


_OPPOSITE: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.LT: exp.GTE, exp.GTE: exp.LT, exp.GT: exp.LTE, exp.LTE: exp.GT,
}  # fmt: skip
_WRITTEN: dict[type[exp.Expr], Callable[[exp.Expr, Names], Signed]] = {
    exp.Column: _column, exp.Literal: _literal, exp.Neg: _negative, exp.Paren: _inside, exp.Cast: _cast,
    exp.Add: _sum, exp.Sub: _sum, exp.Mul: _product, exp.Div: _quotient, exp.Nullif: _nullif,
    exp.And: _connected("and"), exp.Or: _connected("or"), exp.EQ: _either_side("="), exp.NEQ: _either_side("<>"),
    exp.LT: _less("<", turned=False), exp.LTE: _less("<=", turned=False), exp.GT: _less("<", turned=True),
    exp.GTE: _less("<=", turned=True), exp.Between: _between, exp.In: _in, exp.Not: _not,
}  # fmt: skip
