"""Several boosters merged into one: the mean of what they say, in one text."""

from __future__ import annotations

import numpy as np
import pytest

from leadlift.errors import UserError
from leadlift.models import constraint_params, fit_booster, make_dataset, merged
from leadlift.models.trees import trees_of


@pytest.fixture(scope="module")
def members(bank, encoding, matrix):
    """Three boosters of different seeds, modes and rows, with missing values and categories."""
    modes = [{"seed": 1}, {"seed": 2, "extra_trees": True, "num_leaves": 31}, {"seed": 3, "boosting": "dart"}]
    found = []
    for number, mode in enumerate(modes):
        rows = np.arange(len(matrix)) % 3 != number
        learn = make_dataset(matrix[rows], bank[1][rows], encoding)
        found.append(fit_booster(learn, None, {"min_data_in_leaf": 20, **mode}, max_rounds=12 + number))
    return found


@pytest.fixture(scope="module")
def one(members):
    return merged(members)


def test_its_log_odds_are_the_mean_of_the_members(one, members, matrix):
    mean = np.mean([member.predict(matrix, raw_score=True) for member in members], axis=0)
    assert one.num_trees() == sum(member.num_trees() for member in members)
    assert one.predict(matrix, raw_score=True) == pytest.approx(mean, abs=1e-12)
    assert one.predict(matrix) == pytest.approx(1 / (1 + np.exp(-mean)), abs=1e-12)


def test_its_contributions_are_the_mean_of_the_members(one, members, matrix):
    mean = np.mean([member.predict(matrix[:200], pred_contrib=True) for member in members], axis=0)
    assert one.predict(matrix[:200], pred_contrib=True) == pytest.approx(mean, abs=1e-12)


def test_the_gain_of_a_feature_is_the_mean_of_the_members(one, members):
    mean = np.mean([member.feature_importance("gain") for member in members], axis=0)
    assert one.feature_importance("gain") == pytest.approx(mean, rel=1e-5)


def test_compiled_code_can_read_it(one):
    assert trees_of(one).supported


def test_it_says_to_the_last_bit_what_its_text_says(one, matrix):
    import lightgbm as lgb

    text = one.model_to_string()
    again = lgb.Booster(model_str=text)
    assert again.model_to_string() == text
    assert (again.predict(matrix) == one.predict(matrix)).all()


def test_boosters_that_do_not_belong_together_are_refused(members, bank, encoding, matrix):
    learn = make_dataset(matrix, bank[1], encoding)
    other = fit_booster(learn, None, {"objective": "regression"}, max_rounds=2)
    with pytest.raises(ValueError, match="different objective"):
        merged([members[0], other])
    learn = make_dataset(matrix, bank[1], encoding)
    forest = fit_booster(learn, None, {"boosting": "rf"}, max_rounds=2)
    with pytest.raises(ValueError, match="random forests"):
        merged([forest, forest])
    with pytest.raises(ValueError, match="no boosters"):
        merged([])


def test_features_of_different_groups_never_meet_in_a_tree(bank, encoding, matrix):
    groups = [["balance", "uses_*"], ["region"]]
    params = constraint_params(encoding, {"balance": 1}, groups)
    assert params["monotone_constraints"] == [1, 0, 0, 0]
    booster = fit_booster(
        make_dataset(matrix, bank[1], encoding), None, {**params, "min_data_in_leaf": 20}, 60
    )
    frame = booster.trees_to_dataframe()
    used = frame.dropna(subset=["split_feature"]).groupby("tree_index")["split_feature"].agg(set)
    allowed = [{"balance", "uses_app"}, {"region"}, {"noise"}]
    assert all(any(tree <= group for group in allowed) for tree in used)
    assert set().union(*used) >= {"balance", "uses_app", "region"}
    assert params["interaction_constraints"] == [[0, 2], [1], [3]], "what is in no group is one more"


def test_an_interaction_of_an_unknown_feature_is_refused(encoding):
    with pytest.raises(UserError, match=r"model\.interactions: 'balanse'.*'balance'"):
        constraint_params(encoding, {}, [["balanse"]])
