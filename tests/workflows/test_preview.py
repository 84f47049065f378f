"""A preview's rows make the number that everyone's build gives, and show nobody's name."""

from __future__ import annotations

import statistics
from datetime import date

import pytest

from leadlift.errors import UserError
from leadlift.features import feature_query
from leadlift.specs import open_workspace
from leadlift.training import everyone_spine
from leadlift.workflows.preview import MASK, Look, preview
from leadlift.workflows.session import opened

DAY = date(2026, 6, 1)
ALL = 10**6


def by_hand(feature, made, source):
    """The number from the listed rows alone, in plain Python; KeyError for an aggregation that needs more."""
    rows = made.rows
    given = [row.value for row in rows if row.value is not None]
    numbers = [float(value) for value in given if not isinstance(value, str | date)]
    ages = [row.age for row in rows]
    clock = source.clock or source.since
    timed = [(row.columns[clock], row.value) for row in rows if row.value is not None] if clock else []
    return {
        "count": lambda: len(rows),
        "sum": lambda: sum(numbers),
        "mean": lambda: statistics.fmean(numbers) if numbers else None,
        "min": lambda: min(numbers, default=None),
        "max": lambda: max(numbers, default=None),
        "std": lambda: statistics.stdev(numbers) if len(numbers) > 1 else None,
        "distinct": lambda: len(set(given)),
        "last": lambda: max(timed)[1] if timed else None,
        "first": lambda: min(timed, key=lambda pair: (pair[0], -pair[1]))[1] if timed else None,
        "days_since_last": lambda: min(ages, default=None),
        "days_since_first": lambda: max(ages, default=None),
        "days_held": lambda: max(ages, default=None),
        "days_to_end": lambda: min(((value - DAY).days for value in given), default=None),
        "holds": lambda: int(bool(rows)),
        "held_count": lambda: len(rows),
        "value": lambda: rows[0].value if rows else None,
    }[feature.spec.agg]()


@pytest.fixture(scope="module")
def built(reference):
    """Everyone's features as of the day: customer -> feature -> value."""
    with opened(reference) as home:
        key = everyone_spine(home, [DAY])
        query, _ = feature_query(home, reference.features, list(reference.features), key)
        return {row["customer_id"]: row for row in home.engine.table(query).to_pylist()}


def test_the_listed_rows_make_the_number_that_is_built_for_everyone(reference, built):
    # one window of each stanza; which windows hold which rows is told apart by the features' own tests
    shown = {one.stanza: one for one in reference.features.values() if one.hidden is None}.values()
    customer = max(built, key=lambda one: built[one]["txn_count_180d"] + 20 * built[one]["contacts_90d"])
    seen = set()
    with opened(reference) as home:
        look = Look.at(reference, home, [feature.name for feature in shown], customer, DAY)
        for feature in shown:
            expected = built[customer][feature.name]
            expected = pytest.approx(expected, rel=1e-9) if isinstance(expected, float) else expected
            assert look.values[feature.name] == expected, feature.name
            if feature.expr is None:
                made = look.made(feature, ALL)
                assert made.counted == len(made.rows)
                try:
                    told = by_hand(feature, made, reference.sources[feature.source])
                except KeyError:
                    continue
                told = float(told) if told is not None and not isinstance(told, str) else told
                assert told == expected, (customer, feature.name)
                seen.add(feature.spec.agg)
    assert {"count", "sum", "mean", "max", "std", "last", "days_since_last", "held_count", "value"} <= seen


def test_a_formula_shows_its_parts_each_with_its_rows(reference, built):
    customer = max(built, key=lambda one: built[one]["app_txn_count_180d"])
    found = preview(reference, "app_share", customer, DAY, limit=2)
    made = found.made
    parts = {part.feature: part for part in made.parts}
    assert made.rows == ()
    assert set(parts) == {"app_txn_count_180d", "txn_count_180d"}
    app, every = parts["app_txn_count_180d"], parts["txn_count_180d"]
    assert made.value == round(100 * app.value / every.value, 1)
    assert (app.counted, len(app.rows)) == (app.value, 2)
    assert app.left_out["condition not met"] == every.counted - app.counted


def test_with_all_every_row_that_does_not_count_is_listed_with_its_reason(reference, built):
    customer = max(built, key=lambda one: built[one]["txn_count_180d"])
    few = preview(reference, "app_txn_count_30d", customer, DAY).made
    every = preview(reference, "app_txn_count_30d", customer, DAY, everything=True, limit=ALL).made
    assert {row.why for row in few.rows} <= {"counts"}
    told = [row.why for row in every.rows if row.why != "counts"]
    assert {why: told.count(why) for why in set(told)} == dict(every.left_out)
    assert {"older than 30 days", "not before the as-of day"} <= set(told)


def test_pii_is_masked_and_hidden_features_are_not_shown(reference, built, tmp_path):
    customer = min(built)
    made = preview(reference, "age", customer, DAY).made
    assert made.value == built[customer]["age"]
    assert {row.columns["birth_date"] for row in made.rows} == {MASK}
    (tmp_path / "feature_defs").mkdir()
    for part in ("leadlift.yaml", "data"):
        (tmp_path / part).symlink_to(reference.root / part)
    (tmp_path / "feature_defs/a.yaml").write_text(
        "subject: attributes\nsource: customers\nfeatures:\n  sex: {agg: value, of: gender}\n"
        "  born: {agg: value, of: year(birth_date)}\n  decade: {expr: floor(born / 10), pii: false}\n"
    )
    hiding = open_workspace(tmp_path)
    with pytest.raises(UserError, match="'sex' is protected: neither its value nor its rows are shown"):
        preview(hiding, "sex", customer, DAY)
    part = preview(hiding, "decade", customer, DAY).made.parts[0]
    assert (part.feature, part.value, part.rows, part.left_out) == ("born", MASK, (), {})


def test_a_customer_who_is_not_there_is_told(reference):
    with pytest.raises(UserError, match="no customer 'nobody' in source 'customers'"):
        preview(reference, "age", "nobody", DAY)


def test_a_preview_leaves_nothing_of_one_customer_in_the_cache(reference, built):
    cache = reference.root / ".leadlift/cache"
    before = sorted(cache.rglob("*.parquet"))
    preview(reference, "spend_90d", min(built), DAY)
    assert sorted(cache.rglob("*.parquet")) == before
