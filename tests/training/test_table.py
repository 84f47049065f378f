"""The training table: population x as-of dates, with the target and the features as they were known then."""

from __future__ import annotations

from datetime import date

import pytest

from leadlift.errors import UserError
from leadlift.progress import SILENT
from leadlift.specs import open_workspace
from leadlift.training import training_table
from leadlift.training.groups import protected_levels
from leadlift.workflows.session import opened

JAN, FEB, MAR = date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)

WORKSPACE = """
name: tiny
sources:
  customers:
    path: customers.csv
    kind: attributes
    since: joined_on
    columns:
      customer_id: {type: string}
      joined_on: {type: date}
      birth_date: {type: date, pii: true}
      gender: {type: string, protected: true}
  purchases:
    path: purchases.csv
    kind: events
    event_time: bought_on
    complete_until: 2025-05-01
    columns:
      customer_id: {type: string}
      bought_on: {type: date}
      amount: {type: number}
"""
KEYED = """
name: flat
sources:
  calls:
    path: calls.csv
    kind: flat
    columns:
      customer_id: {type: string}
      age: {type: integer}
      bought: {type: string}
"""
CUSTOMERS = """customer_id,joined_on,birth_date,gender
ann,2024-01-01,1980-05-01,F
bob,2024-01-01,1990-05-01,M
cat,2025-02-10,2000-05-01,F
"""
PURCHASES = """customer_id,bought_on,amount
ann,2025-01-30,10
ann,2025-02-05,20
bob,2025-03-02,30
bob,2025-03-31,40
cat,2025-04-29,50
"""
VALUE = """
subject: value
source: purchases
features:
  spent: {agg: sum, of: amount, windows: [30d]}
"""
WHO = """
subject: attributes
source: customers
features:
  age: {agg: value, of: "years_between(birth_date, as_of)"}
  sex: {agg: value, of: gender}
  since: {agg: value, of: "days_between(joined_on, as_of)"}
"""
PIPELINE = """
pipeline: buys
kind: propensity
population: {as_of: monthly, from: 2025-01-31, to: 2025-03-31}
target: {source: purchases, gap: 3d, outcome: 27d}
split: {out_of_time: 20%}
"""


def tiny(**changed: str) -> dict[str, str]:
    """The files of the bank, some of them changed."""
    files = {
        "leadlift.yaml": WORKSPACE,
        "customers.csv": CUSTOMERS,
        "purchases.csv": PURCHASES,
        "feature_defs/value.yaml": VALUE,
        "feature_defs/who.yaml": WHO,
        "pipelines/buys.yaml": PIPELINE,
    }
    names = {"workspace": "leadlift.yaml", "purchases": "purchases.csv", "pipeline": "pipelines/buys.yaml"}
    return files | {names[part]: text for part, text in changed.items()}


def targets(made) -> dict[tuple[str, date], int]:
    rows = made.table.select(["customer_id", "as_of", "target"]).to_pylist()
    return {(row["customer_id"], row["as_of"]): row["target"] for row in rows}


def test_the_target_looks_at_the_days_from_the_gap_to_the_end_of_the_outcome(table_of):
    # ann's 5th of February is day 5 after January's end: inside [3, 30). Bob's 2nd of March is day 2 after February's
    # end: in the gap. His 31st is day 31: after the outcome. Of March's end it is day 0: in the gap. Cat's is day 29.
    assert targets(table_of(tiny())) == {
        ("ann", JAN): 1, ("bob", JAN): 0,
        ("ann", FEB): 0, ("bob", FEB): 0, ("cat", FEB): 0,
        ("ann", MAR): 0, ("bob", MAR): 0, ("cat", MAR): 1,
    }  # fmt: skip


def test_nobody_is_a_case_before_becoming_a_customer(table_of):
    assert ("cat", JAN) not in targets(table_of(tiny()))


def test_the_features_of_a_case_are_those_of_its_own_day(table_of):
    rows = table_of(tiny()).table.select(["customer_id", "as_of", "spent_30d"]).to_pylist()
    spent = {(row["customer_id"], row["as_of"]): row["spent_30d"] for row in rows}
    assert spent["ann", JAN] == 10  # the purchase of the 5th of February is not known yet
    assert spent["ann", FEB] == 30  # the 30th of January is the first day of the window
    assert spent["bob", MAR] == 30  # the purchase of the as-of day itself is not in it


def test_the_rows_stand_in_the_order_of_time(table_of):
    table = table_of(tiny()).table
    keys = list(zip(table["as_of"].to_pylist(), table["customer_id"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    assert table["row"].to_pylist() == list(range(1, len(keys) + 1))


def test_personal_and_protected_columns_are_kept_out_and_the_note_says_so(table_of):
    made = table_of(tiny())
    assert [feature.name for feature in made.features] == ["spent_30d", "since"]
    assert set(made.table.column_names) == {"customer_id", "as_of", "row", "spent_30d", "since", "target"}
    assert "kept out: age (pii), sex (protected)" in made.notes


def groups_of(folder, files):
    """The training table of the files, and the groups of its cases."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    ws = open_workspace(folder)
    with opened(ws) as home:
        made = training_table(ws.pipeline("buys"), ws.features, home, SILENT)
        return made, protected_levels(ws.pipeline("buys"), ws.features, home, made, SILENT)


PEOPLE = {("ann", day): "F" for day in (JAN, FEB, MAR)} | {("bob", day): "M" for day in (JAN, FEB, MAR)}
PEOPLE |= {("cat", day): "F" for day in (FEB, MAR)}


@pytest.mark.parametrize(
    ("features", "name"),
    [
        (WHO, "sex"),
        (WHO.replace("  sex: {agg: value, of: gender}\n", ""), "gender"),
        (
            WHO.replace("sex: {agg: value, of: gender}", "gender: {agg: value, of: \"gender = 'F'\"}"),
            "customers.gender",
        ),
    ],
)
def test_protected_columns_give_groups_whether_or_not_a_feature_is_made_of_them(tmp_path, features, name):
    files = tiny(pipeline=PIPELINE + "features: {include: [spent_*]}\n") | {"feature_defs/who.yaml": features}
    made, groups = groups_of(tmp_path, files)
    cases = zip(made.table["customer_id"].to_pylist(), made.table["as_of"].to_pylist(), strict=True)
    assert groups[name] == [PEOPLE[case] for case in cases]
    assert "gender" not in made.table.column_names


JOINED = (
    WORKSPACE.replace(
        "    since: joined_on\n",
        "    since: joined_on\n    joins: [{source: facts, on: fact, columns: [origin]}]\n",
    ).replace(
        "      gender: {type: string, protected: true}\n",
        "      fact: {type: string, from: gender}\n",
    )
    + """\
  facts:
    path: facts.csv
    kind: lookup
    columns:
      fact: {type: string, unique: true}
      origin: {type: string, protected: true}
"""
)


def test_protected_columns_of_a_joined_lookup_give_groups(tmp_path):
    files = tiny(workspace=JOINED) | {"facts.csv": "fact,origin\nF,north\nM,south\n"}
    files["feature_defs/who.yaml"] = WHO.replace("  sex: {agg: value, of: gender}\n", "")
    made, groups = groups_of(tmp_path, files)
    cases = zip(made.table["customer_id"].to_pylist(), made.table["as_of"].to_pylist(), strict=True)
    assert groups == {"origin": [{"F": "north", "M": "south"}[PEOPLE[case]] for case in cases]}


def test_a_source_without_history_is_noted(table_of):
    assert "read as they are today, for want of history: since" in table_of(tiny()).notes


def test_absent_turns_the_target_round(table_of):
    lapse = PIPELINE.replace("outcome: 27d", "outcome: 27d, absent: true")
    as_it_is, turned = targets(table_of(tiny())), targets(table_of(tiny(pipeline=lapse)))
    assert turned == {case: 1 - target for case, target in as_it_is.items()}


def test_the_population_is_who_fulfils_the_condition_on_the_day(table_of):
    spec = PIPELINE.replace("to: 2025-03-31", "to: 2025-03-31, where: spent_30d > 0")
    assert set(targets(table_of(tiny(pipeline=spec)))) == {("ann", JAN), ("ann", FEB), ("bob", MAR)}


def test_a_day_whose_outcome_is_not_known_is_refused_with_the_last_that_is(table_of):
    spec = PIPELINE.replace("to: 2025-03-31", "to: 2025-04-30")
    with pytest.raises(UserError) as refused:
        table_of(tiny(pipeline=spec))
    assert str(refused.value) == (
        "population.to: 2025-04-30 is not mature: its 27-day outcome window ends after the data (2025-05-01). "
        "Last mature day: 2025-04-01"
    )


def test_without_to_the_days_go_up_to_the_last_mature_one(table_of):
    spec = PIPELINE.replace(", to: 2025-03-31", "")
    assert {day for _, day in targets(table_of(tiny(pipeline=spec)))} == {JAN, FEB, MAR}


def test_a_target_that_never_happens_is_refused(table_of):
    spec = PIPELINE.replace("source: purchases,", "source: purchases, where: amount > 1000,")
    with pytest.raises(UserError) as refused:
        table_of(tiny(pipeline=spec))
    assert str(refused.value) == (
        "pipeline buys: of 8 cases 0 are positive; a model needs both kinds. "
        "Look at `population.where`, `eligible` and `target.where`"
    )


def test_each_row_of_a_source_can_be_a_case_at_its_own_day(table_of):
    spec = """
pipeline: buys
kind: response
population: {source: purchases, where: amount < 50}
target: {source: purchases, gap: 1d, outcome: 30d}
split: {out_of_time: 20%}
"""
    assert targets(table_of(tiny(pipeline=spec))) == {
        ("ann", date(2025, 1, 30)): 1,
        ("ann", date(2025, 2, 5)): 0,
        ("bob", date(2025, 3, 2)): 1,
        ("bob", date(2025, 3, 31)): 0,
    }


def test_the_key_changes_with_the_data_and_with_the_definition(table_of):
    first = table_of(tiny())
    other_data = table_of(tiny(purchases=PURCHASES + "ann,2025-02-06,1\n"))
    other_target = table_of(tiny(pipeline=PIPELINE.replace("27d", "26d")))
    assert len({first.key, other_data.key, other_target.key}) == 3


def test_the_same_data_and_definitions_are_read_from_the_cache(small):
    workspace, home = small(tiny())
    spec = workspace.pipeline("buys")
    first = training_table(spec, workspace.features, home, SILENT)
    kept = {path: path.stat().st_mtime_ns for path in home.cache.rglob("*.parquet")}
    again = training_table(spec, workspace.features, home, SILENT)
    assert first.key == again.key
    assert first.table.equals(again.table)
    assert kept == {path: path.stat().st_mtime_ns for path in home.cache.rglob("*.parquet")}


FLAT = """
name: flat
sources:
  calls:
    path: calls.csv
    kind: flat
    {order}
    columns:
      day: {{type: date}}
      age: {{type: integer}}
      job: {{type: string}}
      phone: {{type: string, pii: true}}
      answer: {{type: string}}
"""
CALLS = """day,age,job,phone,answer
2025-03-01,30,clerk,111,yes
2025-01-01,40,cook,222,no
2025-02-01,50,clerk,333,no
2025-02-02,60,,444,
"""
FLAT_PIPELINE = """
pipeline: answers
kind: response
population: {table: calls}
target: {column: answer, positive: "yes"}
split: {random: 20%}
"""


def flat(order: str) -> dict[str, str]:
    return {
        "leadlift.yaml": FLAT.format(order=order),
        "calls.csv": CALLS,
        "pipelines/answers.yaml": FLAT_PIPELINE,
    }


def test_a_flat_table_keeps_the_order_of_its_rows(table_of):
    made = table_of(flat("row_order: time"))
    assert made.table["age"].to_pylist() == [30, 40, 50]
    assert made.table["target"].to_pylist() == [1, 0, 0]
    assert made.table["as_of"].null_count == 3
    assert made.maturity is None


def test_a_flat_table_with_event_time_stands_in_the_order_of_time(table_of):
    made = table_of(flat("event_time: day"))
    assert made.table["age"].to_pylist() == [40, 50, 30]
    assert made.table["as_of"].to_pylist() == [date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)]


def test_a_row_without_an_answer_is_no_case(table_of):
    assert 60 not in table_of(flat("row_order: time")).table["age"].to_pylist()


def test_the_target_the_dates_and_personal_columns_are_no_features_of_a_flat_table(table_of):
    made = table_of(flat("row_order: time"))
    assert [feature.name for feature in made.features] == ["age", "job"]
    assert made.notes == (
        "a flat table, in the order of its rows: what its columns knew of later days cannot be checked",
        "kept out: phone (pii)",
    )


def test_by_last_touch_a_purchase_counts_for_the_last_case_before_it(table_of):
    spec = """
pipeline: buys
kind: response
population: {source: purchases, to: 2025-03-02}
target: {source: purchases, where: amount = 20, outcome: 30d%s}
split: {out_of_time: 20%%}
"""
    january, february, bob = ("ann", date(2025, 1, 30)), ("ann", date(2025, 2, 5)), ("bob", date(2025, 3, 2))
    assert targets(table_of(tiny(pipeline=spec % ""))) == {january: 1, february: 1, bob: 0}
    assert targets(table_of(tiny(pipeline=spec % ", last_touch: true"))) == {january: 0, february: 1, bob: 0}


def test_a_flat_table_with_the_workspaces_customer_key_is_keyed_by_it(table_of):
    """And the key is no feature, and the split keeps a customer on one side."""
    found = table_of(
        {
            "leadlift.yaml": KEYED,
            "calls.csv": "customer_id,age,bought\nzoe,30,yes\nann,40,no\nzoe,31,no\n",
            "pipelines/bought.yaml": (
                "pipeline: bought\nkind: response\npopulation: {table: calls}\nsplit: {random: 30%}\n"
                "target: {column: bought, positive: 'yes'}\nfeatures: {include: ['*']}\n"
            ),
        }
    )
    assert found.table["customer_id"].to_pylist() == ["zoe", "ann", "zoe"]
    assert [feature.name for feature in found.features] == ["age"]
