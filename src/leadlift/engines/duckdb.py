"""The embedded engine: DuckDB."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from leadlift.engines import _csv
from leadlift.engines._csv import literal, quoted
from leadlift.engines._faults import absent, plain, readable
from leadlift.engines._partitions import PARQUET, parquet, partitions_of
from leadlift.engines._text import text_as_parquet
from leadlift.engines.files import digest, stat_fingerprint, sweep, whole_file
from leadlift.engines.found import SourceFiles
from leadlift.engines.protocol import ArrowStream, Fault, Partition, Work
from leadlift.errors import UserError
from leadlift.machine import machine_memory
from leadlift.specs import Column, Source
from leadlift.specs.base import listed, nearest

_DATA_ERRORS = (
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.OutOfRangeException,
)


DUCKDB_SHARE = 0.6


class DuckDbEngine:
    """Tables in files, read by DuckDB in this process. Delimited text is read once, into the cache.

    root: the folder that relative paths start from. cache: where text sources are kept as Parquet and where
    work too large for memory is spilled; it may be deleted at any time when no command runs.
    """

    dialect = "duckdb"
    spread = 0

    def __init__(self, root: Path, cache: Path, timezone: str = "UTC", memory: int | None = None) -> None:
        self._cache, self._timezone = cache, timezone
        self._files = SourceFiles(root, cache, timezone)
        self.memory = memory or machine_memory() * 6 // 10
        self._con = duckdb.connect()
        self._spill = cache / "spill"
        self._con.execute(f"SET temp_directory = {literal(str(self._spill))}")
        self._con.execute(f"SET TimeZone = {literal(timezone)}")
        self._con.execute("SET enable_progress_bar = false")
        # a file says what it holds in its footer: read once, and again only when the file has changed
        self._con.execute("SET parquet_metadata_cache = true")
        # what is left is for rows on their way through Python
        self._con.execute(f"SET memory_limit = '{int(self.memory * DUCKDB_SHARE) >> 20}MiB'")
        self._attached: dict[Path, str] = {}
        self._opened: set[Path] = set()
        self._locked = False
        sweep(cache / "sources")

    def open_source(self, name: str, source: Source) -> list[Fault]:
        """See Engine."""
        paths, faults = self._files.bring(source)
        if faults:
            return faults
        try:
            if source.table is not None:
                return self._open_table(name, source, paths[0])
            if paths[0].suffix in PARQUET:
                self._opened |= set(paths)
                return self._open_relation(name, source, parquet(paths))
            return self._open_text(name, source, paths)
        except duckdb.Error as error:
            return [Fault(("path",), f"'{source.path}' cannot be read: {plain(error)}")]

    def define(self, name: str, query: exp.Query) -> None:
        """See Engine."""
        self._run(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS {self.explain_sql(query)}")

    def partitions(self, source: Source) -> list[Partition]:
        """See Engine."""
        return partitions_of(source, self.paths(source))

    def open_partition(self, name: str, source: Source, partition: Partition) -> None:
        """See Engine."""
        if source.table is None and all(path.suffix in PARQUET for path in partition.files):
            self._open_relation(name, source, parquet(partition.files))
        else:
            self.open_source(name, source)

    def define_files(self, name: str, *paths: Path) -> None:
        """See Engine."""
        self._opened |= set(paths)
        self._run(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS SELECT * FROM {parquet(paths)}")

    def define_stream(self, name: str, stream: ArrowStream) -> None:
        """See Engine."""
        self._register(name, stream)

    def define_table(self, name: str, table: pa.Table) -> None:
        """See Engine."""
        self._register(name, table)

    def _register(self, name: str, rows: pa.Table | ArrowStream) -> None:
        # DuckDB replaces what was registered, but not a view of files
        self._run(f"DROP VIEW IF EXISTS {quoted(name)}")
        self._con.register(name, rows)

    def table(self, query: exp.Query) -> pa.Table:
        """See Engine."""
        with _told_plainly():
            return self._relation(query).to_arrow_table()

    def stream(self, query: exp.Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Engine."""
        # what a batch held goes back at once: else the memory of a long stream swings by hundreds of megabytes
        self._con.execute("SET allocator_bulk_deallocation_flush_threshold = '16MB'")
        with _told_plainly():
            yield from self._relation(query).to_arrow_reader(rows)

    def ask(self, query: exp.Query, rows: int) -> Iterator[pa.RecordBatch]:
        """See Answers."""
        self._only_read()
        try:
            reader = self._relation(query).to_arrow_reader(rows)
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)
            yield from reader
        except (duckdb.Error, pa.ArrowException) as error:
            raise UserError(f"sql: {plain(error)}") from error

    def _only_read(self) -> None:
        if self._locked:
            return
        self._locked = True
        paths = ", ".join(literal(str(path)) for path in sorted(self._opened))
        spill = literal(str(self._spill) + "/")
        for setting in (
            "python_enable_replacements = false",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            f"allowed_paths = [{paths}]",
            f"allowed_directories = [{spill}]",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            self._run(f"SET {setting}")

    def mapped(self, query: exp.Query, work: Work, schema: pa.Schema, rows: int) -> Iterator[pa.RecordBatch]:
        """See Engine. The work runs in this process."""
        yield from work(self.stream(query, rows))

    def write(self, query: exp.Query, path: Path) -> int:
        """See Engine."""
        with whole_file(path) as temporary:
            target = f"{literal(str(temporary))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
            row = self._run(f"COPY ({self.explain_sql(query)}) TO {target}").fetchone()
        return int(row[0]) if row else 0

    def fingerprint(self, source: Source) -> str:
        """See Engine."""
        return stat_fingerprint(self.paths(source))

    def explain_sql(self, query: exp.Query) -> str:
        """See Engine."""
        return query.sql(dialect="duckdb")

    def close(self) -> None:
        """Give back memory and spilled files."""
        self._con.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def _run(self, statement: str) -> duckdb.DuckDBPyConnection:
        with _told_plainly():
            return self._con.execute(statement)

    def _relation(self, query: exp.Query) -> duckdb.DuckDBPyRelation:
        return self._con.sql(self.explain_sql(query))

    def paths(self, source: Source) -> list[Path]:
        """The files that a source's rows are in."""
        return self._files.of(source)

    def _open_table(self, name: str, source: Source, path: Path) -> list[Fault]:
        if path not in self._attached:
            alias = f"file_{len(self._attached)}"
            self._con.execute(f"ATTACH {literal(str(path))} AS {alias} (READ_ONLY)")
            self._attached[path] = alias
        parts = [quoted(part) for part in str(source.table).split(".")]
        tables = self._con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = ? "
            "UNION ALL SELECT view_name FROM duckdb_views() WHERE database_name = ? AND NOT internal",
            [self._attached[path]] * 2,
        ).fetchall()
        known = [row[0] for row in tables]
        if str(source.table).split(".")[-1] not in known:
            guess = nearest(source.table, known) or f" Known: {listed(known)}"
            return [Fault(("table",), f"no table '{source.table}' in '{source.path}'.{guess}")]
        return self._open_relation(name, source, ".".join([self._attached[path], *parts]))

    def _open_relation(self, name: str, source: Source, relation: str) -> list[Fault]:
        """A table whose columns have types of their own."""
        found = {
            row[0]: str(row[1]) for row in self._con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        }
        faults = absent(source, list(found))
        for column, spec in source.columns.items():
            physical = found.get(spec.from_ or column)
            if physical is not None and not readable(physical, spec):
                faults.append(
                    Fault(
                        ("columns", column, "type"),
                        f"'{column}' is {physical} in '{source.place}', not {spec.type}",
                    )
                )
        if faults:
            return faults
        fields = ", ".join(
            self._cast(column, spec, found[spec.from_ or column]) for column, spec in source.columns.items()
        )
        self._con.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS SELECT {fields} FROM {relation}")
        return []

    def _cast(self, name: str, column: Column, physical: str) -> str:
        field = quoted(column.from_ or name)
        if "WITH TIME ZONE" in physical:
            field = f"timezone({literal(self._timezone)}, {field})"
        return f"CAST({field} AS {_csv.duckdb_type(column)}) AS {quoted(name)}"

    def _open_text(self, name: str, source: Source, paths: list[Path]) -> list[Fault]:
        """Delimited text: parsed strictly once, kept as Parquet under the fingerprint of files and format."""
        spec = source.model_dump_json(include={"csv", "columns"})
        kept = self._cache / "sources" / f"{name}-{digest(stat_fingerprint(paths) + spec)}.parquet"
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            if faults := text_as_parquet(self._con, source, paths, kept):
                return faults
        self.define_files(name, kept)
        return []


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Values that cannot be read, and too little memory, are the user's to mend; anything else is a bug."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise UserError(f"memory ran out: {plain(error)}. Give `memory` in leadlift.yaml more") from error
    except _DATA_ERRORS as error:
        why = f"the data could not be read as declared: {plain(error)}. Run `leadlift check`"
        raise UserError(why) from error
