"""The file that a workspace is drafted from, opened with every column as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.drafting import FileReading, Reading, layout_of, read_file, readings_of
from leadlift.drafting.layout import Layout
from leadlift.drafting.readings import NA
from leadlift.drafting.spelling import spelled
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.errors import UserError
from leadlift.specs import Column, CsvFormat, Source
from leadlift.specs.columns import NUMBERS, TIMES, ColumnType

PARQUET = (".parquet", ".pq")
VALUE = "value"


@dataclass(frozen=True)
class Raw:
    """An opened file. names: column in the file -> column of the engine's table. types: of Parquet, else None."""

    table: str
    path: Path
    names: Mapping[str, str]
    types: Mapping[str, Reading] | None
    aside: Mapping[str, str]
    layout: Layout | None

    def rows(self, engine: DuckDbEngine) -> int:
        """How many rows there are."""
        counted = exp.select(exp.Count(this=exp.Star()).as_("n")).from_(exp.to_table(self.table))
        return int(engine.table(counted)["n"][0].as_py())

    def distinct(self, engine: DuckDbEngine, name: str) -> int:
        """How many different values a column has."""
        one = exp.Count(this=exp.Distinct(expressions=[exp.column(self.names[name], quoted=True)]))
        return int(engine.table(exp.select(one.as_("n")).from_(exp.to_table(self.table)))["n"][0].as_py())


def open_raw(engine: DuckDbEngine, path: Path, table: str) -> Raw:
    """Open the file with every column as it stands: text as text. Raises UserError when it cannot be read."""
    if path.suffix in PARQUET:
        types, aside = _parquet_types(path)
        layout, form = None, CsvFormat()
    else:
        layout = layout_of(path)
        types, aside = None, _unusable(layout.names)
        form = CsvFormat(delimiter=layout.delimiter, quote=layout.quote, encoding=layout.encoding, na=())
    usable = [name for name in (types or (layout.names if layout else ())) if name not in aside]
    if not usable:
        raise UserError(f"{path} has no column that can be used: {'; '.join(aside.values())}")
    names = {name: f"c{place}" for place, name in enumerate(usable)}
    columns = {
        names[name]: Column.model_validate({"type": types[name].type if types else "string", "from": name})
        for name in usable
    }
    source = Source(path=str(path.resolve()), kind="flat", columns=columns, csv=form)
    if faults := engine.open_source(table, source):
        raise UserError(f"{path}: {faults[0].message}")
    return Raw(table, path, names, types, aside, layout)


def signs_of(engine: DuckDbEngine, raw: Raw, stated: FileReading) -> FileReading:
    """How a text file writes numbers, times and what is missing, in the columns whose types another file states.

    Where its values do not say, they are written as in that file.
    """
    types = {name: how.type for name, how in stated.columns.items() if name in raw.names}
    ways: dict[str, Sequence[Reading]] = {}
    for name, kind in types.items():
        alike = next((some for some in (NUMBERS, TIMES) if kind in some), ())
        if alike:
            value = value_of(raw, name, trimmed=True).as_(VALUE)
            found = engine.table(exp.select(value).distinct().from_(exp.to_table(raw.table)))
            values = [one for one in found[VALUE].to_pylist() if one is not None]
            fitting = [way for way in readings_of(values, spelled(name, "")) if way.type in alike]
            ways[name] = [*fitting, Reading("string")]
    found = read_file(ways, stated)
    return replace(found, columns=stated.columns, na=tuple(dict.fromkeys((*stated.na, *found.na))))


def _unusable(names: Sequence[str]) -> dict[str, str]:
    """Columns that cannot be declared: those without a name, and those whose name stands twice."""
    aside = {
        name: f"stands {names.count(name)} times; rename to use it" for name in names if names.count(name) > 1
    }
    return aside | ({"": "has no name in the first line; left out"} if "" in names else {})


def _alike(names: Sequence[str]) -> dict[str, str]:
    """Columns of Parquet, found by name in any case, whose name an earlier one has but for its case."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.lower(), name)
    return {
        name: f"differs from {first[name.lower()]!r} in case alone; rename to use it"
        for name in names
        if name != first[name.lower()]
    }


def _parquet_types(path: Path) -> tuple[dict[str, Reading], dict[str, str]]:
    """The types that a Parquet file states, and the columns of types that hold no plain values."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{path} cannot be read as Parquet: {error}") from None
    types, aside = {}, _unusable(schema.names) | _alike(schema.names)
    for field in schema:
        kind = _plain_type(field.type)
        if kind is None:
            aside.setdefault(field.name, f"is of type {field.type}; left out")
        else:
            how = "." if kind == "number" else ""
            types[field.name] = Reading(kind, how, why=f"{field.type} in the file")
    return types, aside


def _plain_type(kind: pa.DataType) -> ColumnType | None:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests: list[tuple[ColumnType, bool]] = [
        (
            "string",
            pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind),
        ),
        ("boolean", pa.types.is_boolean(kind)),
        ("integer", pa.types.is_integer(kind)),
        ("number", pa.types.is_floating(kind) or pa.types.is_decimal(kind)),
        ("date", pa.types.is_date(kind)),
        ("timestamp", pa.types.is_timestamp(kind)),
    ]
    return next((name for name, yes in tests if yes), None)


def value_of(raw: Raw, name: str, *, trimmed: bool) -> exp.Expr:
    """A value as text; null where it is empty or a usual word for not available."""
    text = exp.cast(exp.column(raw.names[name], quoted=True), "TEXT")
    if raw.types is not None:
        return text
    bare = exp.Trim(this=text.copy())
    words = [exp.Literal.string(word) for word in NA]
    gone = exp.In(this=bare.copy(), expressions=words)
    return exp.Case().when(gone, exp.null()).else_(bare if trimmed else text)
