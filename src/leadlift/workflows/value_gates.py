"""What a value version must show before it becomes champion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isnan, nan

from leadlift.evaluation import Estimate, Limits, limits
from leadlift.evaluation.limits import FAILED, PASSED, WEAK
from leadlift.names import TEST
from leadlift.specs import Gates
from leadlift.training import Gate, Sitting, open_suspects
from leadlift.training.gates import NOT_JUDGED

GINI = f"{TEST}.gini"


def is_value(metrics: Mapping[str, float]) -> bool:
    """Whether a training run's numbers are those of a value pipeline."""
    return GINI in metrics


def judge_value_gates(
    spec: Gates, metrics: Mapping[str, float], tags: Mapping[str, str], champion: Sitting | None
) -> list[Gate]:
    """Hold a value run's numbers on the test against the gates; the champion's, when there is one."""
    gates = [_gini(spec, metrics), _total(spec, metrics), _buyers(spec, metrics)]
    if spec.beats_baseline:
        gates.append(_linear(metrics, surely=spec.beats_baseline == "surely"))
    if spec.beats_champion and champion is not None:
        gates.append(_champion(metrics, champion, surely=spec.beats_champion == "surely"))
    if spec.no_open_suspects:
        gates.append(open_suspects(tags))
    return gates


def _own(name: str, minimum: float | None) -> Limits:
    """The file's limit with the pipeline's own in its place."""
    one = limits()[name]
    return one if minimum is None else replace(one, minimum=minimum)


def _gini(spec: Gates, metrics: Mapping[str, float]) -> Gate:
    limit = _own("gini", spec.min_gini)
    low = metrics.get(limit.metric, nan)
    verdict = FAILED if not low > limit.minimum else limit.verdict(low)
    asked = f"above {limit.minimum:g}"
    told = f"lower end of the Gini's 95 % interval {low:.3f}, must be {asked}"
    return Gate("gini", None if isnan(low) else low, asked, verdict, told)


def _total(spec: Gates, metrics: Mapping[str, float]) -> Gate:
    limit = _own("total_error", spec.max_total_error)
    off = metrics.get(limit.metric, nan)
    ratio = _estimate(metrics, f"{TEST}.total_ratio")
    asked = f"at most {limit.minimum:.0%} off"
    told = (
        f"predicted over actual money {ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}], "
        f"beyond luck {off:.0%} off; {asked}"
    )
    return Gate("total_error", None if isnan(off) else off, asked, limit.verdict(off), told)


def _buyers(spec: Gates, metrics: Mapping[str, float]) -> Gate:
    limit = _own("positives", spec.min_positives)
    count = metrics.get(limit.metric, nan)
    told = f"cases of the test with an amount {count:,.0f}, at least {limit.minimum:g}"
    asked = f"at least {limit.minimum:g}"
    return Gate("positives", None if isnan(count) else count, asked, limit.verdict(count), told)


def _linear(metrics: Mapping[str, float], *, surely: bool) -> Gate:
    """Not worse than the linear model beyond luck; with `surely`, better beyond luck."""
    gain = _estimate(metrics, f"{GINI}_gain_over_baseline")
    fits = gain.low > 0 if surely else gain.high >= 0
    asked = "better beyond luck" if surely else "not worse beyond luck"
    told = (
        f"Gini {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}] beside the linear model, must be {asked}"
    )
    verdict = FAILED if not fits else PASSED if gain.low > 0 else WEAK
    return Gate("beats_baseline", None if isnan(gain.value) else gain.value, asked, verdict, told)


def _champion(metrics: Mapping[str, float], champion: Sitting, *, surely: bool) -> Gate:
    """Each on its own test, so not in pairs: within the champion's interval; with `surely`, intervals apart."""
    if not is_value(champion.metrics):
        told = f"the champion, version {champion.version}, is no value model: there is no Gini to beat"
        return Gate("beats_champion", None, "", NOT_JUDGED, told)
    new, old = _estimate(metrics, GINI), _estimate(champion.metrics, GINI)
    fits = new.low > old.high if surely else new.value >= old.low
    asked = f"the interval above {old.high:.3f}" if surely else f"at least {old.low:.3f}"
    told = (
        f"Gini {new.value:.3f} [{new.low:.3f}, {new.high:.3f}], must be {asked} (version {champion.version})"
    )
    return Gate("beats_champion", new.value, asked, PASSED if fits else FAILED, told)


def _estimate(metrics: Mapping[str, float], name: str) -> Estimate:
    return Estimate(*(metrics.get(f"{name}{end}", nan) for end in ("", ".low", ".high")))
