"""The rows of some customers as they lie in a source today: whole, with every version, cut back to no date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from sqlglot import exp

from leadlift.contracts import sound_rows
from leadlift.engines import Engine
from leadlift.features.proof.expressions import reading
from leadlift.features.proof.known import Fact, facts_of
from leadlift.features.proof.values import Value, as_text
from leadlift.specs import Source, column_types, sql
from leadlift.specs.sources import Join

WANTED, KEYS, ROWS, PLACE = "proof_wanted", "proof_keys", "proof_rows", "__place"
Row = dict[str, Value]


@dataclass
class Reader:
    """Reads through the engine by customer, and joins and filters in plain Python.

    customer_key: the workspace's. raw: the name under which the engine holds a source as its files say it.
    """

    engine: Engine
    sources: Mapping[str, Source]
    customer_key: str
    raw: Callable[[str], str]
    _lookups: dict[str, list[Row]] = field(default_factory=dict)

    def facts(self, name: str, customers: Sequence[str]) -> tuple[dict[str, list[Fact]], int]:
        """For each customer the rows, and every version of them whoever it names; and how many rows were read."""
        source = self.sources[name]
        customer = source.customer_key or self.customer_key
        table = self._table(name, source, customer, customers)
        rows = self._sound(name, source, self._opened(name, source, table.to_pylist()), table.schema)
        facts = facts_of(source, customer, rows)
        by_key: dict[tuple[Value, ...], list[Fact]] = {}
        for fact in facts:
            if fact.key is not None:
                by_key.setdefault(fact.key, []).append(fact)
        found: dict[str, dict[int, Fact]] = {who: {} for who in customers}
        for fact in facts:
            if fact.customer in found:
                for version in by_key[fact.key] if fact.key is not None else (fact,):
                    found[fact.customer][version.place] = version
        return {who: list(mine.values()) for who, mine in found.items()}, len(facts)

    def _table(self, name: str, source: Source, customer: str, customers: Sequence[str]) -> pa.Table:
        column, values = self._filter(source, customer, customers)
        self.engine.define_table(WANTED, pa.table({"wanted": pa.array(values, pa.string())}))
        raw, row = exp.to_table(self.raw(name)), exp.to_identifier("r")
        wanted = exp.select("wanted").from_(WANTED)
        mine = exp.In(this=exp.cast(_column(column, "r"), "TEXT"), query=wanted.subquery())
        every = exp.select(exp.Column(this=exp.Star(), table=row)).from_(raw.as_("r"))
        found = self.engine.table(every.where(mine))
        own = [key for key in source.keys if key in source.columns]
        if not source.keys:
            return found
        if not own:
            return self.engine.table(every)
        self.engine.define_table(KEYS, found.select(own).group_by(own).aggregate([]))
        same = [exp.EQ(this=_column(key, "k"), expression=_column(key, "r")) for key in own]
        versions = exp.select(exp.Literal.number(1)).from_(exp.to_table(KEYS).as_("k")).where(*same)
        return self.engine.table(every.where(exp.or_(mine.copy(), exp.Exists(this=versions))))

    def _filter(self, source: Source, customer: str, customers: Sequence[str]) -> tuple[str, list[str]]:
        """The column of the file that finds the customers' rows, and its values; a lookup may name the customer."""
        if customer in source.columns:
            return customer, list(customers)
        join = next(join for join in source.joins if customer in join.columns)
        asked = set(customers)
        rows = (row for row in self._lookup(join.source) if row[customer] is not None)
        mine = [row[join.to or join.on] for row in rows if as_text(row[customer]) in asked]
        return join.on, sorted({as_text(value) for value in mine if value is not None})

    def _opened(self, name: str, source: Source, rows: Iterable[Row]) -> list[Row]:
        """Rows with the columns of lookups, and only those that the source's `where` lets in."""
        for join in source.joins:
            rows = self._joined(join, rows)
        if source.where is None:
            return list(rows)
        met = reading(sql.parse(source.where, column_types(source, self.sources), f"source '{name}'"))
        return [row for row in rows if met(row) is True]

    def _joined(self, join: Join, rows: Iterable[Row]) -> Iterator[Row]:
        partners: dict[Value, list[Row]] = {}
        for row in self._lookup(join.source):
            partners.setdefault(row[join.to or join.on], []).append(
                {name: row[name] for name in join.columns}
            )
        nobody: list[Row] = [dict.fromkeys(join.columns)]
        for row in rows:
            on = row[join.on]
            for partner in partners.get(on, nobody) if on is not None else nobody:
                yield {**row, **partner}

    def _lookup(self, name: str) -> list[Row]:
        if name not in self._lookups:
            source = self.sources[name]
            table = self.engine.table(exp.select("*").from_(exp.to_table(self.raw(name))))
            rows = self._opened(name, source, table.to_pylist())
            self._lookups[name] = self._sound(name, source, rows, table.schema)
        return self._lookups[name]

    def _sound(self, name: str, source: Source, rows: list[Row], schema: pa.Schema) -> list[Row]:
        """Without the rows that `on_fail: quarantine` leaves out; which these are the contract says, not this proof."""
        condition = sound_rows(name, source, self.sources)
        if condition is None or not rows:
            return rows
        types = {field.name: field.type for field in schema}
        types |= {name: kind for join in source.joins for name, kind in self._types(join).items()}
        columns: dict[str, Any] = {
            name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()
        }
        self.engine.define_table(ROWS, pa.table({**columns, PLACE: pa.array(range(len(rows)), pa.int64())}))
        kept = exp.select(_column(PLACE)).from_(ROWS).where(condition)
        return [rows[place] for place in sorted(self.engine.table(kept)[PLACE].to_pylist())]

    def _types(self, join: Join) -> dict[str, pa.DataType]:
        chosen = exp.select(*(_column(name) for name in join.columns))
        schema = self.engine.table(chosen.from_(exp.to_table(self.raw(join.source))).limit(0)).schema
        return {field.name: field.type for field in schema}


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)
