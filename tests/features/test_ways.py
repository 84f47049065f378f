"""Features by SQL and by tiles are what the plain oracle says, from any pieces of a source."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadlift.features import planned

from . import histories as h
from .building import defined, rows, source
from .oracle import value
from .ways import FACTS, built_by, features_in, home_in, lay, spine_of

modestly = settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CASES = [*(("ann", day) for day in h.AS_OF), ("bob", h.AS_OF[0]), ("eve", h.AS_OF[0])]
WAYS = ("sql", "tiles")


def as_number(found):
    return float(found) if isinstance(found, int | float | Decimal) else found


def agree(way, table, cut, definitions, by_day):
    declared, facts = table
    pieces = {"a": facts[:cut], "b": facts[cut:]}
    features = defined(
        FACTS, {FACTS: declared}, {f"f{place}": dict(one.stanza) for place, one in enumerate(definitions)}
    )
    names = {feature.stanza: name for name, feature in features.items()}
    with built_by(way, declared, pieces) as home:
        found = features_in(home, features, CASES, by_day=by_day)
    for case in CASES:
        for place, definition in enumerate(definitions):
            expected = as_number(value(definition, declared, facts, *case))
            if isinstance(expected, float):
                expected = pytest.approx(expected, rel=1e-9, abs=1e-6)
            assert found[case][names[f"f{place}"]] == expected, (case, definition.stanza)


def several(definitions):
    return st.lists(definitions, min_size=4, max_size=8)


@pytest.mark.parametrize("way", WAYS)
@modestly
@given(h.events(), st.integers(0, 24), several(h.event_definitions()), st.booleans())
def test_features_of_events_in_two_files(way, table, cut, definitions, by_day):
    agree(way, table, cut, definitions, by_day)


@pytest.mark.parametrize("way", WAYS)
@modestly
@given(h.snapshots(), st.integers(0, 24), several(h.snapshot_definitions()), st.booleans())
def test_features_of_snapshots_in_two_files(way, table, cut, definitions, by_day):
    agree(way, table, cut, definitions, by_day)


TYPES = "customer_id:string txn:string at:timestamp loaded:timestamp amount:number channel:string"
COLUMNS = "customer_id txn at loaded amount channel"
EVENTS = source("events", TYPES, event_time="at", available_at="loaded", key="txn")
STANZAS = {
    "n": {"agg": "count", "windows": ["30d"]},
    "total": {"agg": "sum", "of": "amount", "windows": ["30d", "90d"]},
    "kinds": {"agg": "distinct", "of": "channel"},
    "latest": {"agg": "last", "of": "channel"},
}
MARCH = rows(
    COLUMNS,
    ("ann", "1", "2024-03-01", "2024-03-02", 1.0, "app"),
    ("ann", "2", "2024-03-05", "2024-03-06", 10.0, "web"),
    ("bob", "3", "2024-03-07", "2024-03-08", 5.0, "app"),
)
APRIL = rows(
    COLUMNS,
    ("ann", "4", "2024-04-03", "2024-04-04", 100.0, "pos"),
    # a movement of March that was booked on the wrong customer, and one that came late
    ("bob", "2", "2024-03-05", "2024-04-05", 10.0, "web"),
    ("ann", "5", "2024-03-20", "2024-04-06", 1000.0, "app"),
)
END_OF_MARCH, END_OF_APRIL = date(2024, 3, 31), date(2024, 4, 30)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "correction",
    [(None, "1", "2024-03-01", "2024-03-20", 1.0, "app"), ("ann", "1", None, "2024-03-20", 1.0, "app")],
    ids=["nobody", "no time"],
)
def test_a_correction_that_names_nobody_or_no_time_takes_the_row_away(way, correction):
    pieces = {"2024-03": MARCH, "later": rows(COLUMNS, correction)}
    cases = [("ann", date(2024, 3, 19)), ("ann", END_OF_MARCH)]
    with built_by(way, EVENTS, pieces) as home:
        found = features_in(home, features(), cases)
    assert [found[case]["total_90d"] for case in cases] == [11, 10]


def mtimes(home):
    return {path: path.stat().st_mtime_ns for path in home.cache.rglob("*") if path.is_file()}


def features(stanzas=STANZAS):
    return defined(FACTS, {FACTS: EVENTS}, stanzas)


@pytest.mark.parametrize("way", WAYS)
def test_a_correction_in_another_file_moves_a_row_to_another_customer(way):
    cases = [("ann", END_OF_MARCH), ("bob", END_OF_MARCH), ("ann", END_OF_APRIL), ("bob", END_OF_APRIL)]
    with built_by(way, EVENTS, {"2024-03": MARCH, "2024-04": APRIL}) as home:
        found = features_in(home, features(), cases)
    assert [found[case]["total_90d"] for case in cases] == [11, 5, 1101, 15]
    assert [found[case]["kinds"] for case in cases] == [2, 1, 2, 2]
    assert [found[case]["latest"] for case in cases] == ["web", "app", "pos", "app"]


@pytest.mark.parametrize("way", WAYS)
def test_a_new_month_leaves_what_was_built_for_earlier_dates_as_it_is(way, tmp_path):
    cases = [("ann", END_OF_MARCH), ("bob", END_OF_MARCH)]
    with home_in(tmp_path, lay(tmp_path, EVENTS, {"2024-03": MARCH}), way) as home:
        before = features_in(home, features(), cases)
        kept = mtimes(home)
    # all that the new file holds was known later, its late rows too
    with home_in(tmp_path, lay(tmp_path, EVENTS, {"2024-04": APRIL}), way) as home:
        assert features_in(home, features(), cases) == before
        again = mtimes(home)
        assert {path: again.get(path) for path in kept} == kept
        assert [
            path for path in set(again) - set(kept) if "features" in str(path.relative_to(home.cache))
        ] == []


def test_the_next_month_arranges_its_own_file_alone(tmp_path):
    with home_in(tmp_path, lay(tmp_path, EVENTS, {"2024-03": MARCH}), "tiles") as home:
        features_in(home, features(), [("ann", END_OF_MARCH)])
        tiles = set((home.cache / "tiles" / FACTS).iterdir())
    with home_in(tmp_path, lay(tmp_path, EVENTS, {"2024-04": APRIL}), "tiles") as home:
        found = features_in(home, features(), [("ann", END_OF_APRIL)])
        more = set((home.cache / "tiles" / FACTS).iterdir()) - tiles
    assert found["ann", END_OF_APRIL]["total_90d"] == 1101
    # the new file's rows, and the rows that stand in several versions
    assert len(more) == 2


def test_a_plan_reads_only_what_is_not_arranged_yet(tmp_path):
    with home_in(tmp_path, lay(tmp_path, EVENTS, {"2024-03": MARCH}), "tiles") as home:
        features_in(home, features(), [("ann", END_OF_MARCH)])
    with home_in(tmp_path, lay(tmp_path, EVENTS, {"2024-04": APRIL}), "tiles") as home:
        spine = spine_of(home, [("ann", END_OF_APRIL)], by_day=True)
        ((plan, built),) = planned(home, features(), list(features()), spine)
        assert ([piece.name for piece in plan.pieces], plan.rows) == (["2024-04.parquet"], len(APRIL))
        assert (plan.scans, len(plan.tiled), built) == (1, len(features()), 0)


@pytest.mark.parametrize("way", WAYS)
def test_a_changed_file_is_found_by_its_fingerprint(way, tmp_path):
    cases = [("ann", END_OF_MARCH)]
    with home_in(tmp_path, lay(tmp_path, EVENTS, {"2024-03": MARCH}), way) as home:
        assert features_in(home, features(), cases)["ann", END_OF_MARCH]["n_30d"] == 2
    with home_in(tmp_path, lay(tmp_path, EVENTS, {"2024-03": MARCH[:1]}), way) as home:
        assert features_in(home, features(), cases)["ann", END_OF_MARCH]["n_30d"] == 1


@pytest.mark.parametrize("way", WAYS)
def test_an_edited_feature_is_built_alone(way, tmp_path):
    declared = lay(tmp_path, EVENTS, {"2024-03": MARCH})
    cases = [("ann", END_OF_MARCH)]
    with home_in(tmp_path, declared, way) as home:
        features_in(home, features(), cases)
        kept = mtimes(home)
        edited = {**STANZAS, "kinds": {"agg": "distinct", "of": "channel", "where": "channel = 'app'"}}
        found = features_in(home, features(edited), cases)
        new = [path for path in set(mtimes(home)) - set(kept) if path.name == "features.json"]
    assert found["ann", END_OF_MARCH]["kinds"] == 1
    assert found["ann", END_OF_MARCH]["total_30d"] == 11
    assert [set(json.loads(path.read_text())["features"]) for path in new] == [{"kinds"}]


def test_a_label_is_not_part_of_what_a_feature_means(tmp_path):
    declared = lay(tmp_path, EVENTS, {"2024-03": MARCH})
    with home_in(tmp_path, declared, "sql") as home:
        features_in(home, features(), [("ann", END_OF_MARCH)])
        kept = mtimes(home)
        relabelled = {name: {**stanza, "label": "another word"} for name, stanza in STANZAS.items()}
        features_in(home, features(relabelled), [("ann", END_OF_MARCH)])
        assert mtimes(home) == kept


@pytest.mark.parametrize("way", WAYS)
def test_a_feature_of_another_name_and_the_same_meaning_is_built_as_well(way, tmp_path):
    cases = [("ann", END_OF_MARCH)]
    with home_in(tmp_path, lay(tmp_path, EVENTS, {"2024-03": MARCH}), way) as home:
        features_in(home, features({"n": STANZAS["n"]}), cases)
        renamed = features({"movements": STANZAS["n"], "n": STANZAS["n"]})
        found = features_in(home, renamed, cases)[cases[0]]
        assert found["movements_30d"] == found["n_30d"] == 2


def test_a_value_that_no_number_holds_exactly_is_computed_by_sql_instead(tmp_path):
    numbers = source("events", "customer_id:string at:date amount:number", event_time="at")
    facts = rows("customer_id at amount", ("ann", "2024-03-01", float("nan")), ("ann", "2024-03-02", 2.0))
    stanzas = {"n": {"agg": "count"}, "kinds": {"agg": "distinct", "of": "amount"}}
    with home_in(tmp_path, lay(tmp_path, numbers, {"a": facts}), "tiles") as home:
        found = features_in(home, defined(FACTS, {FACTS: numbers}, stanzas), [("ann", END_OF_MARCH)])
        groups = {
            frozenset(json.loads(path.read_text())["features"]) for path in home.cache.rglob("features.json")
        }
    assert found["ann", END_OF_MARCH] == {"n": 2, "kinds": 2}
    assert groups == {frozenset({"n"}), frozenset({"kinds"})}


def test_many_slices_and_runs_give_what_one_gives(tmp_path, monkeypatch):
    from leadlift.features.tiles import passes, shelf

    people = [f"c{number:03d}" for number in range(200)]
    facts = [
        dict(
            zip(
                COLUMNS.split(),
                (who, f"{who}-{n}", f"2024-03-{1 + n:02d}", "2024-03-20", n, "app"),
                strict=True,
            )
        )
        for n in range(10)
        for who in people[::2]
    ]
    cases = [(who, day) for who in people for day in (END_OF_MARCH, END_OF_APRIL)]
    declared = lay(tmp_path, EVENTS, {"2024-03": facts})
    with home_in(tmp_path, declared, "tiles") as home:
        whole = features_in(home, features(), cases)
    monkeypatch.setattr(passes, "FEWEST_ROWS", 7)
    monkeypatch.setattr(passes, "SHARE_FOR_SLICES", 0.0)
    monkeypatch.setattr(shelf, "FEWEST_ROWS", 64)
    monkeypatch.setattr(shelf, "SHARE_FOR_ROWS", 0.0)
    monkeypatch.setattr("leadlift.features.tiles.arrange.BATCH_ROWS", 50)
    (tmp_path / "apart").mkdir()
    with home_in(tmp_path / "apart", lay(tmp_path / "apart", EVENTS, {"2024-03": facts}), "tiles") as home:
        assert features_in(home, features(), cases) == whole
        assert len(list(home.cache.rglob("run.json"))) > 2
        assert len(list(home.cache.rglob("00003.parquet"))) > 0


@pytest.mark.parametrize("by_day", [True, False])
def test_customers_too_many_for_the_memory_are_asked_for_in_parts(by_day, tmp_path, monkeypatch):
    cases = [(who, day) for who in ("ann", "bob", "eve") for day in (END_OF_MARCH, END_OF_APRIL)]
    declared = lay(tmp_path, EVENTS, {"2024-03": MARCH, "2024-04": APRIL})
    with home_in(tmp_path, declared, "sql") as home:
        whole = features_in(home, features(), cases, by_day=by_day)
    monkeypatch.setattr("leadlift.features.plans.FEWEST_ROWS_AT_ONCE", 2)
    monkeypatch.setattr("leadlift.features.plans.SHARE_FOR_GROUPS", 0.0)
    (tmp_path / "apart").mkdir()
    declared = lay(tmp_path / "apart", EVENTS, {"2024-03": MARCH, "2024-04": APRIL})
    with home_in(tmp_path / "apart", declared, "sql") as home:
        ((plan, _),) = planned(home, features(), list(features()), spine_of(home, cases, by_day=by_day))
        assert plan.scans == (4 if by_day else 3)
        assert features_in(home, features(), cases, by_day=by_day) == whole
        assert len(list(home.cache.rglob("00001.parquet"))) > 0


def test_windows_that_end_before_the_first_row_and_begin_after_the_last_are_empty(tmp_path):
    declared = lay(tmp_path, EVENTS, {"2024-03": MARCH})
    early, late = date(2024, 1, 1), END_OF_MARCH + timedelta(days=400)
    with home_in(tmp_path, declared, "tiles") as home:
        found = features_in(home, features(), [("ann", early), ("ann", late)])
    assert found["ann", early] == {"n_30d": 0, "total_30d": 0, "total_90d": 0, "kinds": 0, "latest": None}
    assert found["ann", late]["n_30d"] == 0
    assert found["ann", late]["latest"] == "web"
