"""A finished model: scoring, reasons, and being saved."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from leadlift.errors import UserError
from leadlift.models import (
    Bands,
    EffectBands,
    EffectDoubt,
    Model,
    ReferencePercentiles,
    Straight,
    fit_booster,
    fit_calibrator,
    make_dataset,
)


@pytest.fixture(scope="module")
def model(bank, matrix, encoding):
    _, y = bank
    params = {"num_threads": 1, "num_leaves": 8}
    booster = fit_booster(make_dataset(matrix, y, encoding), None, params, max_rounds=30)
    raw = booster.predict(matrix)
    return Model(
        booster,
        encoding,
        fit_calibrator("isotonic", raw, y),
        Bands.from_base_rate(y.mean()),
        ReferencePercentiles.from_scores(raw, "all 3,000"),
        {"pipeline": "存款"},
    )


def same(a, b):
    return all((getattr(a, name) == getattr(b, name)).all() for name in vars(a))


def test_a_table_is_scored_in_its_order_and_all_four_answers_agree(model, bank):
    scores = model.predict(bank[0])
    assert len(scores.score) == 3_000
    best, worst = scores.score.argmax(), scores.score.argmin()
    assert (scores.percentile[best], scores.percentile[worst]) == (100, 1)
    order = np.argsort(scores.score)
    assert (np.diff(scores.probability[order]) >= 0).all()
    assert (np.diff(scores.percentile[order].astype(int)) >= 0).all()
    assert "".join(scores.band[order]) == "".join(sorted(scores.band, reverse=True))
    assert scores.probability.mean() == pytest.approx(bank[1].mean(), abs=1e-6)


def test_batches_through_one_buffer_give_what_the_table_gives(model, bank):
    table, _ = bank
    whole = model.predict(table)
    buffer = np.empty((700, 4), dtype=np.float32)
    parts = [model.predict(batch, buffer) for batch in table.to_batches(max_chunksize=700)]
    assert (np.concatenate([part.score for part in parts]) == whole.score).all()
    assert (np.concatenate([part.band for part in parts]) == whole.band).all()


def test_no_customers_are_no_scores(model, bank):
    scores = model.predict(bank[0].slice(0, 0))
    assert [len(getattr(scores, name)) for name in vars(scores)] == [0, 0, 0, 0]
    assert model.contributions(np.empty((0, 4), dtype=np.float32)).shape == (0, 5)


def test_contributions_add_up_to_the_raw_log_odds(model, matrix):
    parts = model.contributions(matrix[:50])
    assert parts.shape == (50, 5)
    raw = model.raw(matrix[:50])
    assert parts.sum(axis=1) == pytest.approx(np.log(raw / (1 - raw)))


def test_importance_names_every_feature_largest_first(model):
    found = model.importance()
    assert next(iter(found)) == "balance"
    assert set(found) == {"balance", "region", "uses_app", "noise"}
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_saved_and_loaded_it_predicts_to_the_last_bit(model, bank, tmp_path):
    loaded = Model.load(model.save(tmp_path / "models" / "one"))
    assert same(loaded.predict(bank[0]), model.predict(bank[0]))
    assert loaded.meta == {"pipeline": "存款"}
    assert loaded.encoding == model.encoding


def test_saving_again_replaces_and_leaves_nothing_behind(model, bank, tmp_path):
    model.save(tmp_path / "one")
    (tmp_path / "one" / "stray").write_text("x")
    model.save(tmp_path / "one")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["model.json", "model.txt"]


def test_the_trees_are_lightgbm_text_and_the_rest_is_json(model, tmp_path):
    folder = model.save(tmp_path / "one")
    assert (folder / "model.txt").read_text(encoding="utf-8").startswith("tree\n")
    assert json.loads((folder / "model.json").read_text(encoding="utf-8"))["format"] == 2


def test_a_model_that_is_not_whole_is_refused(model, tmp_path):
    with pytest.raises(UserError, match="cannot read the model"):
        Model.load(tmp_path / "nowhere")
    folder = model.save(tmp_path / "one")
    (folder / "model.txt").write_text("tree\nother")
    with pytest.raises(UserError, match="belongs to"):
        Model.load(folder)
    (folder / "model.json").write_text('{"format": 99}')
    with pytest.raises(UserError, match="format 99"):
        Model.load(folder)
    (folder / "model.json").write_text("{")
    with pytest.raises(UserError, match="not JSON"):
        Model.load(folder)


def test_a_table_without_a_feature_is_refused(model):
    with pytest.raises(UserError, match="lacks 3 of 4 features"):
        model.predict(pa.table({"noise": [0.1]}))


def test_a_model_of_format_1_loads_and_tells_what_it_told(model, matrix, tmp_path):
    folder = model.save(tmp_path / "old")
    rest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    del rest["doubt"]
    rest |= {"format": 1, "calibrator": {"kind": "isotonic", "raw": [0.1, 0.9], "probability": [0.2, 0.4]}}
    (folder / "model.json").write_text(json.dumps(rest), encoding="utf-8")
    old = Model.load(folder)
    assert old.told(np.array([0.0, 0.5, 1.0])).probability == pytest.approx([0.2, 0.3, 0.4])
    # 400 customers at 0.2: 80 expected, the standard deviation is 8
    expected = old.expected(np.full(400, 0.1))
    assert (expected.value, expected.low, expected.high) == (pytest.approx(80), 64, 96)
    assert "chance alone" in old.expected_method()


def test_an_uplift_model_keeps_the_doubt_of_its_effect_and_one_from_before_says_that_it_has_none(
    model, tmp_path
):
    doubt = EffectDoubt(0.1, 1e-4, 1e-2, 0.0, (0.0, 0.2), (0.1, 0.3), (0.05, 0.1), 4_000)
    bands = EffectBands.from_effect(0.02, share=True)
    effect = replace(model, calibrator=Straight(0.5, 0.01), bands=bands, doubt=doubt)
    loaded = Model.load(effect.save(tmp_path / "effect"))
    score = np.full(100, 0.1)
    assert loaded.expected(score) == effect.expected(score)
    assert loaded.expected(score).low < 6 < loaded.expected(score).high
    assert "4,000 cases" in loaded.expected_method()
    before = replace(effect, doubt=None)
    assert (before.expected(score, 0.5).value, before.expected(score).low) == (pytest.approx(3.0), None)
    assert before.expected_method().startswith("no interval: this version")


def test_a_calibration_of_a_later_leadlift_is_refused_not_left_out(model, tmp_path):
    folder = model.save(tmp_path / "new")
    rest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    rest["calibrator"] = {"kind": "spline"}
    (folder / "model.json").write_text(json.dumps(rest), encoding="utf-8")
    with pytest.raises(UserError, match="'spline'"):
        Model.load(folder)
    rest |= {"calibrator": {"kind": "none"}, "doubt": {"kind": "copula"}}
    (folder / "model.json").write_text(json.dumps(rest), encoding="utf-8")
    with pytest.raises(UserError, match="'copula', which only a later leadlift reads"):
        Model.load(folder)
