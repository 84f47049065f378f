"""All customers at some days, and the rows of a flat table: the two kinds of cases that are scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlglot import exp

from leadlift.features import population as people
from leadlift.features.population import customers_source
from leadlift.features.rows import col
from leadlift.features.spines import Spine
from leadlift.features.tables import Home, define_dates, keep_spine, together
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import Source, column_types, sql

ROW = "row"


def everyone_spine(home: Home, days: Sequence[date]) -> Spine:
    """Make the spine of all customers at these days, a block for each, so that days are built and found alone."""
    name = customers_source(home.sources)
    query = people.everyone(name, home.sources[name], home.customer_key)
    spines = []
    for day in sorted(set(days)):
        told = define_dates(home, [day])
        spines.append(keep_spine(home, query, [told, *home.prints(name)]))
    return together(home, spines)


def flat_query(
    name: str, source: Source, features: Sequence[str], where: str | None, sources: Mapping[str, Source]
) -> exp.Select:
    """The rows of a flat table as customer_id, as_of (null without a clock), row and the features.

    Without a key a customer is called by the row's place in the file; rows with a key are numbered by clock and key.
    """
    clock = col(source.event_time) if source.event_time else exp.null()
    by = [col(name) for name in (source.event_time, source.customer_key) if name]
    timed = source.event_time and source.customer_key
    order = exp.Order(expressions=[exp.Ordered(this=one) for one in by]) if timed else None
    place = exp.Window(this=exp.RowNumber(), order=order)
    numbered = exp.select("*", place.as_("__row")).from_(exp.to_table(name))
    key = col(source.customer_key) if source.customer_key else col("__row")
    query = exp.select(
        exp.cast(key, "TEXT").as_(CUSTOMER),
        exp.cast(clock.copy(), "DATE").as_(AS_OF),
        col("__row").as_(ROW),
        *(col(feature) for feature in features),
    ).from_(numbered.subquery("n"))
    if where is None:
        return query
    return query.where(sql.parse(where, column_types(source, sources), f"source '{name}'"))
