"""From a table of features to the matrix that the estimators read, alike in training and in scoring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.errors import UserError

Matrix = npt.NDArray[np.float32]

MOST_CATEGORIES = 1_000
# A block of this many rows stays in the processor's cache while its columns are written one by one.
BLOCK_ROWS = 8_192


@dataclass(frozen=True)
class Encoding:
    """Which features, in which column, and which code each category has. Frozen with the model.

    features: in the order of the matrix columns. categories: for each text feature its categories in the
    order of their codes (0, 1, ...); a feature that is not in here is a number.
    """

    features: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]

    @classmethod
    def fit(cls, table: pa.Table, features: Sequence[str]) -> Self:
        """Learn the categories of the text features.

        Of a text feature the 1,000 commonest categories are kept, coded in alphabetical order; rarer ones
        are read as missing. Raises UserError for a column that is absent, or neither number, truth value
        nor text.
        """
        _refuse_absent(features, table.column_names)
        texts = [name for name in features if _is_text(name, table.schema.field(name).type)]
        return cls(tuple(features), {name: _commonest(table.column(name)) for name in texts})

    @property
    def categorical(self) -> tuple[int, ...]:
        """The matrix columns that hold codes of categories."""
        return tuple(i for i, name in enumerate(self.features) if name in self.categories)

    def encode(self, data: pa.Table | pa.RecordBatch, out: Matrix | None = None) -> Matrix:
        """Write the features as float32, shape (n_rows, n_features).

        Categories become their codes, truth values 0 and 1; null, infinity and a category never seen in
        training become NaN. Columns that are no features are not looked at. out: a buffer of at least n_rows
        rows to write into; the result is then a view of its first rows, good until the buffer is used again.
        Raises UserError when a feature is absent, or text where training saw numbers or the other way round.
        """
        _refuse_absent(self.features, data.schema.names)
        matrix = self._room(data.num_rows, out)
        start = 0
        for batch in _blocks(data.select(list(self.features))):
            rows = matrix[start : start + batch.num_rows]
            for column, values in enumerate(self.plain(batch)):
                rows[:, column] = _as_float32(values)
            start += batch.num_rows
        return matrix

    def plain(self, batch: pa.RecordBatch) -> list[pa.Array]:
        """Return the features as Arrow numbers of a fixed width, in the order of the matrix columns.

        Categories are their codes, null when not known; numbers are as they came, not copied where Arrow's layout
        allows it. Raises as `encode`.
        """
        _refuse_absent(self.features, batch.schema.names)
        return [self._plain(name, batch.column(name)) for name in self.features]

    def decode(self, feature: str, value: float) -> str | float | None:
        """Return a matrix value as people know it: the category's name, the number, None when missing."""
        if np.isnan(value):
            return None
        return self.categories[feature][int(value)] if feature in self.categories else float(value)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists and dicts, fit for JSON."""
        return {
            "features": list(self.features),
            "categories": {name: list(values) for name, values in self.categories.items()},
        }

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described."""
        categories = {name: tuple(values) for name, values in saved["categories"].items()}
        return cls(tuple(saved["features"]), categories)

    def _room(self, n_rows: int, out: Matrix | None) -> Matrix:
        if out is None:
            return np.empty((n_rows, len(self.features)), dtype=np.float32)
        if out.dtype != np.float32 or out.shape[1:] != (len(self.features),) or len(out) < n_rows:
            needed = f"float32, {n_rows} x {len(self.features)} or longer"
            raise ValueError(f"the buffer must be {needed}, is {out.dtype} {out.shape}")
        return out[:n_rows]

    def _plain(self, name: str, column: pa.Array) -> pa.Array:
        is_text = _is_text(name, column.type)
        if is_text != (name in self.categories) and not pa.types.is_null(column.type):
            was, now = ("a number", "text") if is_text else ("text", "a number")
            raise UserError(
                f"feature {name!r} was {was} when the model was trained and is {now} ({column.type}) here: "
                "make its source give the same type again, or train anew"
            )
        if is_text:
            known = pa.array(self.categories[name], pa.string())
            return pc.index_in(_plain_text(column), value_set=known)
        kind = column.type
        if pa.types.is_boolean(kind):
            return column.cast(pa.uint8())
        wide = pa.types.is_float64(kind) or pa.types.is_float32(kind) or pa.types.is_integer(kind)
        return column if wide else column.cast(pa.float32(), safe=False)


def _as_float32(column: pa.Array) -> npt.NDArray[np.float32]:
    """Null and what float32 cannot hold become NaN."""
    numbers: npt.NDArray[np.float32] = column.cast(pa.float32(), safe=False).to_numpy(zero_copy_only=False)
    beyond = np.isinf(numbers)
    return np.where(beyond, np.float32(np.nan), numbers) if beyond.any() else numbers


def _blocks(data: pa.Table | pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    table = pa.Table.from_batches([data]) if isinstance(data, pa.RecordBatch) else data
    yield from table.to_batches(max_chunksize=BLOCK_ROWS)


def _refuse_absent(features: Sequence[str], columns: Sequence[str]) -> None:
    absent = sorted(set(features) - set(columns))
    if absent:
        raise UserError(
            f"the table lacks {len(absent)} of {len(features)} features: {', '.join(absent[:10])}"
            f"{', ...' if len(absent) > 10 else ''}. Build it with the definitions the model was trained on"
        )


def _is_text(name: str, kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return True
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if number or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return False
    raise UserError(
        f"feature {name!r} is {kind}: a model reads numbers, truth values and text. "
        "Turn a date into days before the as-of date, a list into a count"
    )


def _plain_text(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return column.cast(pa.string())


def _commonest(column: pa.ChunkedArray) -> tuple[str, ...]:
    counts = pc.value_counts(_plain_text(column)).to_pylist()
    pairs = [(-entry["counts"], entry["values"]) for entry in counts if entry["values"] is not None]
    return tuple(sorted(category for _, category in sorted(pairs)[:MOST_CATEGORIES]))
