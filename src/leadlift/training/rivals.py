"""The models to beat, judged on the model's own test cases: logistic regression, scorecard, RFM rule, champion."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import (
    Compared,
    Estimate,
    bin_counts,
    binned,
    compare,
    frozen_edges,
    psi,
    psi_by_chance,
)
from leadlift.models import LogisticBaseline, Model, RfmRule, Scorecard, fit_rfm, fit_scorecard
from leadlift.names import CALIBRATION, TEST, VALID
from leadlift.specs import FeatureDef
from leadlift.training.fit import Cases

Floats = npt.NDArray[np.float64]

CALLED = {
    "logistic": "the logistic regression",
    "scorecard": "the points scorecard",
    "rfm": "the RFM rule",
    "champion": "the champion",
}
FLATTERED = "it may have learned from some of these cases, which flatters it"
NO_RFM = "no RFM rule: no events source gives two of recency (days_since_last), frequency (count) and monetary (sum)"


@dataclass(frozen=True)
class Rival:
    """One model to beat. compared: None where it could not be judged; note then says why, else what it is.

    flattered: whether it may have learned from some of the cases that it is judged on.
    """

    name: str
    compared: Compared | None
    note: str
    flattered: bool = False

    @property
    def verdict(self) -> str:
        """Better, worse or as good, on lift among the best tenth; or why it could not be said."""
        if self.compared is None:
            return f"not judged beside {CALLED[self.name]}: {self.note}"
        told = against(CALLED[self.name], self.compared.gain["lift_at_10"])
        return f"{told}; {FLATTERED}" if self.flattered else told


@dataclass(frozen=True)
class Outsider:
    """What a model fitted elsewhere gave the test cases, (n,), in their order; None and why when it could not.

    flattered: whether it may have learned from some of them.
    """

    scores: Floats | None
    note: str
    flattered: bool = False


@dataclass(frozen=True, eq=False)
class Rivals:
    """All models to beat, and what they are made of.

    score_psi: of the model's raw score, test against calibration cases. psi_by_chance: what luck alone gives.
    """

    all: tuple[Rival, ...]
    scorecard: Scorecard
    rfm: RfmRule | None
    score_psi: float
    psi_by_chance: float


def against(called: str, gain: Estimate) -> str:
    """A paired difference as a sentence: `as good as the scorecard: lift@10 +0.1 [-0.2, +0.4]`."""
    word = "better than" if gain.low > 0 else "worse than" if gain.high < 0 else "as good as"
    return f"{word} {called}: lift@10 {gain.value:+.2f} [{gain.low:+.2f}, {gain.high:+.2f}]"


def judge_rivals(
    model: Model,
    logistic: LogisticBaseline,
    cases: Cases,
    features: Sequence[FeatureDef],
    events: Collection[str],
    champion: Outsider | None,
    seed: int = 0,
    resamples: int = 200,
    ensemble: int = 1,
) -> Rivals:
    """Fit the simple models on what the model learns from and measure all of them beside the model on the test.

    events: names of the sources that are events. champion: None where there is none yet. ensemble: of how many members
    the model is. The scorecard never learns from validation cases, which say how many features it has.
    """
    train, valid, test = cases.learned(ensemble), cases.rows(VALID), cases.rows(TEST)
    matrix, y = cases.matrix, cases.y
    apart = np.setdiff1d(train, valid)
    card = fit_scorecard(matrix[apart], y[apart], matrix[valid], y[valid], cases.encoding, seed)
    parts = rfm_parts(features, events)
    rfm = fit_rfm(matrix[train], y[train], cases.encoding.features, parts) if parts else None
    scores: dict[str, Floats] = {
        "logistic": logistic.predict(matrix[test]),
        "scorecard": card.points(matrix[test]),
    }
    notes = {"logistic": "", "scorecard": f"points for {len(card.cards)} features"}
    notes["rfm"] = str(rfm) if rfm else NO_RFM
    if rfm:
        scores["rfm"] = rfm.predict(matrix[test])
    if champion is not None:
        notes["champion"] = champion.note
        if champion.scores is not None:
            scores["champion"] = champion.scores
    own = model.raw(matrix[test])
    found = compare(y[test], own, scores, cases.customer[test], resamples)
    drift, chance = _drift(model.raw(matrix[cases.rows(CALIBRATION)]), own)
    flattered = {"champion"} if champion is not None and champion.flattered else set()
    told = tuple(Rival(name, found.get(name), note, name in flattered) for name, note in notes.items())
    return Rivals(told, card, rfm, drift, chance)


def rfm_parts(features: Sequence[FeatureDef], events: Collection[str]) -> dict[str, str]:
    """Which features play recency, frequency and monetary value, all of one events source; none for less than two.

    Without a condition before with one, a longer window before a shorter one, an earlier definition before a later.
    """
    roles = {"recency": "days_since_last", "frequency": "count", "monetary": "sum"}
    best: tuple[tuple[int, int], dict[str, FeatureDef]] = ((1, 0), {})
    for source in dict.fromkeys(f.source for f in features if f.source in events):
        of_source = [f for f in features if f.source == source]
        parts = {}
        for role, agg in roles.items():
            fitting = [f for f in of_source if f.spec.agg == agg]
            if fitting:
                parts[role] = min(fitting, key=lambda f: (f.where is not None, -(f.window or 0)))
        rank = (len(parts), -sum(f.where is not None for f in parts.values()))
        if rank > best[0] and len(parts) >= 2:
            best = (rank, parts)
    return {role: feature.name for role, feature in best[1].items()}


def _drift(before: Floats, after: Floats) -> tuple[float, float]:
    edges = frozen_edges(before)
    bins = len(edges) + 1
    counts = [bin_counts(binned(part, edges), bins) for part in (before, after)]
    return psi(*counts), psi_by_chance(len(before), len(after), bins)


def rival_metrics(rivals: Rivals) -> Mapping[str, float]:
    """`scorecard.oot.lift_at_10` with its ends, `oot.lift_at_10_gain_over_scorecard` likewise, and the score's PSI."""
    told: dict[str, float] = {}
    for rival in rivals.all:
        if rival.compared is None:
            continue
        for metric, estimate in rival.compared.own.items():
            told |= _interval(f"{rival.name}.{TEST}.{metric}", estimate)
        for metric, estimate in rival.compared.gain.items():
            told |= _interval(f"{TEST}.{metric}_gain_over_{rival.name}", estimate)
    return {
        **told,
        f"{TEST}.score_psi": rivals.score_psi,
        f"{TEST}.score_psi_by_chance": rivals.psi_by_chance,
    }


def _interval(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.value, f"{name}.low": estimate.low, f"{name}.high": estimate.high}
