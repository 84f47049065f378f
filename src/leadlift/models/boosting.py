"""Gradient boosted trees: rows binned once, trees grown until the validation rows stop getting better."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from leadlift.errors import UserError
from leadlift.models.encoding import Encoding, Matrix
from leadlift.models.params import binning_params, training_params, usual_leaf, usual_threads

Floats = npt.NDArray[np.floating[Any]]
Callback = Callable[[Any], None]
Booster = lgb.Booster


def make_dataset(
    matrix: Matrix,
    y: npt.ArrayLike,
    encoding: Encoding,
    reference: lgb.Dataset | None = None,
    params: Mapping[str, Any] | None = None,
    weight: npt.ArrayLike | None = None,
) -> lgb.Dataset:
    """Bin the rows, once for any number of fits. The matrix itself is let go, and may be freed.

    matrix: (n_rows, n_features) from the encoding. y: (n_rows,). reference: the training rows, whose bins
    validation rows must share. params: only those about binning (max_bin ...) matter here.
    weight: (n_rows,), of each row. Raises UserError for no rows, a missing target, or a parameter that is not known or
    not taken.
    """
    rows = described(matrix, y, encoding, reference, binning_params(params or {}), weight)
    with _refusals():
        return rows.construct()


def fit_booster(
    train: lgb.Dataset,
    valid: lgb.Dataset | None,
    params: Mapping[str, Any] | None = None,
    max_rounds: int = 2_000,
    early_stopping: int = 50,
    callbacks: Sequence[Callback] = (),
) -> lgb.Booster:
    """Grow trees and return the booster cut at its best round.

    Log loss without class weights unless `params` say otherwise. Equal rows, parameters and seed give equal
    trees. valid: rows to stop on, after `early_stopping` rounds without progress on the first metric; None
    grows exactly `max_rounds`. callbacks: called after each round with LightGBM's CallbackEnv.
    Raises UserError when there is only one class, when a target is not 0 or 1, or a parameter is not known or not
    taken by LightGBM.
    """
    rows = train.num_data()
    usual = {"min_data_in_leaf": usual_leaf(rows), "num_threads": usual_threads(rows)}
    settings = training_params({**usual, **(params or {})})
    if settings["objective"] == "binary":
        for name, part in (("training", train), ("validation", valid)):
            if part is not None:
                refuse_one_class(name, np.asarray(part.get_label()))
    # What comes back was cut and read from its own text already: it is, tree for tree, what is saved.
    with _refusals():
        return lgb.train(
            settings,
            train,
            num_boost_round=max_rounds,
            valid_sets=[] if valid is None else [valid],
            valid_names=[] if valid is None else ["valid"],
            callbacks=[*callbacks, *([] if valid is None else [stopper(early_stopping)])],
        )


@contextmanager
def _refusals() -> Iterator[None]:
    """What LightGBM refuses as a UserError, in its own words."""
    try:
        yield
    except lgb.basic.LightGBMError as error:
        words = str(error).strip().rstrip(" .")
        raise UserError(
            f"LightGBM refuses to grow trees: {words}. Mend `model.params` of the pipeline"
        ) from error


def described(
    matrix: Matrix,
    y: npt.ArrayLike,
    encoding: Encoding,
    reference: lgb.Dataset | None,
    params: Mapping[str, Any],
    weight: npt.ArrayLike | None,
) -> lgb.Dataset:
    """The rows as LightGBM reads them, binned when first asked for. params: LightGBM's own, about binning.

    Raises as `make_dataset`.
    """
    target = np.asarray(y, dtype=np.float64)
    if matrix.shape != (len(target), len(encoding.features)):
        raise ValueError(f"matrix {matrix.shape} does not fit {len(target)} x {len(encoding.features)}")
    if len(target) == 0:
        raise UserError("there are no rows to learn from: see population and split in the pipeline")
    if not np.isfinite(target).all():
        raise UserError(
            f"the target is missing in {np.count_nonzero(~np.isfinite(target))} of {len(target)} rows"
        )
    return lgb.Dataset(
        matrix,
        label=target,
        reference=reference,
        weight=None if weight is None else np.asarray(weight, dtype=np.float64),
        feature_name=plain_names(encoding.features),
        categorical_feature=list(encoding.categorical),
        params=dict(params),
        # True: a parameter that needs other bins then raises. With False all rows are silently binned again.
        free_raw_data=True,
    )


def plain_names(features: Sequence[str]) -> list[str]:
    """Return the names as LightGBM can store them: spaces and JSON's signs become _, clashes get a number."""
    taken: set[str] = set()
    names: list[str] = []
    for position, feature in enumerate(features):
        plain = re.sub(r'[\s",:\[\]{}]', "_", feature)
        names.append(f"{plain}_{position}" if plain in taken else plain)
        taken.add(names[-1])
    return names


def gain(booster: lgb.Booster, encoding: Encoding) -> dict[str, float]:
    """Return by feature what its splits took off the training loss, largest first; never used is 0."""
    gains = booster.feature_importance(importance_type="gain")
    order = np.argsort(-gains, kind="stable")
    return {encoding.features[i]: float(gains[i]) for i in order}


def stopper(rounds: int) -> Callback:
    """Ends the growing after so many rounds without progress on the first metric."""
    found: Callback = lgb.early_stopping(rounds, first_metric_only=True, verbose=False)
    return found


def refuse_one_class(name: str, y: npt.NDArray[Any]) -> None:
    """Raise UserError where a target is not 0 or 1, or all are alike. name: of the rows, such as training."""
    found = np.unique(y)
    if not np.isin(found, (0.0, 1.0)).all():
        raise UserError(
            f"the target must be 0 or 1; the {name} rows also hold {found[~np.isin(found, (0, 1))][:3]}"
        )
    if len(found) < 2:
        raise UserError(
            f"all {len(y)} {name} rows have the target {found[0]:.0f}: a model needs responders "
            "and others. Take a longer period or outcome window, or check the target's definition"
        )
