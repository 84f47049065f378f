"""Gates that versions of kinds uplift and value share: each judged by a measure of its own ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan, nan

from leadlift.evaluation import Estimate, Limits, limits
from leadlift.evaluation.limits import FAILED, PASSED, WEAK
from leadlift.training import Gate, Sitting
from leadlift.training.gates import CHAMPION_TAG, NOT_JUDGED, estimate_of, held_against_another


@dataclass(frozen=True)
class Measure:
    """What a kind ranks by. metric: its name in a run. called: for people. style: how it is written. kind: whose."""

    metric: str
    called: str
    style: str
    kind: str

    def of(self, metrics: Mapping[str, float]) -> bool:
        """Whether a training run's numbers hold it."""
        return self.metric in metrics

    def said(self, one: Estimate, sign: str = "") -> str:
        """A value with its interval."""
        value, low, high = (format(end, sign + self.style) for end in (one.value, one.low, one.high))
        return f"{self.called} {value} [{low}, {high}]"


def limit_of(name: str, minimum: float | None) -> Limits:
    """The file's limit with the pipeline's own in its place."""
    one = limits()[name]
    return one if minimum is None else replace(one, minimum=minimum)


def positives(minimum: float | None, metrics: Mapping[str, float], called: str) -> Gate:
    """Enough cases of the test with an outcome."""
    limit = limit_of("positives", minimum)
    count, asked = metrics.get(limit.metric, nan), f"at least {limit.minimum:g}"
    verdict = limit.verdict(count)
    return Gate(
        "positives", None if isnan(count) else count, asked, verdict, f"{called} {count:,.0f}, {asked}"
    )


def beats(name: str, gain: Estimate, measure: Measure, beside: str, *, surely: bool) -> Gate:
    """Not worse than another ranking of the same test beyond luck; with `surely`, better beyond luck."""
    fits = gain.low > 0 if surely else gain.high >= limits()["beats"].minimum
    asked = "better beyond luck" if surely else "not worse beyond luck"
    told = f"{measure.said(gain, '+')} beside {beside}, must be {asked}"
    verdict = FAILED if not fits else PASSED if gain.low > 0 else WEAK
    return Gate(name, None if isnan(gain.value) else gain.value, asked, verdict, told)


def beats_champion(
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    champion: Sitting,
    measure: Measure,
    *,
    surely: bool,
) -> Gate:
    """In pairs on the version's test, where the champion was judged on it too; one held against another is refused.

    Where no champion could rank the test's cases each is held on its own test: within the champion's interval; with
    `surely`, intervals apart.
    """
    judged = tags.get(CHAMPION_TAG)
    if judged is not None and judged != str(champion.version):
        return held_against_another(judged, champion)
    gain = estimate_of(metrics, f"{measure.metric}_gain_over_champion")
    if judged is not None and not isnan(gain.value):
        ranking = f"the champion's ranking, version {champion.version}"
        return beats("beats_champion", gain, measure, ranking, surely=surely)
    if champion.metrics is None:
        told = f"the training run of the champion, version {champion.version}, is gone: nothing says what it reached"
        return Gate("beats_champion", None, "", FAILED, told)
    if not measure.of(champion.metrics):
        none = f"no {measure.kind} model: there is no {measure.called} to beat"
        told = f"the champion, version {champion.version}, is {none}"
        return Gate("beats_champion", None, "", NOT_JUDGED, told)
    new, old = (estimate_of(found, measure.metric) for found in (metrics, champion.metrics))
    fits = new.low > old.high if surely else new.value >= old.low
    asked = (
        f"the interval above {old.high:{measure.style}}, where the champion's ends"
        if surely
        else f"at least {old.low:{measure.style}}, where the champion's interval begins"
    )
    told = f"{measure.said(new)}, must be {asked} (version {champion.version})"
    return Gate("beats_champion", new.value, asked, PASSED if fits else FAILED, told)
