"""From scored customers to the chosen ones: rules in order, holdout, cut, rank."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.leads import Chosen, choose, held_out
from leadlift.specs.workspace import Holdout

RULES = ["consent", "complaint", "arrears"]
HOLDOUT = Holdout(share=0.1, salt="2026")


def scored(*customers: tuple[str, float, float, str | None]) -> pa.Table:
    """Customers as (id, raw score, probability, rule that removes them)."""
    return pa.table(
        {
            "customer_id": pa.array([one[0] for one in customers], pa.string()),
            "score": pa.array([one[1] for one in customers], pa.float64()),
            "probability": pa.array([one[2] for one in customers], pa.float64()),
            "removed_by": pa.array([one[3] for one in customers], pa.string()),
        }
    )


def names(chosen: Chosen) -> list[str]:
    return chosen.rows["customer_id"].to_pylist()


def steps(chosen: Chosen) -> list[tuple[str, int, int]]:
    return [(row.rule, row.removed, row.left) for row in chosen.waterfall]


def test_each_rule_removes_its_own_and_the_best_of_the_rest_are_taken():
    chosen = choose(
        scored(
            ("ann", 2.0, 0.9, "consent"),
            ("bob", 1.0, 0.5, None),
            ("cat", 3.0, 0.8, None),
            ("dan", 0.5, 0.4, "arrears"),
            ("eve", 0.1, 0.2, None),
            ("fay", 0.0, 0.01, None),
        ),
        RULES, holdout=None, min_probability=0.1, size=2,
    )  # fmt: skip
    assert names(chosen) == ["cat", "bob"]
    assert steps(chosen) == [
        ("scored", 0, 6), ("consent", 1, 5), ("complaint", 0, 5),
        ("arrears", 1, 4), ("min_probability", 1, 3), ("size", 1, 2),
    ]  # fmt: skip
    assert [row.expected_responders for row in chosen.waterfall] == pytest.approx(
        [2.81, 1.91, 1.91, 1.51, 1.5, 1.3]
    )


def test_ties_go_by_the_raw_score_and_then_by_the_id_whatever_the_order_of_the_rows():
    # calibrated chances come in steps: many customers share one
    rows = [
        ("bob", 1.0, 0.5, None),
        ("ann", 1.0, 0.5, None),
        ("cat", 2.0, 0.5, None),
        ("dan", 0.1, 0.6, None),
    ]
    for order in (rows, rows[::-1]):
        assert names(choose(scored(*order), [], None, 0.0, 10)) == ["dan", "cat", "ann", "bob"]


def test_a_chance_of_exactly_the_least_wanted_is_enough():
    assert names(choose(scored(("ann", 0.0, 0.1, None)), [], None, 0.1, 10)) == ["ann"]


def test_a_list_may_be_shorter_than_its_size_or_empty():
    assert names(choose(scored(("ann", 0.0, 0.1, None)), [], None, 0.0, 500)) == ["ann"]
    nobody = choose(scored(("ann", 0.0, 0.1, "consent")), RULES, None, 0.0, 500)
    assert names(nobody) == []
    assert nobody.waterfall[-1].left == 0


def test_a_held_out_customer_is_never_chosen():
    everyone = [f"c{number}" for number in range(300)]
    out = set(np.array(everyone)[held_out(pa.chunked_array([everyone]), HOLDOUT)])
    chosen = choose(scored(*((one, 1.0, 0.5, None) for one in everyone)), [], HOLDOUT, 0.0, 300)
    assert set(names(chosen)) == set(everyone) - out
    assert ("holdout", len(out), 300 - len(out)) in steps(chosen)


def test_the_holdout_has_the_share_asked_for():
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


customers = st.lists(
    st.tuples(
        st.integers(0, 10_000).map(str),
        st.floats(-5, 5),
        st.sampled_from([0.0, 0.01, 0.05, 0.2, 1.0]),
        st.sampled_from([None, None, *RULES]),
    ),
    min_size=1, max_size=40, unique_by=lambda one: one[0],
)  # fmt: skip


@given(
    customers, st.sampled_from([None, Holdout(share=0.5, salt="s")]), st.floats(0, 0.3), st.integers(1, 30)
)
def test_whatever_the_facts_no_rule_is_broken_and_the_waterfall_adds_up(facts, holdout, least, size):
    chosen = choose(scored(*facts), RULES, holdout, least, size)
    told = {one[0]: one for one in facts}
    taken = [told[name] for name in names(chosen)]
    assert all(one[3] is None and one[2] >= least for one in taken)
    if holdout is not None:
        assert not held_out(chosen.rows["customer_id"], holdout).any()
    assert len(taken) <= size
    assert [one[2] for one in taken] == sorted((one[2] for one in taken), reverse=True)
    left = len(facts)
    for row in chosen.waterfall:
        left -= row.removed
        assert row.left == left
    assert left == len(taken)
    assert chosen.waterfall[-1].expected_responders == pytest.approx(sum(one[2] for one in taken))
