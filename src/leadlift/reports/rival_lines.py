"""The models to beat, as a card tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadlift.reports.numbers import Interval


@dataclass(frozen=True)
class RivalLine:
    """One model to beat on the same test cases.

    verdict: better, worse or as good, as a sentence. what: what the model is. own, gain: metric -> number; empty where
    it could not be judged.
    """

    name: str
    verdict: str
    what: str
    own: Mapping[str, Interval]
    gain: Mapping[str, Interval]


@dataclass(frozen=True)
class ScorecardLine:
    """One bin of the points scorecard. rate: share that responded in training, 0 to 1; None for everyone's start."""

    feature: str
    value: str
    points: int
    cases: int
    rate: float | None
