"""What each feature alone is worth for each pipeline's target, on cases that a model would learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.evaluation import (
    CategoryBins,
    Strength,
    binned,
    clustered_auc,
    frozen_edges,
    information_value,
    psi_by_chance,
    rates_of_others,
)
from leadlift.features import Home
from leadlift.names import CUSTOMER, TARGET, TRAIN
from leadlift.progress import Progress
from leadlift.specs import FeatureDef, Pipeline, Workspace
from leadlift.specs.pipelines import FeatureChoice
from leadlift.training import split_cases, training_table
from leadlift.workflows.profile_columns import Values, columns_of
from leadlift.workflows.profiled import target_of

Codes = npt.NDArray[np.intp]
CASES_PER_CUSTOMER = 5


def strengths(
    ws: Workspace, home: Home, wanted: Mapping[str, FeatureDef], sample: int, progress: Progress
) -> tuple[dict[str, list[Strength]], list[str]]:
    """Feature -> its strength for each pipeline, also where the pipeline does not choose it; and what failed.

    Of the pipeline's training table about five times `sample` cases are built, and of these the training part is
    looked at: the test is not. Pipelines on flat tables have features of their own and are left out.
    """
    told: dict[str, list[Strength]] = {}
    notes = []
    own = {
        name: spec
        for name, spec in ws.pipelines.items()
        if spec.population.table is None and not spec.target.amount
    }
    for name, spec in own.items():
        progress.step(f"strength for {name}")
        try:
            found = _of_pipeline(spec, home, ws.features, wanted, sample * CASES_PER_CUSTOMER, progress)
        except UserError as error:
            notes.append(f"strength for {name} not told: {error}")
            continue
        for feature, strength in found.items():
            told.setdefault(feature, []).append(strength)
    return told, notes


def _of_pipeline(
    spec: Pipeline,
    home: Home,
    catalogue: Mapping[str, FeatureDef],
    wanted: Mapping[str, FeatureDef],
    most: int,
    progress: Progress,
) -> dict[str, Strength]:
    everything = spec.model_copy(update={"features": FeatureChoice(include=tuple(wanted))})
    made = training_table(everything, catalogue, home, progress, most)
    rows = split_cases(made.table, spec.split, made.maturity).rows[TRAIN]
    train = made.table.take(rows)
    y = train[TARGET].to_numpy().astype(np.float64)
    customer = np.unique(train[CUSTOMER].to_numpy(zero_copy_only=False), return_inverse=True)[1]
    target = target_of(spec)
    return {
        name: strength(spec.pipeline, target, y, values, customer)
        for name, values in columns_of(train, wanted).items()
    }


def strength(
    pipeline: str, target: str, y: npt.NDArray[np.float64], values: Values, customer: Codes
) -> Strength:
    """One feature's strength. y: (n,), 0 or 1. values: (n,). customer: (n,), a number for each customer."""
    codes, bins = _binned(values)
    responders = int(y.sum())
    sides = (responders, len(y) - responders)
    area, low, high, direction = _area(y, values, customer)
    return Strength(
        pipeline=pipeline,
        cases=len(y),
        responders=responders,
        auc=area,
        low=low,
        high=high,
        direction=direction,
        information=information_value(y, codes),
        by_luck=psi_by_chance(*sides, bins),
        target=target,
    )


def _binned(values: Values) -> tuple[Codes, int]:
    """The bin of each case, and how many bins hold any."""
    codes = _words_binned(values) if isinstance(values, list) else binned(values, frozen_edges(values))
    return codes, len(np.unique(codes))


def _words_binned(values: list[str | None]) -> Codes:
    return CategoryBins.of(values).codes(values)


def _area(
    y: npt.NDArray[np.float64], values: Values, customer: Codes
) -> tuple[float | None, float | None, float | None, str]:
    """AUC among the cases whose value is known, its interval, and which way it points, in words."""
    if isinstance(values, list):
        score = rates_of_others(y, _words(values), customer)
        known = np.array([value is not None for value in values])
    else:
        score, known = values, ~np.isnan(values)
    actual = y[known]
    if len(actual) == 0 or actual.min() == actual.max() or score[known].min() == score[known].max():
        return None, None, None, "cannot be told"
    found = clustered_auc(actual, score[known], customer[known])
    ends = [None if np.isnan(end) else end for end in (found.low, found.high)]
    if isinstance(values, list):
        return found.value, ends[0], ends[1], "by category"
    return found.value, ends[0], ends[1], _direction(found.value, *ends)


def _direction(area: float, low: float | None, high: float | None) -> str:
    if low is None or high is None or low <= 0.5 <= high:
        return "no direction"
    return "rising" if area > 0.5 else "falling"


def _words(values: Sequence[str | None]) -> Codes:
    return np.unique([value or "" for value in values], return_inverse=True)[1]
