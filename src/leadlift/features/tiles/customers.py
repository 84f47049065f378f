"""Every customer that was ever met, with a number that never changes: rows are arranged by these numbers."""

from __future__ import annotations

import uuid
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from leadlift.engines.files import locked, whole_file
from leadlift.names import CUSTOMER

FILE = "customers.parquet"
_CHAIN = b"leadlift.chain"
Codes = npt.NDArray[np.int32]


class Customers:
    """A list of ids that only grows, kept in a folder; processes that add to it take turns.

    A customer's code is the place in the list. chain: changes when the list was begun anew, as after the cache
    was deleted: codes of another chain mean nothing here.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self.chain, self.ids = _read(self._path)

    def __len__(self) -> int:
        """How many are known."""
        return len(self.ids)

    def codes(self, ids: pa.Array | pa.ChunkedArray) -> Codes:
        """The codes of ids, -1 for one that is not known."""
        found = pc.index_in(ids, value_set=self.ids)
        codes: Codes = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int32)
        return codes

    def add(self, ids: pa.Array) -> None:
        """Know these ids, unique and without null, from now on; those that others added meanwhile too."""
        with locked(self._path):
            self.chain, self.ids = _read(self._path)
            new = ids.filter(pc.invert(pc.is_in(ids, value_set=self.ids)))
            if len(new) == 0 and self._path.exists():
                return
            self.chain = self.chain or uuid.uuid4().hex[:16]
            # sorted, so that customers of one list stand near each other, as in a spine
            self.ids = pa.concat_arrays([self.ids, new.take(pc.sort_indices(new))])
            schema = pa.schema({CUSTOMER: pa.string()}, metadata={_CHAIN: self.chain.encode()})
            with whole_file(self._path) as temporary:
                pq.write_table(pa.table([self.ids], schema=schema), temporary, compression="zstd")


def _read(path: Path) -> tuple[str, pa.Array]:
    if not path.exists():
        return "", pa.array([], pa.string())
    table = pq.read_table(path)
    chain = (table.schema.metadata or {})[_CHAIN].decode()
    ids = table.column(CUSTOMER).combine_chunks()
    return chain, ids.chunk(0) if isinstance(ids, pa.ChunkedArray) else ids
