"""Freezing: cut points, the number of clusters, names, and ids that stay."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from leadlift.errors import UserError
from leadlift.segments import Facts, freeze
from leadlift.segments.clusters import Tried, choose, kept_ids
from leadlift.segments.cuts import share_cuts
from leadlift.segments.describe import FEW, Sheet
from leadlift.segments.naming import proposed
from leadlift.specs import SegmentDef

from .building import spec_of

DAY = date(2026, 1, 31)


def defined(spec, frozen=None):
    return SegmentDef(spec, "s.yaml", {}, (), frozen, "")


def facts(**columns):
    return Facts(
        DAY, {name.replace("__", "."): np.asarray(v, dtype=float) for name, v in columns.items()}, {}, {}
    )


def blobs(seed=1, n=900):
    rng = np.random.default_rng(seed)
    centres = np.array([[20, 1.0], [45, 4.0], [70, 2.0]])
    kind = rng.integers(0, 3, n)
    return centres[kind] + rng.normal(0, [2, 0.2], (n, 2)), kind


def test_a_cut_is_the_least_value_that_the_share_does_not_exceed():
    assert share_cuts([1, 2, 3, 4, np.nan], [0.5]) == (2,)
    assert share_cuts([1, 1, 1, 9], [0.5, 0.75]) == (1, 1)


def test_nothing_is_frozen_from_nothing():
    spec = spec_of(kind="tiers", of="x", groups={"low": {}, "high": {"from": "50%"}})
    with pytest.raises(UserError, match="cannot be frozen as of 2026-01-31: no value is known"):
        freeze(defined(spec), facts(of=[np.nan, np.nan]))


def test_clusters_that_are_there_are_found_with_their_number_and_named_by_what_sets_them_apart():
    points, kind = blobs()
    spec = spec_of(kind="clusters", over=["age", "household"], clusters={"from": 2, "to": 5})
    frozen = freeze(defined(spec), facts(over__age=points[:, 0], over__household=points[:, 1]))
    assert [one["clusters"] for one in frozen.chosen if one["taken"]] == [3.0]
    assert len(kind) == frozen.customers
    assert {one.label for one in frozen.clusters} == {"low age, low household", "high household", "high age"}
    assert [one.id for one in frozen.clusters] == ["c1", "c2", "c3"]


def test_freezing_twice_from_the_same_customers_is_the_same():
    points, _ = blobs()
    spec = spec_of(kind="clusters", over=["age", "household"], clusters=3)
    seen = facts(over__age=points[:, 0], over__household=points[:, 1])
    assert freeze(defined(spec), seen) == freeze(defined(spec), seen)


def test_frozen_anew_a_cluster_keeps_the_id_of_that_with_which_it_shares_most_customers():
    spec = spec_of(kind="clusters", over=["age", "household"], clusters=3)
    points, kind = blobs()
    old = freeze(defined(spec), facts(over__age=points[:, 0], over__household=points[:, 1]))
    # a year later the smallest group has become the largest
    points, kind = blobs(seed=2)
    grown = np.concatenate([points, *[points[kind == 2]] * 4])
    new = freeze(defined(spec, old), facts(over__age=grown[:, 0], over__household=grown[:, 1]))
    middles = [
        {one.id: one.middle[0] * s.scaling[0].spread + s.scaling[0].centre for one in s.clusters}
        for s in (old, new)
    ]
    for name, age in middles[0].items():
        assert middles[1][name] == pytest.approx(age, abs=3)


def test_a_cluster_without_a_forerunner_gets_an_id_that_was_not_used():
    before, now = np.array([0, 0, 1, 1, 1]), np.array([1, 1, 0, 0, 2])
    assert kept_ids(before, now, ["c1", "c2"], 3) == ["c2", "c1", "c3"]


def test_a_measure_that_is_the_same_for_all_is_refused_by_name():
    spec = spec_of(kind="clusters", over=["age", "household"], clusters=2)
    with pytest.raises(UserError, match="clusters by 'household': it is the same for all customers"):
        freeze(defined(spec), facts(over__age=np.arange(99), over__household=np.ones(99)))


def test_the_number_taken_is_stable_first_and_far_apart_second():
    tried = [Tried(3, 0.5, 0.99), Tried(4, 0.7, 0.4), Tried(5, 0.6, 0.85), Tried(6, 0.6, 0.85)]
    assert choose(tried).clusters == 5
    assert choose([Tried(3, 0.5, 0.5), Tried(4, 0.6, 0.47), Tried(5, 0.9, 0.2)]).clusters == 4


def test_names_say_high_and_low_and_of_a_yes_or_no_whether_it_is_one():
    middles = [[1.5, 2.0], [-1.5, 0.0]]
    assert proposed(middles, [0.5, 0.5], ["age", "married"], {"married": True}) == [
        "high age, married",
        "low age, not married",
    ]
    assert proposed(middles, [0.5, 0.5], ["年龄", "已婚"], {"已婚": True}, "zh") == [
        "年龄高、已婚",
        "年龄低、非已婚",
    ]


def test_what_sets_a_group_apart_is_told_strongest_first_and_of_few_customers_nothing():
    rng = np.random.default_rng(5)
    inside = np.arange(2_000) < 400
    numbers = {"more": rng.normal(0, 1, 2_000) + inside, "same": rng.normal(0, 1, 2_000)}
    texts = {"town": np.where(inside & (rng.random(2_000) < 0.9), "big", "small").astype(object)}
    words = {name: (name, "") for name in ("more", "same", "town")}
    sheet = Sheet(numbers, texts, words, ["more"])
    marks = sheet.marks(inside)
    assert [(one.feature, one.category) for one in marks][:3] == [
        ("town", "big"),
        ("town", "small"),
        ("more", None),
    ]
    assert marks[2].strength > 0.5
    assert marks[2].decides
    assert abs(marks[3].strength) < 0.15
    # of ranks: a fortune more or less changes nothing
    rich = {**numbers, "more": np.where(np.arange(2_000) == 0, 1e12, numbers["more"])}
    assert Sheet(rich, texts, words).marks(inside)[2].strength == pytest.approx(marks[2].strength, abs=0.01)
    assert sheet.marks(np.arange(2_000) < FEW - 1) == []
