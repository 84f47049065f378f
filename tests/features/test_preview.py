"""The rows behind a number: each row counts, or there is one reason why not."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from sqlglot import exp

from leadlift.features.preview import (
    PLACE,
    VALUE,
    WHY,
    known_of_customer,
    rows_of_customer,
    unknown_of_customer,
)

from .building import arrow, defined, new_engine, rows, source

DAY = date(2026, 3, 31)
FACTS = source(
    "events",
    "customer_id:string fact_id:string posted_at:timestamp loaded_at:timestamp amount:decimal channel:string",
    event_time="posted_at",
    available_at="loaded_at",
    key="fact_id",
)
HELD = source(
    "intervals",
    "customer_id:string id:string opened:date closed:date",
    valid_from="opened",
    valid_to="closed",
)
PEOPLE = source(
    "attributes", "customer_id:string begun:date ended:date town:string", valid_from="begun", valid_to="ended"
)


def looked_at(engine, made, facts, stanza, **declared):
    """Each row of ann's by its id -> why, and the value where it counts."""
    (feature,) = defined("facts", {"facts": made}, {"it": stanza}, **declared).values()
    engine.define_table("everyone", arrow(made, facts))
    mine = engine.table(rows_of_customer("everyone", made, "customer_id", "ann"))
    engine.define_table("cut", mine.append_column(PLACE, pa.array(range(mine.num_rows))))
    engine.define("facts", exp.select("*").from_("cut"))
    who = exp.Literal.string("ann").as_("customer_id")
    day = exp.cast(exp.Literal.string(DAY.isoformat()), "DATE").as_("as_of")
    engine.define("spine", exp.select(who, day))
    known = engine.table(known_of_customer(feature, made, "customer_id")).to_pylist()
    places = {row[PLACE] for row in known}
    every = engine.table(unknown_of_customer(feature, made, "customer_id", "ann", DAY)).to_pylist()
    unknown = [row for row in every if row[PLACE] not in places]
    names = mine[next(name for name in ("fact_id", "id", "begun") if name in mine.column_names)].to_pylist()
    told = {f"{names[row[PLACE]]}#{row[PLACE]}": row for row in (*known, *unknown)}
    return {name: row[VALUE] if row[WHY] == "counts" else row[WHY] for name, row in told.items()}


@pytest.fixture
def engine(tmp_path):
    """An engine of its own: `facts` and `spine` are views here, and tables elsewhere."""
    made = new_engine(tmp_path)
    yield made
    made.close()


def test_every_row_that_does_not_count_says_why(engine):
    facts = rows(
        "customer_id fact_id posted_at loaded_at amount channel",
        ("ann", "in", "2026-03-30 12:00", "2026-03-31", 5, "app"),
        ("ann", "old", "2026-02-01", "2026-02-02", 6, "app"),
        ("ann", "branch", "2026-03-29", "2026-03-30", 7, "branch"),
        ("ann", "unsaid", "2026-03-29", "2026-03-30", 8, None),
        ("ann", "today", "2026-03-31 00:00", "2026-03-31", 9, "app"),
        ("ann", "late", "2026-03-30", "2026-03-31 00:01", 10, "app"),
        ("ann", "corrected", "2026-03-20", "2026-03-21", 11, "app"),
        ("ann", "corrected", "2026-03-20", "2026-03-25", 12, "app"),
        ("ann", "corrected", "2026-03-20", "2026-04-25", 13, "app"),
        ("ann", "timeless", None, "2026-03-01", 14, "app"),
        ("bob", "bobs", "2026-03-30", "2026-03-31", 15, "app"),
    )
    stanza = {"agg": "sum", "of": "amount * 2", "where": "channel = 'app'", "windows": ["30d"]}
    assert looked_at(engine, FACTS, facts, stanza) == {
        "in#0": 10,
        "old#1": "older than 30 days",
        "branch#2": "condition not met",
        "unsaid#3": "condition not met",
        "today#4": "not before the as-of day",
        "late#5": "not yet known",
        "corrected#6": "replaced by a later version",
        "corrected#7": 24,
        "corrected#8": "not yet known",
        "timeless#9": "without a time",
    }


def test_a_row_that_a_later_version_gives_to_another_customer_is_no_longer_anns(engine):
    facts = rows(
        "customer_id fact_id posted_at loaded_at amount channel",
        ("ann", "moved", "2026-03-20", "2026-03-21", 1, "app"),
        ("bob", "moved", "2026-03-20", "2026-03-25", 1, "app"),
        ("ann", "to_be_moved", "2026-03-20", "2026-03-21", 2, "app"),
        ("bob", "to_be_moved", "2026-03-20", "2026-04-25", 2, "app"),
    )
    found = looked_at(engine, FACTS, facts, {"agg": "sum", "of": "amount"})
    assert found == {"moved#0": "replaced by a later version", "to_be_moved#2": 2}


@pytest.mark.parametrize(
    ("on", "whys"),
    [
        ("held", {"open#0": 1, "ended#1": "ended by then", "ends_later#2": 1}),
        ("closed", {"open#0": "not ended by then", "ended#1": 1, "ends_later#2": "not ended by then"}),
        ("opened", {"open#0": 1, "ended#1": 1, "ends_later#2": 1}),
    ],
)
def test_rows_that_hold_for_a_while_count_by_what_was_known_of_their_end(engine, on, whys):
    facts = rows(
        "customer_id id opened closed",
        ("ann", "open", "2026-01-01", None),
        ("ann", "ended", "2026-01-01", "2026-03-01"),
        ("ann", "ends_later", "2026-01-01", "2026-05-01"),
    )
    assert looked_at(engine, HELD, facts, {"agg": "count", "on": on}) == whys


def test_of_a_history_the_row_that_holds_counts(engine):
    facts = rows(
        "customer_id begun ended town",
        ("ann", "2020-01-01", "2025-01-01", "here"),
        ("ann", "2025-01-01", None, "there"),
        ("ann", "2026-05-01", None, "elsewhere"),
    )
    found = looked_at(engine, PEOPLE, facts, {"agg": "value", "of": "town"})
    assert found == {
        "2020-01-01#0": "a later row has begun",
        "2025-01-01#1": "there",
        "2026-05-01#2": "not before the as-of day",
    }
