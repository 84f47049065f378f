"""Laws that hold for every definition: the future changes nothing, and neither does the order of rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from . import histories as h
from .building import built, defined
from .oracle import is_known, midnight, moment

modestly = settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TODAY = h.AS_OF[1]
SPINE = [("ann", TODAY), ("bob", TODAY)]

TABLES = {
    "events": (h.events(), h.event_definitions()),
    "snapshots": (h.snapshots(), h.snapshot_definitions()),
    "intervals": (h.intervals(), h.interval_definitions()),
    "attributes": (h.attributes(), h.attribute_definitions()),
}
every_kind = pytest.mark.parametrize(("tables", "definitions"), TABLES.values(), ids=TABLES)


def features_of(engine, declared, facts, definitions):
    stanzas = {f"f{index}": dict(one.stanza) for index, one in enumerate(definitions)}
    sources = {"facts": declared}
    return built(engine, sources, {"facts": facts}, defined("facts", sources, stanzas), SPINE)


def same(one, other):
    return all(one[case] == pytest.approx(other[case], nan_ok=True) for case in one)


def told_later(declared, row):
    """The row as the bank would only learn of it after midnight of today."""

    def day(offset):
        there = TODAY + timedelta(days=offset)
        return midnight(there) if declared.columns["at"].type == "timestamp" else there

    if declared.available_at is not None:
        return {**row, "at": day(-9), declared.available_at: day(1)}
    return {**row, "at": day(1 - (declared.available_after or 1))}


def counted(declared, row):
    at = moment(row["at"])
    return at is not None and at < midnight(TODAY) and is_known(declared, row, TODAY)


@every_kind
def test_rows_that_are_known_later_never_change_a_feature(engine, tables, definitions):
    @modestly
    @given(tables, st.lists(definitions, min_size=3, max_size=6))
    def law(table, chosen):
        declared, facts = table
        known = [row for row in facts if counted(declared, row)]
        later = [told_later(declared, row) for row in facts]
        before = features_of(engine, declared, known, chosen)
        assert same(before, features_of(engine, declared, [*later, *known], chosen))

    law()


@every_kind
def test_the_order_of_rows_in_a_file_never_changes_a_feature(engine, tables, definitions):
    @modestly
    @given(tables, st.lists(definitions, min_size=3, max_size=6), st.randoms(use_true_random=False))
    def law(table, chosen, chance):
        declared, facts = table
        shuffled = list(facts)
        chance.shuffle(shuffled)
        assert same(
            features_of(engine, declared, facts, chosen), features_of(engine, declared, shuffled, chosen)
        )

    law()


@modestly
@given(h.intervals(), st.lists(h.interval_definitions(), min_size=3, max_size=6))
def test_an_end_that_comes_later_never_changes_a_feature(engine, table, chosen):
    declared, facts = table
    assume(not declared.keys)  # of two versions told at once the columns decide, the end among them
    still_open = [row if end_is_known(declared, row) else {**row, "ended": None} for row in facts]
    assert same(
        features_of(engine, declared, facts, chosen), features_of(engine, declared, still_open, chosen)
    )


def end_is_known(declared, row):
    ended, after = row["ended"], timedelta(days=declared.available_after or 0)
    return ended is not None and ended < TODAY and ended + after <= TODAY
