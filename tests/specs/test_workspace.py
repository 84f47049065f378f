"""A sound workspace: what is opened, what the features are called, and what may not reach a model."""

from __future__ import annotations

from datetime import date

import pytest

from leadlift.errors import SpecErrors, UserError
from leadlift.specs import open_workspace

CUSTOMERS = "subject: attributes\nsource: customers\nfeatures:\n"


def hidden(workspace, *names):
    return {name: workspace.features[name].hidden for name in names}


def test_a_sound_workspace_opens_whole(opened):
    workspace = opened({})
    assert workspace.file.name == "demo-bank"
    assert list(workspace.sources) == [
        "customers",
        "transactions",
        "balances",
        "holdings",
        "branches",
        "flat_bank",
    ]
    assert list(workspace.features) == ["txn_count_30d", "txn_count_90d", "last_channel"]
    assert workspace.pipeline("deposit").population.from_ == date(2025, 1, 31)
    assert workspace.campaign("spring").size == 10
    assert list(workspace.documents) == [
        "leadlift.yaml", "feature_defs/f.yaml", "pipelines/p.yaml", "pipelines/campaigns/c.yaml",
    ]  # fmt: skip


def test_a_folder_without_a_workspace_says_how_to_make_one(tmp_path):
    with pytest.raises(UserError, match=r"no leadlift.yaml in .* make one: leadlift init DIR"):
        open_workspace(tmp_path)


def test_a_broken_workspace_raises_every_fault_in_one_error(written):
    root = written({"pipelines/p.yaml": "pipeline: p\n", "feature_defs/f.yaml": ""})
    with pytest.raises(SpecErrors) as told:
        open_workspace(root)
    assert str(told.value).splitlines() == [
        "feature_defs/f.yaml:1: the file is empty",
        "pipelines/p.yaml:1: kind: 'kind' is required",
        "pipelines/p.yaml:1: population: 'population' is required",
        "pipelines/p.yaml:1: target: 'target' is required",
    ]


def test_an_unknown_pipeline_names_the_nearest(opened):
    with pytest.raises(UserError, match=r"no pipeline .deposits.. Did you mean .deposit.\?"):
        opened({}).pipeline("deposits")


def test_windows_give_one_feature_each_and_their_days_stand_in_name_and_label(opened):
    features = opened({}).features
    assert (features["txn_count_30d"].window, features["txn_count_30d"].label) == (
        30,
        "txn count, last 30 days",
    )
    assert (features["last_channel"].window, features["last_channel"].type) == (None, "text")


def test_formulas_come_after_what_they_are_made_of(opened):
    stanzas = "  a: {expr: b + 1}\n  b: {expr: txn_count_30d * 2}\n"
    file = "subject: value\nsource: transactions\nfeatures:\n" + stanzas
    assert list(opened({"feature_defs/a.yaml": file}).features) == [
        "txn_count_30d", "txn_count_90d", "last_channel", "b", "a",
    ]  # fmt: skip


def test_pii_taints_what_is_made_of_it_through_formulas_of_formulas(opened):
    stanzas = (
        "  age: {agg: value, of: 'years_between(birth_date, as_of)'}\n"
        "  decade: {expr: floor(age / 10)}\n"
        "  old: {expr: decade > 6}\n"
        "  joined_days: {agg: value, of: 'days_between(joined, as_of)'}\n"
    )
    found = hidden(
        opened({"feature_defs/c.yaml": CUSTOMERS + stanzas}), "age", "decade", "old", "joined_days"
    )
    assert found == {"age": "pii", "decade": "pii", "old": "pii", "joined_days": None}


def test_pii_false_frees_a_number_made_from_a_personal_column_but_not_a_copy_of_it(opened):
    stanzas = (
        "  age: {agg: value, of: 'years_between(birth_date, as_of)', pii: false}\n"
        "  decade: {expr: floor(age / 10)}\n"
        "  who: {agg: value, of: customer_id, pii: false}\n"
        "  who_again: {expr: who, pii: false}\n"
    )
    found = hidden(opened({"feature_defs/c.yaml": CUSTOMERS + stanzas}), "age", "decade", "who", "who_again")
    assert found == {"age": None, "decade": None, "who": "pii", "who_again": "pii"}


def test_protected_taints_and_cannot_be_freed(opened):
    stanzas = (
        "  woman: {agg: value, of: \"gender = 'F'\", pii: false}\n"
        "  woman_in_north: {agg: value, of: \"1\", where: \"gender = 'F' and region = 'N'\"}\n"
        "  twice: {expr: woman * 2, pii: false, protected: false}\n"
        "  by_choice: {agg: value, of: region, protected: true}\n"
    )
    found = hidden(
        opened({"feature_defs/c.yaml": CUSTOMERS + stanzas}), "woman", "woman_in_north", "twice", "by_choice"
    )
    assert set(found.values()) == {"protected"}


def test_a_column_brought_by_a_join_keeps_its_mark(opened, workspace_with):
    stanzas = "subject: value\nsource: transactions\nfeatures:\n  last_city: {agg: last, of: city}\n"
    changed = workspace_with("city: {type: string}", "city: {type: string, protected: true}")
    workspace = opened({"leadlift.yaml": changed, "feature_defs/x.yaml": stanzas})
    assert hidden(workspace, "last_city") == {"last_city": "protected"}


def test_only_yes_and_no_of_a_flag_are_booleans(opened, workspace_with):
    changed = workspace_with(
        "region: {type: string}", "region: {type: string, allowed: [yes, no, on, off], required: true}"
    )
    region = opened({"leadlift.yaml": changed}).sources["customers"].columns["region"]
    assert (region.allowed, region.required) == (("yes", "no", "on", "off"), True)


@pytest.mark.parametrize(
    ("said", "kind", "master"),
    [
        ("duckdb", "duckdb", None),
        ("spark", "spark", None),
        ("{kind: spark, master: 'local[2]'}", "spark", "local[2]"),
        (
            "{kind: spark, master: 'spark://host:7077', conf: {spark.executor.cores: 2}}",
            "spark",
            "spark://host:7077",
        ),
        ("{kind: spark, master: 'sc://host:15002'}", "spark", "sc://host:15002"),
    ],
)
def test_the_engine_is_a_word_or_says_where_it_runs(opened, workspace_with, said, kind, master):
    engine = opened({"leadlift.yaml": workspace_with("sources:", f"engine: {said}\nsources:")}).file.engine
    assert (engine.kind, engine.master) == (kind, master)
    assert all(isinstance(value, str) for value in engine.conf.values())


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("sparc", "engine.kind: 'sparc' is not a kind. Did you mean 'spark'?"),
        (
            "{kind: duckdb, master: yarn}",
            "engine.master: only `kind: spark` has a `master`; duckdb runs in this process",
        ),
        ("{kind: spark, master: 'host:7077'}", "engine.master: 'host:7077' is no place where Spark runs."),
        ("{kind: spark, mastr: yarn}", "engine.mastr: unknown key 'mastr'. Did you mean 'master'?"),
    ],
)
def test_an_engine_that_cannot_be_meant_is_told(opened, workspace_with, said, fault):
    with pytest.raises(SpecErrors) as caught:
        opened({"leadlift.yaml": workspace_with("sources:", f"engine: {said}\nsources:")})
    assert fault in str(caught.value)
