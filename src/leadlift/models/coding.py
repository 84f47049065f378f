"""Features as small whole numbers: all that trees can ask of a value is between which of their thresholds it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.models.trees import CATEGORICAL, DEFAULT_LEFT, MISSING_NONE, MISSING_SHIFT, MISSING_ZERO, Trees

# Drawers of a feature's values, evenly wide. With so many, two or three halvings find a value among 255 cuts.
DRAWERS = 4_096

Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Numbers:
    """How one feature's numbers are coded; the code of a value is how many cuts lie below it.

    cuts: (n,), float32, rising, padded with infinity. low, scale, table, levels: drawer (value - low) * scale of the
    table says how many cuts lie below the drawer, `levels` halvings find the rest. columns, missing, zero: (k,), the
    code columns, one for each way in which nodes treat missing values, and the codes that missing and 0 have there.
    """

    feature: int
    cuts: npt.NDArray[np.float32]
    low: np.float32
    scale: np.float32
    table: npt.NDArray[np.int32]
    levels: int
    columns: npt.NDArray[np.int32]
    missing: npt.NDArray[np.int32]
    zero: npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Categories:
    """How one feature's categories are coded: table[category]; 0 is what goes right everywhere."""

    feature: int
    column: int
    table: npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Coding:
    """How a row becomes codes, and what each split asks of them.

    n_codes: codes are below it. column: (n_nodes,), the code column each split looks at. spans: for each split the
    spans of codes, first and last, that go left.
    """

    numbers: tuple[Numbers, ...]
    categories: tuple[Categories, ...]
    n_columns: int
    n_codes: int
    column: npt.NDArray[np.int32]
    spans: tuple[tuple[tuple[int, int], ...], ...]


def coding_of(trees: Trees) -> Coding:
    """Return the coarsest coding by which every split decides as it would on the float32 value itself."""
    categorical = (trees.decision & CATEGORICAL) > 0
    below = _as_float32(trees.threshold)
    column = np.zeros(trees.n_nodes, dtype=np.int32)
    spans: list[tuple[tuple[int, int], ...]] = [()] * trees.n_nodes
    numbers, categories, n_columns = [], [], 0
    for feature in np.unique(trees.feature):
        nodes = np.flatnonzero((trees.feature == feature) & ~categorical)
        if len(nodes):
            coded, position = _numbers(int(feature), below[nodes], trees.decision[nodes], n_columns)
            numbers.append(coded)
            column[nodes] = position
            n_columns += len(coded.columns)
            for node, last in zip(nodes, np.searchsorted(_real(coded), below[nodes]), strict=True):
                spans[node] = ((0, int(last)),)
        nodes = np.flatnonzero((trees.feature == feature) & categorical)
        if len(nodes):
            sets = [_members(trees, int(node)) for node in nodes]
            categories.append(_categories(int(feature), sets, n_columns))
            column[nodes] = n_columns
            n_columns += 1
            for node, chosen in zip(nodes, sets, strict=True):
                spans[node] = _spans(categories[-1].table[sorted(chosen)])
    most = [len(_real(one)) + 1 for one in numbers] + [int(one.table.max()) + 1 for one in categories]
    return Coding(tuple(numbers), tuple(categories), n_columns, max(most, default=1), column, tuple(spans))


def _as_float32(threshold: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The greatest float32 that is not above: of float32 values, the same ones are not above either."""
    with np.errstate(over="ignore"):
        near = threshold.astype(np.float32)
    return np.where(near.astype(np.float64) > threshold, np.nextafter(near, np.float32(-np.inf)), near)


def _numbers(
    feature: int, below: npt.NDArray[np.float32], decision: npt.NDArray[np.uint8], first: int
) -> tuple[Numbers, npt.NDArray[np.int32]]:
    cuts = np.unique(below)
    low, scale, table = _drawers(cuts)
    fullest = int(np.diff(np.append(table, len(cuts))).max())
    levels = fullest.bit_length()
    # every way in which these nodes treat what is missing, in the order of LightGBM's bits
    ways, position = np.unique(decision, return_inverse=True)
    zero_code = int(np.searchsorted(cuts, np.float32(0)))
    missing, zero = [], []
    for way in ways:
        kind = way >> MISSING_SHIFT
        default = 0 if way & DEFAULT_LEFT else len(cuts)
        missing.append(zero_code if kind == MISSING_NONE else default)
        zero.append(default if kind == MISSING_ZERO else zero_code)
    columns = np.arange(first, first + len(ways), dtype=np.int32)
    padded = np.concatenate([cuts, np.full(2**levels, np.inf, dtype=np.float32)])
    coded = Numbers(
        feature, padded, low, scale, table, levels, columns,
        np.array(missing, dtype=np.int32), np.array(zero, dtype=np.int32),
    )  # fmt: skip
    return coded, columns[position]


def _drawers(cuts: npt.NDArray[np.float32]) -> tuple[np.float32, np.float32, npt.NDArray[np.int32]]:
    """Where the drawers begin, how many there are a unit, and how many cuts lie in those before each.

    A value's drawer never falls as the value rises, rounding or not; so cuts of lower drawers are below the value, cuts
    of higher ones are not, whatever the widths are.
    """
    low, last = cuts[0], np.float32(DRAWERS - 1)
    with np.errstate(over="ignore", invalid="ignore"):
        width = cuts[-1] - low
        scale = last / width if np.isfinite(width) and width > 0 else np.float32(0)
        scale = scale if np.isfinite(scale) else np.float32(0)
        places = np.clip(np.nan_to_num((cuts - low) * scale, nan=0.0), np.float32(0), last).astype(np.int32)
    return low, np.float32(scale), np.searchsorted(places, np.arange(DRAWERS)).astype(np.int32)


def _real(coded: Numbers) -> npt.NDArray[np.float32]:
    return coded.cuts[: len(coded.cuts) - 2**coded.levels]


def _members(trees: Trees, node: int) -> set[int]:
    words = trees.bits[trees.bits_from[node] : trees.bits_to[node]]
    return set(np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little")).tolist())


def _categories(feature: int, sets: Sequence[set[int]], column: int) -> Categories:
    named = sorted(set().union(*sets))
    table = np.zeros(max(named, default=0) + 1, dtype=np.int32)
    table[named] = np.arange(1, len(named) + 1)
    return Categories(feature, column, table)


def _spans(codes: npt.NDArray[np.int32]) -> tuple[tuple[int, int], ...]:
    """Runs of neighbouring codes, first and last."""
    if len(codes) == 0:
        return ()
    parts = np.split(codes, np.flatnonzero(np.diff(codes) > 1) + 1)
    return tuple((int(part[0]), int(part[-1])) for part in parts)


__all__ = ["Categories", "Codes", "Coding", "Numbers", "coding_of"]
