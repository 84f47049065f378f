"""The boosting parameters a modeller may set, their defaults, and monotone directions by feature name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from math import inf, isfinite
from numbers import Integral, Real
from typing import Any

from leadlift.errors import UserError
from leadlift.machine import processors
from leadlift.models.encoding import Encoding
from leadlift.specs.pipelines import CHOSEN

# No class weights: they would bend the probabilities, and a ranking does not need them.
DEFAULT_PARAMS: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.04,
    "num_leaves": 15,
    "max_depth": -1,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l1": 0.0,
    "lambda_l2": 10.0,
    "min_gain_to_split": 0.0,
    "path_smooth": 0.0,
    "cat_smooth": 10.0,
    "seed": 0,
}

# With fewer than 20 leaves' worth of rows the default would leave nothing to split.
LEAVES, LEAST_IN_LEAF = 20, 11
ROWS_A_THREAD = 10_000

# Decided when the rows are binned. Changing one later would mean reading all rows again.
BINNING = frozenset({"max_bin", "min_data_in_bin", "bin_construct_sample_cnt", "enable_bundle"})


@dataclass(frozen=True)
class Numbers:
    """The numbers that LightGBM takes for a parameter. least, most: the ends, `least` itself not with `above`."""

    least: float = -inf
    most: float = inf
    above: bool = False
    whole: bool = False

    def holds(self, value: object) -> bool:
        """Whether the value is one of them. Truth is no number."""
        if isinstance(value, bool) or not isinstance(value, Integral if self.whole else Real):
            return False
        number = float(value)
        enough = number > self.least if self.above else number >= self.least
        return isfinite(number) and enough and number <= self.most

    def __str__(self) -> str:
        """Such as `a whole number of at least 2 and at most 131,072`."""
        words = "a whole number" if self.whole else "a number"
        if self.least > -inf:
            words += f" {'above' if self.above else 'of at least'} {self.least:g}"
        return f"{words} and at most {self.most:,g}" if self.most < inf else words


_ANY, _WHOLE = Numbers(), Numbers(whole=True)
_POSITIVE, _NOT_NEGATIVE, _AT_LEAST_ONE = Numbers(0, above=True), Numbers(0), Numbers(1, whole=True)
_SHARE, _SHARE_OR_NONE = Numbers(0, 1, above=True), Numbers(0, 1)

# As LightGBM itself checks them (src/io/config_auto.cpp of version 4).
NUMBERS: Mapping[str, Numbers] = {
    "bagging_fraction": _SHARE,
    "bagging_freq": _WHOLE,
    "bin_construct_sample_cnt": _AT_LEAST_ONE,
    "cat_l2": _NOT_NEGATIVE,
    "cat_smooth": _NOT_NEGATIVE,
    "feature_fraction": _SHARE,
    "feature_fraction_bynode": _SHARE,
    "lambda_l1": _NOT_NEGATIVE,
    "lambda_l2": _NOT_NEGATIVE,
    "learning_rate": _POSITIVE,
    "max_bin": Numbers(2, whole=True),
    "max_cat_threshold": _AT_LEAST_ONE,
    "max_cat_to_onehot": _AT_LEAST_ONE,
    "max_delta_step": _ANY,
    "max_depth": _WHOLE,
    "min_data_in_bin": _AT_LEAST_ONE,
    "min_data_in_leaf": Numbers(0, whole=True),
    "min_data_per_group": _AT_LEAST_ONE,
    "min_gain_to_split": _NOT_NEGATIVE,
    "min_sum_hessian_in_leaf": _NOT_NEGATIVE,
    "monotone_penalty": _NOT_NEGATIVE,
    "num_leaves": Numbers(2, 131_072, whole=True),
    "num_threads": _WHOLE,
    "other_rate": _SHARE_OR_NONE,
    "path_smooth": _NOT_NEGATIVE,
    "seed": _WHOLE,
    "top_rate": _SHARE_OR_NONE,
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "boosting": ("gbdt", "gbrt", "dart", "goss", "rf", "random_forest"),
    "data_sample_strategy": ("bagging", "goss"),
    "monotone_constraints_method": ("basic", "intermediate", "advanced"),
}
SWITCHES = frozenset({"enable_bundle", "extra_trees"})

STATED = frozenset({*NUMBERS, *CHOICES, *SWITCHES})
"""What a pipeline may state."""

ALLOWED = STATED | CHOSEN.keys()

ELSEWHERE = {
    "n_estimators": "the number of rounds is found by early stopping",
    "num_iterations": "the number of rounds is found by early stopping",
    "num_boost_round": "the number of rounds is found by early stopping",
    "scale_pos_weight": "class weights bend the probabilities and do not help a ranking",
    "is_unbalance": "class weights bend the probabilities and do not help a ranking",
    "min_child_samples": "say min_data_in_leaf",
    "colsample_bytree": "say feature_fraction",
    "subsample": "say bagging_fraction",
    "reg_alpha": "say lambda_l1",
    "reg_lambda": "say lambda_l2",
    "random_state": "say seed",
    "n_jobs": "say num_threads",
}

# Parameters that count rows, with LightGBM's own default where DEFAULT_PARAMS has none. Whole numbers or not.
COUNTS: Mapping[str, float] = {
    "min_data_in_leaf": DEFAULT_PARAMS["min_data_in_leaf"],
    "path_smooth": DEFAULT_PARAMS["path_smooth"],
    "min_data_per_group": 100,
}
WHOLE = frozenset({"min_data_in_leaf", "min_data_per_group"})

FIXED: Mapping[str, Any] = {
    "verbosity": -1,
    "deterministic": True,
    "force_col_wise": True,
    # Else the rows are filtered for one min_data_in_leaf and could not serve another.
    "feature_pre_filter": False,
}


def check_params(params: Mapping[str, Any]) -> None:
    """Raise UserError for the first of `params_faults`."""
    for name, why in params_faults(params):
        raise UserError(f"model.params.{name}: {why}")


def params_faults(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each parameter with what is wrong about it.

    That is a name that LightGBM would silently ignore or leadlift decides itself, and a value that LightGBM refuses.
    """
    for name, value in params.items():
        why = _fault(name, value)
        if why:
            yield name, why
    yield from _drawn_twice(params)


def _drawn_twice(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """GOSS draws rows by their gradients: LightGBM takes no bagging beside it, which leadlift's defaults ask for."""
    if params.get("bagging_freq") == 0 or params.get("bagging_fraction") == 1:
        return
    for name in ("boosting", "data_sample_strategy"):
        if str(params.get(name)).lower() == "goss":
            yield (
                name,
                "'goss' draws rows itself and takes no bagging beside it: set `bagging_freq: 0` as well",
            )


def _fault(name: str, value: object) -> str | None:
    if name not in ALLOWED:
        hint = ELSEWHERE.get(name) or did_you_mean(name, STATED) or f"known: {', '.join(sorted(STATED))}"
        return f"cannot be set here: {hint}"
    if name in NUMBERS and not NUMBERS[name].holds(value):
        return f"must be {NUMBERS[name]}, not {value!r}"
    if name in SWITCHES and not isinstance(value, bool):
        return f"must be true or false, not {value!r}"
    if name in CHOICES and str(value).lower() not in CHOICES[name]:
        return f"must be one of {', '.join(CHOICES[name])}, not {value!r}"
    return None


def training_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the defaults with the modeller's parameters on top. Raises UserError as `check_params`."""
    check_params(params)
    return {**DEFAULT_PARAMS, **params, **FIXED}


def usual_leaf(rows: int) -> int:
    """Return how many rows a leaf holds at least, when the modeller does not say: 100, of few rows a twentieth."""
    return int(min(DEFAULT_PARAMS["min_data_in_leaf"], max(LEAST_IN_LEAF, rows // LEAVES)))


def usual_threads(rows: int) -> int:
    """Return how many threads grow trees, when nobody says: one for every 10,000 rows, at most one a processor.

    Trees are the same. Threads that wait for each other after every feature of few rows cost more than they save, and
    on a machine that does other work too many times as much.
    """
    return min(processors(), max(1, rows // ROWS_A_THREAD))


def for_sample(params: Mapping[str, Any], share: float) -> dict[str, Any]:
    """Return the parameters with counts of rows made those of a sample: 100 of all rows are 20 of a fifth."""
    if share == 1.0:
        return dict(params)
    counts = {name: params.get(name, usual) * share for name, usual in COUNTS.items()}
    return {**params, **{n: max(1, round(v)) if n in WHOLE else v for n, v in counts.items()}}


def for_fewer(params: Mapping[str, Any], rows: int, kept: int) -> dict[str, Any]:
    """`for_sample` of `kept` of the rows, where what is usual for all of them counts as said."""
    return for_sample({"min_data_in_leaf": usual_leaf(rows), **params}, kept / rows)


def binning_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of the parameters that decides how rows are binned. Raises as `check_params`."""
    check_params(params)
    return {**{name: value for name, value in params.items() if name in BINNING}, **FIXED}


def monotone_params(encoding: Encoding, directions: Mapping[str, int]) -> dict[str, list[int]]:
    """Return the monotone constraints as a parameter.

    directions: feature name -> 1 when the score may only rise with it, -1 when it may only fall, 0 for free.
    Raises UserError for an unknown feature, another direction, or a category, which has no order.
    """
    for name, direction in directions.items():
        _check_direction(name, direction, encoding)
    if not any(directions.values()):
        return {}
    return {"monotone_constraints": [int(directions.get(name, 0)) for name in encoding.features]}


def constraint_params(
    encoding: Encoding, directions: Mapping[str, int], groups: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """Return monotone and interaction constraints as parameters.

    groups: names of features, `*` standing for any run of characters; features interact within a group alone, and
    those in none are a group of their own. Raises UserError as `monotone_params`, and for a name that fits nothing.
    """
    return {**monotone_params(encoding, directions), **_interactions(encoding, groups)}


def _interactions(encoding: Encoding, groups: Sequence[Sequence[str]]) -> dict[str, Any]:
    if not groups:
        return {}
    places = [
        sorted({place for name in group for place in _places(name, encoding.features)}) for group in groups
    ]
    named = {place for group in places for place in group}
    # LightGBM never splits on a feature that is in no group
    rest = [place for place in range(len(encoding.features)) if place not in named]
    return {"interaction_constraints": [*places, *([rest] if rest else [])]}


def _places(name: str, features: Sequence[str]) -> list[int]:
    found = [place for place, feature in enumerate(features) if fnmatchcase(feature, name)]
    if not found:
        hint = did_you_mean(name, features) or "see the model's feature list"
        raise UserError(f"model.interactions: {name!r} is not a feature of this model: {hint}")
    return found


def _check_direction(name: str, direction: int, encoding: Encoding) -> None:
    if name not in encoding.features:
        hint = did_you_mean(name, encoding.features) or "see the model's feature list"
        raise UserError(f"model.monotone: {name!r} is not a feature of this model: {hint}")
    if direction not in (-1, 0, 1):
        raise UserError(
            f"model.monotone: {name}: {direction!r} is no direction: 1 rises, -1 falls, 0 is free"
        )
    if direction and name in encoding.categories:
        raise UserError(f"model.monotone: {name!r} is text: categories have no order to rise or fall with")


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return a guess at the name that was meant, as a question, or None."""
    close = get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else None
