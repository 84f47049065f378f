"""One trial: fit on rows binned beforehand, watch it grow, measure it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from leadlift.models import DEFAULT_PARAMS, fit_booster, make_dataset
from leadlift.models.params import for_sample
from leadlift.tuning.problem import METRICS, TuningData, TuningSettings
from leadlift.tuning.sampling import sampled

# How fast trials learn, unless the pipeline says. A slower rate is as good or better for any of them and costs
# more rounds; and rounds of trials that learn alike can be compared, so that pruning is fair.
TRIAL_RATE = 0.1
REPORT_EVERY = 10
LEAST_PATIENCE = 10
# Told the round (from 1) and the metric on the validation rows; raises to end the trial.
Watch = Callable[[int, float], None]


@dataclass(frozen=True, eq=False)
class Fit:
    """What one fit said of the validation rows, (n,), and its trees at the best round."""

    predicted: npt.NDArray[np.float64]
    rounds: int


class Bench(Protocol):
    """Where trials are fitted: in this process or in another."""

    def trial(self, params: Mapping[str, Any], watch: Watch) -> tuple[float, int]:
        """Fit on the sample and return the metric on all validation rows, and the trees at the best round."""
        ...

    def final(self, params: Mapping[str, Any], watch: Watch) -> tuple[float, int]:
        """As `trial`, on all rows and at the final learning rate."""
        ...


class LocalBench:
    """The rows in this process, each set binned once for all trials."""

    def __init__(
        self,
        train: TuningData,
        valid: TuningData,
        settings: TuningSettings,
        threads: int | None = None,
    ) -> None:
        """Bin the sample and the validation rows. Raises UserError as `make_dataset`."""
        self._train, self._valid, self._settings = train, valid, settings
        self._metric = METRICS[settings.metric]
        self._threads: dict[str, int] = {} if threads is None else {"num_threads": threads}
        sample = sampled(train, settings.negatives, settings.seed)
        self._share = sample.share
        self._few = self._binned(sample.rows, sample.weight)

    def trial(self, params: Mapping[str, Any], watch: Watch) -> tuple[float, int]:
        """Fit on the sample."""
        return self._measured(self.fit_trial(params, watch))

    def final(self, params: Mapping[str, Any], watch: Watch) -> tuple[float, int]:
        """Fit on all rows."""
        return self._measured(self.fit_final(params, watch))

    def fit_trial(self, params: Mapping[str, Any], watch: Watch) -> Fit:
        """Fit on the sample, at the rate of trials."""
        chosen = {"learning_rate": TRIAL_RATE, **self._settings.params, **params}
        ratio = DEFAULT_PARAMS["learning_rate"] / chosen["learning_rate"]
        faster = min(1.0, ratio)
        rounds = max(1, round(self._settings.max_rounds * faster))
        patience = max(LEAST_PATIENCE, round(self._settings.early_stopping * faster))
        return self._fit(self._few, for_sample(chosen, self._share), rounds, patience, watch)

    def fit_final(self, params: Mapping[str, Any], watch: Watch) -> Fit:
        """Fit on all rows, at the final rate."""
        chosen = {**self._settings.params, **params}
        return self._fit(self._all, chosen, self._settings.max_rounds, self._settings.early_stopping, watch)

    @cached_property
    def _all(self) -> tuple[Any, Any]:
        return self._few if self._share == 1.0 else self._binned(self._train, self._train.weight)

    def _binned(self, rows: TuningData, weight: Any) -> tuple[Any, Any]:
        params, valid = self._settings.params, self._valid
        learned = make_dataset(rows.matrix, rows.y, rows.encoding, params=params, weight=weight)
        return learned, make_dataset(valid.matrix, valid.y, valid.encoding, learned, params, valid.weight)

    def _fit(
        self, binned: tuple[Any, Any], params: Mapping[str, Any], rounds: int, patience: int, watch: Watch
    ) -> Fit:
        boosted = self._metric.boosted
        # Log loss comes first: rounds stop on it. The metric itself is only watched.
        told = {**params, **self._threads, "metric": ["binary_logloss", boosted]}
        booster = fit_booster(*binned, told, rounds, patience, [_reporter(boosted, watch)])
        threads = int(told.get("num_threads", 0))
        predicted = np.asarray(booster.predict(self._valid.matrix, num_threads=threads))
        return Fit(predicted, booster.num_trees())

    def _measured(self, fit: Fit) -> tuple[float, int]:
        return self._metric.measure(self._valid.y, fit.predicted, self._valid.weight), fit.rounds


def _reporter(boosted: str, watch: Watch) -> Callable[[Any], None]:
    def report(env: Any) -> None:
        if (env.iteration + 1) % REPORT_EVERY == 0:
            values = {entry[1]: entry[2] for entry in env.evaluation_result_list}
            watch(env.iteration + 1, float(values[boosted]))

    return report
