"""A pipeline's `warning:`, leadlift.yaml's `affinity:` and a rule that softens: each fault is told at its line."""

from __future__ import annotations

import pytest

HEAD = """\
pipeline: q
kind: early_warning
population: {as_of: monthly, from: 2025-01-31}
target: {source: holdings, outcome: 60d}
"""
ONE = "    - {indicator: one, feature: txn_count_30d, above: 5}\n"


@pytest.mark.parametrize(
    ("stanza", "says"),
    [
        (
            "  indicators:\n    - {indicator: one, feature: txn_cont_30d, above: 5}\n",
            "q.yaml:7: warning.indicators[0].feature: no feature 'txn_cont_30d'. Did you mean 'txn_count_30d'?",
        ),
        (
            "  indicators:\n    - {indicator: one, feature: last_channel, above: 5}\n",
            "'last_channel' is a text; an indicator needs a number",
        ),
        ("  indicators:\n    - {indicator: one, feature: txn_count_30d}\n", "give a limit"),
        (f"  indicators:\n{ONE}{ONE}", "the indicator 'one' is given twice"),
        (
            "  unusual: {features: [spend_*]}\n",
            "warning.unusual.features[0]: no feature is called 'spend_*'.",
        ),
        ("  unusual: {features: [last_channel]}\n", "'last_channel' names no number that may be told"),
        ("  unusual: {features: [txn_*], months: 5}\n", "6 months are never known: `months` is 5"),
        ("  abov: 5%\n", "unknown key 'abov'. Did you mean 'above'?"),
    ],
)
def test_a_fault_is_told_at_its_line(told, stanza, says):
    (fault,) = told({"pipelines/q.yaml": f"{HEAD}warning:\n{stanza}"})
    assert says in fault


def test_a_warning_belongs_to_its_kind(told):
    (fault,) = told({"pipelines/q.yaml": HEAD.replace("early_warning", "churn") + "warning: {above: 5%}\n"})
    assert "q.yaml:5: warning: `warning` goes with kind 'early_warning', not with 'churn'" in fault


def test_nobody_is_judged_by_what_is_protected(told):
    features = (
        "subject: attributes\nsource: customers\nfeatures:\n  male: {agg: value, of: \"gender = 'M'\"}\n"
    )
    stanza = "warning:\n  indicators:\n    - {indicator: one, feature: male, above: 0}\n"
    (fault,) = told({"pipelines/q.yaml": HEAD + stanza, "feature_defs/g.yaml": features})
    assert "'male' is protected: nobody may be judged by it" in fault


def test_patterns_leave_out_texts_and_what_is_protected(opened):
    features = (
        "subject: attributes\nsource: customers\nfeatures:\n  male: {agg: value, of: \"gender = 'M'\"}\n"
    )
    files = {
        "pipelines/q.yaml": HEAD + 'warning: {unusual: {features: ["*"]}}\n',
        "feature_defs/g.yaml": features,
    }
    ws = opened(files)
    assert ws.pipeline("q").warning.unusual.chosen(ws.features) == ("txn_count_30d", "txn_count_90d")


@pytest.mark.parametrize(
    ("stanza", "says"),
    [
        (
            "{source: holding}",
            "affinity.source: no source 'holding' in leadlift.yaml. Did you mean 'holdings'?",
        ),
        (
            "{source: balances}",
            "affinity.source: 'balances' is of kind snapshots; products held need intervals",
        ),
        (
            "{source: holdings, product: produkt}",
            "no column 'produkt' in 'holdings'. Did you mean 'product'?",
        ),
        ("{source: holdings, product: opened_on}", "'opened_on' is a date; products are named by a string"),
    ],
)
def test_affinity_needs_products_held(told, written, stanza, says):
    from .conftest import WORKSPACE

    (fault,) = told({"leadlift.yaml": f"{WORKSPACE}affinity: {stanza}\n"})
    assert says in fault


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("{rule: r, most: 2, within: 30d, counts: 50%}", "`counts` does not go with `most`"),
        ("{rule: r, where: txn_count_30d > 5, counts: 100%}", "from 0 to below 1"),
    ],
)
def test_only_a_rule_that_asks_softens(told, rule, says):
    from .conftest import CAMPAIGN

    (fault,) = told({"pipelines/campaigns/c.yaml": f"{CAMPAIGN}policy:\n  - {rule}\n"})
    assert says in fault
