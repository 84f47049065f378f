"""What a ledger does: it tells of all lists and outcomes as files, and takes new ones whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa


class Adding(Protocol):
    """What came back, being added while nobody else adds."""

    def keep(self, name: str, rows: pa.Table) -> Path | None:
        """Keep a file's new rows under its name, or under the next one when that is taken.

        rows: treatment_code, customer_id, event, day, money, line, source, added_at. Returns where they are read
        from once the block has ended well, None when there are none.
        """


class Ledger(Protocol):
    """Lists and outcomes. Whoever reads them reads files below `root`, wherever the ledger itself is kept.

    root: below it leads/CAMPAIGN/DAY/ and outcomes/events-*.parquet, as they were when the ledger was opened.
    below: what is at hand of a list's files: those whose name begins so; empty where all are.
    """

    root: Path
    below: str

    @property
    def cases_due(self) -> date | None:
        """The day for which outcomes/cases.parquet must be made anew, None where it is as it should be."""

    def recording(
        self, campaign: str, day: date, folder: Path, *, replace: bool, reads_lists: bool
    ) -> AbstractContextManager[Sequence[str]]:
        """Record the list in the folder, which is whole, when the block ends well; then it takes its name.

        Yields the ids of the campaign's lists of the day that are finished, replaced ones included. reads_lists: a
        rule of the list counts contacts, so that it must have seen all others. Raises UserError when another machine
        was faster.
        """

    def adding(self, on: date) -> AbstractContextManager[Adding]:
        """Only one command adds what came back at a time; it has seen the outcomes below `root` as they are.

        on: the day stood on.
        """

    def cases_made(self) -> None:
        """Note that outcomes/cases.parquet is as it should be."""

    def said_of(self, campaign: str, day: date) -> str:
        """Where and when the list in use was written, to be told to who wants to write another."""
