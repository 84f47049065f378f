"""The shapes of the numbers that reports receive; whoever measured them has objects that fit."""

from __future__ import annotations

from typing import Protocol


class Interval(Protocol):
    """A number and its 95 % interval."""

    @property
    def value(self) -> float:
        """The number itself."""
        ...

    @property
    def low(self) -> float:
        """The lower end."""
        ...

    @property
    def high(self) -> float:
        """The upper end."""
        ...


class DecileRow(Protocol):
    """A tenth of the customers by score; decile 1 is the best. Rates and captured are shares of 1."""

    @property
    def decile(self) -> int:
        """1 to 10."""
        ...

    @property
    def customers(self) -> float:
        """How many customers."""
        ...

    @property
    def responders(self) -> float:
        """How many of them responded."""
        ...

    @property
    def response_rate(self) -> float:
        """Their share."""
        ...

    @property
    def mean_probability(self) -> float:
        """The share that was predicted."""
        ...

    @property
    def lift(self) -> float:
        """Their rate over everyone's."""
        ...

    @property
    def cumulative_captured(self) -> float:
        """The share of all responders found down to this decile."""
        ...


class ReliabilityPoint(Protocol):
    """Customers promised about the same chance. All but the count are shares of 1."""

    @property
    def customers(self) -> float:
        """How many customers."""
        ...

    @property
    def mean_probability(self) -> float:
        """What they were promised on average."""
        ...

    @property
    def actual_rate(self) -> float:
        """How many of them responded."""
        ...

    @property
    def low(self) -> float:
        """The lower end of the actual rate."""
        ...

    @property
    def high(self) -> float:
        """The upper end of the actual rate."""
        ...


class MonthPoint(Protocol):
    """The cases of one as-of month."""

    @property
    def month(self) -> str:
        """As people write it: 2026-01."""
        ...

    @property
    def cases(self) -> int:
        """How many cases."""
        ...

    @property
    def responders(self) -> int:
        """How many of them responded."""
        ...

    @property
    def predicted(self) -> float:
        """How many of them were predicted to."""
        ...
