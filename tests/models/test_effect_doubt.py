"""The interval of what an uplift list adds, against experiments whose customers' both outcomes are known."""

import json

import numpy as np
import pytest

from leadlift.models import EffectDoubt, EffectEvidence, Straight, effect_doubt_of, effect_line


def bank(draw, rows, independent=False):
    """Raw outputs, and both outcomes of everyone: effects rise with the output, from harm to 12 points.

    independent: what a customer does when contacted says nothing of what they do when not; else a contact changes
    outcomes one way alone.
    """
    raw = draw.normal(0.04, 0.03, rows)
    rate, effect = 0.05 + np.clip(raw, 0, 0.1), np.clip(0.6 * raw + 0.01, -0.04, 0.2)
    first = draw.random(rows)
    second = draw.random(rows) if independent else first
    return raw, (first < rate).astype(float), (second < rate + effect).astype(float)


def learned(draw, rows, each=1):
    """The line and its doubt from an experiment. each: rows of a customer, all alike."""
    raw, without, with_ = (np.repeat(one, each) for one in bank(draw, rows))
    treated = np.repeat((draw.random(rows) < 0.5).astype(float), each)
    y = np.where(treated == 1, with_, without)
    lone = y[treated == 0].mean() + (1 - treated) / 0.5 * (y - y[treated == 0].mean())
    pseudo = y[treated == 1].mean() + treated / 0.5 * (y - y[treated == 1].mean()) - lone
    spread = 2 * (y - np.where(treated == 1, y[treated == 1].mean(), y[treated == 0].mean())) ** 2
    calibrates = np.repeat(np.arange(rows) % 3 == 0, each)
    seen = EffectEvidence(
        pseudo,
        np.repeat(np.arange(rows), each),
        calibrates,
        raw[calibrates],
        spread[calibrates],
        lone[calibrates],
    )
    line = effect_line(seen.raw, pseudo[calibrates], float(pseudo.mean())).line
    return line, effect_doubt_of(line.slope, seen)


@pytest.mark.parametrize("independent", [True, False])
@pytest.mark.parametrize("best", [300, 3_000])
def test_what_a_list_adds_falls_into_its_interval_in_nineteen_of_twenty(best, independent):
    inside = 0
    for seed in range(300):
        draw = np.random.default_rng(seed)
        line, doubt = learned(draw, 6_000)
        raw, without, with_ = bank(draw, 30_000, independent)
        top = np.argsort(-raw)[:best]
        told = doubt.expected(line, raw[top])
        inside += told.low <= (with_ - without)[top].sum() <= told.high
    assert inside >= 276  # 285 expected
    # a contact that only ever helps, or only ever harms, leaves less to chance than the interval holds
    assert not independent or inside <= 294


def test_a_customer_seen_four_times_counts_once():
    wide, narrow = (
        np.mean([learned(np.random.default_rng(seed), 3_000, each)[1].level for seed in range(20)])
        for each in (4, 1)
    )
    assert wide == pytest.approx(narrow, rel=0.1)


def test_on_a_channel_that_keeps_half_a_list_adds_half():
    line, doubt = learned(np.random.default_rng(1), 6_000)
    raw = np.full(1_000, 0.06)
    whole, half = doubt.expected(line, raw), doubt.expected(line, raw, 0.5)
    assert half.value == pytest.approx(whole.value / 2)
    assert half.high - half.low < whole.high - whole.low
    mixed = doubt.expected(line, raw, np.repeat([1.0, 0.0], 500))
    alone = doubt.expected(line, raw[:500])
    assert (mixed.value, mixed.low, mixed.high) == pytest.approx((alone.value, alone.low, alone.high))


def test_without_contact_a_group_does_what_its_controls_did():
    _, doubt = learned(np.random.default_rng(2), 60_000)
    assert doubt.outcome_without([0.0])[0] == pytest.approx(0.055, abs=0.02)
    assert doubt.outcome_without([0.08])[0] == pytest.approx(0.13, abs=0.03)


@pytest.mark.parametrize("said", [0.0, 0.1])
def test_where_trees_say_the_same_of_everyone_the_average_alone_is_in_doubt(said):
    raw = np.full(400, said)
    raw[::2] += 2e-17  # a mean of equal numbers need not be that number
    pseudo, calibrates = np.tile([1.0, -0.9], 500), np.arange(1_000) < 400
    seen = EffectEvidence(pseudo, np.arange(1_000), calibrates, raw, np.repeat([0.0, 2.0], 200), raw)
    doubt = effect_doubt_of(0.0, seen)
    assert (doubt.slope, doubt.both) == (0.0, 0.0)
    told = doubt.expected(Straight(0.0, 0.05), np.full(100, said))
    assert told.high - told.value == pytest.approx(1.96 * np.sqrt(100**2 * 0.95**2 / 1_000 + 100), rel=0.001)


def test_cases_of_which_trees_say_the_same_are_one_group():
    raw, cases = np.repeat([0.0, 0.1, 0.2], [1_500, 300, 200]), np.arange(2_000)
    seen = EffectEvidence(np.tile([1.0, -0.9], 1_000), cases, np.ones(2_000, bool), raw, 1.0 * cases, raw)
    doubt = effect_doubt_of(1.0, seen)
    assert doubt.raw == pytest.approx((0.0, 0.1, 0.2))
    assert doubt.spread == pytest.approx((749.5, 1_649.5, 1_899.5))


def test_what_is_kept_comes_back():
    _, doubt = learned(np.random.default_rng(3), 3_000)
    assert EffectDoubt.from_dict(json.loads(json.dumps(doubt.to_dict()))) == doubt
