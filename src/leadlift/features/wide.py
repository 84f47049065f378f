"""Columns from many files side by side, row for row, without a join: a stream that engines read as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

BATCH_ROWS = 65_536


@dataclass(frozen=True)
class Columns:
    """Some columns of files that hold a block's rows one after the other."""

    files: tuple[Path, ...]
    names: tuple[str, ...]


class Wide:
    """Blocks one after the other; of each, the columns of its files side by side.

    Every part of a block must have the block's number of rows. schema: what the columns are read as.
    """

    def __init__(self, schema: pa.Schema, blocks: Sequence[Sequence[Columns]]) -> None:
        self.schema, self._blocks = schema, blocks

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Begin anew; nothing is read before the first batch is asked for."""
        return pa.RecordBatchReader.from_batches(self.schema, self.batches()).__arrow_c_stream__(
            requested_schema
        )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All rows, in their order."""
        for parts in self._blocks:
            places = [(part, name) for part, columns in enumerate(parts) for name in columns.names]
            where = {name: part for part, name in places}
            for rows in _aligned([_rows(columns) for columns in parts]):
                arrays = [rows[where[field.name]].column(field.name) for field in self.schema]
                typed = [array.cast(field.type) for array, field in zip(arrays, self.schema, strict=True)]
                yield pa.record_batch(typed, schema=self.schema)


def _rows(columns: Columns) -> Iterator[pa.RecordBatch]:
    for path in columns.files:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(BATCH_ROWS, columns=list(columns.names))


def _aligned(parts: Sequence[Iterator[pa.RecordBatch]]) -> Iterator[list[pa.RecordBatch]]:
    """Pieces of equal length of all parts. Raises ValueError where one ends before the others."""
    held = [next(part, None) for part in parts]
    while any(batch is not None for batch in held):
        if any(batch is None for batch in held):
            raise ValueError("the parts of a block have different numbers of rows")
        there = [batch for batch in held if batch is not None]
        rows = min(batch.num_rows for batch in there)
        if rows:
            yield [batch.slice(0, rows) for batch in there]
        held = [
            batch.slice(rows) if batch.num_rows > rows else next(part, None)
            for batch, part in zip(there, parts, strict=True)
        ]
