"""Pipelines: one modelling problem each: who, what to predict, from what, and how it is judged."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from leadlift.specs.base import Days, Name, Share, Spec, fault_at, listed
from leadlift.specs.cases import Population, Target
from leadlift.specs.distributed import Distributed
from leadlift.specs.gates import FOREIGN_GATES, UPLIFT_GATES, VALUE_GATES, Gates
from leadlift.specs.monitor import Monitor
from leadlift.specs.treatment import Treatment
from leadlift.specs.warning import EarlyWarning

Metric = Literal["average_precision", "auc", "log_loss"]


class FeatureChoice(Spec):
    """Which features the model may use, by name; `*` stands for any run of characters."""

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()


class Split(Spec):
    """The last as-of dates are the test; validation and calibration customers are never trained on."""

    out_of_time: Share | None = Field(None, description="Share of the cases, the latest, kept for the test.")
    random: Share | None = Field(
        None, description="Where there is no time: share of customers kept for the test."
    )
    valid: Share = 0.15
    calibration: Share = 0.2
    seed: int = 1

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if bool(self.out_of_time) == bool(self.random):
            raise ValueError("give either `out_of_time` or `random`, above 0")
        if not self.valid or not self.calibration or self.valid + self.calibration >= 0.9:
            raise ValueError("`valid` and `calibration` must be above 0 and leave at least 10% for training")
        return self


class Tune(Spec):
    """How long to search for parameters, and by what measure."""

    trials: int = Field(50, ge=1, le=10_000)
    seconds: int | None = Field(None, ge=1, description="Stop searching after this time.")
    metric: Metric = "average_precision"
    space: dict[str, tuple[float, float]] = Field(
        {}, description="Parameter: lowest and highest value to search, instead of the default range."
    )
    negatives: float | None = Field(
        10.0, ge=1, description="For each positive, how many others trials learn from; null for all."
    )
    folds: int | None = Field(
        None,
        ge=1,
        le=20,
        description="Measure each trial on all cases, each held out once; 1: on the validation cases alone. "
        "5 by default where those hold fewer than 300 responders.",
    )


CHOSEN = {
    "objective": "leadlift chooses it by the pipeline's `kind`: leave it out",
    "metric": "leadlift chooses it: growing stops on the loss that trees learn by. Leave it out",
    "tweedie_variance_power": "leadlift chooses it: kind 'value' tries several. Leave it out",
    "monotone_constraints": "say `model.monotone`, by the names of features",
    "interaction_constraints": "say `model.interactions`, by the names of features",
}
"""What `model.params` may not state, and what to do instead."""

FORESTS = frozenset({"rf", "random_forest"})


class ModelChoice(Spec):
    """LightGBM's parameters, constraints, and how its scores become probabilities."""

    params: dict[str, bool | int | float | str] = Field({})
    monotone: dict[str, Literal[-1, 1]] = Field({}, description="Feature: 1 rising, -1 falling.")
    interactions: tuple[tuple[str, ...], ...] = Field(
        (),
        description="Groups of features; only features of one group may meet in a tree. `*` as in features.",
    )
    ensemble: int = Field(
        1,
        ge=1,
        le=20,
        description="Members, each holding another fold of customers out; merged into one booster.",
    )
    steps: Literal["auto", "none"] = Field(
        "auto",
        description="With an ensemble: a penalised logistic regression on cut features beside the trees, with the "
        "share that later cases, or held-out customers, make likely; none for trees alone.",
    )
    moved: Literal["auto", "keep"] = Field(
        "auto",
        description="Features whose values moved with time are left out where later training cases are told better "
        "without them; keep to learn from all.",
    )
    time_decay: Days | None = Field(None, description="A case this much older counts half.")
    negatives: float | None = Field(
        None,
        ge=1,
        description="For each positive, how many others trees learn from, each weighted by how many it stands for; "
        "null for all.",
    )
    distributed: Distributed | None = Field(
        None, description="Trees grown by several processes, each with a part of the rows."
    )
    calibration: Literal["auto", "isotonic", "centred", "platt", "beta", "none"] = "auto"
    max_rounds: int = Field(600, ge=1, le=20_000)
    early_stopping: int = Field(40, ge=1)

    @property
    def is_forest(self) -> bool:
        """Whether trees are averaged and not summed."""
        return str(self.params.get("boosting")).lower() in FORESTS

    @field_validator("params")
    @classmethod
    def _nothing_said_elsewhere(cls, params: dict[str, object]) -> dict[str, object]:
        for name in params:
            if name in CHOSEN:
                raise fault_at(name, f"cannot be set here: {CHOSEN[name]}")
        return params

    @model_validator(mode="after")
    def _forests_stand_alone(self) -> Self:
        if self.is_forest and self.ensemble > 1:
            raise fault_at(
                "ensemble",
                f"`boosting: {self.params['boosting']}` averages its trees, so that forests cannot be merged: leave "
                "`ensemble` out, or `boosting`",
            )
        return self

    @model_validator(mode="after")
    def _half_life_is_some_time(self) -> Self:
        if self.time_decay == 0:
            raise fault_at("time_decay", "a half-life of 0d leaves no case to learn from: give 1d or more")
        return self


MODEL_UNREAD = {
    "uplift": frozenset(ModelChoice.model_fields) - {"negatives", "distributed"},
    "value": frozenset({"calibration", "moved", "steps"}),
}
"""What of `model` a kind does not read; negatives and processes have words of their own."""


class Pipeline(Spec):
    """One modelling problem."""

    pipeline: Name
    kind: Literal["response", "propensity", "churn", "early_warning", "uplift", "value"]
    description: str = ""
    population: Population
    target: Target
    features: FeatureChoice = FeatureChoice()
    split: Split = Split(out_of_time=0.2)
    tune: Tune = Tune()
    model: ModelChoice = ModelChoice()
    gates: Gates = Gates()
    monitor: Monitor = Field(Monitor(), description="What `leadlift monitor` should say of it, and what not.")
    treatment: Treatment | None = Field(
        None, description="Kind uplift: who was contacted at random, and who not."
    )
    warning: EarlyWarning | None = Field(
        None, description="Kind early_warning: what `leadlift warn` looks at beside the chance."
    )

    @property
    def predicts_chance(self) -> bool:
        """Whether its models give the chance of an outcome, and not an effect or an amount."""
        return self.kind not in ("uplift", "value")

    @model_validator(mode="after")
    def _last_touch_fits(self) -> Self:
        if self.target.last_touch and (self.population.source is None or self.kind == "uplift"):
            raise fault_at(
                "target",
                "`last_touch` needs cases that are rows of a source (`population.source`), and goes with any kind but "
                "'uplift', whose groups are compared by all they did",
            )
        return self

    @model_validator(mode="after")
    def _treatment_fits_kind(self) -> Self:
        if self.kind != "uplift":
            if self.treatment is not None:
                raise fault_at("treatment", f"`treatment` goes with kind 'uplift', not with '{self.kind}'")
            if bool(self.target.amount) != (self.kind == "value"):
                raise fault_at("target", self._amount_fault())
            return self
        if self.treatment is None:
            raise fault_at(
                "kind", "kind 'uplift' needs `treatment`: the column that says who was contacted at random"
            )
        if self.population.as_of is not None:
            raise fault_at(
                "population",
                "kind 'uplift' needs the rows of an experiment: give `source` or `table`, not `as_of`",
            )
        return self

    def _amount_fault(self) -> str:
        if self.kind == "value":
            return (
                "kind 'value' needs `amount`: with `source` what is added up, such as `amount: price`; "
                "with `column` `amount: true`"
            )
        return f"`amount` goes with kinds 'value' and 'uplift', not with '{self.kind}'"

    @model_validator(mode="after")
    def _growing_fits_kind(self) -> Self:
        if self.model.negatives is not None and not self.predicts_chance:
            raise fault_at("model", f"`negatives` goes with yes or no, not with kind '{self.kind}'")
        if self.model.distributed is not None:
            why = self.model.distributed.refused(
                self.kind, self.population.table, self.split.random, self.model.ensemble
            )
            if why is not None:
                raise fault_at("model", why)
        return self

    @model_validator(mode="after")
    def _model_fits_kind(self) -> Self:
        unread = sorted(self.model.model_fields_set & MODEL_UNREAD.get(self.kind, frozenset()))
        if unread:
            are = "is" if len(unread) == 1 else "are"
            instead = "; `treatment` says how effects are learned" if self.kind == "uplift" else ""
            raise fault_at("model", f"{listed(unread)} {are} not read by kind '{self.kind}'{instead}")
        if self.kind == "value" and self.model.is_forest:
            raise fault_at(
                "model",
                f"kind 'value' adds trees up, and `boosting: {self.model.params['boosting']}` averages them: leave "
                "`boosting` out",
            )
        return self

    @model_validator(mode="after")
    def _warning_fits_kind(self) -> Self:
        if self.warning is not None and self.kind != "early_warning":
            raise fault_at("warning", f"`warning` goes with kind 'early_warning', not with '{self.kind}'")
        if self.warning is not None and self.population.table is not None:
            raise fault_at(
                "warning", "a flat table has no time: no indicator moves, nothing was usual before"
            )
        return self

    @model_validator(mode="after")
    def _gates_fit_kind(self) -> Self:
        foreign = FOREIGN_GATES.get(self.kind, VALUE_GATES | UPLIFT_GATES)
        wrong = sorted(self.gates.model_fields_set & foreign)
        if wrong:
            raise fault_at("gates", f"{listed(wrong)} cannot judge a pipeline of kind '{self.kind}'")
        return self

    @model_validator(mode="after")
    def _target_fits_population(self) -> Self:
        if self.population.table and self.target.source:
            raise fault_at("target", "a flat table's target is a column of it: give `column` and `positive`")
        if self.population.as_of and self.target.column:
            raise fault_at("target", "`column` needs `population.source` or `population.table`")
        return self
