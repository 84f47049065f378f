"""Features that are built already, as a query: nothing is computed but formulas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.features.choose import by_source, needed
from leadlift.features.compile import with_formulas
from leadlift.features.ordered import wide_table
from leadlift.features.rows import ROW, SPINE, col
from leadlift.features.spines import Block, Spine, block_of
from leadlift.features.store import stored
from leadlift.features.tables import BLOCKS, Home, keys_now
from leadlift.names import AS_OF, CUSTOMER
from leadlift.specs import FeatureDef


def built_features(
    home: Home, catalogue: Mapping[str, FeatureDef], names: Collection[str]
) -> exp.Query | None:
    """customer_id, as_of and the named features, for every day on which any feature of customers is built.

    Of several populations of a day the largest counts. A feature that is not built for a day, or was built by another
    definition or from other data than today's, is null there. None where nothing is built.
    """
    parts = [query for block in _days(home.cache) if (query := _of_block(home, catalogue, names, block))]
    told: exp.Query | None = None
    for one in parts:
        told = one if told is None else exp.union(told, one, distinct=False)
    return told


def _days(cache: Path) -> list[Block]:
    """The largest population of each day."""
    largest: dict[object, tuple[int, Path]] = {}
    for path in sorted(cache.glob(f"{SPINE}-*.parquet")):
        with pq.ParquetFile(path) as file:
            rows = file.metadata.num_rows
            if rows == 0:
                continue
            ends = {
                file.read_row_group(place, columns=[AS_OF])[AS_OF][at].as_py()
                for place, at in ((0, 0), (file.num_row_groups - 1, -1))
            }
        if len(ends) == 1 and rows > largest.get(day := ends.pop(), (0, path))[0]:
            largest[day] = rows, path
    return [block_of(path) for _, (_, path) in sorted(largest.items(), key=lambda one: str(one[0]))]


def _of_block(
    home: Home, catalogue: Mapping[str, FeatureDef], names: Collection[str], block: Block
) -> exp.Query | None:
    made_of = needed(catalogue, names)
    keys = keys_now(home, catalogue, made_of, block)
    folder = home.cache / BLOCKS
    there = stored(folder, block)
    sources, formulas = by_source(made_of)
    plain = [f for features in sources.values() for f in features if keys[f.name] in there]
    known = {feature.name for feature in plain}
    able = []
    for formula in formulas:
        if set(formula.uses) <= known:
            able.append(formula)
            known.add(formula.name)
    if not known & set(names):
        return None
    table, _ = wide_table(home.engine, folder, Spine((block,)), plain, [keys])
    query = with_formulas(exp.select("*").from_(exp.to_table(table)), able)
    chosen = [
        (col(name) if name in known else _nothing(catalogue[name])).as_(name, quoted=True) for name in names
    ]
    return exp.select(col(CUSTOMER), col(AS_OF), *chosen).from_(query.subquery(ROW))


def _nothing(feature: FeatureDef) -> exp.Expr:
    return exp.cast(exp.null(), "VARCHAR" if feature.is_text else "DOUBLE")
