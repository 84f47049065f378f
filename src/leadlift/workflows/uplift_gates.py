"""What an uplift version must show before it becomes champion."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan

from leadlift.evaluation import Estimate, limits
from leadlift.evaluation.limits import FAILED, PASSED, WEAK
from leadlift.names import TEST
from leadlift.specs import Gates
from leadlift.training import Gate, Sitting, open_suspects
from leadlift.training.gates import NOT_JUDGED

QINI = f"{TEST}.qini"


def is_uplift(metrics: Mapping[str, float]) -> bool:
    """Whether a training run's numbers are those of an uplift pipeline."""
    return QINI in metrics


def judge_uplift_gates(
    spec: Gates, metrics: Mapping[str, float], tags: Mapping[str, str], champion: Sitting | None
) -> list[Gate]:
    """Hold an uplift run's numbers on the test against the gates; the champion's, when there is one.

    "No effect found" is a result, but no champion: the Qini's interval must be above 0, as often as it was looked at.
    """
    gates = [
        _qini("qini", "on the test", spec, metrics),
        _qini("crossfitted_qini", "on training customers, cross-fitted", spec, metrics),
        _positives(spec, metrics),
    ]
    if spec.beats_baseline:
        gates.append(_response(metrics, surely=spec.beats_baseline == "surely"))
    if spec.beats_champion and champion is not None:
        gates.append(_champion(metrics, champion, surely=spec.beats_champion == "surely"))
    if spec.no_open_suspects:
        gates.append(open_suspects(tags))
    return gates


def _qini(name: str, where: str, spec: Gates, metrics: Mapping[str, float]) -> Gate:
    limit = limits()[name]
    least, low = limit.minimum if spec.min_qini is None else spec.min_qini, metrics.get(limit.metric, nan)
    told = f"lower end of Qini's 95 % interval {where} {low:.4f}, must be above {least:g}"
    verdict = PASSED if low > least else FAILED
    return Gate(name, None if isnan(low) else low, f"above {least:g}", verdict, told)


def _positives(spec: Gates, metrics: Mapping[str, float]) -> Gate:
    limit = limits()["positives"]
    least = limit.minimum if spec.min_positives is None else spec.min_positives
    count = metrics.get(limit.metric, nan)
    verdict = (
        FAILED if not count >= least else WEAK if limit.good is not None and count < limit.good else PASSED
    )
    told = f"responders in the test {count:,.0f}, at least {least:g}"
    return Gate("positives", None if isnan(count) else count, f"at least {least:g}", verdict, told)


def _response(metrics: Mapping[str, float], *, surely: bool) -> Gate:
    """Not worse than the response model's ranking beyond luck; with `surely`, better beyond luck."""
    gain = _estimate(metrics, f"{QINI}_gain_over_response")
    fits = gain.low > 0 if surely else gain.high >= 0
    asked = "better beyond luck" if surely else "not worse beyond luck"
    told = (
        f"Qini {gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}] beside the response model's ranking, "
        f"must be {asked}"
    )
    verdict = FAILED if not fits else PASSED if gain.low > 0 else WEAK
    return Gate("beats_response", None if isnan(gain.value) else gain.value, asked, verdict, told)


def _champion(metrics: Mapping[str, float], champion: Sitting, *, surely: bool) -> Gate:
    """Each on its own test, so not in pairs: within the champion's interval; with `surely`, intervals apart."""
    if not is_uplift(champion.metrics):
        told = f"the champion, version {champion.version}, is no uplift model: there is no Qini to beat"
        return Gate("beats_champion", None, "", NOT_JUDGED, told)
    new, old = _estimate(metrics, QINI), _estimate(champion.metrics, QINI)
    fits = new.low > old.high if surely else new.value >= old.low
    asked = (
        f"the interval above {old.high:.4f}, where the champion's ends"
        if surely
        else f"at least {old.low:.4f}, where the champion's interval begins"
    )
    told = (
        f"Qini {new.value:.4f} [{new.low:.4f}, {new.high:.4f}], must be {asked} (version {champion.version})"
    )
    return Gate("beats_champion", new.value, asked, PASSED if fits else FAILED, told)


def _estimate(metrics: Mapping[str, float], name: str) -> Estimate:
    return Estimate(*(metrics.get(f"{name}{end}", nan) for end in ("", ".low", ".high")))
