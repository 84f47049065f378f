"""The same customer on both sides of the split: by an id spelt otherwise, by one that comes again, or by equal rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.names import CALIBRATION, CUSTOMER, TEST, TRAIN, VALID
from leadlift.training.audit.finding import CUSTOMERS, ROWS, Finding, figure
from leadlift.training.audit.limits import Limits
from leadlift.training.audit.sample import Codes, thinned
from leadlift.training.fit import Cases

MOST_BEFORE, MOST_TEST, MOST_COLUMNS = 50_000, 10_000, 60
HARDLY = 0.05  # twins that a case should have, below which it should have none
MARGIN = 20.0  # times what coincidence gives is coincidence still: features go together, among calls of one day tenfold
Hashes = npt.NDArray[np.uint64]

SPELT = "Make the ids alike where the tables come from, or what is learned of a customer is tested on himself"
RETURNS = "Give the table to leadlift as a source with as-of dates, or keep one row for each customer"
REPEATED = "Remove the copies where the table comes from: the test repeats what was learned"


def duplicate_customers(cases: Cases, table: pa.Table, flat: bool, limits: Limits) -> list[Finding]:
    """Customers of the test who stand before the test as well. Over as-of dates that is meant; in a flat table not."""
    before, test = (_ids(table, rows) for rows in (_before(cases), cases.rows(TEST)))
    again = pc.is_in(test, value_set=before)
    alike = pc.is_in(_plain(test), value_set=_plain(before))
    respelt = int(pc.sum(pc.and_not(alike, again)).as_py() or 0)
    returning = int(pc.sum(again).as_py() or 0) if flat else 0
    counted = (
        ("duplicate_customer", respelt, "under another spelling of their id", SPELT),
        (
            "returning_customer",
            returning,
            "in a flat table, where each row is read as another customer",
            RETURNS,
        ),
    )
    found = []
    for kind, count, how, advice in counted:
        share = count / max(1, len(test))
        severity = limits[kind].severity(share) if count >= limits[kind].fewest else None
        if severity is not None:
            text = f"{count:,} of {len(test):,} customers of the test stand before it too, {how}"
            evidence = {"customers": count, "of": len(test), "share": figure(share)}
            found.append(Finding(kind, severity, CUSTOMERS, text, advice, evidence))
    return found


def _before(cases: Cases) -> Codes:
    return np.concatenate([cases.rows(part) for part in (TRAIN, VALID, CALIBRATION)])


def _ids(table: pa.Table, rows: Codes) -> pa.Array:
    return pc.unique(table[CUSTOMER].combine_chunks().take(pa.array(rows)).cast(pa.string()))


def _plain(ids: pa.Array) -> pa.Array:
    """Ids without what people and programs spell differently: case, blanks, signs, leading zeros."""
    bare = pc.replace_substring_regex(pc.utf8_lower(ids), pattern=r"[^\p{L}\p{N}]", replacement="")
    return pc.utf8_ltrim(bare, characters="0")


# ----------------------------------------------------------- equal rows


def duplicate_rows(cases: Cases, limits: Limits) -> list[Finding]:
    """Test cases that equal another customer's earlier case in every feature, where coincidence hardly explains it.

    People are alike by chance, the more the coarser the features. But who has a twin by chance has near twins too: were
    values of a feature equal with probability q, as they are at large, n earlier cases that differ in that feature
    alone come with n q / (1 - q) that do not. The feature that explains the most sets how many twins a case should
    have. Cases that should have hardly any are counted: those that have one, against the sum of what they should have.
    """
    limit = limits["duplicate_rows"]
    before, test = thinned(_before(cases), MOST_BEFORE), thinned(cases.rows(TEST), MOST_TEST)
    columns = [_column(cases, index, before, test) for index in range(cases.matrix.shape[1])]
    whole = [_total([column[side] for column in columns]) for side in (0, 1)]
    equal = _met(whole[0], whole[1], cases.customer[before], cases.customer[test])
    if equal.sum() < limit.fewest:
        return []
    due = _twins_due(columns, whole)
    lonely = due < HARDLY
    count, expected = int((equal & lonely).sum()), float(due[lonely].sum())
    share = (count - MARGIN * expected) / len(test)
    severity = limit.severity(share)
    if severity is None or count - MARGIN * expected < limit.fewest:
        return []
    text = (
        f"{count:,} of {len(test):,} test cases equal an earlier case of another customer in all {len(columns)} "
        f"features, where coincidence gives about {expected:,.0f}"
    )
    evidence = {"rows": count, "of": len(test), "by_coincidence": figure(expected), "share": figure(share)}
    return [Finding("duplicate_rows", severity, ROWS, text, REPEATED, evidence)]


def _twins_due(columns: list[tuple[Hashes, Hashes]], whole: list[Hashes]) -> npt.NDArray[np.float64]:
    """How many twins each test case should have among earlier cases: the most that any feature makes plausible."""
    due = np.zeros(len(whole[1]))
    twins = _count(whole[0], whole[1])
    coarse = sorted(columns, key=lambda column: -_collision(column[0]))
    for old, new in coarse[:MOST_COLUMNS]:
        alike = _collision(old)
        if alike < 1.0:
            nearly = _count(whole[0] - old, whole[1] - new) - twins
            due = np.maximum(due, nearly * alike / (1 - alike))
    return due


def _count(old: Hashes, new: Hashes) -> npt.NDArray[np.intp]:
    """How often each new hash is among the old ones."""
    ordered = np.sort(old)
    count: npt.NDArray[np.intp] = np.searchsorted(ordered, new, "right") - np.searchsorted(
        ordered, new, "left"
    )
    return count


def _met(old: Hashes, new: Hashes, old_owner: Codes, new_owner: Codes) -> npt.NDArray[np.bool_]:
    """Whether each new hash is among the old ones of another owner."""
    known, place = np.unique(old, return_inverse=True)
    least, most = np.full(len(known), old_owner.max() + 1), np.full(len(known), -1)
    np.minimum.at(least, place, old_owner)
    np.maximum.at(most, place, old_owner)
    at = np.minimum(np.searchsorted(known, new), len(known) - 1)
    met: npt.NDArray[np.bool_] = (known[at] == new) & ((least[at] != new_owner) | (most[at] != new_owner))
    return met


def _column(cases: Cases, index: int, before: Codes, test: Codes) -> tuple[Hashes, Hashes]:
    """A hash of each value of a column; sums of these over columns are hashes of rows."""
    salt = np.uint64((index + 1) * 0x9E3779B97F4A7C15 % 2**64)
    return _mixed(cases.matrix[before, index], salt), _mixed(cases.matrix[test, index], salt)


def _mixed(values: npt.NDArray[np.float32], salt: np.uint64) -> Hashes:
    """splitmix64 of the bits of each value (Steele, Lea and Flood, OOPSLA 2014); equal for equal values and for NaN."""
    plain = np.where(np.isnan(values), np.float32(np.nan), values + np.float32(0.0))
    bits = plain.astype(np.float32).view(np.uint32).astype(np.uint64) + salt
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    mixed: Hashes = bits ^ (bits >> np.uint64(31))
    return mixed


def _total(columns: list[Hashes]) -> Hashes:
    total = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        total += column
    return total


def _collision(values: Hashes) -> float:
    """The chance that two cases have the same value."""
    count = np.unique(values, return_counts=True)[1]
    return float(np.sum((count / count.sum()) ** 2))
