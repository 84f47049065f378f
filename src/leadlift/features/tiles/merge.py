"""The rows of some customers from many runs, laid side by side in the order of days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from leadlift.features.tiles.measures import Measures
from leadlift.features.tiles.query import BITS_PER_WORD, FOR_EVER
from leadlift.features.tiles.runs import Array, Run

Found = tuple[Array, Array]


@dataclass(frozen=True)
class Reach:
    """Which rows can matter: days from `first` to before `end`, numbers since 1970-01-01."""

    first: int
    end: int


@dataclass(frozen=True, eq=False)
class Merged:
    """Rows of several customers. start: (n_customers + 1,): where each one's rows begin; see `kernel.evaluate`."""

    start: Array
    day: Array
    known: Array
    until: Array
    at: Array
    bits: Array
    values: Array


@dataclass(frozen=True, eq=False)
class Source:
    """A run and how its columns are read. dead: rows that another run holds instead; None for none.

    values, words: for each wanted measure its place in the run. ranks: text value -> what its codes become.
    """

    run: Run
    values: tuple[int, ...]
    conditions: tuple[int, ...]
    ranks: Mapping[int, Array]
    dead: Array | None

    @classmethod
    def of(
        cls, run: Run, measures: Measures, vocabulary: Mapping[int, Sequence[str]], dead: Array | None
    ) -> Source:
        """How this run gives these measures. vocabulary: text value -> all texts, in their order."""
        held = [word for word in run.words if word.startswith("of ")]
        met = [word for word in run.words if word.startswith("where ")]
        values = tuple(held.index(f"of {value.kind} {value.text}") for value in measures.values)
        conditions = tuple(met.index(f"where {text}") for text, _ in measures.conditions)
        ranks = {}
        for place, texts in vocabulary.items():
            known = {text: rank for rank, text in enumerate(texts)}
            mine = run.vocabulary[values[place]]
            ranks[place] = np.array([known[text] for text in mine], dtype=np.float64)
        return cls(run, values, conditions, ranks, dead)


def merged(
    sources: Sequence[Source], codes: Array, reach: Reach, measures: Measures, *, superseded: bool
) -> Merged:
    """The rows of customers from all runs. codes: (n,), each once, in the order of the answer."""
    parts = [_chosen(source, codes, reach) for source in sources]
    start = np.zeros(len(codes) + 1, dtype=np.int64)
    for taken, _ in parts:
        start[1:] += taken
    np.cumsum(start, out=start)
    rows = int(start[-1])
    targets = _targets(parts, start)

    def column(name: str, kind: npt.DTypeLike, empty: float) -> Array:
        joined = np.empty(rows, dtype=kind)
        for source, (_, chosen), target in zip(sources, parts, targets, strict=True):
            array = source.run.column(name)
            if array is None:
                joined[target] = empty
            else:
                scatter(array, chosen, target, joined)
        return joined

    day = column("day", np.int32, 0)
    order = by_day(start, day)
    told = Merged(
        start,
        day,
        column("known", np.int32, 0),
        column("until", np.int32, FOR_EVER) if superseded else np.empty(0, dtype=np.int32),
        column("at", np.int64, 0) if measures.timed else np.empty(0, dtype=np.int64),
        _bits(sources, parts, targets, rows, len(measures.conditions)),
        _values(sources, parts, targets, rows, len(measures.values)),
    )
    return told if order is None else _reordered(told, order)


def _chosen(source: Source, codes: Array, reach: Reach) -> Found:
    dead = source.dead if source.dead is not None else np.empty(0, dtype=np.bool_)
    day = source.run.column("day")
    taken, chosen = pick(codes, source.run.offsets(), day, dead, reach.first, reach.end)
    return taken, chosen


def _targets(parts: Sequence[Found], start: Array) -> list[Array]:
    filled = start[:-1].copy()
    targets = []
    for taken, chosen in parts:
        targets.append(spread(filled, taken, len(chosen)))
        filled += taken
    return targets


def _values(
    sources: Sequence[Source], parts: Sequence[Found], targets: Sequence[Array], rows: int, count: int
) -> Array:
    values = np.empty((count, rows), dtype=np.float64)
    for source, (_, chosen), target in zip(sources, parts, targets, strict=True):
        for place, held in enumerate(source.values):
            array = source.run.column(f"v{held}")
            if array is not None and place in source.ranks:
                ranked(array, chosen, target, source.ranks[place], values[place])
            elif array is not None:
                scatter(array, chosen, target, values[place])
    return values


def _bits(
    sources: Sequence[Source], parts: Sequence[Found], targets: Sequence[Array], rows: int, count: int
) -> Array:
    bits = np.zeros((rows, max(1, -(-count // BITS_PER_WORD))), dtype=np.int64)
    for source, (_, chosen), target in zip(sources, parts, targets, strict=True):
        if not len(chosen):
            continue
        if source.conditions == tuple(range(len(source.conditions))):
            for word in range(-(-count // BITS_PER_WORD)):
                scatter(_word(source.run, word), chosen, target, bits[:, word])
            continue
        for wanted, held in enumerate(source.conditions):
            packed = np.asarray(_word(source.run, held // BITS_PER_WORD))[chosen]
            bit = (packed >> np.int64(held % BITS_PER_WORD)) & 1
            bits[target, wanted // BITS_PER_WORD] |= bit << np.int64(wanted % BITS_PER_WORD)
    return bits


def _word(run: Run, word: int) -> Array:
    array = run.column(f"b{word}")
    assert array is not None, "a run with conditions has their bits"
    return array


def _reordered(told: Merged, order: Array) -> Merged:
    move: Callable[[Array], Array] = lambda column: column[order] if len(column) else column  # noqa: E731  # short
    return Merged(
        told.start,
        move(told.day),
        move(told.known),
        move(told.until),
        move(told.at),
        told.bits[order],
        told.values[:, order],
    )


def _njit(function: Callable[..., Any]) -> Any:
    return njit(nogil=True, cache=True)(function)


@_njit
def pick(codes: Array, offsets: Array, day: Array, dead: Array, first: int, end: int) -> Found:
    """How many rows of each customer a run has within reach, and which, in the order of customers."""
    taken = np.zeros(len(codes), dtype=np.int64)
    total = 0
    for place in range(len(codes)):
        code = codes[place]
        if 0 <= code < len(offsets) - 1:
            total += offsets[code + 1] - offsets[code]
    chosen = np.empty(total, dtype=np.int32)
    count = 0
    for place in range(len(codes)):
        code = codes[place]
        if code < 0 or code >= len(offsets) - 1:
            continue
        before = count
        for row in range(offsets[code], offsets[code + 1]):
            if first <= day[row] < end and not (len(dead) and dead[row]):
                chosen[count] = row
                count += 1
        taken[place] = count - before
    return taken, chosen[:count]


@_njit
def spread(filled: Array, taken: Array, rows: int) -> Array:
    """Where the chosen rows of a run go: after what each customer has already."""
    target = np.empty(rows, dtype=np.int64)
    count = 0
    for place in range(len(taken)):
        for row in range(taken[place]):
            target[count] = filled[place] + row
            count += 1
    return target


@_njit
def scatter(column: Array, chosen: Array, target: Array, joined: Array) -> None:
    """Copy the chosen rows of a column to their places."""
    for place in range(len(chosen)):
        joined[target[place]] = column[chosen[place]]


@_njit
def ranked(column: Array, chosen: Array, target: Array, ranks: Array, joined: Array) -> None:
    """Copy the chosen rows of a column of codes to their places, as what the codes become."""
    for place in range(len(chosen)):
        code = column[chosen[place]]
        joined[target[place]] = code if np.isnan(code) else ranks[int(code)]


@_njit
def by_day(start: Array, day: Array) -> Array | None:
    """The order that puts each customer's rows by day, rows of a day as they are; None where they are so already."""
    sorted_already = True
    for customer in range(len(start) - 1):
        for row in range(start[customer] + 1, start[customer + 1]):
            if day[row] < day[row - 1]:
                sorted_already = False
    if sorted_already:
        return None
    order = np.arange(len(day))
    for customer in range(len(start) - 1):
        first, last = start[customer], start[customer + 1]
        order[first:last] = first + np.argsort(day[first:last], kind="mergesort")
    return order
