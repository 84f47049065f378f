"""What a version must show before it becomes champion, and which gates fit which kind."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from leadlift.specs.base import Spec


class Gates(Spec):
    """What a version must show before `promote` makes it champion; what is left out is as docs/promotion.md has it."""

    min_auc: float | None = Field(None, ge=0.5, le=1, description="On the test. 0.5 is a coin.")
    max_auc: float | None = Field(None, ge=0.5, le=1, description="Above this it is too good to be true.")
    min_lift_at_10: float | None = Field(None, ge=1, description="On the test, among the best tenth.")
    min_positives: int | None = Field(None, ge=1, description="Among the test rows.")
    max_calibration_error: float | None = Field(
        None, gt=0, le=1, description="On the test: mean distance between predicted and actual rates."
    )
    max_relative_calibration_error: float | None = Field(
        None, gt=0, description="The same over the test's response rate."
    )
    max_score_psi: float | None = Field(
        None, gt=0, description="How far the score may have moved from calibration to test."
    )
    min_qini: float | None = Field(
        None,
        ge=0,
        description="Kind uplift: the lower end of the interval of Qini, on the test and cross-fitted.",
    )
    min_gini: float | None = Field(
        None, ge=0, le=1, description="Kind value: the lower end of the interval of the Gini, on the test."
    )
    max_total_error: float | None = Field(
        None, gt=0, description="Kind value: how far the predicted total may be off, over the actual one."
    )
    beats_baseline: bool | Literal["surely"] = Field(
        True,
        description="Lift not worse beyond luck than that of the logistic regression, scorecard and RFM rule; "
        "`surely`: better beyond luck.",
    )
    beats_champion: bool | Literal["surely"] = Field(
        True, description="The same against the champion, on the same test rows."
    )
    no_open_suspects: bool = Field(True, description="No finding of the leak audit is open.")


CHANCE_GATES = {
    "min_auc",
    "max_auc",
    "min_lift_at_10",
    "max_calibration_error",
    "max_relative_calibration_error",
    "max_score_psi",
}
VALUE_GATES, UPLIFT_GATES = {"min_gini", "max_total_error"}, {"min_qini"}
FOREIGN_GATES = {
    "uplift": CHANCE_GATES | VALUE_GATES,
    "value": CHANCE_GATES | UPLIFT_GATES,
}
"""Which gates cannot judge a kind; of the kinds that predict a chance, those that judge effects and amounts."""
