"""What a model card holds: every number finished, every text ready to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leadlift.reports.numbers import DecileRow, Interval
from leadlift.reports.report import ModelReport
from leadlift.reports.rival_lines import RivalLine, ScorecardLine


@dataclass(frozen=True)
class PartLine:
    """One part of the cases: what it was for, how many cases and responders, between which as-of dates."""

    name: str
    purpose: str
    cases: int
    responders: int
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class FeatureLine:
    """One feature as the model sees it. share: of all importance, 0 to 1. direction: in words."""

    name: str
    label: str
    share: float
    direction: str = ""


@dataclass(frozen=True)
class AuditLine:
    """One finding of the audit, in words. accepted: why somebody answers for it; empty where nobody had to."""

    severity: str
    kind: str
    name: str
    text: str
    advice: str
    accepted: str = ""


@dataclass(frozen=True)
class ModelCard:
    """One model for its readers: what it is for and worth, what it looks at, where it must not be trusted.

    metrics: part -> metric -> number; `judged_on` names the part that counts, where `baseline` was measured
    too and `gain` is model minus baseline. bands: letter -> interval of chances. fingerprints, versions: name
    -> value. plots: name -> SVG or PNG; of gains, lift, reliability, scores, months and importance, as made by
    `leadlift.reports.plots`, those that are there are shown.
    """

    title: str
    purpose: str
    pipeline: str
    kind: str
    population: str
    target: str
    made_on: str
    parts: Sequence[PartLine]
    metrics: Mapping[str, Mapping[str, Interval]]
    baseline: Mapping[str, Interval]
    gain: Mapping[str, Interval]
    deciles: Sequence[DecileRow]
    features: Sequence[FeatureLine]
    calibration: str
    bands: Mapping[str, str]
    judged_on: str = "oot"
    baseline_name: str = "logistic regression"
    dates: Mapping[str, str] = field(default_factory=dict)
    suspects: Sequence[str] = ()
    audit: Sequence[AuditLine] = ()
    limits: Sequence[str] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    plots: Mapping[str, bytes] = field(default_factory=dict)
    rivals: Sequence[RivalLine] = ()
    scorecard: Sequence[ScorecardLine] = ()
    judged_how: str = "Measured on cases later than any the model learned from (out of time)."
    report: ModelReport = field(default_factory=ModelReport)
