"""Gates: what each asks, from the numbers of a run."""

from __future__ import annotations

import pytest

from leadlift.specs.gates import Gates
from leadlift.training import Sitting, accept, judge_gates

GOOD = {
    "oot.auc": 0.71, "oot.auc.low": 0.68, "oot.auc.high": 0.74,
    "oot.lift_at_10": 2.6, "oot.lift_at_10.low": 2.2, "oot.lift_at_10.high": 3.0,
    "oot.positives": 640, "oot.calibration_error": 0.002, "oot.actual_rate": 0.012, "oot.score_psi": 0.04,
    "oot.score_psi_by_chance": 0.01,
    **{f"oot.lift_at_10_gain_over_{name}{end}": value for name in ("logistic", "scorecard", "rfm", "champion")
       for end, value in (("", 0.3), (".low", 0.1), (".high", 0.5))},
}  # fmt: skip
AUDITED = {"leadlift.audit.open": "0", "leadlift.champion_judged": "3"}
SITTING = Sitting(3, {"oot.auc.low": 0.66})


def verdicts(metrics=(), tags=(), spec=None, champion=SITTING, without=()) -> dict[str, str]:
    told = {name: value for name, value in (GOOD | dict(metrics)).items() if name not in without}
    gates = judge_gates(spec or Gates(), told, AUDITED | dict(tags), champion)
    return {gate.name: gate.verdict for gate in gates}


def refused(*args, **kwargs) -> set[str]:
    return {k for k, v in verdicts(*args, **kwargs).items() if v in ("failed", "too good to be true")}


def test_a_good_model_passes_every_gate_at_a_response_rate_of_one_percent():
    assert set(verdicts().values()) == {"passed"}
    assert len(verdicts()) == 12


@pytest.mark.parametrize("rate", [0.001, 0.01, 0.05, 0.3, 0.6])
def test_no_response_rate_is_refused_for_being_low_or_high(rate):
    assert refused({"oot.actual_rate": rate, "oot.calibration_error": 0.2 * rate / 5}) == set()


@pytest.mark.parametrize("spec", [Gates(), Gates(min_auc=0.5), Gates(min_auc=0.5, beats_baseline=False)])
@pytest.mark.parametrize("auc", [0.2, 0.45, 0.5])
def test_no_setting_lets_a_coin_or_worse_pass(spec, auc):
    found = refused({"oot.auc": auc, "oot.auc.low": auc - 0.03, "oot.auc.high": auc + 0.03}, spec=spec)
    assert "coin" in found


def test_a_pipeline_cannot_ask_for_less_than_a_coin():
    with pytest.raises(ValueError, match=r"greater than or equal to 0\.5"):
        Gates(min_auc=0.4)


@pytest.mark.parametrize(
    ("metrics", "gate", "verdict"),
    [
        ({"oot.auc": 0.51}, "auc", "failed"),
        ({"oot.auc": 0.53}, "auc", "weak"),
        ({"oot.auc": 0.85}, "auc", "suspicious"),
        ({"oot.auc": 0.97}, "auc", "too good to be true"),
        ({"oot.lift_at_10": 1.05}, "lift_at_10", "failed"),
        ({"oot.positives": 199}, "positives", "failed"),
        ({"oot.positives": 300}, "positives", "weak"),
        ({"oot.calibration_error": 0.06}, "calibration_error", "failed"),
        ({"oot.calibration_error": 0.009}, "relative_calibration_error", "failed"),
        ({"oot.score_psi": 0.3}, "score_psi", "failed"),
        ({"oot.score_psi": 0.3, "oot.score_psi_by_chance": 0.4}, "score_psi", "passed"),
        ({"oot.lift_at_10_gain_over_scorecard.high": -0.1}, "beats_scorecard", "failed"),
        ({"oot.lift_at_10_gain_over_scorecard.low": -0.1}, "beats_scorecard", "weak"),
        ({"oot.lift_at_10_gain_over_champion.high": -0.1}, "beats_champion", "failed"),
    ],
)
def test_each_gate_says_what_its_number_means(metrics, gate, verdict):
    assert verdicts(metrics)[gate] == verdict


def test_few_responders_make_the_relative_error_no_stricter_than_luck():
    few = {"oot.positives": 20, "oot.calibration_error": 0.008}
    assert verdicts(few)["relative_calibration_error"] == "passed"  # 0.67, and sqrt(10 / 20) is 0.71


def test_a_pipelines_own_limits_go_before_the_files():
    assert refused(spec=Gates(min_auc=0.8)) == {"auc"}
    assert refused(spec=Gates(min_positives=700)) == {"positives"}
    assert refused(spec=Gates(max_score_psi=0.01)) == {"score_psi"}
    assert verdicts({"oot.auc": 0.95}, spec=Gates(max_auc=0.97))["auc"] == "suspicious"


def test_surely_asks_for_better_beyond_luck():
    as_good = {"oot.lift_at_10_gain_over_rfm.low": -0.1, "oot.lift_at_10_gain_over_champion.low": -0.1}
    assert refused(as_good) == set()
    assert refused(as_good, spec=Gates(beats_baseline="surely")) == {"beats_rfm"}
    assert refused(as_good, spec=Gates(beats_champion="surely")) == {"beats_champion"}
    assert refused(as_good, spec=Gates(beats_champion=False, beats_baseline=False)) == set()


@pytest.mark.parametrize("metric", ["oot.auc", "oot.lift_at_10", "oot.positives", "oot.calibration_error"])
def test_a_number_that_is_not_there_fails_its_gate(metric):
    assert metric.removeprefix("oot.") in refused(without=(metric,))


def test_a_model_never_held_against_a_simple_one_fails_and_one_that_could_not_be_is_told():
    gain = "oot.lift_at_10_gain_over_rfm"
    assert refused(without=(gain,)) == {"beats_rfm"}
    told = judge_gates(
        Gates(),
        {k: v for k, v in GOOD.items() if k != gain},
        AUDITED | {"leadlift.rival.rfm": "no events source"},
        None,
    )
    (gate,) = [gate for gate in told if gate.name == "beats_rfm"]
    assert (gate.verdict, gate.sentence, gate.stops) == ("not judged", "no events source", False)


def test_without_a_champion_there_is_none_to_beat():
    assert "beats_champion" not in verdicts(champion=None)


def test_another_champion_than_the_one_it_was_held_against_must_be_beaten_first():
    (gate,) = [g for g in judge_gates(Gates(), GOOD, AUDITED, Sitting(4, {})) if g.name == "beats_champion"]
    assert gate.stops
    assert gate.sentence == (
        "held against version 3 when it was trained, but version 4 is champion now: train anew"
    )


@pytest.mark.parametrize(("auc", "verdict"), [(0.65, "failed"), (0.71, "not judged")])
def test_a_champion_whose_features_are_gone_is_compared_by_its_own_test(auc, verdict):
    metrics = {k: v for k, v in (GOOD | {"oot.auc": auc}).items() if "champion" not in k}
    tags = AUDITED | {"leadlift.rival.champion": "not judged beside the champion: feature x is gone"}
    (gate,) = [g for g in judge_gates(Gates(), metrics, tags, SITTING) if g.name == "beats_champion"]
    assert gate.verdict == verdict
    assert "feature x is gone; on its own test the champion's AUC began at 0.660" in gate.sentence


@pytest.mark.parametrize(("tag", "verdict"), [("0", "passed"), ("2", "failed"), (None, "not judged")])
def test_open_suspects_stop_and_a_run_without_audit_is_told(tag, verdict):
    tags = {"leadlift.champion_judged": "3"} | ({"leadlift.audit.open": tag} if tag else {})
    (gate,) = [g for g in judge_gates(Gates(), GOOD, tags, SITTING) if g.name == "open_suspects"]
    assert gate.verdict == verdict
    assert "open_suspects" not in {
        g.name for g in judge_gates(Gates(no_open_suspects=False), GOOD, tags, None)
    }


def test_a_no_that_somebody_answers_for_is_kept_as_such_and_a_coin_never_is():
    gates = judge_gates(Gates(), GOOD | {"oot.positives": 90, "oot.auc.low": 0.49}, AUDITED, SITTING)
    (kept,) = [g for g in accept(gates, ["positives"]) if g.name == "positives"]
    assert not kept.stops
    assert str(kept) == "accepted: although failed: responders in the test 90, at least 200"
    with pytest.raises(ValueError, match="gate 'coin' cannot be accepted"):
        accept(gates, ["coin"])
    with pytest.raises(ValueError, match="there is no gate 'beauty'; there are: coin, auc"):
        accept(gates, ["beauty"])


@pytest.mark.parametrize(("auc", "verdict"), [(0.65, "failed"), (0.71, "not judged")])
def test_a_champion_that_learned_from_the_test_refuses_nobody_by_it(auc, verdict):
    worse = {f"oot.lift_at_10_gain_over_champion{end}": -0.3 for end in ("", ".low", ".high")}
    tags = AUDITED | {"leadlift.champion_flattered": "true"}
    told = GOOD | worse | {"oot.auc": auc}
    (gate,) = [g for g in judge_gates(Gates(), told, tags, SITTING) if g.name == "beats_champion"]
    assert gate.verdict == verdict
    assert (
        "it may have learned from these cases; on its own test the champion's AUC began at 0.660"
        in gate.sentence
    )
    assert refused(worse, tags, Gates(beats_champion="surely")) >= {"beats_champion"}
    assert refused(worse) == {"beats_champion"}


def test_a_champion_whose_run_is_gone_is_beaten_in_pairs_or_answered_for():
    gone = Sitting(3, None)
    assert verdicts(champion=gone)["beats_champion"] == "passed"
    metrics = {k: v for k, v in GOOD.items() if "champion" not in k}
    tags = AUDITED | {"leadlift.rival.champion": "not judged beside the champion: feature x is gone"}
    gates = judge_gates(Gates(), metrics, tags, gone)
    (gate,) = [g for g in gates if g.name == "beats_champion"]
    assert gate.stops
    assert gate.sentence.endswith(
        "feature x is gone; its training run is gone, so nothing says what it reached"
    )
    assert not any(g.stops for g in accept(gates, ["beats_champion"]))


def test_a_limit_that_the_pipeline_states_is_meant_as_it_stands_whatever_it_is():
    few = {"oot.positives": 50, "oot.actual_rate": 0.3, "oot.calibration_error": 0.1}
    asked = Gates(min_positives=50, max_relative_calibration_error=1)
    usual = 0.05  # the file's own
    assert refused(few, spec=asked) == set()
    assert refused(few, spec=asked.model_copy(update={"max_calibration_error": usual})) == {
        "calibration_error"
    }


@pytest.mark.parametrize(("low", "verdict"), [(0.70, "failed"), (0.73, "not judged")])
def test_surely_better_than_a_champion_whose_features_are_gone_means_intervals_apart(low, verdict):
    metrics = {k: v for k, v in (GOOD | {"oot.auc.low": low}).items() if "champion" not in k}
    tags = AUDITED | {"leadlift.rival.champion": "feature x is gone"}
    champion = Sitting(3, {"oot.auc": 0.69, "oot.auc.low": 0.66, "oot.auc.high": 0.72})
    told = judge_gates(Gates(beats_champion="surely"), metrics, tags, champion)
    (gate,) = [g for g in told if g.name == "beats_champion"]
    assert gate.verdict == verdict
    assert f"ended at 0.720, this version's begins at {low:.3f}" in gate.sentence


def test_the_trees_of_the_champion_with_another_calibration_need_not_rank_better():
    even = {f"oot.lift_at_10_gain_over_champion{end}": 0.0 for end in ("", ".low", ".high")}
    spec = Gates(beats_champion="surely")
    assert refused(even, AUDITED, spec) == {"beats_champion"}
    assert refused(even, AUDITED | {"leadlift.recalibrates": "run"}, spec) == set()
