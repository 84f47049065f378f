"""One query for all rules of a table.

The rows are read once, with a flag for each row rule. Three kinds of answer are taken from them and put under each
other: one row that counts the flags, one row for each pair of days (when rows happened, when they were known), and
one row for each key rule. DuckDB feeds all of them from one scan, without keeping the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from leadlift.contracts.rules import KeyRule, RowRule, col, identity, is_null, key_rules, row_rules
from leadlift.specs import Source, column_types

SEEN, KEY, AT, LATE = "__seen", "__key", "__at", "__late"
PART, COUNTS, DAYS = "part", "counts", "days"


@dataclass(frozen=True)
class Contract:
    """All rules of a source. columns: all that it has. identity: those that say which row is meant."""

    name: str
    source: Source
    columns: tuple[str, ...]
    rows: tuple[RowRule, ...]
    keys: tuple[KeyRule, ...]
    identity: tuple[str, ...]


def contract_of(name: str, source: Source, sources: Mapping[str, Source], customer: str) -> Contract:
    """The rules of a source, ready to be asked. customer: the workspace's customer key."""
    rows, keys = row_rules(name, source, sources), key_rules(name, source, sources, customer)
    columns = tuple(column_types(source, sources))
    return Contract(name, source, columns, tuple(rows), tuple(keys), identity(source, sources, customer))


def contract_query(contract: Contract) -> exp.Query:
    """Counts and examples of every rule, and the rows of each day. See `look` for how the answer is read."""
    counted = _counts(contract)
    blanks = [one.alias for one in counted.selects]
    parts: list[exp.Select] = [counted]
    if contract.source.day_clock is not None:
        parts.append(_padded(_days(), blanks))
    parts += [_padded(_repeats(rule, index), blanks) for index, rule in enumerate(contract.keys)]
    query: exp.Query = parts[0]
    for part in parts[1:]:
        query = exp.union(query, part, distinct=False, copy=False)
    return query.with_(SEEN, as_=_seen(contract))


def flagged(contract: Contract, chosen: Sequence[exp.Expr]) -> exp.Select:
    """The source's rows with a flag `__f<n>` for each row rule, and the partners that rules refer to joined."""
    query = exp.select(*chosen).from_(exp.to_table(contract.name).as_("r"))
    for index, rule in enumerate(contract.rows):
        if rule.refers is not None and rule.column is not None:
            query = _joined(query, rule.refers, rule.column, f"p{index}")
        query = query.select(either(rule.broken).as_(flag(index)))
    return query


def flag(index: int) -> str:
    """The column that says whether a row breaks the rule of this place."""
    return f"__f{index}"


def either(broken: exp.Expr) -> exp.Expr:
    """True or false: what cannot be said for a null does not break a rule."""
    return exp.Coalesce(this=exp.paren(broken.copy()), expressions=[exp.false()])


def identified(contract: Contract) -> exp.Expr:
    """The row's key as one text, or null where it may not be shown."""
    if not contract.identity:
        return exp.cast(exp.null(), "TEXT")
    return _as_one_text(contract.identity)


def _joined(query: exp.Select, refers: tuple[str, str], column: str, alias: str) -> exp.Select:
    source, key = refers
    partner = f"__ref_{column}"
    keys = exp.select(col(key).as_(partner, quoted=True)).distinct().from_(exp.to_table(source))
    keys = keys.where(exp.Not(this=is_null(col(key))))
    own = exp.column(exp.to_identifier(column, quoted=True), table="r")
    other = exp.column(exp.to_identifier(partner, quoted=True), table=alias)
    return query.join(keys.subquery(alias), on=exp.EQ(this=own, expression=other), join_type="left")


def _seen(contract: Contract) -> exp.Select:
    """What any part needs of the rows, and no more."""
    source = contract.source
    wanted = {column for rule in contract.keys for column in rule.columns}
    wanted |= {one.name for rule in contract.keys if rule.among for one in rule.among.find_all(exp.Column)}
    wanted |= {rule.column for rule in contract.rows if rule.shows is not None and rule.column}
    chosen: list[exp.Expr] = [
        exp.column(exp.to_identifier(name, quoted=True), table="r").as_(name, quoted=True)
        for name in sorted(wanted)
    ]
    chosen.append(identified(contract).as_(KEY))
    if source.day_clock is not None:
        at = exp.cast(col(source.day_clock), "DATE")
        known = exp.cast(col(source.available_at), "DATE") if source.available_at else None
        chosen += [at.as_(AT), (_later_of(at, known) if known else at.copy()).as_(LATE)]
    return flagged(contract, chosen)


def _later_of(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    """The later day, or the one that is known: engines disagree on the greatest of a day and a null."""
    first = exp.Coalesce(this=one.copy(), expressions=[other.copy()])
    second = exp.Coalesce(this=other.copy(), expressions=[one.copy()])
    return exp.Case().when(exp.GT(this=first, expression=second), first.copy()).else_(second.copy())


def _counts(contract: Contract) -> exp.Select:
    """One row: how many rows, and of each row rule how many break it, two values, and a key."""
    text = exp.DataType.build("TEXT")
    chosen: list[exp.Expr] = [
        exp.Literal.string(COUNTS).as_(PART),
        exp.cast(exp.null(), "DATE").as_("at"),
        exp.cast(exp.null(), "DATE").as_("late"),
        exp.Count(this=exp.Star()).as_("n"),
        exp.cast(exp.null(), text).as_("low"),
        exp.cast(exp.null(), text).as_("high"),
    ]
    for index, rule in enumerate(contract.rows):
        broken = exp.column(flag(index))
        chosen.append(exp.Count(this=when(broken, exp.Literal.number(1))).as_(f"n{index}"))
        if rule.shows is not None:
            bad = when(broken, rule.shows)
            chosen.append(exp.cast(exp.Min(this=bad), text).as_(f"low{index}"))
            chosen.append(exp.cast(exp.Max(this=bad.copy()), text).as_(f"high{index}"))
        if rule.keyed and contract.identity:
            chosen.append(exp.Min(this=when(broken, exp.column(KEY))).as_(f"key{index}"))
    own = [exp.column(flag(index)) for index in own_errors(contract)]
    if own and contract.source.on_fail == "quarantine":
        chosen.append(exp.Count(this=when(exp.or_(*own), exp.Literal.number(1))).as_("left_out"))
    return exp.select(*chosen).from_(SEEN)


def own_errors(contract: Contract) -> list[int]:
    """The places of rules that a row breaks by what it says itself, and that are errors."""
    return [i for i, rule in enumerate(contract.rows) if rule.refers is None and rule.severity == "error"]


def when(condition: exp.Expr, value: exp.Expr) -> exp.Case:
    """The value where the condition holds, else null."""
    return exp.Case().when(condition.copy(), value.copy())


def _days() -> exp.Select:
    """Rows by the day they happened on and the last of the days that they speak of."""
    at, late = exp.column(AT), exp.column(LATE)
    counted = exp.Count(this=exp.Star())
    chosen = [exp.Literal.string(DAYS).as_(PART), at.as_("at"), late.as_("late"), counted.as_("n")]
    return exp.select(*chosen).from_(SEEN).group_by(at.copy(), late.copy())


def _repeats(rule: KeyRule, index: int) -> exp.Select:
    """How many rows repeat an earlier one's values, and two of those values."""
    values = [col(name) for name in rule.columns]
    groups = exp.select(exp.Count(this=exp.Star()).as_("__n")).from_(SEEN).group_by(*values)
    groups = groups.having(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1)))
    if not rule.nulls_count:
        groups = groups.where(*(exp.Not(this=is_null(value.copy())) for value in values))
    if rule.among is not None:
        groups = groups.where(rule.among.copy())
    if rule.shown:
        groups = groups.select(_as_one_text(rule.shown).as_("__shown"))
    extra = exp.Sub(this=exp.Sum(this=exp.column("__n")), expression=exp.Count(this=exp.Star()))
    chosen: list[exp.Expr] = [
        exp.Literal.string(repeats_of(index)).as_(PART),
        exp.cast(exp.Coalesce(this=extra, expressions=[exp.Literal.number(0)]), "BIGINT").as_("n"),
    ]
    if rule.shown:
        chosen.append(exp.Min(this=exp.column("__shown")).as_("low"))
        chosen.append(exp.Max(this=exp.column("__shown")).as_("high"))
    return exp.select(*chosen).from_(groups.subquery("repeated"))


def repeats_of(index: int) -> str:
    """The name of the part that answers the key rule of this place."""
    return f"repeats {index}"


def _as_one_text(columns: Sequence[str]) -> exp.Expr:
    """Values as one text: `A17 2026-01-31`."""
    texts = [exp.cast(col(name), "TEXT") for name in columns]
    if len(texts) == 1:
        return texts[0]
    known = [exp.Coalesce(this=text, expressions=[exp.Literal.string("")]) for text in texts]
    whole: exp.Expr = known[0]
    for text in known[1:]:
        whole = exp.DPipe(this=exp.DPipe(this=whole, expression=exp.Literal.string(" ")), expression=text)
    return whole


def _padded(part: exp.Select, names: Sequence[str]) -> exp.Select:
    """The part with every column of the first, null where it has none of its own."""
    own = {one.alias: one for one in part.selects}
    part.set("expressions", [own.get(name, exp.null().as_(name)) for name in names])
    return part
