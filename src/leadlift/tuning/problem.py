"""What is tuned, how, and what came out: plain data, no optimiser in sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from leadlift import evaluation
from leadlift.models import Encoding, Matrix
from leadlift.tuning.space import Value

MetricName = Literal["average_precision", "auc", "log_loss"]


@dataclass(frozen=True)
class Metric:
    """One way to compare trials. measure: of targets, scores and weights. boosted: what LightGBM calls it."""

    measure: Callable[[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike | None], float]
    boosted: str
    higher_is_better: bool


METRICS: Mapping[str, Metric] = {
    "average_precision": Metric(evaluation.average_precision, "average_precision", higher_is_better=True),
    "auc": Metric(evaluation.auc, "auc", higher_is_better=True),
    "log_loss": Metric(evaluation.log_loss, "binary_logloss", higher_is_better=False),
}


@dataclass(frozen=True, eq=False)
class TuningData:
    """Rows with their targets. matrix: (n, n_features), by the encoding. y: (n,), 0 or 1.

    customer: (n,), a code for each customer, whose rows are never on both sides of a fold; None: each row is one.
    weight: (n,), what each row counts in growing, in stopping and in the metric; None: once.
    """

    matrix: Matrix
    y: npt.NDArray[np.floating[Any]]
    encoding: Encoding
    customer: npt.NDArray[np.intp] | None = None
    weight: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True)
class TuningSettings:
    """How to search.

    trials: how many in all, those of earlier runs of the study included. seconds: of this run; a sixth is kept
    for the finals: no trial starts in it, and one under way is broken off and comes first next time. Give one of
    the two, or both; one trial is always completed. metric: what is compared, on the validation rows. params: not
    searched, the same in every trial. search_space: parameter -> [low, high] instead of the default range.
    folds: each trial is measured on all rows, each by trees grown without its fold; 1: on the validation rows
    alone; None: as `folds.folds_for` finds. max_rounds, early_stopping: of a model at the final learning rate;
    rounds stop on log loss, whatever the metric, since that is steady. negatives: how many for each positive the
    trials learn from; None for all. workers: processes side by side. storage: a journal file, or the URL of a
    database, in which trials are kept, to go on later; without one they live in memory. study: how the study's
    name begins; what it depends on is added. folder: where workers find their rows, while they run; the machine's
    place for temporary files by default.
    """

    trials: int | None = 50
    seconds: float | None = None
    metric: MetricName = "average_precision"
    max_rounds: int = 1_000
    early_stopping: int = 30
    seed: int = 0
    params: Mapping[str, Any] = field(default_factory=dict)
    search_space: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    negatives: float | None = 10.0
    folds: int | None = None
    workers: int = 1
    storage: Path | str | None = None
    study: str = "leadlift"
    folder: Path | None = None


@dataclass(frozen=True)
class Standing:
    """How far a search has come. wanted: None when only time counts. best: of the finished trials, None before.

    left: seconds until it ends, as far as the trials so far tell; None before one has ended.
    """

    done: int
    wanted: int | None
    best: float | None
    left: float | None
    share: float


# Told after every trial and every finalist.
Progress = Callable[[Standing], None]


@dataclass(frozen=True)
class TrialRow:
    """One trial. value: of the metric; of a pruned trial, when it was pruned; None when interrupted early.

    rounds: trees grown and kept. seconds: wall time. final: the metric when fitted to all rows at the final
    learning rate; None for those that were not among the best.
    """

    number: int
    state: Literal["complete", "pruned", "interrupted"]
    value: float | None
    final: float | None
    params: Mapping[str, Value]
    rounds: int
    seconds: float


@dataclass(frozen=True)
class TuningResult:
    """What won, ready for `fit_booster`, and all trials in the order they began.

    study: its full name. earlier: trials that were finished before this run. best_params: fixed and found.
    best_value: on the rows held out. best_rounds: trees at the best round. learned_from: rows that each trial learned
    from, in each fold where there are several. folds: in which customers are held out in turn; 1 where the validation
    customers are. importances: parameter -> share of what decides whether a trial is among the best, adding up to
    1; empty when too few trials tell.
    """

    study: str
    earlier: int
    best_params: Mapping[str, Any]
    best_value: float
    best_rounds: int
    learned_from: int
    folds: int
    trials: list[TrialRow]
    importances: Mapping[str, float]

    @property
    def measured_on(self) -> str:
        """Whose cases trials are measured on, in words."""
        if self.folds == 1:
            return "the validation customers"
        return f"the training and validation customers, held out in {self.folds} folds"
