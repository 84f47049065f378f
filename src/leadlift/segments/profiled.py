"""A segmentation described: finished numbers, as pages, sheets and JSON tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from leadlift.segments.describe import Mark
from leadlift.segments.moves import Moves


@dataclass(frozen=True)
class Worth:
    """What the customers of a group are worth by the segmentation's `value`. share: of what all are worth together."""

    mean: float
    median: float
    total: float
    share: float


@dataclass(frozen=True)
class Response:
    """How often a group's cases of a pipeline had its outcome. low, high: 95 % interval (Wilson). all: of all cases."""

    pipeline: str
    kind: str
    about: str
    cases: int
    outcomes: int
    rate: float
    low: float
    high: float
    all: float

    @property
    def above(self) -> bool:
        """More often than all, beyond luck."""
        return self.low > self.all

    @property
    def below(self) -> bool:
        """Less often than all, beyond luck."""
        return self.high < self.all


@dataclass(frozen=True)
class Answer:
    """What came of a campaign's offer in a group: of those contacted, and of those held back at random.

    promised: responders expected of those contacted; None where an uplift model promised what they add. effect, low,
    high: the difference of the two rates with its 95 % interval (Newcombe); None where the list held nobody of the
    group back.
    """

    campaign: str
    offer: str
    contacted: int
    responded: int
    promised: float | None
    control: int
    control_responded: int
    effect: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class GroupProfile:
    """One group. offers: what its stanza suggests; proven: pipelines whose outcome it had more often than others."""

    group: str
    label: str
    strategy: str
    offers: tuple[str, ...]
    proven: tuple[str, ...]
    customers: int
    share: float
    worth: Worth | None
    over: tuple[Mark, ...]
    under: tuple[Mark, ...]
    responses: tuple[Response, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Covered:
    """How far rules reach. held: group -> customers whom its own condition takes; both: of two conditions."""

    taken: int
    held: Mapping[str, int]
    both: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Profiled:
    """A segmentation of one day. described: customers the marks are told from; notes: what is not told, and why."""

    segment: str
    label: str
    kind: str
    description: str
    as_of: date
    customers: int
    groups: tuple[GroupProfile, ...]
    covered: Covered | None
    moves: Moves
    frozen: date | None
    psi: float | None
    psi_by_chance: float | None
    tried: tuple[Mapping[str, float], ...]
    described: int
    notes: tuple[str, ...]
    page: Path
    book: Path
