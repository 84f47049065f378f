"""Training cases as an engine's tasks write them: encoded, weighted, the columns of the matrix one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.models import Encoding, Matrix
from leadlift.models.together import Part
from leadlift.names import AS_OF, CUSTOMER, TARGET
from leadlift.training.split import Learned

Y, WEIGHT = "y", "weight"
BATCH_ROWS = 65_536


@dataclass(frozen=True)
class Thinned:
    """Which cases that did not respond are learned from: a share of them, by a hash, each for `1 / share`.

    One case's fate depends on nothing but itself, so no process need know how many others there are.
    """

    share: float
    seed: int

    def kept(self, names: Sequence[str], days: Sequence[object]) -> npt.NDArray[np.bool_]:
        """Whether each case would be kept, (n,), did it not respond."""
        key = str(self.seed).encode()
        drawn = [
            hashlib.blake2b(f"{name} {day}".encode(), digest_size=8, key=key, person=b"negative").digest()
            for name, day in zip(names, days, strict=True)
        ]
        return np.asarray(
            np.frombuffer(b"".join(drawn), dtype="<u8").astype(np.float64) / 2.0**64 < self.share
        )


@dataclass(frozen=True)
class Fading:
    """Weights of cases by their age. newest: of the training cases. half_life: days."""

    newest: np.datetime64
    half_life: int

    def of(self, days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.float64]:
        """Each case's weight, (n,)."""
        age = np.maximum((self.newest - days).astype(np.float64), 0.0)
        return np.asarray(0.5 ** (age / self.half_life), dtype=np.float64)


@dataclass(frozen=True)
class Encoded:
    """All cases in, those to learn from out, as `part_in` reads them: what an engine's tasks pass their rows through.

    left_out: matrix columns that are not learned from. thinned, fading: None where all cases count alike.
    """

    encoding: Encoding
    learned: Learned
    left_out: tuple[int, ...] = ()
    thinned: Thinned | None = None
    fading: Fading | None = None

    @property
    def weighted(self) -> bool:
        """Whether cases have weights."""
        return self.thinned is not None or self.fading is not None

    @property
    def schema(self) -> pa.Schema:
        """The matrix by column, the target, and the weight where there is one."""
        fields = [(f"x{place}", pa.float32()) for place in range(len(self.encoding.features))]
        return pa.schema([*fields, (Y, pa.float64()), *([(WEIGHT, pa.float64())] if self.weighted else [])])

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Encode a stream of cases."""
        for batch in batches:
            kept, weight = self._weights(batch)
            rows = batch.filter(pa.array(kept))
            if rows.num_rows == 0:
                continue
            matrix = self.encoding.encode(rows)
            matrix[:, list(self.left_out)] = np.nan
            columns = [pa.array(matrix[:, place]) for place in range(matrix.shape[1])]
            columns.append(rows.column(TARGET).cast(pa.float64()))
            if self.weighted:
                columns.append(pa.array(weight[kept]))
            yield pa.record_batch(columns, schema=self.schema)

    def _weights(self, batch: pa.RecordBatch) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
        """Which cases are learned from, and what each counts, both (n,)."""
        if batch.num_rows == 0:
            return np.zeros(0, dtype=bool), np.zeros(0)
        customers = batch.column(CUSTOMER).cast(pa.string())
        days = batch.column(AS_OF).to_numpy(zero_copy_only=False).astype("datetime64[D]")
        kept = self.learned.of(customers) & (days <= np.datetime64(self.learned.until))
        weight = np.ones(len(kept)) if self.fading is None else self.fading.of(days)
        if self.thinned is not None:
            other = batch.column(TARGET).to_numpy(zero_copy_only=False) != 1
            weight[other] /= self.thinned.share
            kept &= ~other | self.thinned.kept(customers.to_pylist(), days)
        return kept, weight


def part_in(files: Sequence[Path]) -> Part:
    """The rows of a part, read batch by batch into one matrix of 4 bytes a value."""
    rows = rows_in(files)
    names = pq.read_schema(files[0]).names
    width = sum(name.startswith("x") for name in names)
    matrix: Matrix = np.empty((rows, width), dtype=np.float32)
    start = 0
    for file in files:
        with pq.ParquetFile(file) as one:
            for batch in one.iter_batches(BATCH_ROWS):
                for place in range(width):
                    column = batch.column(f"x{place}").to_numpy(zero_copy_only=False)
                    matrix[start : start + batch.num_rows, place] = column
                start += batch.num_rows
    return Part(matrix, column_in(files, Y), column_in(files, WEIGHT) if WEIGHT in names else None)


def rows_in(files: Sequence[Path]) -> int:
    """How many rows the files say they hold."""
    return sum(int(pq.read_metadata(file).num_rows) for file in files)


def column_in(files: Sequence[Path], name: str) -> npt.NDArray[np.float64]:
    """One column of all rows, (n,)."""
    found = [pq.read_table(file, columns=[name])[name].to_numpy() for file in files]
    return np.concatenate([np.zeros(0), *found])
