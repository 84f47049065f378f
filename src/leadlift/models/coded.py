"""Batches of customers to codes, straight from Arrow's buffers: what all compiled loops over trees begin with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.models.coding import Coding
from leadlift.models.encoding import Encoding


def write_codes(
    batch: pa.RecordBatch, encoding: Encoding, coding: Coding, codes: npt.NDArray[np.unsignedinteger]
) -> None:
    """Write the codes of the batch's rows into (blocks, n_columns, block). Raises as the encoding does.

    Rows of the last block that the batch does not fill keep what is there.
    """
    from leadlift.models import _kernels

    columns = encoding.plain(batch)
    for one in coding.numbers:
        _kernels.code_numbers(
            *_buffers(columns[one.feature]), one.cuts, one.low, one.scale, one.table, one.levels,
            one.columns, one.missing, one.zero, codes,
        )  # fmt: skip
    for other in coding.categories:
        _kernels.code_categories(*_buffers(columns[other.feature]), other.table, other.column, codes)


def _buffers(
    column: pa.Array,
) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.uint8], int, bool]:
    """An Arrow column's values and validity bits as they lie in memory: nothing is copied."""
    validity, data = column.buffers()
    kind = np.dtype(column.type.to_pandas_dtype())
    values = np.frombuffer(data, dtype=kind, count=len(column), offset=column.offset * kind.itemsize)
    bits = np.frombuffer(validity, dtype=np.uint8) if column.null_count else np.zeros(1, dtype=np.uint8)
    # read-only, all of them: else each column is compiled once more for buffers that may be written
    values.flags.writeable = bits.flags.writeable = False
    return values, bits, column.offset, column.null_count > 0
