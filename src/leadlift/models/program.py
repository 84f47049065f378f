"""Trees as straight lines of instructions: every split is asked of every customer, and none of them waits for a branch.

A split chooses, for a whole block of customers, between the answers of its two sides, bottom up. So a tree of 63 leaves
takes 62 choices instead of the half dozen on one customer's path, but one choice serves dozens of customers at once and
the processor never guesses. After ideas of Lucchese et al., "QuickScorer" (2015), and Ye et al., "RapidScorer" (2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leadlift.models.coding import Coding
from leadlift.models.trees import Trees

Ints32 = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Program:
    """What `sum_leaves` runs: see there for what the arrays say.

    n_leaves: rows of slots that hold the numbers of leaves. n_slots: rows in all.
    """

    starts: npt.NDArray[np.int64]
    column: Ints32
    low: npt.NDArray[Any]
    high: npt.NDArray[Any]
    inside: Ints32
    outside: Ints32
    into: Ints32
    n_leaves: int
    n_slots: int
    kind: type[np.uint8] | type[np.uint16]

    def slots(self, size: int) -> npt.NDArray[Any]:
        """Room for the answers of `size` customers."""
        rows = np.zeros((self.n_slots, size), dtype=self.kind)
        rows[: self.n_leaves] = np.arange(self.n_leaves)[:, None]
        return rows


def program_of(trees: Trees, coding: Coding) -> Program | None:
    """Return the instructions; None when codes or leaves are too many for two bytes."""
    n_leaves = int(np.diff(trees.leaf_start).max())
    largest = max(coding.n_codes, n_leaves)
    if largest > 2**16:
        return None
    writer = _Writer(n_leaves)
    starts = [0]
    for tree in range(trees.n_trees):
        _write_tree(writer, trees, coding, tree)
        starts.append(len(writer.lines))
    lines = np.array(writer.lines, dtype=np.int64).reshape(-1, 6)
    kind = np.uint8 if largest <= 2**8 else np.uint16
    column, low, high, inside, outside, into = np.ascontiguousarray(lines.T)
    return Program(
        starts=np.array(starts, dtype=np.int64),
        column=column.astype(np.int32),
        low=low.astype(kind),
        high=high.astype(kind),
        inside=inside.astype(np.int32),
        outside=outside.astype(np.int32),
        into=into.astype(np.int32),
        n_leaves=n_leaves,
        n_slots=max(writer.n_slots, n_leaves),
        kind=kind,
    )


class _Writer:
    """Lines of a program, and which slots are free."""

    def __init__(self, n_leaves: int) -> None:
        self.lines: list[tuple[int, int, int, int, int, int]] = []
        self.n_leaves, self.n_slots = n_leaves, n_leaves
        self._free: list[int] = []

    def choose(self, column: int, spans: tuple[tuple[int, int], ...], inside: int, outside: int) -> int:
        """Choose by whether the code lies in one of the spans; the slot that then holds the choice."""
        if not spans:
            return self.choose(column, ((0, 0),), outside, outside)
        answer = outside
        for first, last in spans:
            # never the slot that is read: in place, the loop over customers could not be made wide
            into = self._take()
            self.lines.append((column, first, last, inside, answer, into))
            if answer != outside:
                self.release(answer)
            answer = into
        return answer

    def release(self, slot: int) -> None:
        """What the slot holds is needed no more."""
        if slot >= self.n_leaves:
            self._free.append(slot)

    def _take(self) -> int:
        if self._free:
            return self._free.pop()
        self.n_slots += 1
        return self.n_slots - 1


def _write_tree(writer: _Writer, trees: Trees, coding: Coding, tree: int) -> None:
    first, end = int(trees.node_start[tree]), int(trees.node_start[tree + 1])
    answers: dict[int, int] = {}
    for node in _children_first(trees.left[first:end].tolist(), trees.right[first:end].tolist()):
        left, right = int(trees.left[first + node]), int(trees.right[first + node])
        inside, outside = (answers[c] if c >= 0 else ~c for c in (left, right))
        answers[node] = writer.choose(
            int(coding.column[first + node]), coding.spans[first + node], inside, outside
        )
        for slot in (inside, outside):
            if slot != answers[node]:
                writer.release(slot)
    if answers:
        writer.release(answers[0])


def _children_first(left: list[int], right: list[int]) -> list[int]:
    """The nodes in an order in which both children come first, the side that needs more slots before the other."""
    need = [0] * len(left)
    # a node is made by splitting an older one's leaf, so its children have higher numbers
    for node in reversed(range(len(left))):
        a, b = (need[c] if c >= 0 else 0 for c in (left[node], right[node]))
        need[node] = max(a, b) if a != b else a + 1
    order: list[int] = []
    waiting = [0] if left else []
    while waiting:
        node = waiting.pop()
        order.append(node)
        sides = [child for child in (left[node], right[node]) if child >= 0]
        # taken from the end, and all of it turned round at last: so the needier side comes out first
        waiting += sorted(sides, key=need.__getitem__, reverse=True)
    return order[::-1]
