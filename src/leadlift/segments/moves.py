"""Movement between groups: who came, who went, how long customers stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
OUTSIDE = -1


@dataclass(frozen=True)
class Step:
    """From one date to the next. moves: (n_groups + 1, n_groups + 1) customers; the last is who is no customer then."""

    before: date
    after: date
    moves: tuple[tuple[int, ...], ...]

    def entries(self, group: int) -> int:
        """Customers who came into a group from another, or as new customers."""
        return sum(row[group] for place, row in enumerate(self.moves) if place != group)

    def exits(self, group: int) -> int:
        """Customers who went from a group to another, or left the bank."""
        return sum(count for place, count in enumerate(self.moves[group]) if place != group)


@dataclass(frozen=True)
class Stay:
    """How long customers stay in a group, in steps between dates.

    so_far: mean of those there on the last date, as far back as the dates reach. median: of the stays that began within
    the dates, those not over yet counted as such (Kaplan and Meier, 1958); None where fewer than half have ended.
    """

    group: str
    now: int
    so_far: float | None
    begun: int
    median: int | None


@dataclass(frozen=True)
class Moves:
    """All movement over some dates. customers: group -> how many on each date."""

    days: tuple[date, ...]
    groups: tuple[str, ...]
    customers: tuple[tuple[int, ...], ...]
    steps: tuple[Step, ...]
    stays: tuple[Stay, ...]

    def without_empty(self, keep: Sequence[str]) -> Moves:
        """The same without groups that nobody was ever in, but for those to keep."""
        kept = [p for p, name in enumerate(self.groups) if name in keep or any(self.customers[p])]
        rows = [*kept, len(self.groups)]
        steps = tuple(
            Step(one.before, one.after, tuple(tuple(one.moves[i][j] for j in rows) for i in rows))
            for one in self.steps
        )
        return Moves(
            self.days,
            tuple(self.groups[p] for p in kept),
            tuple(self.customers[p] for p in kept),
            steps,
            tuple(self.stays[p] for p in kept),
        )

    def matrix(self) -> list[list[int]]:
        """The moves of all steps together, (n_groups + 1, n_groups + 1)."""
        if not self.steps:
            return []
        summed = np.sum([step.moves for step in self.steps], axis=0)
        return [[int(count) for count in row] for row in summed]


def moves_of(codes: Ints, groups: Sequence[str], days: Sequence[date]) -> Moves:
    """The movement in a table of who is where.

    codes: (n_customers, n_days), the place of the group in `groups`, -1 where somebody is no customer on the day.
    """
    many = len(groups)
    inside = np.where(codes == OUTSIDE, many, codes)
    steps = []
    for place in range(len(days) - 1):
        pair = inside[:, place] * (many + 1) + inside[:, place + 1]
        table = np.bincount(pair, minlength=(many + 1) ** 2).reshape(many + 1, many + 1)
        table[many, many] = 0
        steps.append(Step(days[place], days[place + 1], tuple(tuple(int(n) for n in row) for row in table)))
    customers = [
        [int((codes[:, place] == group).sum()) for place in range(len(days))] for group in range(many)
    ]
    stays = [_stay(codes, group, name) for group, name in enumerate(groups)]
    return Moves(
        tuple(days), tuple(groups), tuple(tuple(row) for row in customers), tuple(steps), tuple(stays)
    )


def _stay(codes: Ints, group: int, name: str) -> Stay:
    there = codes == group
    run = np.zeros(len(codes), dtype=np.int64)
    begun = np.zeros(len(codes), dtype=np.bool_)  # the stay began within the dates
    ended, going = [], []
    for place in range(codes.shape[1]):
        now = there[:, place]
        over = ~now & (run > 0) & begun
        ended.append(run[over])
        begun = np.where(now & (run == 0), place > 0, begun & now)
        run = np.where(now, run + 1, 0)
    going.append(run[(run > 0) & begun])
    last = run[there[:, -1]] if codes.shape[1] else run[:0]
    finished, open_ = np.concatenate(ended), np.concatenate(going)
    return Stay(
        name,
        len(last),
        float(last.mean()) if len(last) else None,
        len(finished) + len(open_),
        _median(finished, open_),
    )


def _median(ended: Ints, going: Ints) -> int | None:
    """The least length at which half of the stays are over."""
    left = 1.0
    for length in range(1, int(max([0, *ended.tolist()])) + 1):
        at_risk = int((ended >= length).sum() + (going >= length).sum())
        if at_risk:
            left *= 1 - int((ended == length).sum()) / at_risk
        if left <= 0.5:
            return length
    return None
