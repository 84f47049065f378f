"""Which cases train, validate, calibrate and test. The test is the latest time, and nobody is on two sides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadlift.errors import UserError
from leadlift.features.calendar import Maturity
from leadlift.names import AS_OF, CALIBRATION, CUSTOMER, TARGET, TEST, TRAIN, VALID
from leadlift.specs import Split

CASES = "cases"
PARTS = (TRAIN, VALID, CALIBRATION, TEST)


@dataclass(frozen=True, eq=False)
class Parts:
    """The split. rows: part -> indices into the training table, rising.

    test_from: the first as-of date of the test; None where the table has no dates. embargoed: cases before the
    test whose outcomes were not yet known on its first day; nobody standing there could have learned from them.
    ordered: whether the table's rows are in the order of time. wait: days from a case until its outcome is known.
    """

    rows: Mapping[str, npt.NDArray[np.intp]]
    test_from: date | None
    embargoed: int
    ordered: bool = True
    wait: int = 0


def split_cases(
    table: pa.Table, spec: Split, maturity: Maturity | None, days_of_all: pa.Table | None = None
) -> Parts:
    """Split the training table. Raises UserError when a part would have no cases of one kind.

    days_of_all: of a sample, how many cases (`cases`) there are of each day (`as_of`), so that the test of the sample
    begins on the day on which that of all cases does.
    """
    share, codes = _customer_shares(table[CUSTOMER], spec.seed)
    dates = table[AS_OF]
    dated = dates.null_count < len(dates)
    test_from: date | None = None
    waiting = np.zeros(len(share), dtype=bool)
    if spec.random:
        share = _stratified(share, codes, responded(table))
        test = share >= 1 - spec.random
        share = share / (1 - spec.random)
    elif dated:
        days = dates.to_numpy().astype("datetime64[D]")
        first = _first_test_day(*_counted(days, days_of_all), spec.out_of_time or 0)
        test = days >= first
        test_from = first.astype(object)
        if maturity is not None:
            known = np.datetime64(test_from - timedelta(days=maturity.wait))
            waiting = ~test & (days > known)
    else:
        test = np.arange(len(share)) >= round(len(share) * (1 - (spec.out_of_time or 0)))
    before = ~test & ~waiting
    rows = {
        VALID: before & (share < spec.valid),
        CALIBRATION: before & (share >= spec.valid) & (share < spec.valid + spec.calibration),
        TRAIN: before & (share >= spec.valid + spec.calibration),
        TEST: test,
    }
    parts = Parts(
        {part: np.flatnonzero(rows[part]) for part in PARTS},
        test_from,
        int(waiting.sum()),
        not spec.random,
        maturity.wait if maturity is not None and not spec.random else 0,
    )
    _refuse_one_sided(parts, responded(table), pa.types.is_floating(table[TARGET].type))
    return parts


@dataclass(frozen=True)
class Learned:
    """Which cases train, wherever they are, by themselves: their day is not after `until`, and their customer draws
    at least `share`. seed: of the split."""

    until: date
    share: float
    seed: int

    def of(self, customers: pa.Array) -> npt.NDArray[np.bool_]:
        """Whether each customer is one to learn from, (n,)."""
        drawn, _ = _customer_shares(pa.chunked_array([customers]), self.seed)
        return np.asarray(drawn >= self.share)


def learned_rule(parts: Parts, spec: Split, maturity: Maturity | None) -> Learned:
    """What `split_cases` went by, for cases that it was not given. Raises ValueError for a split without dates."""
    if parts.test_from is None:
        raise ValueError("the split has no dates")
    wait = 1 if maturity is None else max(1, maturity.wait)
    return Learned(parts.test_from - timedelta(days=wait), spec.valid + spec.calibration, spec.seed)


def responded(table: pa.Table) -> npt.NDArray[np.int32]:
    """1 for each case with an outcome above 0, (n,): a yes, or an amount."""
    return np.asarray(table[TARGET].to_numpy() > 0, dtype=np.int32)


def _customer_shares(
    customers: pa.ChunkedArray, seed: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """A number in [0, 1) for each case, the same for all cases of a customer, whatever else is in the table.

    Beside it the customers' codes, (n,), 0 to the number of customers.
    """
    coded = pc.dictionary_encode(customers).combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.chunk(0)
    key = str(seed).encode()
    hashed = [
        hashlib.blake2b(str(name).encode(), digest_size=8, key=key).digest()
        for name in coded.dictionary.to_pylist()
    ]
    shares = np.frombuffer(b"".join(hashed), dtype="<u8").astype(np.float64) / 2.0**64
    codes = np.asarray(coded.indices.to_numpy(), dtype=np.intp)
    return shares[codes], codes


def _stratified(
    share: npt.NDArray[np.float64], codes: npt.NDArray[np.intp], target: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """The shares spread evenly among customers with a positive case, and among those without."""
    customers = codes.max() + 1
    drawn, responded = np.zeros(customers), np.zeros(customers, dtype=bool)
    drawn[codes] = share
    np.logical_or.at(responded, codes, target == 1)
    for kind in (True, False):
        members = np.flatnonzero(responded == kind)
        drawn[members[np.argsort(drawn[members], kind="stable")]] = np.arange(len(members)) / max(
            1, len(members)
        )
    return drawn[codes]


def _counted(
    days: npt.NDArray[np.datetime64], of_all: pa.Table | None
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.intp]]:
    """The days, rising, and how many cases there are of each."""
    if of_all is None:
        return np.unique(days, return_counts=True)
    known = of_all[AS_OF].to_numpy().astype("datetime64[D]")
    order = np.argsort(known)
    return known[order], of_all[CASES].to_numpy().astype(np.intp)[order]


def _first_test_day(
    known: npt.NDArray[np.datetime64], counts: npt.NDArray[np.intp], share: float
) -> np.datetime64:
    """The as-of date from which on the cases come nearest to the share wanted; the first date never tests."""
    if len(known) < 2:
        raise UserError("split.out_of_time: all cases have one as-of date; a test in time needs at least two")
    after = counts[::-1].cumsum()[::-1] / counts.sum()
    nearest = int(np.argmin(np.abs(after[1:] - share))) + 1
    first: np.datetime64 = known[nearest]
    return first


def _refuse_one_sided(parts: Parts, target: npt.NDArray[np.int32], amounts: bool) -> None:
    for part, rows in parts.rows.items():
        positives = int(target[rows].sum())
        if positives == 0 or (positives == len(rows) and not amounts):
            raise UserError(
                f"split: of {len(rows):,} {part} cases {positives:,} are positive ({parts.embargoed:,} cases are "
                "embargoed before the test); give it more as-of dates, or other shares in `split`"
            )
