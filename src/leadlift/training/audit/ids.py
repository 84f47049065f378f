"""Identifiers among the features: a number or text that nearly every customer has alone says who, not what."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.training.audit.finding import Finding, figure
from leadlift.training.audit.limits import Limits
from leadlift.training.audit.sample import Codes, Floats, Training, either_way

BY_CHANCE = 10.0  # values that would be held twice, were they drawn freely from their range
DIGITS = 6
ADVICE = "A model learns nothing from it that holds for others: exclude it, or declare it as the key"


def identifiers(train: Training, table: pa.Table, limits: Limits) -> list[Finding]:
    """Features that nearly every customer has a value of his own of. table: the training table, for the very values."""
    last = _last_of_each(train)
    found = []
    for name in train.cases.encoding.features:
        values = _codes(table[name].combine_chunks().take(pa.array(last)))
        if values is None or len(values) < limits["id"].fewest:
            continue
        alone = _held_once(values)
        if limits["id"].severity(alone) is not None and _stays(train, table[name]):
            found.append(_finding(train, table, name, len(values), alone, limits))
    return found


def _finding(
    train: Training, table: pa.Table, name: str, customers: int, alone: float, limits: Limits
) -> Finding:
    text = (
        f"{name} looks like an id: of {customers:,} customers {alone:.1%} have a value that nobody else has"
    )
    evidence: dict[str, float | int | str] = {"customers": customers, "held_once": figure(alone)}
    order = _order(table[name].combine_chunks().take(pa.array(train.sampled)))
    area = either_way(train.y, order, train.customer)
    limit = limits["id_that_separates"]
    worse = limit.severity(area.low) if train.enough(limit.fewest) else None
    if worse is None:
        severity = limits["id"].severity(alone) or "note"
        return Finding("id", severity, name, text, ADVICE, evidence)
    text += (
        f", and its order separates the target with AUC {area.value:.3f} [{area.low:.3f}, {area.high:.3f}]"
    )
    evidence |= {"auc": figure(area.value), "low": figure(area.low)}
    return Finding("id_that_separates", worse, name, text, ADVICE, evidence)


def _last_of_each(train: Training) -> Codes:
    """The last training case of each customer."""
    customer = train.cases.customer[train.rows][::-1]
    return np.sort(train.rows[::-1][np.unique(customer, return_index=True)[1]])


def _stays(train: Training, column: pa.ChunkedArray) -> bool:
    """Whether each customer keeps his value, as an id does; a balance does not."""
    values = _order(column.combine_chunks().take(pa.array(train.rows)))
    customer = train.cases.customer[train.rows]
    order = np.argsort(customer, kind="stable")
    same = customer[order][1:] == customer[order][:-1]
    changed = same & (values[order][1:] != values[order][:-1])
    return bool(changed.sum() <= 0.01 * same.sum())


def _codes(values: pa.Array) -> npt.NDArray[np.generic] | None:
    """The values that are known, when they could be ids at all: texts, or whole numbers too unlike amounts."""
    known = values.drop_null()
    if pa.types.is_boolean(known.type) or len(known) == 0:
        return None
    if not _is_number(known.type):
        coded: npt.NDArray[np.generic] = pc.rank(known.cast(pa.string()), tiebreaker="dense").to_numpy()
        return coded
    numbers = known.cast(pa.float64(), safe=False).to_numpy()
    return numbers if _whole(numbers) and (_gapless(numbers) or _of_one_length(numbers)) else None


def _whole(numbers: Floats) -> bool:
    return bool(np.isfinite(numbers).all() and (numbers == np.rint(numbers)).all())


def _gapless(numbers: Floats) -> bool:
    """Whether free draws from so small a range would have held many values twice: these were given out one by one."""
    room = numbers.max() - numbers.min() + 1
    return bool(len(numbers) ** 2 / (2 * room) >= BY_CHANCE)


def _of_one_length(numbers: Floats) -> bool:
    """Whether they are written with equally many digits, six or more, as numbers of cards, telephones or hashes are."""
    sizes = np.floor(np.log10(np.maximum(np.abs(numbers), 1.0)))
    commonest = np.bincount(sizes.astype(np.intp)).argmax()
    return bool(commonest + 1 >= DIGITS and (sizes == commonest).mean() >= 0.95)


def _held_once(values: npt.NDArray[np.generic]) -> float:
    count = np.unique(values, return_counts=True)[1]
    return float((count == 1).sum() / len(values))


def _order(values: pa.Array) -> Floats:
    """The place of each value among all, -1 where missing: texts by the alphabet."""
    if _is_number(values.type):
        numbers = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return np.where(np.isnan(numbers), -1.0, numbers)
    if pa.types.is_boolean(values.type):
        return _order(values.cast(pa.int8()))
    ranks = pc.rank(values.cast(pa.string()), tiebreaker="dense").to_numpy().astype(np.float64)
    return np.where(values.is_null().to_numpy(zero_copy_only=False), -1.0, ranks)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
