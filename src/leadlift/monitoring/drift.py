"""How far a scored population is from the reference: PSI and missing values, beyond what chance gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

import numpy as np

from leadlift.evaluation import psi, psi_by_chance, psi_expected
from leadlift.monitoring.reference import Column, Reference
from leadlift.monitoring.snapshot import Snapshot

# All of a model's features together show more by chance once in so many months; the score alone once in ten times that.
MONTHS_WITHOUT_ALARM = 100
Z_MISSING = 4.0
# A dozen dates have not shown all that the calendar can do.
ROOM = 1.5
# Features that carry the rest of the model's gain together move no list.
CARRIED = 0.95


@dataclass(frozen=True)
class DayDrift:
    """One feature on one scoring day.

    psi: the index. excess: what of it neither chance gives on average nor dates of the reference differed by, 0 where
    it is within what chance gives at all. missing: the share without a value. risen: how much more than on any date of
    the reference, 0 where chance could do it.
    """

    as_of: date
    psi: float
    excess: float
    missing: float
    risen: float


@dataclass(frozen=True)
class Drift:
    """One feature (or the score) over the scoring days, oldest first. share: of the model's gain, in [0, 1].

    counted: whether alerts count it: it is one of those that hold 95 % of the gain, and not ignored. moved: where
    customers went, in words, on the last day. missing: the share without a value in the reference.
    """

    name: str
    share: float
    counted: bool
    missing: float
    days: tuple[DayDrift, ...]
    moved: str

    @property
    def last(self) -> DayDrift:
        """The last scoring day's."""
        return self.days[-1]

    def since(self, over: float, *, missing: bool = False) -> date | None:
        """The scoring day from which on it has been over a mark without a break; None when it is not now."""
        first = None
        for day in reversed(self.days):
            if (day.risen if missing else day.excess) <= over:
                break
            first = day.as_of
        return first


def drifts(
    reference: Reference, days: Sequence[Snapshot], gains: Mapping[str, float], ignored: Sequence[str]
) -> list[Drift]:
    """Every feature's drift, the largest first. gains: of the model's features. ignored: those not to count."""
    beyond = 1.0 / MONTHS_WITHOUT_ALARM / max(1, len(reference.columns))
    total, carrying = sum(gains.values()) or 1.0, _carrying(gains)
    found = [
        Drift(
            name=name,
            share=gains.get(name, 0.0) / total,
            counted=name in carrying and name not in ignored,
            missing=column.counts[-1] / max(1, sum(column.counts)),
            days=tuple(_day(reference, column, one.as_of, one.columns[name], beyond) for one in days),
            moved=_moved(column, days[-1].columns[name]) if days else "",
        )
        for name, column in reference.columns.items()
    ]
    return sorted(found, key=lambda one: (-one.last.excess, -one.last.psi, one.name)) if days else found


def _carrying(gains: Mapping[str, float]) -> set[str]:
    """The fewest features that together hold CARRIED of the gain."""
    found: set[str] = set()
    held, wanted = 0.0, CARRIED * sum(gains.values())
    for name in sorted(gains, key=lambda one: (-gains[one], one)):
        if held >= wanted:
            break
        found.add(name)
        held += gains[name]
    return found


def score_drift(reference: Reference, days: Sequence[Snapshot]) -> Drift:
    """The raw score's drift."""
    told = tuple(
        _day(reference, reference.score, one.as_of, one.score, 0.1 / MONTHS_WITHOUT_ALARM) for one in days
    )
    moved = _moved(reference.score, days[-1].score) if days else ""
    return Drift("score", 1.0, True, 0.0, told, moved)


def _day(reference: Reference, column: Column, as_of: date, counts: Sequence[int], beyond: float) -> DayDrift:
    then, now = np.array(column.counts), np.array(counts)
    if now.sum() == 0:
        return DayDrift(as_of, 0.0, 0.0, 0.0, 0.0)
    # a customer at several dates of the reference is not several customers
    before, here = reference.customers, int(now.sum())
    there = int(np.count_nonzero(then + now))
    found = psi(then, now)
    # what dates of the reference differed by among themselves is not news either
    excess = found - max(psi_expected(before, here, there), ROOM * column.usual)
    known = found > psi_by_chance(before, here, there, beyond)
    missing = now[-1] / now.sum()
    return DayDrift(
        as_of,
        found,
        max(0.0, excess) if known else 0.0,
        float(missing),
        _risen(column.most_missing, missing, before, here),
    )


def _risen(usual: float, missing: float, before: int, here: int) -> float:
    """The rise of the missing share, 0 unless it is four standard errors."""
    middle = (usual * before + missing * here) / (before + here)
    error = sqrt(middle * (1.0 - middle) * (1.0 / before + 1.0 / here))
    return float(missing - usual) if missing - usual > Z_MISSING * error else 0.0


def _moved(column: Column, counts: Sequence[int]) -> str:
    """The bin that gained most, in words."""
    then, now = np.array(column.counts, dtype=float), np.array(counts, dtype=float)
    if now.sum() == 0:
        return ""
    then, now = then / then.sum(), now / now.sum()
    place = int(np.argmax(now - then))
    return f"{now[place]:.0%} of customers {_bin(column, place)}, {then[place]:.0%} before"


def _bin(column: Column, place: int) -> str:
    last = len(column.counts) - 1
    if place == last:
        return "without a value"
    if column.labels is not None:
        return f"'{column.labels[place]}'" if place < last - 1 else "in other categories"
    edges = [f"{edge:,.3g}" if abs(edge) < 1000 else f"{edge:,.0f}" for edge in column.edges]
    if not edges:
        return "with any value"
    if place == 0:
        return f"at most {edges[0]}"
    return f"above {edges[-1]}" if place == len(edges) else f"from {edges[place - 1]} to {edges[place]}"
