"""What was found of one pipeline, or of all, every number finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from leadlift.evaluation import Estimated
from leadlift.monitoring.drift import Drift
from leadlift.monitoring.feeds import Feed
from leadlift.monitoring.months import Judged
from leadlift.monitoring.verdict import Raised


@dataclass(frozen=True)
class ScoredThen:
    """One scoring by the version: how many, the mean chance, and what its chances made expect."""

    as_of: date
    customers: int
    mean_chance: float
    estimate: Estimated | None


@dataclass(frozen=True)
class Watched:
    """One champion on a day.

    verdict: nothing, look, recalibrate or retrain; says: what to do. raised: the alerts, each with its evidence.
    reference: what features are held against, in words. scorings: by this version, oldest first. at_training: the AUC
    and others to expect among the reference. counts: every count that alerts may name. notes: what could not be judged.
    """

    pipeline: str
    kind: str
    model: str
    version: int
    run_id: str
    verdict: str
    says: str
    raised: tuple[Raised, ...]
    reference: str
    scorings: tuple[ScoredThen, ...]
    features: tuple[Drift, ...]
    score: Drift | None
    feeds: tuple[Feed, ...]
    judged: Judged
    at_training: Estimated | None
    counts: dict[str, float]
    notes: tuple[str, ...]
    page: Path


@dataclass(frozen=True)
class NotWatched:
    """A pipeline that could not be watched, and why; changed: whether that is an alert, not just a beginning."""

    pipeline: str
    why: str
    changed: bool


@dataclass(frozen=True)
class Monitored:
    """Everything that was watched on a day. page: the portfolio, where all pipelines were asked for."""

    workspace: str
    as_of: date
    watched: tuple[Watched, ...]
    others: tuple[NotWatched, ...]
    page: Path | None

    @property
    def alarming(self) -> list[str]:
        """A line for each pipeline that asks for something."""
        lines = [f"{one.pipeline}: {one.verdict}: {one.says}" for one in self.watched if one.raised]
        return [*lines, *(f"{one.pipeline}: look: {one.why}" for one in self.others if one.changed)]
