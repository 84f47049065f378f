"""Broken pipelines and campaigns: each fault is told at its line, with the nearest name."""

from __future__ import annotations

import pytest

HEAD = "pipeline: q\nkind: propensity\n"
MONTHLY = "population: {as_of: monthly, from: 2025-01-31}\n"
CONTACTS = "population: {source: transactions}\n"
TARGET = "target: {source: holdings, outcome: 60d}\n"
FLAT = "population: {table: flat_bank}\n"

PIPELINES = {
    "an unknown kind": (
        "pipeline: q\nkind: respons\n" + MONTHLY + TARGET,
        ["2: kind: 'respons' is not a kind. Did you mean 'response'?"],
    ),
    "a missing kind": ("pipeline: q\n" + MONTHLY + TARGET, ["1: kind: 'kind' is required"]),
    "a typo in a key": (
        HEAD + MONTHLY + TARGET + "features:\n  includ: ['*']\n",
        ["6: features.includ: unknown key 'includ'. Did you mean 'include'?"],
    ),
    "one machine alone": (
        HEAD + MONTHLY + TARGET + "model:\n  distributed: {machines: 1}\n",
        ["6: model.distributed.machines: must be at least 2, not 1"],
    ),
    "tasks of Spark on the embedded engine": (
        HEAD + MONTHLY + TARGET + "model:\n  distributed: {machines: 2, on: spark}\n",
        [
            "6: model.distributed.on: 'spark' needs `engine: spark` in leadlift.yaml, which says duckdb: change the "
            "engine, or leave `on` out for processes of this machine"
        ],
    ),
    "tasks of Spark and folds of all customers": (
        HEAD + MONTHLY + TARGET + "model:\n  ensemble: 3\n  distributed: {machines: 2, on: spark}\n",
        [
            "5: model: `distributed: {on: spark}` grows one member, not `ensemble: 3`: its folds are drawn from rows "
            "that this process does not have"
        ],
    ),
    "tasks of Spark and a flat table": (
        HEAD
        + FLAT
        + "target: {column: y, positive: 'yes'}\nmodel:\n  distributed: {machines: 2, on: spark}\n",
        [
            "5: model: `distributed: {on: spark}` needs cases with as-of dates: a flat table comes to this process "
            "whole"
        ],
    ),
    "tasks of Spark and a test at random": (
        HEAD + MONTHLY + TARGET + "split: {random: 20%}\nmodel: {distributed: {machines: 2, on: spark}}\n",
        [
            "6: model: `distributed: {on: spark}` needs a test in time, `split.out_of_time`: a draw at random is "
            "spread among all customers, whom no single process knows"
        ],
    ),
    "what leadlift chooses itself": (
        HEAD + MONTHLY + TARGET + "model:\n  params:\n    num_leaves: 7\n    objective: regression\n",
        [
            "8: model.params.objective: cannot be set here: leadlift chooses it by the pipeline's `kind`: leave it out"
        ],
    ),
    "a metric of LightGBM": (
        HEAD + MONTHLY + TARGET + "model: {params: {metric: auc}}\n",
        [
            "5: model.params.metric: cannot be set here: leadlift chooses it: growing stops on the loss that trees "
            "learn by. Leave it out"
        ],
    ),
    "directions by place": (
        HEAD + MONTHLY + TARGET + "model:\n  ensemble: 5\n  params: {monotone_constraints: '1,0,0'}\n",
        [
            "7: model.params.monotone_constraints: cannot be set here: say `model.monotone`, by the names of features"
        ],
    ),
    "interactions by place": (
        HEAD + MONTHLY + TARGET + "model:\n  params: {interaction_constraints: '[0,1]'}\n",
        [
            "6: model.params.interaction_constraints: cannot be set here: say `model.interactions`, by the names of "
            "features"
        ],
    ),
    "forests to merge": (
        HEAD + MONTHLY + TARGET + "model:\n  params: {boosting: rf}\n  ensemble: 5\n",
        [
            "7: model.ensemble: `boosting: rf` averages its trees, so that forests cannot be merged: leave "
            "`ensemble` out, or `boosting`"
        ],
    ),
    "an unknown feature in exclude": (
        HEAD + MONTHLY + TARGET + "features:\n  exclude:\n    - last_channel\n    - txn_cont_30d\n",
        ["8: features.exclude[1]: no feature is called 'txn_cont_30d'. Did you mean 'txn_count_30d'?"],
    ),
    "a pattern that matches nothing": (
        HEAD + MONTHLY + TARGET + "features: {include: ['app_*']}\n",
        ["5: features.include[0]: no feature is called 'app_*'."],
    ),
    "last touch where everyone is a case each month": (
        HEAD + MONTHLY + "target: {source: holdings, outcome: 60d, last_touch: true}\n",
        [
            "4: target: `last_touch` needs cases that are rows of a source (`population.source`), and goes with any "
            "kind but 'uplift', whose groups are compared by all they did"
        ],
    ),
    "last touch of what did not happen": (
        HEAD + CONTACTS + "target:\n  source: holdings\n  outcome: 60d\n  absent: true\n  last_touch: true\n",
        ["8: target.last_touch: `last_touch` goes with `source` and `outcome`, without `absent`"],
    ),
    "from after to": (
        HEAD + "population:\n  as_of: monthly\n  from: 2025-03-31\n  to: 2025-01-31\n" + TARGET,
        ["5: population.from: 2025-03-31 is after `to`, 2025-01-31"],
    ),
    "months without a first day": (
        HEAD + "population: {as_of: monthly}\n" + TARGET,
        ["3: population: `as_of: monthly` needs `from`, the first as-of date"],
    ),
    "an unknown step": (
        HEAD + "population: {as_of: monthy, from: 2025-01-31}\n" + TARGET,
        ["3: population.as_of: 'monthy' is not a value of `as_of`. Did you mean 'monthly'?"],
    ),
    "a list of days with a word in it": (
        HEAD + "population:\n  as_of:\n  - 2025-01-31\n  - soon\n" + TARGET,
        ["6: population.as_of[1]: 'soon' is not a date. Write it as 2026-01-31"],
    ),
    "an hour where a day is meant": (
        HEAD + "population: {as_of: monthly, from: 2025-01-31 10:00:00}\n" + TARGET,
        ["3: population.from: 2025-01-31 10:00:00 is not a date. Write it as 2026-01-31"],
    ),
    "two populations": (
        HEAD + "population: {as_of: monthly, from: 2025-01-31, table: flat_bank}\n" + TARGET,
        ["3: population: give exactly one of `as_of`, `source` and `table`"],
    ),
    "a population of attributes": (
        HEAD + "population: {source: customers}\n" + TARGET,
        [
            "3: population.source: source 'customers' is of kind 'attributes'; "
            "`source` needs 'events', 'snapshots' or 'intervals'"
        ],
    ),
    "a condition on an unknown column": (
        HEAD + "population: {source: transactions, where: channl = 'app'}\n" + TARGET,
        [
            "3: population.where: no column 'channl' in source 'transactions' (character 1). "
            "Did you mean 'channel'?"
        ],
    ),
    "a condition on an unknown feature": (
        HEAD + "population: {as_of: monthly, from: 2025-01-31, where: txn_cont_30d > 0}\n" + TARGET,
        [
            "3: population.where: no feature 'txn_cont_30d' in the workspace (character 1). "
            "Did you mean 'txn_count_30d'?"
        ],
    ),
    "a condition that is a number": (
        HEAD + "population: {as_of: monthly, from: 2025-01-31, where: txn_count_30d}\n" + TARGET,
        ["3: population.where: must be a condition, but 'txn_count_30d' is a number"],
    ),
    "a target without an outcome window": (
        HEAD + MONTHLY + "target: {source: holdings}\n",
        ["4: target: `source` needs `outcome`, the length of the outcome window, such as 60d"],
    ),
    "an outcome window without its unit": (
        HEAD + MONTHLY + "target:\n  source: holdings\n  outcome: 60\n",
        ["6: target.outcome: 60 is not a number of days. Write it as '30d'"],
    ),
    "a target of both ways": (
        HEAD + MONTHLY + "target: {source: holdings, outcome: 60d, column: y, positive: x}\n",
        ["4: target: give either `source` with `outcome`, or `column` with `positive`"],
    ),
    "a target in an unknown source": (
        HEAD + MONTHLY + "target: {source: holding, outcome: 60d}\n",
        ["4: target.source: no source 'holding' in leadlift.yaml. Did you mean 'holdings'?"],
    ),
    "a target on an unknown column": (
        HEAD + MONTHLY + "target: {source: holdings, outcome: 60d, where: prodct = 'x'}\n",
        ["4: target.where: no column 'prodct' in source 'holdings' (character 1). Did you mean 'product'?"],
    ),
    "a target that asks for the as-of date": (
        HEAD + MONTHLY + "target: {source: holdings, outcome: 60d, where: opened_on > as_of}\n",
        ["4: target.where: `as_of` cannot be named here: rows are chosen before there is an as-of date"],
    ),
    "a target dated by a text": (
        HEAD + MONTHLY + "target: {source: holdings, outcome: 60d, event_time: product}\n",
        ["4: target.event_time: 'product' is not a date or timestamp of source 'holdings'."],
    ),
    "a target in a source without a clock": (
        HEAD + MONTHLY + "target: {source: customers, outcome: 60d}\n",
        [
            "4: target.event_time: source 'customers' has no clock: "
            "name the date of the outcome, one of 'joined' or 'birth_date'"
        ],
    ),
    "an unknown target column": (
        HEAD + CONTACTS + "target: {column: chanel, positive: app}\n",
        ["4: target.column: no column 'chanel' in source 'transactions'. Did you mean 'channel'?"],
    ),
    "a target column without a yes": (
        HEAD + CONTACTS + "target: {column: channel}\n",
        ["4: target: `column` needs `positive`, the value that means yes"],
    ),
    "a yes that is a date": (
        HEAD + CONTACTS + "target: {column: channel, positive: 2025-01-01}\n",
        ["4: target.positive: expected text or a list, not 2025-01-01: put it in quotes"],
    ),
    "a flat table with another's target": (
        HEAD + FLAT + TARGET,
        ["4: target: a flat table's target is a column of it: give `column` and `positive`"],
    ),
    "out of time where there is no time": (
        HEAD + FLAT + "target: {column: y, positive: yes}\nsplit: {out_of_time: 20%}\n",
        [
            "5: split.out_of_time: source 'flat_bank' has no time. "
            "Give it `event_time` or `row_order: time`, or split at `random`"
        ],
    ),
    "out of time by default where there is no time": (
        HEAD + FLAT + "target: {column: y, positive: yes}\n",
        [
            "3: population.table: source 'flat_bank' has no time. "
            "Give it `event_time` or `row_order: time`, or split at `random`"
        ],
    ),
    "two tests": (
        HEAD + MONTHLY + TARGET + "split: {out_of_time: 20%, random: 20%}\n",
        ["5: split: give either `out_of_time` or `random`, above 0"],
    ),
    "a bad share": (
        HEAD + MONTHLY + TARGET + "split: {out_of_time: 20}\n",
        ["5: split.out_of_time: 20 is not a share. Write it as '20%' or 0.2, from 0 to below 1"],
    ),
    "nothing left to train on": (
        HEAD + MONTHLY + TARGET + "split: {out_of_time: 20%, valid: 60%, calibration: 40%}\n",
        ["5: split: `valid` and `calibration` must be above 0 and leave at least 10% for training"],
    ),
    "an unknown metric": (
        HEAD + MONTHLY + TARGET + "tune: {metric: aucc}\n",
        ["5: tune.metric: 'aucc' is not a metric. Did you mean 'auc'?"],
    ),
    "trials as a word": (
        HEAD + MONTHLY + TARGET + "tune: {trials: many}\n",
        ["5: tune.trials: expected a whole number, not 'many'"],
    ),
    "less than one negative for each positive": (
        HEAD + MONTHLY + TARGET + "tune: {negatives: 0.5}\n",
        ["5: tune.negatives: must be at least 1.0, not 0.5"],
    ),
    "a limit of one number": (
        HEAD + MONTHLY + TARGET + "tune: {space: {num_leaves: [1]}}\n",
        ["5: tune.space.num_leaves: too few values"],
    ),
    "a direction of two": (
        HEAD + MONTHLY + TARGET + "model: {monotone: {txn_count_30d: 2}}\n",
        ["5: model.monotone.txn_count_30d: 2 is not a value of `txn_count_30d`. Known: -1 or 1"],
    ),
    "a direction of an unknown feature": (
        HEAD + MONTHLY + TARGET + "model: {monotone: {txn_count_3d: 1}}\n",
        [
            "5: model.monotone.txn_count_3d: no feature is called 'txn_count_3d'. Did you mean "
            "'txn_count_30d'?"
        ],
    ),
    "a gate beyond reach": (
        HEAD + MONTHLY + TARGET + "gates: {min_auc: 1.5}\n",
        ["5: gates.min_auc: must be at most 1.0, not 1.5"],
    ),
    "a name that another pipeline has": (
        "pipeline: deposit\nkind: propensity\n" + MONTHLY + TARGET,
        ["1: pipeline: pipeline 'deposit' is already defined in pipelines/p.yaml"],
    ),
}

CAMPAIGN = """\
campaign: spring
pipeline: deposit
offer: {name: deposit, label: a term deposit}
channel: phone
consent: txn_count_30d > 0
size: 10
"""
CAMPAIGNS = {
    "an unknown pipeline": (
        CAMPAIGN.replace("pipeline: deposit", "pipeline: deposits"),
        ["2: pipeline: no pipeline 'deposits'. Did you mean 'deposit'?"],
    ),
    "a consent over an unknown feature": (
        CAMPAIGN.replace("txn_count_30d", "txn_cont_30d"),
        [
            "5: consent: no feature 'txn_cont_30d' in the workspace (character 1). Did you mean "
            "'txn_count_30d'?"
        ],
    ),
    "a rule that is a number": (
        CAMPAIGN + "exclude:\n- {rule: busy, where: txn_count_30d}\n",
        ["8: exclude[0].where: must be a condition, but 'txn_count_30d' is a number"],
    ),
    "a rule without a name": (
        CAMPAIGN + "exclude:\n- {where: txn_count_30d > 9}\n",
        ["8: exclude[0].rule: 'rule' is required"],
    ),
    "a list of nobody": (CAMPAIGN.replace("size: 10", "size: 0"), ["6: size: must be at least 1, not 0"]),
    "an offer without its parts": (
        CAMPAIGN.replace("{name: deposit, label: a term deposit}", "deposit"),
        ["3: offer: expected keys and values, not 'deposit'"],
    ),
    "a reason too short to be one": (
        CAMPAIGN.replace("consent: txn_count_30d > 0", "without_consent: nn"),
        ["5: without_consent: 'nn' is too short: at least 4 letters, so that a reader understands it"],
    ),
    "products of which one excludes itself": (
        CAMPAIGN + "policy:\n- {rule: alone, never: [deposit]}\n",
        ["8: policy[0].never: must name at least 2"],
    ),
    "an unknown format": (
        CAMPAIGN + "export: {formats: [xls]}\n",
        ["7: export.formats[0]: 'xls' is not a value of `formats`. Did you mean 'xlsx'?"],
    ),
    "an unknown export column": (
        CAMPAIGN + "export: {columns: [txn_count_30]}\n",
        ["7: export.columns[0]: no feature 'txn_count_30'. Did you mean 'txn_count_30d'?"],
    ),
    "a personal export column": (
        CAMPAIGN + "export: {columns: [age]}\n",
        ["7: export.columns[0]: feature 'age' is pii: it may not leave in a lead file"],
    ),
    "a protected export column": (
        CAMPAIGN + "export:\n  columns:\n    - sex\n",
        ["9: export.columns[0]: feature 'sex' is protected: it may not leave in a lead file"],
    ),
}
PEOPLE = """\
subject: attributes
source: customers
features:
  age: {agg: value, of: "years_between(birth_date, as_of)"}
  sex: {agg: value, of: gender}
"""


@pytest.mark.parametrize(("text", "expected"), PIPELINES.values(), ids=PIPELINES)
def test_a_broken_pipeline(told, text, expected):
    assert told({"pipelines/q.yaml": text}) == [f"pipelines/q.yaml:{line}" for line in expected]


@pytest.mark.parametrize(("text", "expected"), CAMPAIGNS.values(), ids=CAMPAIGNS)
def test_a_broken_campaign(told, text, expected):
    found = told({"pipelines/campaigns/c.yaml": text, "feature_defs/x.yaml": PEOPLE})
    assert found == [f"pipelines/campaigns/c.yaml:{line}" for line in expected]


def test_faults_of_several_files_are_told_at_once_in_the_order_of_files_and_lines(told):
    found = told(
        {
            "feature_defs/x.yaml": "subject: value\nsource: transactions\nfeatures:\n  a: {agg: "
            "sum, of: amont}\n",
            "pipelines/q.yaml": HEAD
            + MONTHLY
            + "target: {source: holding, outcome: 60d}\ntune: {trials: 5}\n",
            "pipelines/campaigns/c.yaml": CAMPAIGN.replace("size: 10", "sise: 10"),
        }
    )
    assert found == [
        "feature_defs/x.yaml:4: features.a.of: no column 'amont' in source 'transactions' (character 1). "
        "Did you mean 'amount'?",
        "pipelines/campaigns/c.yaml:6: sise: unknown key 'sise'. Did you mean 'size'?",
        "pipelines/q.yaml:4: target.source: no source 'holding' in leadlift.yaml. Did you mean 'holdings'?",
    ]


def test_a_broken_feature_is_not_told_again_by_what_uses_it(told):
    found = told(
        {
            "feature_defs/x.yaml": "subject: value\nsource: transactions\nfeatures:\n  a: {agg: "
            "sum, of: amont}\n",
            "pipelines/q.yaml": HEAD + MONTHLY + TARGET + "features: {include: [a]}\n",
        }
    )
    assert [line.split(":")[0] for line in found] == ["feature_defs/x.yaml"]
