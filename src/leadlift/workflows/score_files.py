"""scores.parquet, made in two passes: written as scores come, then once more with everybody's rank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlglot import exp

from leadlift.engines import Engine
from leadlift.models import Sample, placed
from leadlift.names import AS_OF, BAND, BANDS, CUSTOMER, PERCENTILE, PROBABILITY, RANK, SCORE, VALUE
from leadlift.workflows.places import SCORES as SCORES

SCHEMA = pa.schema(
    {
        CUSTOMER: pa.string(),
        AS_OF: pa.date32(),
        SCORE: pa.float64(),
        PROBABILITY: pa.float64(),
        PERCENTILE: pa.int8(),
        BAND: pa.string(),
        RANK: pa.int32(),
    }
)
UNRANKED = SCHEMA.remove(SCHEMA.get_field_index(RANK))
TOLD = SCHEMA.get_field_index(PROBABILITY)
UNORDERED = "scores_unordered"
PART = 65_536


@dataclass
class Tally:
    """What is counted while scores pass: nothing here grows with the customers but a sample of their scores."""

    bands: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BANDS, 0))
    expected: float = 0.0
    customers: int = 0
    in_order: bool = True
    sample: Sample = field(default_factory=Sample)
    _last: Any = None

    def see(self, batch: pa.RecordBatch) -> None:
        """Count a batch of scores."""
        for entry in pc.value_counts(batch.column(BAND)).to_pylist():
            self.bands[entry["values"]] += entry["counts"]
        self.expected += float(batch.column(TOLD).to_numpy().sum())
        self.sample.see(batch.column(SCORE).to_numpy())
        self.customers += batch.num_rows
        self.in_order = self.in_order and self._follows(batch.column(CUSTOMER))

    def _follows(self, customers: pa.Array) -> bool:
        if len(customers) == 0:
            return True
        before, begins = self._last, customers[0].as_py()
        self._last = customers[-1].as_py()
        if (
            customers.null_count
            or not pc.all(pc.less_equal(customers[:-1], customers[1:]), min_count=0).as_py()
        ):
            return False
        return before is None or bool(before <= begins)


def named(schema: pa.Schema, amounts: bool) -> pa.Schema:
    """The schema with what the model says under its name: `value` where it says amounts, else `probability`."""
    return schema.set(TOLD, pa.field(VALUE if amounts else PROBABILITY, pa.float64()))


def write_scores(
    batches: Iterable[pa.RecordBatch], path: Path, engine: Engine, amounts: bool = False
) -> Tally:
    """Write batches of UNRANKED as scores.parquet, in the order of customer_id, with ranks.

    amounts: whether the batches hold amounts and no chances; their column is then called `value`.
    Rank 1 is the highest score; of equal scores the lower customer_id comes first. Customers who come in another order
    are put in order by the engine, the finished scores alone and not their features.
    """
    tally = Tally()
    first, second = path.with_name(f"unranked-{path.name}"), path.with_name(f"ordered-{path.name}")
    try:
        # read once and thrown away: small is worth less than soon
        with pq.ParquetWriter(first, named(UNRANKED, amounts), compression="lz4") as writer:
            for batch in batches:
                tally.see(batch)
                writer.write_batch(batch)
        if not tally.in_order:
            engine.define_files(UNORDERED, first)
            order = [exp.column(CUSTOMER), exp.column(SCORE).desc()]
            engine.write(exp.select("*").from_(UNORDERED).order_by(*order), second)
            tally.sample = _sampled(second)
        _rank(second if second.exists() else first, path, tally.sample, named(SCHEMA, amounts))
    finally:
        first.unlink(missing_ok=True)
        second.unlink(missing_ok=True)
    return tally


def _rank(unranked: Path, path: Path, sample: Sample, schema: pa.Schema) -> None:
    with (
        placed(lambda: _scores(unranked), sample.cuts(), path.parent) as places,
        pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer,
    ):
        for batch in _parts(unranked, schema.names[:-1]):
            ranks = pa.array(places(batch.column(SCORE).to_numpy()))
            writer.write_batch(pa.record_batch([*batch.columns, ranks], schema=schema))


def _sampled(path: Path) -> Sample:
    sample = Sample()
    for part in _scores(path):
        sample.see(part)
    return sample


def _scores(path: Path) -> Iterator[npt.NDArray[np.float64]]:
    for batch in _parts(path, [SCORE]):
        yield batch.column(0).to_numpy()


def _parts(path: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(PART, columns=columns)
