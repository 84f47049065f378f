from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlift.explain import Phrase, ReasonCodes, reason_codes

FEATURES = ["spend_30d", "spend_90d", "logins", "gender", "age"]
FAMILY = {"spend_30d": "spend", "spend_90d": "spend"}


def phrases(hidden=("gender",)) -> dict[str, Phrase]:
    return {name: Phrase(name, FAMILY.get(name, name), name, hidden=name in hidden) for name in FEATURES}


def told(contributions, top=3, **changes):
    """The features told for each customer; every raw value is 1 and usual."""
    drivers = np.atleast_2d(np.asarray(contributions, dtype=float))
    values = pa.table({name: [1.0] * len(drivers) for name in FEATURES})
    with_average = np.hstack([drivers, np.full((len(drivers), 1), -4.0)])
    codes = reason_codes(with_average, values, FEATURES, changes.get("phrases", phrases()), {}, top)
    return [[reason.feature for reason in reasons] for reasons in codes]


def test_a_score_above_the_average_is_explained_by_what_raised_it_strongest_first():
    assert told([0.2, 0.0, 0.9, 0.0, -0.3]) == [["logins", "spend_30d"]]


def test_a_score_below_the_average_is_explained_by_what_lowered_it():
    assert told([0.2, 0.0, -0.9, 0.0, -0.3]) == [["logins", "age"]]


def test_the_models_average_is_no_reason_and_does_not_decide_the_direction():
    assert told([0.1, 0.0, 0.0, 0.0, 0.0]) == [["spend_30d"]]


def test_of_a_family_only_the_strongest_is_told():
    assert told([0.4, 0.5, 0.3, 0.0, 0.1]) == [["spend_90d", "logins", "age"]]


def test_what_is_hidden_or_has_no_phrase_is_never_told():
    assert told([0.0, 0.0, 0.1, 5.0, 0.2]) == [["age", "logins"]]
    without_age = {name: phrase for name, phrase in phrases().items() if name != "age"}
    assert told([0.0, 0.0, 0.1, 5.0, 0.2], phrases=without_age) == [["logins"]]


def test_nobody_agrees_and_nothing_is_told():
    assert told([0.0, 0.0, 0.0, 0.0, 0.0]) == [[]]
    assert told([0.0, 0.0, 0.0, 1.0, 0.0]) == [[]]
    assert told([1.0, 1.0, 1.0, 1.0, 1.0], phrases={}) == [[]]
    assert told(np.zeros((0, 5))) == []


def test_each_customer_has_the_value_of_the_told_feature():
    values = pa.table({
        "age": [30, None], "customer_id": ["ann", "bob"], "logins": [4.0, 0.0], "region": ["north", "south"]
    })  # fmt: skip
    said = {
        "age": Phrase("age", "age", "Age", "years"),
        "logins": Phrase("logins", "logins", "App logins", up="Logs in {value} times, usually {typical}"),
        "region": Phrase("region", "region", "Region"),
    }
    contributions = np.array([[0.1, 0.5, 0.2, -3], [0.3, -0.1, 0.2, -3]])
    typical = {"logins": 2.0, "age": 41.0, "region": "south"}
    ann, bob = reason_codes(contributions, values, ["age", "logins", "region"], said, typical)
    assert [reason.sentence for reason in ann] == [
        "Logs in 4 times, usually 2",
        "Region: north (usually south)",
        "Age: 30 years (usually 41 years)",
    ]
    assert [(reason.feature, reason.value) for reason in bob] == [("age", None), ("region", "south")]
    assert [reason.sentence for reason in bob] == ["Age: none on record", "Region: south, as usual"]
    assert ann[0].contribution == 0.5


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 5\); rows and features ask for \(1, 6\)"):
        reason_codes(np.zeros((2, 5)), pa.table({name: [1.0] for name in FEATURES}), FEATURES, phrases(), {})


def plainly(drivers, top):
    """The same rule, one customer at a time."""
    sign = 1 if sum(drivers) > 0 else -1
    best: dict[str, tuple[float, str]] = {}
    for name, contribution in zip(FEATURES, drivers, strict=True):
        family, agrees = FAMILY.get(name, name), sign * contribution
        if agrees > 0 and name != "gender" and agrees > best.get(family, (0.0, ""))[0]:
            best[family] = (agrees, name)
    return [name for _, name in sorted(best.values(), key=lambda found: -found[0])][:top]


def test_what_differs_by_rounding_alone_is_alike_and_what_does_nothing_is_no_reason():
    assert told([0.3, 0.0, 0.3 + 1e-15, 0.0, 1e-17]) == [["spend_30d", "logins"]]
    assert told([0.3 + 1e-15, 0.0, 0.3, 0.0, -1e-17]) == [["spend_30d", "logins"]]


STRENGTHS = st.lists(st.integers(-1000, 1000).map(float), min_size=5, max_size=5, unique_by=abs)


@given(st.lists(STRENGTHS, min_size=1, max_size=5), st.integers(1, 4))
def test_the_fast_way_tells_what_the_plain_way_tells(rows, top):
    assert told(rows, top) == [plainly(row, top) for row in rows]


def one_by_one(agreeing: np.ndarray, families: list[np.ndarray], top: int) -> tuple[np.ndarray, np.ndarray]:
    """The same choice family by family, and all families sorted."""
    best = np.stack([family[agreeing[:, family].argmax(axis=1)] for family in families], axis=1)
    strength = np.take_along_axis(agreeing, best, axis=1)
    order = np.argsort(-strength, axis=1, kind="stable")[:, :top]
    return np.take_along_axis(best, order, axis=1), np.take_along_axis(strength, order, axis=1)


@given(st.data())
def test_families_of_any_size_and_ties_are_chosen_as_one_by_one(data):
    from leadlift.explain.reasons import _strongest

    members = data.draw(st.lists(st.integers(0, 3), min_size=6, max_size=6))
    families = [np.flatnonzero(np.array(members) == family) for family in dict.fromkeys(members)]
    rows = data.draw(st.lists(st.lists(st.integers(-2, 2), min_size=6, max_size=6), min_size=1, max_size=4))
    top = data.draw(st.integers(1, 5))
    chosen, strength = _strongest(np.array(rows, dtype=float), families, top)
    wanted, strongest = one_by_one(np.array(rows, dtype=float), families, top)
    assert chosen.tolist() == wanted.tolist()
    assert strength.tolist() == strongest.tolist()


def test_parts_are_told_what_the_whole_is_told():
    rng = np.random.default_rng(1)
    drivers = np.hstack([rng.normal(size=(90, 5)), np.full((90, 1), -4.0)])
    values = pa.table(
        {name: pa.array(rng.integers(0, 4, 90) / 3, mask=rng.random(90) < 0.2) for name in FEATURES}
    )
    typical = dict.fromkeys(FEATURES, 0.5)
    codes = ReasonCodes(FEATURES, phrases(), typical)
    parts = [codes.of(drivers[at : at + 40], values.slice(at, 40)) for at in (0, 40, 80)]
    assert [reasons for part in parts for reasons in part] == reason_codes(
        drivers, values, FEATURES, phrases(), typical
    )
