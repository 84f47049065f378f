"""The tables of a bank as they were last written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.errors import UserError
from leadlift.simulate._folder import place_of
from leadlift.simulate._tables import schemas


class Written:
    """The bank in a folder, read one row group at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def schemas(self) -> dict[str, pa.Schema]:
        """Columns and types of every table."""
        return schemas()

    def groups(self, name: str) -> Iterator[pa.Table]:
        """A table's row groups in their order.

        Raises UserError when the table is not there or has other columns.
        """
        schema = self.schemas[name]
        words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        try:
            with pq.ParquetFile(self.folder / place_of(name), read_dictionary=words) as file:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group).cast(schema)
        except (OSError, ValueError) as error:
            raise changed(place_of(name)) from error

    def block(self, name: str, number: int) -> pa.Table:
        """A block's rows of a table in which each block has one row group."""
        for group, table in enumerate(self.groups(name)):
            if group == number:
                return table
        raise changed(place_of(name))

    def state(self, number: int) -> pa.Table:
        """A block's state at the end of the last month."""
        if not (self.folder / place_of("state")).exists():
            raise changed(place_of("state"))
        with pq.ParquetFile(self.folder / place_of("state")) as file:
            return file.read_row_group(number)

    def transactions(self) -> int:
        """Rows in all files of transactions."""
        files = (self.folder / "transactions").glob("*.parquet")
        return sum(pq.read_metadata(file).num_rows for file in files)


def changed(place: Path) -> UserError:
    """The bank cannot live on: a table is not the one that it remembers."""
    problem = f"{place} is not as simulate wrote it"
    return UserError(f"simulate --advance: {problem}; make the bank anew with `leadlift simulate`")
