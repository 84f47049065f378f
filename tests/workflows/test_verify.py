"""leadlift features verify: what is right passes, and a planted leak of each kind is found with its row."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlglot import exp

from leadlift.features import compile as compiler
from leadlift.features import rows as clocks
from leadlift.features.tiles import passes
from leadlift.features.tiles import query as tile_query
from leadlift.specs import open_workspace
from leadlift.workflows.verify import verify

WORKSPACE = """
name: small
sources:
  customers:
    path: customers.csv
    kind: attributes
    valid_from: begun
    valid_to: ended
    columns:
      customer_id: {type: string}
      begun: {type: date}
      ended: {type: date}
      town: {type: string}
      name: {type: string, pii: true}
  transactions:
    path: transactions.csv
    kind: events
    key: txn_id
    event_time: posted_at
    available_at: loaded_at
    columns:
      txn_id: {type: string}
      customer_id: {type: string}
      posted_at: {type: timestamp}
      loaded_at: {type: timestamp}
      amount: {type: decimal}
      note: {type: string, pii: true}
  visits:
    path: visits.csv
    kind: events
    event_time: came_on
    available_after: 3d
    columns: {visit_id: {type: string}, customer_id: {type: string}, came_on: {type: date}}
  deposits:
    path: deposits.csv
    kind: intervals
    valid_from: opened_on
    valid_to: closed_on
    available_after: 2d
    columns:
      deposit_id: {type: string}
      customer_id: {type: string}
      opened_on: {type: date}
      closed_on: {type: date}
"""
DEFINITIONS = {
    "town": """
subject: attributes
source: customers
features:
  town: {agg: value, of: town}
  first_name: {agg: value, of: name}
""",
    "value": """
subject: value
source: transactions
windows: [30d]
features:
  spend: {agg: sum, of: amount}
  noted: {agg: count, where: "length(note) > 0", pii: false}
  mean_spend: {expr: "spend_30d / noted_30d"}
""",
    "visits": """
subject: behaviour
source: visits
windows: [30d]
features:
  visits: {agg: count}
""",
    "needs": """
subject: needs
source: deposits
features:
  deposits: {agg: held_count}
""",
}
TABLES = {
    "customers": """customer_id,begun,ended,town,name
ann,2020-01-01,2024-04-03,here,Ann Bell
ann,2024-04-03,,there,Ann Bell
bob,2021-01-01,,here,Bob
""",
    # 31 days old; corrected later; loaded late; of the as-of day itself
    "transactions": """txn_id,customer_id,posted_at,loaded_at,amount,note
old,ann,2024-02-29 10:00:00,2024-03-01 03:00:00,100,secret
one,ann,2024-03-10 10:00:00,2024-03-11 03:00:00,10,secret
one,ann,2024-03-10 10:00:00,2024-04-05 03:00:00,15,secret
late,ann,2024-03-29 10:00:00,2024-04-02 03:00:00,1000,secret
today,ann,2024-03-31 09:00:00,2024-03-31 09:00:00,5000,secret
his,bob,2024-03-20 09:00:00,2024-03-20 09:00:00,1,secret
""",
    "visits": """visit_id,customer_id,came_on
v1,ann,2024-03-20
v2,ann,2024-03-29
""",
    # ended before the day, and not known on it
    "deposits": """deposit_id,customer_id,opened_on,closed_on
d1,ann,2024-01-01,2024-02-01
d2,ann,2024-01-01,2024-03-30
d3,ann,2024-01-01,
""",
}
DAY = date(2024, 3, 31)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "leadlift.yaml").write_text(WORKSPACE)
    (tmp_path / "feature_defs").mkdir()
    for name, text in DEFINITIONS.items():
        (tmp_path / "feature_defs" / f"{name}.yaml").write_text(text)
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def looked_at(folder: Path, *names: str):
    return verify(open_workspace(folder), names, as_of=[DAY])


def parting(found) -> set[tuple[object, str]]:
    """The rows over which the values part, by what identifies each, with what keeps it out."""
    return {(next(iter(row.columns.values())), row.why) for row in found.rows if row.parting}


def test_what_is_right_is_proved_and_counted(small):
    found = looked_at(small)
    assert found.difference is None
    assert (found.pairs, found.customers, found.late, found.without) == (2, 2, 1, 0)
    assert (found.features, found.dates) == (7, (DAY,))
    assert found.values == {"by SQL": 14, "by tiles": 14, "as built for everyone": 14}
    told = {read.source: read for read in found.sources}
    assert told["transactions"].rows == 6
    assert told["transactions"].known == 3
    assert told["transactions"].left == {"not known yet": 2, "not happened yet": 1}
    assert told["visits"].left == {"not known yet": 1}
    assert (told["deposits"].known, told["deposits"].ends_hidden) == (3, 1)


def test_the_same_pairs_are_drawn_again_and_other_seeds_draw_others(small):
    ws = open_workspace(small)
    days = [date(2024, 3, day) for day in (1, 12, 21, 30)]
    first, again, other = (verify(ws, ["spend_30d"], 5, days, seed) for seed in (1, 1, 2))
    assert first == again
    assert first.difference is None
    assert first.pairs == other.pairs == 5


# ---------------------------------------------------------------- leaks, each planted in one way of building


def known_at_once(source):
    return source.model_copy(update={"available_at": None, "available_after": None})


def ignore_availability(monkeypatch, module):
    """Rows count from when they happened."""
    right = module.versions
    monkeypatch.setattr(
        module, "versions", lambda name, source, *more: right(name, known_at_once(source), *more)
    )


LEAKY = {"by SQL": clocks, "by tiles": tile_query}


@pytest.mark.parametrize("way", LEAKY)
def test_a_late_row_that_is_used_is_found(small, monkeypatch, way):
    ignore_availability(monkeypatch, LEAKY[way])
    found = looked_at(small, "visits_30d").difference
    assert (found.feature, found.customer, found.as_of, found.way) == ("visits_30d", "ann", DAY, way)
    assert (found.built, found.rebuilt) == (2, 1)
    assert found.how == "The built value comes out when the available time is ignored"
    assert parting(found) == {(date(2024, 3, 29), "known on 2024-04-01 00:00:00")}


@pytest.mark.parametrize("way", LEAKY)
def test_an_available_time_that_is_ignored_is_found(small, monkeypatch, way):
    ignore_availability(monkeypatch, LEAKY[way])
    found = looked_at(small, "spend_30d").difference
    assert (found.way, found.built, found.rebuilt) == (way, 1015, 10)
    assert found.how == "The built value comes out when the available time is ignored"
    assert parting(found) == {
        ("late", "known on 2024-04-02 03:00:00"),
        ("one", "known on 2024-04-05 03:00:00"),
        ("one", "counts"),
    }


def a_day_longer(features):
    return [replace(f, window=f.window + 1) if f.window is not None else f for f in features]


def plant_long_window(monkeypatch, way):
    if way == "by SQL":
        right = compiler.aggregate
        monkeypatch.setattr(compiler, "aggregate", lambda f, source: right(*a_day_longer([f]), source))
        monkeypatch.setattr(compiler, "_longest", lambda features: None)
    else:
        of = passes.program
        monkeypatch.setattr(
            passes, "program", lambda features, measures: of(a_day_longer(features), measures)
        )


@pytest.mark.parametrize("way", LEAKY)
def test_a_window_that_is_off_by_a_day_is_found(small, monkeypatch, way):
    plant_long_window(monkeypatch, way)
    found = looked_at(small, "spend_30d").difference
    assert (found.way, found.built, found.rebuilt) == (way, 110, 10)
    assert found.how == "The built value comes out when the window is a day too long"
    assert parting(found) == {("old", "older than 30 days")}


def test_a_row_of_a_history_that_has_not_begun_is_found(small, monkeypatch):
    right = compiler.known_rows

    def leaking(*given, **named):
        query = right(*given, **named)
        for kind, column in ((exp.LT, clocks.AT), (exp.LTE, clocks.KNOWN)):
            for condition in list(query.find_all(kind)):
                if condition.this.name == column:
                    condition.replace(exp.true())
        return query

    monkeypatch.setattr(compiler, "known_rows", leaking)
    found = looked_at(small, "town").difference
    assert (found.customer, found.way, found.built, found.rebuilt) == ("ann", "by SQL", "there", "here")
    assert found.how == "The built value comes out when rows count that had not happened before the as-of day"
    assert parting(found) == {(date(2020, 1, 1), "counts"), (date(2024, 4, 3), "not before the as-of day")}


def test_an_end_that_is_read_before_it_was_known_is_found(small, monkeypatch):
    monkeypatch.setattr(clocks, "_as_known", lambda column, source: clocks.col(column, clocks.ROW))
    found = looked_at(small, "deposits").difference
    assert (found.way, found.built, found.rebuilt) == ("by SQL", 1, 2)
    assert (
        found.how == "The built value comes out when ends are read before they have happened and were known"
    )
    assert parting(found) == {(date(2024, 1, 1), "counts")}
    assert [row.columns["closed_on"] for row in found.rows if row.parting] == [date(2024, 3, 30)]


def test_a_row_of_the_as_of_day_in_a_tile_is_found(small, monkeypatch):
    right = tile_query.day_number
    monkeypatch.setattr(
        tile_query, "day_number", lambda time: exp.Sub(this=right(time), expression=exp.Literal.number(1))
    )
    found = looked_at(small, "spend_30d").difference
    assert (found.way, found.built, found.rebuilt) == ("by tiles", 5010, 10)
    assert found.how == "The built value comes out when one row counts that must not"
    assert parting(found) == {("today", "not before the as-of day")}


def test_values_built_for_everyone_are_those_that_were_kept(small):
    ws = open_workspace(small)
    assert verify(ws, as_of=[DAY]).difference is None
    kept = next((small / ".leadlift/cache/features").rglob("transactions-*/00000.parquet"))
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(kept)
    place = table.column_names.index("spend_30d")
    pq.write_table(table.set_column(place, "spend_30d", pa.array([11.0, 1.0])), kept)
    found = verify(ws, as_of=[DAY]).difference
    assert (found.way, found.built, found.rebuilt) == ("as built for everyone", 11, 10)
    assert found.how == "no single broken rule gives the built value"


# ---------------------------------------------------------------- what is shown


def test_columns_and_values_that_are_pii_are_not_shown(small, monkeypatch):
    plant_long_window(monkeypatch, "by SQL")
    found = looked_at(small, "noted_30d").difference
    assert {row.columns["note"] for row in found.rows} == {"***"}
    monkeypatch.undo()
    monkeypatch.setattr(compiler, "_valued", lambda feature: exp.Literal.string("Zed"))
    found = looked_at(small, "first_name").difference
    assert (found.built, found.rebuilt) == ("***", "***")
    assert "Ann" not in repr(found)


def test_a_formula_that_differs_is_told_with_its_parts(small, monkeypatch):
    from leadlift.features import tables

    right = tables.with_formulas
    monkeypatch.setattr(
        tables,
        "with_formulas",
        lambda query, formulas: right(query, [replace(f, expr=exp.Literal.number(7)) for f in formulas]),
    )
    found = looked_at(small, "mean_spend").difference
    assert (found.customer, found.built, found.rebuilt) == ("ann", 7, 10)
    assert found.how == "Its parts: noted_30d = 1.0, spend_30d = 10.0"


def test_the_command_says_what_it_proved(leadlift, small):
    said = leadlift("features", "verify", "--as-of", str(DAY), at=small)
    assert said.code == 0
    assert (
        "2 pairs of 2 customers and a date: 1 with rows that had happened and were not known yet" in said.out
    )
    assert (
        "proved: 7 features, 42 values compared (14 by SQL, 14 by tiles, 14 as built for everyone)"
        in said.out
    )


def test_the_command_stops_at_a_leak_with_the_gate_s_code_and_the_row(leadlift, small, monkeypatch):
    plant_long_window(monkeypatch, "by tiles")
    said = leadlift("features", "verify", "--as-of", str(DAY), at=small)
    assert said.code == 3
    assert "spend_30d of customer ann as of 2024-03-31: 110 by tiles, 10 by the second way" in said.err
    assert "the window is a day too long" in said.err
    (line,) = [line for line in said.out.splitlines() if "parts the two" in line]
    assert "old" in line
    assert "older than 30 days" in line
    assert "secret" not in said.out
    as_json = leadlift("features", "verify", "--as-of", str(DAY), "--json", at=small)
    assert as_json.code == 3
    assert json.loads(as_json.out)["difference"]["customer"] == "ann"


def test_a_workspace_without_customers_or_features_says_so(leadlift, small):
    for name in TABLES:
        header = TABLES[name].splitlines()[0]
        (small / f"{name}.csv").write_text(f"{header}\n")
    said = leadlift("features", "verify", at=small)
    assert said.code == 2
    assert "no customers, and so nothing to verify" in said.err
    for path in (small / "feature_defs").iterdir():
        path.unlink()
    said = leadlift("features", "verify", at=small)
    assert said.code == 0
    assert "no features are defined" in said.out
