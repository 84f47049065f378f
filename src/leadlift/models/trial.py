"""An experiment's customers as learners of effects read them, and the cases of a proxy beside them, binned once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from leadlift.models.boosting import fit_booster, make_dataset
from leadlift.models.encoding import Encoding, Matrix

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

RETOLD: Mapping[str, Any] = {"objective": "regression", "num_leaves": 15, "learning_rate": 0.1}
RETOLD_ROUNDS, RETOLD_ROWS = 200, 100_000
"""How a chance is told again as a sum: it has no noise, so that larger trees and some of the cases will do."""
SHADOW = "leadlift_treated"


@dataclass(frozen=True, eq=False)
class Proxy:
    """Cases of another pipeline, beside the experiment: more contacts, or an outcome that is nearer to the effect.

    matrix: (n, n_features) of the experiment's encoding. y: (n,), outcomes. customer: (n,), codes as in the
    experiment; -1 for who is not in it.
    """

    matrix: Matrix
    y: Floats
    customer: npt.NDArray[np.intp]


def inverse_propensity(treated: Floats, propensity: Floats) -> Floats | None:
    """Return weights that make each group stand for everybody, (n,), about 1 on average in each group.

    treated: (n,), 1 or 0. propensity: (n,), in (0, 1). None where treatment was drawn evenly: all count alike.
    """
    if np.ptp(propensity) == 0:
        return None
    share = float(treated.mean())
    return np.where(treated == 1, share / propensity, (1 - share) / (1 - propensity))


@dataclass(frozen=True, eq=False)
class Trial:
    """Customers of an experiment as the learners read them.

    matrix: (n, n_features) of the encoding. y: (n,), outcomes. treated: (n,), 1 or 0. propensity: (n,), the chance
    with which each was to be treated, in (0, 1). customer: (n,), whose row it is: folds never part a customer.
    proxy: what the learner `proxy` learns from.
    """

    matrix: Matrix
    y: Floats
    treated: Floats
    propensity: Floats
    customer: npt.NDArray[np.intp]
    encoding: Encoding
    proxy: Proxy | None = None

    @property
    def binary(self) -> bool:
        """Whether the outcome is yes or no."""
        return bool(np.isin(self.y, (0.0, 1.0)).all())

    @property
    def weight(self) -> Floats | None:
        """Inverse propensity, (n,), about 1 on average in each group; None where treatment was drawn evenly."""
        return inverse_propensity(self.treated, self.propensity)

    def take(self, rows: Rows) -> Trial:
        """Return these customers alone."""
        return Trial(
            matrix=self.matrix[rows],
            y=self.y[rows],
            treated=self.treated[rows],
            propensity=self.propensity[rows],
            customer=self.customer[rows],
            encoding=self.encoding,
            proxy=self.proxy,
        )


class Bins:
    """A trial's rows, binned once; any rows of it can be learned from with any target."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self._own = make_dataset(trial.matrix, trial.y, trial.encoding)

    @cached_property
    def _with_treatment(self) -> lgb.Dataset:
        """The rows with the treatment as one more feature."""
        trial = self.trial
        shadow = Encoding((*trial.encoding.features, SHADOW), trial.encoding.categories)
        beside = np.column_stack([trial.matrix, trial.treated.astype(np.float32)])
        return make_dataset(beside, trial.y, shadow)

    @property
    def proxy(self) -> Proxy:
        """What the learner `proxy` learns from. Raises ValueError where there is nothing."""
        if self.trial.proxy is None:
            raise ValueError("the learner 'proxy' needs the cases of a proxy")
        return self.trial.proxy

    @cached_property
    def _of_proxy(self) -> lgb.Dataset:
        return make_dataset(self.proxy.matrix, self.proxy.y, self.trial.encoding)

    def grow(
        self,
        rows: Rows,
        target: Floats,
        params: Mapping[str, Any],
        rounds: int,
        weight: Floats | None = None,
        with_treatment: bool = False,
    ) -> lgb.Booster:
        """Grow trees on some rows, rising. target, weight: (len(rows),)."""
        binned = self._with_treatment if with_treatment else self._own
        return _grown(binned, rows, target, params, rounds, weight)

    def grow_proxy(self, rows: Rows, params: Mapping[str, Any], rounds: int) -> tuple[lgb.Booster, Rows]:
        """Grow trees on the proxy's cases, but for those of the trial's customers who are not among `rows`.

        Also returns which cases of the proxy these are.
        """
        unseen = np.setdiff1d(self.trial.customer, self.trial.customer[rows])
        seen = np.flatnonzero(~np.isin(self.proxy.customer, unseen))
        return _grown(self._of_proxy, seen, self.proxy.y[seen], params, rounds), seen

    def retell(self, model: lgb.Booster, rounds: int, seen: Rows) -> lgb.Booster:
        """Trees whose sum is about the chance that the model gives to the proxy's cases: log odds do not add up."""
        step = -(-len(seen) // RETOLD_ROWS)
        some = seen[::step]
        chance = np.asarray(model.predict(self.proxy.matrix[some], num_iteration=rounds))
        return _grown(self._of_proxy, some, chance, {"min_data_in_leaf": 20, **RETOLD}, RETOLD_ROUNDS)


def _grown(
    binned: lgb.Dataset,
    rows: Rows,
    target: Floats,
    params: Mapping[str, Any],
    rounds: int,
    weight: Floats | None = None,
) -> lgb.Booster:
    part = binned.subset(rows.tolist()).construct()
    part.set_label(target)
    if weight is not None:
        part.set_weight(weight)
    smallest = max(20, min(400, len(rows) // 60))
    return fit_booster(part, None, {"min_data_in_leaf": smallest, **params}, rounds)
