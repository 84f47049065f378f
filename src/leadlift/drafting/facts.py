"""What a column's values say: how many, how alike, and how far each alone tells the target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.drafting.readings import Reading

Floats = npt.NDArray[np.float64]

SHRINK = 20.0  # a level counts as so many rows of the whole rate beside its own
SURE = 1e-9  # what is rarer than this by chance is not chance, however many columns are looked at
FEW = 30


@dataclass(frozen=True)
class ColumnFacts:
    """One column of the file.

    alone: the AUC, 0.5 to 1, of the column's value alone, whichever way it points; the AUC of its absence where that
    tells more; text counts by the rate of its level's other rows. certain: in words, a condition on the column under
    which the target is always yes; empty for none. levels: its values, where they are few, the commonest first.
    """

    name: str
    rows: int
    missing: int
    distinct: int
    alone: float
    certain: str
    levels: tuple[str, ...]

    @property
    def unique(self) -> bool:
        """Whether each row has a value of its own."""
        return self.rows > 1 and self.missing == 0 and self.distinct == self.rows


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each different value stands in a column: of all rows, and of those whose target is known and yes.

    values: (n,), None for missing. rows, known, yes: (n,).
    """

    values: Sequence[str | None]
    rows: Floats
    known: Floats
    yes: Floats


def facts_of(name: str, counts: Counts, reading: Reading) -> ColumnFacts:
    """Say what the counts of a column's values tell."""
    there = np.array([value is not None for value in counts.values], dtype=bool)
    distinct, rows = int(there.sum()), float(counts.rows.sum())
    order = np.argsort(-counts.rows[there], kind="stable")
    present = [value for value in counts.values if value is not None]
    crowded = distinct > 0.5 * rows and reading.type == "string"
    return ColumnFacts(
        name=name,
        rows=int(rows),
        missing=int(counts.rows[~there].sum()),
        distinct=distinct,
        alone=0.5 if crowded else _alone(counts, there, reading),
        certain="" if crowded else _certain(counts, there, reading),
        levels=tuple(present[place] for place in order[:6]) if distinct <= 20 else (),
    )


def numbers_of(values: Sequence[str | None], reading: Reading) -> Floats:
    """The values as numbers, NaN where they are none."""
    if reading.type == "boolean":
        return np.array([float((value or "").lower() == "true") for value in values])
    comma = reading.how == ","
    texts = [value.replace(".", "").replace(",", ".") if comma and value else value for value in values]
    return np.array([_number(value) for value in texts])


def _number(value: str | None) -> float:
    try:
        return float(value) if value is not None else math.nan
    except ValueError:
        return math.nan


def _alone(counts: Counts, there: npt.NDArray[np.bool_], reading: Reading) -> float:
    """Rows that are alike are one point of the curve, so their order does not matter and none is drawn."""
    yes, no = counts.yes, counts.known - counts.yes
    if yes.sum() == 0 or no.sum() == 0 or reading.type in ("date", "timestamp"):
        return 0.5
    absence = _folded(there.astype(float), yes, no)
    if reading.type == "string":
        return max(absence, _by_others(yes, no))
    score = numbers_of(counts.values, reading)
    score = np.where(np.isnan(score), np.nanmin(score, initial=0.0) - 1, score)
    return max(absence, _folded(score, yes, no))


def _by_others(yes: Floats, no: Floats) -> float:
    """The AUC of the rates of each row's level among its other rows, at least 0.5.

    With its own outcome among them every list of names would tell the target. Two rows of one level are alike: without
    their own outcomes the yes would stand below the no.
    """
    known, rate = yes + no, yes.sum() / (yes.sum() + no.sum())
    others = np.maximum(known - 1, 0.0) + SHRINK
    of_yes, of_no = ((came + SHRINK * rate) / others for came in (np.maximum(yes - 1, 0.0), yes))
    apart = _area(
        np.concatenate([of_yes, of_no]), np.concatenate([yes, 0 * no]), np.concatenate([0 * yes, no])
    )
    alike = float((yes * no).sum() / (yes.sum() * no.sum()))
    return max(0.5, apart + alike / 2)


def _folded(score: Floats, yes: Floats, no: Floats) -> float:
    """Either way on purpose: a leak may lower as well as raise the chance."""
    area = _area(score, yes, no)
    return max(area, 1 - area)


def _area(score: Floats, yes: Floats, no: Floats) -> float:
    order = np.argsort(score, kind="stable")
    edges = np.flatnonzero(np.diff(score[order], prepend=np.nan))
    y, n = (np.add.reduceat(part[order], edges) for part in (yes, no))
    below = np.cumsum(n) - n
    return float((y * (below + n / 2)).sum() / (y.sum() * n.sum()))


def _certain(counts: Counts, there: npt.NDArray[np.bool_], reading: Reading) -> str:
    """A group of rows by this column alone in which the target is always yes, though it seldom is elsewhere."""
    yes, known = counts.yes, counts.known
    rate = yes.sum() / max(1.0, known.sum())
    if not 0 < rate < 1:
        return ""
    groups: list[tuple[str, npt.NDArray[np.bool_]]] = [("it is empty", ~there), ("it is not empty", there)]
    if reading.type in ("integer", "number", "boolean") and there.any():
        common = int(np.argmax(np.where(there, counts.rows, -1)))
        other = there.copy()
        other[common] = False
        groups.append((f"it is not {counts.values[common]}", other))
    if int(there.sum()) <= 50:
        places = np.arange(len(there))
        groups += [(f"it is {counts.values[i]}", places == i) for i in range(len(there)) if there[i]]
    for told, group in groups:
        n = known[group].sum()
        if FEW <= n < known.sum() and yes[group].sum() == n and n * math.log(rate) < math.log(SURE):
            return f"whenever {told} ({n:,.0f} rows) the target is yes"
    return ""
