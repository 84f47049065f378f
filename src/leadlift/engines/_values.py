"""Values as a database's driver gives them, in the types that columns are declared in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadlift.engines._faults import NotReadable
from leadlift.engines.protocol import Fault
from leadlift.specs import Column

_NO_DAY = "0000-00-00"


def arrow_type(column: Column) -> pa.DataType:
    """The type in which a column is kept."""
    kinds = {
        "string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
        "date": pa.date32(), "timestamp": pa.timestamp("us"),
    }  # fmt: skip
    return pa.decimal128(18, column.scale) if column.type == "decimal" else kinds[column.type]


def typed(wanted: str, values: Sequence[Any], column: Column, timezone: str, name: str) -> pa.Array:
    """The values in the declared type. Raises NotReadable where one is of another, and shows none.

    wanted, name: what the database and what the declaration calls the column.
    """
    try:
        return _cast(values, column, timezone)
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        why = f"values of '{wanted}' in the database cannot be read as {column.type}"
        if any(isinstance(value, str) and value.startswith(_NO_DAY) for value in values):
            why += (
                f": {_NO_DAY} is no day, and nullif({wanted}, '{_NO_DAY}') in a `query` makes nothing of it"
            )
        raise NotReadable(Fault(("columns", name, "type"), why)) from None


def _cast(values: Sequence[Any], column: Column, timezone: str) -> pa.Array:
    kind, one = arrow_type(column), next((value for value in values if value is not None), None)
    if column.type == "string":
        return pa.array([None if value is None else _text(value) for value in values], kind)
    if isinstance(one, bytes):  # bits
        values = [None if value is None else int.from_bytes(value, "big") for value in values]
        one = 0
    if column.type == "boolean" and isinstance(one, int):
        return pa.array(values).cast(kind)
    if column.type == "decimal":
        return _decimal(values, one, kind)
    if column.type in ("date", "timestamp"):
        return _moment(values, one, kind, timezone)
    if column.type == "number":
        return pa.array([None if value is None else float(value) for value in values], kind)
    return pa.array(values).cast(kind)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _decimal(values: Sequence[Any], one: Any, kind: pa.Decimal128Type) -> pa.Array:
    """Rounded to the declared places, halves away from zero, as PostgreSQL does."""
    if isinstance(one, float):
        return pc.round(pa.array(values, pa.float64()), kind.scale).cast(kind)
    found = pa.array(values)
    if pa.types.is_integer(found.type):
        return found.cast(pa.decimal128(38, 0)).cast(kind)
    return pc.round(found, kind.scale, round_mode="half_towards_infinity").cast(kind)


def _moment(values: Sequence[Any], one: Any, kind: pa.DataType, timezone: str) -> pa.Array:
    """Days and times: what has a zone becomes the workspace's local time, text is read as ISO writes it."""
    if isinstance(one, str):
        return pa.array(values, pa.string()).cast(pa.timestamp("us")).cast(kind)
    if getattr(one, "tzinfo", None) is not None:
        return pc.local_timestamp(pa.array(values, pa.timestamp("us", timezone))).cast(kind)
    return pa.array(values).cast(kind)
