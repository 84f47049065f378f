"""From what was seen to a verdict: counts, the alerts they raise, and the evidence for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from leadlift.contracts import Finding
from leadlift.monitoring.drift import Drift
from leadlift.monitoring.feeds import Feed
from leadlift.monitoring.limits import LOOK, NOTHING, VERDICTS, MonitorLimits, Rule
from leadlift.monitoring.months import Judged, Trend
from leadlift.specs.alerts import COUNTS, family_of


@dataclass(frozen=True)
class Evidence:
    """One thing that was seen: which feature, source or month (`about`), how much (`says`), and since when."""

    about: str
    says: str
    since: date | None = None


@dataclass(frozen=True)
class Seen:
    """All that a pipeline's monitoring saw. population: what is odd about how many were scored, or None.

    scored_ago: days since the last scoring, None when nobody was scored. dropped: what the estimate lost, or None.
    """

    features: Sequence[Drift]
    score: Drift | None
    feeds: Sequence[Feed]
    broken: Sequence[Finding]
    judged: Judged
    population: Evidence | None
    dropped: Evidence | None
    scored_ago: int | None
    has_reference: bool


@dataclass(frozen=True)
class Raised:
    """An alert whose condition holds. counts: what its names came to."""

    name: str
    verdict: str
    when: str
    counts: dict[str, float]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Verdict:
    """The worst that was raised. says: in a sentence, what to do."""

    verdict: str
    says: str
    raised: tuple[Raised, ...]


SAYS = {
    NOTHING: "nothing to do",
    LOOK: "look before the next list goes out",
    "recalibrate": "the ranking holds, its chances do not: leadlift recalibrate {pipeline}",
    "retrain": "the ranking is worse than it was: leadlift train {pipeline}",
}
FIRST_MEND = "mend the feed first: what is learned from broken data is broken. Then: {then}"


def verdict_of(seen: Seen, limits: MonitorLimits, pipeline: str) -> Verdict:
    """Hold what was seen against the alerts; while a feed is broken nothing should be fitted to it."""
    found = [one for rule in limits.rules if (one := _raised(rule, seen))]
    raised = tuple(sorted(found, key=lambda one: -VERDICTS.index(one.verdict)))  # of equals, as in the file
    worst = max((one.verdict for one in raised), key=VERDICTS.index, default=NOTHING)
    says = SAYS[worst].format(pipeline=pipeline)
    if any(one.name == "feeds" for one in raised) and worst not in (NOTHING, LOOK):
        return Verdict(LOOK, FIRST_MEND.format(then=says), raised)
    return Verdict(worst, says, raised)


def counts_of(seen: Seen) -> dict[str, float]:
    """Every count that has a plain name."""
    return {name: count_of(seen, name) for name in COUNTS}


def count_of(seen: Seen, name: str) -> float:
    """What a name of the alerts comes to."""
    if name == "days_since_scoring":
        return float(seen.scored_ago or 0)
    return float(len(evidence_of(seen, name)))


def evidence_of(seen: Seen, name: str) -> list[Evidence]:
    """What a count counts."""
    family = family_of(name)
    if family is not None:
        return _of_family(seen, *family)
    latest = seen.judged.latest
    match name:
        case "stale_sources":
            return [_stale(one) for one in seen.feeds if one.stale]
        case "emptied_columns":
            return [one for feed in seen.feeds for one in _emptied(feed)]
        case "odd_volumes":
            return [_odd(one) for one in seen.feeds if one.odd]
        case "odd_populations":
            return [seen.population] if seen.population else []
        case "broken_contracts":
            return [Evidence(f"{one.source}.{one.column or one.rule}", one.message) for one in seen.broken]
        case "days_since_scoring":
            return (
                [Evidence("scoring", f"the last scoring is {seen.scored_ago} days old")]
                if seen.scored_ago
                else []
            )
        case "unscored":
            told = "the champion has scored nobody yet: leadlift score"
            return [Evidence("scoring", told)] if seen.scored_ago is None else []
        case "without_reference":
            told = "the version keeps no reference to hold features against: train anew"
            return [] if seen.has_reference else [Evidence("reference", told)]
        case "estimate_drops":
            return [seen.dropped] if seen.dropped else []
        case "months_badly_calibrated":
            return [
                Evidence(
                    f"scoring of {one.as_of}",
                    f"{one.responders:,} responded, {one.expected:,.0f} were expected, {one.low:,.0f} to "
                    f"{one.high:,.0f} in 95 of 100 months",
                    one.as_of,
                )
                for one in latest
                if one.badly_calibrated
            ]
        case "months_ranked_worse":
            return [
                Evidence(
                    f"scoring of {one.as_of}",
                    f"AUC {one.auc:.3f}, its chances made expect {one.expected_auc:.3f}",
                    one.as_of,
                )
                for one in latest
                if one.ranked_worse
            ]
        case "calibration_departs":
            return _departs(seen.judged.calibration, "calibration", _responders)
        case "ranking_departs":
            return _departs(seen.judged.ranking, "ranking", _area)
    raise ValueError(f"{name!r} is no count")


def _raised(rule: Rule, seen: Seen) -> Raised | None:
    if not rule.when.holds(lambda name: count_of(seen, name)):
        return None
    counts = {name: count_of(seen, name) for name in rule.when.names}
    evidence = list(dict.fromkeys(one for name in rule.when.names for one in evidence_of(seen, name)))
    by_about: dict[str, Evidence] = {}
    for one in evidence:  # a feature that is over two marks is told once, by the first that is written
        by_about.setdefault(one.about, one)
    return Raised(rule.name, rule.verdict, rule.when.text, counts, tuple(by_about.values()))


def _of_family(seen: Seen, family: str, over: float) -> list[Evidence]:
    if family == "score_psi_over":
        drift = seen.score
        since = drift.since(over) if drift and drift.days else None
        if drift is None or since is None:
            return []
        return [Evidence("score", f"PSI {drift.last.psi:.2f} ({drift.moved})", since)]
    missing = family == "missing_over"
    found = []
    for one in seen.features:
        since = one.since(over, missing=missing) if one.counted and one.days else None
        if since is None:
            continue
        says = (
            f"{one.last.missing:.0%} without a value, {one.missing:.0%} at training"
            if missing
            else f"PSI {one.last.psi:.2f}; {one.moved}"
        )
        found.append(Evidence(one.name, f"{says}; {one.share:.0%} of the model's gain", since))
    return found


def _stale(one: Feed) -> Evidence:
    if one.newest is None:
        return Evidence(one.source, "no rows at all in the last 400 days")
    told = f"no row since {one.newest}, {one.age} days; at most {one.limit} are usual ({one.why})"
    return Evidence(one.source, told, one.newest)


def _emptied(feed: Feed) -> list[Evidence]:
    return [
        Evidence(
            f"{feed.source}.{one.column}",
            f"{one.now:.0%} of rows without a value, {one.before:.0%} before",
            one.since,
        )
        for one in feed.emptied
    ]


def _odd(one: Feed) -> Evidence:
    per = "in the latest delivery" if one.per == "delivery" else f"in the last {one.per}"
    return Evidence(one.source, f"{one.rows:,} rows {per}, {one.usual:,.0f} are usual")


def _departs(trend: Trend | None, about: str, told: Callable[[float], str]) -> list[Evidence]:
    if trend is None:
        return []
    how = "growing month by month" if trend.gradual else "all at once"
    return [Evidence(about, f"{told(trend.size)} by now, {how}", trend.since)]


def _responders(size: float) -> str:
    return f"{abs(size):.0%} {'fewer' if size < 0 else 'more'} responders than expected"


def _area(size: float) -> str:
    return f"AUC {abs(size):.3f} below the expected"
