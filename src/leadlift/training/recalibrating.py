"""The calibration alone, fitted anew to later cases: trees, bands and percentiles stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.errors import GateError
from leadlift.evaluation import Estimate, calibration_error, evaluate
from leadlift.models import (
    Calibrator,
    Choice,
    Doubt,
    Evidence,
    choose_calibration,
    doubt_of,
    fit_calibrator,
)

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

# With a hundred responders a level is known to a fifth; with fewer, chance would be put into the model.
FEWEST = 100


@dataclass(frozen=True, eq=False)
class LaterCases:
    """Cases that the model was not trained on, with outcomes known. raw, y: (n,). when: (n,), the days scored."""

    raw: Floats
    y: Floats
    when: npt.NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class Recalibrated:
    """The new calibration and how it fares.

    metrics: on all the cases, each told by a calibration fitted to the other half of them. before, after: the expected
    responders of these cases by the old and by the new calibration, and how far each is from the actual rates.
    """

    calibrator: Calibrator
    doubt: Doubt
    told: str
    metrics: Mapping[str, Estimate]
    responders: int
    expected_before: float
    expected_after: float
    error_before: float
    error_after: float


def recalibrate(
    cases: LaterCases, before: Calibrator, kind: str, doubted: Doubt | None = None
) -> Recalibrated:
    """Fit the calibration anew. kind: as `model.calibration`. doubted: what was not known of the calibration before.

    How much months differ is taken from there where the later cases are of too few to see.
    Raises GateError with fewer than a hundred responders, or others.
    """
    y, raw = cases.y, cases.raw
    refuse_few(y)
    person = np.arange(len(y), dtype=np.intp)
    if kind == "auto":
        order = np.argsort(cases.when, kind="stable")
        choice = choose_calibration(raw[order], y[order], person, cases.when[order])
    else:
        choice = Choice("platt" if kind == "none" else kind, {}, "as the pipeline says")
    fitted = fit_calibrator(choice.kind, raw, y)
    apart = _told_apart(choice.kind, raw, y)
    seen = np.ones(len(y), dtype=bool)
    month = cases.when.astype("datetime64[M]").astype(np.intp)
    doubt = doubt_of(fitted, Evidence(raw, y, person, seen, seen, np.ones(len(y)), month))
    return Recalibrated(
        calibrator=fitted,
        doubt=doubt.restless_as(doubted, len(np.unique(month))),
        told=f"{choice.kind}, refitted to {len(y):,} later cases: {choice.because}",
        metrics=evaluate(y, raw, apart, person),
        responders=int(y.sum()),
        expected_before=float(before(raw).sum()),
        expected_after=float(apart.sum()),
        error_before=calibration_error(y, before(raw)),
        error_after=calibration_error(y, apart),
    )


def refuse_few(y: Floats) -> None:
    """Raise GateError where the cases cannot tell a level."""
    least = int(min(y.sum(), len(y) - y.sum()))
    if least < FEWEST:
        raise GateError(
            f"recalibrate: of {len(y):,} cases with known outcomes that the model was not trained on {int(y.sum()):,} "
            f"responded; {FEWEST} responders, and as many others, are needed. Wait for more outcomes, or train anew"
        )


def _told_apart(kind: str, raw: Floats, y: Floats) -> Floats:
    """Each case's chance by a calibration fitted to the other half, responders spread evenly."""
    half = np.empty(len(y), dtype=bool)
    drawn = np.random.default_rng(0).random(len(y))
    half[np.lexsort((drawn, y))] = np.arange(len(y)) % 2 == 1
    told = np.empty(len(y))
    for own in (True, False):
        told[half == own] = fit_calibrator(kind, raw[half != own], y[half != own])(raw[half == own])
    return told
