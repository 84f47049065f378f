"""What a pipeline of kind `uplift` compares: customers who were contacted at random with customers who were not."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from leadlift.specs.base import Spec, Word, listed

Learner = Literal["s", "t", "x", "dr", "class_transformation", "proportional"]


class Treatment(Spec):
    """Who was contacted and who was not, drawn at random: the column that says so, and its values."""

    column: str = Field(
        description="A column of the flat table or of the population's source; never a feature."
    )
    control: Word | tuple[Word, ...] = Field(description="The value or values that mean not contacted.")
    arms: Word | tuple[Word, ...] = Field(
        description="The value or values that mean contacted; several are one treatment. Other rows are left out."
    )
    not_randomised: Literal["refuse", "warn", "weight"] = Field(
        "refuse",
        description="When features tell who was contacted: stop, say so and go on, or weight by inverse propensity.",
    )
    learners: tuple[Learner, ...] = Field(
        ("s", "t", "x", "dr", "class_transformation"),
        min_length=1,
        description="Ways to learn the effect; cross-fitted Qini on training customers chooses.",
    )
    proxy: Word | None = Field(
        None,
        description="A pipeline of a chance whose cases a further learner, `proxy`, learns from: more contacts, or an "
        "outcome nearer to the effect. Held against the others by the same Qini.",
    )
    folds: int = Field(5, ge=2, le=20, description="Of customers, for choosing.")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        both = sorted(set(self.controls) & set(self.contacted))
        if both:
            raise ValueError(f"{listed(both)} cannot be both `control` and among `arms`")
        return self

    @property
    def ways(self) -> tuple[str, ...]:
        """The learners that are tried: `learners`, and `proxy` where a pipeline for it is named."""
        return (*self.learners, "proxy") if self.proxy else self.learners

    @property
    def controls(self) -> tuple[str, ...]:
        """The values that mean not contacted."""
        return (self.control,) if isinstance(self.control, str) else self.control

    @property
    def contacted(self) -> tuple[str, ...]:
        """The values that mean contacted."""
        return (self.arms,) if isinstance(self.arms, str) else self.arms
