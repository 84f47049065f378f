"""Random definitions over random histories: what the compiled queries give is what the plain oracle says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from . import histories as h
from .building import built, defined
from .oracle import value

modestly = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SPINE = [*(("ann", day) for day in h.AS_OF), ("bob", h.AS_OF[0])]


def as_number(found):
    return float(found) if isinstance(found, int | float | Decimal) else found


def stanzas_of(definitions):
    return {f"f{index}": dict(one.stanza) for index, one in enumerate(definitions)}


def agree(engine, declared, facts, definitions):
    sources = {"facts": declared}
    features = defined("facts", sources, stanzas_of(definitions))
    found = built(engine, sources, {"facts": facts}, features, SPINE)
    names = {feature.stanza: name for name, feature in features.items()}
    for case in SPINE:
        for index, definition in enumerate(definitions):
            expected = as_number(value(definition, declared, facts, *case))
            got = found[case][names[f"f{index}"]]
            if isinstance(expected, float):
                expected = pytest.approx(expected, rel=1e-9, abs=1e-6)
            assert got == expected, (case, definition.stanza)


def several(definitions):
    return st.lists(definitions, min_size=4, max_size=8)


@modestly
@given(h.events(), several(h.event_definitions()))
def test_features_of_events(engine, table, definitions):
    agree(engine, *table, definitions)


@modestly
@given(h.snapshots(), several(h.snapshot_definitions()))
def test_features_of_snapshots(engine, table, definitions):
    agree(engine, *table, definitions)


@modestly
@given(h.intervals(), several(h.interval_definitions()))
def test_features_of_intervals(engine, table, definitions):
    agree(engine, *table, definitions)


@modestly
@given(h.attributes(), several(h.attribute_definitions()))
def test_features_of_attributes(engine, table, definitions):
    agree(engine, *table, definitions)
