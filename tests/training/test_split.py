"""Which cases train, validate, calibrate and test."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.errors import UserError
from leadlift.features.calendar import Maturity, month_later
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.specs import Split
from leadlift.training import Parts, split_cases

MONTHS = [month_later(date(2025, 1, 31), month) for month in range(10)]
IN_TIME = Split(out_of_time=0.2, valid=0.2, calibration=0.2)


def monthly(customers: int, days: list[date] = MONTHS, every: int = 4) -> pa.Table:
    """Every customer on every day, in the order of time; each `every`th customer responds, always."""
    who = [f"c{number:04d}" for number in range(customers)]
    rows = [(one, day, int(place % every == 0)) for day in days for place, one in enumerate(who)]
    customer, as_of, target = zip(*rows, strict=True)
    return table(customer, as_of, target)


def table(customer, as_of, target) -> pa.Table:
    return pa.table(
        {
            "customer_id": pa.array(customer, pa.string()),
            "as_of": pa.array(as_of, pa.date32()),
            "target": pa.array(target, pa.int32()),
        }
    )


def undated(customers: int, every: int = 4) -> pa.Table:
    """One row for each customer, without dates."""
    numbers = range(customers)
    return table([f"c{n:04d}" for n in numbers], [None] * customers, [int(n % every == 0) for n in numbers])


def days_of(cases: pa.Table, parts: Parts, part: str) -> list[date]:
    return sorted(set(cases["as_of"].take(pa.array(parts.rows[part])).to_pylist()))


def who(cases: pa.Table, parts: Parts, part: str) -> set[str]:
    return set(cases["customer_id"].take(pa.array(parts.rows[part])).to_pylist())


def test_the_test_is_the_latest_time():
    cases = monthly(200)
    parts = split_cases(cases, IN_TIME, None)
    assert days_of(cases, parts, TEST) == MONTHS[-2:]
    assert parts.test_from == MONTHS[-2]
    for part in (TRAIN, VALID, CALIBRATION):
        assert days_of(cases, parts, part) == MONTHS[:-2]


def test_every_case_is_in_one_part_or_embargoed():
    cases = monthly(200)
    parts = split_cases(cases, IN_TIME, Maturity(ends=date(2026, 1, 1), wait=90))
    used = np.concatenate(list(parts.rows.values()))
    assert len(np.unique(used)) == len(used)
    assert len(used) + parts.embargoed == cases.num_rows


def test_nobody_is_in_two_of_train_valid_and_calibration():
    cases = monthly(200)
    parts = split_cases(cases, IN_TIME, None)
    train, valid, calibration = (who(cases, parts, part) for part in (TRAIN, VALID, CALIBRATION))
    assert train & valid == train & calibration == valid & calibration == set()
    assert len(train) + len(valid) + len(calibration) == 200


def test_a_case_before_the_test_is_used_only_if_its_outcome_was_known_on_the_first_test_day():
    # the test begins on the 30th of September; an outcome takes 3 + 60 days, so the last usable day is the 29th of July
    cases = monthly(200)
    parts = split_cases(cases, IN_TIME, Maturity(ends=date(2026, 1, 1), wait=63))
    assert parts.test_from == date(2025, 9, 30)
    assert days_of(cases, parts, TRAIN) == [day for day in MONTHS if day <= date(2025, 7, 29)]
    assert parts.embargoed == 2 * 200  # those of the 31st of July and of August


def test_an_outcome_known_on_the_very_first_test_day_is_used():
    days = [date(2025, 1, 1), date(2025, 3, 1), date(2025, 3, 2), date(2025, 5, 1)]
    cases = monthly(200, days)
    parts = split_cases(
        cases, Split(out_of_time=0.25, valid=0.2, calibration=0.2), Maturity(date(2025, 8, 1), 61)
    )
    assert date(2025, 5, 1) - timedelta(days=61) == date(2025, 3, 1)
    assert days_of(cases, parts, TRAIN) == [date(2025, 1, 1), date(2025, 3, 1)]


def test_a_random_split_has_the_share_of_responders_of_all_in_the_test():
    cases = undated(2_000, every=20)
    parts = split_cases(cases, Split(random=0.2, valid=0.2, calibration=0.2), None)
    target = cases["target"].to_numpy()
    assert len(parts.rows[TEST]) == 400
    assert target[parts.rows[TEST]].sum() == 20  # 5 % of 400, to the customer
    assert parts.test_from is None


def test_a_random_split_never_puts_a_customer_on_both_sides():
    cases = monthly(300)
    parts = split_cases(cases, Split(random=0.3, valid=0.2, calibration=0.2), None)
    sides = [who(cases, parts, part) for part in (TRAIN, VALID, CALIBRATION, TEST)]
    assert sum(map(len, sides)) == 300 == len(set().union(*sides))


def test_a_table_without_dates_is_tested_on_its_last_rows():
    cases = undated(1_000)
    parts = split_cases(cases, IN_TIME, None)
    assert parts.rows[TEST].tolist() == list(range(800, 1_000))


def test_the_same_seed_gives_the_same_split_and_another_seed_another():
    cases = monthly(200)
    first, again = (split_cases(cases, IN_TIME, None) for _ in range(2))
    other = split_cases(cases, Split(out_of_time=0.2, valid=0.2, calibration=0.2, seed=99), None)
    assert all((first.rows[part] == again.rows[part]).all() for part in first.rows)
    assert who(cases, first, VALID) != who(cases, other, VALID)


@given(gone=st.sets(st.integers(0, 199), max_size=100))
def test_a_customers_part_does_not_depend_on_the_others(gone):
    # nobody moves from valid to train because others have left or joined
    cases = monthly(200, MONTHS[:5])
    left = cases.filter(pa.array([int(one[1:]) not in gone for one in cases["customer_id"].to_pylist()]))
    all_parts, parts = (split_cases(part, IN_TIME, None) for part in (cases, left))
    for part in (TRAIN, VALID, CALIBRATION):
        assert who(left, parts, part) <= who(cases, all_parts, part)


def test_the_shares_of_customers_are_those_asked_for():
    cases = monthly(4_000, MONTHS[:5])
    parts = split_cases(cases, IN_TIME, None)
    # 4,000 draws with p = 0.2: four standard errors are 0.025
    for part in (VALID, CALIBRATION):
        assert len(who(cases, parts, part)) / 4_000 == pytest.approx(0.2, abs=0.025)


def test_a_part_without_responders_is_refused_with_its_name_and_count():
    cases = table([f"c{n}" for n in range(500)], [None] * 500, [1, 0] * 200 + [0] * 100)
    with pytest.raises(UserError) as refused:
        split_cases(cases, IN_TIME, None)
    assert str(refused.value) == (
        "split: of 100 oot cases 0 are positive (0 cases are embargoed before the test); "
        "give it more as-of dates, or other shares in `split`"
    )


def test_one_as_of_date_cannot_be_tested_in_time():
    with pytest.raises(UserError) as refused:
        split_cases(monthly(50, [date(2025, 1, 31)]), IN_TIME, None)
    assert str(refused.value) == (
        "split.out_of_time: all cases have one as-of date; a test in time needs at least two"
    )
