"""From raw outputs to chances: which calibration, at which level, and how far it may be off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlift.models import (
    Calibrator,
    Choice,
    Doubt,
    Evidence,
    at_level,
    choose_calibration,
    doubt_of,
    fit_calibrator,
    level,
)
from leadlift.models.calibrators import Floats
from leadlift.names import CALIBRATION, TRAIN, VALID
from leadlift.training.cases import Cases
from leadlift.training.growing import Grown, Rows
from leadlift.training.recent import Recent, recent_level


@dataclass(frozen=True, eq=False)
class Calibrated:
    """The calibration, what is not known of it (None where there is none), and how it was arrived at, in words."""

    calibrator: Calibrator
    doubt: Doubt | None
    told: str


def calibrate(cases: Cases, grown: Grown, kind: str) -> Calibrated:
    """Calibrate on outputs of trees that were not grown on the case; the test is not looked at.

    kind: auto, a calibration's name, or none.
    """
    rows, raw = grown.calibrates, grown.raw
    if kind == "none":
        return Calibrated(fit_calibrator(kind, raw[rows], cases.y[rows]), None, "none: outputs as they are")
    choice = _choice(cases, rows, raw) if kind == "auto" else Choice(kind, {}, "as the pipeline says")
    seen = _evidence(cases, grown)
    fitted = fit_calibrator(choice.kind, raw[rows], cases.y[rows])
    levelled = at_level(fitted, raw[rows], level(seen))
    today = _today(cases, grown, levelled)
    # the doubt is of how far refits are from the calibration, whatever its level
    doubt = doubt_of(levelled, seen)
    return Calibrated(
        _at_ratio(levelled, raw[grown.unseen], today.ratio), doubt, f"{_in_words(choice)}; {today.because}"
    )


def _at_ratio(calibrator: Calibrator, raw: Floats, ratio: float) -> Calibrator:
    """The calibrator moved along log-odds until these rows' mean chance is so many times what it was."""
    if ratio == 1.0:
        return calibrator
    return at_level(calibrator, raw, float(np.clip(ratio * calibrator(raw).mean(), 1e-6, 0.999)))


def _today(cases: Cases, grown: Grown, calibrator: Calibrator) -> Recent:
    """The level of the latest cases, beside all that trees were not grown on."""
    rows = grown.unseen
    if not cases.parts.ordered:
        return Recent(1.0, "the level of all cases, which have no order in time")
    when = cases.as_of[rows]
    place = rows.astype(np.float64) if np.isnat(when).any() else when.astype(np.float64)
    return recent_level(calibrator(grown.raw[rows]), cases.y[rows], place)


def _choice(cases: Cases, rows: Rows, raw: Floats) -> Choice:
    dated = not np.isnat(cases.as_of[rows]).any()
    ordered = np.argsort(cases.as_of[rows], kind="stable") if dated else np.arange(len(rows))
    rows = rows[ordered]
    # a table without dates is in the order of time, unless its split is drawn at random
    when = cases.as_of[rows] if dated else (rows.astype("datetime64[D]") if cases.parts.ordered else None)
    return choose_calibration(raw[rows], cases.y[rows], cases.customer[rows], when)


def _evidence(cases: Cases, grown: Grown) -> Evidence:
    before = np.concatenate([cases.rows(part) for part in (TRAIN, VALID, CALIBRATION)])
    calibrates, unseen = (
        np.isin(before, rows, assume_unique=True) for rows in (grown.calibrates, grown.unseen)
    )
    as_of = cases.as_of[before]
    month = None if np.isnat(as_of).any() else as_of.astype("datetime64[M]").astype(np.intp)
    return Evidence(
        raw=grown.raw[before],
        y=cases.y[before],
        customer=cases.customer[before],
        calibrates=calibrates,
        unseen=unseen,
        weight=grown.weight[before],
        month=month,
    )


def _in_words(choice: Choice) -> str:
    losses = ", ".join(f"{kind} {loss:.5f}" for kind, loss in choice.losses.items())
    return f"{choice.kind}: {choice.because}" + (f" ({losses})" if losses else "")
