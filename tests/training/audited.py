"""Small drawn banks with a leak planted in them, and what each part of the audit says of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pyarrow as pa

from leadlift.specs import FeatureDef, Split
from leadlift.specs.features import Feature
from leadlift.training import Cases, prepare, split_cases

CUSTOMERS, MONTHS = 600, 5
Draw = np.random.Generator
Planted = Callable[[np.ndarray, Draw], object]


def feature(name: str, kind: str = "number") -> FeatureDef:
    return FeatureDef(
        name=name, stanza=name, subject="value", source="facts", spec=Feature(agg="value", of=name), of=None,
        where=None, expr=None, window=None, type=kind, hidden=None, uses=(name,), label=name, unit="",
        file="f.yaml", line=1,
    )  # fmt: skip


def monthly(seed: int = 5, **columns: Planted) -> pa.Table:
    """600 customers at five months; the chance to respond rises with `wealth`. `columns` come on top."""
    draw = np.random.default_rng(seed)
    rows = CUSTOMERS * MONTHS
    wealth = draw.normal(size=rows)
    responded = draw.random(rows) < 1 / (1 + np.exp(2 - 1.5 * wealth))
    days = [date(2025, month, 1) for month in range(1, MONTHS + 1) for _ in range(CUSTOMERS)]
    return pa.table(
        {
            "customer_id": [f"c{n:04d}" for n in range(CUSTOMERS)] * MONTHS,
            "as_of": pa.array(days, pa.date32()),
            "wealth": wealth,
            "noise": draw.normal(size=rows),
            **{name: made(responded, draw) for name, made in columns.items()},
            "target": pa.array(responded.astype(int), pa.int32()),
        }
    )


def flat(rows: int = 3_000, seed: int = 5, **columns: Planted) -> pa.Table:
    """A flat table: each row a customer, no dates. region and age are coarse, wealth is fine."""
    draw = np.random.default_rng(seed)
    wealth = draw.normal(size=rows)
    responded = draw.random(rows) < 1 / (1 + np.exp(2 - wealth))
    return pa.table(
        {
            "customer_id": [f"c{n:05d}" for n in range(rows)],
            "as_of": pa.nulls(rows, pa.date32()),
            "wealth": wealth,
            "age": draw.integers(18, 80, rows),
            "region": draw.choice(["north", "south", "east"], rows),
            **{name: made(responded, draw) for name, made in columns.items()},
            "target": pa.array(responded.astype(int), pa.int32()),
        }
    )


def cases_of(table: pa.Table) -> Cases:
    """The cases of a table, split in time where it has dates and at random where not."""
    names = [name for name in table.column_names if name not in ("customer_id", "as_of", "target")]
    texts = [name for name in names if pa.types.is_string(table[name].type)]
    features = tuple(feature(name, "text" if name in texts else "number") for name in names)
    dated = table["as_of"].null_count == 0
    split = Split(valid=0.2, calibration=0.2, **{"out_of_time" if dated else "random": 0.2})
    return prepare(table, features, split_cases(table, split, None))
