"""What a home of tables must do: open a source, answer a query, stream, write. Nothing of features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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


class Engine(Protocol):
    """Where tables live. Queries are sqlglot expressions; the engine alone turns them into its dialect."""

    dialect: str

    def open_source(self, name: str, source: Source) -> list[Fault]:
        """Make the source's rows readable under `name`, with the declared columns, names and types.

        Timestamps with a zone become the workspace's local time. Every fault found is returned, and the name
        is then not usable. Reads nothing but the source; opening twice is harmless.
        """

    def define(self, name: str, query: exp.Query) -> None:
        """Make the query readable under `name`; it runs when it is read."""

    def define_files(self, name: str, path: Path) -> None:
        """Make a Parquet file readable under `name`."""

    def define_table(self, name: str, table: pa.Table) -> None:
        """Make a small table in memory readable under `name`."""

    def table(self, query: exp.Query) -> pa.Table:
        """The whole answer in memory. Rows come in the query's own order, or in none."""

    def stream(self, query: exp.Query, rows: int) -> Iterator[pa.RecordBatch]:
        """The answer in batches of at most `rows` rows, never whole in memory.

        Until it was read to its end or closed the engine answers nothing else.
        """

    def write(self, query: exp.Query, path: Path) -> int:
        """Write the answer as one Parquet file, whole or not at all, and return its number of rows."""

    def fingerprint(self, source: Source) -> str:
        """A text that changes when the source's data does: its files, their sizes and times of change."""

    def explain_sql(self, query: exp.Query) -> str:
        """The text of the query as this engine would run it."""
