"""What a model report holds beyond the card: groups, money and versions, every number finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from leadlift.evaluation.group_means import GroupMeans


class GroupLine(Protocol):
    """One group of customers, as `leadlift.evaluation.groups` measures it."""

    @property
    def column(self) -> str:
        """What the customers are grouped by."""
        ...

    @property
    def level(self) -> str:
        """The group's value of it."""
        ...

    @property
    def cases(self) -> int:
        """How many."""
        ...

    @property
    def responders(self) -> int:
        """How many of them responded."""
        ...

    @property
    def promised(self) -> float:
        """The mean chance."""
        ...

    @property
    def actual(self) -> float:
        """The share that responded."""
        ...

    @property
    def auc(self) -> float:
        """Within the group; NaN where too few."""
        ...

    @property
    def selected_rate(self) -> float:
        """The share of the group that would be contacted."""
        ...

    @property
    def selected_low(self) -> float:
        """The lower end of its interval."""
        ...

    @property
    def selected_high(self) -> float:
        """The upper end of its interval."""
        ...

    @property
    def weak(self) -> str:
        """Where the model is worse here, in words."""
        ...


@dataclass(frozen=True)
class MoneyLine:
    """What a campaign earns at its best depth. best: share of customers. earned: per 1,000 customers.

    name: of its picture. campaign: as people read it, with offer and channel where there are several. value: of one
    `unit`, such as "a response". response: the share of responses that the channel brings.
    """

    name: str
    campaign: str
    value: float
    cost: float
    currency: str
    best: float
    earned: float
    everyone: float
    plot: bytes
    unit: str = "a response"
    response: float = 1.0


@dataclass(frozen=True)
class VersionLine:
    """One registered version, or the one that this report is about. story: in words when it was champion.

    figures: what it was worth, in the order of the report's `figures`.
    """

    version: str
    made_on: str
    figures: tuple[str, ...]
    story: str


Line = TypeVar("Line", GroupLine, GroupMeans)


@dataclass(frozen=True)
class Report(Generic[Line]):
    """Segments by the model's own categories, fairness by protected groups, money, and the versions before.

    figures: what versions are compared by. unpriced: why a campaign has no money here. depth: the share of customers
    that would be contacted, which fairness speaks of.
    """

    figures: tuple[str, ...]
    segments: Sequence[Line] = ()
    fairness: Sequence[Line] = ()
    money: Sequence[MoneyLine] = ()
    versions: Sequence[VersionLine] = ()
    unpriced: Sequence[str] = ()
    depth: float = 0.1

    @property
    def weak(self) -> list[Line]:
        """Groups in which the model is worse than overall, or promises what is not found."""
        return [line for lines in (self.segments, self.fairness) for line in lines if line.weak]

    @property
    def uneven(self) -> list[str]:
        """Protected columns where a group's interval lies below four fifths of the most selected group's share."""
        told = []
        for column in dict.fromkeys(line.column for line in self.fairness):
            lines = [line for line in self.fairness if line.column == column]
            most = max(lines, key=lambda line: line.selected_rate)
            low = [line.level for line in lines if line.selected_high < 0.8 * most.selected_rate]
            if low:
                told.append(
                    f"{column}: {', '.join(low)} would be contacted less than four fifths as often as {most.level}"
                )
        return told


@dataclass(frozen=True)
class ModelReport(Report[GroupLine]):
    """Of a model of chances."""

    figures: tuple[str, ...] = ("AUC", "Lift in the best 10 %")


@dataclass(frozen=True)
class RankedReport(Report[GroupMeans]):
    """Of a model of effects or amounts: groups, and the months of the test, by what was promised and what was found."""

    months: Sequence[GroupMeans] = ()
