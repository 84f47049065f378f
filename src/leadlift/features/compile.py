"""From feature definitions to queries: one part for each source, and the parts put together with formulas.

The same queries build the training table (each row with its own as-of date) and the scoring table: both are a
spine of customers and as-of dates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlglot import exp

from leadlift.features.aggregates import aggregate, empty_value
from leadlift.features.rows import AT, ROW, SPINE, col, known_rows, number
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import FeatureDef, Source
from leadlift.specs.sql import names_in

KNOWN_ROWS, PART, RANK = "known", "part", "__rank"


def part_query(
    name: str,
    source: Source,
    features: Sequence[FeatureDef],
    customer: str,
    span: tuple[date, date] | None = None,
) -> exp.Select:
    """The features of one source for every row of the spine: columns customer_id, as_of and the features.

    Reads the tables `spine` (customer_id, as_of) and `name`. customer: the workspace's customer key. span: the
    spine's first and last as-of date, where they are known.
    """
    columns = {column for feature in features for column in feature.uses}
    if source.kind == "attributes":
        return _attributes(name, source, features, customer, columns)
    rows = known_rows(name, source, columns, customer, _longest(features), span)
    # trees are put into each other as they are: copying them at every step took as long as all else of a small query
    made = [_typed(aggregate(f, source), f).as_(f.name, quoted=True, copy=False) for f in features]
    keys = [col(CUSTOMER), col(AS_OF)]
    grouped = exp.select(*keys, *made, copy=False).from_(KNOWN_ROWS)
    grouped = grouped.group_by(*(key.copy() for key in keys), copy=False)
    return _onto_spine(grouped, features).with_(KNOWN_ROWS, as_=rows, copy=False)


def _longest(features: Sequence[FeatureDef]) -> int | None:
    """The age in days beyond which no row counts; None when rows of any age may."""
    # a window over the day a row was closed says nothing of the day it was opened
    windows = [feature.window if feature.spec.on != "closed" else None for feature in features]
    given = [window for window in windows if window is not None]
    return max(given) if len(given) == len(windows) else None


def assembled(
    parts: Mapping[str, Sequence[FeatureDef]],
    formulas: Sequence[FeatureDef],
) -> exp.Select:
    """Spine, the parts' columns and the formulas' values. Reads `spine` and a table `part_<source>` for each.

    formulas: in the order in which they can be computed.
    """
    query = exp.select(col(CUSTOMER, SPINE), col(AS_OF, SPINE)).from_(SPINE)
    for source, features in parts.items():
        alias = part_name(source)
        query = query.join(exp.to_table(alias), on=_same_case(alias), join_type="left")
        query = query.select(*(col(feature.name, alias) for feature in features))
    return with_formulas(query, formulas)


def with_formulas(query: exp.Select, formulas: Sequence[FeatureDef]) -> exp.Select:
    """The query's columns and the formulas' values. formulas: in the order in which they can be computed."""
    for layer in _layers(formulas):
        made = [_typed(_plainly(f), f).as_(f.name, quoted=True, copy=False) for f in layer]
        query = exp.select("*", *made, copy=False).from_(query.subquery(ROW, copy=False), copy=False)
    return query


def part_name(source: str) -> str:
    """The table that holds the features of one source."""
    return f"{PART}_{source}"


def _plainly(feature: FeatureDef) -> exp.Expr:
    return feature.expr.copy() if feature.expr is not None else exp.null()


def _same_case(table: str) -> exp.Expr:
    return exp.and_(*(exp.EQ(this=col(key, table), expression=col(key, SPINE)) for key in (CUSTOMER, AS_OF)))


def _typed(value: exp.Expr, feature: FeatureDef) -> exp.Expr:
    return exp.cast(value, "TEXT" if feature.is_text else "DOUBLE", copy=False)


def _onto_spine(grouped: exp.Select, features: Sequence[FeatureDef]) -> exp.Select:
    """One row for each row of the spine, also where a customer has no row in the source."""
    chosen: list[exp.Expr] = [col(CUSTOMER, SPINE), col(AS_OF, SPINE)]
    for feature in features:
        value: exp.Expr = col(feature.name, PART)
        empty = empty_value(feature)
        if empty is not None:
            value = exp.Coalesce(this=value, expressions=[number(empty)])
        chosen.append(value.as_(feature.name, quoted=True, copy=False))
    part = grouped.subquery(PART, copy=False)
    query = exp.select(*chosen, copy=False).from_(SPINE)
    return query.join(part, on=_same_case(PART), join_type="left", copy=False)


def _attributes(
    name: str, source: Source, features: Sequence[FeatureDef], customer: str, columns: set[str]
) -> exp.Select:
    """What the table said of the customer at the as-of date."""
    made = [_typed(_valued(f), f).as_(f.name, quoted=True, copy=False) for f in features]
    rows = newest_rows(name, source, customer, columns).subquery(ROW, copy=False)
    picked = exp.select(col(CUSTOMER), col(AS_OF), *made, copy=False).from_(rows, copy=False)
    return _onto_spine(picked, features)


def newest_rows(name: str, source: Source, customer: str, columns: set[str]) -> exp.Select:
    """Spine x the row of an attributes source that was known and began last; its end only when known."""
    rows = known_rows(name, source, columns | set(source.columns), customer)
    rank = exp.Window(
        this=exp.RowNumber(),
        partition_by=[col(CUSTOMER), col(AS_OF)],
        order=exp.Order(
            expressions=[
                exp.Ordered(this=col(AT), desc=True, nulls_first=False),
                *(exp.Ordered(this=col(column), nulls_first=True) for column in sorted(source.columns)),
            ]
        ),
    )
    ranked = exp.select("*", rank.as_(RANK)).from_(rows.subquery(ROW, copy=False), copy=False)
    first = exp.EQ(this=col(RANK), expression=number(1))
    return exp.select("*").from_(ranked.subquery(KNOWN_ROWS, copy=False), copy=False).where(first, copy=False)


def _valued(feature: FeatureDef) -> exp.Expr:
    of = feature.of.copy() if feature.of is not None else exp.null()
    return exp.Case().when(feature.where.copy(), of) if feature.where is not None else of


def _layers(formulas: Sequence[FeatureDef]) -> list[list[FeatureDef]]:
    """Formulas that need none of each other share a layer."""
    level: dict[str, int] = {}
    layers: list[list[FeatureDef]] = []
    for feature in formulas:
        needs = names_in(_plainly(feature))
        depth = 1 + max((level[name] for name in needs if name in level), default=-1)
        level[feature.name] = depth
        if depth == len(layers):
            layers.append([])
        layers[depth].append(feature)
    return layers
