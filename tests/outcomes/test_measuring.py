"""What a campaign brought in: promises against what came, contacted against control."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from leadlift.evaluation.campaign import AMOUNT, CHANCE, EFFECT
from leadlift.outcomes.effect import earned, effect_of, model_value
from leadlift.outcomes.promise import by_band, by_decile, promises_of, together, worked


def customers(
    n, cell="model", stratum="A", chance=0.1, rise=0.0, seed=0, worth=100.0, cost=2.0, list_id="june"
):
    rng = np.random.default_rng(seed)
    responded = rng.random(n) < (chance if cell == "control" else chance + rise)
    return pd.DataFrame(
        {
            "list_id": list_id, "stratum": stratum, "cell": cell, "responded": responded.astype(int),
            "amount": responded * rng.exponential(50, n), "earned": worth * responded, "cost": cost,
            "expected": chance + rise, "band": stratum, "delivered": False, "answered": False, "refused": False,
        }
    )  # fmt: skip


def test_the_effect_is_that_of_two_groups_drawn_at_random():
    cases = pd.concat([customers(4_000, rise=0.05, seed=3), customers(1_000, "control", seed=4)])
    found = effect_of(cases)
    told = cases.groupby("cell")["responded"].mean()
    assert found.response.value == pytest.approx(told["model"] - told["control"])
    assert found.response.low < 0.05 < found.response.high
    assert found.responders.value == pytest.approx(4_000 * found.response.value)
    assert found.cost == 8_000
    assert found.profit.value == pytest.approx(100 * 4_000 * found.response.value - 8_000)
    assert found.roi.value == pytest.approx(found.profit.value / 8_000)
    assert 0.02 < found.detectable < 0.04


def test_strata_without_controls_are_told_and_left_out():
    cases = pd.concat(
        [customers(500), customers(200, "control", seed=1), customers(300, stratum="B", seed=2)]
    )
    found = effect_of(cases)
    assert (found.contacted, found.control, found.left_out) == (500, 200, 300)
    assert effect_of(customers(300)) is None


def test_strata_with_unequal_shares_of_control_do_not_bend_the_effect():
    cases = pd.concat(
        [
            customers(9_000, chance=0.3, seed=1), customers(1_000, "control", chance=0.3, seed=2),
            customers(5_000, stratum="B", chance=0.01, seed=3), customers(5_000, "control", "B", 0.01, seed=4),
        ]
    )  # fmt: skip
    found = effect_of(cases)
    naive = cases.groupby("cell")["responded"].mean()
    assert naive["model"] - naive["control"] > 0.1
    assert found.response.low < 0 < found.response.high


def test_without_a_value_there_is_no_profit():
    cases = pd.concat([customers(500, worth=np.nan), customers(100, "control", seed=1, worth=np.nan)])
    assert effect_of(cases).profit is None


def test_the_models_arm_is_held_beside_the_arm_drawn_at_random():
    cases = pd.concat([customers(2_000, chance=0.2, seed=1), customers(500, "explore", chance=0.05, seed=2)])
    found = model_value(cases)
    assert found.response.low > 0
    assert found.profit.value == pytest.approx(100 * found.response.value)
    assert model_value(customers(10)) is None


def test_deciles_hold_everyone_once_and_intervals_are_exact():
    cases = customers(1_003, seed=5).assign(expected=np.linspace(0.01, 0.3, 1_003))
    tenths = by_decile(cases)
    assert [one.name for one in tenths] == [str(k) for k in range(1, 11)]
    assert sum(one.customers for one in tenths) == 1_003
    assert sum(one.actual for one in tenths) == cases["responded"].sum()
    assert tenths[0].expected > tenths[-1].expected
    theirs = stats.binomtest(tenths[0].actual, tenths[0].customers).proportion_ci(method="exact")
    assert (tenths[0].rate.low, tenths[0].rate.high) == pytest.approx((theirs.low, theirs.high))
    assert len(by_decile(cases.head(4))) == 4


def test_a_promise_that_was_not_kept_is_named():
    cases = pd.concat([customers(2_000, seed=1), customers(2_000, stratum="B", seed=2).assign(expected=0.3)])
    assert [(one.name, one.within) for one in by_band(cases)] == [("A", True), ("B", False)]


def test_lists_are_uncertain_apart_from_each_other():
    cases = customers(2_000, seed=1)
    found = together(cases, [(100.0, 80.0, 130.0), (90.0, 75.0, 130.0)])
    assert found.expected == 190.0
    assert (found.low, found.high) == pytest.approx((165.0, 240.0))
    assert (found.fits == "as promised") == (165 <= cases["responded"].sum() <= 240)
    assert together(cases, [(100.0, None, None)]).fits == ""


def uplift_list(added=0.05, seed=1):
    """A list of an uplift model: three bands, of which B adds most, and controls in each."""
    parts = [
        customers(4_000 if cell == "model" else 1_000, cell, chance=0.1, rise=rise, seed=seed * 10 + place)
        .assign(expected=promised, band=band)
        for place, (cell, band, rise, promised) in enumerate(
            (cell, band, rise, promised)
            for band, rise, promised in (("A", added, 0.05), ("B", 2 * added, 0.02), ("C", 0.0, 0.001))
            for cell in ("model", "control")
        )
    ]  # fmt: skip
    cases = pd.concat(parts)
    return cases.assign(outcome=cases["responded"].astype(float))


def test_what_an_uplift_model_promised_is_held_against_what_was_added_and_not_against_all_who_responded():
    cases = uplift_list()
    found = together(cases, [(600.0, 450.0, 750.0)], EFFECT)
    rates = cases.groupby("cell")["responded"].mean()
    assert found.actual.value == pytest.approx(12_000 * (rates["model"] - rates["control"]))
    assert found.responded > 1_500
    assert found.fits == "as promised"
    assert together(cases, [(60.0, 40.0, 80.0)], EFFECT).fits == "more"
    assert together(cases, [(1_500.0, 1_400.0, 1_600.0)], EFFECT).fits == "fewer"
    both = together(cases, [(300.0, 250.0, 340.0), (300.0, 200.0, 400.0)], EFFECT)
    assert (both.low, both.high) == (450.0, 740.0)  # of one experiment: no luck evens out
    alone = together(cases[cases["cell"].eq("model")], [(60.0, 40.0, 80.0)], EFFECT)
    assert (alone.actual, alone.fits) == (None, "")


def test_bands_and_tenths_of_an_uplift_model_stand_beside_controls_of_the_same_predictions():
    cases = uplift_list()
    bands = by_band(cases, EFFECT)
    assert [(one.name, one.customers) for one in bands] == [("A", 4_000), ("B", 4_000), ("C", 4_000)]
    assert [one.within for one in bands] == [True, False, True]
    jitter = np.random.default_rng(3).uniform(0, 0.0001, len(cases))
    spread = cases.assign(expected=cases["expected"] + jitter)
    tenths = by_decile(spread, EFFECT)
    assert [one.name for one in tenths] == [str(k) for k in range(1, 11)]
    assert sum(one.customers for one in tenths) == 12_000
    assert sum(one.expected for one in tenths) == pytest.approx(
        spread.loc[spread["cell"].eq("model"), "expected"].sum()
    )
    assert by_band(cases[cases["cell"].eq("model")], EFFECT) == []


def test_amounts_that_a_contact_adds_are_compared_as_amounts():
    cases = uplift_list()
    cases = cases.assign(outcome=cases["responded"] * 20.0)
    found = together(cases, [(12_000.0, 9_000.0, 15_000.0)], AMOUNT)
    means = cases.groupby("cell")["outcome"].mean()
    assert found.actual.value == pytest.approx(12_000 * (means["model"] - means["control"]))
    assert found.fits == "as promised"


def test_a_list_that_nobody_worked_is_told_from_one_that_nobody_answered():
    cases = customers(1_000)
    assert worked(cases).reached is None
    called = cases.assign(delivered=np.arange(1_000) < 600, refused=np.arange(1_000) < 60)
    found = worked(called)
    assert found.reached.value == 0.6
    assert found.refused.value == 0.06
    assert found.among_reached.value == pytest.approx(called["responded"][:600].mean())


def test_an_amount_that_nobody_spent_is_one_and_a_lone_control_leaves_no_interval_to_misread():
    cases = uplift_list().assign(outcome=0.0)
    (band, *_) = by_band(cases, AMOUNT)
    assert (band.rate.value, band.rate.low, band.rate.high) == (0.0, 0.0, 0.0)
    spent = uplift_list()
    spent = spent.assign(outcome=spent["responded"] * 20.0)
    lone = [
        spent[spent["cell"].eq(cell)].head(count).assign(stratum="call")
        for cell, count in (("model", 50), ("control", 1))
    ]
    whole = pd.concat([spent, *lone])
    assert together(whole, [(12_000.0, 9_000.0, 15_000.0)], AMOUNT).fits == "as promised"
    assert together(whole, [(1_000.0, 900.0, 1_100.0)], AMOUNT).fits == "more"


def test_controls_below_all_who_were_contacted_stand_beside_nobody():
    cases = uplift_list()
    jitter = np.random.default_rng(3).uniform(0, 0.0001, len(cases))
    spread = cases.assign(expected=cases["expected"] + jitter)
    low = spread[spread["cell"].eq("control")].head(500).assign(expected=-0.5, responded=1, outcome=1.0)
    assert by_decile(pd.concat([spread, low]), EFFECT) == by_decile(spread, EFFECT)


def sorts(**lists):
    """Lists, each of some rows of cell and promise."""
    rows = [
        {"list_id": name, "cell": cell, "promise": promise}
        for name, told in lists.items()
        for cell, promise in told
    ]
    return promises_of(pd.DataFrame(rows))


def test_lists_are_held_against_what_came_when_they_promise_as_the_newest_does_and_it_can_be_known():
    chance, effect = [("model", CHANCE)], [("model", EFFECT), ("control", EFFECT)]
    assert sorts(may=chance, june=chance) == (CHANCE, ["may", "june"], [])
    sort, held, notes = sorts(may=chance, june=effect, july=[("model", EFFECT)])
    assert (sort, held) == (EFFECT, ["june"])
    assert (
        "list may promised responders: what came is held against promises of added responders alone"
        in notes[0]
    )
    assert "list july has no control" in notes[1]
    assert sorts(july=[("model", EFFECT)]) == (EFFECT, ["july"], [])
    sort, held, notes = sorts(may=effect, june=[*effect, ("model", AMOUNT)])
    assert (sort, held) == (EFFECT, ["may"])
    assert "june promised added amount and added responders" in notes[0]


def test_what_came_is_worth_its_amount_where_an_amount_is_promised():
    cases = pd.DataFrame(
        {
            "value": [0.3, 0.3, 50.0, 50.0, np.nan],
            "responded": [1, 0, 1, 0, 1],
            "outcome": [20.0, 0.0, 1.0, 0.0, 1.0],
            "promise": [AMOUNT, AMOUNT, EFFECT, EFFECT, CHANCE],
        }
    )
    assert earned(cases).tolist() == pytest.approx([6.0, 0.0, 50.0, 0.0, np.nan], nan_ok=True)
