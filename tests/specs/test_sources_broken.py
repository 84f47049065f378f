"""Broken leadlift.yaml files: each fault is told at its line."""

from __future__ import annotations

import pytest

# what is put in the place of what, in the sound workspace
NO_KEYS = (
    "a key may stand in this address; keys of access come from the environment (AWS_ACCESS_KEY_ID, "
    "AWS_SECRET_ACCESS_KEY) or ~/.aws, and the server and its region from `s3`"
)
CASES = {
    "a typo in a key of the file": (
        ("sources:\n", "sorces:\n"),
        ["1: sources: 'sources' is required", "3: sorces: unknown key 'sorces'. Did you mean 'sources'?"],
    ),
    "a typo in a key of a source": (
        ("event_time: posted_at", "event_tme: posted_at"),
        ["17: sources.transactions.event_tme: unknown key 'event_tme'. Did you mean 'event_time'?"],
    ),
    "a missing path": (
        ("    path: transactions.csv\n", ""),
        ["14: sources.transactions: give either `path` or `database`"],
    ),
    "a file and a database": (
        ("    path: transactions.csv\n", "    path: a.csv\n    database: {url: 'env:BANK', table: sales}\n"),
        ["14: sources.transactions: give either `path` or `database`"],
    ),
    "a password in the file": (
        (
            "    path: transactions.csv\n",
            "    database: {url: 'postgresql://ann:s3cret@host/b', table: sales}\n",
        ),
        [
            "15: sources.transactions.database.url: a password stands in this file; put the URL into a variable "
            "and write env:NAME"
        ],
    ),
    "a query that is two": (
        ("    path: transactions.csv\n", "    database: {url: 'env:B', query: 'select 1; drop table x'}\n"),
        ["15: sources.transactions.database.query: give one SELECT"],
    ),
    "a table and a query": (
        ("    path: transactions.csv\n", "    database: {url: 'env:B', query: 'select 1', table: x}\n"),
        ["15: sources.transactions.database: give either `table` or `query`"],
    ),
    "a snapshot that is watched and kept": (
        (
            "    path: transactions.csv\n",
            "    database: {url: 'env:B', table: x, watch: count(*), keep_for: 2d}\n",
        ),
        ["15: sources.transactions.database.keep_for: give `watch` or `keep_for`, not both"],
    ),
    "an unknown kind": (
        ("kind: events", "kind: event"),
        ["16: sources.transactions.kind: 'event' is not a kind. Did you mean 'events'?"],
    ),
    "an unknown column type": (
        ("{type: decimal}", "{type: decimals}"),
        [
            "22: sources.transactions.columns.amount.type: 'decimals' is not a column type. Did you "
            "mean 'decimal'?"
        ],
    ),
    "a column type that is near to none": (
        ("{type: decimal}", "{type: money}"),
        [
            "22: sources.transactions.columns.amount.type: 'money' is not a column type. Known: "
            "'string', 'integer', "
            "'number', 'decimal', 'boolean', 'date' and 'timestamp'"
        ],
    ),
    "a column called date keeps its line": (
        ("joined: {type: date}", "joined: {type: date}\n      date: {type: dat}"),
        ["11: sources.customers.columns.date.type: 'dat' is not a column type. Did you mean 'date'?"],
    ),
    "a type without its key": (
        ("region: {type: string}", "region: string"),
        ["13: sources.customers.columns.region: expected keys and values, not 'string'"],
    ),
    "a value that is a date": (
        ("region: {type: string}", "region: {type: string, allowed: [2025-01-01]}"),
        ["13: sources.customers.columns.region.allowed[0]: expected text, not 2025-01-01: put it in quotes"],
    ),
    "a missing clock": (
        ("    event_time: posted_at\n", ""),
        ["14: sources.transactions: a source of kind 'events' needs 'event_time'"],
    ),
    "a clock that the kind does not have": (
        ("since: joined", "event_time: joined"),
        ["7: sources.customers.event_time: a source of kind 'attributes' has no 'event_time'"],
    ),
    "a clock on a text column": (
        ("event_time: posted_at", "event_time: channel"),
        [
            "17: sources.transactions.event_time: column 'channel' is a string; "
            "a clock needs a date or timestamp"
        ],
    ),
    "a clock on a column that is not declared": (
        ("event_time: posted_at", "event_time: posted"),
        ["17: sources.transactions.event_time: no column 'posted' is declared. Did you mean 'posted_at'?"],
    ),
    "both ways of knowing": (
        (
            "event_time: posted_at",
            "event_time: posted_at\n    available_after: 1d\n    available_at: posted_at",
        ),
        ["19: sources.transactions.available_at: give `available_after` or `available_at`, not both"],
    ),
    "bad days": (
        ("event_time: posted_at", "event_time: posted_at\n    available_after: 1 day"),
        ["18: sources.transactions.available_after: '1 day' is not a number of days. Write it as '30d'"],
    ),
    "a key on a column that is not declared": (
        ("event_time: posted_at", "event_time: posted_at\n    key: [branch, chanel]"),
        ["18: sources.transactions.key: no column 'chanel' is declared. Did you mean 'channel'?"],
    ),
    "a customer key that is not there": (
        ("      customer_id: {type: string}\n      product", "      client: {type: string}\n      product"),
        ["30: sources.holdings: the customer key 'customer_id' is not a column of source 'holdings'."],
    ),
    "a join to something else than a lookup": (
        ("source: branches,", "source: branch,"),
        [
            "18: sources.transactions.joins[0].source: 'branch' is not a source of kind 'lookup'. "
            "Did you mean 'branches'?"
        ],
    ),
    "a join on an unknown column is told once": (
        ("on: branch,", "on: brnch,"),
        [
            "18: sources.transactions.joins[0].on: no column 'brnch' in source 'transactions'. "
            "Did you mean 'branch'?"
        ],
    ),
    "a join of an unknown column": (
        ("columns: [city]", "columns: [cty]"),
        [
            "18: sources.transactions.joins[0].columns[0]: no column 'cty' in source 'branches'. "
            "Did you mean 'city'?"
        ],
    ),
    "a joined column that is already there": (
        ("columns: [city]", "columns: [branch]"),
        ["18: sources.transactions.joins: column 'branch' is brought in but already there"],
    ),
    "an unknown column in a source's where": (
        ("kind: events", "kind: events\n    where: amout > 0"),
        [
            "17: sources.transactions.where: no column 'amout' in source 'transactions' (character 1). "
            "Did you mean 'amount'?"
        ],
    ),
    "a source's where that is a number": (
        ("kind: events", "kind: events\n    where: amount + 0"),
        ["17: sources.transactions.where: must be a condition, but 'amount + 0' is a number"],
    ),
    "an as-of date where there is none yet": (
        ("kind: events", "kind: events\n    where: posted_at < as_of"),
        [
            "17: sources.transactions.where: `as_of` cannot be named here: "
            "rows are chosen before there is an as-of date"
        ],
    ),
    "a column of leadlift's own": (
        ("region: {type: string}", "as_of: {type: date}"),
        [
            "13: sources.customers.columns.as_of: 'as_of' is a column of leadlift's own; "
            "choose another name and say `from: as_of`"
        ],
    ),
    "a table of leadlift's own": (
        ("  holdings:\n", "  outcomes:\n"),
        [
            "30: sources.outcomes: 'outcomes' is a table of leadlift's own; choose another name",
        ],
    ),
    "an unknown encoding": (
        ("kind: events", "kind: events\n    csv: {encoding: utf-9}"),
        [
            "17: sources.transactions.csv.encoding: 'utf-9' is not an encoding that Python knows. "
            "Did you mean 'utf-8'?"
        ],
    ),
    "a path with a key of access in it": (
        ("path: transactions.csv", "path: s3://AKIAANN:s3cret@bank/sales/*.parquet"),
        [f"15: sources.transactions.path: {NO_KEYS}"],
    ),
    "a path with a signature in it": (
        ("path: transactions.csv", "path: https://bank.example/x.parquet?X-Amz-Signature=s3cret"),
        [f"15: sources.transactions.path: {NO_KEYS}"],
    ),
    "a server with a key of access in it": (
        (
            "path: transactions.csv",
            "path: s3://bank/*.parquet\n    s3: {endpoint: 'http://AKIAANN:s3cret@minio:9000'}",
        ),
        [f"16: sources.transactions.s3.endpoint: {NO_KEYS}"],
    ),
    "a server that is none": (
        ("path: transactions.csv", "path: s3://bank/*.parquet\n    s3: {endpoint: minio}"),
        [
            "16: sources.transactions.s3.endpoint: this is no server's address, such as "
            "http://minio.bank.example:9000"
        ],
    ),
    "a bucket without a file": (
        ("path: transactions.csv", "path: s3://bank/sales/"),
        [
            "15: sources.transactions.path: 's3://bank/sales/' names no file. Write s3://bank/sales/*.parquet",
        ],
    ),
    "no bucket": (
        ("path: transactions.csv", "path: s3:///sales/*.parquet"),
        [
            "15: sources.transactions.path: after s3:// comes the name of a bucket. "
            "Write s3://BUCKET/FOLDER/*.parquet"
        ],
    ),
    "a server for files of this machine": (
        ("kind: events", "kind: events\n    s3: {region: cn-north-1}"),
        ["17: sources.transactions.s3: `s3` is of a path that begins with s3://"],
    ),
    "a delimiter of two characters": (
        ("kind: events", "kind: events\n    csv: {delimiter: '||'}"),
        ["17: sources.transactions.csv.delimiter: '||' must be one character, 'tab' or 'blanks'"],
    ),
    "a quote of two characters": (
        ("kind: events", "kind: events\n    csv:\n      quote: \"''\""),
        ["18: sources.transactions.csv.quote: \"''\" must be one character"],
    ),
    "an unknown decimal sign": (
        ("kind: events", "kind: events\n    csv: {decimal: ';'}"),
        ["17: sources.transactions.csv.decimal: ';' is not a value of `decimal`. Known: '.' and ','"],
    ),
    "a day that is a word": (
        ("kind: events", "kind: events\n    complete_until: soon"),
        ["17: sources.transactions.complete_until: 'soon' is not a date. Write it as 2026-01-31"],
    ),
    "a bad time zone": (
        ("customer_key:", "timezone: Asia/Shangai\ncustomer_key:"),
        ["2: timezone: 'Asia/Shangai' is not a time zone. Did you mean 'Asia/Shanghai'?"],
    ),
    "studies kept in no database": (
        ("customer_key:", "tuning: ann:s3cret@host\ncustomer_key:"),
        ["2: tuning: must be the URL of a database: sqlite:///FILE, postgresql://... or mysql://..."],
    ),
    "a ledger in MySQL, which only studies are kept in": (
        ("customer_key:", "tuning: mysql://host/studies\nledger: mysql://host/ledger\ncustomer_key:"),
        ["3: ledger: must be the URL of a database: sqlite:///FILE or postgresql://..."],
    ),
    "a language that is not there": (
        ("customer_key:", "language: english\ncustomer_key:"),
        ["2: language: 'english' is not a value of `language`. Known: 'en' and 'zh'"],
    ),
    "a holdout of more than all": (
        ("customer_key:", "holdout: {share: 120%, salt: a}\ncustomer_key:"),
        ["2: holdout.share: '120%' is not a share. Write it as '20%' or 0.2, from 0 to below 1"],
    ),
    "a salt that is a number": (
        ("customer_key:", "holdout: {share: 2%, salt: 2026}\ncustomer_key:"),
        ["2: holdout.salt: expected text, not 2026: put it in quotes"],
    ),
    "a name with blanks": (
        ("name: demo-bank", "name: Demo Bank"),
        ["1: name: 'Demo Bank' is not a name: use small letters, digits and _, beginning with a letter"],
    ),
}


@pytest.mark.parametrize(("change", "expected"), CASES.values(), ids=CASES)
def test_a_broken_leadlift_yaml(told, workspace_with, change, expected):
    found = told({"leadlift.yaml": workspace_with(*change)})
    assert [line for line in found if line.startswith("leadlift")] == [
        f"leadlift.yaml:{line}" for line in expected
    ]


def test_a_file_without_sources_is_told(told):
    assert told({"leadlift.yaml": "name: x\nsources: {}\n"}) == [
        "leadlift.yaml:2: sources: must not be empty"
    ]
