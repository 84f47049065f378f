"""The models to beat: on the very same test cases, and never fitted on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk

from leadlift.models.rfm import fit_rfm
from leadlift.names import TEST, TRAIN
from leadlift.specs import FeatureDef
from leadlift.specs.features import Feature
from leadlift.training import Outsider, fit_baseline, fit_calibrated, judge_rivals, rival_metrics
from leadlift.training.rivals import NO_RFM, rfm_parts

from .test_judgement import SMALL, cases_of, facts


def feature(
    name: str, agg: str, source: str = "sales", window: int | None = None, *, where=None
) -> FeatureDef:
    of = {"of": "amount"} if agg == "sum" else {}
    return FeatureDef(
        name=name, stanza=name, subject="value", source=source, spec=Feature(agg=agg, **of), of=None, where=where,
        expr=None, window=window, type="number", hidden=None, uses=(), label=name, unit="", file="f.yaml", line=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def cases():
    return cases_of(facts(days=lambda y, draw: draw.integers(1, 90, len(y)).astype(float)))


@pytest.fixture(scope="module")
def model(cases):
    return fit_calibrated(cases, {}, SMALL, "the test cases")


PLAYED = [feature("days", "days_since_last"), feature("wealth", "sum")]


@pytest.fixture(scope="module")
def rivals(model, cases):
    champion = Outsider(model.raw(cases.matrix[cases.rows(TEST)]), "version 1")
    return judge_rivals(model, fit_baseline(cases, 1), cases, PLAYED, ["sales"], champion, resamples=30)


def test_all_are_measured_on_the_test_as_scikit_learn_measures_them(rivals, cases):
    rows = cases.rows(TEST)
    y, matrix = cases.y[rows], cases.matrix[rows]
    found = {rival.name: rival.compared.own for rival in rivals.all}
    assert list(found) == ["logistic", "scorecard", "rfm", "champion"]
    for name, made in (("scorecard", rivals.scorecard), ("rfm", rivals.rfm)):
        scores = made.predict(matrix)
        assert found[name]["auc"].value == pytest.approx(sk.roc_auc_score(y, scores), abs=1e-9)
        assert found[name]["average_precision"].value == pytest.approx(
            sk.average_precision_score(y, scores), abs=1e-9
        )


def test_a_champion_that_is_the_same_model_is_as_good(rivals):
    (champion,) = [rival for rival in rivals.all if rival.name == "champion"]
    assert champion.verdict == "as good as the champion: lift@10 +0.00 [+0.00, +0.00]"


def test_a_champion_that_cannot_score_is_told_with_its_reason(model, cases):
    told = judge_rivals(
        model, fit_baseline(cases, 1), cases, [], [], Outsider(None, "feature x is gone"), resamples=5
    )
    by_name = {rival.name: rival for rival in told.all}
    assert by_name["champion"].verdict == "not judged beside the champion: feature x is gone"
    assert by_name["rfm"].verdict == f"not judged beside the RFM rule: {NO_RFM}"
    assert told.rfm is None
    assert not [name for name in rival_metrics(told) if "champion" in name or "rfm" in name]


def test_the_simple_models_never_see_the_test(model, cases, rivals):
    y = cases.y.copy()
    y[cases.rows(TEST)] = 1 - y[cases.rows(TEST)]
    turned = judge_rivals(
        model, fit_baseline(cases, 1), replace(cases, y=y), PLAYED, ["sales"], None, resamples=5
    )
    assert turned.scorecard.table(cases.encoding) == rivals.scorecard.table(cases.encoding)
    np.testing.assert_array_equal(turned.rfm.rates, rivals.rfm.rates)


def test_a_score_that_has_not_moved_has_little_psi(rivals):
    assert 0 <= rivals.score_psi < 0.1
    assert 0 < rivals.psi_by_chance < 0.1


def test_rfm_takes_the_source_with_most_parts_the_longest_window_and_no_condition():
    features = [
        feature("days_since_visit", "days_since_last", "visits"),
        feature("visits_30d", "count", "visits", 30),
        feature("app_90d", "count", "sales", 90, where="channel = 'app'"),
        feature("count_30d", "count", "sales", 30),
        feature("count_90d", "count", "sales", 90),
        feature("spent_30d", "sum", "sales", 30),
        feature("days_since_sale", "days_since_last", "sales"),
    ]
    assert rfm_parts(features, ["visits", "sales"]) == {
        "recency": "days_since_sale", "frequency": "count_90d", "monetary": "spent_30d",
    }  # fmt: skip
    assert rfm_parts(features, ["visits"]) == {"recency": "days_since_visit", "frequency": "visits_30d"}
    assert rfm_parts(features, []) == {}
    assert rfm_parts(features[:1], ["visits"]) == {}


def test_simple_models_learn_from_what_an_ensemble_learns_from(model, cases):
    before = np.flatnonzero(~np.isin(np.arange(len(cases.y)), cases.rows(TEST)))
    assert np.array_equal(cases.learned(5), before)
    assert np.array_equal(cases.learned(1), cases.rows(TRAIN))
    told = judge_rivals(
        model, fit_baseline(cases, 1, 5), cases, PLAYED, ["sales"], None, resamples=5, ensemble=5
    )
    whole = fit_rfm(cases.matrix[before], cases.y[before], cases.encoding.features, told.rfm.parts)
    np.testing.assert_array_equal(told.rfm.rates, whole.rates)
