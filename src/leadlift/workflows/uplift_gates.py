"""What an uplift version must show before it becomes champion."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan

from leadlift.evaluation.limits import FAILED, PASSED
from leadlift.names import TEST
from leadlift.specs import Gates
from leadlift.training import Gate, Sitting, open_suspects
from leadlift.training.gates import estimate_of
from leadlift.workflows.ranked_gates import (
    Measure,
    beats,
    beats_champion,
    limit_of,
    positives,
)

QINI = Measure(f"{TEST}.qini", "Qini", ".4f", "uplift")


def judge_uplift_gates(
    spec: Gates, metrics: Mapping[str, float], tags: Mapping[str, str], champion: Sitting | None
) -> list[Gate]:
    """Hold an uplift run's numbers on the test against the gates; the champion's, when there is one.

    "No effect found" is a result, but no champion: the Qini's interval must be above 0, as often as it was looked at.
    """
    gates = [
        _qini("qini", "on the test", spec, metrics),
        _qini("crossfitted_qini", "on training customers, cross-fitted", spec, metrics),
        positives(spec.min_positives, metrics, "responders in the test"),
    ]
    if spec.beats_baseline:
        gain = estimate_of(metrics, f"{QINI.metric}_gain_over_response")
        surely = spec.beats_baseline == "surely"
        gates.append(beats("beats_response", gain, QINI, "the response model's ranking", surely=surely))
    if spec.beats_champion and champion is not None:
        surely = spec.beats_champion == "surely"
        gates.append(beats_champion(metrics, tags, champion, QINI, surely=surely))
    if spec.no_open_suspects:
        gates.append(open_suspects(tags))
    return gates


def _qini(name: str, where: str, spec: Gates, metrics: Mapping[str, float]) -> Gate:
    limit = limit_of(name, spec.min_qini)
    low = metrics.get(limit.metric, nan)
    told = f"lower end of Qini's 95 % interval {where} {low:.4f}, must be above {limit.minimum:g}"
    verdict = PASSED if low > limit.minimum else FAILED
    return Gate(name, None if isnan(low) else low, f"above {limit.minimum:g}", verdict, told)
