"""Drift of features: what chance and the calendar give is none, what moved is named with its month."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from leadlift.monitoring import Population, Reference, drifts, reference_of, score_drift, snapshot_of

FIRST = date(2025, 1, 31)


def table(draw, customers, shift=0.0, missing=0.0, north=0.5):
    value = np.where(draw.random(customers) < missing, np.nan, draw.normal(shift, 1.0, customers))
    region = np.where(draw.random(customers) < north, "north", "south")
    return pa.table({"value": pa.array(value, from_pandas=True), "region": region})


def reference(draw, customers=4_000, dates=1, wave=0.0):
    """dates: so many, of which each second is `wave` away."""
    parts = [table(draw, customers // dates, wave * (number % 2)) for number in range(dates)]
    codes = np.repeat(np.arange(dates), customers // dates)
    score = draw.normal(size=len(codes))
    people = Population(pa.concat_tables(parts), codes, len(codes))
    return reference_of(people, ["value", "region"], ["region"], (score, codes), "the tests", {})


def day(draw, held, number, customers=2_000, **changed):
    rows = table(draw, customers, **changed)
    score = draw.normal(changed.get("shift", 0.0), 1.0, customers)
    chance = np.full(customers, 0.1)
    return snapshot_of(
        FIRST + timedelta(days=30 * number), held, rows.to_batches(), score, chance, chances=True
    )


def of(found, name):
    return next(one for one in found if one.name == name)


GAINS = {"value": 3.0, "region": 1.0}


@pytest.mark.parametrize("customers", [100, 1_000, 200_000])
def test_unchanged_features_show_nothing_however_few_or_many_are_scored(customers):
    draw = np.random.default_rng(customers)
    held = reference(draw)
    days = [day(draw, held, number, customers) for number in range(12)]
    found = [*drifts(held, days, GAINS, ()), score_drift(held, days)]
    assert [one.name for one in found for seen in one.days if seen.excess > 0.02 or seen.risen > 0] == []


def test_a_shift_is_named_with_the_month_it_began_and_how_far_it_went():
    draw = np.random.default_rng(1)
    held = reference(draw)
    days = [day(draw, held, number, shift=1.0 if number >= 3 else 0.0) for number in range(5)]
    moved = of(drifts(held, days, GAINS, ()), "value")
    assert moved.since(0.25) == days[3].as_of
    assert 0.7 < moved.last.excess < 1.3  # of normals one deviation apart the index is 1
    assert moved.share == 0.75
    assert of(drifts(held, days, GAINS, ()), "region").since(0.1) is None


def test_a_category_that_takes_over_is_named():
    draw = np.random.default_rng(2)
    held = reference(draw)
    found = of(drifts(held, [day(draw, held, 0, north=0.9)], GAINS, ()), "region")
    assert found.since(0.25) == FIRST
    assert found.moved.startswith("90% of customers 'north'") or found.moved.startswith(
        "89% of customers 'north'"
    )


def test_values_gone_missing_are_told_as_a_share():
    draw = np.random.default_rng(3)
    held = reference(draw)
    days = [day(draw, held, number, missing=0.3 if number else 0.0) for number in range(2)]
    found = of(drifts(held, days, GAINS, ()), "value")
    assert found.last.risen == pytest.approx(0.3, abs=0.03)
    assert found.since(0.10, missing=True) == days[1].as_of


def test_what_dates_of_the_reference_differed_by_is_no_drift():
    draw = np.random.default_rng(4)
    held = reference(draw, customers=8_000, dates=8, wave=1.0)
    summer, beyond = day(draw, held, 0, shift=1.0), day(draw, held, 1, shift=3.0)
    assert of(drifts(held, [summer], GAINS, ()), "value").last.psi > 0.1
    assert of(drifts(held, [summer], GAINS, ()), "value").since(0.05) is None
    assert of(drifts(held, [beyond], GAINS, ()), "value").since(0.25) == beyond.as_of


def test_features_that_carry_hardly_anything_and_those_ignored_are_shown_and_not_counted():
    draw = np.random.default_rng(5)
    held = reference(draw)
    moved = [day(draw, held, 0, shift=2.0)]
    assert not of(drifts(held, moved, {"value": 0.04, "region": 1.0}, ()), "value").counted
    assert not of(drifts(held, moved, GAINS, ("value",)), "value").counted
    assert of(drifts(held, moved, GAINS, ()), "value").counted


def test_a_reference_travels_as_text():
    held = reference(np.random.default_rng(6), dates=4)
    assert Reference.from_text(held.to_text()) == held
    assert len(held.to_text()) < 20_000


def test_a_rare_category_has_no_bin_of_its_own():
    rows = pa.table({"town": ["big"] * 500 + ["tiny"] * 3 + [None] * 2})
    people = Population(rows, np.zeros(505, dtype=np.intp), 505)
    held = reference_of(people, ["town"], ["town"], (np.arange(505.0), people.dates), "the tests", {})
    assert held.columns["town"].labels == ("big", "others")
    assert held.columns["town"].counts == (500, 3, 2)
    assert "tiny" not in held.to_text()
