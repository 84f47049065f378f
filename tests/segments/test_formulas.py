"""Each kind of segmentation as SQL, held against the rule as docs/segments.md states it, in plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadlift.segments.clusters import Middles
from leadlift.segments.cuts import bin_cuts
from leadlift.segments.scaling import logarithms, scaled, scaling_of

from .building import asked, frozen_of, plain, spec_of, with_specs

modestly = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
values = st.lists(
    st.one_of(st.none(), st.integers(-50, 50).map(float), st.floats(-1e6, 1e6, allow_nan=False)),
    min_size=1,
    max_size=30,
)


def test_the_first_condition_that_holds_decides_and_an_unknown_one_does_not_hold(engine):
    spec = spec_of(
        kind="rules",
        groups={"young": {"when": "age < 30"}, "rich": {"when": "assets >= 1000"}},
        otherwise="rest",
    )
    features = with_specs(plain(age="number", assets="number"), spec)
    rows = asked(engine, features, {"age": [20.0, 20, 50, 50, None], "assets": [5000.0, 0, 5000, 0, 5000]})
    assert [row["s"] for row in rows] == ["young", "young", "rich", "rest", "rich"]


def test_where_many_match_each_group_is_a_yes_or_no_of_its_own(engine):
    spec = spec_of(
        kind="rules", match="many", groups={"young": {"when": "age < 30"}, "rich": {"when": "assets >= 1000"}}
    )
    features = with_specs(plain(age="number", assets="number"), spec)
    rows = asked(engine, features, {"age": [20.0, None], "assets": [5000.0, 10.0]})
    assert [(row["s_young"], row["s_rich"]) for row in rows] == [(1, 1), (0, 0)]


def test_a_fixed_tier_begins_at_its_own_value_and_the_unknown_are_apart(engine):
    spec = spec_of(kind="tiers", of="x", groups={"low": {}, "middle": {"from": 10}, "high": {"from": 20}})
    rows = asked(engine, with_specs(plain(x="number"), spec), {"x": [9.99, 10.0, 19.0, 20.0, None]})
    assert [row["s"] for row in rows] == ["low", "middle", "middle", "high", "unknown"]
    assert [row["s_rank"] for row in rows] == [1, 2, 2, 3, None]


@pytest.mark.parametrize(
    ("ties", "expected"), [("lower", ["low", "low", "high"]), ("upper", ["low", "high", "high"])]
)
def test_a_value_on_a_frozen_cut_goes_where_the_file_says(engine, ties, expected):
    spec = spec_of(kind="tiers", of="x", ties=ties, groups={"low": {}, "high": {"from": "50%"}})
    frozen = {"s": frozen_of(spec, cuts=[0.30000000000000004])}  # what 0.1 + 0.2 is, and no decimal
    rows = asked(engine, with_specs(plain(x="number"), spec, frozen=frozen), {"x": [0.3, 0.1 + 0.2, 0.31]})
    assert [row["s"] for row in rows] == expected


@modestly
@given(values, values, values, st.integers(2, 9), st.sampled_from(["lower", "upper"]))
def test_rfm_bins_are_those_of_slow_counting(engine, recency, frequency, monetary, bins, ties):
    length = min(len(recency), len(frequency), len(monetary))
    columns = {"a": recency[:length], "b": frequency[:length], "c": monetary[:length]}
    if any(all(one is None for one in column) for column in columns.values()):
        return
    spec = spec_of(
        kind="rfm",
        recency="a",
        frequency="b",
        monetary="c",
        bins=bins,
        ties=ties,
        weights={"r": 1, "f": 2, "m": 1},
    )
    signed = {"r": [None if x is None else -x for x in columns["a"]], "f": columns["b"], "m": columns["c"]}
    cuts = {part: bin_cuts([np.nan if x is None else x for x in v], bins) for part, v in signed.items()}
    features = with_specs(
        plain(a="number", b="number", c="number"), spec, frozen={"s": frozen_of(spec, **cuts)}
    )
    rows = asked(
        engine, features, {name: [None if x is None else float(x) for x in v] for name, v in columns.items()}
    )
    for place, row in enumerate(rows):
        for part, column in signed.items():
            assert row[f"s_{part}"] == slow_bin(column[place], column, bins, ties)
        assert row["s_score"] == pytest.approx((row["s_r"] + 2 * row["s_f"] + row["s_m"]) / 4)


def slow_bin(value, column, bins, ties):
    """One more than the number of shares k/bins whose lower quantile the value lies above; the unknown are lowest."""
    known = [x for x in column if x is not None]
    lowest = min(known) - 1
    everyone = sorted(lowest if x is None else x for x in column)
    if value is None:
        return 1
    found = 1
    for k in range(1, bins):
        cut = next(x for x in everyone if sum(y <= x for y in everyone) * bins >= k * len(everyone))
        found += value > cut or (ties == "upper" and value == cut)
    return found


@modestly
@given(st.integers(0, 10_000), st.sampled_from(["kmeans", "mixture"]), st.integers(2, 5))
def test_the_cluster_is_the_nearest_frozen_middle(engine, seed, method, many):
    rng = np.random.default_rng(seed)
    spec = spec_of(
        kind="clusters", method=method,
        over=["a", {"name": "b", "scale": "log", "weight": 2}, {"name": "c", "expr": "job = 'x'"}],
    )  # fmt: skip
    columns = {"a": rng.normal(0, 3, 60), "b": rng.lognormal(5, 2, 60) - 50}
    columns["a"][::7] = np.nan
    job = rng.choice(["x", "y"], 60)
    raw = np.column_stack([columns["a"], columns["b"], (job == "x").astype(float)])
    logs = logarithms(spec.over, raw)
    scaling = scaling_of(spec.over, logs)
    middles, shares = rng.normal(0, 1, (many, 3)), rng.dirichlet(np.ones(many))
    variances = rng.uniform(0.2, 2, (many, 3)) if method == "mixture" else None
    clusters = [
        {"id": f"c{k}", "label": "x", "middle": middles[k].tolist(), "share": shares[k],
         "variance": variances[k].tolist() if variances is not None else []}
        for k in range(many)
    ]  # fmt: skip
    frozen = {"s": frozen_of(spec, scaling=[one.model_dump() for one in scaling], clusters=clusters)}
    features = with_specs(plain(a="number", b="number", job="text"), spec, frozen=frozen)
    rows = asked(engine, features, {**columns, "job": job})
    nearest = Middles(middles, variances, shares).nearest(scaled(spec.over, scaling, logs))
    assert [row["s"] for row in rows] == [f"c{k}" for k in nearest]


def test_who_is_known_by_nothing_is_in_no_cluster(engine):
    spec = spec_of(kind="clusters", over=["a", "b"])
    scale = {"centre": 0, "spread": 1, "low": -3, "high": 3}
    clusters = [{"id": i, "label": i, "middle": [at, at]} for i, at in (("c1", -1), ("c2", 1))]
    frozen = {"s": frozen_of(spec, scaling=[{"name": n, **scale} for n in "ab"], clusters=clusters)}
    features = with_specs(plain(a="number", b="number"), spec, frozen=frozen)
    rows = asked(engine, features, {"a": [None, 5.0, None], "b": [None, None, -2.0]})
    assert [row["s"] for row in rows] == ["unknown", "c2", "c1"]


def test_a_segmentation_may_be_made_of_another(engine):
    tiers = spec_of(kind="tiers", of="x", groups={"low": {}, "high": {"from": 10}})
    rules = spec_of(segment="t", kind="rules", groups={"court": {"when": "s = 'high' and age > 60"}})
    features = with_specs(plain(x="number", age="number"), rules, tiers)
    rows = asked(engine, features, {"x": [20.0, 20.0, 1.0], "age": [70.0, 20.0, 70.0]})
    assert [row["t"] for row in rows] == ["court", "other", "other"]
