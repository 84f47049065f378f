"""What stands on both sides of the split, and what changed between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from leadlift.evaluation import Estimate
from leadlift.names import CALIBRATION, TEST, TRAIN, VALID
from leadlift.training import Parts, model_too_good
from leadlift.training.audit import audit_limits
from leadlift.training.audit.duplicates import duplicate_customers, duplicate_rows
from leadlift.training.audit.shift import drifts, psi_findings, train_against_recent

from .audited import CUSTOMERS, MONTHS, cases_of, flat, monthly

LIMITS = audit_limits()


def named(table: pa.Table, names: list[str]) -> pa.Table:
    return table.set_column(0, "customer_id", pa.array(names))


def test_customers_under_another_spelling_of_their_id_are_caught():
    table = flat()
    # every tenth customer stands there twice: "c00010" and " C-10"
    names = [
        f"C-{n - 1:d} " if n % 10 == 1 else name for n, name in enumerate(table["customer_id"].to_pylist())
    ]
    names = [
        name.replace("c000", "c-").replace("c00", "c-") if n % 10 == 0 else name
        for n, name in enumerate(names)
    ]
    (found,) = duplicate_customers(
        cases_of(named(table, names)), table.set_column(0, "customer_id", [names]), True, LIMITS
    )
    assert (found.kind, found.name) == ("duplicate_customer", "customers")
    assert found.severity in ("warn", "error")
    assert not any(name in str(found) for name in names)


def test_a_customer_who_comes_again_in_a_flat_table_split_by_its_rows_is_caught():
    table = flat(rows=2_000)
    names = [f"c{n % 1_500}" for n in range(2_000)]
    table = named(table, names)
    cases = cases_of(table)
    early, late, none = np.arange(1_500), np.arange(1_500, 2_000), np.arange(0)
    parts = Parts({TRAIN: early, VALID: none, CALIBRATION: none, TEST: late}, None, 0)
    cases = replace(cases, parts=parts)
    (found,) = duplicate_customers(cases, table, True, LIMITS)
    assert (found.kind, found.evidence["customers"], found.evidence["of"]) == ("returning_customer", 500, 500)
    # over as-of dates the same customers are meant to stand on both sides
    assert duplicate_customers(cases, table, False, LIMITS) == []


def test_customers_who_are_all_different_are_no_suspects():
    table = flat()
    assert duplicate_customers(cases_of(table), table, True, LIMITS) == []


def copied(table: pa.Table, rows: int) -> pa.Table:
    """The first rows again, as other customers."""
    again = table.slice(0, rows)
    return pa.concat_tables(
        [table, again.set_column(0, "customer_id", pa.array([f"x{n}" for n in range(rows)]))]
    )


def test_rows_entered_twice_are_caught():
    (found,) = duplicate_rows(cases_of(copied(flat(), 600)), LIMITS)
    assert (found.kind, found.name) == ("duplicate_rows", "rows")
    assert found.evidence["rows"] > 10 * found.evidence["by_coincidence"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_people_alike_by_chance_are_no_duplicates(seed):
    # 16 kinds of people in all: every test case has twins
    coarse = flat(seed=seed).drop(["wealth", "age"])
    for name, kinds in (("sex", 2), ("tier", 3)):
        values = np.random.default_rng(seed).integers(0, kinds, len(coarse)).astype(float)
        coarse = coarse.add_column(2, name, pa.array(values))
    assert duplicate_rows(cases_of(coarse), LIMITS) == []


def test_people_alike_where_one_feature_follows_from_others_are_no_duplicates():
    # half of the customers are new: what they have paid in all is one month's price
    draw = np.random.default_rng(4)
    rows = 4_000
    months, price = draw.choice([1, 1, 1, 7, 24], rows), draw.choice([19.5, 20.0, 45.25, 70.0], rows)
    table = flat(rows).drop(["wealth"]).add_column(2, "price", pa.array(price))
    paid = np.where(months == 1, price, price * months + draw.normal(size=rows))
    table = table.add_column(2, "paid", pa.array(paid)).add_column(2, "months", pa.array(months))
    assert duplicate_rows(cases_of(table), LIMITS) == []


def test_the_same_customers_months_apart_are_no_duplicates():
    still = monthly(plan=lambda y, draw: np.tile(draw.normal(size=CUSTOMERS), MONTHS)).drop(
        ["wealth", "noise"]
    )
    assert duplicate_rows(cases_of(still), LIMITS) == []


# ------------------------------------------------------------------ shift


def later(y, draw):
    """A number that grows with time, as prices do."""
    return np.repeat(np.arange(MONTHS), CUSTOMERS) + draw.normal(scale=0.3, size=len(y))


def test_what_shifted_is_named_by_the_classifier_and_by_psi():
    cases = cases_of(monthly(prices=later))
    (found,) = train_against_recent(cases, 1, LIMITS)
    assert (found.kind, found.name, found.also[0]) == ("train_against_recent", "recent", "prices")
    assert found.evidence["share.prices"] > 0.9
    (drifted,) = psi_findings(drifts(cases), cases, LIMITS)
    assert (drifted.kind, drifted.severity, drifted.name) == ("psi", "note", "prices")


def test_equal_seeds_give_equal_findings():
    cases = cases_of(monthly(prices=later))
    assert train_against_recent(cases, 3, LIMITS) == train_against_recent(cases, 3, LIMITS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_unchanged_population_has_not_shifted(seed):
    for table in (monthly(seed), flat(seed=seed)):
        cases = cases_of(table)
        assert train_against_recent(cases, seed, LIMITS) == []
        assert psi_findings(drifts(cases), cases, LIMITS) == []


def test_customers_known_from_training_are_not_what_gives_the_test_away():
    # each customer keeps a number of his own: it says who, not when
    cases = cases_of(monthly(own=lambda y, draw: np.tile(draw.normal(size=CUSTOMERS), MONTHS)))
    assert train_against_recent(cases, 1, LIMITS) == []


def test_every_feature_has_its_psi():
    cases = cases_of(flat(gone=lambda y, draw: np.full(len(y), np.nan)))
    assert {drift.feature for drift in drifts(cases)} == {"wealth", "age", "region", "gone"}


# ------------------------------------------------------------------ judged


def test_a_model_too_good_to_be_true_is_named_by_the_lower_end_of_its_interval():
    told = [model_too_good(Estimate(0.98, low, 0.99), 300) for low in (0.972, 0.93, 0.80)]
    assert [[one.severity for one in found] for found in told] == [["error"], ["warn"], []]
    assert told[0][0].name == "model"


def test_a_model_judged_on_a_handful_of_responders_is_not_too_good_to_be_true():
    assert model_too_good(Estimate(1.0, 1.0, 1.0), 5) == []
