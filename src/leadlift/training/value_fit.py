"""From cases with amounts to a model of them: ways tried on later customers, the choice, the fit, the totals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leadlift.models import (
    AmountBands,
    Booster,
    Matrix,
    Model,
    ReferencePercentiles,
    constraint_params,
    fit_amounts,
    fit_booster,
    make_dataset,
)
from leadlift.models.value import (
    TWO_PART,
    AmountBaseline,
    ValueSetting,
    as_logarithm,
    chance_params,
    deviance,
    fit_amount_baseline,
    size_params,
    tweedie_params,
    value_settings,
)
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.specs import ModelChoice
from leadlift.training.cases import Cases
from leadlift.training.growing import Grown, grow

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

LATER = 0.3
FEWEST = 30
"""So many cases with an amount are needed to choose on: fewer decide by luck."""


@dataclass(frozen=True)
class TriedValue:
    """A way of learning the amount, and its mean deviance on cases it had not seen, with the error of that mean."""

    way: str
    power: float
    leaves: int
    deviance: float
    error: float


@dataclass(frozen=True)
class ValueChoice:
    """What was tried, the best first; what was chosen; why, in words. judged_on: which cases decided, in words."""

    tried: tuple[TriedValue, ...]
    chosen: ValueSetting
    why: str
    judged_on: str


@dataclass(frozen=True, eq=False)
class FittedValue:
    """The model of the amount, how it was chosen, and what it is held against.

    chance: (n,), of all cases, what ranking by the chance of any amount says: what a response model would do.
    """

    model: Model
    choice: ValueChoice
    baseline: AmountBaseline
    chance: Floats


def answered(cases: Cases) -> Cases:
    """The cases with yes or no as their outcome: whether there is any amount."""
    return replace(cases, y=(cases.y > 0).astype(np.float64))


def choose_way(
    cases: Cases, spec: ModelChoice, done: Callable[[float], None] = lambda _: None
) -> ValueChoice:
    """Fit every way on earlier cases and judge it on later ones of other customers, all before the test.

    Without dates: on calibration cases. By Tweedie's deviance, after totals were brought to those found: what is asked
    is who brings how much, since the level is calibrated later.
    """
    then, told = _earlier(cases)
    judged, tried = then.rows(CALIBRATION), []
    own = spec.model_copy(update={"ensemble": 1, "time_decay": None})
    leaves = spec.params.get("num_leaves")
    settings = value_settings(None if leaves is None else int(leaves))
    losses = {}
    for number, one in enumerate(settings):
        said = np.exp(grown_value(then, one, own).raw[judged])
        losses[one] = deviance(then.y[judged], said * (then.y[judged].sum() / said.sum()))
        mean, error = float(losses[one].mean()), float(losses[one].std() / np.sqrt(len(judged)))
        tried.append(TriedValue(one.way, one.power, one.leaves, mean, error))
        done((number + 1) / len(settings))
    best = min(settings, key=lambda one: float(losses[one].mean()))
    others = {one: losses[one] - losses[best] for one in settings if one.way != best.way}
    rival = min(others, key=lambda one: float(others[one].mean()))
    behind, error = float(others[rival].mean()), float(others[rival].std() / np.sqrt(len(judged)))
    sure = "more" if behind > 1.96 * error else "not more"
    why = f"the least deviance; {rival} is behind by {behind:.4g}, {sure} than luck gives"
    return ValueChoice(tuple(sorted(tried, key=lambda one: one.deviance)), best, why, told)


def grown_value(cases: Cases, setting: ValueSetting, spec: ModelChoice) -> Grown:
    """Grow the parts of one way; `raw` and the booster's output are logarithms of amounts."""
    params = {**spec.params, **constraint_params(cases.encoding, spec.monotone, spec.interactions)}
    parts: list[Grown]
    if setting.way == TWO_PART:
        buying = _buying(cases)
        unit = float(buying.y[buying.rows(TRAIN)].mean())
        sized = replace(buying, y=buying.y / unit)
        parts = [
            grow(answered(cases), {**params, **chance_params(setting.leaves)}, spec),
            grow(sized, {**params, **size_params(setting.leaves)}, spec),
        ]
    else:
        unit = float(cases.y[cases.rows(TRAIN)].mean())
        parts = [grow(replace(cases, y=cases.y / unit), {**params, **tweedie_params(setting)}, spec)]
    raw = np.sum([np.log(part.raw) for part in parts], axis=0) + np.log(unit)
    booster: Booster = as_logarithm([part.booster for part in parts], unit)
    return replace(parts[0], booster=booster, raw=raw)


def fit_value(cases: Cases, choice: ValueChoice, spec: ModelChoice, seed: int, reference: str) -> FittedValue:
    """Fit the chosen way and calibrate its totals on cases that no tree was grown on; the test is not looked at.

    reference: the name of the out-of-time population that percentiles are read from.
    """
    grown = grown_value(cases, choice.chosen, spec)
    train = cases.rows(TRAIN)
    model = Model(
        booster=grown.booster,
        encoding=cases.encoding,
        calibrator=fit_amounts(grown.raw[grown.calibrates], cases.y[grown.calibrates]),
        bands=AmountBands.from_average(float(cases.y[train].mean())),
        percentiles=ReferencePercentiles.from_scores(grown.raw[cases.rows(TEST)], reference),
        meta={"ensemble": str(spec.ensemble), "way": str(choice.chosen)},
    )
    baseline = fit_amount_baseline(cases.matrix[train], cases.y[train], cases.encoding, seed)
    return FittedValue(model, choice, baseline, chance_of(cases)(cases.matrix))


def chance_of(cases: Cases) -> Callable[[Matrix], Floats]:
    """What is usually done instead: a model of the chance of any amount, stopped on validation cases.

    Where everybody has an amount there is no such chance: then all are alike.
    """
    asked = answered(cases)
    train, valid = cases.rows(TRAIN), cases.rows(VALID)
    if any(len(np.unique(asked.y[rows])) < 2 for rows in (train, valid)):
        return lambda matrix: np.ones(len(matrix))
    learn = make_dataset(cases.matrix[train], asked.y[train], cases.encoding)
    stop = make_dataset(cases.matrix[valid], asked.y[valid], cases.encoding, reference=learn)
    booster = fit_booster(learn, stop, {}, 600, 40)
    return lambda matrix: np.asarray(booster.predict(matrix), dtype=np.float64)


def _buying(cases: Cases) -> Cases:
    """The same cases, of which only those with an amount are learned from."""
    rows = {part: held[cases.y[held] > 0] for part, held in cases.parts.rows.items()}
    return replace(cases, parts=replace(cases.parts, rows=rows))


def _earlier(cases: Cases) -> tuple[Cases, str]:
    """The cases before the test once more, to choose on: the later ones of customers who are not learned from.

    Falls back to calibration cases of any date where there are no dates, or too few amounts among the later ones.
    """
    before = np.concatenate([cases.rows(part) for part in (TRAIN, VALID, CALIBRATION)])
    plain = "calibration cases, whose customers were not learned from"
    if np.isnat(cases.as_of[before]).any() or not cases.parts.ordered:
        return cases, plain
    cut = np.sort(cases.as_of[before])[int(len(before) * (1 - LATER))]
    # as before the test: whose amount was not known on the first day of the cut is not learned from
    known = cut - np.timedelta64(max(1, cases.parts.wait), "D")
    kept = {part: rows[cases.as_of[rows] <= known] for part, rows in cases.parts.rows.items()}
    unseen = np.sort(np.concatenate([cases.rows(VALID), cases.rows(CALIBRATION)]))
    kept |= {CALIBRATION: unseen[cases.as_of[unseen] >= cut], TEST: cases.rows(TEST)}
    if min(int((cases.y[kept[part]] > 0).sum()) for part in (TRAIN, VALID, CALIBRATION)) < FEWEST:
        return cases, plain
    parts = replace(cases.parts, rows=kept)
    return replace(cases, parts=parts), f"cases from {cut} on, of customers who were not learned from"
