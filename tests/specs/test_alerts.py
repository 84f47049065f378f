"""Conditions over counts: read as they are meant, and refused with what is wrong and where."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.specs.alerts import COUNTS, FAMILIES, family_of, parse_alert

NAMES = [*COUNTS, *(f"{family}_{mark}" for family in FAMILIES for mark in ("0.1", "0.25", "1"))]

compared = st.tuples(
    st.sampled_from(NAMES), st.sampled_from([">", ">=", "<", "<=", "==", "!="]), st.integers(0, 3)
).map(lambda parts: " ".join(map(str, parts)))
conditions = st.recursive(
    compared,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        inner.map(lambda one: f"not ({one})"),
    ),
    max_leaves=6,
)


def by_python(text, counts):
    """What Python makes of the same words when each name is replaced by its value."""
    names = sorted(counts, key=len, reverse=True)
    spelled = re.sub("|".join(map(re.escape, names)), lambda found: str(counts[found[0]]), text)
    return bool(eval(spelled))


@given(conditions, st.lists(st.integers(0, 3), min_size=len(NAMES), max_size=len(NAMES)))
def test_a_condition_means_what_its_words_mean(text, values):
    counts = dict(zip(NAMES, values, strict=True))
    read = parse_alert(text)
    assert set(read.names) <= set(NAMES)
    assert read.holds(counts.__getitem__) == by_python(text, counts)


def test_the_words_of_the_issue_are_read_as_they_stand():
    read = parse_alert("psi_over_0.25 > 0 or psi_over_0.10 > 5")
    assert read.names == ("psi_over_0.25", "psi_over_0.10")
    assert read.holds({"psi_over_0.25": 0, "psi_over_0.10": 6}.__getitem__)
    assert not read.holds({"psi_over_0.25": 0, "psi_over_0.10": 5}.__getitem__)


def test_never_never_holds():
    assert not parse_alert("never").holds(lambda name: 1.0)


def test_a_family_carries_its_mark():
    assert family_of("score_psi_over_0.25") == ("score_psi_over", 0.25)
    assert family_of("stale_sources") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stale_source > 0", "'stale_source' is no count. Did you mean 'stale_sources'?"),
        ("psi_ovr_0.25 > 0", "Did you mean 'psi_over_0.25'?"),
        ("stale_sources", "alone is no condition: compare it, as in 'stale_sources > 0'"),
        ("stale_sources = 0", "Compare with `==`"),
        ("stale_sources > ", "cannot be read as a condition over counts"),
        ("", "cannot be read"),
        ("__import__('os').system('true') > 0", "is not allowed"),
        ("stale_sources.real > 0", "is not allowed"),
        ("stale_sources + 1 > 0", "is not allowed"),
        ("(lambda: 1)() > 0", "is not allowed"),
        ("stale_sources in (1, 2)", "is no condition over counts"),
        ("stale_sources > 'x'", "is not allowed"),
        ("stale_sources > True", "is not allowed"),
        ("1 if stale_sources > 0 else 0", "is no condition over counts"),
        ("[x for x in (1,)]", "is no condition over counts"),
        ("(" * 500 + "stale_sources > 0" + ")" * 500, "cannot be read"),
    ],
)
def test_what_is_no_condition_is_refused_in_words(text, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        parse_alert(text)
