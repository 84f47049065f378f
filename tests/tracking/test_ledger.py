"""What a registered model keeps of a promotion: an entry that every database takes, and nobody's words cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leadlift.errors import UserError
from leadlift.tracking import open_tracker
from leadlift.tracking.ledger import (
    ENTRY_LENGTH,
    GATE_LENGTH,
    WHO_LENGTH,
    WHY_LENGTH,
    ledger_entry,
    promotions_in,
)
from leadlift.tracking.protocol import Promotion

URI = "sqlite:///mlruns/mlflow.db"
NOON = datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=UTC)
GATES = (
    "coin", "auc", "lift_at_10", "positives", "calibration_error", "relative_calibration_error", "score_psi",
    "open_suspects", "beats_logistic", "beats_scorecard", "beats_rfm", "beats_champion", "one_more_with_a_long_name",
)  # fmt: skip
PROMOTION = Promotion(1, None, "ann", NOON, "June review", {"auc": "passed: AUC 0.74"})


@pytest.mark.parametrize(
    ("sign", "counts"), [("x", 1), ("额", 1), ("\U00020bb7", 1), ('"', 2), ("\n", 2)], ids=ascii
)
def test_the_longest_entry_fits_the_store_in_any_writing(sign, counts):
    gates = dict.fromkeys(GATES, sign * 3000)
    who, why = sign * (WHO_LENGTH // counts), sign * (WHY_LENGTH // counts)
    key, value = ledger_entry(Promotion(123_456, 123_455, who, NOON, why, gates), [])
    assert len(value) <= ENTRY_LENGTH
    (told,) = promotions_in({key: value})
    assert (told.who, told.why, told.when) == (who, why, NOON)
    assert all(found.endswith(f"{sign}…") or counts > 1 for found in told.gates.values())


def test_a_sentence_that_fits_is_kept_and_a_longer_one_ends_in_an_ellipsis():
    gates = {"auc": "a" * GATE_LENGTH, "beats_champion": "b" * (GATE_LENGTH + 1)}
    (told,) = promotions_in(dict([ledger_entry(replace(PROMOTION, gates=gates), [])]))
    assert told.gates == {"auc": gates["auc"], "beats_champion": "b" * (GATE_LENGTH - 1) + "…"}


def test_two_who_promote_at_once_and_one_after_a_deleted_entry_write_over_nobody():
    tags = {"leadlift.promotion.0001": '{"version": 1, "replaced": null, "who": "zoe", "why": "first", "gates": {}, '
            '"when": "2026-06-01T00:00:00+00:00"}'}  # fmt: skip
    second = [ledger_entry(replace(PROMOTION, who=who), tags) for who in ("ann", "bob")]
    tags |= dict(second)
    assert promotions_in(tags)[0].who == "zoe"
    assert {one.who for one in promotions_in(tags)} == {"zoe", "ann", "bob"}
    del tags["leadlift.promotion.0001"]
    later = replace(PROMOTION, who="eve", when=NOON.replace(year=2027))
    tags |= dict([ledger_entry(later, tags)])
    assert promotions_in(tags)[-1].who == "eve"
    assert len(promotions_in(tags)) == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"why": "因" * 1_234},
            "--because has 1,234 characters, and what is kept of a promotion holds 1,000",
        ),
        ({"who": "a" * 201}, "--who has 201 characters, and what is kept of a promotion holds 200"),
    ],
)
def test_a_persons_words_are_refused_and_not_cut_and_nothing_is_promoted(
    words, message, root, booster, model_folder
):
    tracker = open_tracker(URI, root, "bank")
    with tracker.run("deposits", "train", "first") as run:
        run.model(booster, model_folder, ["age", "balance"])
    version = tracker.register(run.id, "deposits")
    told = {"who": "ann", "why": "June review", **words}
    with pytest.raises(UserError, match=message):
        tracker.promote("deposits", version.version, when=NOON, gates={"auc": "passed"}, **told)
    assert tracker.promotions("deposits") == []
    assert tracker.version("deposits", "challenger") == version
    assert tracker.version("deposits", "champion") is None
