"""Flags as sentences: true of the numbers behind them, in both languages."""

# ruff: noqa: RUF001 - Chinese is written with full-width signs

from __future__ import annotations

import numpy as np
import pytest

from leadlift.specs import FeatureDef
from leadlift.specs.features import Feature
from leadlift.specs.warning import Indicator
from leadlift.workflows.warn_words import broken_said, limits_said, odd_said, unusual_said


def feature(name: str = "card_use", label: str = "share of the limit drawn", unit: str = "%") -> FeatureDef:
    return FeatureDef(
        name=name, stanza=name, subject="risk", source="balances", spec=Feature(agg="last", of="x"), of=None,
        where=None, expr=None, window=None, type="number", hidden=None, uses=(), label=label, unit=unit, file="",
        line=0,
    )  # fmt: skip


ONE = Indicator(indicator="one", feature="card_use", above=80, below=5, rises=20, falls=30, over="90d")


@pytest.mark.parametrize(
    ("now", "before", "level", "moved", "said"),
    [
        (91, 85, True, False, ["share of the limit drawn: 91%, above the limit of 80%"]),
        (2, 10, True, False, ["share of the limit drawn: 2%, below the limit of 5%"]),
        (
            60,
            35,
            False,
            True,
            ["share of the limit drawn: 60%, up by 25% in 90 days from 35%; the limit is 20%"],
        ),
        (
            30,
            65,
            False,
            True,
            ["share of the limit drawn: 30%, down by 35% in 90 days from 65%; the limit is 30%"],
        ),
        (50, 50, False, False, []),
    ],
)
def test_a_broken_limit_is_told_with_value_limit_and_where_it_came_from(now, before, level, moved, said):
    assert broken_said(ONE, feature(), now, before, level=level, moved=moved, language="en") == said


def test_all_limits_are_told():
    assert limits_said(ONE, feature(), "en") == (
        "above 80%; below 5%; up by more than 20% in 90 days; down by more than 30% in 90 days"
    )
    assert limits_said(ONE, feature(), "zh").startswith("高于 80%；低于 5%；90 天内上升超过 20%")


def test_what_is_unusual_is_told_beside_what_is_usual():
    said = unusual_said(feature("spend", "spending", "CNY"), 4_128, 738, 11.04, "en")
    assert said == "spending: 4,128 CNY, usually 738 CNY for this customer (11.0 robust deviations above)"
    assert "低于 6.2 个稳健标准差" in unusual_said(feature(), 10, 40, -6.2, "zh")


def test_an_odd_month_names_at_most_three_features_the_strongest_first_and_none_that_did_nothing():
    four = [feature(name, name) for name in ("a", "b", "c", "d")]
    said = odd_said(four, np.array([0.1, 0.4, 0.0, 0.2]), np.array([1.0, -7.5, 0.3, 4.0]), "en")
    assert said == "the month as a whole is odd for this customer: b (-7.5), d (+4.0), a (+1.0)"
    few = odd_said(four, np.array([0.0, 0.4, 0.0, 0.0]), np.array([1.0, -7.5, 0.3, 4.0]), "en")
    assert few.endswith(": b (-7.5)")
