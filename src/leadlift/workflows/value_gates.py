"""What a value version must show before it becomes champion."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan

from leadlift.evaluation.limits import FAILED
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

GINI = Measure(f"{TEST}.gini", "Gini", ".3f", "value")


def judge_value_gates(
    spec: Gates, metrics: Mapping[str, float], tags: Mapping[str, str], champion: Sitting | None
) -> list[Gate]:
    """Hold a value run's numbers on the test against the gates; the champion's, when there is one."""
    gates = [
        _gini(spec, metrics),
        _total(spec, metrics),
        positives(spec.min_positives, metrics, "cases of the test with an amount"),
    ]
    if spec.beats_baseline:
        gain = estimate_of(metrics, f"{GINI.metric}_gain_over_baseline")
        surely = spec.beats_baseline == "surely"
        gates.append(beats("beats_baseline", gain, GINI, "the linear model", surely=surely))
    if spec.beats_champion and champion is not None:
        surely = spec.beats_champion == "surely"
        gates.append(beats_champion(metrics, tags, champion, GINI, surely=surely))
    if spec.no_open_suspects:
        gates.append(open_suspects(tags))
    return gates


def _gini(spec: Gates, metrics: Mapping[str, float]) -> Gate:
    limit = limit_of("gini", spec.min_gini)
    low = metrics.get(limit.metric, nan)
    verdict = FAILED if not low > limit.minimum else limit.verdict(low)
    asked = f"above {limit.minimum:g}"
    told = f"lower end of the Gini's 95 % interval {low:.3f}, must be {asked}"
    return Gate("gini", None if isnan(low) else low, asked, verdict, told)


def _total(spec: Gates, metrics: Mapping[str, float]) -> Gate:
    limit = limit_of("total_error", spec.max_total_error)
    off = metrics.get(limit.metric, nan)
    ratio = estimate_of(metrics, f"{TEST}.total_ratio")
    asked = f"at most {limit.minimum:.0%} off"
    told = (
        f"predicted over actual money {ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}], "
        f"beyond luck {off:.0%} off; {asked}"
    )
    return Gate("total_error", None if isnan(off) else off, asked, limit.verdict(off), told)
