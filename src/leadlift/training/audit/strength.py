"""Features that know too much: one that alone separates the target, one whose value decides it, and one without a
clock that follows it more closely than a column read as it is today should.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from leadlift.evaluation import Estimate, rates_of_others
from leadlift.training.audit.finding import Finding, figure, how_severe
from leadlift.training.audit.limits import SEVERITIES, Limits, Severity
from leadlift.training.audit.purity import purest
from leadlift.training.audit.sample import Floats, Training, either_way

IN_TIME = "Find out whether it was known at the as-of date; if not, exclude it"
NO_CLOCK = (
    "It has no clock and is read as it is today: find out when it is filled in, and exclude it or give its source "
    "a history"
)


def too_good(
    train: Training, clockless: Collection[str], known: Mapping[str, Finding], limits: Limits
) -> list[Finding]:
    """At most one finding a feature, its worst.

    clockless: features read as they are today. known: what is found already, by feature; only worse is added.
    """
    found = []
    for index, name in enumerate(train.cases.encoding.features):
        worst = min(_of_feature(train, index, name in clockless, limits), key=how_severe, default=None)
        if worst is not None and (name not in known or how_severe(worst) < how_severe(known[name])):
            found.append(worst)
    return found


def _of_feature(train: Training, index: int, clockless: bool, limits: Limits) -> list[Finding]:
    """What can be said of it; of what is equally severe, what tells most stands first."""
    name = train.cases.encoding.features[index]
    area = _strength(train, index)
    alone = _severity(train, area, limits, "feature_too_good")
    if alone == "error":
        return [_separates("feature_too_good", alone, name, area, IN_TIME)]
    advice, found = NO_CLOCK if clockless else IN_TIME, []
    limit = limits["decides_the_outcome"]
    pures = [one for way in train.binned(index) if (one := purest(train, *way)) is not None]
    graded = [(one, severity) for one in pures if (severity := one.severity(limit)) is not None]
    if graded:
        pure, decides = min(graded, key=lambda one: SEVERITIES.index(one[1]))
        kind = "known_afterwards" if clockless else "decides_the_outcome"
        text = f"{name}: of {pure.customers:,} customers with one value of it {pure}"
        found.append(Finding(kind, decides, name, text, advice, pure.evidence()))
    afterwards = _severity(train, area, limits, "known_afterwards") if clockless else None
    if afterwards is not None:
        found.append(_separates("known_afterwards", afterwards, name, area, advice))
    if alone is not None:
        found.append(_separates("feature_too_good", alone, name, area, advice))
    return found


def _severity(train: Training, area: Estimate, limits: Limits, kind: str) -> Severity | None:
    return limits[kind].severity(area.low) if train.enough(limits[kind].fewest) else None


def _separates(kind: str, severity: Severity, name: str, area: Estimate, advice: str) -> Finding:
    text = f"{name} alone separates the target with AUC {area.value:.3f} [{area.low:.3f}, {area.high:.3f}]"
    evidence = {"auc": figure(area.value), "low": figure(area.low), "high": figure(area.high)}
    return Finding(kind, severity, name, text, advice, evidence)


def _strength(train: Training, index: int) -> Estimate:
    """AUC of the feature alone, the missing below all others.

    A category counts with its rate among other customers: in-sample rates would make a leak of any list of names.
    """
    values = train.values(index)
    missing = np.isnan(values)
    if train.cases.encoding.features[index] in train.cases.encoding.categories:
        codes = np.where(missing, -1, values).astype(np.intp) + 1
        score: Floats = rates_of_others(train.y, codes, train.customer)
    else:
        score = np.where(missing, np.nanmin(values, initial=0.0) - 1, values)
    return either_way(train.y, score, train.customer)
