"""Which cases of another pipeline an uplift model may learn from: none of later days, or of whom it is judged by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlift.errors import UserError
from leadlift.features import Choice
from leadlift.features.calendar import Maturity
from leadlift.models import Encoding
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.training import Cases, Parts, TrainingTable, proxy_cases

START = date(2025, 1, 1)
CUSTOMERS = [f"c{number:03}" for number in range(40)]


def days(offsets: list[int]) -> list[date]:
    return [START + timedelta(days=one) for one in offsets]


def experiment(test_from: date | None) -> tuple[pa.Table, Cases]:
    """Forty customers, one case each: ten in each part, in the order of their ids."""
    x = pa.table({"customer_id": CUSTOMERS, "place": np.arange(40.0)})
    parts = {name: np.arange(10) + 10 * at for at, name in enumerate((TRAIN, VALID, CALIBRATION, TEST))}
    encoding = Encoding.fit(x, ["place"])
    nat = np.full(40, np.datetime64("NaT", "D"))
    return x, Cases(
        encoding, encoding.encode(x), np.zeros(40), np.arange(40), nat, Parts(parts, test_from, 0)
    )


def contacts(rows: list[tuple[int, int, int]], wait: int = 60) -> TrainingTable:
    """(customer, day, outcome) of each contact; `place` says which it is. Customers from 40 on are in no experiment."""
    table = pa.table(
        {
            "customer_id": [f"c{customer:03}" for customer, _, _ in rows],
            "as_of": days([day for _, day, _ in rows]),
            "place": np.arange(len(rows), dtype=float),
            "target": pa.array([outcome for _, _, outcome in rows], pa.int32()),
        }
    )
    return TrainingTable(table, Choice((), {}), "key", Maturity(START + timedelta(days=900), wait), ())


ROW = st.tuples(st.integers(0, 60), st.integers(0, 400), st.integers(0, 1))


@settings(max_examples=60)
@given(st.lists(ROW, max_size=150), st.integers(100, 400), st.integers(1, 90), st.booleans())
def test_no_case_is_learned_from_whose_outcome_the_test_could_know_or_whose_customer_scales_or_judges(
    rows, test_day, wait, dated
):
    # a hundred early contacts of nobody in the experiment, so that there is always enough
    rows = [(50, 0, at % 2) for at in range(100)] + rows
    x, cases = experiment(START + timedelta(days=test_day) if dated else None)
    found = proxy_cases(contacts(rows, wait), x, cases)
    kept = found.matrix[:, 0].astype(int).tolist()
    if test_day < wait and dated:
        pytest.fail("days are drawn so that the early contacts are known")
    allowed = [
        at
        for at, (customer, day, _) in enumerate(rows)
        if not 20 <= customer < (30 if dated else 40) and (day + wait <= test_day or not dated)
    ]
    assert kept == allowed
    assert found.customer.tolist() == [rows[at][0] if rows[at][0] < 40 else -1 for at in kept]
    assert found.y.tolist() == [rows[at][2] for at in kept]


def test_too_few_cases_that_may_be_known_are_refused_with_their_count():
    x, cases = experiment(START + timedelta(days=10))
    rows = [(at % 20, 0, at % 2) for at in range(200)]
    assert len(proxy_cases(contacts(rows, wait=10), x, cases).y) == 200
    with pytest.raises(UserError, match="of its cases 0 may be learned from"):
        proxy_cases(contacts(rows, wait=11), x, cases)


def test_without_days_the_customers_of_the_test_are_left_out_by_name():
    x, cases = experiment(None)
    undated = replace(cases, parts=replace(cases.parts, test_from=None))
    rows = [(at % 40, 0, at % 2) for at in range(400)]
    assert set(proxy_cases(contacts(rows), x, undated).customer.tolist()) == set(range(20))
