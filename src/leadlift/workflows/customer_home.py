"""The workspace's sources cut down to one customer: every query that is made for everyone then answers for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from sqlglot import exp

from leadlift.customers.arranged import read_arranged
from leadlift.customers.cut import MOST_KEYED, cut_down
from leadlift.customers.words import WORDS
from leadlift.errors import UserError
from leadlift.features import Home, Spine, keep_spine, together
from leadlift.features.rows import SPINE, col, known_rows
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import Source, Workspace
from leadlift.workflows.last_day import last_day
from leadlift.workflows.session import opened

PEOPLE = ("attributes", "flat")
LINES = "lines_of_customer"


@dataclass(frozen=True)
class Alone:
    """The sources cut down to one customer. rows: source -> its rows of them. notes: what was not sought, and why."""

    home: Home
    customer: str
    as_of: date
    rows: Mapping[str, pa.Table]
    notes: Sequence[str]

    def spine(self, days: Sequence[date]) -> Spine:
        """The customer at these days, a block for each, readable as `spine`."""
        blocks = [keep_spine(self.home, _one(self.customer, day), []) for day in sorted(set(days))]
        return together(self.home, blocks)

    def lines(self, *files: Path, key: str = CUSTOMER) -> pa.Table:
        """The customer's lines of Parquet files of ours, which keep ids as text."""
        self.home.engine.define_files(LINES, *files)
        theirs = exp.EQ(this=col(key), expression=exp.Literal.string(self.customer))
        return self.home.engine.table(exp.select("*").from_(LINES).where(theirs))


@contextmanager
def alone(ws: Workspace, customer: str, as_of: date | None) -> Iterator[Alone]:
    """Open the sources, each standing for this customer's rows alone.

    as_of: the day the data ends, by default. Raises UserError for an id that no source knows.
    """
    with opened(ws) as home, TemporaryDirectory() as folder:
        day = as_of or _data_end(home)
        named = {name for name, one in home.sources.items() if key_of(one, home.customer_key) is not None}
        people = [name for name in home.sources if name in named and home.sources[name].kind in PEOPLE]
        rows: dict[str, pa.Table] = {}
        notes: list[str] = []
        for name in sorted(home.sources, key=lambda one: one not in people):
            source = home.sources[name]
            if name not in named:
                continue
            if rows and name not in people and all(one.num_rows == 0 for one in rows.values()):
                break
            read_arranged(home, name)
            size = _size(home, name)
            found = cut_down(home.engine, name, source, home.customer_key, customer, size)
            rows[name] = found.rows
            if found.alone:
                told = WORDS[ws.file.language]["alone"]
                notes.append(told.format(source=name, most=f"{MOST_KEYED:,}"))
        for name, table in rows.items():
            _stand_for(home, name, table)
        # the cache is for everyone's features, not for one customer's
        one = Alone(replace(home, cache=Path(folder), way="sql", _pieces={}), customer, day, rows, notes)
        _refuse_unknown(one, people)
        yield one


def _refuse_unknown(one: Alone, people: Sequence[str]) -> None:
    """Who is known only later is as unknown as who is not at all: on the day nobody could tell."""
    stand_on(one, one.as_of)
    for name in people or one.rows:
        rows = known_rows(name, one.home.sources[name], (), one.home.customer_key)
        if one.rows[name].num_rows and one.home.engine.table(rows.limit(1)).num_rows:
            return
    told = " or ".join(f"source '{name}'" for name in people) or "any source"
    raise UserError(
        f"no customer '{one.customer}' in {told} as of {one.as_of}. Ids are compared as text: leading zeros count"
    )


def key_of(source: Source, customer_key: str) -> str | None:
    """The column that says whose a source's rows are; None where none does. customer_key: the workspace's."""
    key = source.customer_key or customer_key
    return key if source.kind != "lookup" and key in source.columns else None


def _stand_for(home: Home, name: str, rows: pa.Table) -> None:
    """Let the source's name stand for these rows."""
    home.engine.define_table(f"alone_{name}", rows)
    home.engine.define(name, exp.select("*").from_(exp.to_table(f"alone_{name}")))


def _one(customer: str, day: date) -> exp.Select:
    when = exp.cast(exp.Literal.string(day.isoformat()), "DATE").as_(AS_OF)
    return exp.select(exp.Literal.string(customer).as_(CUSTOMER), when)


def stand_on(alone: Alone, day: date) -> None:
    """Make `spine` the customer on one day."""
    alone.home.engine.define(SPINE, _one(alone.customer, day))


def _size(home: Home, name: str) -> int | None:
    told = [piece.rows for piece in home.pieces(name)]
    return None if None in told else sum(rows or 0 for rows in told)


def _data_end(home: Home) -> date:
    """The day after the last event, from what files say of themselves where they say it: no rows are read."""
    ends = []
    for name, source in home.sources.items():
        if source.kind in ("events", "snapshots"):
            pieces = [piece.days.get(str(source.clock)) for piece in home.pieces(name)]
            if None in pieces or not pieces:
                return last_day(home)
            ends += [one[1] for one in pieces if one is not None]
    return max(ends) + timedelta(days=1) if ends else date.today()
