"""Broken contracts: each fault is told at its line, with the nearest name."""

from __future__ import annotations

import pytest

AMOUNT, CHANNEL, POSTED = "amount: {type: decimal}", "channel: {type: string}", "posted_at: {type: timestamp}"
CHECKS = "    event_time: posted_at\n    checks: "

# what is put in the place of what, in the sound workspace
CASES = {
    "a limit on text": (
        (CHANNEL, "channel: {type: string, min: 3}"),
        ["23: sources.transactions.columns.channel.min: a column of type 'string' has no `min`"],
    ),
    "a day as the limit of a number": (
        (AMOUNT, "amount: {type: decimal, max: 2026-01-31}"),
        ["22: sources.transactions.columns.amount.max: a column of type 'decimal' needs a number, not 2026-01-31"],
    ),
    "a number as the limit of a time": (
        (POSTED, "posted_at: {type: timestamp, min: 2020}"),
        ["21: sources.transactions.columns.posted_at.min: a column of type 'timestamp' needs a date, not 2020"],
    ),
    "a limit in words": (
        (AMOUNT, "amount: {type: decimal, min: nothing}"),
        [
            "22: sources.transactions.columns.amount.min: 'nothing' is not a limit: "
            "give a number or a date such as 2026-01-31"
        ],
    ),
    "limits the wrong way round": (
        (AMOUNT, "amount: {type: decimal, min: 10, max: 1}"),
        ["22: sources.transactions.columns.amount.max: `max` 1 lies below `min` 10"],
    ),
    "a pattern that is none": (
        (CHANNEL, 'channel: {type: string, pattern: "[a-"}'),
        [
            "23: sources.transactions.columns.channel.pattern: '[a-' is not a regular expression: "
            "unterminated character set at position 0"
        ],
    ),
    "a pattern that RE2 does not know": (
        (CHANNEL, 'channel: {type: string, pattern: "(?=a)."}'),
        [
            "23: sources.transactions.columns.channel.pattern: "
            "look-around and back-references are not part of RE2"
        ],
    ),
    "a pattern of a number": (
        (AMOUNT, 'amount: {type: decimal, pattern: "1.*"}'),
        ["22: sources.transactions.columns.amount.pattern: a column of type 'decimal' has no `pattern`"],
    ),
    "a reference without a column": (
        (CHANNEL, "channel: {type: string, references: customers}"),
        ["23: sources.transactions.columns.channel.references: 'customers' is not of the form `source.column`"],
    ),
    "a reference to no source": (
        (CHANNEL, "channel: {type: string, references: customer.region}"),
        [
            "23: sources.transactions.columns.channel.references: no source 'customer' in leadlift.yaml. "
            "Did you mean 'customers'?"
        ],
    ),
    "a reference to no column": (
        (CHANNEL, "channel: {type: string, references: customers.regions}"),
        [
            "23: sources.transactions.columns.channel.references: no column 'regions' in source 'customers'. "
            "Did you mean 'region'?"
        ],
    ),
    "a reference to another type": (
        (CHANNEL, "channel: {type: string, references: customers.joined}"),
        [
            "23: sources.transactions.columns.channel.references: 'customers.joined' is of type 'date', "
            "and this column of type 'string': they could never be equal"
        ],
    ),
    "the weight of no rule": (
        (AMOUNT, "amount: {type: decimal, min: 0, severity: {mim: warn}}"),
        ["22: sources.transactions.columns.amount.severity.mim: there is no rule 'mim' here. Did you mean 'min'?"],
    ),
    "the weight of a rule that is not given": (
        (AMOUNT, "amount: {type: decimal, min: 0, severity: {max: warn}}"),
        ["22: sources.transactions.columns.amount.severity: the column has no `max` that could weigh anything"],
    ),
    "an unknown weight": (
        (AMOUNT, "amount: {type: decimal, min: 0, severity: {min: wran}}"),
        ["22: sources.transactions.columns.amount.severity.min: 'wran' is not a value of `min`. Did you mean 'warn'?"],
    ),
    "a typo in checks": (
        ("    event_time: posted_at\n", CHECKS + "{frehs: 3d}\n"),
        ["18: sources.transactions.checks.frehs: unknown key 'frehs'. Did you mean 'fresh'?"],
    ),
    "the weight of no rule of a source": (
        ("    event_time: posted_at\n", CHECKS + "{severity: {futur: error}}\n"),
        ["18: sources.transactions.checks.severity.futur: there is no rule 'futur' here. Did you mean 'future'?"],
    ),
    "a gap that is no time": (
        ("    event_time: posted_at\n", CHECKS + "{gaps: 3 days}\n"),
        [
            "18: sources.transactions.checks.gaps: '3 days' is not a number of days or months. "
            "Write it as '3d' or '1m'"
        ],
    ),
    "a volume of no period": (
        ("    event_time: posted_at\n", CHECKS + "{volume: weekly}\n"),
        ["18: sources.transactions.checks.volume: 'weekly' is not a value of `volume`. Did you mean 'week'?"],
    ),
    "a rule that names no column": (
        ("    event_time: posted_at\n", CHECKS + "{rules: {small: {expect: amont < 10}}}\n"),
        [
            "18: sources.transactions.checks.rules.small.expect: no column 'amont' in source 'transactions' "
            "(character 1). Did you mean 'amount'?"
        ],
    ),
    "a rule that is no condition": (
        ("    event_time: posted_at\n", CHECKS + "{rules: {small: {expect: amount + 1}}}\n"),
        [
            "18: sources.transactions.checks.rules.small.expect: must be a condition, "
            "but 'amount + 1' is a number"
        ],
    ),
    "a rule without a condition": (
        ("    event_time: posted_at\n", CHECKS + "{rules: {small: {severity: warn}}}\n"),
        ["18: sources.transactions.checks.rules.small.expect: 'expect' is required"],
    ),
    "freshness without a clock": (
        ("    kind: lookup\n", "    kind: lookup\n    checks: {fresh: 1d}\n"),
        [
            "44: sources.branches.checks.fresh: `fresh` needs a clock, and this source has none: "
            "give it `event_time`, `valid_from` or `since`"
        ],
    ),
    "another way to fail": (
        ("    event_time: posted_at\n", "    event_time: posted_at\n    on_fail: quarantin\n"),
        ["18: sources.transactions.on_fail: 'quarantin' is not a value of `on_fail`. Did you mean 'quarantine'?"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), CASES.values(), ids=CASES.keys())
def test_a_broken_contract(told, workspace_with, change, expected):
    assert told({"leadlift.yaml": workspace_with(*change)}) == [f"leadlift.yaml:{line}" for line in expected]


def test_a_sound_contract_with_every_key_has_no_fault(told, workspace_with):
    whole = """
    event_time: posted_at
    on_fail: quarantine
    checks:
      fresh: 3d
      gaps: 0m
      weekends: false
      volume: day
      unusual: 8
      duplicates: rows
      left_out: 1%
      rules:
        small: {expect: "amount < 10 or city = 'Bern'", severity: note, because: we are small}
      severity: {future: error, backwards: off, volume: note}
"""
    text = workspace_with("    event_time: posted_at\n", whole.lstrip("\n"))
    column = "{type: decimal, min: -1.5, max: 10, required: true, severity: {max: warn, required: off}}"
    assert told({"leadlift.yaml": text.replace("{type: decimal}", column)}) == []
