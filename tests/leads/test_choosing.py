"""From allowed pairs to the list: who, with what, in which order, and who of them is not contacted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.errors import GateError
from leadlift.leads import (
    Board,
    Rates,
    Room,
    Terms,
    WaterfallRow,
    apply_least,
    choose,
    held_out,
    refuse_wrong_counts,
)
from leadlift.leads.draws import controls
from leadlift.leads.sellers import share_out
from leadlift.names import CONTROL, EXPLORE, MODEL
from leadlift.specs import Holdout, ValueModel

HOLDOUT = Holdout(share=0.1, salt="2026")


def board(
    chance, value=None, cost=(0.0,), response=(1.0,), money=False, preferred=None, counts=None
) -> Board:
    """Customers c00, c01, ... with a chance of each offer; one channel for each cost."""
    rates = np.asarray(chance, dtype=np.float32)
    rates = rates[:, None] if rates.ndim == 1 else rates
    offers, channels = rates.shape[1], len(cost)
    pairs = tuple((f"o{o}", f"ch{c}") for o in range(offers) for c in range(channels))
    terms = Terms(
        pairs,
        np.repeat(np.arange(offers), channels),
        np.tile(np.asarray(response, dtype=float), offers),
        np.tile(np.asarray(cost, dtype=float), offers),
        money,
    )
    worth = np.full_like(rates, np.nan) if value is None else np.broadcast_to(np.float32(value), rates.shape)
    names = pa.chunked_array([[f"c{number:02d}" for number in range(len(rates))]])
    return Board(names, terms, Rates(rates, worth), money, preferred, counts)


def chosen(one: Board, room=None, tie=None, control=0.0, explore=0.0, spread=None):
    scores = np.zeros_like(one.rates.chance) if tie is None else np.asarray(tie, dtype=float)[:, None]
    level = np.zeros(len(one.best), dtype=int) if spread is None else spread
    return choose(one, room or Room(), scores, control, explore, "june", level)


def names(one: Board, rows) -> list[str]:
    return one.customers.take(pa.array(rows)).to_pylist()


def test_a_rule_removes_its_own_and_what_they_would_have_brought_is_told():
    told = board([0.9, 0.5, 0.8, 0.4])
    told.remove("consent", np.array([True, False, False, False]))
    told.remove("arrears", np.array([True, False, False, True]))
    assert [(row.rule, row.removed, row.left) for row in told.rows] == [
        ("scored", 0, 4), ("consent", 1, 3), ("arrears", 1, 2),
    ]  # fmt: skip
    assert [row.expected_responders for row in told.rows] == pytest.approx([2.6, 1.7, 1.3])
    assert [row.removed_responders for row in told.rows] == pytest.approx([0.0, 0.9, 0.4])
    assert names(told, told.removed[0].gone) == ["c00"]


def test_a_rule_that_closes_a_channel_costs_something_and_removes_nobody():
    told = board([0.5, 0.4], cost=(0.0, 0.0), response=(1.0, 0.5))
    gone = told.remove("calls", np.array([True, False]), told.terms.of(channel="ch0"))
    assert not gone.any()
    assert told.rows[-1].removed == 0
    assert told.rows[-1].removed_responders == pytest.approx(0.25)


def test_an_offer_that_is_closed_is_kept_on_record_with_its_rule():
    told = board([[0.5, 0.4], [0.3, 0.2]])
    told.remove("held", np.array([True, False]), told.terms.of(offers=["o0"]))
    assert {offer: names(told, rows) for offer, rows in told.removed[-1].closed.items()} == {0: ["c00"]}


def test_who_is_softened_is_contacted_where_nobody_better_is_left_and_what_is_expected_stays():
    half = np.ones((3, 1), dtype=np.float32)
    half[0] = 0.5
    told = board([0.5, 0.3, 0.2], counts=half)
    assert names(told, chosen(told, Room(most=2)).rows) == ["c01", "c00"]
    assert told.rows[0].expected_responders == pytest.approx(1.0)


def test_an_offer_that_is_softened_gives_way_to_another():
    half = np.array([[1.0, 0.5]], dtype=np.float32)
    assert board([[0.3, 0.5]]).best.tolist() == [1]
    assert board([[0.3, 0.5]], counts=half).best.tolist() == [0]


def test_a_contact_that_loses_is_no_better_for_counting_less():
    half = np.array([[0.5], [1.0]], dtype=np.float32)
    told = board([0.1, 0.1], value=100, cost=(20.0,), money=True, counts=half)
    assert told.worth(np.arange(2))[:, 0].tolist() == pytest.approx([-15.0, -10.0])


def test_ties_go_by_the_raw_score_and_then_by_the_id():
    # calibrated chances come in steps: many customers share one
    told = board([0.5, 0.5, 0.5, 0.6])
    found = chosen(told, Room(most=3), tie=[1.0, 1.0, 2.0, 0.1])
    assert names(told, found.rows) == ["c03", "c02", "c00"]


def test_offers_compete_by_what_they_are_worth_after_their_cost():
    # likelier, but worth less: 0.5 x 10 - 1 = 4 against 0.2 x 100 - 1 = 19
    told = board([[0.5, 0.2]], value=[[10, 100]], cost=(1.0,), money=True)
    found = chosen(told)
    assert told.terms.pairs[found.pair[0]] == ("o1", "ch0")


def test_a_preferred_channel_wins_where_both_are_worth_the_same():
    preferred = np.array([[False, True], [True, False]])
    told = board([0.4, 0.4], cost=(0.0, 0.0), response=(1.0, 1.0), preferred=preferred)
    found = chosen(told)
    assert dict(zip(names(told, found.rows), found.pair.tolist(), strict=True)) == {"c00": 1, "c01": 0}


def test_room_is_kept_by_channel_offer_and_branch():
    rng = np.random.default_rng(0)
    told = board(rng.random((60, 2)), cost=(0.0, 0.0), response=(1.0, 0.9))
    room = Room(most=30, offers={"o0": 9}, channels={"ch0": 7}, group=np.arange(60) % 5, in_group=5)
    found = chosen(told, room)
    pairs = [told.terms.pairs[place] for place in found.pair]
    assert len(found.rows) <= 25
    assert sum(offer == "o0" for offer, _ in pairs) <= 9
    assert sum(channel == "ch0" for _, channel in pairs) <= 7
    assert np.bincount(found.rows % 5).max() <= 5


def test_the_control_is_a_share_of_each_offer_and_channel_and_room_holds_for_the_rest():
    rng = np.random.default_rng(1)
    told = board(rng.random(400), cost=(0.0, 0.0), response=(1.0, 0.999))
    found = chosen(told, Room(most=100, channels={"ch0": 60, "ch1": 60}), control=0.2)
    assert found.contacted.sum() <= 100
    for place in (0, 1):
        here = found.pair == place
        assert (found.cell[here] == CONTROL).sum() == np.ceil(0.2 * here.sum())
        assert found.contacted[here].sum() <= 60
        assert found.share[here] == pytest.approx(1 - (found.cell[here] == CONTROL).mean())
    again = chosen(told, Room(most=100, channels={"ch0": 60, "ch1": 60}), control=0.2)
    assert (again.rows == found.rows).all()
    assert (again.cell == found.cell).all()


def test_every_member_of_a_group_is_as_likely_to_be_in_control():
    rng, counts = np.random.default_rng(2), np.zeros(20)
    spread = np.arange(20) // 5
    for _ in range(4_000):
        counts += controls(np.zeros(20, dtype=int), spread, rng.random(20), 0.25)
    # 5 of 20 each time: a binomial with p = 1/4; five standard errors
    assert np.abs(counts / 4_000 - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / 4_000)


@given(st.integers(4, 200), st.floats(0.05, 0.5), st.integers(0, 9))
def test_the_control_is_spread_evenly_over_bands(customers, share, seed):
    rng = np.random.default_rng(seed)
    spread = rng.integers(0, 4, customers)
    drawn = controls(np.zeros(customers, dtype=int), spread, rng.random(customers), share)
    count = drawn.sum()
    assert count == np.ceil(share * customers - 1e-9)
    for band in range(4):
        assert abs(drawn[spread == band].sum() - count * (spread == band).mean()) < 2


def test_the_explore_slice_is_drawn_whatever_the_score():
    told = board(np.linspace(0.9, 0.01, 2_000))
    found = chosen(told, Room(most=200), explore=0.5)
    mine = found.cell == EXPLORE
    assert mine.sum() == 100
    assert (found.cell == MODEL).sum() == 100
    # the model's are the best left; the others come from everywhere
    assert np.median(found.rows[mine]) > 500
    assert found.rows[~mine].max() < 200


def test_a_held_out_customer_is_never_chosen_and_the_holdout_has_its_share():
    customers = pa.chunked_array([[f"{number:08d}" for number in range(20_000)]])
    # 20,000 draws with p = 0.1: four standard errors are 0.0085
    assert held_out(customers, HOLDOUT).mean() == pytest.approx(0.1, abs=0.0085)


def test_the_holdout_is_the_same_for_ever():
    # frozen: were the hash to change, people kept apart for years would be called tomorrow
    customers = pa.chunked_array([[f"c{number}" for number in range(60)]])
    kept = np.flatnonzero(held_out(customers, HOLDOUT)).tolist()
    assert kept == [5, 26, 27, 37, 46, 51]


def test_newcomers_change_nobodys_holdout_and_another_salt_changes_everybodys():
    old = [f"c{number}" for number in range(1_000)]
    new = ["x1", *old[::-1], "x2"]
    before = dict(zip(old, held_out(pa.chunked_array([old]), HOLDOUT), strict=True))
    after = dict(zip(new, held_out(pa.chunked_array([new]), HOLDOUT), strict=True))
    assert all(before[one] == after[one] for one in old)
    other = held_out(pa.chunked_array([old]), Holdout(share=0.1, salt="2027"))
    assert (other != list(before.values())).any()


@given(st.integers(1, 300), st.integers(1, 7), st.integers(0, 9))
def test_sellers_get_as_many_leads_and_as_good_ones(leads, sellers, seed):
    rng = np.random.default_rng(seed)
    worth, strata = rng.gamma(1.0, 10.0, leads), rng.integers(0, 3, leads)
    dealt = share_out(worth, strata, sellers)
    counts = np.bincount(dealt, minlength=sellers)
    assert counts.max() - counts.min() <= 1
    # a whole round adds nothing to the spread beyond one lead's worth; the end of each stratum may add one more
    sums = np.bincount(dealt, weights=worth, minlength=sellers)
    assert sums.max() - sums.min() <= 4 * worth.max() + 1e-9


def test_two_sellers_share_a_long_list_to_within_one_lead():
    worth = np.random.default_rng(5).gamma(1.0, 10.0, 1_000)
    sums = np.bincount(share_out(worth, np.zeros(1_000, dtype=int), 2), weights=worth)
    assert abs(sums[0] - sums[1]) <= worth.max()


def test_counts_that_do_not_add_up_are_refused_with_the_rule():
    rows = [WaterfallRow("scored", 0, 10, 1.0), WaterfallRow("arrears", 3, 6, 0.5)]
    with pytest.raises(GateError, match="rule 'arrears' removed 3 of 10 and left 6"):
        refuse_wrong_counts("june", rows, 6)
    with pytest.raises(GateError, match="after rule 'arrears' 7 customers are left, but the list has 6"):
        refuse_wrong_counts("june", [rows[0], WaterfallRow("arrears", 3, 7, 0.5)], 6)


def test_customers_without_a_value_yet_rank_last_and_spoil_no_sum():
    told = board([0.9, 0.5, 0.8], value=[[np.nan], [100.0], [200.0]], money=True, cost=(2.0,))
    assert told.alive.all()
    assert told.rows[0].expected_value == pytest.approx(0.5 * 100 - 2 + 0.8 * 200 - 2)
    found = chosen(told, Room(most=2))
    assert names(told, found.rows) == ["c02", "c01"]


def test_customers_of_whom_the_value_model_says_nothing_leave_by_a_line_of_their_own():
    told = board(
        [[0.9, 0.4], [0.5, np.nan], [0.8, 0.1]],
        value=[[np.nan, 10.0], [np.nan, 10.0], [90.0, 10.0]],
        money=True,
    )
    offers = {"o0": SimpleNamespace(value=ValueModel(pipeline="worth")), "o1": SimpleNamespace(value=10.0)}
    apply_least(told, SimpleNamespace(offers=offers, min_probability=0.0, least_value=0.0))
    assert [(row.rule, row.removed) for row in told.rows] == [
        ("scored", 0), ("not_priced", 1), ("min_probability", 0), ("min_expected_value", 0),
    ]  # fmt: skip
    assert told.best.tolist() == [1, -1, 0]
    assert all(np.isfinite(row.expected_value) for row in told.rows)
