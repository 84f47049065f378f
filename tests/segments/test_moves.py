"""Movement between groups, held against slow counting of each customer's own path."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlift.segments.moves import moves_of

GROUPS = ("a", "b", "c")


@settings(max_examples=60)
@given(st.integers(0, 2**31), st.integers(1, 30), st.integers(1, 6))
def test_every_count_is_that_of_walking_each_path(seed, customers, many):
    codes = np.random.default_rng(seed).integers(-1, 3, (customers, many))
    days = [date(2026, month + 1, 1) for month in range(many)]
    found = moves_of(codes, GROUPS, days)
    paths = [[GROUPS[code] if code >= 0 else None for code in row] for row in codes]
    for place in range(many):
        for group, name in enumerate(GROUPS):
            assert found.customers[group][place] == sum(path[place] == name for path in paths)
    for place, step in enumerate(found.steps):
        for i, before in enumerate((*GROUPS, None)):
            for j, after in enumerate((*GROUPS, None)):
                counted = sum(path[place] == before and path[place + 1] == after for path in paths)
                assert step.moves[i][j] == (0 if before is after is None else counted)
    for group, stay in enumerate(found.stays):
        lengths = [run_at_end(path, GROUPS[group]) for path in paths if path[-1] == GROUPS[group]]
        assert stay.now == len(lengths)
        assert stay.so_far == (None if not lengths else np.mean(lengths))
        assert stay.begun == sum(begun(path, GROUPS[group]) for path in paths)


def run_at_end(path, group):
    length = 0
    for one in reversed(path):
        if one != group:
            break
        length += 1
    return length


def begun(path, group):
    return sum(one == group and before != group for before, one in pairwise(path))


def test_what_comes_in_and_goes_out_explains_the_change_of_size():
    codes = np.random.default_rng(3).integers(-1, 3, (200, 5))
    found = moves_of(codes, GROUPS, [date(2026, month, 1) for month in range(1, 6)])
    for place, step in enumerate(found.steps):
        for group in range(3):
            change = found.customers[group][place + 1] - found.customers[group][place]
            assert change == step.entries(group) - step.exits(group)


def test_half_have_left_is_told_with_the_stays_not_over_yet():
    # four stays that begin on the second date: two end after one step, one after two, one goes on
    codes = np.array([[1, 0, 1, 1], [1, 0, 1, 1], [1, 0, 0, 1], [1, 0, 0, 0]])
    stay = moves_of(codes, ("in", "out"), [date(2026, month, 1) for month in range(1, 5)]).stays[0]
    assert (stay.begun, stay.median, stay.now, stay.so_far) == (4, 1, 1, 3.0)


def test_a_group_that_nobody_was_ever_in_is_left_out():
    codes = np.array([[0, 2], [2, 0]])
    found = moves_of(codes, GROUPS, [date(2026, 1, 1), date(2026, 2, 1)]).without_empty([])
    assert found.groups == ("a", "c")
    assert found.steps[0].moves == ((0, 1, 0), (1, 0, 0), (0, 0, 0))
