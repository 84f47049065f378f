"""Broken feature files: each fault is told at its line, with the rule, the value and the nearest name."""

from __future__ import annotations

import pytest

TRANSACTIONS = """\
subject: behaviour
source: transactions
windows: [30d]
features:
"""
BALANCES = """\
subject: value
source: balances
features:
"""
HOLDINGS = """\
subject: needs
source: holdings
features:
"""
NO_OF = "'count', 'days_since_last', 'days_since_first', 'holds', 'held_count' and 'days_held'"
OF_EVENTS = (
    "'count', 'sum', 'mean', 'min', 'max', 'std', 'distinct', 'last', 'first', 'days_since_last' "
    "or 'days_since_first'"
)


def case(sentence, head, stanzas, *expected):
    return pytest.param(head + stanzas, expected, id=sentence)


NAMES_AND_KEYS = [
    case(
        "a typo in a key names the nearest key",
        TRANSACTIONS,
        "  a: {agg: count, lable: x}",
        "5: features.a.lable: unknown key 'lable'. Did you mean 'label'?",
    ),
    case(
        "a key like no other tells all keys",
        TRANSACTIONS,
        "  a: {agg: count, zzz: x}",
        "5: features.a.zzz: unknown key 'zzz'. Known: 'agg', 'of', 'where', 'on', 'windows', "
        "'months', 'expr', 'label', "
        "'unit', 'description', 'reason_up', 'reason_down', 'pii', 'protected' and 'tags'",
    ),
    case(
        "a missing key is named",
        "source: transactions\nfeatures:\n",
        "  a: {agg: count}",
        "1: subject: 'subject' is required",
    ),
    case(
        "a subject is one of six words",
        "subject: behavior\nsource: transactions\nfeatures:\n",
        "  a: {agg: count}",
        "1: subject: 'behavior' is not a subject. Did you mean 'behaviour'?",
    ),
    case(
        "a file without features is told",
        "subject: behaviour\nsource: transactions\n",
        "features: {}",
        "3: features: must not be empty",
    ),
    case(
        "features are a mapping",
        "subject: behaviour\nsource: transactions\n",
        "features: [a]",
        "3: features: expected keys and values, not ['a']",
    ),
    case(
        "an empty stanza is told",
        TRANSACTIONS,
        "  a:",
        "5: features.a: expected keys and values, not nothing",
    ),
    case(
        "a source that is not declared is told with the nearest",
        "subject: value\nsource: transaction\nfeatures:\n",
        "  a: {agg: count}",
        "2: source: no source 'transaction' in leadlift.yaml. Did you mean 'transactions'?",
    ),
    case(
        "a name with capitals is refused",
        TRANSACTIONS,
        "  Spend: {agg: count}",
        "5: features.Spend: 'Spend' is not a name: use small letters, digits and _, beginning with a letter",
    ),
    case(
        "a number is no name either",
        TRANSACTIONS,
        "  1: {agg: count}",
        "5: features.1: '1' is not a name: use small letters, digits and _, beginning with a letter",
    ),
    case(
        "words of leadlift's own are refused",
        TRANSACTIONS,
        "  score: {agg: count, windows: []}",
        "5: features.score: 'score' is a word of leadlift's own; choose another name",
    ),
    case(
        "the column of row numbers is one of them",
        TRANSACTIONS,
        "  row: {agg: count, windows: []}",
        "5: features.row: 'row' is a word of leadlift's own; choose another name",
    ),
    case(
        "a name that another file gave is refused",
        TRANSACTIONS,
        "  last_channel: {agg: last, of: channel}",
        "5: features.last_channel: feature 'last_channel' is already defined at feature_defs/f.yaml:6",
    ),
    case(
        "a name is compared with its window's suffix",
        TRANSACTIONS,
        "  txn_count_90d: {agg: count, windows: []}",
        "5: features.txn_count_90d: feature 'txn_count_90d' is already defined at feature_defs/f.yaml:5",
    ),
    case(
        "and the suffixed name of a stanza with windows too",
        TRANSACTIONS,
        "  txn_count: {agg: count}",
        "5: features.txn_count: feature 'txn_count_30d' is already defined at feature_defs/f.yaml:5",
    ),
]

AGGREGATIONS = [
    case(
        "an unknown aggregation names the nearest",
        TRANSACTIONS,
        "  a:\n    agg: summ\n    of: amount",
        "6: features.a.agg: 'summ' is not an aggregation. Did you mean 'sum'?",
    ),
    case(
        "either agg or expr",
        TRANSACTIONS,
        "  a: {agg: count, expr: b}",
        "5: features.a: give either `agg` or `expr`",
    ),
    case(
        "neither is not enough", TRANSACTIONS, "  a: {label: x}", "5: features.a: give either `agg` or `expr`"
    ),
    case(
        "a formula stands alone",
        TRANSACTIONS,
        "  a: {expr: txn_count_30d, of: amount, windows: [30d]}",
        "5: features.a: `expr` stands alone; remove 'of' and 'windows'",
    ),
    case(
        "a sum needs what is summed",
        TRANSACTIONS,
        "  a: {agg: sum}",
        f"5: features.a: agg 'sum' needs `of`; only {NO_OF} go without",
    ),
    case(
        "a count takes no of",
        TRANSACTIONS,
        "  a:\n    agg: count\n    of: amount",
        "7: features.a.of: agg 'count' takes no `of`",
    ),
    case(
        "an aggregation must go with the kind of source",
        TRANSACTIONS,
        "  a: {agg: slope, of: amount}",
        f"5: features.a.agg: 'slope' does not go with 'events': a source of that kind takes {OF_EVENTS}",
    ),
    case(
        "on is for intervals",
        TRANSACTIONS,
        "  a:\n    agg: count\n    on: opened",
        "7: features.a.on: `on` is for intervals; this source is of kind 'events'",
    ),
    case(
        "on is one of three words",
        HOLDINGS,
        "  a: {agg: count, on: open}",
        "4: features.a.on: 'open' is not a value of `on`. Did you mean 'opened'?",
    ),
    case(
        "holds speaks of rows held",
        HOLDINGS,
        "  a: {agg: holds, on: closed}",
        "4: features.a.on: 'holds' speaks of rows held; remove `on: closed`",
    ),
    case(
        "rows held have no window",
        HOLDINGS,
        "  a: {agg: count, windows: [30d]}",
        "4: features.a.windows: rows held at the as-of date have no window; add `on: opened` or `on: closed`",
    ),
    case(
        "days_to_end needs a date",
        HOLDINGS,
        "  a: {agg: days_to_end, of: product}",
        "4: features.a.of: agg 'days_to_end' needs the agreed end date, but 'product' is a text",
    ),
    case(
        "value_ago needs its months",
        BALANCES,
        "  a: {agg: value_ago, of: balance}",
        "4: features.a: agg 'value_ago' needs `months`",
    ),
    case(
        "months are at least one",
        BALANCES,
        "  a: {agg: change, of: balance, months: 0}",
        "4: features.a.months: must be at least 1, not 0",
    ),
    case(
        "value_ago takes no windows",
        BALANCES,
        "  a: {agg: value_ago, of: balance, months: 3, windows: [30d]}",
        "4: features.a.windows: agg 'value_ago' takes no windows",
    ),
]

WINDOWS_AND_VALUES = [
    case(
        "a window holds at least a day",
        TRANSACTIONS,
        "  a: {agg: count, windows: [30d, 0d]}",
        "5: features.a.windows[1]: '0d' is not a window: it must hold 1 to 36500 days",
    ),
    case(
        "windows are written in days, each told",
        "subject: value\nsource: transactions\nwindows: [30, 1m]\nfeatures:\n",
        "  a: {agg: count}",
        "3: windows[0]: 30 is not a number of days. Write it as '30d'",
        "3: windows[1]: '1m' is not a number of days. Write it as '30d'",
    ),
    case(
        "a window is given once",
        TRANSACTIONS,
        "  a: {agg: count, windows: [30d, 30d]}",
        "5: features.a.windows: the window '30d' is given twice",
    ),
    case(
        "a date is not text",
        TRANSACTIONS,
        "  a: {agg: count, label: 2025-01-01}",
        "5: features.a.label: expected text, not 2025-01-01: put it in quotes",
    ),
    case(
        "true is not a condition",
        TRANSACTIONS,
        "  a: {agg: count, where: true}",
        "5: features.a.where: expected text, not true: put it in quotes",
    ),
    case(
        "several faults are told at once, in order of their lines",
        TRANSACTIONS,
        "  a: {agg: sum, of: amont}\n  b: {agg: count, where: chanel = 'app'}\n  c: {agg: slope, of: amount}",
        "5: features.a.of: no column 'amont' in source 'transactions' (character 1). Did you mean 'amount'?",
        "6: features.b.where: no column 'chanel' in source 'transactions' (character 1). Did you "
        "mean 'channel'?",
        f"7: features.c.agg: 'slope' does not go with 'events': a source of that kind takes {OF_EVENTS}",
    ),
]


@pytest.mark.parametrize(("text", "expected"), [*NAMES_AND_KEYS, *AGGREGATIONS, *WINDOWS_AND_VALUES])
def test_a_broken_feature_file(told, text, expected):
    assert told({"feature_defs/x.yaml": text + "\n"}) == [f"feature_defs/x.yaml:{line}" for line in expected]
