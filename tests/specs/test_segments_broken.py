"""Broken segment files: each fault is told at its line, with the rule, the value and the nearest name."""

from __future__ import annotations

import pytest

RULES = "segment: who\nkind: rules\ngroups:\n"
TIERS = "segment: tier\nkind: tiers\nof: txn_count_30d\ngroups:\n"


def case(sentence, text, *expected):
    return pytest.param(text, expected, id=sentence)


CASES = [
    case(
        "a kind that is none names the nearest",
        "segment: who\nkind: rule\ngroups: {a: {when: txn_count_30d > 1}}",
        "2: kind: 'rule' is not a kind. Did you mean 'rules'?",
    ),
    case(
        "a name that is a command is refused",
        "segment: profile\nkind: rules\ngroups: {a: {when: txn_count_30d > 1}}",
        "1: segment: `leadlift segment profile` is a command; choose another name",
    ),
    case("rules need groups", "segment: who\nkind: rules", "1: kind 'rules' needs `groups`"),
    case(
        "a part of another kind is refused at its line",
        RULES + "  a: {when: txn_count_30d > 1}\nbins: 5",
        "5: bins: kind 'rules' takes no `bins`",
    ),
    case("a rule needs a condition", RULES + "  a: {label: x}", "3: groups: group 'a' needs `when`"),
    case(
        "a rule takes no threshold",
        RULES + "  a: {when: txn_count_30d > 1, from: 3}",
        "3: groups: group 'a': kind 'rules' takes no `from`",
    ),
    case(
        "a condition names a feature that is none",
        RULES + "  a: {when: txn_count_30 > 1}",
        "4: groups.a.when: no feature 'txn_count_30' in the workspace (character 1). Did you mean 'txn_count_30d'?",
    ),
    case(
        "a condition must be one",
        RULES + "  a: {when: txn_count_30d + 1}",
        "4: groups.a.when: must be a condition, but 'txn_count_30d + 1' is a number",
    ),
    case(
        "the lowest tier has no threshold",
        TIERS + "  a: {from: 1}\n  b: {from: 2}",
        "4: groups: the first tier takes whom no other takes; tiers are told from the lowest up",
    ),
    case(
        "tiers rise",
        TIERS + "  a: {}\n  b: {from: 2}\n  c: {from: 2}",
        "4: groups: tiers are told from the lowest up: each `from` above the one before",
    ),
    case(
        "tiers are by value or by share",
        TIERS + "  a: {}\n  b: {from: 2}\n  c: {from: 80%}",
        "4: groups: `from` is a value for all tiers, or a share of the customers for all",
    ),
    case("one tier is none", TIERS + "  a: {}", "4: groups: tiers need two groups or more"),
    case(
        "a share of the customers is below all of them",
        TIERS + "  a: {}\n  b: {from: 100%}",
        "6: groups.b.from: '100%' is no share of the customers: it must be above 0% and below 100%",
    ),
    case(
        "tiers are of a number",
        "segment: tier\nkind: tiers\nof: last_channel\ngroups: {a: {}, b: {from: 1}}",
        "3: of: must be a number, but 'last_channel' is a text",
    ),
    case(
        "a stage that is none names the nearest",
        "segment: life\nkind: lifecycle\ngroups: {dorment: {when: txn_count_90d = 0}}",
        "3: groups: 'dorment' is not a stage. Did you mean 'dormant'?",
    ),
    case(
        "clusters need two measures",
        "segment: c\nkind: clusters\nover: [txn_count_30d]",
        "3: over: clusters need two or more measures, each named once",
    ),
    case(
        "a measure that is no feature",
        "segment: c\nkind: clusters\nover: [txn_count_30d, {name: x, expr: txn_cnt_90d > 1}]",
        "3: over[1].expr: no feature 'txn_cnt_90d' in the workspace (character 1). Did you mean 'txn_count_90d'?",
    ),
    case(
        "a number of clusters has bounds",
        "segment: c\nkind: clusters\nover: [txn_count_30d, txn_count_90d]\nclusters: 40",
        "4: clusters: must be 2 to 12, not 40",
    ),
    case(
        "rfm takes 2 to 9 bins",
        "segment: r\nkind: rfm\nrecency: txn_count_30d\nfrequency: txn_count_30d\nmonetary: txn_count_30d\nbins: 10",
        "6: bins: must be at most 9, not 10",
    ),
    case(
        "a name that a feature has is taken",
        "segment: last_channel\nkind: rules\ngroups: {a: {when: txn_count_30d > 1}}",
        "1: segment: 'last_channel' is already defined at feature_defs/f.yaml:6",
    ),
    case(
        "a segmentation cannot be made of itself",
        "segment: who\nkind: rules\ngroups: {a: {when: who = 'b'}}",
        "1: circular: who -> who",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_the_fault_is_told_at_its_line(text, expected, told):
    assert told({"pipelines/segments/s.yaml": text}) == [
        f"pipelines/segments/s.yaml:{one}" for one in expected
    ]


def test_a_group_made_of_what_may_not_be_told_is_refused(told):
    protected = "subject: attributes\nsource: customers\nfeatures: {sex: {agg: value, of: gender}}"
    text = RULES + "  a: {when: sex = 'f'}"
    assert told({"feature_defs/g.yaml": protected, "pipelines/segments/s.yaml": text}) == [
        "pipelines/segments/s.yaml:4: groups.a.when: feature 'sex' is protected: whoever reads the group would "
        "read it too"
    ]


def test_two_files_of_one_name_are_told(told):
    text = RULES + "  a: {when: txn_count_30d > 1}"
    faults = told({"pipelines/segments/s.yaml": text, "pipelines/segments/t.yaml": text})
    assert (
        "pipelines/segments/t.yaml:1: segment: 'who' is already defined at pipelines/segments/s.yaml:1"
        in faults
    )


def test_what_uses_a_segmentation_that_is_not_frozen_is_told_what_to_run(told, opened):
    tier = TIERS + "  a: {}\n  b: {from: 80%}"
    pipeline = (
        "pipeline: deposit\nkind: propensity\n"
        "population: {as_of: monthly, from: 2025-01-31, eligible: tier = 'b'}\n"
        "target: {source: holdings, outcome: 60d}\n"
    )
    files = {"pipelines/segments/s.yaml": tier, "pipelines/p.yaml": pipeline}
    assert told(files) == [
        "pipelines/p.yaml:1: segmentation 'tier' is not frozen yet; run: leadlift segment tier"
    ]


def test_a_frozen_definition_of_another_file_is_not_used(told):
    campaign = (
        "campaign: spring\npipeline: deposit\noffer: {name: deposit, label: d}\nchannel: phone\n"
        "consent: txn_count_30d > 0\neligible: tier_rank = 2\nsize: 10\n"
    )
    frozen = "segment: tier\nkind: tiers\ndefinition: x\nas_of: 2026-01-31\ncustomers: 9\ncuts: [1]"
    files = {
        "pipelines/segments/s.yaml": TIERS + "  a: {}\n  b: {from: 80%}",
        "pipelines/segments/frozen/tier.yaml": frozen,
        "pipelines/campaigns/c.yaml": campaign,
    }
    assert told(files) == [
        "pipelines/campaigns/c.yaml:1: segmentation 'tier' says something else than when it was frozen on "
        "2026-01-31; run: leadlift segment tier --refreeze"
    ]


def test_a_model_takes_a_segmentation_by_its_name_and_never_by_a_pattern(opened):
    from leadlift.features import chosen

    rules = RULES + "  a: {when: txn_count_30d > 1}"
    by_name = 'features: {include: ["*", who]}\n'
    base = (
        "pipeline: deposit\nkind: propensity\npopulation: {as_of: monthly, from: 2025-01-31}\n"
        "target: {source: holdings, outcome: 60d}\n"
    )
    for text, there in ((base, False), (base + by_name, True)):
        ws = opened({"pipelines/segments/s.yaml": rules, "pipelines/p.yaml": text})
        names = {one.name for one in chosen(ws.features, ws.pipelines["deposit"]).features}
        assert ("who" in names) is there
