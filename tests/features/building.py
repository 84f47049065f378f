"""Small tables, definitions over them, and what they are built into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadlift.engines import Engine
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.features import needed
from leadlift.features.choose import by_source
from leadlift.features.compile import assembled, part_name, part_query
from leadlift.features.rows import SPINE, opened, raw_name
from leadlift.specs import FeatureDef, FeatureFile, Source
from leadlift.specs._yaml import Document
from leadlift.specs.catalogue import catalogue

CUSTOMER = "customer_id"
_ARROW = {
    "string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
    "decimal": pa.decimal128(18, 2), "date": pa.date32(), "timestamp": pa.timestamp("us"),
}  # fmt: skip

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
Case = tuple[str, date]


def source(kind: str, columns: str, **declared: Any) -> Source:
    """A source whose columns are written `customer_id:string posted_at:timestamp amount:decimal`."""
    named = dict(column.split(":") for column in columns.split())
    types = {name: {"type": kind_} for name, kind_ in named.items()}
    return Source.model_validate({"path": "x.parquet", "kind": kind, "columns": types, **declared})


def rows(columns: str, *facts: Sequence[Any]) -> list[dict[str, Any]]:
    """Facts by the names of their columns: rows("customer_id amount", ("ann", 10), ...)."""
    return [dict(zip(columns.split(), fact, strict=True)) for fact in facts]


def defined(
    name: str, sources: Mapping[str, Source], stanzas: Row, windows: Sequence[str] = ()
) -> dict[str, FeatureDef]:
    """The features that stanzas over one source give; a fault in them is the test's own."""
    data = {"subject": "value", "source": name, "windows": list(windows), "features": dict(stanzas)}
    document = Document("f.yaml", data, "", {})
    found, problems = catalogue([(document, FeatureFile.model_validate(data))], sources)
    assert not problems, [str(problem) for problem in problems]
    return found


def arrow(source: Source, facts: Sequence[Row]) -> pa.Table:
    """Facts as a table of the declared types; days and times may be written as text."""
    columns = {
        name: pa.array([_value(fact.get(name), column.type) for fact in facts], _ARROW[column.type])
        for name, column in source.columns.items()
    }
    return pa.table(columns)


def _value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "decimal":
        return Decimal(str(value)).quantize(Decimal("0.01"))
    if isinstance(value, str) and kind == "date":
        return date.fromisoformat(value)
    if isinstance(value, str) and kind == "timestamp":
        return datetime.fromisoformat(value)
    return value


def open_tables(engine: Engine, sources: Mapping[str, Source], tables: Tables) -> None:
    """Make each source readable under its name, as it is when files are opened; lookups first."""
    for name in sorted(sources, key=lambda one: sources[one].kind != "lookup"):
        engine.define_table(raw_name(name), arrow(sources[name], tables.get(name, ())))
        engine.define(name, opened(name, sources[name], sources))


def built(
    engine: Engine,
    sources: Mapping[str, Source],
    tables: Tables,
    features: Mapping[str, FeatureDef],
    spine: Sequence[tuple[str, date | str]],
) -> dict[Case, dict[str, Any]]:
    """The features of each customer at each as-of date, by the very queries that training and scoring run."""
    open_tables(engine, sources, tables)
    days = [date.fromisoformat(day) if isinstance(day, str) else day for _, day in spine]
    who = [customer for customer, _ in spine]
    engine.define_table(SPINE, pa.table({CUSTOMER: who, "as_of": pa.array(days, pa.date32())}))
    parts, formulas = by_source(needed(features, list(features)))
    for name, chosen in parts.items():
        engine.define(part_name(name), part_query(name, sources[name], chosen, CUSTOMER))
    found = engine.table(assembled(parts, formulas)).to_pylist()
    assert len(found) == len(spine), "one row for each row of the spine"
    return {(row.pop(CUSTOMER), row.pop("as_of")): row for row in found}


# Of rows as few as these, most of the time would go into compiling and into tasks that have nothing to do.
FEW_ROWS = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def new_engine(folder: Path, kind: str = "duckdb") -> Engine:
    """An engine on an empty folder."""
    if kind == "duckdb":
        return DuckDbEngine(folder, folder / "cache")
    from leadlift.engines.spark.engine import SparkEngine

    return SparkEngine(folder, folder / "cache", master="local[2]", conf=FEW_ROWS)
