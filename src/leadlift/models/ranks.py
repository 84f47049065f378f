"""Places among millions of scores, without holding them: dealt to drawers on disk, ordered one drawer at a time.

A distribution sort. Samples of the scores cut their range into drawers that each fit in memory. One pass deals the
scores to their drawers; each drawer is ordered; a last pass takes the places back out, in the order the scores came in.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]

# About how many scores one drawer holds; ordering it takes some thirty bytes each.
DRAWER = 131_072
# One in so many scores is sampled: an eighth of a byte a customer.
EVERY = 64


class Sample:
    """Every 64th of the scores that were shown, in the order they came."""

    def __init__(self) -> None:
        self._seen, self._kept = 0, [np.empty(0)]

    def see(self, scores: Floats) -> None:
        """Take a sample of the next scores, (n,)."""
        self._kept.append(scores[-self._seen % EVERY :: EVERY].copy())
        self._seen += len(scores)

    def cuts(self, drawer: int = DRAWER) -> Floats:
        """Rising scores, no two alike, that cut all that was seen into drawers of about `drawer` scores."""
        ordered = np.sort(np.concatenate(self._kept))
        wanted = self._seen // drawer
        return np.unique(ordered[np.linspace(0, len(ordered) - 1, wanted + 2).astype(np.intp)[1:-1]])


@contextmanager
def placed(
    scores: Callable[[], Iterable[Floats]], cuts: Floats, folder: Path
) -> Iterator[Callable[[Floats], Places]]:
    """Rank the scores. Yields what gives the places of the next scores, shown once more in the order they came in.

    scores: gives all of them, in parts, each time it is called. cuts: of `Sample`; any others are right too, but
    slower or larger in memory. folder: where twelve bytes a score are kept meanwhile, in files without a name.
    Place 1 is the highest score; of equal scores the one that came first is placed before. No place is given twice.
    Memory: one drawer. A score that is among the cuts has a drawer to itself, which needs no ordering and takes none.
    Raises ValueError for NaN.
    """
    held = np.zeros(2 * len(cuts) + 1, dtype=np.int64)
    for part in scores():
        if np.isnan(part).any():
            raise ValueError("a score is NaN")
        held += np.bincount(_drawers(part, cuts), minlength=len(held))
    # the best drawer is the last
    above = np.cumsum(held[::-1])[::-1] - held
    with tempfile.TemporaryFile(dir=folder) as dealt, tempfile.TemporaryFile(dir=folder) as ranked:
        begins = _begins(held)
        _deal(scores, cuts, begins, dealt)
        for drawer in range(0, len(held), 2):
            _order(int(begins[drawer]), int(held[drawer]), int(above[drawer]), dealt, ranked)
        yield _Reader(cuts, begins, above, ranked).next


class _Reader:
    """Where each drawer has been read to."""

    def __init__(
        self, cuts: Floats, begins: npt.NDArray[np.int64], above: npt.NDArray[np.int64], ranked: IO[bytes]
    ) -> None:
        self._cuts, self._at, self._ranked = cuts, begins.copy(), ranked
        self._above = above.copy()

    def next(self, part: Floats) -> Places:
        """The places of the next scores."""
        places = np.empty(len(part), dtype=np.int32)
        for drawer, rows in _by_drawer(part, self._cuts):
            if drawer % 2:
                places[rows] = np.arange(self._above[drawer] + 1, self._above[drawer] + 1 + len(rows))
                self._above[drawer] += len(rows)
            else:
                places[rows] = _read(self._ranked, np.dtype(np.int32), int(self._at[drawer]), len(rows))
                self._at[drawer] += len(rows)
        return places


def _drawers(part: Floats, cuts: Floats) -> npt.NDArray[np.intp]:
    """Odd drawers hold the scores equal to a cut, even ones those between two cuts."""
    return np.searchsorted(cuts, part, side="left") + np.searchsorted(cuts, part, side="right")


def _by_drawer(part: Floats, cuts: Floats) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    """Each drawer that the scores fall into, and which of them do, in their order."""
    drawers = _drawers(part, cuts)
    # of numbers of two bytes numpy makes the order in two passes
    order = np.argsort(drawers.astype(np.uint16) if len(cuts) < 2**15 else drawers, kind="stable")
    ordered = drawers[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    for start, rows in zip(starts, np.split(order, starts[1:]), strict=False):
        yield int(ordered[start]), rows


def _begins(held: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each drawer begins in the files, counted in scores; those of a single score take no room."""
    kept = held.copy()
    kept[1::2] = 0
    return np.cumsum(kept) - kept


def _deal(
    scores: Callable[[], Iterable[Floats]], cuts: Floats, begins: npt.NDArray[np.int64], dealt: IO[bytes]
) -> None:
    at = begins.copy()
    for part in scores():
        for drawer, rows in _by_drawer(part, cuts):
            if drawer % 2 == 0:
                dealt.seek(int(at[drawer]) * 8)
                dealt.write(part[rows].tobytes())
                at[drawer] += len(rows)


def _order(begin: int, held: int, above: int, dealt: IO[bytes], ranked: IO[bytes]) -> None:
    """Write the places of one drawer's scores, in the order in which they came."""
    found = _read(dealt, np.dtype(np.float64), begin, held)
    places = np.empty(held, dtype=np.int32)
    places[np.argsort(-found, kind="stable")] = np.arange(above + 1, above + 1 + held)
    ranked.seek(begin * 4)
    ranked.write(places.tobytes())


def _read(file: IO[bytes], kind: np.dtype[Any], begin: int, count: int) -> npt.NDArray[Any]:
    file.seek(begin * kind.itemsize)
    return np.frombuffer(file.read(count * kind.itemsize), dtype=kind)
