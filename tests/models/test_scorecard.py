"""The scorecard: bins held against brute force, points that add up, and features chosen without the test."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlift.errors import UserError
from leadlift.evaluation import auc
from leadlift.models import Encoding, fit_scorecard
from leadlift.models.binning import LEAST_SHARE, MOST_BINS, WORTH, _partition, category_bins, number_bins

NAN = float("nan")


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def log_likelihood(n: float, yes: float) -> float:
    rate = yes / n
    return sum(k * np.log(p) for k, p in ((yes, rate), (n - yes, 1 - rate)) if k > 0)


@given(st.lists(st.tuples(st.integers(20, 60), st.integers(0, 20)), min_size=2, max_size=8))
@settings(max_examples=40)
def test_the_cuts_are_the_best_of_all_there_are(cells):
    n, yes = (np.array(part, dtype=float) for part in zip(*cells, strict=True))
    least = 45.0
    best = 2 * log_likelihood(n.sum(), yes.sum()) - WORTH
    for count in range(1, min(MOST_BINS, len(n))):
        for cuts in combinations(range(len(n) - 1), count):
            parts = np.split(np.arange(len(n)), [cut + 1 for cut in cuts])
            if all(n[part].sum() >= least for part in parts):
                told = sum(2 * log_likelihood(n[part].sum(), yes[part].sum()) - WORTH for part in parts)
                best = max(best, told)
    cuts, worth = _partition(n, yes, least)
    parts = np.split(np.arange(len(n)), [cut + 1 for cut in cuts])
    found = sum(2 * log_likelihood(n[part].sum(), yes[part].sum()) - WORTH for part in parts)
    assert found == pytest.approx(best)
    assert worth == pytest.approx(best - (2 * log_likelihood(n.sum(), yes.sum()) - WORTH), abs=1e-6)


def test_the_weight_of_evidence_is_the_log_of_the_shares_of_responders_and_others():
    values = column(*[1] * 100, *[2] * 100, *[NAN] * 50)
    y = np.array([1.0] * 10 + [0.0] * 90 + [1.0] * 60 + [0.0] * 40 + [1.0] * 5 + [0.0] * 45)
    bins = number_bins(values, y)
    assert bins.edges.tolist() == [1.0]
    assert bins.of(column(0, 1, 1.5, 9, NAN)).tolist() == [0, 0, 1, 1, 2]
    assert bins.cases.tolist() == [100, 100, 50]
    assert bins.responders.tolist() == [10, 60, 5]
    assert bins.woe[0] == pytest.approx(np.log((10.5 / 75) / (90.5 / 175)))
    assert bins.woe[2] == pytest.approx(np.log((5.5 / 75) / (45.5 / 175)))


def test_a_number_without_meaning_gets_no_bins():
    draw = np.random.default_rng(1)
    found = [
        number_bins(draw.normal(size=2_000).astype(np.float32), (draw.random(2_000) < 0.1) * 1.0)
        for _ in range(40)
    ]
    assert sum(bins is not None for bins in found) <= 6


def test_a_shape_that_rises_gives_rates_that_rise_and_one_that_turns_is_seen():
    draw = np.random.default_rng(2)
    x = draw.uniform(0, 100, 20_000).astype(np.float32)
    rising = number_bins(x, (draw.random(20_000) < 0.02 + x / 500) * 1.0)
    rates = (rising.responders / np.maximum(rising.cases, 1))[:-1]
    assert (np.diff(rates) > 0).all()
    assert rising.count > 2
    assert (rising.cases[:-1] >= LEAST_SHARE * 20_000).all()
    turning = number_bins(x, (draw.random(20_000) < np.where(abs(x - 50) < 20, 0.02, 0.15)) * 1.0)
    rates = (turning.responders / np.maximum(turning.cases, 1))[:-1]
    assert rates[0] > 0.1 > 0.03 > rates.min()
    assert rates[-1] > 0.1


def test_edges_are_round_and_keep_values_that_many_have_on_their_side():
    draw = np.random.default_rng(3)
    money = np.round(np.exp(draw.normal(8, 1, 5_000)), 2).astype(np.float32)
    bins = number_bins(money, (draw.random(5_000) < np.clip(money / 50_000, 0, 0.9)) * 1.0)
    assert all(edge == pytest.approx(round(edge / 10) * 10) for edge in bins.edges)


def test_categories_with_like_rates_stand_together_and_rare_ones_with_the_others():
    rates = [0.02, 0.02, 0.2, 0.2]
    codes = np.repeat(np.arange(4), 1_000).astype(np.float32)
    y = np.concatenate([np.arange(1_000) < 1_000 * rate for rate in rates]).astype(float)
    codes, y = np.append(codes, [4.0, NAN]).astype(np.float32), np.append(y, [0.0, 0.0])
    bins = category_bins(codes, y)
    assert sorted(map(sorted, bins.groups)) == [[0, 1], [2, 3]]
    assert bins.of(column(0))[0] == bins.of(column(1))[0] != bins.of(column(2))[0]
    assert bins.of(column(4))[0] == bins.of(column(900))[0] == bins.others
    assert bins.of(column(NAN))[0] == bins.count


@pytest.fixture(scope="module")
def bank() -> tuple[Encoding, np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(4)
    n = 9_000
    age, money = draw.uniform(18, 90, n), draw.normal(size=n)
    job = draw.choice(["clerk", "farmer", "nurse"], n)
    line = -3 + 0.03 * (age - 50) + 1.2 * money + (job == "nurse")
    y = (draw.random(n) < 1 / (1 + np.exp(-line))) * 1.0
    known = pa.array(np.where(draw.random(n) < 0.1, np.nan, money), from_pandas=True)
    columns = {"age": age, "money": known, "money_again": known, "job": job}
    table = pa.table(columns | {f"noise_{i}": draw.normal(size=n) for i in range(5)})
    encoding = Encoding.fit(table, table.column_names)
    return encoding, encoding.encode(table), y, line


@pytest.fixture(scope="module")
def card(bank):
    encoding, matrix, y, _ = bank
    return fit_scorecard(matrix[:4_000], y[:4_000], matrix[4_000:6_000], y[4_000:6_000], encoding)


def test_the_scorecard_finds_what_matters_once_and_leaves_out_noise(card):
    chosen = {one.feature for one in card.cards}
    assert {"age", "job"} <= chosen
    assert len(chosen & {"money", "money_again"}) == 1
    assert not [name for name in chosen if name.startswith("noise")]


def test_it_ranks_nearly_as_well_as_the_truth(card, bank):
    _, matrix, y, line = bank
    assert auc(y[6_000:], card.predict(matrix[6_000:])) > auc(y[6_000:], line[6_000:]) - 0.04


def test_the_printed_points_add_up_by_hand_to_the_probability(card, bank):
    encoding, matrix, _, _ = bank
    printed = card.table(encoding)
    start = printed[0]["points"]
    for row in (6_001, 6_002, 6_003, 6_200):
        total = start
        for one in card.cards:
            bin_ = int(one.bins.of(matrix[row : row + 1, one.column])[0])
            total += [line for line in printed if line["feature"] == one.feature][bin_]["points"]
        base = card.base_rate / (1 - card.base_rate)
        odds = base * 2 ** ((total - 500) / 20)
        assert card.predict(matrix[row : row + 1])[0] == pytest.approx(odds / (1 + odds))


def test_twenty_points_double_the_odds_and_the_worst_bin_of_each_feature_has_none(card, bank):
    assert all(one.points.min() == 0 and one.points.dtype.kind == "i" for one in card.cards)
    _, matrix, y, _ = bank
    assert card.predict(matrix[:4_000]).mean() == pytest.approx(y[:4_000].mean(), rel=0.1)


def test_missing_values_have_points_of_their_own(card, bank):
    encoding, _, _, _ = bank
    rows = [
        row
        for row in card.table(encoding)
        if row["value"] == "missing" and row["feature"].startswith("money")
    ]
    assert len(rows) == 1
    assert rows[0]["cases"] > 300


def test_nothing_but_noise_still_gives_a_card():
    draw = np.random.default_rng(6)
    table = pa.table({"noise": draw.normal(size=2_000)})
    encoding = Encoding.fit(table, ["noise"])
    y = (draw.random(2_000) < 0.1) * 1.0
    matrix = encoding.encode(table)
    card = fit_scorecard(matrix[:1_000], y[:1_000], matrix[1_000:], y[1_000:], encoding)
    assert np.ptp(card.predict(matrix)) < 0.2
    assert card.table(encoding)[0]["feature"] == "(everyone)"


def test_one_class_alone_is_refused():
    encoding = Encoding(("x",), {})
    matrix = np.zeros((3, 1), dtype=np.float32)
    with pytest.raises(UserError, match="needs responders and others; all 3 rows are alike"):
        fit_scorecard(matrix, [0, 0, 0], matrix, [0, 0, 0], encoding)
