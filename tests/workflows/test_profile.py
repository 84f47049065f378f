"""Profiles: what is found in a small bank, kept, called out of date, and never of whom it must not be."""

from __future__ import annotations

import json
import math
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from leadlift.errors import UserError
from leadlift.evaluation import auc
from leadlift.features import feature_query
from leadlift.names import TARGET, TRAIN
from leadlift.progress import SILENT
from leadlift.specs import open_workspace
from leadlift.training import everyone_spine, split_cases, training_table
from leadlift.workflows.catalogue import Catalogue, Wanted, listing, show
from leadlift.workflows.profile import profile
from leadlift.workflows.profile_columns import same_order
from leadlift.workflows.profiled import FILE, kept_profiles
from leadlift.workflows.session import opened

LAST = date(2026, 6, 30)
DAYS = [date(2026, 4, 30), date(2026, 5, 31), LAST]
TWINS = """subject: value
source: transactions
windows: [90d]
features:
  outgoing: {agg: sum, of: amount, where: "0 > amount"}
  gone: {expr: "0 - outgoing_90d + 0.0 * txn_count_30d"}
  never: {agg: max, of: amount, where: amount > 1000000000}
  always: {expr: "1"}
"""


@pytest.fixture(scope="module")
def profiled(starter_bank):
    """The starter's features and a few poor ones, looked at over three months."""
    return profile(open_workspace(starter_bank), months=3, sample=100_000, as_of=LAST)


@pytest.fixture(scope="module")
def starter_bank(tmp_path_factory):
    """The starter workspace over a bank of 700 customers, with features that a reviewer should hear of."""
    from ..workspaces import make_starter

    folder = tmp_path_factory.mktemp("profile") / "bank"
    make_starter(folder, customers=700)
    (folder / "feature_defs/twins.yaml").write_text(TWINS, encoding="utf-8")
    attributes = folder / "feature_defs/attributes.yaml"
    text = attributes.read_text("utf-8")
    attributes.write_text(text.replace("  region:", "  sex: {agg: value, of: gender}\n  region:"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def values(starter_bank, profiled):
    """Everyone's features at the three dates, as they are built for scoring."""
    ws = open_workspace(starter_bank)
    with opened(ws) as home:
        key = everyone_spine(home, DAYS)
        query, _ = feature_query(home, ws.features, list(ws.features), key)
        return home.engine.table(query)


def at(values, day, name):
    return values.filter(pc.equal(values["as_of"], pa.scalar(day)))[name]


def test_dates_are_a_month_apart_and_end_on_the_day_asked_for(profiled):
    assert list(profiled.days) == DAYS
    assert {month.as_of for one in profiled.features.values() for month in one.months} == set(DAYS)


def test_each_month_tells_what_the_built_features_hold(profiled, values):
    found = profiled.features["spending_90d"].months
    for month in found:
        spent = at(values, month.as_of, "spending_90d").to_numpy()
        known = spent[~np.isnan(spent)]
        assert month.customers == len(spent)
        assert month.missing == pytest.approx(1 - len(known) / len(spent))
        assert month.mean == pytest.approx(known.mean())
        assert month.quantiles[3] == pytest.approx(np.median(known))
        assert sum(month.shares) + month.missing == pytest.approx(1, abs=1e-3)
    assert found[0].psi == 0


def test_a_category_is_counted_by_its_words(profiled, values):
    one = profiled.features["region"]
    regions = at(values, LAST, "region").to_pylist()
    told = dict(zip(one.bins, one.months[-1].shares, strict=True))
    assert told[one.bins[0]] == pytest.approx(regions.count(one.bins[0]) / len(regions), abs=1e-5)
    assert (one.kind, one.distinct, one.bins[-1]) == ("category", len(set(regions)), "others")


def test_protected_features_are_named_and_never_looked_at(profiled, starter_bank):
    assert profiled.hidden["sex"] == "protected"
    assert "sex" not in profiled.features
    assert '"sex"' not in (starter_bank / FILE).read_text("utf-8")
    with pytest.raises(UserError, match="'sex' is protected: its values are not looked at"):
        profile(open_workspace(starter_bank), ["sex"])


def test_constant_and_missing_features_are_called_so(profiled):
    flaws = {name: one.flaw for name, one in profiled.features.items() if one.flaw}
    assert flaws["never_90d"] == "always missing"
    assert flaws["always"] == "constant"
    assert "spending_90d" not in flaws


def test_features_that_rank_customers_the_same_are_named_with_their_twin(profiled):
    assert dict(profiled.features["spending_90d"].twins)["gone"] == pytest.approx(1)
    assert dict(profiled.features["outgoing_90d"].twins)["gone"] == pytest.approx(-1)


def test_strength_is_that_of_the_training_part_alone(profiled, starter_bank):
    ws = open_workspace(starter_bank)
    spec = ws.pipeline("fund_purchase")
    with opened(ws) as home:
        made = training_table(spec, ws.features, home, SILENT)
    train = made.table.take(split_cases(made.table, spec.split, made.maturity).rows[TRAIN])
    (found,) = profiled.features["spending_90d"].strengths
    y, spent = train[TARGET].to_numpy(), train["spending_90d"].to_numpy()
    known = ~np.isnan(spent)
    assert (found.cases, found.responders) == (len(y), y.sum())
    assert found.auc == pytest.approx(auc(y[known], spent[known]))
    assert found.low < found.auc < found.high
    assert found.direction == ("no direction" if found.low <= 0.5 <= found.high else "rising")
    assert {name for name, one in profiled.features.items() if one.strengths[0].auc is None} >= {
        "always",
        "never_90d",
    }


def test_what_is_kept_reads_back_as_it_was_and_is_shown(profiled, starter_bank):
    ws = open_workspace(starter_bank)
    assert kept_profiles(ws) == profiled.features
    shown = show(ws, "spending_90d")
    assert shown["profile"]["stale"] == ""
    assert shown["profile"]["months"][0]["as_of"] == DAYS[0]
    duplicates = {row["feature"]: row["duplicates"] for row in listing(ws, Wanted(duplicates=True))}
    assert duplicates["spending_90d"] == {
        "outgoing_90d": "the same definition, its sign turned",
        "gone": "the same order of customers, rank correlation +1.0000",
    }


def test_one_feature_profiled_again_leaves_the_others_as_they_were(profiled, starter_bank):
    ws = open_workspace(starter_bank)
    before = (starter_bank / FILE).read_text("utf-8")
    found = profile(ws, ["age"], months=1, as_of=LAST)
    after = kept_profiles(ws)
    (starter_bank / FILE).write_text(before, encoding="utf-8")
    assert set(found.features) == {"age"}
    assert [len(after[name].months) for name in ("age", "region")] == [1, 3]
    assert {**after, "age": profiled.features["age"]} == profiled.features


def test_a_profile_is_out_of_date_when_its_definition_data_or_target_changes(profiled, starter_bank):
    def stale(name):
        return Catalogue(open_workspace(starter_bank)).stale(name)

    def change(file, before, after):
        text = (starter_bank / file).read_text("utf-8")
        assert before in text
        (starter_bank / file).write_text(text.replace(before, after), encoding="utf-8")

    change("feature_defs/twins.yaml", "0 > amount", "1 > amount")
    assert [stale(name) for name in ("outgoing_90d", "gone", "age")] == [
        *["its definition has changed"] * 2,
        "",
    ]
    change("feature_defs/twins.yaml", "1 > amount", "0 > amount")
    change("pipelines/fund_purchase.yaml", "outcome: 90d", "outcome: 60d")
    assert stale("age") == "pipeline fund_purchase has changed"
    change("pipelines/fund_purchase.yaml", "outcome: 60d", "outcome: 90d")
    assert stale("age") == ""
    customers = starter_bank / "data/customers.parquet"
    pq.write_table(pq.read_table(customers), customers)
    assert (stale("age"), stale("spending_90d")) == ("data changed: customers", "")


def test_a_file_of_another_version_or_a_broken_one_counts_as_none(profiled, starter_bank):
    ws = open_workspace(starter_bank)
    before = (starter_bank / FILE).read_text("utf-8")
    for text in ('{"format": 0, "features": {}}', '{"format": 1, "features": {"age": {"kind": "number"}}}'):
        (starter_bank / FILE).write_text(text, encoding="utf-8")
        assert kept_profiles(ws) == {}
    (starter_bank / FILE).write_text(before, encoding="utf-8")
    assert json.loads(before)["format"] == 1


def test_a_day_before_all_data_is_refused_and_a_target_that_cannot_be_split_is_noted(profiled, starter_bank):
    ws = open_workspace(starter_bank)
    with pytest.raises(UserError, match="no customers from 1950-01-01 to 1950-02-01"):
        profile(ws, ["region"], months=2, as_of=date(1950, 2, 1))
    before = (starter_bank / FILE).read_text("utf-8")
    few = profile(ws, ["age"], months=1, sample=5, as_of=LAST)
    (starter_bank / FILE).write_text(before, encoding="utf-8")
    assert any(note.startswith("strength for fund_purchase not told: ") for note in few.notes)
    assert few.features["age"].strengths == ()


def test_categories_are_alike_when_they_part_customers_into_the_same_groups():
    alike = same_order({
        "a": ["x", "y", None, "x"] * 10, "b": ["1", "2", "3", "1"] * 10, "c": ["1", "2", "1", "1"] * 10,
        "n": np.array([1.0, 2.0, math.nan, 1.0] * 10),
    })  # fmt: skip
    assert alike == {"a": (("b", 1.0),), "b": (("a", 1.0),)}


def test_two_rare_features_are_no_twins_for_having_the_same_few_customers():
    def rare(customers):
        return np.append(np.ones(customers), np.zeros(1000 - customers))

    assert same_order({"one": rare(9), "other": rare(9) * 2}) == {}
    assert same_order({"one": rare(10), "other": rare(10) * 2}) == {
        "one": (("other", 1.0),),
        "other": (("one", 1.0),),
    }
