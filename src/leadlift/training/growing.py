"""The trees: one booster beside held-out customers, or several that hold each other's customers out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.models import Booster, fit_booster, make_dataset, merged
from leadlift.models.calibrators import Floats
from leadlift.models.params import for_fewer
from leadlift.names import CALIBRATION, TRAIN, VALID
from leadlift.specs import ModelChoice
from leadlift.training.away import Away, grow_away
from leadlift.training.blending import Folded, blended, joins
from leadlift.training.cases import Cases
from leadlift.training.distributed import grow_together
from leadlift.training.fewer import fewer
from leadlift.training.parts import Fading

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Grown:
    """The booster, and what trees say of cases that they were not grown on.

    raw: (n,), outputs of all cases; of `unseen`, by trees that were not grown on them. calibrates: (n_calibrating,),
    the cases to calibrate on. unseen: (n_unseen,), of the cases before the test. weight: (n,), each case's in learning.
    told: what there is beside trees, in words.
    """

    booster: Booster
    raw: Floats
    calibrates: Rows
    unseen: Rows
    weight: Floats
    told: str = "trees alone"


def grow(cases: Cases, params: Mapping[str, Any], spec: ModelChoice, away: Away | None = None) -> Grown:
    """Grow what the pipeline asks for; the test is not looked at. away: where the training cases are, if not here."""
    weight = decayed(cases, spec.time_decay)
    if away is not None:
        return _away(cases, params, spec, weight, away)
    return _folds(cases, params, spec, weight) if spec.ensemble > 1 else _one(cases, params, spec, weight)


def decayed(cases: Cases, half_life: int | None) -> Floats:
    """Each case's weight: half of the newest training case's when it is `half_life` days older; 1 without.

    Raises UserError where cases have no dates.
    """
    weight = np.ones(len(cases.y))
    if half_life is None:
        return weight
    if np.isnat(cases.as_of).any():
        raise UserError("model.time_decay: the cases have no dates, so none is older: leave time_decay out")
    return Fading(cases.as_of[cases.rows(TRAIN)].max(), half_life).of(cases.as_of)


def _one(cases: Cases, params: Mapping[str, Any], spec: ModelChoice, weight: Floats) -> Grown:
    train, valid, calibrates = (cases.rows(part) for part in (TRAIN, VALID, CALIBRATION))
    booster = _booster(cases, train, valid, params, spec, weight)
    raw = np.asarray(booster.predict(cases.matrix), dtype=np.float64)
    return Grown(booster, raw, calibrates, np.concatenate([valid, calibrates]), weight)


def _away(cases: Cases, params: Mapping[str, Any], spec: ModelChoice, weight: Floats, away: Away) -> Grown:
    valid, calibrates = cases.rows(VALID), cases.rows(CALIBRATION)
    booster, told = grow_away(cases, params, spec, weight if spec.time_decay else None, away)
    raw = np.asarray(booster.predict(cases.matrix), dtype=np.float64)
    return Grown(booster, raw, calibrates, np.concatenate([valid, calibrates]), weight, told)


def _folds(cases: Cases, params: Mapping[str, Any], spec: ModelChoice, weight: Floats) -> Grown:
    """Each member learns from all customers before the test but a fold, stops on it, and tells its chances."""
    before = cases.learned(spec.ensemble)
    fold = _fold_of(cases.customer[before], cases.y[before], spec.ensemble)
    raw, members = np.full(len(cases.y), np.nan), []
    for number in range(spec.ensemble):
        out = before[fold == number]
        own = {**params, "seed": int(params.get("seed", 0)) + number}
        members.append(_booster(cases, before[fold != number], out, own, spec, weight))
        raw[out] = members[-1].predict(cases.matrix[out])
    booster, told, rest = merged(members), "trees alone", np.flatnonzero(np.isnan(raw))
    if joins(params, spec):
        whole = Folded(cases, before, fold, weight[before], raw[before])
        found = blended(whole, booster, lambda learn, out: _booster(cases, learn, out, params, spec, weight))
        booster, raw[before], told = found.booster, found.raw, found.told
    if len(rest):
        raw[rest] = booster.predict(cases.matrix[rest])
    return Grown(booster, raw, before, before, weight, told)


def _fold_of(customer: Rows, y: Floats, folds: int) -> Rows:
    """Each case's fold: a customer is in one alone, and responders are spread evenly."""
    codes, place = np.unique(customer, return_inverse=True)
    responded = np.bincount(place, weights=y) > 0
    drawn = np.random.default_rng(0).random(len(codes))
    ordered = np.lexsort((drawn, responded))
    fold = np.empty(len(codes), dtype=np.intp)
    fold[ordered] = np.arange(len(codes)) % folds
    return fold[place]


def _booster(
    cases: Cases, train: Rows, valid: Rows, params: Mapping[str, Any], spec: ModelChoice, weight: Floats
) -> Booster:
    weights = weight if spec.time_decay else None
    if spec.negatives is not None:
        kept, stands = fewer(train, cases.y, spec.negatives, int(params.get("seed", 0)))
        params, train = for_fewer(params, len(train), len(kept)), kept
        weights = weight * stands
    if spec.distributed is not None:
        rounds, machines = (spec.max_rounds, spec.early_stopping), spec.distributed.machines
        return grow_together(cases, train, valid, params, machines, rounds, weights)
    learn = make_dataset(
        cases.matrix[train], cases.y[train], cases.encoding, params=params, weight=_of(weights, train)
    )
    stop = make_dataset(
        cases.matrix[valid], cases.y[valid], cases.encoding, learn, params, _of(weights, valid)
    )
    return fit_booster(learn, stop, params, spec.max_rounds, spec.early_stopping)


def _of(weight: Floats | None, rows: Rows) -> Floats | None:
    return None if weight is None else weight[rows]
