"""From an experiment to a judged model of its effect: what is found, and what is not there to be found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from leadlift.errors import GateError, UserError
from leadlift.models import Encoding
from leadlift.models.trial import Proxy
from leadlift.names import CALIBRATION, TEST, TRAIN, TREATMENT, VALID
from leadlift.training import (
    Cases,
    Experiment,
    Parts,
    check_randomised,
    choose,
    fit_uplift,
    judge_uplift,
    propensity_of,
    refuse_small_parts,
    treated_of,
    verdict,
)
from leadlift.training.randomised import arms_drawn, with_day

ROWS = 6_000


def experiment(
    effect: float = 0.3, seed: int = 0, chosen: bool = False, shuffled: bool = False
) -> Experiment:
    """Wealth decides who gains; where `chosen`, it decides who is contacted too."""
    draw = np.random.default_rng(seed)
    x = pa.table({"wealth": draw.normal(size=ROWS), "age": draw.normal(size=ROWS)})
    wealth = x["wealth"].to_numpy()
    chance = np.where(wealth > 0, 0.8, 0.2) if chosen else np.full(ROWS, 0.5)
    treated = (draw.random(ROWS) < chance).astype(float)
    y = (draw.random(ROWS) < 0.1 + 0.2 * (wealth > 0) + effect * treated * (wealth > 0.5)).astype(float)
    if shuffled:
        treated = draw.permutation(treated)
    place = draw.permutation(ROWS)
    cuts = np.split(place, [2_400, 3_000, 4_000])
    rows = {p: np.sort(r) for p, r in zip((TRAIN, VALID, CALIBRATION, TEST), cuts, strict=True)}
    encoding = Encoding.fit(x, x.column_names)
    nat = np.full(ROWS, np.datetime64("NaT", "D"))
    cases = Cases(encoding, encoding.encode(x), y, np.arange(ROWS), nat, Parts(rows, None, 0))
    return Experiment(cases, treated, np.full(ROWS, treated.mean()))


def fitted_of(one: Experiment, learners: tuple[str, ...] = ("t", "dr")):
    choice = choose(one.trial(one.learned), one.weight[one.learned], learners, 2, 1)
    return fit_uplift(one, choice, 1, "the test cases")


def randomisation_of(one: Experiment):
    cases = one.cases
    return check_randomised(cases.matrix, one.treated, cases.customer, cases.encoding, one.before, 1)


def test_an_effect_that_is_there_is_found_sized_and_told():
    one = experiment()
    fitted = fitted_of(one)
    found = judge_uplift(fitted, one, resamples=60)
    assert found.ranks
    assert found.contact_works
    assert "better than chance" in verdict(found, share=True)
    rows = one.cases.rows(TEST)
    wealth, promised = (
        one.cases.matrix[rows, 0],
        fitted.model.predict_matrix(one.cases.matrix[rows]).probability,
    )
    assert promised[wealth > 0.6].mean() == pytest.approx(0.3, abs=0.08)
    assert promised[wealth < 0.4].mean() == pytest.approx(0.0, abs=0.06)
    assert fitted.differs.low > 0


def test_a_shuffled_treatment_has_no_effect_and_that_is_said():
    one = experiment(shuffled=True)
    found = judge_uplift(fitted_of(one), one, resamples=60)
    assert not found.ranks
    assert not found.contact_works
    assert verdict(found, share=True).startswith("No effect found")


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_proxy_that_knows_the_wealthy_finds_no_effect_where_there_is_none(seed):
    one, draw = experiment(shuffled=True, seed=seed), np.random.default_rng(seed + 50)
    x = pa.table({"wealth": draw.normal(size=ROWS), "age": draw.normal(size=ROWS)})
    y = (draw.random(ROWS) < 0.1 + 0.5 * (x["wealth"].to_numpy() > 0)).astype(float)
    proxy = Proxy(one.cases.encoding.encode(x), y, np.full(ROWS, -1, dtype=np.intp))
    found = judge_uplift(fitted_of(replace(one, proxy=proxy), ("t", "proxy")), one, resamples=200)
    assert verdict(found, share=True).startswith("No effect found")


def alike(seed: int) -> Experiment:
    """A contact that brings a fifth of all who would not come: the poor alone, so that all gain alike."""
    one, draw = experiment(effect=0.0, seed=seed), np.random.default_rng(seed + 100)
    y = np.where((one.treated == 1) & (draw.random(ROWS) < 0.2), 1.0, one.cases.y)
    poor = one.cases.matrix[:, 0] <= 0
    rows = {part: here[poor[here]] for part, here in one.cases.parts.rows.items()}
    cases = Cases(**{**vars(one.cases), "y": y, "parts": Parts(rows, None, 0)})
    return Experiment(cases, one.treated, one.propensity)


def test_a_contact_that_works_on_all_alike_is_no_reason_to_rank():
    found = [judge_uplift(fitted_of(one, ("dr",)), one, 200) for one in map(alike, range(3))]
    assert all(one.contact_works for one in found)
    # by luck, three in a hundred find a difference that is not there
    assert sum(one.ranks for one in found) <= 1
    told = next(one for one in found if not one.ranks)
    assert "no better than drawing at random" in verdict(told, share=True)


def test_a_draw_is_called_one_and_a_choice_is_refused_told_or_weighted():
    drawn, picked = experiment(), experiment(chosen=True)
    fair, unfair = randomisation_of(drawn), randomisation_of(picked)
    assert fair.randomised
    assert propensity_of(fair, drawn.treated, "refuse", "p")[0] == pytest.approx(drawn.treated.mean())
    assert not unfair.randomised
    assert unfair.told_by[0] == "wealth"
    with pytest.raises(GateError, match=r"not drawn at random.*wealth.*not_randomised: weight"):
        propensity_of(unfair, picked.treated, "refuse", "p")
    assert "may be those of who was chosen" in propensity_of(unfair, picked.treated, "warn", "p")[1]
    propensity, said = propensity_of(unfair, picked.treated, "weight", "p")
    assert "weighted" in said
    wealth = picked.cases.matrix[:, 0]
    assert propensity[wealth > 0.2].mean() == pytest.approx(0.8, abs=0.05)
    assert propensity[wealth < -0.2].mean() == pytest.approx(0.2, abs=0.05)


def test_weighting_takes_away_what_choosing_the_wealthy_adds():
    picked = experiment(effect=0.0, chosen=True)
    propensity, _ = propensity_of(randomisation_of(picked), picked.treated, "weight", "p")
    weighted = Experiment(picked.cases, picked.treated, propensity)
    plain, honest = (
        judge_uplift(fitted_of(one, ("dr",)), one, resamples=40).metrics["average_effect"]
        for one in (picked, weighted)
    )
    assert plain.low > 0.05
    assert honest.low < 0 < honest.high


def test_customers_whose_contact_was_sure_cannot_be_weighted():
    draw = np.random.default_rng(0)
    x = pa.table({"wealth": draw.normal(size=ROWS)})
    treated = (x["wealth"].to_numpy() > 0).astype(float)
    encoding = Encoding.fit(x, ["wealth"])
    found = check_randomised(encoding.encode(x), treated, np.arange(ROWS), encoding, np.arange(ROWS), 1)
    with pytest.raises(UserError, match="nobody to compare them with"):
        propensity_of(found, treated, "weight", "p")


def test_neither_choice_nor_model_depends_on_the_test():
    one = experiment()
    y, treated = one.cases.y.copy(), one.treated.copy()
    rows = one.cases.rows(TEST)
    y[rows], treated[rows] = 1 - y[rows], 1 - treated[rows]
    other = Experiment(Cases(**{**vars(one.cases), "y": y}), treated, one.propensity)
    first, second = fitted_of(one, ("t",)), fitted_of(other, ("t",))
    assert first.choice.chosen == second.choice.chosen
    assert np.array_equal(first.model.raw(one.cases.matrix), second.model.raw(one.cases.matrix))
    assert first.model.calibrator == second.model.calibrator


def test_a_group_of_a_few_is_too_small():
    table = pa.table({TREATMENT: pa.array([0] * 500 + [1] * 49, pa.int32())})
    with pytest.raises(UserError, match="49 treated cases are too few"):
        treated_of(table)
    assert treated_of(pa.table({TREATMENT: [0] * 50 + [1] * 30 + [2] * 20})).sum() == 50


def test_a_part_of_the_split_without_controls_is_named():
    one = experiment()
    treated = one.treated.copy()
    treated[one.cases.rows(CALIBRATION)[5:]] = 1.0
    refuse_small_parts(one.cases, one.treated)
    with pytest.raises(
        UserError, match=r"control cases among the 1,000 of the part 'calibration' are too few"
    ):
        refuse_small_parts(one.cases, treated)


def test_a_share_of_controls_that_changed_in_time_is_no_draw_though_no_feature_tells():
    one = experiment()
    draw = np.random.default_rng(8)
    late = np.arange(ROWS) >= ROWS // 2
    days = np.where(late, np.datetime64("2026-06-30"), np.datetime64("2025-12-31")).astype("datetime64[D]")
    dated = replace(one.cases, as_of=days)
    treated = (draw.random(ROWS) < np.where(late, 0.5, 0.95)).astype(float)

    def found(cases, group):
        matrix, encoding = with_day(cases)
        return check_randomised(matrix, group, cases.customer, encoding, one.before, 1)

    assert found(one.cases, treated).randomised
    assert found(dated, one.treated).randomised
    told = found(dated, treated)
    assert not told.randomised
    assert told.told_by[0] == "the as-of day"
    propensity, _ = propensity_of(told, treated, "weight", "p")
    assert propensity[late].mean() == pytest.approx(0.5, abs=0.03)
    assert propensity[~late].mean() == pytest.approx(0.95, abs=0.02)


def test_arms_that_the_wealthy_got_are_no_draw_though_contact_was_one():
    one = experiment()
    draw = np.random.default_rng(9)
    wealth = one.cases.matrix[:, one.cases.encoding.features.index("wealth")]
    for arm, drawn in ((np.where(wealth > 0, 1, 2), False), (draw.integers(1, 3, ROWS), True)):
        group = np.where(one.treated == 1, arm, 0)
        told = arms_drawn(one.cases, group, ["call", "sms"], one.before, 1)
        assert (told is None) == drawn
        assert drawn or told[1].told_by[0] == "wealth"


def test_the_best_of_many_settings_is_not_told_as_if_it_had_been_the_only_one():
    """Where nothing differs the winner's own Qini is above 0 by choosing; that of choosing is about 0."""
    learners = ("s", "t", "x", "dr")
    own, told = [], []
    for seed in range(6):
        one = experiment(effect=0.0, seed=seed, shuffled=True)
        choice = choose(one.trial(one.learned), one.weight[one.learned], learners, 3, 1)
        own.append(max(tried.qini for tried in choice.tried))
        told.append(choice.qini.value)
    assert np.mean(own) > 0
    assert np.mean(told) < np.mean(own) / 2
