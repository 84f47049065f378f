"""Trees grown by several processes at once: where they run, and what they cannot be given."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from leadlift.specs.base import Spec


class Distributed(Spec):
    """Rows parted by customer among processes that grow the same trees together."""

    machines: int = Field(ge=2, le=64, description="Processes, each with a part of the rows.")
    on: Literal["processes", "spark"] = Field(
        "processes",
        description="`processes` of this machine, which share its processors; or tasks of `engine: spark`, each of "
        "which holds its part of the training rows on an executor: they never come to this process.",
    )
    sample: int = Field(
        1_000_000,
        ge=1_000,
        description="With `on: spark`: about how many cases this process takes, whole customers each, to learn "
        "categories, stop, calibrate, audit and judge.",
    )

    @property
    def on_spark(self) -> bool:
        """Whether the rows stay where the engine has them."""
        return self.on == "spark"

    def refused(self, kind: str, table: str | None, random: float | None, ensemble: int) -> str | None:
        """Why a pipeline cannot be grown so; None when it can. The arguments are what its stanzas say."""
        if kind == "uplift":
            return "`distributed` is not for kind 'uplift', whose learners are many small fits"
        if not self.on_spark:
            return None
        if kind == "value":
            return "`distributed: {on: spark}` goes with yes or no, not with kind 'value'"
        if table is not None:
            return "`distributed: {on: spark}` needs cases with as-of dates: a flat table comes to this process whole"
        if random:
            return (
                "`distributed: {on: spark}` needs a test in time, `split.out_of_time`: a draw at random is spread "
                "among all customers, whom no single process knows"
            )
        if ensemble > 1:
            return (
                f"`distributed: {{on: spark}}` grows one member, not `ensemble: {ensemble}`: its folds are drawn from "
                "rows that this process does not have"
            )
        return None
