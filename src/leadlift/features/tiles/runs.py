"""Runs: so many rows of a source, in the order of customers and days, each column an array in a file of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from leadlift.features.tiles.query import CODE, DAY
from leadlift.machine import processors

Array = npt.NDArray[Any]
OFFSETS, FACTS = "offsets", "run.json"


@dataclass(frozen=True)
class Run:
    """Rows on disk. words: what its columns hold, see Measures. scales: of decimal values, kept as whole numbers.

    vocabulary: the texts that a text value's codes stand for. rows, first_day, last_day: what is in it.
    """

    folder: Path
    words: tuple[str, ...]
    scales: tuple[int, ...]
    vocabulary: Mapping[int, Sequence[str]]
    rows: int
    first_day: int
    last_day: int
    columns: tuple[str, ...] = field(default=())

    def column(self, name: str) -> Array | None:
        """The column, read as it is used; None where the run has no such column."""
        if name not in self.columns:
            return None
        array: Array = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return array

    def offsets(self) -> Array:
        """Where each customer's rows begin, by code, and where the last one's end."""
        array: Array = np.load(self.folder / f"{OFFSETS}.npy", mmap_mode="r")
        return array


def write_run(folder: Path, columns: dict[str, Array], facts: Mapping[str, Any], customers: int) -> None:
    """Arrange rows by code and day and write them. columns: `code`, `day` and what else each row has."""
    folder.mkdir()
    code, day = columns.pop(CODE), columns[DAY]
    first = int(day.min()) if len(day) else 0
    offsets, order = arranged(code, day - np.int32(first), customers)
    np.save(folder / f"{OFFSETS}.npy", offsets)

    def save(name: str) -> None:
        np.save(folder / f"{name}.npy", taken(columns[name], order))

    with ThreadPoolExecutor(processors()) as pool:
        list(pool.map(save, columns))
    told = {
        **facts,
        "rows": len(code),
        "first_day": first,
        "last_day": int(day.max()) if len(day) else 0,
        "columns": sorted(columns),
    }
    (folder / FACTS).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def read_run(folder: Path) -> Run:
    """What `write_run` wrote."""
    told = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    return Run(
        folder,
        tuple(told["words"]),
        tuple(told["scales"]),
        {int(place): words for place, words in told["vocabulary"].items()},
        told["rows"],
        told["first_day"],
        told["last_day"],
        tuple(told["columns"]),
    )


@njit(nogil=True, cache=True)
def arranged(code: Array, day: Array, customers: int) -> tuple[Array, Array]:
    """Stable order by code, then day, by counting: linear in rows, customers and days.

    code: (n,), 0 to customers - 1. day: (n,), from 0. Returns where each code's rows begin, (customers + 1,),
    and the order, (n,).
    """
    rows = len(code)
    last = 0
    for row in range(rows):
        last = max(last, day[row])
    by_day = _counting(day, np.arange(rows).astype(np.int32), last + 1)[1]
    offsets, order = _counting(code, by_day, customers)
    return offsets, order


@njit(nogil=True, cache=True)
def taken(column: Array, order: Array) -> Array:
    """The column in this order; unlike numpy's own, without holding up other threads."""
    found = np.empty(len(order), dtype=column.dtype)
    for place in range(len(order)):
        found[place] = column[order[place]]
    return found


@njit(nogil=True, cache=True)
def _counting(key: Array, before: Array, size: int) -> tuple[Array, Array]:
    """Order `before` anew by key, equal keys as they were."""
    starts = np.zeros(size + 1, dtype=np.int32)
    for row in range(len(key)):
        starts[key[row] + 1] += 1
    for place in range(size):
        starts[place + 1] += starts[place]
    filled = starts.copy()
    order = np.empty(len(key), dtype=np.int32)
    for place in range(len(before)):
        row = before[place]
        order[filled[key[row]]] = row
        filled[key[row]] += 1
    return starts, order
