"""Which group each case belongs to: by its categories, and by protected columns that no model sees.

What is read here is counted and dropped: no table, log or artifact holds it row by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from leadlift.features import Home, feature_query, flat_features, flat_query
from leadlift.features.compile import part_query
from leadlift.features.everyone import ROW
from leadlift.features.rows import col
from leadlift.names import AS_OF, CUSTOMER
from leadlift.progress import Progress
from leadlift.specs import FeatureDef, Pipeline, column_types, marked_columns
from leadlift.training.table import TrainingTable, cases_spine, maturity_of

Levels = Sequence[str | None]

PROTECTED, PLACE = "protected", "__place"
MOST_LEVELS = 12
PARTS = 4


def protected_levels(
    spec: Pipeline, catalogue: Mapping[str, FeatureDef], home: Home, table: TrainingTable, progress: Progress
) -> dict[str, Levels]:
    """Protected column or feature -> each case's group, in the order of the training table's rows."""
    if spec.population.table is not None:
        return _of_flat(spec, spec.population.table, home, table)
    features = sorted(name for name, one in catalogue.items() if one.hidden == PROTECTED)
    columns = _columns(catalogue, home)
    if not features and not columns:
        return {}
    spine = cases_spine(spec, home, maturity_of(spec, home))
    queries = [
        (part_query(name, home.sources[name], made, home.customer_key), made)
        for name, made in columns.items()
    ]
    if features:
        queries.append(
            (feature_query(home, catalogue, features, spine, progress)[0], [catalogue[f] for f in features])
        )
    levels: dict[str, Levels] = {}
    for query, made in queries:
        names = [one.name for one in made]
        kept = exp.select(*(col(name) for name in (CUSTOMER, AS_OF, *names))).from_(query.subquery("p"))
        if table.sampled is not None:
            kept = kept.where(table.sampled.copy())
        found = _aligned(home.engine.table(kept), table.table, (CUSTOMER, AS_OF), names)
        levels |= {name: grouped(values) for name, values in found.items()}
    return levels


def _columns(catalogue: Mapping[str, FeatureDef], home: Home) -> dict[str, list[FeatureDef]]:
    """Source -> its protected columns of which no feature is the copy, of sources that describe customers."""
    copied = {
        (one.source, one.of.name)
        for one in catalogue.values()
        if one.spec.agg == "value" and isinstance(one.of, exp.Column) and one.where is None
    }
    told = {}
    for name, source in home.sources.items():
        if source.kind != "attributes":
            continue
        made = [
            replace(
                one, of=col(one.name), name=one.name if one.name not in catalogue else f"{name}.{one.name}"
            )
            for one in flat_features(name, source, home.sources, None).values()
            if one.hidden == PROTECTED and (name, one.name) not in copied
        ]
        if made:
            told[name] = made
    return told


def _of_flat(spec: Pipeline, name: str, home: Home, table: TrainingTable) -> dict[str, Levels]:
    source = home.sources[name]
    types = column_types(source, home.sources)
    clocks = ("date", "timestamp")
    marked = marked_columns(source, home.sources, PROTECTED)
    names = sorted(one for one in marked if types[one] not in clocks and one != spec.target.column)
    if not names:
        return {}
    found = home.engine.table(flat_query(name, source, names, spec.population.where, home.sources))
    return {one: grouped(values) for one, values in _aligned(found, table.table, (ROW,), names).items()}


def _aligned(
    found: pa.Table, cases: pa.Table, keys: Sequence[str], names: Sequence[str]
) -> dict[str, list[object]]:
    """The columns' values for each case, None where it is not found. Keys are of one row each."""
    kinds = pa.schema([cases.schema.field(key) for key in keys])
    right = found.select(names)
    for key in keys:
        right = right.append_column(key, found[key].cast(kinds.field(key).type))
    left = cases.select(list(keys)).append_column(PLACE, pa.array(np.arange(cases.num_rows)))
    told = left.join(right, list(keys), join_type="left outer").sort_by(PLACE)
    return {name: told[name].to_pylist() for name in names}


def grouped(values: Sequence[object]) -> Levels:
    """Few different values as they are; many numbers in four groups of about equal size; other rare texts as one."""
    known = [value for value in values if value is not None]
    if len(set(known)) <= MOST_LEVELS:
        return [None if value is None else str(value) for value in values]
    if all(isinstance(value, int | float) for value in known):
        return _quarters(np.array([np.nan if value is None else float(str(value)) for value in values]))
    counts: dict[object, int] = {}
    for value in known:
        counts[value] = counts.get(value, 0) + 1
    top = sorted(counts, key=lambda one: (-counts[one], str(one)))[: MOST_LEVELS - 1]
    return [None if value is None else str(value) if value in top else "(others)" for value in values]


def _quarters(values: npt.NDArray[np.float64]) -> Levels:
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, PARTS + 1)))
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    names = [f"{edges[i]:.4g} to {edges[i + 1]:.4g}" for i in range(len(edges) - 1)]
    return [None if np.isnan(value) else names[place] for value, place in zip(values, places, strict=True)]
