"""From a piece of a source to runs on disk: streamed, numbered by customer, sorted, so many rows at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.engines import Engine
from leadlift.features.tiles.customers import Customers
from leadlift.features.tiles.measures import Measures
from leadlift.features.tiles.query import CODE, CODES, NEW, Reading, rows_query, typed_values
from leadlift.features.tiles.runs import Array, write_run
from leadlift.names import CUSTOMER
from leadlift.specs import Source

BATCH_ROWS = 262_144
MOST_TEXTS = 100_000
# whole numbers beyond this are not exact as floating point
EXACT = 2.0**53


class NotTileable(Exception):  # noqa: N818  # not a fault: another way of computing is taken
    """A value cannot be kept exactly as a number; its features are computed by SQL instead."""

    def __init__(self, value: str) -> None:
        self.value = value
        super().__init__(value)


@dataclass(frozen=True)
class Arranger:
    """What arranging any piece of a source needs. most_rows: of one run."""

    engine: Engine
    customers: Customers
    source: Source
    measures: Measures
    columns: set[str]
    reading: Reading
    most_rows: int

    def arrange(self, table: str, folder: Path, done: Callable[[int], None]) -> None:
        """Write the runs of the opened table into the folder. Raises NotTileable."""
        scales = self._scales(table)
        self.engine.define_table(CODES, self._codes())
        query = rows_query(table, self.source, self.measures, self.columns, self.reading)
        gathered = _Rows(self.measures, scales)
        written = 0
        for batch in self.engine.stream(query, BATCH_ROWS):
            gathered.add(batch)
            done(batch.num_rows)
            if gathered.rows >= self.most_rows:
                self._write(gathered, folder / f"{written:04d}")
                gathered, written = _Rows(self.measures, scales), written + 1
        if gathered.rows or not written:
            self._write(gathered, folder / f"{written:04d}")

    def _codes(self) -> pa.Table:
        known = self.customers.ids
        return pa.table({CUSTOMER: known, CODE: np.arange(len(known), dtype=np.int32)})

    def _write(self, rows: _Rows, folder: Path) -> None:
        columns = rows.columns()
        columns[CODE] = self._numbered(columns[CODE], rows.new)
        facts = {"words": self.measures.words, "scales": rows.scales, "vocabulary": rows.vocabulary()}
        write_run(folder, columns, facts, len(self.customers))

    def _numbered(self, codes: Array, new: dict[str, int]) -> Array:
        """Codes for customers not met before, who were numbered from -2 down while streaming."""
        if not new:
            return codes
        ids = pa.array(list(new), pa.string())
        self.customers.add(ids)
        real = self.customers.codes(ids)
        return np.where(codes >= 0, codes, real[np.where(codes < 0, -2 - codes, 0)]).astype(np.int32)

    def _scales(self, table: str) -> list[int]:
        """Digits after the point of each decimal value, -1 for floating point, 0 for other numbers."""
        if not self.measures.values:
            return []
        schema = self.engine.table(typed_values(table, self.source, self.measures.values)).schema
        return [_scale(schema.field(place).type) for place in range(len(self.measures.values))]


def _scale(kind: pa.DataType) -> int:
    if pa.types.is_decimal(kind):
        return int(kind.scale)
    return -1 if pa.types.is_floating(kind) else 0


class _Rows:
    """Rows gathered from batches, until there are enough for a run."""

    def __init__(self, measures: Measures, scales: list[int]) -> None:
        self.rows, self.new, self.scales = 0, dict[str, int](), scales
        self._measures = measures
        self._parts: dict[str, list[Array]] = {}
        self._texts: dict[int, dict[str, int]] = {
            place: {} for place, value in enumerate(measures.values) if value.kind == "text"
        }

    def add(self, batch: pa.RecordBatch) -> None:
        """Take a batch, all of it numbers from now on."""
        if batch.num_rows == 0:
            return
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name == NEW:
                continue
            self._parts.setdefault(name, []).append(self._array(name, column, batch))
        self.rows += batch.num_rows

    def columns(self) -> dict[str, Array]:
        """The columns, each as one array."""
        names = list(self._parts)
        joined: dict[str, Array] = {}
        for name in names:  # one after the other, so that parts and whole never stand side by side for all
            joined[name] = np.concatenate(self._parts.pop(name))
        if not joined:
            joined = {"code": np.empty(0, np.int32), "day": np.empty(0, np.int32)}
        return joined

    def vocabulary(self) -> dict[int, list[str]]:
        """The texts of each text value, in the order of their codes."""
        return {place: list(codes) for place, codes in self._texts.items()}

    def _array(self, name: str, column: pa.Array, batch: pa.RecordBatch) -> Array:
        if name == CODE:
            return self._codes(column, batch.column(NEW))
        if name.startswith("v"):
            return self._value(int(name[1:]), column)
        kind = {"key": np.uint64, "at": np.int64}.get(name, np.int64 if name.startswith("b") else np.int32)
        # a key that is null belongs to no other row: zero stands for none
        return np.asarray(pc.fill_null(column, 0).to_numpy(zero_copy_only=False)).astype(kind, copy=False)

    def _codes(self, codes: pa.Array, ids: pa.Array) -> Array:
        found = np.asarray(pc.fill_null(codes, -1).to_numpy(zero_copy_only=False)).astype(np.int32)
        if codes.null_count:
            new = np.flatnonzero(found < 0)
            coded = ids.take(pa.array(new)).dictionary_encode()
            places = np.array(
                [-2 - self.new.setdefault(text, len(self.new)) for text in coded.dictionary.to_pylist()],
                dtype=np.int32,
            )
            found[new] = places[coded.indices.to_numpy()]
        return found

    def _value(self, place: int, column: pa.Array) -> Array:
        value = self._measures.values[place]
        if value.kind == "text":
            return self._coded(place, column)
        numbers: Array = column.to_numpy(zero_copy_only=False)
        if np.count_nonzero(np.isnan(numbers)) != column.null_count:
            raise NotTileable(value.text)  # not a number is something else than unknown
        scale = self.scales[place]
        if scale > 0:
            numbers = np.round(numbers * 10.0**scale)
        if scale >= 0 and np.max(np.abs(numbers), where=~np.isnan(numbers), initial=0.0) >= EXACT:
            raise NotTileable(value.text)
        return numbers

    def _coded(self, place: int, column: pa.Array) -> Array:
        texts = self._texts[place]
        coded = column.dictionary_encode()
        codes = np.array(
            [texts.setdefault(text, len(texts)) for text in coded.dictionary.to_pylist()], dtype=np.float64
        )
        if len(texts) > MOST_TEXTS:
            raise NotTileable(self._measures.values[place].text)
        indices = coded.indices
        found = np.full(len(column), np.nan)
        there = np.asarray(indices.is_valid())
        found[there] = codes[indices.drop_null().to_numpy()]
        return found
