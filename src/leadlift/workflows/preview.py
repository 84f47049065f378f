"""leadlift features preview: one customer's number, and the rows that made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import pyarrow as pa
from sqlglot import exp

from leadlift.errors import UserError
from leadlift.features import Home, feature_query, keep_spine, needed
from leadlift.features.definition import as_written
from leadlift.features.population import customers_source
from leadlift.features.preview import (
    COUNTS,
    PLACE,
    VALUE,
    WHY,
    known_of_customer,
    rows_of_customer,
    shown_columns,
    unknown_of_customer,
)
from leadlift.features.rows import AGE, SPINE
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import FeatureDef, Source, Workspace, marked_columns
from leadlift.workflows.last_day import last_day
from leadlift.workflows.session import apart, opened

MASK = "***"
LIMIT = 20
_TAKEN = {
    "value": "the row that holds at the as-of date",
    "last": "the latest that has a value; of several at one time the largest value",
    "first": "the earliest that has a value; of several at one time the largest value",
    "days_since_last": "the age of the youngest",
    "days_since_first": "the age of the oldest",
    "value_ago": "the latest that has a value, before the day so many months back",
    "change": "the latest value less the latest one before the day so many months back",
    "slope": "the straight line through the values, by 30 days",
    "days_held": "the age of the oldest",
    "holds": "1 when there is one",
}


@dataclass(frozen=True)
class SourceRow:
    """One row of a source. why: `counts`, or what keeps it out. age: days before the as-of date; None for a row that
    was not known. value: of `of`; None where the row does not count."""

    why: str
    columns: Mapping[str, Any]
    age: int | None
    value: Any


@dataclass(frozen=True)
class Made:
    """A feature's value and what made it. taken: how the rows are combined. counted: how many rows count, of which
    `rows` holds the youngest. left_out: reason -> how many rows it keeps out. parts: of a formula."""

    feature: str
    label: str
    unit: str
    definition: str
    value: Any
    taken: str
    counted: int
    rows: tuple[SourceRow, ...]
    left_out: Mapping[str, int]
    parts: tuple[Made, ...]


@dataclass(frozen=True)
class Preview:
    """One customer's number as of a day."""

    customer: str
    as_of: date
    made: Made


def preview(
    ws: Workspace,
    name: str,
    customer: str,
    as_of: date | None = None,
    *,
    everything: bool = False,
    limit: int = LIMIT,
) -> Preview:
    """The value of one feature for one customer, with the source rows that made it as they were known then.

    as_of: the day the data ends, by default. everything: list rows that do not count as well. limit: at most so many
    rows of each part that count, and as many that do not. The sources are cut down to the customer, and the feature is
    built from what is left by the very queries that build it for everyone. Columns that are pii or protected are
    masked, and so are hidden parts.
    """
    feature = ws.feature(name)
    if feature.hidden is not None:
        raise UserError(f"feature '{name}' is {feature.hidden}: neither its value nor its rows are shown")
    with opened(ws) as home:
        day = as_of or last_day(home)
        look = Look.at(ws, home, [name], customer, day)
        return Preview(customer, day, look.made(feature, limit, everything=everything))


def _refuse_unknown(home: Home, customer: str) -> None:
    name = customers_source(home.sources)
    rows = rows_of_customer(name, home.sources[name], home.customer_key, customer)
    if home.engine.table(rows.limit(1)).num_rows == 0:
        raise UserError(f"no customer '{customer}' in source '{name}'")


def _cut_down(home: Home, name: str, customer: str) -> None:
    """Let the source's name stand for this customer's rows alone, numbered."""
    rows = home.engine.table(rows_of_customer(name, home.sources[name], home.customer_key, customer))
    numbered = rows.append_column(PLACE, pa.array(range(rows.num_rows), pa.int64()))
    home.engine.define_table(f"preview_{name}", numbered)
    home.engine.define(name, exp.select("*").from_(exp.to_table(f"preview_{name}")))


def _built(
    home: Home, catalogue: Mapping[str, FeatureDef], names: Sequence[str], customer: str, day: date
) -> dict[str, Any]:
    who = exp.Literal.string(customer).as_(CUSTOMER)
    when = exp.cast(exp.Literal.string(day.isoformat()), "DATE").as_(AS_OF)
    # the cache is for everyone's features, not for one customer's
    with apart(home) as folder:
        alone = Home(home.engine, folder, home.sources, home.customer_key, home.fingerprints, "sql")
        spine = keep_spine(alone, exp.select(who, when), [])
        query, _ = feature_query(alone, catalogue, names, spine)
        row: dict[str, Any] = home.engine.table(query).to_pylist()[0]
    home.engine.define(SPINE, exp.select(who.copy(), when.copy()))
    return row


@dataclass(frozen=True)
class Look:
    """One customer on one day: the values of some features and of their parts, and the sources cut down to them."""

    ws: Workspace
    home: Home
    customer: str
    day: date
    values: Mapping[str, Any]

    @classmethod
    def at(cls, ws: Workspace, home: Home, names: Sequence[str], customer: str, day: date) -> Self:
        """Cut the home's sources down to the customer, for good, and build the features from what is left.

        Raises UserError when there is no such customer.
        """
        _refuse_unknown(home, customer)
        parts = needed(ws.features, names)
        for source in dict.fromkeys(part.source for part in parts if part.source is not None):
            _cut_down(home, source, customer)
        values = _built(home, ws.features, [part.name for part in parts], customer, day)
        return cls(ws, home, customer, day, values)

    def made(self, feature: FeatureDef, limit: int = LIMIT, *, everything: bool = False) -> Made:
        """One of the features with the rows that made it, formulas by their parts."""
        told = {"feature": feature.name, "label": feature.label, "unit": feature.unit}
        if feature.hidden is not None:
            hidden = f"kept out: {feature.hidden}"
            return Made(
                **told, definition=hidden, value=MASK, taken="", counted=0, rows=(), left_out={}, parts=()
            )
        told |= {"definition": as_written(feature)}
        value = self.values[feature.name]
        if feature.expr is not None:
            parts = tuple(
                self.made(self.ws.features[use], limit, everything=everything) for use in feature.uses
            )
            return Made(**told, value=value, taken="", counted=0, rows=(), left_out={}, parts=parts)
        rows = self._rows(feature, self.ws.sources[str(feature.source)])
        counted = [row for row in rows if row.why == COUNTS]
        others = [row for row in rows if row.why != COUNTS]
        left_out = dict(sorted(Counter(row.why for row in others).items()))
        shown = (*counted[:limit], *(others[:limit] if everything else ()))
        taken = _TAKEN.get(str(feature.spec.agg), f"{feature.spec.agg} over all that count")
        return Made(
            **told, value=value, taken=taken, counted=len(counted), rows=shown, left_out=left_out, parts=()
        )

    def _rows(self, feature: FeatureDef, source: Source) -> list[SourceRow]:
        """Rows that count first, the youngest first, then the others by what keeps them out."""
        key, table = self.home.customer_key, self.home.engine.table
        known = table(known_of_customer(feature, source, key)).to_pylist()
        places = {row[PLACE] for row in known}
        every = table(unknown_of_customer(feature, source, key, self.customer, self.day)).to_pylist()
        masked = {m for mark in ("pii", "protected") for m in marked_columns(source, self.ws.sources, mark)}
        columns = sorted(shown_columns(feature, source), key=lambda name: _order(name, source))
        rows = [*known, *(row for row in every if row[PLACE] not in places)]
        found = [_row(row, columns, masked) for row in rows]
        return sorted(found, key=lambda row: (row.why != COUNTS, row.why, row.age or 0))


def _order(name: str, source: Source) -> tuple[int, str]:
    """Keys, then clocks, then what the feature is made of."""
    if name in source.keys:
        return 0, name
    clocks = (source.clock, source.since, source.valid_to, source.available_at)
    return (1, f"{clocks.index(name)}") if name in clocks else (2, name)


def _row(row: Mapping[str, Any], columns: list[str], masked: set[str]) -> SourceRow:
    shown = {name: MASK if name in masked else row[name] for name in columns}
    counts = row[WHY] == COUNTS
    return SourceRow(row[WHY], shown, row.get(AGE), row[VALUE] if counts else None)
