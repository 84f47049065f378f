"""What an uplift version must show before it becomes champion."""

from __future__ import annotations

import math
from collections.abc import Mapping

from leadlift.specs import Gates

Finding = tuple[str, str, str, bool]
"""A gate's name, what was found, the limit, and whether that is enough."""


def is_uplift(metrics: Mapping[str, float]) -> bool:
    """Whether a training run's numbers are those of an uplift pipeline."""
    return "oot.qini" in metrics


def uplift_findings(gates: Gates, new: Mapping[str, float], old: Mapping[str, float] | None) -> list[Finding]:
    """Hold an uplift run's numbers on the test against the gates; the champion's, when there is one.

    "No effect found" is a result, but no champion: the Qini's interval must be above 0.
    """
    found = [
        _at_least("min_qini", new, "oot.qini.low", gates.min_qini),
        _at_least("min_qini_in_training", new, "crossfitted.qini.low", gates.min_qini),
        _at_least("min_positives", new, "oot.positives", gates.min_positives),
    ]
    if gates.beats_baseline:
        # not worse beyond luck: the paired interval of the difference may reach above 0
        found.append(_at_least("beats_response", new, "oot.qini_gain_over_response.high", 0.0))
    if gates.beats_champion and old is not None:
        found.append(_at_least("beats_champion", new, "oot.qini", old.get("oot.qini.low", 0.0)))
    return found


def _at_least(name: str, metrics: Mapping[str, float], metric: str, limit: float) -> Finding:
    value = metrics.get(metric, math.nan)
    return name, f"{metric} {value:.4g}", f"at least {limit:.4g}", value >= limit
