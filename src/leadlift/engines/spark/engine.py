"""The engine of clusters: Spark. Tables lie in files that driver and executors see under the same paths."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema
from sqlglot import exp

from leadlift.engines._partitions import PARQUET, partitions_of
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.engines.files import TEMPORARY, digest, stat_fingerprint, sweep, whole_file
from leadlift.engines.protocol import ArrowStream, Fault, Partition, Task, Work
from leadlift.engines.spark.barrier import at_once
from leadlift.engines.spark.files import (
    Readable,
    batches_of,
    gather,
    number_of,
    parts_of,
    readable,
    ticked,
)
from leadlift.engines.spark.order import in_order, without_order
from leadlift.engines.spark.session import no_word_of_pandas, session_at, slots, told_plainly
from leadlift.engines.spark.words import spark_sql
from leadlift.machine import machine_memory
from leadlift.specs import Source

# Tables in memory above this go by way of a file: the plan of a query should not hold them.
MOST_IN_PLAN = 8_000_000
LOG = Path("spark", "driver.log")
PARTS = "parts"


class SparkEngine:
    """Tables in files, read by Spark; text and tables of database files are read once by DuckDB, into the cache.

    root: the folder that relative paths start from. cache: as for DuckDB; executors must see both under these paths.
    master, conf: see `EngineSpec`. A session that was there already is left as it was, and running.
    """

    dialect = "spark"

    def __init__(
        self,
        root: Path,
        cache: Path,
        timezone: str = "UTC",
        memory: int | None = None,
        master: str | None = None,
        conf: Mapping[str, str] | None = None,
    ) -> None:
        self._root, self._cache, self._timezone = root, cache, timezone
        self.memory = memory or machine_memory() * 6 // 10
        self._spark, self._started = session_at(master, conf or {}, self.memory, cache / LOG)
        self.spread = slots(self._spark)
        self._embedded = DuckDbEngine(root, cache, timezone, int(self.memory * _own_share(self._spark)))
        sweep(cache / "spark")
        self._scratch = cache / "spark" / f"{TEMPORARY}{os.getpid()}-{id(self):x}"
        self._numbers = itertools.count()

    def open_source(self, name: str, source: Source) -> list[Fault]:
        """See Engine. Faults are those that DuckDB finds, in its words: the files are the same."""
        if faults := self._embedded.open_source(name, source):
            return faults
        self._open_files(name, source, self._embedded.paths(source))
        return []

    def define(self, name: str, query: exp.Query) -> None:
        """See Engine."""
        with told_plainly():
            self._spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW {ticked(name)} AS {spark_sql(query)}")

    def partitions(self, source: Source) -> list[Partition]:
        """See Engine."""
        return partitions_of(source, self._embedded.paths(source))

    def open_partition(self, name: str, source: Source, partition: Partition) -> None:
        """See Engine."""
        self._embedded.open_partition(name, source, partition)
        self._open_files(name, source, list(partition.files))

    def define_files(self, name: str, *paths: Path) -> None:
        """See Engine."""
        with told_plainly():
            self._spark.read.parquet(*(_read_from(path) for path in paths)).createOrReplaceTempView(name)

    def define_stream(self, name: str, stream: ArrowStream) -> None:
        """See Engine. The stream is read once, into a file: executors cannot read from this process."""
        self.define_files(name, self._written(pa.RecordBatchReader.from_stream(stream)))

    def define_table(self, name: str, table: pa.Table) -> None:
        """See Engine."""
        if table.nbytes > MOST_IN_PLAN or table.num_rows == 0:
            self.define_files(name, self._written(table.to_reader()))
            return
        with told_plainly():
            self._spark.createDataFrame(table).createOrReplaceTempView(name)

    def table(self, query: exp.Query) -> pa.Table:
        """See Engine."""
        with told_plainly():
            found = self._asked(query).toArrow()
        # Spark marks what cannot be null, which changes nothing but whether two tables' schemas are equal
        return found.cast(pa.schema([field.with_nullable(True) for field in found.schema]))

    def stream(self, query: exp.Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Engine. Executors write the answer, this process reads what they wrote."""
        with self._parts(self._asked(query)) as parts:
            yield from batches_of(parts, rows)

    def mapped(self, query: exp.Query, work: Work, schema: pa.Schema, rows: int) -> Iterator[pa.RecordBatch]:
        """See Engine. The work travels to each executor once, and runs where the rows are."""
        with self._parts(self._passed(self._asked(query), work, schema)) as parts:
            for batch in batches_of(parts, rows):
                yield batch.cast(schema)

    @contextmanager
    def parted(
        self, query: exp.Query, by: str, order: Sequence[str], count: int, work: Work, schema: pa.Schema
    ) -> Iterator[list[list[Path]]]:
        """See AtOnce. Parts are Spark's own partitions, by its hash."""
        rows = self._asked(query).repartition(count, by).sortWithinPartitions(*order)
        with self._parts(self._passed(rows, work, schema)) as parts:
            yield [[path for path in parts_of(parts) if number_of(path) == part] for part in range(count)]

    def at_once(self, task: Task, count: int) -> list[str]:
        """See AtOnce."""
        return at_once(self._spark, task, count, self._scratch / "at-once")

    def write(self, query: exp.Query, path: Path) -> int:
        """See Engine. Parts come in any order, and are put in the query's by DuckDB, here.

        To order them Spark would compute every row twice, the first time to see how the keys are spread, and shuffle
        all that was computed.
        """
        unordered, keys = without_order(query)
        with self._parts(self._asked(unordered), None if keys else path) as parts:
            if not keys:
                with whole_file(path) as temporary:
                    return gather(parts, temporary)
            self._embedded.define_files(PARTS, *parts_of(parts))
            return self._embedded.write(in_order(PARTS, keys), path)

    def fingerprint(self, source: Source) -> str:
        """See Engine."""
        return stat_fingerprint(self._embedded.paths(source))

    def explain_sql(self, query: exp.Query) -> str:
        """See Engine."""
        return spark_sql(query)

    def close(self) -> None:
        """Remove what was written on the way; stop the session if it was started here."""
        self._embedded.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
        if self._started:
            self._spark.stop()

    def _asked(self, query: exp.Query) -> DataFrame:
        with told_plainly():
            return self._spark.sql(spark_sql(query))

    def _passed(self, rows: DataFrame, work: Work, schema: pa.Schema) -> DataFrame:
        with no_word_of_pandas():
            return rows.mapInArrow(_shipped(self._spark, work), from_arrow_schema(schema))

    def _open_files(self, name: str, source: Source, paths: list[Path]) -> None:
        plain = source.table is None and all(path.suffix in PARQUET for path in paths)
        found = readable(source, paths, self._timezone) if plain else None
        if found is None:
            self.define_files(name, self._copied(name, source, paths))
            return
        self._define_readable(name, found)

    def _define_readable(self, name: str, found: Readable) -> None:
        with told_plainly():
            reader = self._spark.read.schema(found.schema)
            if found.base is not None:
                reader = reader.option("basePath", _url(found.base))
            rows = reader.parquet(*(_read_from(path) for path in found.files))
            rows.selectExpr(*found.chosen).createOrReplaceTempView(name)

    def _copied(self, name: str, source: Source, paths: list[Path]) -> Path:
        """What Spark cannot read as it is, as Parquet, read once by DuckDB under the same declaration."""
        key = stat_fingerprint(paths) + source.model_dump_json(include={"csv", "columns", "table"})
        kept = self._cache / "sources" / f"{name}-{digest(self._timezone + key)}-copied.parquet"
        if not kept.exists():
            self._embedded.write(exp.select("*").from_(exp.to_table(name)), kept)
        return kept

    def _written(self, reader: pa.RecordBatchReader) -> Path:
        path = self._scratch / f"rows-{next(self._numbers)}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        # of what Arrow writes as lz4, Spark cannot read all
        with pq.ParquetWriter(path, reader.schema, compression="snappy") as writer:
            for batch in reader:
                writer.write_batch(batch)
        return path

    @contextmanager
    def _parts(self, rows: DataFrame, path: Path | None = None) -> Iterator[Path]:
        """A folder of files with these rows, written by the executors, as long as the block lasts."""
        folder = self._scratch / f"parts-{next(self._numbers)}"
        try:
            with told_plainly():
                rows.write.option("compression", "snappy" if path is None else "zstd").parquet(_url(folder))
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _shipped(spark: SparkSession, work: Work) -> Work:
    """The work as each task finds it: sent once to every executor where Spark can, with the task where it cannot."""
    try:
        kept = spark.sparkContext.broadcast(work)
    except PySparkException:  # Spark Connect has no broadcast; it keeps a large function itself
        return work

    def through(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from kept.value(batches)

    return through


def _own_share(spark: SparkSession) -> float:
    """How much of the memory is for ordering what executors wrote: a Spark inside this process takes most itself."""
    return 1 / 4 if spark.conf.get("spark.master", "").startswith("local") else 2 / 3


def _url(path: Path) -> str:
    """A path for Spark, whose default may be another file system."""
    return f"file:{path.resolve()}"


def _read_from(path: Path) -> str:
    """The same for reading, where stars and brackets would be patterns."""
    return re.sub(r"([\\*?\[\]{},])", r"\\\1", _url(path))
