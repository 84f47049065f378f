"""One trial: fit on rows binned beforehand, watch it grow, measure it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadlift.models import fit_booster, make_dataset
from leadlift.tuning.problem import METRICS, TuningData, TuningSettings

REPORT_EVERY = 10
# Told the round (from 1) and the metric on the validation rows; raises to end the trial.
Watch = Callable[[int, float], None]


@dataclass(frozen=True, eq=False)
class Bench:
    """The rows, binned once for all trials."""

    train: Any
    valid: Any
    valid_rows: TuningData
    settings: TuningSettings

    @classmethod
    def build(cls, train: TuningData, valid: TuningData, settings: TuningSettings) -> Bench:
        """Bin both sets. Raises UserError as `make_dataset`."""
        binned = make_dataset(train.matrix, train.y, train.encoding, params=settings.params)
        stopped_on = make_dataset(valid.matrix, valid.y, valid.encoding, binned, settings.params)
        return cls(binned, stopped_on, valid, settings)

    def run(self, params: Mapping[str, Any], watch: Watch) -> tuple[float, int]:
        """Fit once and return the metric on the validation rows, and the trees at the best round."""
        metric = METRICS[self.settings.metric]
        booster = fit_booster(
            self.train,
            self.valid,
            # Log loss comes first: rounds stop on it. The metric itself is only watched.
            {**self.settings.params, **params, "metric": ["binary_logloss", metric.boosted]},
            self.settings.max_rounds,
            self.settings.early_stopping,
            [_reporter(metric.boosted, watch)],
        )
        predicted = np.asarray(booster.predict(self.valid_rows.matrix))
        return metric.measure(self.valid_rows.y, predicted), booster.num_trees()


def _reporter(boosted: str, watch: Watch) -> Callable[[Any], None]:
    def report(env: Any) -> None:
        if (env.iteration + 1) % REPORT_EVERY == 0:
            values = {entry[1]: entry[2] for entry in env.evaluation_result_list}
            watch(env.iteration + 1, float(values[boosted]))

    return report
