"""What a campaign brought in: contacted customers beside the controls drawn for them, by list and stratum."""

from __future__ import annotations

import numpy as np
import pandas as pd

from leadlift.evaluation.bootstrap import Estimate
from leadlift.evaluation.campaign import AMOUNT, Effect, ModelValue
from leadlift.evaluation.experiment import (
    Counted,
    combined,
    detectable,
    incremental_mean,
    incremental_share,
    mean,
    newcombe,
    scaled,
)
from leadlift.names import CONTROL, EXPLORE, MODEL

STRATA = ["list_id", "stratum"]


Pairs = list[tuple[pd.DataFrame, pd.DataFrame]]
"""Contacted customers and controls of each stratum."""


def compared(cases: pd.DataFrame, least: int = 1) -> Pairs:
    """The strata that have at least so many of both; none where nobody was in control."""
    told = [(one[one["cell"].ne(CONTROL)], one[one["cell"].eq(CONTROL)]) for _, one in cases.groupby(STRATA)]
    return [(one, other) for one, other in told if min(len(one), len(other)) >= least]


def outcome_rise(pairs: Pairs, amounts: bool) -> Estimate | None:
    """Mean rise of `outcome` of those contacted over control; None without strata.

    amounts: whether it is one, and not yes or no; then strata need two customers of each for an interval.
    """
    if not pairs:
        return None
    return _mean_rise(pairs, "outcome") if amounts else incremental_share(_counted(pairs, "outcome"))


def effect_of(cases: pd.DataFrame) -> Effect | None:
    """The effect on all contacted customers of the cases that have controls beside them; None where nobody has.

    cases: list_id, stratum, cell, responded (0 or 1), amount, earned (what came is worth, or NaN) and cost, one row per
    customer.
    """
    groups = compared(cases)
    if not groups:
        return None
    counted = _counted(groups, "responded")
    contacted = sum(one.contacted for one in counted)
    response = incremental_share(counted)
    rate = sum(one.responded for one in counted) / contacted
    cost = float(sum(one["cost"].sum() for one, _ in groups))
    size = sum(one.control for one in counted)
    control_rate = rate - response.value
    return Effect(
        contacted=contacted,
        control=size,
        left_out=int(cases["cell"].ne(CONTROL).sum()) - contacted,
        rate=rate,
        control_rate=control_rate,
        response=response,
        amount=_mean_rise(groups, "amount"),
        responders=scaled(response, contacted),
        profit=_profit(groups, contacted, cost),
        cost=cost,
        detectable=detectable(control_rate, contacted, size) if 0 < control_rate < 1 else float("nan"),
    )


def model_value(cases: pd.DataFrame) -> ModelValue | None:
    """What the model's choice was worth beside the explore arm's; None where one of the two is missing.

    Of lists that promise chances: one of effects passes by who buys anyway, and the controls of its arms are one group.
    """
    model, explore = (cases[cases["cell"].eq(cell)] for cell in (MODEL, EXPLORE))
    if not len(model) or not len(explore):
        return None
    priced = not cases["earned"].isna().any()
    gains = [one["earned"] - one["cost"] for one in (model, explore)]
    return ModelValue(
        len(model),
        len(explore),
        newcombe(int(model["responded"].sum()), len(model), int(explore["responded"].sum()), len(explore)),
        combined(mean(gains[0]), mean(gains[1])) if priced else None,
    )


def earned(cases: pd.DataFrame) -> pd.Series:
    """What came is worth: the value of a response, or of each unit of an amount where one is promised; NaN without.

    cases: value, responded (0 or 1), outcome and promise (CHANCE, EFFECT or AMOUNT), one row per customer.
    """
    came = cases["outcome"].where(cases["promise"].eq(AMOUNT), cases["responded"])
    return cases["value"].astype(float) * came


def _counted(strata: Pairs, column: str) -> list[Counted]:
    return [
        Counted(len(one), int(one[column].sum()), len(other), int(other[column].sum()))
        for one, other in strata
    ]


def _profit(groups: Pairs, contacted: int, cost: float) -> Estimate | None:
    if any(one["earned"].isna().any() or other["earned"].isna().any() for one, other in groups):
        return None
    return scaled(_mean_rise(groups, "earned"), contacted, -cost)


def _mean_rise(groups: Pairs, column: str) -> Estimate:
    return incremental_mean(
        [np.asarray(one[column]) for one, _ in groups], [np.asarray(other[column]) for _, other in groups]
    )
