"""Bins of one column, frozen on the first date."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.evaluation import CategoryBins, NumberBins


def test_few_values_have_a_bar_each_and_a_later_value_joins_the_nearest():
    bins = NumberBins.of(np.array([0.0, 0, 1, 2, np.nan]))
    assert bins.labels == ("0", "1", "2")
    assert bins.shares(np.array([0.0, 1, 1, 9, np.nan])).tolist() == [0.2, 0.4, 0.2]


def test_many_values_have_bars_evenly_wide_that_hold_everyone_but_the_missing():
    values = np.append(np.linspace(0, 1000, 500), [np.nan] * 500)
    bins = NumberBins.of(values)
    assert len(bins.labels) == 14
    assert bins.labels[0].startswith("up to")
    assert bins.labels[-1].startswith("above")
    assert bins.shares(values).sum() == pytest.approx(0.5)
    widths = np.diff(bins.picture)
    assert widths == pytest.approx(np.full(12, widths[0]))
    assert bins.counts(values)[-1] == 500


def test_a_column_nobody_has_a_value_of_is_one_empty_bar():
    bins = NumberBins.of(np.full(10, np.nan))
    assert bins.shares(np.full(10, np.nan)).tolist() == [0]
    assert bins.counts(np.array([1.0, np.nan])).tolist() == [1, 1]


def test_categories_stand_by_their_number_and_the_unseen_and_the_rare_are_others():
    reference = ["east"] * 30 + ["west"] * 40 + ["hamlet of one"] * 9 + [None] * 5
    bins = CategoryBins.of(reference)
    assert bins.labels == ("west", "east", "others")
    assert bins.counts(reference).tolist() == [40, 30, 9, 5]
    assert bins.shares(["new", "west", None, None]).tolist() == [0.25, 0, 0.25]
