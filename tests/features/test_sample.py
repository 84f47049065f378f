"""A sample of customers by hash."""

from __future__ import annotations

import hashlib

import pyarrow as pa
from sqlglot import exp

from leadlift.features.sample import SALT, in_sample


def sampled(engine, customers, share):
    engine.define_table("people", pa.table({"customer_id": customers}))
    query = exp.select("customer_id").from_("people").where(in_sample(exp.column("customer_id"), share))
    return set(engine.table(query)["customer_id"].to_pylist())


def test_a_customer_is_in_by_the_first_digits_of_the_hash_alone(engine):
    customers = [f"{number:08d}" for number in range(4000)]
    below = int(0.25 * 16**8)
    expected = {
        who for who in customers if int(hashlib.md5(f"{SALT}:{who}".encode()).hexdigest()[:8], 16) <= below
    }
    assert sampled(engine, customers, 0.25) == expected
    assert 900 < len(expected) < 1100


def test_the_same_customers_come_again_among_others_and_a_smaller_sample_is_part_of_a_larger(engine):
    old = [f"{number:08d}" for number in range(1000)]
    grown = old + [f"new{number}" for number in range(1000)]
    few, many = sampled(engine, old, 0.1), sampled(engine, grown, 0.3)
    assert few < many
    assert sampled(engine, grown, 0.1) & set(old) == few
    assert sampled(engine, old, 1.0) == set(old)
