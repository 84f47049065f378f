"""Laws of features, held for segments: the future changes nothing, other customers change nothing."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadlift.specs import Frozen, Segmentation

from ..features.building import built, defined, rows, source
from .building import frozen_of, spec_of, with_specs

modestly = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
TODAY = date(2026, 3, 31)
DECLARED = source(
    "events",
    "customer_id:string at:timestamp loaded:timestamp amount:number",
    event_time="at",
    available_at="loaded",
)
STANZAS = {
    "n": {"agg": "count", "windows": ["90d"]},
    "sum": {"agg": "sum", "of": "amount", "windows": ["90d"]},
    "since": {"agg": "days_since_last"},
}
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", "cyd"]),
        st.integers(-120, 40),
        st.integers(0, 60),
        st.floats(-1e4, 1e4),
    ),
    max_size=25,
)


def segmentations() -> tuple[list[Segmentation], dict[str, Frozen]]:
    """One of each kind over three features, as if frozen long ago."""
    specs = [
        spec_of(segment="who", kind="rules", groups={"busy": {"when": "n_90d > 3"}, "rich": {"when": "sum_90d > 100"}}),
        spec_of(segment="tier", kind="tiers", of="sum_90d", groups={"a": {}, "b": {"from": "50%"}}),
        spec_of(segment="rfm", kind="rfm", recency="since", frequency="n_90d", monetary="sum_90d", bins=3),
        spec_of(
            segment="life", kind="lifecycle",
            groups={"dormant": {"when": "since > 60"}, "growing": {"when": "sum_90d > 0 and n_90d > 2"}},
        ),
        spec_of(segment="near", kind="clusters", over=["n_90d", {"name": "sum_90d", "scale": "log"}]),
    ]  # fmt: skip
    scale = {"centre": 1, "spread": 2, "low": -3, "high": 9}
    frozen = {
        "tier": {"cuts": [50.0]},
        "rfm": {"r": [-60.0, -10.0], "f": [1.0, 3.0], "m": [0.0, 500.0]},
        "near": {
            "scaling": [{"name": name, **scale} for name in ("n_90d", "sum_90d")],
            "clusters": [{"id": f"c{k}", "label": "", "middle": [k - 1.0, 1.0 - k]} for k in range(3)],
        },
    }
    return specs, {
        one.segment: frozen_of(one, **frozen[one.segment]) for one in specs if one.segment in frozen
    }


def groups(engine, facts, spine):
    specs, frozen = segmentations()
    features = with_specs(defined("facts", {"facts": DECLARED}, STANZAS), *specs, frozen=frozen)
    found = built(engine, {"facts": DECLARED}, {"facts": facts}, features, spine)
    made = [name for name, one in features.items() if one.segment]
    return {case: {name: row[name] for name in made} for case, row in found.items()}


def told(events):
    facts = [
        (who, f"{TODAY + timedelta(days=day)} 10:00", f"{TODAY + timedelta(days=day + late)} 12:00", amount)
        for who, day, late, amount in events
    ]
    return rows("customer_id at loaded amount", *facts)


@modestly
@given(EVENTS)
def test_what_is_known_later_never_changes_a_group(engine, events):
    spine = [("ann", TODAY), ("bob", TODAY)]
    known = [event for event in events if event[1] < 0 and event[1] + event[2] < 0]
    assert groups(engine, told(events), spine) == groups(engine, told(known), spine)


@modestly
@given(EVENTS, EVENTS)
def test_other_customers_never_change_a_group(engine, events, others):
    mine = [event for event in events if event[0] == "ann"]
    theirs = [event for event in [*events, *others] if event[0] != "ann"]
    alone = groups(engine, told(mine), [("ann", TODAY)])
    among = groups(engine, told([*theirs, *mine]), [("ann", TODAY), ("bob", TODAY), ("cyd", TODAY)])
    assert among[("ann", TODAY)] == alone[("ann", TODAY)]


@modestly
@given(EVENTS)
def test_a_day_among_others_gives_what_it_gives_alone(engine, events):
    days = [TODAY - timedelta(days=30), TODAY]
    both = groups(engine, told(events), [("ann", day) for day in days])
    for day in days:
        assert groups(engine, told(events), [("ann", day)])[("ann", day)] == both[("ann", day)]
