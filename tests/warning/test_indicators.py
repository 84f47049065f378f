"""Indicators: a limit that is reached is not yet broken, unknown breaks nothing, and movement has a direction."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from leadlift.specs.warning import EarlyWarning, Indicator
from leadlift.warning import held_against

NAN = float("nan")


def broken(one: dict, now: list[float], before: list[float] | None = None) -> list[bool]:
    spec = Indicator(indicator="one", feature="x", **one)
    return held_against(spec, np.array(now), None if before is None else np.array(before)).broken.tolist()


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        ({"above": 10}, [False, False, True, False]),
        ({"below": 10}, [True, False, False, False]),
        ({"above": 10, "below": 5}, [True, False, True, False]),
    ],
)
def test_a_value_is_held_against_its_limits(one, expected):
    assert broken(one, [4, 10, 11, NAN]) == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        ({"rises": 5, "over": "90d"}, [False, True, False, False, False]),
        ({"falls": 5, "over": "90d"}, [False, False, True, False, False]),
        ({"rises": 5, "falls": 5, "over": "90d"}, [False, True, True, False, False]),
        ({"rises": 5, "over": "90d", "above": 14}, [True, True, False, False, True]),
    ],
)
def test_a_movement_is_held_against_its_limits(one, expected):
    now, before = [15, 12, 1, 9, 15], [10, 6, 7, NAN, NAN]
    assert broken(one, now, before) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give a limit"),
        ({"rises": 5}, "need `over`"),
        ({"above": 5, "over": "30d"}, "goes with `rises` or `falls`"),
        ({"above": 5, "below": 6}, "every value is below 6 or above 5"),
    ],
)
def test_limits_that_mean_nothing_are_faults(given, said):
    with pytest.raises(ValidationError, match=said):
        Indicator(indicator="one", feature="x", **given)


def test_an_indicator_has_its_own_name():
    one = {"indicator": "one", "feature": "x", "above": 5}
    with pytest.raises(ValidationError, match="'one' is given twice"):
        EarlyWarning(indicators=(one, one))
