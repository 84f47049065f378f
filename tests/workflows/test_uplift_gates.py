"""The gates of uplift versions: what stops one, and what the champion's kind has to do with it."""

from __future__ import annotations

import pytest

from leadlift.specs import Gates
from leadlift.training import Sitting, accept
from leadlift.workflows.uplift_gates import QINI, judge_uplift_gates

FOUND = {
    "oot.qini": 0.008,
    "oot.qini.low": 0.005,
    "oot.qini.high": 0.011,
    "crossfitted.qini.low": 0.003,
    "oot.positives": 900.0,
    "oot.qini_gain_over_response": 0.002,
    "oot.qini_gain_over_response.low": -0.001,
    "oot.qini_gain_over_response.high": 0.005,
}
BETTER = {"oot.qini": 0.02, "oot.qini.low": 0.015, "oot.qini.high": 0.025}


def stopped(
    gates: Gates | None = None,
    champion: dict[str, float] | None = None,
    tags: dict[str, str] | None = None,
    **metrics: float,
) -> list[str]:
    named = {name.replace("__", "."): value for name, value in metrics.items()}
    sitting = None if champion is None else Sitting(3, champion)
    return [
        gate.name
        for gate in judge_uplift_gates(gates or Gates(), FOUND | named, tags or {}, sitting)
        if gate.stops
    ]


def test_an_effect_found_twice_is_stopped_by_nothing_and_a_response_run_is_no_uplift_run():
    assert stopped() == []
    assert QINI.of(FOUND)
    assert not QINI.of({"oot.auc": 0.7})


@pytest.mark.parametrize(
    ("metrics", "names"),
    [
        ({"oot__qini__low": 0.0}, ["qini"]),
        ({"crossfitted__qini__low": -0.001}, ["crossfitted_qini"]),
        ({"oot__positives": 20.0}, ["positives"]),
        ({"oot__qini_gain_over_response__high": -0.001}, ["beats_response"]),
        ({"oot__qini__low": float("nan")}, ["qini"]),
    ],
)
def test_each_gate_stops_at_its_own_number(metrics, names):
    assert stopped(**metrics) == names


@pytest.mark.parametrize("low", [0.0, -0.002, float("nan")])
def test_nobody_answers_for_a_ranking_that_a_coin_could_have_made(low):
    gates = judge_uplift_gates(Gates(), FOUND | {"oot.qini.low": low}, {}, None)
    with pytest.raises(ValueError, match="gate 'qini' cannot be accepted: a coin ranks as well"):
        accept(gates, ["qini"])


def test_a_ranking_better_than_a_coins_but_not_than_was_asked_can_be_answered_for():
    gates = accept(judge_uplift_gates(Gates(min_qini=0.006), FOUND, {}, None), ["qini"])
    assert [gate.name for gate in gates if gate.stops] == ["crossfitted_qini"]


def test_a_pipeline_may_ask_for_more():
    assert stopped(Gates(min_qini=0.004)) == ["crossfitted_qini"]
    assert stopped(Gates(min_positives=1_000)) == ["positives"]
    assert stopped(Gates(beats_baseline="surely")) == ["beats_response"]


def test_a_champion_of_the_same_kind_must_be_reached_and_one_of_another_kind_is_not_compared():
    assert stopped(champion=FOUND) == []
    assert stopped(Gates(beats_champion="surely"), champion=FOUND) == ["beats_champion"]
    assert stopped(champion=BETTER) == ["beats_champion"]
    assert stopped(champion={"oot.auc": 0.7, "oot.auc.low": 0.6}) == []


PAIRED = "oot__qini_gain_over_champion"


@pytest.mark.parametrize(
    ("gain", "surely", "refused"),
    [
        ((0.001, -0.001, 0.003), False, False),
        ((0.001, -0.001, 0.003), True, True),
        ((-0.004, -0.006, -0.001), False, True),
        ((0.004, 0.001, 0.006), True, False),
    ],
)
def test_a_champion_that_was_judged_on_the_same_test_is_compared_in_pairs(gain, surely, refused):
    metrics = dict(zip((PAIRED, f"{PAIRED}__low", f"{PAIRED}__high"), gain, strict=True))
    gates = Gates(beats_champion="surely") if surely else Gates()
    # by its own test alone the champion could not be reached
    found = stopped(gates, BETTER, {"leadlift.champion_judged": "3"}, **metrics)
    assert found == (["beats_champion"] if refused else [])


def test_one_held_against_another_champion_is_trained_anew():
    metrics = {PAIRED: 0.004, f"{PAIRED}__low": 0.001, f"{PAIRED}__high": 0.006}
    before = {"leadlift.champion_judged": "2"}
    assert stopped(champion=FOUND, tags=before, **metrics) == ["beats_champion"]
    assert stopped(champion=FOUND, tags={"leadlift.champion_judged": "3"}, **metrics) == []


def test_a_champion_whose_run_is_gone_is_beaten_in_pairs_or_answered_for():
    metrics = {PAIRED: 0.004, f"{PAIRED}__low": 0.001, f"{PAIRED}__high": 0.006}
    gone = Sitting(3, None)
    told = judge_uplift_gates(Gates(), FOUND | {"oot.qini_gain_over_champion": 0.1}, {}, gone)
    (gate,) = [one for one in told if one.name == "beats_champion"]
    assert gate.stops
    assert gate.sentence == (
        "the training run of the champion, version 3, is gone: nothing says what it reached"
    )
    assert not any(one.stops for one in accept(told, ["beats_champion"]))
    paired = {name.replace("__", "."): value for name, value in metrics.items()}
    judged = judge_uplift_gates(Gates(), FOUND | paired, {"leadlift.champion_judged": "3"}, gone)
    assert not any(one.stops for one in judged)
