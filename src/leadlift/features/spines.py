"""Spines: whom to build features for and as of when, in blocks whose rows have a fixed order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadlift.names import AS_OF, CUSTOMER

BATCH_ROWS = 131_072


@dataclass(frozen=True)
class Block:
    """Rows of customer_id and as_of, each pair once, by as_of and then customer_id.

    key: changes with its content and nothing else, so that features built for it are found again however it was
    arrived at. first, last: its as-of dates' ends.
    """

    path: Path
    key: str
    rows: int
    first: date
    last: date


@dataclass(frozen=True)
class Spine:
    """Blocks in the order of time."""

    blocks: tuple[Block, ...]

    @property
    def key(self) -> str:
        """Changes with the content of any block."""
        return ",".join(block.key for block in self.blocks)

    @property
    def rows(self) -> int:
        """Customers x as-of dates."""
        return sum(block.rows for block in self.blocks)


def block_of(path: Path) -> Block:
    """The block in a Parquet file that is in a block's order."""
    ids, lengths, days = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    rows, first, last = 0, date.max, date.min
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=[CUSTOMER, AS_OF]):
            if batch.num_rows == 0:
                continue
            names = batch.column(0)
            as_of = batch.column(1)
            lengths.update(memoryview(pc.binary_length(names).to_numpy()))
            ids.update(_bytes(names))
            days.update(memoryview(as_of.cast(pa.int32()).to_numpy()))
            rows += batch.num_rows
            first, last = min(first, as_of[0].as_py()), max(last, as_of[-1].as_py())
    told = ids.digest() + lengths.digest() + days.digest()
    return Block(path, hashlib.sha256(told).hexdigest()[:16], rows, first, last)


def _bytes(names: pa.Array) -> memoryview:
    """The texts of an array, one after the other."""
    offsets = memoryview(names.buffers()[1]).cast("i")
    data = names.buffers()[2]
    start, end = offsets[names.offset], offsets[names.offset + len(names)]
    return memoryview(data if data is not None else b"")[start:end]
