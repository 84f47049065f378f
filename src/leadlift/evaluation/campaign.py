"""The numbers of a campaign: what was promised, whether it was worked, what contacting and choosing were worth."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from leadlift.evaluation.bootstrap import Estimate
from leadlift.evaluation.experiment import scaled

CHANCE, EFFECT, AMOUNT = "responders", "added responders", "added amount"
"""What a list promises: those who respond; of uplift models, how many more than without contact, or how much more."""


@dataclass(frozen=True)
class Kept:
    """One group of contacted customers: what was promised and what came.

    name: decile 1 (the best) to 10, or a band. expected: responders promised, or what was to be added. actual:
    responders, or what was added over control. rate: actual per customer, with its 95 % interval. within: whether the
    promised rate lies in it.
    """

    name: str
    customers: int
    expected: float
    actual: float
    rate: Estimate

    @property
    def within(self) -> bool:
        """Whether the promised rate lies in the interval of the actual one."""
        return self.rate.low <= self.expected / self.customers <= self.rate.high


@dataclass(frozen=True)
class Promise:
    """What the lists said of all contacted customers, and what came.

    low, high: the interval that the lists stated, for 95 of 100 such lists; None where a model states none.
    responded: how many did. actual: what came of what was promised: they themselves, or what control says was added,
    with its 95 % interval; None where nobody was in control. sort: CHANCE, EFFECT or AMOUNT.
    """

    customers: int
    expected: float
    low: float | None
    high: float | None
    responded: int
    actual: Estimate | None
    sort: str = CHANCE

    @property
    def added(self) -> bool:
        """Whether the promise is one of what the contact adds."""
        return self.sort != CHANCE

    @property
    def fits(self) -> str:
        """`as promised`, `fewer` or `more` than promised; empty where it cannot be said.

        What control says is uncertain itself: the two differ when their intervals, combined, leave no room for it.
        Chance among the contacted is in both, so that a short list of an uplift model seldom differs.
        """
        if self.low is None or self.high is None or self.actual is None:
            return ""
        gap = self.actual.value - self.expected
        if gap > hypot(self.high - self.expected, self.actual.value - self.actual.low):
            return "more"
        if -gap > hypot(self.expected - self.low, self.actual.high - self.actual.value):
            return "fewer"
        return "as promised"


@dataclass(frozen=True)
class Worked:
    """Whether the list was worked at all, apart from whether anybody responded; shares of the contacted.

    reached: delivered, answered or refused, by what came back. None where nothing came back: then the bank did not say.
    among_reached: the response rate of those reached.
    """

    customers: int
    reported: int
    reached: Estimate | None
    refused: Estimate | None
    among_reached: Estimate | None


@dataclass(frozen=True)
class Effect:
    """The difference that contacting made, against control.

    contacted, control: customers compared; left_out: contacted customers in strata without a control, of whom nothing
    can be said. response: mean rise of the response rate of those contacted, a share of 1. amount: of what they
    bought, per customer. responders: how many more responded than would have, of all compared. profit: value of the
    additional responses less the cost of contacting, of all compared; None where no value is given. detectable: the
    smallest rise that an experiment of this size finds with a power of 80 %; NaN when no control responded. cost: of
    contacting them.
    """

    contacted: int
    control: int
    left_out: int
    rate: float
    control_rate: float
    response: Estimate
    amount: Estimate
    responders: Estimate
    profit: Estimate | None
    cost: float
    detectable: float

    @property
    def roi(self) -> Estimate | None:
        """Profit over cost; None without either."""
        return scaled(self.profit, 1 / self.cost) if self.profit is not None and self.cost > 0 else None


@dataclass(frozen=True)
class ModelValue:
    """What choosing by the model was worth over choosing at random: the model's arm less the explore arm.

    response: difference of response rates. profit: of value of responses less cost, per customer contacted; None
    where no value is given.
    """

    model: int
    explore: int
    response: Estimate
    profit: Estimate | None
