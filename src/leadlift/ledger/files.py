"""The ledger that a workspace has by itself: the files of its lists and outcomes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.engines.files import whole_file
from leadlift.ledger.places import LEADS, OUTCOMES, REPLACED
from leadlift.names import MANIFEST


class FileLedger:
    """Lists and outcomes as they lie in the workspace. A list is recorded by taking its name."""

    below = ""
    cases_due: date | None = None

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def recording(
        self, campaign: str, day: date, folder: Path, *, replace: bool, reads_lists: bool
    ) -> Iterator[Sequence[str]]:
        """Nothing but the name says that a list is there: who comes second finds it taken."""
        yield finished_ids(self.root / LEADS / campaign / day.isoformat())

    @contextmanager
    def adding(self, on: date) -> Iterator[FileAdding]:
        """Who adds holds the lock of the folder."""
        yield FileAdding(self.root / OUTCOMES)

    def cases_made(self) -> None:
        """Files need no note."""

    def said_of(self, campaign: str, day: date) -> str:
        """Nothing that the folder would not say itself."""
        return ""


class FileAdding:
    """Rows as a file of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, rows: pa.Table) -> Path | None:
        """Write the rows at once: no other file has them."""
        if not rows.num_rows:
            return None
        return write_events(
            self._folder, next_name(name, len(list(self._folder.glob(f"events-{name}*.parquet")))), rows
        )


def next_name(name: str, taken: int) -> str:
    """The name of the next file of rows from the same outcome file."""
    return f"{name}-{taken + 1}" if taken else name


def events_file(folder: Path, name: str) -> Path:
    """Where the rows of that name lie."""
    return folder / f"events-{name}.parquet"


def write_events(folder: Path, name: str, rows: pa.Table) -> Path:
    """Write rows that came back under a name, whole or not at all."""
    path = events_file(folder, name)
    with whole_file(path) as temporary:
        pq.write_table(rows, temporary, compression="zstd")
    return path


def finished_ids(folder: Path) -> list[str]:
    """The ids of the lists of this campaign and day that are complete, replaced ones included."""
    places = [*folder.parent.glob(f"{folder.name}{REPLACED}*"), folder]
    told = [json.loads(path.read_text("utf-8")) for place in places if (path := place / MANIFEST).is_file()]
    return [str(one["list_id"]) for one in told]
