"""Rows that stand in several versions, found by their keys' hashes in time that is linear in the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba import njit

from leadlift.features.tiles.runs import Array

NONE = np.uint64(0)
MOST_SLOTS = 1 << 31


def corrected_keys(keys: Sequence[Array]) -> Array:
    """The hashes that stand more than once, sorted. keys: of all rows known; zero stands for no key."""
    rows = sum(len(part) for part in keys)
    slots = 1 << 10
    while slots < min(16 * rows, MOST_SLOTS):
        slots *= 2
    once, twice = np.zeros(slots // 8, dtype=np.uint8), np.zeros(slots // 8, dtype=np.uint8)
    for part in keys:
        _mark(np.asarray(part), once, twice)
    suspects = [_marked(np.asarray(part), twice) for part in keys]
    found, count = np.unique(np.concatenate([np.empty(0, np.uint64), *suspects]), return_counts=True)
    return np.asarray(found[count > 1])


def rows_with(key: Array, keys: Array) -> Array:
    """Which rows have one of the keys, (n,). keys: sorted."""
    slots = 1 << 10
    while slots < 16 * len(keys):
        slots *= 2
    there, unused = np.zeros(slots // 8, dtype=np.uint8), np.zeros(slots // 8, dtype=np.uint8)
    _mark(keys, there, unused)
    return np.asarray(_among(np.asarray(key), keys, there))


def _njit(function: Callable[..., Any]) -> Any:
    return njit(nogil=True, cache=True)(function)


@_njit
def _mark(keys: Array, once: Array, twice: Array) -> None:
    mask = np.uint64(len(once) * 8 - 1)
    for key in keys:
        if key == NONE:
            continue
        slot = key & mask
        byte, bit = slot >> np.uint64(3), np.uint8(1 << (slot & np.uint64(7)))
        if once[byte] & bit:
            twice[byte] |= bit
        once[byte] |= bit


@_njit
def _marked(keys: Array, marks: Array) -> Array:
    mask = np.uint64(len(marks) * 8 - 1)
    found = np.empty(len(keys), dtype=np.uint64)
    count = 0
    for key in keys:
        slot = key & mask
        if key != NONE and marks[slot >> np.uint64(3)] & np.uint8(1 << (slot & np.uint64(7))):
            found[count] = key
            count += 1
    return found[:count].copy()


@_njit
def _among(keys: Array, wanted: Array, marks: Array) -> Array:
    mask = np.uint64(len(marks) * 8 - 1)
    found = np.zeros(len(keys), dtype=np.bool_)
    for row in range(len(keys)):
        slot = keys[row] & mask
        if keys[row] != NONE and marks[slot >> np.uint64(3)] & np.uint8(1 << (slot & np.uint64(7))):
            place = np.searchsorted(wanted, keys[row])
            found[row] = place < len(wanted) and wanted[place] == keys[row]
    return found
