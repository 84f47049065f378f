"""Whether the latest cases are the same kind of cases: a classifier that tells them apart, and PSI by feature.

Features alone are looked at, never an outcome of the test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import bin_counts, binned, clustered_auc, frozen_edges, psi, psi_by_chance
from leadlift.models import Encoding, fit_booster, make_dataset
from leadlift.models.boosting import gain
from leadlift.names import TEST, TRAIN
from leadlift.training.audit.finding import RECENT, Finding, figure
from leadlift.training.audit.limits import Limits
from leadlift.training.audit.sample import Codes, Floats, thinned
from leadlift.training.fit import Cases

MOST, MOST_BINNED, ROUNDS, NAMED = 5_000, 50_000, 40, 5
PARAMS = {
    "num_leaves": 15,
    "learning_rate": 0.1,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.5,
    "bagging_fraction": 1.0,
    "bagging_freq": 0,
    "num_threads": 1,
}
SHIFTED = "Judge the model by its latest months, and exclude features that only tell the time"
DRIFTS = "Ask why it changed; a model that leans on it will be asked about customers it has not seen"


@dataclass(frozen=True)
class Drift:
    """One feature's stability, test against training. chance: what an unchanged feature stays below, 19 times of 20."""

    feature: str
    psi: float
    chance: float


def drifts(cases: Cases) -> list[Drift]:
    """PSI of every feature, the largest first, over bins with equally many training cases and one for missing."""
    train, test = (thinned(cases.rows(part), MOST_BINNED) for part in (TRAIN, TEST))
    customers = [len(np.unique(cases.customer[rows])) for rows in (train, test)]
    found = [_drift(cases, index, train, test, customers) for index in range(len(cases.encoding.features))]
    return sorted(found, key=lambda drift: (-drift.psi, drift.feature))


def _drift(cases: Cases, index: int, train: Codes, test: Codes, customers: list[int]) -> Drift:
    name = cases.encoding.features[index]
    old, new = (cases.matrix[rows, index].astype(np.float64) for rows in (train, test))
    bins = _category_bins(old, new) if name in cases.encoding.categories else _number_bins(old, new)
    size = int(max(bins[0].max(), bins[1].max())) + 1
    reference, actual = (bin_counts(codes, size) for codes in bins)
    there = int(np.count_nonzero(reference + actual))
    return Drift(name, psi(reference, actual), psi_by_chance(customers[0], customers[1], there))


def _number_bins(old: Floats, new: Floats) -> tuple[Codes, Codes]:
    edges = frozen_edges(old)
    return binned(old, edges), binned(new, edges)


def _category_bins(old: Floats, new: Floats) -> tuple[Codes, Codes]:
    """The ten commonest categories, all others together, and missing."""
    known, count = np.unique(old[~np.isnan(old)], return_counts=True)
    common = known[np.argsort(-count, kind="stable")[:10]]
    highest = np.nanmax(np.concatenate([old, new]), initial=0.0)
    place = np.full(int(highest) + 1, len(common))
    place[common.astype(np.intp)] = np.arange(len(common))

    def coded(values: Floats) -> Codes:
        missing = np.isnan(values)
        codes: Codes = np.where(
            missing, len(common) + 1, place[np.where(missing, 0.0, values).astype(np.intp)]
        )
        return codes

    return coded(old), coded(new)


def psi_findings(found: list[Drift], cases: Cases, limits: Limits) -> list[Finding]:
    """A finding for each feature whose index is beyond its limit and beyond chance."""
    limit = limits["psi"]
    if min(len(cases.rows(TRAIN)), len(cases.rows(TEST))) < limit.fewest:
        return []
    told = []
    for drift in found:
        severity = limit.severity(drift.psi) if drift.psi > drift.chance else None
        if severity is not None:
            text = f"{drift.feature} is not what it was: PSI of the test {drift.psi:.2f}, by chance {drift.chance:.2f}"
            evidence = {"psi": figure(drift.psi), "by_chance": figure(drift.chance)}
            told.append(Finding("psi", severity, drift.feature, text, DRIFTS, evidence))
    return told


# ------------------------------------------------- train against recent


def train_against_recent(cases: Cases, seed: int, limits: Limits) -> list[Finding]:
    """Whether trees can tell test cases from training cases by their features, and by which.

    Each half of the customers is ranked by trees grown on the other half, so that nobody is recognised: over as-of
    dates the same customers stand on both sides.
    """
    limit = limits["train_against_recent"]
    rows, recent = _sides(cases, seed)
    if min(int(recent.sum()), int((1 - recent).sum())) < limit.fewest:
        return []
    half = _halves(cases.customer[rows], seed)
    score, gains = np.empty(len(rows)), dict.fromkeys(cases.encoding.features, 0.0)
    for own in (False, True):
        there, here = np.flatnonzero(half != own), np.flatnonzero(half == own)
        if len(here) == 0 or len(np.unique(recent[there])) < 2:
            return []
        score[here], found = _ranked(cases, rows[there], recent[there], rows[here], seed)
        gains = {name: gains[name] + found[name] for name in gains}
    area = clustered_auc(recent, score, cases.customer[rows])
    severity = limit.severity(area.low)
    if severity is None:
        return []
    total = sum(gains.values()) or 1.0
    strongest = sorted(gains, key=lambda name: (-gains[name], name))[:NAMED]
    shares = {name: gains[name] / total for name in strongest if gains[name] > 0}
    told = ", ".join(f"{name} ({share:.0%})" for name, share in shares.items())
    text = (
        f"test cases can be told from training cases with AUC {area.value:.3f} [{area.low:.3f}, {area.high:.3f}], "
        f"by {told}"
    )
    evidence: dict[str, float | int | str] = {"auc": figure(area.value), "low": figure(area.low)}
    evidence |= {f"share.{name}": figure(share) for name, share in shares.items()}
    return [Finding("train_against_recent", severity, RECENT, text, SHIFTED, evidence, tuple(shares))]


def _sides(cases: Cases, seed: int) -> tuple[Codes, Floats]:
    """At most 5,000 cases of either side, and whether each is recent."""
    draw = np.random.default_rng(seed)
    sides = []
    for part in (TRAIN, TEST):
        rows = cases.rows(part)
        sides.append(np.sort(draw.choice(rows, MOST, replace=False)) if len(rows) > MOST else rows)
    recent = np.repeat([0.0, 1.0], [len(side) for side in sides])
    return np.concatenate(sides), recent


def _halves(customer: Codes, seed: int) -> npt.NDArray[np.bool_]:
    """Half of the customers by draw."""
    names, place = np.unique(customer, return_inverse=True)
    half: npt.NDArray[np.bool_] = (np.random.default_rng(seed + 1).permutation(len(names)) % 2 == 1)[place]
    return half


def _ranked(
    cases: Cases, learn: Codes, recent: Floats, rank: Codes, seed: int
) -> tuple[Floats, dict[str, float]]:
    encoding: Encoding = cases.encoding
    params = {**PARAMS, "seed": seed % 2**31}
    data = make_dataset(cases.matrix[learn], recent, encoding, params=params)
    booster = fit_booster(data, None, params, max_rounds=ROUNDS)
    return np.asarray(booster.predict(cases.matrix[rank], num_threads=1)), gain(booster, encoding)
