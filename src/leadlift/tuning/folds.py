"""Trials measured on every row: where few responders are held out, which parameters win on them is luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from leadlift.tuning.fitting import Fit, LocalBench, Watch
from leadlift.tuning.problem import METRICS, TuningData, TuningSettings
from leadlift.tuning.sampling import sample_size

FOLDS = 5
# Of either kind among the validation rows. With 300 the standard error of an AUC of .75 is about .015 (Hanley and
# McNeil, 1982): as much as parameters make of a difference.
ENOUGH = 300
# Rounds of the second fold are told from here on, of the third from twice this: trials are compared fold by fold.
APART = 100_000


class FoldedBench:
    """All rows in this process, each measured by trees that were grown without its fold."""

    def __init__(
        self,
        train: TuningData,
        valid: TuningData,
        settings: TuningSettings,
        folds: int,
        threads: int | None = None,
    ) -> None:
        """Bin the rows of each fold. Raises UserError as `make_dataset`."""
        rows = joined(train, valid)
        fold = fold_of(rows, folds, settings.seed)
        self._rows, self._metric = rows, METRICS[settings.metric]
        self._out = [np.flatnonzero(fold == number) for number in range(folds)]
        self._benches = [
            LocalBench(taken(rows, fold != number), taken(rows, fold == number), settings, threads)
            for number in range(folds)
        ]

    def trial(self, params: Mapping[str, Any], watch: Watch) -> tuple[float, int]:
        """Fit on the sample of each fold's others."""
        return self._over_folds(lambda bench, seen: bench.fit_trial(params, seen), watch)

    def final(self, params: Mapping[str, Any], watch: Watch) -> tuple[float, int]:
        """As `trial`, on all rows and at the final learning rate."""
        return self._over_folds(lambda bench, seen: bench.fit_final(params, seen), watch)

    def _over_folds(self, fit: Callable[[LocalBench, Watch], Fit], watch: Watch) -> tuple[float, int]:
        told, rounds = np.empty(len(self._rows.y)), []
        for number, (bench, out) in enumerate(zip(self._benches, self._out, strict=True)):
            found = fit(bench, _further(watch, number))
            told[out] = found.predicted
            rounds.append(found.rounds)
        value = self._metric.measure(self._rows.y, told, self._rows.weight)
        return value, round(float(np.mean(rounds)))


def folds_for(settings: TuningSettings, valid: TuningData) -> int:
    """How many folds a search takes: as many as asked for, else 5 where the validation rows are too few to tell."""
    if settings.folds is not None:
        return settings.folds
    responders = int((valid.y == 1).sum())
    return FOLDS if min(responders, len(valid.y) - responders) < ENOUGH else 1


def rows_of_a_trial(train: TuningData, valid: TuningData, settings: TuningSettings) -> tuple[int, int]:
    """How many rows a trial learns from, in each fold where there are several, and how many folds."""
    folds = folds_for(settings, valid)
    if folds == 1:
        return sample_size(train.y, settings.negatives), 1
    y = np.sort(np.concatenate([train.y, valid.y]))
    return sample_size(y[np.arange(len(y)) % folds != 0], settings.negatives), folds


def fold_of(rows: TuningData, folds: int, seed: int) -> npt.NDArray[np.intp]:
    """Return each row's fold, (n,): a customer's rows are in one, and responders are spread evenly."""
    who = np.arange(len(rows.y)) if rows.customer is None else rows.customer
    place = np.unique(who, return_inverse=True)[1]
    responded = np.bincount(place, weights=rows.y) > 0
    drawn = np.random.default_rng(seed).random(len(responded))
    dealt = np.empty(len(responded), dtype=np.intp)
    dealt[np.lexsort((drawn, responded))] = np.arange(len(responded)) % folds
    return dealt[place]


def joined(train: TuningData, valid: TuningData) -> TuningData:
    """The rows of both."""
    pairs = (
        [(train.customer, valid.customer)]
        if train.customer is not None and valid.customer is not None
        else []
    )
    return TuningData(
        np.concatenate([train.matrix, valid.matrix]),
        np.concatenate([train.y, valid.y]),
        train.encoding,
        np.concatenate(pairs[0]) if pairs else None,
        _joined_weight(train, valid),
    )


def _joined_weight(train: TuningData, valid: TuningData) -> npt.NDArray[np.float64] | None:
    if train.weight is None and valid.weight is None:
        return None
    return np.concatenate(
        [np.ones(len(rows.y)) if rows.weight is None else rows.weight for rows in (train, valid)]
    )


def taken(rows: TuningData, these: npt.NDArray[np.bool_]) -> TuningData:
    """Some of the rows."""
    customer = None if rows.customer is None else rows.customer[these]
    weight = None if rows.weight is None else rows.weight[these]
    return TuningData(rows.matrix[these], rows.y[these], rows.encoding, customer, weight)


def _further(watch: Watch, fold: int) -> Watch:
    return lambda round_, value: watch(fold * APART + round_, value)
