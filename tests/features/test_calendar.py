"""As-of dates and maturity."""

from __future__ import annotations

from datetime import date

import pytest

from leadlift.errors import UserError
from leadlift.features.calendar import Maturity, as_of_dates, month_later
from leadlift.specs import Population, Target

TARGET = Target.model_validate({"source": "holdings", "gap": "10d", "outcome": "60d"})
MATURITY = Maturity.of(TARGET, ends=date(2025, 7, 1))


def population(**said):
    return Population.model_validate(said)


def test_the_last_mature_day_is_the_last_whose_whole_outcome_window_lies_in_the_data():
    # the window of 22 April is [2 May, 1 July): the data is complete up to the start of 1 July
    assert MATURITY.last == date(2025, 4, 22)


def test_monthly_dates_go_on_to_the_last_mature_day():
    days = as_of_dates(population(as_of="monthly", **{"from": date(2025, 1, 15)}), TARGET, MATURITY)
    assert days == [date(2025, 1, 15), date(2025, 2, 15), date(2025, 3, 15), date(2025, 4, 15)]


def test_the_last_mature_day_itself_is_used():
    days = as_of_dates(population(as_of="weekly", **{"from": date(2025, 4, 8)}), TARGET, MATURITY)
    assert days == [date(2025, 4, 8), date(2025, 4, 15), date(2025, 4, 22)]


def test_months_from_a_month_end_are_month_ends():
    said = {"as_of": "monthly", "from": date(2024, 1, 31), "to": date(2024, 5, 30)}
    days = as_of_dates(population(**said), TARGET, MATURITY)
    assert days == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]


@pytest.mark.parametrize(
    ("start", "months", "day"),
    [
        (date(2024, 1, 30), 1, date(2024, 2, 29)),
        (date(2024, 1, 30), 2, date(2024, 3, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 2, 28), 12, date(2026, 2, 28)),
        (date(2025, 2, 28), 1, date(2025, 3, 31)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
    ],
)
def test_a_month_later(start, months, day):
    assert month_later(start, months) == day


def test_quarters_are_three_months():
    said = {"as_of": "quarterly", "from": date(2024, 3, 31), "to": date(2024, 12, 31)}
    days = as_of_dates(population(**said), TARGET, MATURITY)
    assert days == [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30), date(2024, 12, 31)]


def test_a_list_of_days_is_sorted_and_each_day_taken_once():
    said = {"as_of": [date(2025, 3, 1), date(2025, 1, 1), date(2025, 3, 1)]}
    assert as_of_dates(population(**said), TARGET, MATURITY) == [date(2025, 1, 1), date(2025, 3, 1)]


def test_a_day_that_is_not_mature_is_refused_with_the_last_that_is():
    said = {"as_of": "monthly", "from": date(2025, 1, 31), "to": date(2025, 4, 23)}
    with pytest.raises(UserError) as told:
        as_of_dates(population(**said), TARGET, MATURITY)
    assert str(told.value) == (
        "population.to: 2025-04-23 is not mature: its 60-day outcome window ends after the data (2025-07-01). "
        "Last mature day: 2025-04-22"
    )


def test_a_listed_day_that_is_not_mature_is_refused_too():
    with pytest.raises(UserError, match=r"population.as_of: 2025-05-01 is not mature"):
        as_of_dates(population(as_of=[date(2025, 5, 1)]), TARGET, MATURITY)


def test_a_first_day_that_is_not_mature_leaves_nothing():
    with pytest.raises(
        UserError, match=r"population.from: 2025-06-30 is not mature. Last mature day: 2025-04-22"
    ):
        as_of_dates(population(as_of="monthly", **{"from": date(2025, 6, 30)}), TARGET, MATURITY)
