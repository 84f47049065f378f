"""From coded numbers to Arrow columns, without a Python loop over rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from leadlift.simulate._arrays import Column

MONEY = pa.decimal128(18, 2)


def whole(values: Column) -> pa.Array:
    """Counts."""
    return pa.array(values.astype(np.int64))


def real(values: Column) -> pa.Array:
    """Rates and chances."""
    return pa.array(values.astype(np.float64))


def flag(values: Column) -> pa.Array:
    """True or false."""
    return pa.array(values.astype(np.bool_))


def day(values: Column) -> pa.Array:
    """Days since 1970; 0 is null."""
    return pa.array(values.astype(np.int32), mask=values == 0).cast(pa.date32())


def instant(values: Column) -> pa.Array:
    """Seconds since 1970, naive local."""
    return pa.array((values * 1_000_000).astype(np.int64)).cast(pa.timestamp("us"))


def money(values: Column) -> pa.Array:
    """Amounts to the cent, as decimals."""
    whole_cents = np.rint(values * 100).astype(np.int64)
    words = np.stack([whole_cents, whole_cents >> 63], axis=1)
    return pa.Array.from_buffers(MONEY, len(values), [None, pa.py_buffer(np.ascontiguousarray(words))])


def word(values: Column, words: Sequence[str]) -> pa.Array:
    """Positions in a list of words; negative is null."""
    codes = pa.array(values.astype(np.int32), mask=values < 0)
    return pa.DictionaryArray.from_arrays(codes, pa.array(words, type=pa.string()))


_FOUR = np.array([f"{number:04d}" for number in range(10_000)], dtype="S4")


def code(values: Column, prefix: str, digits: int) -> pa.Array:
    """Fixed-width codes such as `T000000000123`. prefix: one letter or none; digits: a multiple of four."""
    parts = [(f"four{end}", "S4") for end in range(digits // 4)]
    letters = np.empty(len(values), dtype=[("prefix", f"S{len(prefix)}"), *parts])
    letters["prefix"] = prefix.encode()
    rest = values.astype(np.int64)
    for name, _ in reversed(parts):
        rest, four = np.divmod(rest, 10_000)
        letters[name] = _FOUR[four]
    ends = np.arange(len(values) + 1, dtype=np.int32) * letters.dtype.itemsize
    return pa.Array.from_buffers(pa.string(), len(values), [None, pa.py_buffer(ends), pa.py_buffer(letters)])
