"""What a home of tables must do: open a source, answer a query, stream, write. Nothing of features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyarrow as pa
from sqlglot import exp

from leadlift.specs import Source


@dataclass(frozen=True)
class Fault:
    """What is wrong with a source's data: the path below the source in leadlift.yaml, and the message.

    Of values that cannot be read: how many of how many rows, and one of them, unless it is personal.
    """

    path: tuple[str | int, ...]
    message: str
    count: int = 0
    rows: int = 0
    example: str | None = None


@dataclass(frozen=True)
class Partition:
    """A piece of a source that changes as a whole: one file, or all of a source that cannot be told apart.

    files: what holds it. fingerprint: changes when its data does. rows: how many, where the files say so.
    bytes: on disk. days: column -> first and last day in it, for dates and times whose bounds the files tell.
    """

    name: str
    files: tuple[Path, ...]
    fingerprint: str
    rows: int | None
    bytes: int
    days: Mapping[str, tuple[date, date]]
    column_bytes: Mapping[str, int]


# Batches in, batches out. What `Engine.mapped` is given must be picklable: it may run in other processes, on many parts
# of an answer at once, each of which it sees as a stream of its own.
Work = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


class ArrowStream(Protocol):
    """Rows that can be read again and again, each time from the beginning, in the same order."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Begin anew, as the Arrow C stream interface says."""


class Engine(Protocol):
    """Where tables live. Queries are sqlglot expressions; the engine alone turns them into its dialect.

    memory: bytes that building and sorting may take, all together. spread: how many other processes or threads of them
    a query runs in at once, 0 when it runs in this one; elsewhere nothing is gained by cutting queries to this
    machine's memory, nor by arranging rows here.
    """

    dialect: str
    spread: int
    memory: int

    def open_source(self, name: str, source: Source) -> list[Fault]:
        """Make the source's rows readable under `name`, with the declared columns, names and types.

        Timestamps with a zone become the workspace's local time. Every fault found is returned, and the name
        is then not usable. Reads nothing but the source; opening twice is harmless.
        """

    def define(self, name: str, query: exp.Query) -> None:
        """Make the query readable under `name`; it runs when it is read."""

    def partitions(self, source: Source) -> list[Partition]:
        """The pieces that the source's data can be read in, in a stable order; none when nothing is there."""

    def open_partition(self, name: str, source: Source, partition: Partition) -> None:
        """Make one piece of a source that opens readable under `name`, as `open_source` does the whole."""

    def define_files(self, name: str, *paths: Path) -> None:
        """Make Parquet files of equal columns readable under `name`, one after the other."""

    def define_stream(self, name: str, stream: ArrowStream) -> None:
        """Make a stream readable under `name`. A query that only filters and computes keeps its order."""

    def define_table(self, name: str, table: pa.Table) -> None:
        """Make a small table in memory readable under `name`."""

    def table(self, query: exp.Query) -> pa.Table:
        """The whole answer in memory. Rows come in the query's own order, or in none."""

    def stream(self, query: exp.Query, rows: int) -> Iterator[pa.RecordBatch]:
        """The answer in batches of at most `rows` rows, never whole in memory.

        Until it was read to its end or closed the engine answers nothing else.
        """

    def mapped(self, query: exp.Query, work: Work, schema: pa.Schema, rows: int) -> Iterator[pa.RecordBatch]:
        """The answer passed through the work, wherever its rows are, in batches of at most `rows` rows.

        schema: of what the work gives. Answers nothing else meanwhile, as `stream`.
        """

    def write(self, query: exp.Query, path: Path) -> int:
        """Write the answer as one Parquet file, whole or not at all, and return its number of rows."""

    def fingerprint(self, source: Source) -> str:
        """A text that changes when the source's data does: its files, their sizes and times of change."""

    def explain_sql(self, query: exp.Query) -> str:
        """The text of the query as this engine would run it."""


@runtime_checkable
class Answers(Protocol):
    """An engine that can be asked by anybody: what an engine need not be."""

    def ask(self, query: exp.Query, rows: int) -> Iterator[pa.RecordBatch]:
        """Somebody's question in batches, the first of which is empty and says the columns.

        From then on the engine reads what is open and no other file, writes nothing and changes no setting. Raises
        UserError for a question that cannot be answered.
        """


class Member(Protocol):
    """One of several tasks that run at once, as it sees itself.

    rank: from 0. processors: that it may use. address: of its machine, in numbers, as the others know it.
    """

    rank: int
    processors: int
    address: str

    def tell(self, word: str) -> list[str]:
        """Tell all the others a word, and return what each told, in the order of ranks. Waits for all of them."""


Task = Callable[[Member], str]


@runtime_checkable
class AtOnce(Protocol):
    """An engine whose tasks can run at once and know of each other: what an engine need not be."""

    def parted(
        self, query: exp.Query, by: str, order: Sequence[str], count: int, work: Work, schema: pa.Schema
    ) -> AbstractContextManager[list[list[Path]]]:
        """The answer in `count` parts, rows of an equal `by` in one, each passed through the work by `order`.

        By `order` means by these columns within the part, so that equal rows make equal files. Gives each part's
        Parquet files, which driver and tasks see as long as the block lasts. The answer is never in this process.
        """

    def at_once(self, task: Task, count: int) -> list[str]:
        """Run `count` tasks at the same time, and return what each comes to, by rank. The task must be picklable.

        When one is lost with its machine all are begun anew, a few times. Raises UserError when so many cannot run at
        once, or are lost again and again; never waits for what does not come.
        """
