"""From scored customers to the chosen ones: each rule in turn, and how many it removed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.names import CUSTOMER, PROBABILITY, SCORE
from leadlift.specs import Holdout

REMOVED_BY = "removed_by"


@dataclass(frozen=True)
class WaterfallRow:
    """One rule: how many customers it removed, and how many were left, with the responders expected among them."""

    rule: str
    removed: int
    left: int
    expected_responders: float


@dataclass(frozen=True)
class Chosen:
    """The customers of a list in the order of their rank, and how they were arrived at."""

    rows: pa.Table
    waterfall: tuple[WaterfallRow, ...]


def choose(
    scored: pa.Table, rules: Sequence[str], holdout: Holdout | None, min_probability: float, size: int
) -> Chosen:
    """Apply the rules in order, then rank by probability and take the first `size`.

    scored: customer_id, score, probability and removed_by: the first of `rules` that removes the customer, or
    null. Ties of probability go by the raw score, then by customer_id, so that the same facts give the same list.
    """
    scored = scored.sort_by(CUSTOMER)  # an engine gives rows in any order, and sums of floats depend on it
    reason = np.asarray(scored[REMOVED_BY].to_pylist(), dtype=object)
    left = np.array([one is None for one in reason])
    chance = scored[PROBABILITY].to_numpy()
    told = [WaterfallRow("scored", 0, len(left), float(chance.sum()))]
    gone = np.zeros(len(left), dtype=bool)
    for rule in rules:
        here = reason == rule
        gone |= here
        told.append(_row(rule, here, ~gone, chance))
    if holdout is not None:
        here = ~gone & held_out(scored[CUSTOMER], holdout)
        gone |= here
        told.append(_row("holdout", here, ~gone, chance))
    here = ~gone & (chance < min_probability)
    gone |= here
    told.append(_row("min_probability", here, ~gone, chance))
    rows = scored.filter(pa.array(~gone)).sort_by(
        [(PROBABILITY, "descending"), (SCORE, "descending"), (CUSTOMER, "ascending")]
    )
    taken = rows.slice(0, size)
    sums = float(pc.sum(taken[PROBABILITY]).as_py() or 0.0)
    told.append(WaterfallRow("size", rows.num_rows - taken.num_rows, taken.num_rows, sums))
    return Chosen(taken.drop_columns([REMOVED_BY]), tuple(told))


def held_out(customers: pa.ChunkedArray, holdout: Holdout) -> npt.NDArray[np.bool_]:
    """Which customers no campaign may ever contact.

    A keyed hash of the id: stable for ever, the same for every campaign, and new customers join by the same rule.
    """
    key = hashlib.sha256(holdout.salt.encode()).digest()
    hashes = [
        hashlib.blake2b(str(one).encode(), digest_size=8, key=key).digest() for one in customers.to_pylist()
    ]
    shares = np.frombuffer(b"".join(hashes), dtype="<u8").astype(np.float64) / 2.0**64
    return np.asarray(shares < holdout.share)


def _row(
    rule: str, here: npt.NDArray[np.bool_], left: npt.NDArray[np.bool_], chance: npt.NDArray[np.float64]
) -> WaterfallRow:
    return WaterfallRow(rule, int(here.sum()), int(left.sum()), float(chance[left].sum()))
