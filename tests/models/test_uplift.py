"""Learners of effects, on customers whose true effects are known because they were drawn with them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from leadlift.models import EffectBands, Encoding, Model, ReferencePercentiles, Straight, effect_line
from leadlift.models.trial import Bins, Proxy, Trial
from leadlift.models.uplift import (
    LEARNERS,
    Setting,
    blended,
    doubly_robust,
    folds,
    grown,
    nuisance_of,
)

ROWS = 4_000


def table(rows: int = ROWS, seed: int = 0) -> pa.Table:
    draw = np.random.default_rng(seed)
    return pa.table(
        {
            "wealth": draw.normal(size=rows),
            "age": draw.normal(size=rows),
            "region": np.array(["north", "south", "west"])[draw.integers(0, 3, rows)],
        }
    )


def true_effect(x: pa.Table, size: float = 0.4) -> np.ndarray:
    return size * (x["wealth"].to_numpy() > 0) + size / 4 * (np.array(x["region"].to_pylist()) == "west")


def trial(share: float = 0.5, seed: int = 0, amounts: bool = False, rows: int = ROWS) -> Trial:
    """An experiment in which `age` moves the outcome and wealth and region move the effect."""
    x, draw = table(rows, seed), np.random.default_rng(seed + 1)
    treated = (draw.random(rows) < share).astype(float)
    chance = 0.2 + 0.1 * (x["age"].to_numpy() > 0) + treated * true_effect(x)
    y = (draw.random(rows) < chance).astype(float)
    if amounts:
        y = y * draw.exponential(100.0, rows)
    encoding = Encoding.fit(x, x.column_names)
    return Trial(encoding.encode(x), y, treated, np.full(rows, share), np.arange(rows), encoding)


def learned(one: Trial, learner: str, rounds: int = 40) -> np.ndarray:
    (_, text), *_ = grown(Bins(one), np.arange(len(one.y)), [Setting(learner, 7, rounds)], 1)
    return np.asarray(text.booster().predict(one.encoding.encode(table(2_000, seed=9))))


NAMED_ONLY = ("proportional", "proxy")


@pytest.mark.parametrize("learner", [name for name in LEARNERS if name not in NAMED_ONLY])
@pytest.mark.parametrize("share", [0.5, 0.25])
def test_every_learner_finds_who_gains_and_how_much_on_average(learner, share):
    found, truth = learned(trial(share), learner), true_effect(table(2_000, seed=9))
    assert np.corrcoef(found, truth)[0, 1] > 0.8
    # a model with the treatment among its columns begins at no effect and comes near it slowly
    assert found.mean() == pytest.approx(truth.mean(), abs=0.12 if learner == "s" else 0.05)


@pytest.mark.parametrize("learner", ["t", "dr", "class_transformation"])
def test_amounts_are_learned_in_their_own_units(learner):
    found, truth = learned(trial(amounts=True), learner), 100.0 * true_effect(table(2_000, seed=9))
    assert np.corrcoef(found, truth)[0, 1] > 0.6
    assert found.mean() == pytest.approx(truth.mean(), abs=8.0)


def test_a_blend_is_the_mean_of_its_members():
    one = trial(rows=1_000)
    made = [t for _, t in grown(Bins(one), np.arange(1_000), [Setting("t", 3, 15), Setting("dr", 3, 15)], 1)]
    each = [text.booster().predict(one.matrix) for text in made]
    assert np.allclose(blended(made).booster().predict(one.matrix), np.mean(each, axis=0))


def wealthy_chosen() -> Trial:
    """The wealthy respond more and are contacted more; a contact adds .1 to everybody's chance."""
    x, draw = table(8_000, 3), np.random.default_rng(4)
    wealth = x["wealth"].to_numpy()
    propensity = np.where(wealth > 0, 0.8, 0.2)
    treated = (draw.random(8_000) < propensity).astype(float)
    y = (draw.random(8_000) < 0.1 + 0.4 * (wealth > 0) + 0.1 * treated).astype(float)
    assert y[treated == 1].mean() - y[treated == 0].mean() > 0.3
    encoding = Encoding.fit(x, x.column_names)
    return Trial(encoding.encode(x), y, treated, propensity, np.arange(8_000), encoding)


def test_doubly_robust_scores_average_to_the_effect_where_the_treated_are_the_wealthy():
    score = nuisance_of(Bins(wealthy_chosen()), np.arange(8_000), 1).pseudo
    assert score.mean() == pytest.approx(0.1, abs=0.04)


@pytest.mark.parametrize("learner", [name for name in LEARNERS if name != "proxy"])
def test_where_the_wealthy_are_chosen_every_learner_weighs_that_away(learner):
    # fifteen small steps: a model that has not yet learned who is wealthy has only the weights to go by
    assert learned(wealthy_chosen(), learner, rounds=15).mean() == pytest.approx(0.1, abs=0.06)


def test_scores_of_nobody_are_none():
    one = trial(rows=500)
    nuisance = nuisance_of(Bins(one), np.arange(500), 1)
    assert (
        len(doubly_robust(one.take(np.array([], dtype=int)), nuisance.control, nuisance.treated).effect) == 0
    )


def test_folds_hold_everyone_once_and_part_no_customer():
    customer = np.repeat(np.arange(50), 3)
    told = np.zeros(150, dtype=int)
    for learn, tell in folds(customer, 4, 1):
        assert not set(customer[learn]) & set(customer[tell])
        assert len(learn) + len(tell) == 150
        told[tell] += 1
    assert (told == 1).all()


def test_the_line_scales_what_trees_overstate_keeps_the_average_and_knows_its_error():
    inside, widths = 0, []
    for seed in range(60):
        draw = np.random.default_rng(seed)
        raw = draw.normal(size=2_000)
        found = effect_line(raw, 0.05 + 0.5 * raw + draw.normal(size=2_000), average=0.05)
        inside += found.low < 0.5 < found.high
        widths.append(found.high - found.low)
        assert found.line(raw).mean() == pytest.approx(0.05)
    assert inside >= 51  # 57 expected
    assert np.mean(widths) == pytest.approx(2 * 1.96 / np.sqrt(2_000), rel=0.05)


def test_where_trees_tell_nothing_or_the_opposite_everyone_is_promised_the_average():
    draw = np.random.default_rng(1)
    raw = draw.normal(size=1_000)
    assert np.allclose(effect_line(raw, -5 * raw, average=0.03).line(raw), 0.03)
    assert np.allclose(effect_line(np.ones(1_000), raw, average=0.03).line(raw), 0.03)


def test_bands_of_effects_are_cut_at_the_average_and_e_is_who_is_put_off():
    bands = EffectBands.from_effect(0.04, share=True)
    assert bands.of([0.08, 0.05, 0.02, 0.01, 0.0, -0.001]).tolist() == ["A", "B", "C", "D", "D", "E"]
    told = bands.describe()
    assert told["A"] == "from 8.00 points"
    assert told["C"] == "2.00 points to 4.00 points"
    assert told["E"] == "below 0.00 points"
    assert EffectBands.from_effect(-12.0, share=False).describe()["A"] == "from 24"
    chinese = bands.describe("zh")
    assert (chinese["A"], chinese["E"]) == ("8.00 个百分点及以上", "低于 0.00 个百分点")


def test_a_saved_uplift_model_predicts_the_same_and_its_contributions_add_up(tmp_path):
    one = with_proxy(trial(rows=1_500))
    wanted = [Setting(name, 7, 15) for name in LEARNERS]
    booster = blended([text for _, text in grown(Bins(one), np.arange(1_500), wanted, 1)]).booster()
    raw = booster.predict(one.matrix)
    bands, line = EffectBands.from_effect(0.2, share=True), Straight(0.7, 0.01)
    places = ReferencePercentiles.from_scores(raw, "all")
    model = Model(booster, one.encoding, line, bands, places, {"kind": "uplift"})
    again = Model.load(model.save(tmp_path / "model"))
    found = again.predict(table(1_500))
    assert np.array_equal(found.score, model.predict(table(1_500)).score)
    assert np.allclose(found.probability, 0.7 * found.score + 0.01)
    assert again.bands.describe() == bands.describe()
    assert np.allclose(again.contributions(one.matrix).sum(axis=1), found.score)
    batch = table(1_500).combine_chunks().to_batches()[0]
    assert np.allclose(again.explainer(1_500, batch).contributions(batch), again.contributions(one.matrix))


def test_the_proportional_learner_is_the_response_of_the_treated_times_the_share_the_contact_made():
    one = trial(rows=2_000)
    rows = np.arange(2_000)
    (_, text), *_ = grown(Bins(one), rows, [Setting("proportional", 7, 40)], 1)
    without, with_ = (one.y[one.treated == group].mean() for group in (0, 1))
    found = text.booster().predict(one.matrix[one.treated == 1])
    # trees on squared loss keep the mean of what they learned from
    assert found.mean() == pytest.approx(with_ - without, rel=0.02)


def with_proxy(one: Trial, rows: int = 12_000, seed: int = 5) -> Trial:
    """Beside the experiment three times as many contacts, whose sales are those that the contact brought."""
    x, draw = table(rows, seed), np.random.default_rng(seed + 1)
    y = (draw.random(rows) < true_effect(x)).astype(float)
    proxy = Proxy(one.encoding.encode(x), y, np.full(rows, -1, dtype=np.intp))
    return Trial(**{**vars(one), "proxy": proxy})


def test_a_proxy_that_is_near_the_effect_ranks_better_and_keeps_the_experiments_average():
    one, truth = trial(), true_effect(table(2_000, seed=9))
    found = learned(with_proxy(one), "proxy", 100)
    assert np.corrcoef(found, truth)[0, 1] > np.corrcoef(learned(one, "t", 100), truth)[0, 1]
    assert found.mean() == pytest.approx(
        one.y[one.treated == 1].mean() - one.y[one.treated == 0].mean(), rel=0.1
    )


def test_the_chance_of_a_proxy_is_told_again_as_a_sum():
    one = with_proxy(trial())
    bins, everyone = Bins(one), np.arange(len(one.y))
    model, seen = bins.grow_proxy(everyone, {"objective": "binary", "num_leaves": 7, "seed": 1}, 60)
    chance = np.asarray(model.predict(one.matrix))
    told = np.asarray(bins.retell(model, 60, seen).predict(one.matrix))
    assert np.corrcoef(told, chance)[0, 1] > 0.98
    assert told.mean() == pytest.approx(chance.mean(), rel=0.02)


def test_a_contact_that_brings_nothing_gives_no_effect_to_share_out():
    one = trial()
    none = Trial(**{**vars(with_proxy(one)), "y": 1 - one.y * one.treated})
    assert np.all(learned(none, "proxy") == 0)


def test_proxy_cases_of_customers_to_be_ranked_are_not_learned_from():
    one = trial()
    theirs = Proxy(one.matrix, one.y, one.customer)
    learn, tell = np.arange(0, ROWS, 2), np.arange(1, ROWS, 2)
    turned = one.y.copy()
    turned[tell] = 1 - turned[tell]
    texts = []
    for y in (one.y, turned):
        bins = Bins(Trial(**{**vars(one), "proxy": Proxy(theirs.matrix, y, theirs.customer)}))
        (_, text), *_ = grown(bins, learn, [Setting("proxy", 7, 40)], 1)
        texts.append(text.booster().predict(one.matrix))
    assert np.array_equal(*texts)


def test_a_proxy_learner_without_cases_is_refused():
    with pytest.raises(ValueError, match="needs the cases of a proxy"):
        learned(trial(), "proxy")
