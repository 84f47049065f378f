"""Who uses a feature, and where it comes from."""

from __future__ import annotations

from leadlift.features.lineage import clock_rules, lineage, sources_of
from leadlift.features.usage import Use, usage
from leadlift.specs import Campaign, Pipeline

from .building import defined, source

PEOPLE = source("attributes", "customer_id:string town_id:integer born:date", since="born")
FACTS = source(
    "events",
    "customer_id:string fact_id:string posted_at:timestamp loaded_at:timestamp amount:decimal town_id:integer",
    event_time="posted_at",
    available_at="loaded_at",
    key="fact_id",
    joins=[{"source": "towns", "on": "town_id", "to": "id", "columns": ["wealth"]}],
)
TOWNS = source("lookup", "id:integer wealth:number")
SOURCES = {"facts": FACTS, "towns": TOWNS}
STANZAS = {
    "n": {"agg": "count"},
    "spent": {"agg": "sum", "of": "amount"},
    "rich": {"agg": "max", "of": "wealth"},
    "each": {"expr": "spent / n"},
    "twice": {"expr": "each * 2"},
    "idle": {"expr": "rich + 1"},
    "secret": {"agg": "min", "of": "amount", "protected": True},
}


def pipeline(**said):
    given = {
        "pipeline": "p",
        "kind": "response",
        "population": {"as_of": "monthly", "from": "2025-01-31"},
        "target": {"source": "facts", "outcome": "30d"},
    }
    return Pipeline.model_validate(given | said)


def campaign(**said):
    given = {
        "campaign": "c",
        "pipeline": "p",
        "offer": {"name": "o", "label": "O"},
        "channel": "call",
        "size": 1,
    }
    return Campaign.model_validate(given | {"consent": "n > 0"} | said)


def used(pipelines, campaigns):
    return usage(defined("facts", SOURCES, STANZAS), pipelines, campaigns)


def test_what_no_pipeline_chooses_and_no_campaign_names_is_unused():
    found = used({"p": pipeline(features={"include": ["twice"]})}, {})
    assert {name for name, one in found.items() if one.used} == {"twice", "each", "spent", "n"}
    assert found["idle"].uses == ()
    assert found["rich"].uses == (Use("formula", "idle", "part of"),)


def test_each_way_of_using_a_feature_counts():
    chosen = pipeline(
        features={"include": ["n"]},
        population={"as_of": "monthly", "from": "2025-01-31", "where": "rich > 1", "eligible": "twice > 0"},
    )
    lists = campaign(
        eligible="spent > 0", exclude=[{"rule": "no", "where": "idle > 5"}], export={"columns": ["each", "probability"]}
    )  # fmt: skip
    found = used({"p": chosen}, {"c": lists})
    direct = {
        name: [(use.who, use.role) for use in one.uses if use.kind != "formula"]
        for name, one in found.items()
    }
    assert direct == {
        "n": [("p", "model"), ("c", "consent")],
        "spent": [("c", "eligible")],
        "rich": [("p", "eligible")],
        "each": [("c", "export")],
        "twice": [("p", "eligible")],
        "idle": [("c", "exclude")],
        "secret": [],
    }
    assert not found["secret"].used


def test_a_protected_feature_is_chosen_by_no_pipeline():
    found = used({"p": pipeline()}, {})
    assert found["n"].of("pipeline") == ("p",)
    assert found["secret"].of("pipeline") == ()


def test_a_pipeline_on_a_flat_table_uses_none_of_the_catalogue():
    flat = pipeline(
        population={"table": "flat"}, target={"column": "y", "positive": "yes"}, split={"random": 0.2}
    )
    assert not any(one.used for one in used({"p": flat}, {"c": campaign()}).values())


def test_lineage_goes_down_to_the_columns_and_says_which_are_joined():
    made = defined("facts", SOURCES, STANZAS)
    lines = [(depth, one.name, one.text) for depth, one in lineage("each", made, SOURCES).lines()]
    assert lines == [
        (0, "each", "spent / n"),
        (1, "n", "count from facts"),
        (2, "facts.posted_at", "timestamp"),
        (1, "spent", "sum of amount from facts"),
        (2, "facts.amount", "decimal"),
    ]
    (_, _), (_, column) = lineage("rich", made, SOURCES).lines()
    assert column.text == "number, joined from towns by town_id = towns.id"
    assert sources_of(lineage("each", made, SOURCES), made) == ("facts",)


def test_the_rules_of_the_clocks_are_told_in_words():
    assert clock_rules("facts", FACTS) == (
        "facts: a row counts when posted_at is before the as-of day and loaded_at is not after it; of several versions "
        "of a row (key fact_id) the last one known counts"
    )
    assert clock_rules("people", PEOPLE).endswith(
        "the table keeps no history: its other columns are read as they are today"
    )
    bare = source("attributes", "customer_id:string x:number")
    assert clock_rules("bare", bare) == "bare: no clock; read as it is today at every as-of date"
